//! The generated parts of `README.md`, each between two comments: `<!-- events -->102<!-- end -->`.

use super::endpoints::Totals;
use super::{cell, endpoints};
use crate::build::spec::Document;
use crate::manifest::{PERSONAS, bundle};

const END: &str = "<!-- end -->";

/// The README with what stands between the marks written anew.
pub(super) fn readme(readme: &str, manifest: &str, families: &[Document]) -> Result<String, String> {
    let totals = Totals::of(families);
    let mut text = readme.to_owned();
    for (mark, new) in [
        ("families", totals.families.to_string()),
        ("operations", totals.operations.to_string()),
        ("events", totals.events.to_string()),
        ("features", format!("\n{}", table(manifest, families))),
    ] {
        text = replaced(&text, mark, &new)?;
    }
    Ok(text)
}

/// What stands behind every `<!-- mark -->`, up to the next end. There is at least one.
fn replaced(text: &str, mark: &str, new: &str) -> Result<String, String> {
    let start = format!("<!-- {mark} -->");
    let mut pieces = text.split(&start);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    let mut found = false;
    for piece in pieces {
        let Some((_, rest)) = piece.split_once(END) else {
            return Err(format!("README.md: `{start}` has no `{END}`"));
        };
        out.push_str(&format!("{start}{new}{END}{rest}"));
        found = true;
    }
    if found { Ok(out) } else { Err(format!("README.md: there is no `{start}`")) }
}

/// One row for each family.
fn table(manifest: &str, families: &[Document]) -> String {
    let bundles: Vec<(&str, Vec<&str>)> =
        std::iter::once("default").chain(PERSONAS).map(|name| (name, bundle(manifest, name))).collect();
    let mut text = "| feature | family | operations | events | in |\n|---|---|---|---|---|\n".to_owned();
    for family in families {
        let feature = family.family.replace('_', "-");
        let of: Vec<String> = bundles
            .iter()
            .filter(|(_, members)| members.contains(&feature.as_str()))
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        let (title, chinese) = endpoints::heading(family);
        text.push_str(&format!(
            "| `{feature}` | {} 「{}」 | {} | {} | {} |\n",
            cell(&title),
            cell(&chinese),
            endpoints::rows(family).len(),
            family.events.len(),
            of.join(", ")
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::testing::{SHARED, SHOP, specs};

    const README: &str = "<!-- families -->0<!-- end --> <!-- operations -->0<!-- end --> all <!-- events -->9<!-- end --> \
                          and <!-- events -->9<!-- end -->\n<!-- features -->\nold\n<!-- end -->\nend";

    #[test]
    fn what_stands_between_the_marks_is_written_anew_and_nothing_else() {
        let families = specs(SHOP, SHARED).expect("the spec is clean").families;
        let manifest = "\ndefault = [\"rustls\"]\npartner = [\"shop\"]\n";
        let text = readme(README, manifest, &families).expect("it has all marks");
        let (counts, rest) = text.split_once('\n').expect("two parts");
        assert_eq!(
            counts,
            "<!-- families -->1<!-- end --> <!-- operations -->3<!-- end --> all <!-- events -->1<!-- end --> \
             and <!-- events -->1<!-- end -->"
        );
        assert!(rest.contains("| `shop` | Shop 「测试」 | 3 | 2 | `partner` |\n<!-- end -->\nend"), "{rest}");
        assert_eq!(readme(&text, manifest, &families).expect("it still has them"), text);
    }

    #[test]
    fn a_readme_without_a_mark_is_an_error() {
        assert!(readme("no marks", "", &[]).is_err());
    }
}
