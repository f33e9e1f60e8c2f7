//! Rules for operations: what their parts are, and that nothing is left unsaid.

use super::super::downloads;
use super::super::load::Node;
use super::super::names::is_snake_case;
use super::super::spec::{Document, Location, METHODS, Operation, Shape, Type, template_names};
use super::{Report, extensions, roles, schemas};

const SUMMARY_CHARACTERS: usize = 72;

pub(super) fn tree(report: &mut Report<'_>, root: &Node) {
    for path in root.get("paths").map(Node::entries).unwrap_or_default() {
        if !path.key.starts_with('/') || path.key.contains(['?', '#', ' ']) {
            report.add(path.line, "path-form", "a path begins with `/` and has no query");
        }
        for entry in path.value.entries() {
            if METHODS.contains(&entry.key.as_str()) {
                operation(report, &entry.value, entry.line);
            } else {
                report.add(entry.line, "path-keyword", format!("`{}` is not an operation", entry.key));
            }
        }
    }
    for entry in root.at(&["components", "parameters"]).map(Node::entries).unwrap_or_default() {
        parameter(report, &entry.value, entry.line);
    }
}

fn operation(report: &mut Report<'_>, node: &Node, line: usize) {
    const KEYWORDS: [&str; 8] =
        ["operationId", "tags", "summary", "description", "externalDocs", "parameters", "requestBody", "responses"];
    for entry in node.entries() {
        if !KEYWORDS.contains(&entry.key.as_str()) && !entry.key.starts_with("x-") {
            report.add(entry.line, "operation-keyword", format!("`{}` is not used in specs", entry.key));
        }
    }
    extensions::known(report, node, &extensions::OPERATION);
    roles::tree(report, node);
    match node.text_at("operationId") {
        Some(id) if is_snake_case(id) => {}
        Some(id) => report.add(line, "operation-id", format!("`{id}` is not verb_object in snake_case")),
        None => report.add(line, "operation-id", "an operation has an operationId"),
    }
    match node.text_at("summary") {
        Some(text) if text.ends_with('.') || text.chars().count() > SUMMARY_CHARACTERS => {
            report.add(line, "summary", "a summary has at most 72 characters and no full stop");
        }
        Some(_) => {}
        None => report.add(line, "summary", "an operation has a summary"),
    }
    report.description(node, line, "an operation");
    if node.at(&["externalDocs", "url"]).and_then(Node::text).is_none_or(|url| !url.starts_with("https://")) {
        report.add(line, "official-page", "externalDocs.url names the official page");
    }
    for item in node.get("parameters").map(Node::items).unwrap_or_default() {
        if item.get("$ref").is_none() {
            parameter(report, item, item.line);
        }
    }
    if let Some(body) = node.get("requestBody") {
        content(report, body, "a request body");
        if body.get("content").is_none() {
            report.add(body.line, "json-only", "a request body has content");
        }
    }
    responses(report, node, line);
    if let Some(mark) = node.get("x-stream").filter(|_| !node.is_true_at("x-stream")) {
        report.add(mark.line, "mark", "`x-stream` is `true` or left out");
    }
    if let Some(header) = node.get("x-proven-by") {
        let is_known = downloads::PROVING.iter().any(|(name, _)| header.text() == Some(name));
        if !is_known || !node.is_true_at("x-stream") {
            let names = downloads::PROVING.map(|(name, _)| name).join(" or ");
            report.add(header.line, "x-proven-by", format!("a file is proven by the header {names}"));
        }
    }
    for parameter in node.get("parameters").map(Node::items).unwrap_or_default() {
        if let Some(mark) = parameter.get("x-given")
            && !(node.is_true_at("x-stream")
                && parameter.is_true_at("x-given")
                && parameter.text_at("in") == Some("query"))
        {
            report.add(mark.line, "x-given", "`x-given: true` marks what stands in the address of a file");
        }
    }
}

fn parameter(report: &mut Report<'_>, node: &Node, line: usize) {
    report.description(node, line, "a parameter");
    extensions::known(report, node, &extensions::PARAMETER);
    extensions::marks(report, node, node.get("schema").unwrap_or(node));
    if node.get("example").is_none() {
        report.add(line, "example", "a parameter has an example");
    }
    if node.text_at("name").is_some_and(schemas::is_payer_data) && !node.is_true_at("x-personal") {
        report.add(line, "personal", "the parameter is payer data: `x-personal: true`");
    }
    match node.text_at("in") {
        Some("path") if !node.is_true_at("required") => {
            report.add(line, "path-parameter", "a path parameter is `required: true`");
        }
        Some("path" | "query") => {}
        _ => report.add(line, "parameter-place", "a parameter is in path or query; headers are set by the SDK"),
    }
}

fn responses(report: &mut Report<'_>, node: &Node, line: usize) {
    let responses = node.get("responses").map(Node::entries).unwrap_or_default();
    if node.is_true_at("x-stream") {
        if !responses.iter().any(|response| response.value.at(&["content", "application/octet-stream"]).is_some()) {
            report.add(line, "stream", "a file is answered as `application/octet-stream`");
        }
        return;
    }
    let mut shapes: Vec<String> = Vec::new();
    for response in responses {
        match response.key.as_str() {
            "default" => {}
            "200" | "202" => {
                content(report, &response.value, "a response");
                if let Some(schema) = response.value.at(&["content", "application/json", "schema"]) {
                    shapes.push(schema.json().to_string());
                }
            }
            "204" => {
                if response.value.get("content").is_some() {
                    report.add(response.line, "empty-204", "204 has no content");
                }
            }
            other => report.add(
                response.line,
                "response-status",
                format!("`{other}`: only 200, 202, 204 and default are listed"),
            ),
        }
    }
    shapes.dedup();
    if shapes.len() > 1 {
        report.add(line, "one-answer", "two success statuses with different bodies cannot be one Rust type");
    }
    if !responses.iter().any(|response| response.key.starts_with('2')) {
        report.add(line, "success", "an operation lists its success status");
    }
    if !responses.iter().any(|response| response.key == "default") {
        report.add(line, "error-response", "an operation lists `default` with the shared error response");
    }
}

/// JSON only, with a complete example.
fn content(report: &mut Report<'_>, node: &Node, what: &str) {
    for media in node.get("content").map(Node::entries).unwrap_or_default() {
        let is_form = media.key == "multipart/form-data" && what == "a request body";
        if media.key != "application/json" && !is_form {
            report.add(media.line, "json-only", format!("{what} is application/json, not `{}`", media.key));
        }
        if media.value.get("example").is_none() {
            report.add(media.line, "example", format!("{what} has an example"));
        }
    }
}

pub(super) fn check(report: &mut Report<'_>, document: &Document, common: &Document) {
    for operation in document.all_operations() {
        path_matches_parameters(report, operation);
        parameters_can_be_written(report, operation, document, common);
        body_is_a_component(report, operation, document, common);
        optional_body_needs_nothing(report, operation, document, common);
    }
}

fn path_matches_parameters(report: &mut Report<'_>, operation: &Operation) {
    for parameter in &operation.parameters {
        let in_template = operation.path.contains(&format!("{{{}}}", parameter.name));
        if parameter.location == Location::Path && !in_template {
            report.add(operation.line, "path-template", format!("`{}` is not in the path", parameter.name));
        }
        if parameter.location == Location::Query && in_template {
            report.add(
                operation.line,
                "path-and-query",
                format!("`{}` is a name in path and query, which the generator confuses", parameter.name),
            );
        }
    }
    for name in template_names(&operation.path) {
        if !operation.parameters.iter().any(|parameter| parameter.location == Location::Path && parameter.name == name)
        {
            report.add(operation.line, "path-template", format!("the path parameter `{name}` is not described"));
        }
    }
}

/// A path value is one piece of text; a query value is that, or a list of such.
fn parameters_can_be_written(report: &mut Report<'_>, operation: &Operation, document: &Document, common: &Document) {
    let is_text = |ty: &Type| match ty {
        Type::Text | Type::Integer | Type::Boolean | Type::Sensitive | Type::JsonText(_) => true,
        Type::Any | Type::List(_) | Type::Ciphertext => false,
        Type::Component { .. } => {
            document.find(common, ty).is_none_or(|schema| !matches!(schema.shape, Shape::Object(_)))
        }
    };
    for parameter in &operation.parameters {
        let is_writable = match (&parameter.ty, parameter.location) {
            (Type::List(item), Location::Query) => is_text(item),
            (ty, _) => is_text(ty),
        };
        if !is_writable {
            report.add(
                operation.line,
                "parameter-type",
                format!("`{}` is text, an integer, a flag, an enum, or in a query a list of these", parameter.name),
            );
        }
    }
}

/// The argument of a call is a request type with a builder.
fn body_is_a_component(report: &mut Report<'_>, operation: &Operation, document: &Document, common: &Document) {
    let Some(body) = &operation.body else { return };
    if operation.method == "get" {
        report.add(operation.line, "get-body", "a GET has no body");
    }
    let is_object = match &body.ty {
        Type::Component { .. } => {
            document.find(common, &body.ty).is_none_or(|schema| matches!(schema.shape, Shape::Object(_)))
        }
        _ => false,
    };
    if !is_object {
        report.add(operation.line, "body-component", "a request body is an object component");
    }
}

/// Without a body `{}` is sent, so nothing in it may be required.
fn optional_body_needs_nothing(report: &mut Report<'_>, operation: &Operation, document: &Document, common: &Document) {
    let Some(body) = operation.body.as_ref().filter(|body| !body.required) else { return };
    if let Some(schema) = document.find(common, &body.ty)
        && let Shape::Object(properties) = &schema.shape
        && properties.iter().any(|property| property.required)
    {
        report.add(
            operation.line,
            "optional-body",
            format!("the body is optional but `{}` has required fields", schema.name),
        );
    }
}
