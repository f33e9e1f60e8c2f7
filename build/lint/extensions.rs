//! Rules for vendor extensions: known, and true.

use super::super::load::Node;
use super::super::spec::{Document, Location, Operation, Shape};
use super::Report;

pub(super) const OPERATION: [&str; 4] = ["x-role", "x-idempotent-by", "x-query-with", "x-one-of"];
pub(super) const PARAMETER: [&str; 1] = ["x-personal"];
pub(super) const SCHEMA: [&str; 2] = ["x-personal", "x-distinct"];

const ROLES: [&str; 3] = ["merchant", "partner", "institution"];

pub(super) fn known(report: &mut Report<'_>, node: &Node, names: &[&str]) {
    for entry in node.entries().iter().filter(|entry| entry.key.starts_with("x-")) {
        if !names.contains(&entry.key.as_str()) {
            report.add(entry.line, "extension", format!("`{}` is not an extension known here", entry.key));
        }
    }
}

pub(super) fn check(report: &mut Report<'_>, document: &Document, common: &Document) {
    for operation in &document.operations {
        if operation.roles.is_empty() || operation.roles.iter().any(|role| !ROLES.contains(&role.as_str())) {
            report.add(operation.line, "x-role", "x-role lists merchant, partner or institution");
        }
        if let Some(name) = &operation.query_with
            && !document.operations.iter().any(|other| &other.id == name && other.method == "get")
        {
            report.add(operation.line, "x-query-with", format!("`{name}` is not a GET operation of this file"));
        }
        if let Some(name) = &operation.idempotent_by
            && !carries(operation, name, document, common)
        {
            report.add(operation.line, "x-idempotent-by", format!("the request has no field `{name}`"));
        }
        for name in operation.one_of.iter().flatten() {
            let is_optional_query = operation.parameters.iter().any(|parameter| {
                &parameter.name == name && parameter.location == Location::Query && !parameter.required
            });
            if !is_optional_query {
                report.add(operation.line, "x-one-of", format!("`{name}` is not an optional query parameter"));
            }
        }
    }
}

/// Whether path, query or body of the operation has a field of this name.
fn carries(operation: &Operation, name: &str, document: &Document, common: &Document) -> bool {
    let in_parameters = operation.parameters.iter().any(|parameter| parameter.name == name);
    let schema = operation.body.as_ref().and_then(|body| document.find(common, &body.ty));
    let in_body = match schema.map(|schema| &schema.shape) {
        Some(Shape::Object(properties)) => properties.iter().any(|property| property.name == name),
        _ => false,
    };
    in_parameters || in_body
}
