//! Rules for who may call an operation, and what others call in its place.

use super::super::load::Node;
use super::super::spec::{Document, Operation};
use super::{Problem, Report};

pub(super) const ROLES: [&str; 4] = ["merchant", "partner", "ecommerce", "institution"];
const RULE: &str = "x-instead";

pub(super) fn check(report: &mut Report<'_>, document: &Document) {
    for operation in document.all_operations() {
        if operation.roles.is_empty() || operation.roles.iter().any(|role| !ROLES.contains(&role.as_str())) {
            report.add(operation.line, "x-role", format!("x-role lists some of {}", ROLES.join(", ")));
        }
        for (role, _) in &operation.instead {
            if !ROLES.contains(&role.as_str()) {
                report.add(operation.line, RULE, format!("`{role}` is no role"));
            } else if operation.roles.contains(role) {
                report.add(operation.line, RULE, format!("`{role}` may call this operation itself, by x-role"));
            }
        }
    }
}

/// What a family's clients of another role call instead is an operation that they may call; `read` gives the text of
/// the spec of a family that is not enabled.
pub(crate) fn instead(families: &[Document], read: impl Fn(&str) -> Option<String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for document in families {
        for operation in &document.operations {
            for (role, name) in &operation.instead {
                if let Some(message) = other(operation, role, name, families, &read) {
                    problems.push(Problem::new(&document.name, operation.line, RULE, message));
                }
            }
        }
    }
    problems
}

fn other(
    operation: &Operation,
    role: &str,
    name: &str,
    families: &[Document],
    read: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let Some((family, id)) = name.split_once('.') else { return Some(format!("`{name}` is not family.operation")) };
    let Some(document) = families.iter().find(|document| document.family == family) else {
        // Its own lints run where it is enabled; here it only has to be there.
        let line = format!("operationId: {id}");
        let is_there = read(family).is_some_and(|text| text.lines().any(|known| known.trim() == line));
        return (!is_there).then(|| format!("there is no operation `{name}`"));
    };
    let Some(found) = document.operations.iter().find(|found| found.id == id) else {
        return Some(format!("there is no operation `{name}`"));
    };
    let is_same = std::ptr::eq(found, operation);
    match found.roles.iter().any(|known| known == role) && !is_same {
        true => None,
        false => Some(format!("`{name}` is not for the role `{role}` by its own x-role")),
    }
}

/// `x-instead` is a mapping of texts.
pub(super) fn tree(report: &mut Report<'_>, operation: &Node) {
    let Some(mark) = operation.get(RULE) else { return };
    if mark.entries().is_empty() || mark.entries().iter().any(|entry| entry.value.text().is_none()) {
        report.add(mark.line, RULE, "x-instead maps roles to family.operation");
    }
}
