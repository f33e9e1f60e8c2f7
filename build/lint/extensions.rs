//! Rules for vendor extensions: known, and true.

use super::super::conclude;
use super::super::downloads;
use super::super::load::{Data, Node};
use super::super::rates;
use super::super::spec::{Document, Location, Operation, Shape, Type};
use super::super::uploads;
use super::Report;

pub(super) const OPERATION: [&str; 12] = [
    "x-role",
    "x-instead",
    "x-effect",
    "x-host",
    "x-idempotent-by",
    "x-query-with",
    "x-settle",
    "x-rate",
    "x-one-of",
    "x-pagination",
    "x-stream",
    "x-proven-by",
];
/// What may be said of a parameter.
pub(super) const PARAMETER: [&str; 8] =
    ["x-personal", "x-encrypted", "x-json-string", "x-max-bytes", "x-notify-url", "x-equals", "x-differs", "x-given"];
/// What may be said of a property.
pub(super) const VALUE: [&str; 10] = [
    "x-personal",
    "x-encrypted",
    "x-json-string",
    "x-max-bytes",
    "x-notify-url",
    "x-equals",
    "x-differs",
    "x-file",
    "x-constant",
    "x-endings",
];
pub(super) const COMPONENT: [&str; 11] = [
    "x-distinct",
    "x-one-of",
    "x-sum",
    "x-at-most",
    "x-enum-names",
    "x-states",
    "x-progress",
    "x-check",
    "x-stage",
    "x-download",
    "x-launch",
];

/// What an operation does to the world.
const EFFECTS: [&str; 6] = ["read", "upload", "prepare", "configure", "money-in", "money-out"];
const MERCHANT: &str = "merchant.mchid";

pub(super) fn known(report: &mut Report<'_>, node: &Node, names: &[&str]) {
    for entry in node.entries().iter().filter(|entry| entry.key.starts_with("x-")) {
        if !names.contains(&entry.key.as_str()) {
            report.add(entry.line, "extension", format!("`{}` is not an extension known here", entry.key));
        }
    }
}

/// What can be said about the marks of a property or parameter before its type is understood.
pub(super) fn marks(report: &mut Report<'_>, node: &Node, schema: &Node) {
    let is_text = schema.text_at("type") == Some("string");
    for name in ["x-personal", "x-encrypted", "x-notify-url"] {
        if let Some(mark) = node.get(name)
            && !matches!(mark.data, Data::Bool(true))
        {
            report.add(mark.line, "mark", format!("`{name}` is `true` or left out"));
        }
    }
    for name in [
        "x-encrypted",
        "x-json-string",
        "x-notify-url",
        "x-max-bytes",
        "x-equals",
        "x-differs",
        "x-file",
        "x-constant",
        "x-endings",
    ] {
        if let Some(mark) = node.get(name).filter(|_| !is_text) {
            report.add(mark.line, "mark", format!("`{name}` is for text"));
        }
    }
    for name in ["x-equals", "x-differs"] {
        if let Some(mark) = node.get(name).filter(|mark| mark.text() != Some(MERCHANT)) {
            report.add(mark.line, "mark", format!("`{name}` compares with `{MERCHANT}`"));
        }
    }
    if let Some(pattern) =
        schema.get("pattern").filter(|node| node.text().is_none_or(|text| regex_lite::Regex::new(text).is_err()))
    {
        report.add(pattern.line, "pattern", "the pattern is no regular expression");
    }
}

pub(super) fn check(report: &mut Report<'_>, document: &Document, common: &Document) {
    for component in document.root.at(&["components", "schemas"]).map(Node::entries).unwrap_or_default() {
        let is_meta = document
            .operations
            .iter()
            .any(|operation| operation.upload.as_ref().is_some_and(|upload| upload.meta == component.key));
        let mut properties = component.value.get("properties").map(Node::entries).unwrap_or_default().iter();
        if let Some(made) = properties.find(|property| uploads::is_made(&property.value)).filter(|_| !is_meta) {
            let message = "only the meta of an upload has members that the SDK makes";
            report.add(made.line, "upload", message);
        }
    }
    for schema in document.schemas.iter().filter(|schema| !schema.relations.download.is_empty()) {
        if !downloads::is_right(schema, document) {
            let message = "x-download names url; url and continued_by; url, hash_type, hash (and sequence, key, nonce); or parts and count";
            report.add(schema.line, "x-download", message);
        }
    }
    for schema in document.schemas.iter().filter(|schema| schema.relations.download.is_empty()) {
        let has_address = match &schema.shape {
            Shape::Object(properties) => properties.iter().any(|property| property.name == "download_url"),
            _ => false,
        };
        if has_address {
            report.add(schema.line, "x-download", "an answer with a `download_url` says what proves its file");
        }
    }
    for operation in document.all_operations() {
        if !EFFECTS.contains(&operation.effect.as_str()) {
            report.add(operation.line, "x-effect", format!("x-effect is one of {}", EFFECTS.join(", ")));
        }
        if let Some(host) = operation.host.as_ref().filter(|host| !is_access_point(host)) {
            report.add(operation.line, "x-host", format!("`{host}` is not like https://apihk.mch.weixin.qq.com"));
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
        if let Some(rate) = operation.rate.as_ref().filter(|rate| rates::parse(rate).is_none()) {
            report.add(operation.line, "x-rate", format!("`{rate}` is not like `150/s` or `150/s, 6/s failing`"));
        }
        if let Some(way) = &operation.settle {
            let is_possible = way == "none" || conclude::settling(operation, document, common).is_some();
            let needs_number = way.ends_with("reenter") && operation.idempotent_by.is_none();
            if !conclude::WAYS.contains(&way.as_str()) || !is_possible || needs_number {
                let message = format!("`{way}` is none of {}, or lacks its number or query", conclude::WAYS.join(", "));
                report.add(operation.line, "x-settle", message);
            } else if *way == conclude::follows(operation, document, common) {
                report.add(operation.line, "x-settle", format!("`{way}` follows from the rest"));
            }
        }
        for name in operation.one_of.iter().flatten() {
            let is_optional_query = operation.parameters.iter().any(|parameter| {
                &parameter.name == name && parameter.location == Location::Query && !parameter.required
            });
            if !is_optional_query {
                report.add(operation.line, "x-one-of", format!("`{name}` is not an optional query parameter"));
            }
        }
        let encrypted = operation.parameters.iter().filter(|parameter| parameter.ty == Type::Sensitive);
        for parameter in encrypted.filter(|parameter| parameter.location == Location::Path) {
            report.add(operation.line, "mark", format!("`{}` is in the path and cannot be encrypted", parameter.name));
        }
    }
}

fn is_access_point(host: &str) -> bool {
    host.strip_prefix("https://").is_some_and(|host| host.ends_with(".mch.weixin.qq.com") && !host.contains('/'))
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
