//! A new family: its file of `openapi/` to be filled in, and its lines in `Cargo.toml` and `src/api.rs`.

use std::fs;
use std::path::Path;

use crate::build::names::{is_snake_case, pascal_case};
use crate::build::spec::COMMON;
use crate::build::{discover, load};

const SKELETON: &str = include_str!("new/skeleton.yaml");
/// Stands in the skeleton where an author has something to say; `check` finds what is left.
const FILL_IN: &str = "FILL IN";
/// What the skeleton has for the official Chinese name.
const UNNAMED: &str = "待填写";

pub(crate) fn run(root: &Path, family: &str) -> Result<(), String> {
    if !is_snake_case(family) || [COMMON, discover::GLOSSARY].contains(&family) {
        return Err(format!("`{family}` is no name of a family: it is in snake_case, such as `merchant_transfer`"));
    }
    let spec = format!("openapi/{family}.yaml");
    if root.join(&spec).exists() {
        return Err(format!("{spec} is there already"));
    }
    let read = |name: &str| fs::read_to_string(root.join(name)).map_err(|error| format!("{name}: {error}"));
    // All is made before anything is written.
    let manifest = manifest(&read("Cargo.toml")?, &family.replace('_', "-"))?;
    let api = api(&read("src/api.rs")?, family)?;
    let text = SKELETON.replace("FAMILY", family).replace("PASCAL", &pascal_case(family));
    load::parse(&text, &spec).map_err(|problem| problem.to_string())?;
    for (name, text) in [(spec.as_str(), text), ("Cargo.toml", manifest), ("src/api.rs", api)] {
        fs::write(root.join(name), text).map_err(|error| format!("{name}: {error}"))?;
        println!("{name}");
    }
    println!("Fill it in, choose its persona in Cargo.toml or say in {} why it has none,", crate::manifest::SINGLE);
    println!("then `cargo xtask docs` and `cargo xtask check`.");
    Ok(())
}

/// What is not filled in yet, in the specs and in the table of families.
pub(crate) fn unfilled(root: &Path, families: &[&str]) -> Result<Vec<String>, String> {
    let specs = families.iter().map(|family| format!("openapi/{family}.yaml"));
    let mut problems = Vec::new();
    for name in specs.chain(["src/api.rs".to_owned()]) {
        let text = fs::read_to_string(root.join(&name)).map_err(|error| format!("{name}: {error}"))?;
        for (index, line) in text.lines().enumerate() {
            if line.contains(FILL_IN) || line.contains("FILL-IN") || line.contains(UNNAMED) {
                problems.push(format!("{name}:{}: fill-in: there is something to fill in here", index + 1));
            }
        }
    }
    Ok(problems)
}

/// `Cargo.toml` with the feature among those of the families, and in `full`.
fn manifest(text: &str, feature: &str) -> Result<String, String> {
    let (head, rest) =
        text.split_once("# One feature per product family.\n").ok_or("Cargo.toml: where are families?")?;
    let (families, rest) = rest.split_once("\n\n").ok_or("Cargo.toml: where do the families end?")?;
    let (bundles, rest) = rest.split_once("\nfull = [\n").ok_or("Cargo.toml: where is `full`?")?;
    let (full, rest) = rest.split_once("\n]").ok_or("Cargo.toml: where does `full` end?")?;
    let families = with_line(families, &format!("{feature} = []"));
    let full = with_line(full, &format!("    \"{feature}\","));
    Ok(format!("{head}# One feature per product family.\n{families}\n\n{bundles}\nfull = [\n{full}\n]{rest}"))
}

/// Sorted lines with one more.
fn with_line(lines: &str, line: &str) -> String {
    let mut lines: Vec<&str> = lines.lines().collect();
    // `=` and the quote end the names.
    let place = lines.partition_point(|other| name(other) < name(line));
    lines.insert(place, line);
    lines.join("\n")
}

fn name(line: &str) -> &str {
    line.trim_start_matches([' ', '"']).split([' ', '"']).next().unwrap_or_default()
}

/// `src/api.rs` with the family in its table, before the first one that comes behind it.
fn api(text: &str, family: &str) -> Result<String, String> {
    let start = text.find("\nfamilies! {\n").ok_or("src/api.rs: where is the table?")? + "\nfamilies! {\n".len();
    let (head, rest) = text.split_at(start);
    let (table, rest) = rest.split_once("\n}").ok_or("src/api.rs: where does the table end?")?;
    let pascal = pascal_case(family);
    let feature = family.replace('_', "-");
    let entry = format!(
        "    /// {FILL_IN} the product. 「{UNNAMED}」\n    #[cfg(feature = \"{feature}\")]\n    {family}: {pascal},"
    );
    let mut entries: Vec<String> = vec![String::new()];
    for line in table.lines() {
        if let Some(last) = entries.last_mut() {
            last.push_str(&format!("{line}\n"));
        }
        if line.ends_with(',') {
            entries.push(String::new());
        }
    }
    entries.retain(|entry| !entry.is_empty());
    let place = entries.partition_point(|entry| entry.lines().last().is_some_and(|line| module(line) < family));
    entries.insert(place, format!("{entry}\n"));
    let table = entries.concat();
    Ok(format!("{head}{}\n}}{rest}", table.trim_end_matches('\n')))
}

fn module(line: &str) -> &str {
    line.trim().split(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::Specs;

    /// A folder with a copy of what a new family changes.
    fn copy() -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("xtask-new-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        for part in ["openapi", "src", "docs"] {
            fs::create_dir_all(folder.join(part)).expect("a folder");
        }
        let root = crate::root();
        for entry in fs::read_dir(root.join("openapi")).expect("specs") {
            let path = entry.expect("an entry").path();
            fs::copy(&path, folder.join("openapi").join(path.file_name().expect("a name"))).expect("a copy");
        }
        for file in ["Cargo.toml", "README.md", "src/api.rs", "docs/ENDPOINTS.md", "docs/ERRORS.md"] {
            fs::copy(root.join(file), folder.join(file)).expect("a copy");
        }
        folder
    }

    #[test]
    fn a_new_family_lacks_nothing_but_what_only_its_author_knows() {
        let folder = copy();
        run(&folder, "night_market").expect("a new family");
        let problems = crate::check::run(&folder).expect_err("there is something to fill in");
        let _ = fs::remove_dir_all(&folder);
        for problem in problems.lines() {
            let is_expected = problem.contains(": fill-in: ")
                || problem.contains("no persona has `night-market`")
                || problem.contains("stale: run `cargo xtask docs`")
                // The glossary does not know the placeholder.
                || problem.contains(&format!("is not called 「{UNNAMED}」"));
            assert!(is_expected, "{problem}");
        }
        assert!(problems.matches(": fill-in: ").count() >= 8, "{problems}");
    }

    #[test]
    fn the_lines_stand_in_their_order() {
        let text = manifest(
            "x\n# One feature per product family.\nalpha = []\nalpha-two = []\nomega = []\n\n# B\nfull = [\n    \
             \"alpha\",\n    \"alpha-two\",\n    \"omega\",\n]\ny\n",
            "alpha-more",
        )
        .expect("a manifest");
        assert!(text.contains("alpha = []\nalpha-more = []\nalpha-two = []\n"), "{text}");
        assert!(text.contains("    \"alpha\",\n    \"alpha-more\",\n    \"alpha-two\",\n"), "{text}");
        let table = "x\n\nfamilies! {\n    /// A.\n    #[cfg(feature = \"a\")]\n    a: A,\n    /// C.\n    \
                     #[cfg(feature = \"c\")]\n    c: C,\n}\n\nfamilies_of_events! {\n}\n";
        let text = api(table, "b").expect("a table");
        assert!(text.contains("a: A,\n    /// FILL IN the product. 「待填写」\n"), "{text}");
        assert!(text.contains("    b: B,\n    /// C.\n"), "{text}");
        assert!(api(table, "z").expect("a table").contains("    z: Z,\n}\n\nfamilies_of_events! {\n}\n"));
    }

    #[test]
    fn a_family_that_is_there_or_has_no_name_is_refused() {
        assert!(run(&crate::root(), "refund").is_err_and(|error| error.contains("already")));
        assert!(run(&crate::root(), "NightMarket").is_err() && run(&crate::root(), "common").is_err());
    }

    #[test]
    fn the_skeleton_is_generated_once_it_is_filled_in() {
        let text = SKELETON.replace("FAMILY", "shop").replace("PASCAL", "Shop");
        let shared = fs::read_to_string(crate::root().join("openapi/common.yaml"));
        let specs =
            Specs::read([(COMMON, shared), ("shop", Ok(text))]).unwrap_or_else(|problems| panic!("{problems:?}"));
        assert!(specs.generate(&[]).is_ok());
    }
}
