//! Turns a spec that is written for people into one that the generator reads without surprises.
//!
//! Nothing here changes the wire. What is dropped is dropped because the generator would misread it (limits become
//! newtypes that refuse answers, `default` is sent with every request) or because a later pass takes it from the spec
//! itself (descriptions, error responses, vendor extensions).

use serde_json::{Map, Value, json};

use super::spec::{Document, Location, Schema, Shape, Type};

/// Types of encrypted members; they stand in `src/types` and in no spec.
pub(crate) const ENCRYPTED: [&str; 2] = ["Sensitive", "Ciphertext"];

/// The document for the generator: operations with bodies and parameters, components, `common.yaml` merged in.
pub(crate) fn openapi(document: &Document, common: &Document) -> Value {
    let mut paths = Map::new();
    for operation in &document.operations {
        let mut parameters = Vec::new();
        for parameter in operation.parameters.iter().filter(|parameter| parameter.location != Location::Form) {
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
        schemas.extend(home.schemas.iter().map(|component| (component.name.clone(), component.schema())));
    }
    for encrypted in ENCRYPTED {
        schemas.insert(encrypted.to_owned(), json!({ "type": "string" }));
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

impl Schema {
    fn schema(&self) -> Value {
        match &self.shape {
            Shape::Object(properties) => {
                let required: Vec<&str> = properties
                    .iter()
                    .filter(|property| property.required)
                    .map(|property| property.name.as_str())
                    .collect();
                let properties: Map<String, Value> =
                    properties.iter().map(|property| (property.name.clone(), property.ty.schema())).collect();
                json!({ "type": "object", "required": required, "properties": properties })
            }
            Shape::Enum(words) => {
                let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
                json!({ "type": "string", "enum": words })
            }
            Shape::Scalar => json!({ "type": "string" }),
        }
    }
}

impl Type {
    fn schema(&self) -> Value {
        match self {
            Type::Text | Type::JsonText(_) => json!({ "type": "string" }),
            Type::Integer => json!({ "type": "integer", "format": "int64" }),
            Type::Boolean => json!({ "type": "boolean" }),
            Type::Any => json!({}),
            Type::Sensitive => json!({ "$ref": "#/components/schemas/Sensitive" }),
            Type::Ciphertext => json!({ "$ref": "#/components/schemas/Ciphertext" }),
            Type::Component { name, .. } => json!({ "$ref": format!("#/components/schemas/{name}") }),
            Type::List(item) => json!({ "type": "array", "items": item.schema() }),
        }
    }
}
