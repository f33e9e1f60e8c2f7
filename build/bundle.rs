//! The specs as JSON for the simulator: what a gateway needs to check requests and to answer.

use serde_json::{Map, Value, json};

use super::reach::Reach;
use super::spec::Document;

/// One family: operations with their parameters, bodies and examples, and the schemas they reach, limits included.
///
/// Like the real gateway, the simulator refuses members that a schema does not list.
pub(crate) fn json(document: &Document, common: &Document) -> Value {
    let operations: Vec<Value> = document
        .operations
        .iter()
        .map(|operation| {
            let parameters: Vec<Value> = operation
                .parameters
                .iter()
                .map(|parameter| {
                    json!({
                        "name": parameter.name,
                        "in": parameter.location.as_str(),
                        "required": parameter.required,
                        "schema": closed(&parameter.schema),
                    })
                })
                .collect();
            let body = operation
                .body
                .as_ref()
                .map(|body| json!({ "required": body.required, "schema": body.ty.component().map(|(_, name)| name) }));
            let meta = operation.upload.as_ref();
            let body = meta.map(|upload| json!({ "required": true, "schema": upload.meta })).or(body);
            json!({
                "id": operation.id,
                "method": operation.method.to_uppercase(),
                "path": operation.path,
                "parameters": parameters,
                "body": body,
                "status": operation.status,
                "answer": operation.answer_example,
                "answer_schema": operation.answer.as_ref().and_then(|ty| ty.component()).map(|(_, name)| name),
            })
        })
        .collect();
    let schemas = schemas(document, common);
    json!({ "family": document.family, "operations": operations, "schemas": schemas })
}

/// The components that the operations of a family reach, by name.
pub(crate) fn schemas(document: &Document, common: &Document) -> Value {
    let mut schemas = Map::new();
    let reach = Reach::of(document);
    let common_reach = Reach::of_common(common, std::slice::from_ref(document));
    for (home, reach) in [(common, &common_reach), (document, &reach)] {
        for schema in &home.schemas {
            if reach.contains(&(home.is_common(), schema.name.clone()))
                && let Some(node) = home.root.at(&["components", "schemas", &schema.name])
            {
                schemas.insert(schema.name.clone(), closed(&node.json()));
            }
        }
    }
    // No Rust type has the members that the SDK makes, but the wire has.
    for upload in document.operations.iter().filter_map(|operation| operation.upload.as_ref()) {
        if let Some(node) = document.root.at(&["components", "schemas", &upload.meta]) {
            schemas.insert(upload.meta.clone(), closed(&node.json()));
        }
    }
    Value::Object(schemas)
}

/// The schema in the terms of JSON Schema, with references into `#/schemas` and no unknown members.
pub(crate) fn closed(schema: &Value) -> Value {
    match schema {
        // The documented limits are those of the plain text.
        Value::Object(members) if members.get("x-encrypted") == Some(&Value::Bool(true)) => json!({ "type": "string" }),
        Value::Object(members) => {
            let mut closed_members = Map::new();
            for (name, value) in members {
                match (name.as_str(), value) {
                    ("example" | "description" | "format", _) => {}
                    ("$ref", Value::String(reference)) => {
                        let name = reference.rsplit('/').next().unwrap_or_default();
                        closed_members.insert("$ref".to_owned(), json!(format!("#/schemas/{name}")));
                    }
                    ("properties", Value::Object(properties)) => {
                        let properties = properties.iter().map(|(name, value)| (name.clone(), closed(value))).collect();
                        closed_members.insert("properties".to_owned(), Value::Object(properties));
                        closed_members.insert("additionalProperties".to_owned(), json!(false));
                    }
                    (name, _) if name.starts_with("x-") => {}
                    _ => drop(closed_members.insert(name.clone(), closed(value))),
                }
            }
            Value::Object(closed_members)
        }
        Value::Array(items) => Value::Array(items.iter().map(closed).collect()),
        scalar => scalar.clone(),
    }
}
