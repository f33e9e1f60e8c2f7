//! Refuses what the generator would misread or a reader would miss, with file and line.
//!
//! Each rule has a name that stands in the message, and a test in `tests.rs` that steps into it.

mod events;
mod extensions;
mod names;
mod operations;
mod pagination;
pub(crate) mod relations;
pub(crate) mod roles;
pub(crate) mod schemas;
#[cfg(test)]
mod tests;

use std::fmt;

use super::load::Node;
use super::spec::Document;

/// A spec author's mistake: `openapi/x.yaml:41: rule: message`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    file: String,
    line: usize,
    rule: &'static str,
    message: String,
}

impl Problem {
    pub(crate) fn new(file: &str, line: usize, rule: &'static str, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, rule, message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.rule, self.message)
    }
}

/// Collects the problems of one file.
struct Report<'a> {
    file: &'a str,
    problems: Vec<Problem>,
}

impl Report<'_> {
    fn add(&mut self, line: usize, rule: &'static str, message: impl Into<String>) {
        self.problems.push(Problem::new(self.file, line, rule, message));
    }

    /// A description exists and names the thing in Chinese as the official page does.
    fn description(&mut self, node: &Node, line: usize, what: &str) {
        match node.text_at("description") {
            Some(text) if text.contains('「') && text.contains('」') => {}
            Some(_) => self.add(line, "chinese-name", format!("the description of {what} ends with 「official name」")),
            None => self.add(line, "description", format!("{what} has no description")),
        }
    }
}

/// What can be said about a file before it is understood: keywords, places, shapes.
pub(crate) fn tree(name: &str, root: &Node) -> Vec<Problem> {
    let mut report = Report { file: name, problems: Vec::new() };
    for entry in root.entries() {
        if !["openapi", "info", "tags", "paths", "x-webhooks", "components"].contains(&entry.key.as_str()) {
            report.add(entry.line, "root-keyword", format!("`{}` is not used in specs", entry.key));
        }
    }
    operations::tree(&mut report, root);
    events::tree(&mut report, root);
    schemas::tree(&mut report, root);
    relations::tree(&mut report, root);
    pagination::tree(&mut report, root);
    report.problems
}

/// What can be said about an understood file together with `common.yaml`.
pub(crate) fn document(document: &Document, common: &Document) -> Vec<Problem> {
    let mut report = Report { file: &document.name, problems: Vec::new() };
    names::check(&mut report, document, common);
    operations::check(&mut report, document, common);
    events::check(&mut report, document, common);
    schemas::check(&mut report, document, common);
    extensions::check(&mut report, document, common);
    relations::check(&mut report, document, common);
    pagination::check(&mut report, document, common);
    roles::check(&mut report, document);
    report.problems
}
