//! Rules for schemas: named, described, and free of what would break a running shop.

use std::collections::BTreeMap;

use super::super::load::{Entry, Node};
use super::super::names::{is_pascal_case, snake_case};
use super::super::reach::Reach;
use super::super::spec::{Document, Shape, Type};
use super::{Report, extensions};

/// Scalar components that exist as handwritten Rust types (`src/types/`).
pub(crate) const SCALARS: [&str; 8] =
    ["BeijingDate", "BeijingHour", "BeijingIsoDate", "BeijingTime", "Fen", "MediaId", "PayscoreTime", "Rfc3339Time"];

/// Keywords that pass through generation or are checked in requests. What is missing here breaks one or the other:
/// `title` renames types, `default` is sent with every request, `nullable`, `anyOf` and `oneOf` make types that no
/// caller wants, `additionalProperties: false` refuses an answer with a new member.
const KEYWORDS: [&str; 17] = [
    "type",
    "format",
    "description",
    "example",
    "enum",
    "items",
    "properties",
    "required",
    "allOf",
    "$ref",
    "maxLength",
    "minLength",
    "pattern",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
];

/// Names that a field cannot have, because a builder or the struct itself has a method or member of that name.
const RESERVED: [&str; 6] = ["build", "builder", "clone", "into_future", "extra", "send"];

pub(super) fn tree(report: &mut Report<'_>, root: &Node) {
    for entry in root.at(&["components", "schemas"]).map(Node::entries).unwrap_or_default() {
        component(report, entry);
    }
    for entry in root.at(&["components", "parameters"]).map(Node::entries).unwrap_or_default() {
        used(report, entry.value.get("schema"));
    }
    for path in root.get("paths").map(Node::entries).unwrap_or_default() {
        for operation in path.value.entries() {
            for parameter in operation.value.get("parameters").map(Node::items).unwrap_or_default() {
                used(report, parameter.get("schema"));
            }
            used(report, operation.value.at(&["requestBody", "content", "application/json", "schema"]));
            for response in operation.value.get("responses").map(Node::entries).unwrap_or_default() {
                used(report, response.value.at(&["content", "application/json", "schema"]));
            }
        }
    }
}

fn component(report: &mut Report<'_>, entry: &Entry) {
    let Entry { key: name, line, value: node } = entry;
    if !is_pascal_case(name) {
        report.add(*line, "component-name", format!("`{name}` is not PascalCase"));
    }
    report.description(node, *line, "a component");
    keywords(report, node, &extensions::COMPONENT);
    if node.get("properties").is_some_and(|properties| !properties.entries().is_empty()) {
        for property in node.get("properties").map(Node::entries).unwrap_or_default() {
            self::property(report, property);
        }
    } else if node.text_at("type") == Some("object") {
        report.add(*line, "properties", format!("the object `{name}` lists its properties"));
    } else if node.get("enum").is_none() && !SCALARS.contains(&name.as_str()) {
        report.add(*line, "component-shape", format!("`{name}` is an object, an enum or a known scalar"));
    }
    let properties = node.get("properties").map(Node::entries).unwrap_or_default();
    for required in node.texts_at("required") {
        if !properties.iter().any(|property| property.key == required) {
            report.add(*line, "required", format!("`{required}` is required but not a property"));
        }
    }
}

/// Names that always mean somebody: `openid`, `sub_openid`, `openids` …
pub(super) fn is_payer_data(name: &str) -> bool {
    name.contains("openid")
}

fn property(report: &mut Report<'_>, entry: &Entry) {
    let Entry { key: name, line, value: node } = entry;
    let rust = snake_case(name);
    if RESERVED.contains(&rust.as_str()) || rust.starts_with("maybe_") {
        report.add(*line, "reserved-name", format!("a field `{name}` would hide a method of its builder"));
    }
    report.description(node, *line, "a property");
    if is_payer_data(name) && !node.is_true_at("x-personal") {
        report.add(*line, "personal", format!("`{name}` is payer data: `x-personal: true`"));
    }
    extensions::marks(report, node, node);
    used(report, Some(node));
}

/// A schema at the place of its use: a reference or a scalar, never an object or enum of its own.
fn used(report: &mut Report<'_>, node: Option<&Node>) {
    let Some(node) = node else { return };
    keywords(report, node, &extensions::VALUE);
    if node.get("properties").is_some() || node.text_at("type") == Some("object") {
        report.add(node.line, "inline", "an object is a named component, not inline");
    }
    if node.get("enum").is_some() && node.text_at("type") != Some("integer") {
        report.add(node.line, "inline", "an enum is a named component, not inline");
    }
    if node.get("$ref").is_some() && node.entries().len() > 1 {
        report.add(node.line, "ref-sibling", "`$ref` stands alone; use `allOf: [{ $ref: … }]` with siblings");
    }
    match node.text_at("type") {
        Some("integer") if node.text_at("format") != Some("int64") => {
            report.add(node.line, "integer-format", "an integer is `format: int64`");
        }
        Some("string") if node.text_at("format") == Some("binary") => {}
        Some("string" | "boolean" | "array") if node.get("format").is_some() => {
            report.add(node.line, "format", "only integers have a format; times are components of common.yaml");
        }
        Some("number") => report.add(node.line, "type", "there are no floats; amounts are integers in fen"),
        _ => {}
    }
    for one in node.get("allOf").map(Node::items).unwrap_or_default() {
        if one.get("$ref").is_none() {
            report.add(one.line, "all-of-one", "allOf names one component by `$ref`");
        }
    }
    used(report, node.get("items"));
}

fn keywords(report: &mut Report<'_>, node: &Node, known: &[&str]) {
    for entry in node.entries() {
        if !KEYWORDS.contains(&entry.key.as_str()) && !entry.key.starts_with("x-") {
            report.add(
                entry.line,
                "schema-keyword",
                format!("`{}` in a schema is not allowed; see openapi/README.md", entry.key),
            );
        }
    }
    extensions::known(report, node, known);
}

pub(super) fn check(report: &mut Report<'_>, document: &Document, common: &Document) {
    references_resolve(report, document, common);
    nothing_is_unused(report, document);
    nothing_needs_itself(report, document);
    shapes_are_shared(report, document);
}

fn references_resolve(report: &mut Report<'_>, document: &Document, common: &Document) {
    let mut uses: Vec<(usize, &Type)> = Vec::new();
    for operation in document.all_operations() {
        uses.extend(operation.parameters.iter().map(|parameter| (operation.line, &parameter.ty)));
        uses.extend(operation.body.iter().map(|body| (operation.line, &body.ty)));
        uses.extend(operation.answer.iter().map(|answer| (operation.line, answer)));
    }
    for schema in &document.schemas {
        if let Shape::Object(properties) = &schema.shape {
            uses.extend(properties.iter().map(|property| (property.line, &property.ty)));
        }
    }
    for (line, ty) in uses {
        if let Some((is_common, name)) = ty.component() {
            let home = if is_common { common } else { document };
            if home.schema(name).is_none() {
                report.add(line, "reference", format!("there is no component `{name}` in {}", home.name));
            }
        }
    }
}

fn nothing_is_unused(report: &mut Report<'_>, document: &Document) {
    if document.is_common() {
        return;
    }
    let reach = Reach::of(document);
    for schema in &document.schemas {
        let name = (false, schema.name.clone());
        if !reach.requests.contains(&name) && !reach.answers.contains(&name) && !reach.parameters.contains(&name) {
            report.add(schema.line, "unused", format!("no operation reaches `{}`", schema.name));
        }
    }
}

/// A component that requires itself, directly or through others, can never be built.
fn nothing_needs_itself(report: &mut Report<'_>, document: &Document) {
    for schema in &document.schemas {
        let mut needed = vec![schema.name.as_str()];
        let mut at = 0;
        while let Some(name) = needed.get(at).copied() {
            at += 1;
            let Some(Shape::Object(properties)) = document.schema(name).map(|schema| &schema.shape) else { continue };
            for property in properties.iter().filter(|property| property.required) {
                if let Type::Component { common: false, name } = &property.ty {
                    if name == &schema.name {
                        report.add(schema.line, "needs-itself", format!("`{name}` requires another `{name}`"));
                        return;
                    }
                    if !needed.contains(&name.as_str()) {
                        needed.push(name);
                    }
                }
            }
        }
    }
}

/// Two components of one shape are one component under two names, unless one says why (`x-distinct`) or is the body of
/// an operation.
fn shapes_are_shared(report: &mut Report<'_>, document: &Document) {
    let roots: Vec<&str> = document
        .operations
        .iter()
        .flat_map(|operation| operation.body.as_ref().map(|body| &body.ty).into_iter().chain(&operation.answer))
        .filter_map(|ty| ty.component())
        .map(|(_, name)| name)
        .collect();
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for schema in &document.schemas {
        if schema.distinct || roots.contains(&schema.name.as_str()) {
            continue;
        }
        let shape = match &schema.shape {
            Shape::Object(properties) => {
                let mut parts: Vec<String> = properties
                    .iter()
                    .map(|property| format!("{} {:?} {}", property.name, property.ty, property.required))
                    .collect();
                parts.sort();
                parts.join(";")
            }
            Shape::Enum(words) => words.iter().map(|word| format!("{}={:?}", word.text, word.state)).collect(),
            Shape::Scalar => continue,
        };
        if let Some(other) = seen.get(shape.as_str()) {
            report.add(
                schema.line,
                "same-shape",
                format!("`{}` has the shape of `{other}`: share one component", schema.name),
            );
        } else {
            seen.insert(shape, &schema.name);
        }
    }
}
