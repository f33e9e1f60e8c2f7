//! The specs as the gateway uses them: which operation a path belongs to, and what its requests must look like.

use std::fmt;
use std::sync::OnceLock;

use http::{Method, StatusCode};
use jsonschema::{Draft, Registry, Validator};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Location;

/// The operations of the enabled families, their schemas compiled.
pub(super) struct Catalogue {
    /// Literal paths before paths with parameters, so that the first match is the right one.
    operations: Vec<Operation>,
}

/// One operation of a spec.
pub(super) struct Operation {
    pub(super) family: String,
    pub(super) id: String,
    /// What the SDK knows of it: the rules of its requests.
    pub(super) rules: &'static crate::rt::Operation,
    pub(super) method: Method,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<Body>,
    /// Status of a success answer.
    pub(super) status: StatusCode,
    /// The spec's example of a success answer.
    pub(super) answer: Option<Value>,
    path: Vec<Segment>,
}

impl Operation {
    /// Whether this is its name, with its family or without.
    pub(super) fn is_called(&self, name: &str) -> bool {
        match name.split_once('.') {
            Some((family, id)) => self.family == family && self.id == id,
            None => self.id == name,
        }
    }
}

/// A path or query parameter.
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) location: Location,
    pub(super) is_required: bool,
    pub(super) kind: Kind,
    pub(super) schema: Validator,
}

/// What the text of a parameter stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Array,
    ArrayOfIntegers,
    Boolean,
    Integer,
    Json,
    Text,
}

/// A request body.
pub(super) struct Body {
    pub(super) is_required: bool,
    pub(super) schema: Validator,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    Parameter(String),
}

/// What a method and a path lead to.
pub(super) enum Found<'c, 'p> {
    /// An operation, and its path parameters as they stand in the path.
    Operation(&'c Operation, Vec<(&'c str, &'p str)>),
    /// A known path that takes other methods.
    OtherMethods(Vec<&'c Method>),
    Nothing,
}

impl Catalogue {
    /// The catalogue of this process, compiled once.
    pub(super) fn get() -> Result<&'static Self, &'static str> {
        static CATALOGUE: OnceLock<Result<Catalogue, String>> = OnceLock::new();
        let catalogue = CATALOGUE.get_or_init(|| Self::compile(crate::api::SPECS).map_err(|error| error.to_string()));
        catalogue.as_ref().map_err(String::as_str)
    }

    pub(super) fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.iter()
    }

    /// Finds the operation of a path that is still percent-encoded.
    pub(super) fn find<'c, 'p>(&'c self, method: &Method, path: &'p str) -> Found<'c, 'p> {
        let segments: Vec<&str> = path.split('/').collect();
        let mut others = Vec::new();
        for operation in &self.operations {
            if let Some(parameters) = matched(&operation.path, &segments) {
                if operation.method == *method {
                    return Found::Operation(operation, parameters);
                }
                others.push(&operation.method);
            }
        }
        if others.is_empty() { Found::Nothing } else { Found::OtherMethods(others) }
    }

    fn compile(specs: &[&str]) -> Result<Self, Box<dyn std::error::Error>> {
        let mut operations = Vec::new();
        for text in specs {
            let spec: Spec = serde_json::from_str(text)?;
            let document = json!({ "schemas": spec.schemas, "parameters": spec.parameters() });
            let base = format!("urn:wechatpay:{}", spec.family);
            // OpenAPI 3.0 speaks an early JSON Schema: `exclusiveMinimum` is a boolean, 1.0 is no integer.
            let registry = Registry::new().draft(Draft::Draft4).add(&base, document)?.prepare()?;
            let compile = |pointer: &str| {
                let schema = json!({ "$ref": format!("{base}#{pointer}") });
                jsonschema::options().with_draft(Draft::Draft4).with_registry(&registry).build(&schema)
            };
            for operation in spec.operations {
                operations.push(operation.compile(&spec.family, &spec.schemas, &compile)?);
            }
        }
        operations.sort_by(|a: &Operation, b| a.path.cmp(&b.path));
        Ok(Self { operations })
    }
}

fn matched<'c, 'p>(path: &'c [Segment], segments: &[&'p str]) -> Option<Vec<(&'c str, &'p str)>> {
    if path.len() != segments.len() {
        return None;
    }
    let mut parameters = Vec::new();
    for (segment, text) in path.iter().zip(segments) {
        match segment {
            Segment::Literal(literal) if literal == text => {}
            Segment::Parameter(name) if !text.is_empty() => parameters.push((name.as_str(), *text)),
            _ => return None,
        }
    }
    Some(parameters)
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.operations.iter().map(|operation| &operation.id)).finish()
    }
}

/// The JSON that build.rs writes for a family.
#[derive(Deserialize)]
struct Spec {
    family: String,
    operations: Vec<SpecOperation>,
    schemas: Value,
}

#[derive(Deserialize)]
struct SpecOperation {
    id: String,
    method: String,
    path: String,
    parameters: Vec<SpecParameter>,
    body: Option<SpecBody>,
    status: u16,
    answer: Option<Value>,
}

#[derive(Deserialize)]
struct SpecParameter {
    name: String,
    #[serde(rename = "in")]
    location: String,
    required: bool,
    schema: Value,
}

#[derive(Deserialize)]
struct SpecBody {
    required: bool,
    schema: String,
}

/// Compiles the schema at a JSON pointer into the family's document.
type Compile<'c> = dyn Fn(&str) -> Result<Validator, jsonschema::ValidationError<'static>> + 'c;

impl Spec {
    /// The schemas of all parameters: operation, then name.
    fn parameters(&self) -> Value {
        let of = |operation: &SpecOperation| -> Value {
            operation.parameters.iter().map(|parameter| (parameter.name.clone(), parameter.schema.clone())).collect()
        };
        self.operations.iter().map(|operation| (operation.id.clone(), of(operation))).collect()
    }
}

impl SpecOperation {
    fn compile(
        self,
        family: &str,
        schemas: &Value,
        compile: &Compile<'_>,
    ) -> Result<Operation, Box<dyn std::error::Error>> {
        let mut parameters = Vec::new();
        for parameter in self.parameters {
            parameters.push(Parameter {
                kind: kind(&parameter.schema, schemas),
                schema: compile(&format!("/parameters/{}/{}", self.id, parameter.name))?,
                name: parameter.name,
                location: match parameter.location.as_str() {
                    "path" => Location::Path,
                    "form" => Location::Form,
                    _ => Location::Query,
                },
                is_required: parameter.required,
            });
        }
        let body = match self.body {
            None => None,
            Some(body) => {
                let schema = compile(&format!("/schemas/{}", body.schema))?;
                Some(Body { is_required: body.required, schema })
            }
        };
        let mut known = crate::api::operations();
        let rules = known
            .find(|(method, operation)| *method == self.method && operation.path == self.path)
            .ok_or_else(|| format!("{} is not an operation of the SDK", self.id))?
            .1;
        Ok(Operation {
            family: family.to_owned(),
            id: self.id,
            rules,
            method: self.method.parse()?,
            parameters,
            body,
            status: StatusCode::from_u16(self.status)?,
            answer: self.answer,
            path: self.path.split('/').map(Segment::read).collect(),
        })
    }
}

impl Segment {
    fn read(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            Some(name) => Self::Parameter(name.to_owned()),
            None => Self::Literal(text.to_owned()),
        }
    }
}

/// The kind of a parameter, looked up through references.
fn kind(schema: &Value, schemas: &Value) -> Kind {
    let reference = schema.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix("#/schemas/"));
    if let Some(component) = reference.and_then(|name| schemas.get(name)) {
        return kind(component, schemas);
    }
    if let Some(only) = schema.pointer("/allOf/0") {
        return kind(only, schemas);
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("array") => match schema.get("items").map(|items| kind(items, schemas)) {
            Some(Kind::Integer) => Kind::ArrayOfIntegers,
            _ => Kind::Array,
        },
        Some("boolean") => Kind::Boolean,
        Some("integer" | "number") => Kind::Integer,
        Some("object") => Kind::Json,
        _ => Kind::Text,
    }
}

#[cfg(test)]
#[cfg(feature = "partner-payscore")]
mod tests {
    use super::*;

    fn found(method: Method, path: &str) -> Option<(&'static str, Vec<(&'static str, &str)>)> {
        match Catalogue::get().unwrap().find(&method, path) {
            Found::Operation(operation, parameters) => Some((operation.id.as_str(), parameters)),
            _ => None,
        }
    }

    #[test]
    fn a_path_leads_to_its_operation_and_its_values() {
        let (id, parameters) = found(Method::POST, "/v3/payscore/partner/serviceorder/a%2Fb/sync").unwrap();
        assert_eq!((id, parameters), ("sync_service_order", vec![("out_order_no", "a%2Fb")]));
        let (id, parameters) = found(Method::GET, "/v3/payscore/partner/serviceorder").unwrap();
        assert_eq!((id, parameters), ("get_service_order", vec![]));
    }

    #[test]
    fn a_literal_path_wins_over_a_parameter() {
        let literal = |text: &str| Segment::read(text);
        assert!(literal("direct-complete") < literal("{out_order_no}"));
        assert!(literal("zzz") < literal("{a}"));
    }

    #[test]
    fn a_slash_more_or_less_is_another_path() {
        for path in ["", "/", "/v3/payscore/partner/serviceorder/", "//v3/payscore/partner/serviceorder"] {
            assert!(found(Method::GET, path).is_none(), "{path}");
        }
        assert!(found(Method::POST, "/v3/payscore/partner/serviceorder//sync").is_none());
        assert!(found(Method::GET, "/V3/payscore/partner/serviceorder").is_none());
    }

    #[test]
    fn a_known_path_names_the_methods_it_takes() {
        let catalogue = Catalogue::get().unwrap();
        let Found::OtherMethods(methods) = catalogue.find(&Method::PUT, "/v3/payscore/partner/serviceorder") else {
            panic!("PUT is not known there");
        };
        assert_eq!(methods.len(), 2);
        assert!(methods.contains(&&Method::GET) && methods.contains(&&Method::POST));
    }

    #[test]
    fn the_kind_of_a_parameter_is_found_behind_references() {
        let schemas = json!({ "Day": { "type": "string" }, "Count": { "allOf": [{ "type": "integer" }] } });
        assert_eq!(kind(&json!({ "$ref": "#/schemas/Day" }), &schemas), Kind::Text);
        assert_eq!(kind(&json!({ "allOf": [{ "$ref": "#/schemas/Count" }] }), &schemas), Kind::Integer);
        assert_eq!(kind(&json!({ "type": "boolean" }), &schemas), Kind::Boolean);
        let list = json!({ "type": "array", "items": { "$ref": "#/schemas/Count" } });
        assert_eq!(kind(&list, &schemas), Kind::ArrayOfIntegers);
    }
}
