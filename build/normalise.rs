//! Turns a spec that is written for people into one that the generator reads without surprises.
//!
//! Nothing here changes the wire. What is dropped is dropped because the generator would misread it (limits become
//! newtypes that refuse answers, `default` is sent with every request) or because a later pass takes it from the spec
//! itself (descriptions, error responses, vendor extensions).

use serde_json::{Map, Value, json};

use super::spec::{Document, Type};

/// Keywords of a schema that the generator gets to see.
const SEEN: [&str; 6] = ["type", "format", "enum", "items", "properties", "required"];

/// The document for the generator: operations with bodies and parameters, components, `common.yaml` merged in.
pub(crate) fn openapi(document: &Document, common: &Document) -> Value {
    let mut paths = Map::new();
    for operation in &document.operations {
        let mut parameters = Vec::new();
        for parameter in &operation.parameters {
            parameters.push(json!({
                "name": parameter.name,
                "in": parameter.location.as_str(),
                "required": parameter.required,
                "schema": parameter.ty.schema(),
            }));
        }
        let mut normalised = Map::new();
        normalised.insert("operationId".to_owned(), json!(operation.id));
        normalised.insert("parameters".to_owned(), json!(parameters));
        normalised.insert("responses".to_owned(), json!({ "2XX": success(operation.answer.as_ref()) }));
        if let Some(body) = &operation.body {
            let content = json!({ "application/json": { "schema": body.ty.schema() } });
            normalised.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
        }
        if let Value::Object(item) = paths.entry(operation.path.clone()).or_insert_with(|| json!({})) {
            item.insert(operation.method.to_owned(), Value::Object(normalised));
        }
    }

    let mut schemas = Map::new();
    for home in [common, document] {
        for component in &home.schemas {
            if let Some(source) = home.root.at(&["components", "schemas", &component.name]) {
                schemas.insert(component.name.clone(), schema(&source.json()));
            }
        }
    }
    json!({
        "openapi": "3.0.3",
        "info": { "title": document.family, "version": "1" },
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

fn success(answer: Option<&Type>) -> Value {
    match answer {
        Some(ty) => json!({ "description": "", "content": { "application/json": { "schema": ty.schema() } } }),
        None => json!({ "description": "" }),
    }
}

/// One schema without what the generator must not see; `allOf` of one reference becomes the reference.
fn schema(source: &Value) -> Value {
    if let Some([one]) = source.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        return schema(one);
    }
    if let Some(reference) = source.get("$ref").and_then(Value::as_str) {
        return json!({ "$ref": local(reference) });
    }
    let mut kept = Map::new();
    for (keyword, value) in source.as_object().into_iter().flatten().filter(|(key, _)| SEEN.contains(&key.as_str())) {
        let value = match keyword.as_str() {
            "items" => schema(value),
            "properties" => value
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, property)| (name.clone(), schema(property)))
                .collect(),
            _ => value.clone(),
        };
        kept.insert(keyword.clone(), value);
    }
    Value::Object(kept)
}

fn local(reference: &str) -> String {
    reference.strip_prefix("common.yaml").unwrap_or(reference).to_owned()
}

impl Type {
    fn schema(&self) -> Value {
        match self {
            Type::Text => json!({ "type": "string" }),
            Type::Integer => json!({ "type": "integer", "format": "int64" }),
            Type::Boolean => json!({ "type": "boolean" }),
            Type::Any => json!({}),
            Type::Component { name, .. } => json!({ "$ref": format!("#/components/schemas/{name}") }),
            Type::List(item) => json!({ "type": "array", "items": item.schema() }),
        }
    }
}
