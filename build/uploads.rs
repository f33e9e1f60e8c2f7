//! Uploads: bodies of `multipart/form-data`, of which the SDK makes the file's part and what the meta says of the file.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::{Map, Value};

use super::lint::Problem;
use super::load::Node;
use super::spec::{Body, Document, Location, Parameter, Type};

const FORM: [&str; 2] = ["content", "multipart/form-data"];

/// What the form of an upload looks like.
#[derive(Debug)]
pub(crate) struct Upload {
    /// Name of the part that is the file.
    pub(crate) part: String,
    pub(crate) description: String,
    pub(crate) max_bytes: Option<i64>,
    /// How the file's name may end.
    pub(crate) endings: Vec<String>,
    /// Component of the part `meta`, in the same file.
    pub(crate) meta: String,
    pub(crate) meta_example: Value,
    /// Members of the meta that the SDK makes.
    pub(crate) made: Vec<(String, Made)>,
}

/// A form as it is read.
pub(crate) struct Form {
    pub(crate) upload: Upload,
    /// The members of the meta that a caller gives.
    pub(crate) body: Option<Body>,
    /// The other parts.
    pub(crate) fields: Vec<Parameter>,
}

#[derive(Debug)]
pub(crate) enum Made {
    Name,
    Digest { algorithm: &'static str, is_upper: bool },
    Constant(String),
}

impl Made {
    /// What a property's `x-file` or `x-constant` says.
    fn read(property: &Node) -> Option<Option<Self>> {
        if let Some(text) = property.text_at("x-constant") {
            return Some(Some(Self::Constant(text.to_owned())));
        }
        let digest = |algorithm, is_upper| Some(Self::Digest { algorithm, is_upper });
        Some(match property.get("x-file")?.text() {
            Some("name") => Some(Self::Name),
            Some("sha256") => digest("Sha256", false),
            Some("SHA256") => digest("Sha256", true),
            Some("sm3") => digest("Sm3", false),
            _ => None,
        })
    }
}

/// Whether the SDK makes this member by itself, so that no caller is asked for it.
pub(crate) fn is_made(property: &Node) -> bool {
    property.get("x-file").is_some() || property.get("x-constant").is_some()
}

/// Whether a component is no Rust type: a form, or a meta of which every member is made.
pub(crate) fn is_hidden(root: &Node, name: &str, node: &Node) -> bool {
    let properties = node.get("properties").map(Node::entries).unwrap_or_default();
    let is_all_made = !properties.is_empty() && properties.iter().all(|property| is_made(&property.value));
    let reference = format!("#/components/schemas/{name}");
    let paths = root.get("paths").map(Node::entries).unwrap_or_default();
    let mut operations = paths.iter().flat_map(|path| path.value.entries());
    let is_form = |operation: &Node| {
        let body = operation.get("requestBody").and_then(|body| body.at(&FORM));
        body.is_some_and(|form| form.at(&["schema", "$ref"]).and_then(Node::text) == Some(&reference))
    };
    is_all_made || operations.any(|operation| is_form(&operation.value))
}

impl Document {
    /// Reads the form of an upload, if the body is one.
    pub(crate) fn read_upload(&self, body: &Node) -> Result<Option<Form>, Problem> {
        let Some(form) = body.at(&FORM) else { return Ok(None) };
        let problem = |message: &str| Problem::new(&self.name, form.line, "upload", message);
        let schema = self.own(form.at(&["schema", "$ref"])).ok_or_else(|| problem("a form is a component"))?;
        let required = schema.texts_at("required");
        let (mut file, mut fields) = (None, Vec::new());
        for property in schema.get("properties").map(Node::entries).unwrap_or_default() {
            let node = &property.value;
            if node.text_at("format") == Some("binary") {
                file = Some(property);
            } else if property.key != "meta" {
                let example = node.get("example").map(Node::json).unwrap_or_default();
                let mut parameter = self.read_value(&property.key, Location::Form, node, node)?;
                parameter.required = required.contains(&property.key);
                fields.push(Parameter { example, ..parameter });
            }
        }
        let file = file.ok_or_else(|| problem("a form has one part of `format: binary`"))?;
        let meta = schema.at(&["properties", "meta"]).ok_or_else(|| problem("a form has the part `meta`"))?;
        let Type::Component { common: false, name } = self.read_type(meta)? else {
            return Err(problem("the meta is a component of this file"));
        };
        let node = self.root.at(&["components", "schemas", &name]).ok_or_else(|| problem("there is no such meta"))?;
        let mut made = Vec::new();
        for property in node.get("properties").map(Node::entries).unwrap_or_default() {
            match Made::read(&property.value) {
                Some(Some(value)) => made.push((property.key.clone(), value)),
                Some(None) => {
                    let message = "`x-file` is name, sha256, SHA256 or sm3";
                    return Err(Problem::new(&self.name, property.line, "upload", message));
                }
                None => {}
            }
        }
        if made.iter().filter(|(_, made)| matches!(made, Made::Digest { .. })).count() != 1 {
            return Err(problem("the meta has one digest of the file, marked by `x-file`"));
        }
        let meta_example = form.at(&["example", "meta"]).map(Node::json).unwrap_or_default();
        let body = self.given_members(node, &name, &made, &meta_example);
        let upload = Upload {
            part: file.key.clone(),
            description: file.value.text_at("description").unwrap_or_default().to_owned(),
            max_bytes: file.value.integer_at("x-max-bytes"),
            endings: file.value.texts_at("x-endings"),
            meta: name,
            meta_example,
            made,
        };
        Ok(Some(Form { upload, body, fields }))
    }

    /// The meta as a body, of the members that a caller gives.
    fn given_members(&self, meta: &Node, name: &str, made: &[(String, Made)], example: &Value) -> Option<Body> {
        let properties = meta.get("properties").map(Node::entries).unwrap_or_default();
        let mut given = properties.iter().filter(|property| !is_made(&property.value)).peekable();
        given.peek()?;
        let required = meta.texts_at("required");
        let members = example.as_object().into_iter().flatten();
        let members = members.filter(|(name, _)| !made.iter().any(|(known, _)| known == *name));
        let example: Map<String, Value> = members.map(|(name, value)| (name.clone(), value.clone())).collect();
        Some(Body {
            ty: Type::Component { common: false, name: name.to_owned() },
            required: given.any(|property| required.contains(&property.key)),
            example: Value::Object(example),
        })
    }

    /// The component of this file that a reference names.
    fn own(&self, reference: Option<&Node>) -> Option<&Node> {
        let name = reference?.text()?.strip_prefix("#/components/schemas/")?;
        self.root.at(&["components", "schemas", name])
    }
}

/// The form for the operation table.
pub(crate) fn emit(upload: &Upload) -> TokenStream {
    let Upload { part, endings, .. } = upload;
    let made = upload.made.iter().map(|(name, made)| {
        let made = match made {
            Made::Name => quote!(Made::Name),
            Made::Digest { algorithm, is_upper } => {
                let algorithm = quote::format_ident!("{algorithm}");
                quote!(Made::Digest { algorithm: crate::digest::Algorithm::#algorithm, is_upper: #is_upper })
            }
            Made::Constant(text) => quote!(Made::Constant(#text)),
        };
        quote!((#name, #made))
    });
    let max_bytes = match upload.max_bytes.and_then(|max| usize::try_from(max).ok()) {
        Some(max) => quote!(Some(#max)),
        None => quote!(None),
    };
    quote!(Form { part: #part, made: &[#(#made),*], endings: &[#(#endings),*], max_bytes: #max_bytes })
}
