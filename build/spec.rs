//! What a spec file says, in the terms that the later passes need.

use serde_json::Value;

use super::limits::{Limits, Marks};
use super::lint::Problem;
use super::load::Node;
use super::names::pascal_case;
use super::pagination::Pagination;
use super::reach::Reach;
use super::relations::{Relations, Word, groups, pairs, words};
use super::uploads::{self, Form, Upload};

pub(crate) const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
pub(crate) const COMMON: &str = "common";

/// Names in braces, in the order of the path.
pub(crate) fn template_names(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

fn example(node: Option<&Node>) -> Value {
    node.map(Node::json).unwrap_or_default()
}

/// One file of `openapi/`.
#[derive(Debug)]
pub(crate) struct Document {
    /// File name without ending, also the Rust module.
    pub(crate) family: String,
    /// How problems call the file: `openapi/x.yaml`.
    pub(crate) name: String,
    pub(crate) root: Node,
    pub(crate) operations: Vec<Operation>,
    /// Files with an address of their own.
    pub(crate) files: Vec<Operation>,
    pub(crate) schemas: Vec<Schema>,
    pub(crate) events: Vec<Event>,
}

/// What WeChat Pay tells the merchant by itself.
#[derive(Debug)]
pub(crate) struct Event {
    /// The word in `event_type`.
    pub(crate) event_type: String,
    pub(crate) variant: String,
    pub(crate) line: usize,
    pub(crate) description: String,
    pub(crate) page: String,
    pub(crate) ty: Type,
    pub(crate) shape: EventShape,
    pub(crate) example: Value,
}

/// How one of several shapes of an event is recognised.
#[derive(Debug, Default)]
pub(crate) struct EventShape {
    /// The words in `original_type`; none means that it does not matter.
    pub(crate) original_types: Vec<String>,
    pub(crate) has: Vec<String>,
    pub(crate) lacks: Vec<String>,
}

impl EventShape {
    fn read(node: Option<&Node>) -> Self {
        let texts = |key: &str| node.map(|node| node.texts_at(key)).unwrap_or_default();
        Self { original_types: texts("original_type"), has: texts("has"), lacks: texts("lacks") }
    }

    /// How much it asks for.
    pub(crate) fn weight(&self) -> usize {
        usize::from(!self.original_types.is_empty()) + self.has.len() + self.lacks.len()
    }
}

#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) line: usize,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) page: String,
    pub(crate) roles: Vec<String>,
    /// The operations that clients of other roles call in its place: role and `family.operation`.
    pub(crate) instead: Vec<(String, String)>,
    /// What it does to the world: a word of `EFFECTS`.
    pub(crate) effect: String,
    /// The access point of operations that the main one does not have.
    pub(crate) host: Option<String>,
    pub(crate) idempotent_by: Option<String>,
    pub(crate) query_with: Option<String>,
    /// How an unknown outcome is found out, where it does not follow from the rest.
    pub(crate) settle: Option<String>,
    /// How often it may be called, as in `150/s, 6/s failing`.
    pub(crate) rate: Option<String>,
    /// Groups of query parameters of which one is given.
    pub(crate) one_of: Vec<Vec<String>>,
    pub(crate) pagination: Option<Pagination>,
    pub(crate) parameters: Vec<Parameter>,
    /// Of an upload, the members of its meta that a caller gives.
    pub(crate) body: Option<Body>,
    pub(crate) upload: Option<Upload>,
    /// Success status.
    pub(crate) status: u16,
    /// Type of the success answer; `None` when it has no body.
    pub(crate) answer: Option<Type>,
    pub(crate) answer_example: Value,
    /// Of a file, the header of its answer that proves it.
    pub(crate) proven_by: Option<String>,
    /// Of a file, that its address is given by another answer and continued by the values of this one.
    pub(crate) continues: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    Path,
    Query,
    /// A part of an upload beside the file and its meta.
    Form,
}

impl Location {
    /// The word in a spec.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Form => "form",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) required: bool,
    pub(crate) marks: Marks,
    pub(crate) limits: Limits,
    pub(crate) description: String,
    pub(crate) ty: Type,
    /// The schema as it stands, with its limits.
    pub(crate) schema: Value,
    pub(crate) example: Value,
    /// Stands in an address that another answer gives.
    pub(crate) is_given: bool,
}

#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) ty: Type,
    pub(crate) required: bool,
    pub(crate) example: Value,
}

#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) description: String,
    /// Its shape may be that of another component.
    pub(crate) distinct: bool,
    pub(crate) shape: Shape,
    pub(crate) relations: Relations,
}

#[derive(Debug)]
pub(crate) enum Shape {
    Object(Vec<Property>),
    Enum(Vec<Word>),
    /// A text or another scalar with a name, such as a time format.
    Scalar,
}

#[derive(Debug)]
pub(crate) struct Property {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) required: bool,
    pub(crate) marks: Marks,
    pub(crate) limits: Limits,
    pub(crate) description: String,
    pub(crate) ty: Type,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    Integer,
    Boolean,
    Any,
    /// Text that is encrypted for WeChat Pay before it is sent.
    Sensitive,
    /// Text that WeChat Pay encrypted for the merchant.
    Ciphertext,
    /// JSON inside a text.
    JsonText(Box<Type>),
    Component {
        common: bool,
        name: String,
    },
    List(Box<Type>),
}

impl Type {
    /// The component this type is, or is a list of.
    pub(crate) fn component(&self) -> Option<(bool, &str)> {
        match self {
            Type::Component { common, name } => Some((*common, name)),
            Type::List(item) | Type::JsonText(item) => item.component(),
            _ => None,
        }
    }
}

impl Document {
    /// Reads what the lints have found to be well formed; anything else is reported at its line.
    pub(crate) fn read(family: &str, name: &str, root: Node) -> Result<Self, Problem> {
        let mut document = Self {
            family: family.to_owned(),
            name: name.to_owned(),
            root,
            operations: Vec::new(),
            files: Vec::new(),
            schemas: Vec::new(),
            events: Vec::new(),
        };
        document.operations = document.read_operations(false)?;
        document.files = document.read_operations(true)?;
        for file in &mut document.files {
            file.continues = file.parameters.iter().any(|parameter| parameter.is_given);
            file.parameters.retain(|parameter| !parameter.is_given);
        }
        // The others have addresses that are whole when an answer gives them.
        document.files.retain(|file| !file.continues || !file.parameters.is_empty());
        document.schemas = document.read_schemas()?;
        document.events = document.read_events()?;
        document.tell_ciphertexts();
        Ok(document)
    }

    /// What is encrypted in an answer is a ciphertext. Shared components with encrypted members are for requests.
    fn tell_ciphertexts(&mut self) {
        let answers = Reach::of(self).answers;
        let is_common = self.is_common();
        for schema in &mut self.schemas {
            if !is_common
                && answers.contains(&(false, schema.name.clone()))
                && let Shape::Object(properties) = &mut schema.shape
            {
                for property in properties.iter_mut().filter(|property| property.ty == Type::Sensitive) {
                    property.ty = Type::Ciphertext;
                }
            }
        }
    }

    /// Everything that has a call: operations that are answered with JSON, and those that are answered with a file.
    pub(crate) fn all_operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.iter().chain(&self.files)
    }

    pub(crate) fn schema(&self, name: &str) -> Option<&Schema> {
        self.schemas.iter().find(|schema| schema.name == name)
    }

    /// The component that a type of this file is, or is a list of.
    pub(crate) fn find<'a>(&'a self, common: &'a Self, ty: &Type) -> Option<&'a Schema> {
        let (is_common, name) = ty.component()?;
        if is_common { common.schema(name) } else { self.schema(name) }
    }

    pub(crate) fn is_common(&self) -> bool {
        self.family == COMMON
    }

    fn read_operations(&self, are_files: bool) -> Result<Vec<Operation>, Problem> {
        let mut operations = Vec::new();
        for path in self.root.get("paths").map(Node::entries).unwrap_or_default() {
            for method in METHODS {
                if let Some(node) = path.value.get(method).filter(|node| node.is_true_at("x-stream") == are_files) {
                    operations.push(self.read_operation(&path.key, method, node)?);
                }
            }
        }
        Ok(operations)
    }

    fn read_operation(&self, path: &str, method: &'static str, node: &Node) -> Result<Operation, Problem> {
        let text = |key: &str| node.text_at(key).unwrap_or_default().to_owned();
        let mut parameters = Vec::new();
        for parameter in node.get("parameters").map(Node::items).unwrap_or_default() {
            parameters.push(self.read_parameter(self.resolve(parameter)?)?);
        }
        let upload = match node.get("requestBody") {
            Some(body) => self.read_upload(body)?,
            None => None,
        };
        let (upload, body) = match (upload, node.get("requestBody")) {
            (Some(Form { upload, body, fields }), _) => {
                parameters.extend(fields);
                (Some(upload), body)
            }
            (None, Some(body)) => match body.at(&["content", "application/json", "schema"]) {
                Some(schema) => {
                    let body = Body {
                        ty: self.read_type(schema)?,
                        required: body.is_true_at("required"),
                        example: example(body.at(&["content", "application/json", "example"])),
                    };
                    (None, Some(body))
                }
                None => return Err(self.problem(body, "json-only", "a request body is application/json")),
            },
            (None, None) => (None, None),
        };
        let (mut status, mut answer, mut answer_example) = (0, None, Value::Null);
        for response in node.get("responses").map(Node::entries).unwrap_or_default() {
            let Some(success) = response.key.parse().ok().filter(|status| (200..300).contains(status)) else {
                continue;
            };
            status = success;
            if let Some(schema) = response.value.at(&["content", "application/json", "schema"]) {
                answer = Some(self.read_type(schema)?);
                answer_example = example(response.value.at(&["content", "application/json", "example"]));
            }
        }
        Ok(Operation {
            id: text("operationId"),
            line: node.get("operationId").map_or(node.line, |id| id.line),
            method,
            path: path.to_owned(),
            summary: text("summary"),
            description: text("description"),
            page: node.at(&["externalDocs", "url"]).and_then(Node::text).unwrap_or_default().to_owned(),
            roles: node.texts_at("x-role"),
            instead: pairs(node, "x-instead"),
            effect: node.text_at("x-effect").unwrap_or(if method == "get" { "read" } else { "" }).to_owned(),
            host: node.text_at("x-host").map(str::to_owned),
            idempotent_by: node.text_at("x-idempotent-by").map(str::to_owned),
            query_with: node.text_at("x-query-with").map(str::to_owned),
            settle: node.text_at("x-settle").map(str::to_owned),
            // A number alone is none, which the lints say.
            rate: node.get("x-rate").map(|rate| rate.text().map_or_else(|| rate.json().to_string(), str::to_owned)),
            one_of: groups(node),
            pagination: Pagination::read(node),
            parameters,
            body,
            upload,
            status,
            answer,
            answer_example,
            proven_by: node.text_at("x-proven-by").map(str::to_owned),
            continues: false,
        })
    }

    fn read_events(&self) -> Result<Vec<Event>, Problem> {
        let mut events = Vec::new();
        for entry in self.root.get("x-webhooks").map(Node::entries).unwrap_or_default() {
            let node = &entry.value;
            // One of several shapes has its name behind the event: `TRANSACTION.SUCCESS (combine)`.
            let (event_type, shape) = match entry.key.split_once(" (") {
                Some((event_type, shape)) => (event_type, shape.trim_end_matches(')')),
                None => (entry.key.as_str(), ""),
            };
            events.push(Event {
                event_type: event_type.to_owned(),
                variant: pascal_case(&format!("{shape} {}", event_type.to_lowercase())),
                line: entry.line,
                description: node.text_at("description").unwrap_or_default().to_owned(),
                page: node.at(&["externalDocs", "url"]).and_then(Node::text).unwrap_or_default().to_owned(),
                // The shapes of other families are named beside the own one, for readers.
                ty: self.read_type(node.get("anyOf").and_then(|shapes| shapes.items().first()).unwrap_or(node))?,
                shape: EventShape::read(node.get("x-shape")),
                example: example(node.get("example")),
            });
        }
        Ok(events)
    }

    fn read_parameter(&self, node: &Node) -> Result<Parameter, Problem> {
        let location = match node.text_at("in") {
            Some("path") => Location::Path,
            Some("query") => Location::Query,
            _ => return Err(self.problem(node, "parameter-place", "a parameter is in path or query")),
        };
        let Some(schema) = node.get("schema") else {
            return Err(self.problem(node, "parameter-schema", "a parameter has a schema"));
        };
        self.read_value(node.text_at("name").unwrap_or_default(), location, node, schema)
    }

    /// A value outside of a body.
    pub(super) fn read_value(
        &self,
        name: &str,
        location: Location,
        node: &Node,
        schema: &Node,
    ) -> Result<Parameter, Problem> {
        Ok(Parameter {
            name: name.to_owned(),
            location,
            required: node.is_true_at("required"),
            marks: Marks::read(node),
            limits: Limits::read(schema),
            description: node.text_at("description").unwrap_or_default().to_owned(),
            ty: if node.is_true_at("x-encrypted") { Type::Sensitive } else { self.read_type(schema)? },
            schema: schema.json(),
            example: example(node.get("example")),
            is_given: node.is_true_at("x-given"),
        })
    }

    fn read_schemas(&self) -> Result<Vec<Schema>, Problem> {
        let mut schemas = Vec::new();
        for entry in self.root.at(&["components", "schemas"]).map(Node::entries).unwrap_or_default() {
            let node = &entry.value;
            if uploads::is_hidden(&self.root, &entry.key, node) {
                continue;
            }
            let shape = if node.get("properties").is_some() || node.text_at("type") == Some("object") {
                Shape::Object(self.read_properties(node)?)
            } else if node.get("enum").is_some() {
                Shape::Enum(words(node))
            } else {
                Shape::Scalar
            };
            schemas.push(Schema {
                name: entry.key.clone(),
                line: entry.line,
                description: node.text_at("description").unwrap_or_default().to_owned(),
                distinct: node.get("x-distinct").is_some(),
                shape,
                relations: Relations::read(node),
            });
        }
        Ok(schemas)
    }

    fn read_properties(&self, schema: &Node) -> Result<Vec<Property>, Problem> {
        let required = schema.texts_at("required");
        let mut properties = Vec::new();
        for entry in schema.get("properties").map(Node::entries).unwrap_or_default() {
            let node = &entry.value;
            if uploads::is_made(node) {
                continue;
            }
            properties.push(Property {
                name: entry.key.clone(),
                line: entry.line,
                required: required.contains(&entry.key),
                marks: Marks::read(node),
                limits: Limits::read(node),
                description: node.text_at("description").unwrap_or_default().to_owned(),
                ty: self.read_type(node)?,
            });
        }
        Ok(properties)
    }

    pub(super) fn read_type(&self, node: &Node) -> Result<Type, Problem> {
        if node.is_true_at("x-encrypted") {
            return Ok(Type::Sensitive);
        }
        if let Some(inside) = node.get("x-json-string") {
            return Ok(Type::JsonText(Box::new(self.read_type(inside)?)));
        }
        let node = match node.get("allOf").map(Node::items) {
            Some([one]) => one,
            Some(_) => return Err(self.problem(node, "all-of-one", "allOf names one component")),
            None => node,
        };
        if let Some(reference) = node.text_at("$ref") {
            return match reference.rsplit_once("#/components/schemas/") {
                Some(("", name)) => Ok(Type::Component { common: self.is_common(), name: name.to_owned() }),
                Some(("common.yaml", name)) => Ok(Type::Component { common: true, name: name.to_owned() }),
                _ => Err(self.problem(node, "reference", "a reference is `#/components/schemas/X` or in common.yaml")),
            };
        }
        match node.text_at("type") {
            Some("string") => Ok(Type::Text),
            Some("integer") => Ok(Type::Integer),
            Some("boolean") => Ok(Type::Boolean),
            Some("array") => match node.get("items") {
                Some(items) => Ok(Type::List(Box::new(self.read_type(items)?))),
                None => Err(self.problem(node, "array-items", "an array says what it holds in `items`")),
            },
            Some("object") => Err(self.problem(node, "inline", "an object is a named component, not inline")),
            Some(other) => Err(self.problem(node, "type", format!("the type `{other}` is not used in specs"))),
            None => Ok(Type::Any),
        }
    }

    /// Follows a reference to a parameter of this file.
    fn resolve<'a>(&'a self, node: &'a Node) -> Result<&'a Node, Problem> {
        let Some(reference) = node.text_at("$ref") else { return Ok(node) };
        reference
            .strip_prefix("#/components/parameters/")
            .and_then(|name| self.root.at(&["components", "parameters", name]))
            .ok_or_else(|| self.problem(node, "reference", format!("`{reference}` is not a parameter of this file")))
    }

    fn problem(&self, node: &Node, rule: &'static str, message: impl Into<String>) -> Problem {
        Problem::new(&self.name, node.line, rule, message)
    }
}
