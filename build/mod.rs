//! From `openapi/*.yaml` to the Rust modules of the SDK.
//!
//! load -> lint -> normalise -> progenitor -> emit. Offline and deterministic: the output depends on the YAML files and
//! the enabled families, nothing else. build.rs runs it for the enabled families; xtask includes this tree to check
//! every file and to run its tests.

pub(crate) mod bundle;
pub(crate) mod calls;
pub(crate) mod client;
pub(crate) mod conclude;
pub(crate) mod decode;
pub(crate) mod discover;
pub(crate) mod docs;
pub(crate) mod downloads;
pub(crate) mod emit;
pub(crate) mod enums;
pub(crate) mod events;
pub(crate) mod examples;
pub(crate) mod generate;
pub(crate) mod launch;
pub(crate) mod limits;
pub(crate) mod lint;
pub(crate) mod load;
pub(crate) mod names;
pub(crate) mod normalise;
pub(crate) mod pagination;
pub(crate) mod rates;
pub(crate) mod reach;
pub(crate) mod relations;
pub(crate) mod requests;
pub(crate) mod rules;
pub(crate) mod scope;
pub(crate) mod seal;
pub(crate) mod spec;
pub(crate) mod states;
pub(crate) mod structs;
pub(crate) mod table;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub(crate) mod uploads;

use std::env;
use std::path::{Path, PathBuf};

use lint::Problem;
use reach::Reach;
use spec::{COMMON, Document};

/// A generated file: its name and text.
pub(crate) type Output = (String, String);

/// The build script: the enabled families of this package, into cargo's output folder.
pub(crate) fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let families = match discover::all(&root) {
        Ok(all) => discover::enabled(&all, |variable| env::var_os(variable).is_some()),
        Err(error) => return println!("cargo::error=openapi cannot be listed: {error}"),
    };
    println!("cargo::rerun-if-changed=build");
    // All of it: the events of families that are not enabled have their names in the code too.
    println!("cargo::rerun-if-changed=openapi");
    for problem in run(&root, &families, &out).err().unwrap_or_default() {
        println!("cargo::error={problem}");
    }
}

/// Reads `openapi/` below `root`, generates the modules of `families` and writes those that changed into `out`.
pub(crate) fn run(root: &Path, families: &[String], out: &Path) -> Result<(), Vec<Problem>> {
    let specs = Specs::load(root, families)?;
    let known = discover::events(root);
    let known = known.map_err(|error| vec![Problem::new("openapi", 0, "readable", error.to_string())])?;
    for (name, text) in specs.generate(&known)? {
        let path = out.join(name);
        if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
            continue;
        }
        std::fs::write(&path, text).map_err(|error| vec![Problem::new("OUT_DIR", 0, "writable", error.to_string())])?;
    }
    Ok(())
}

/// Linted specs.
#[derive(Debug)]
pub(crate) struct Specs {
    pub(crate) common: Document,
    pub(crate) families: Vec<Document>,
}

impl Specs {
    /// Loads and lints `common.yaml` and the named families; all problems of all files at once.
    pub(crate) fn load(root: &Path, families: &[String]) -> Result<Self, Vec<Problem>> {
        let names = std::iter::once(COMMON).chain(families.iter().map(String::as_str));
        let text = |family: &str| std::fs::read_to_string(root.join(file_name(family)));
        let specs = Self::read(names.map(|family| (family, text(family))))?;
        let problems = lint::roles::instead(&specs.families, |family| text(family).ok());
        if problems.is_empty() { Ok(specs) } else { Err(problems) }
    }

    /// The same from texts: names of families, `common` first, and what their files hold.
    pub(crate) fn read<'a>(
        files: impl IntoIterator<Item = (&'a str, std::io::Result<String>)>,
    ) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut documents = Vec::new();
        for (family, text) in files {
            let name = file_name(family);
            let tree = text
                .map_err(|error| Problem::new(&name, 0, "readable", error.to_string()))
                .and_then(|text| load::parse(&text, &name));
            let document = tree.and_then(|tree| {
                problems.extend(lint::tree(&name, &tree));
                Document::read(family, &name, tree)
            });
            match document {
                Ok(document) => documents.push(document),
                Err(problem) => problems.push(problem),
            }
        }
        Self::check(documents, problems)
    }

    fn check(mut documents: Vec<Document>, mut problems: Vec<Problem>) -> Result<Self, Vec<Problem>> {
        if documents.first().is_some_and(Document::is_common) {
            let common = documents.remove(0);
            problems.extend(lint::document(&common, &common));
            for document in &documents {
                problems.extend(lint::document(document, &common));
            }
            if problems.is_empty() {
                return Ok(Self { common, families: documents });
            }
        }
        problems.sort();
        problems.dedup();
        Err(problems)
    }

    /// The Rust modules `missing.rs`, `common.rs` and `events.rs`, and of each family the module, the JSON for the simulator and the
    /// calls of its examples.
    pub(crate) fn generate(&self, known: &[events::Known]) -> Result<Vec<Output>, Vec<Problem>> {
        let common_reach = Reach::of_common(&self.common, &self.families);
        let documents: Vec<(&Document, Reach)> = std::iter::once((&self.common, common_reach))
            .chain(self.families.iter().map(|family| (family, Reach::of(family))))
            .collect();
        let missing = emit::missing(&documents).map_err(|error| generator(&self.common, error))?;
        let mut outputs = vec![("missing.rs".to_owned(), missing)];
        for (document, reach) in &documents {
            outputs.extend(self.modules(document, reach).map_err(|error| generator(document, error))?);
        }
        let events = events::emit(&self.families, known).map_err(|error| generator(&self.common, error))?;
        let examples = events::examples(&self.families).map_err(|error| generator(&self.common, error))?;
        outputs.extend([("events.rs".to_owned(), events), ("event_examples.rs".to_owned(), examples)]);
        Ok(outputs)
    }

    fn modules(&self, document: &Document, reach: &Reach) -> Result<Vec<Output>, String> {
        let name = &document.family;
        let replaced = generate::replaced_types(&self.common, document.is_common());
        let generated = generate::generate(normalise::openapi(document, &self.common), &replaced)?;
        if document.is_common() {
            return Ok(vec![(format!("{name}.rs"), emit::common(document, &generated, reach)?)]);
        }
        Ok(vec![
            (format!("{name}.rs"), emit::family(document, &self.common, &generated, reach)?),
            (format!("{name}.json"), bundle::json(document, &self.common).to_string()),
            (format!("{name}_examples.rs"), examples::emit(document, &self.common)?),
        ])
    }
}

/// Where a family's spec stands, below the package and in problems.
fn file_name(family: &str) -> String {
    format!("openapi/{family}.yaml")
}

fn generator(document: &Document, error: String) -> Vec<Problem> {
    vec![Problem::new(&document.name, 0, "generator", error)]
}
