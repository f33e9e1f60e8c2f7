//! Reads YAML into a tree that remembers line numbers. The only file that knows the YAML library.

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use serde_json::{Map, Number, Value};

use super::lint::Problem;

/// A YAML value and the line it begins on.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) line: usize,
    pub(crate) data: Data,
}

#[derive(Clone, Debug)]
pub(crate) enum Data {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One member of a mapping, in the order of the file.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) line: usize,
    pub(crate) value: Node,
}

/// Reads a text; a duplicate key, an alias or a second document is a problem.
pub(crate) fn parse(text: &str, name: &str) -> Result<Node, Problem> {
    let documents = MarkedYaml::load_from_str(text)
        .map_err(|error| Problem::new(name, error.marker().line(), "yaml", error.to_string()))?;
    match documents.as_slice() {
        [document] => convert(document, name),
        [] => Err(Problem::new(name, 1, "yaml", "the file is empty")),
        _ => Err(Problem::new(name, 1, "yaml", "one document per file")),
    }
}

fn convert(yaml: &MarkedYaml<'_>, name: &str) -> Result<Node, Problem> {
    let line = yaml.span.start.line();
    let data = match &yaml.data {
        YamlData::Value(Scalar::Null) => Data::Null,
        YamlData::Value(Scalar::Boolean(value)) => Data::Bool(*value),
        YamlData::Value(Scalar::Integer(value)) => Data::Integer(*value),
        YamlData::Value(Scalar::FloatingPoint(value)) => Data::Float(value.into_inner()),
        YamlData::Value(Scalar::String(value)) => Data::Text(value.to_string()),
        YamlData::Sequence(items) => {
            Data::List(items.iter().map(|item| convert(item, name)).collect::<Result<_, _>>()?)
        }
        YamlData::Mapping(map) => {
            let mut entries = Vec::with_capacity(map.len());
            for (key, value) in map {
                entries.push(Entry {
                    key: key_text(key, name)?,
                    line: key.span.start.line(),
                    value: convert(value, name)?,
                });
            }
            Data::Map(entries)
        }
        YamlData::Representation(..) | YamlData::Tagged(..) | YamlData::Alias(_) | YamlData::BadValue => {
            return Err(Problem::new(name, line, "yaml", "tags and aliases are not used in specs"));
        }
    };
    Ok(Node { line, data })
}

/// A key is text; `200:` without quotes is read as the text `200`.
fn key_text(key: &MarkedYaml<'_>, name: &str) -> Result<String, Problem> {
    match &key.data {
        YamlData::Value(Scalar::String(text)) => Ok(text.to_string()),
        YamlData::Value(Scalar::Integer(number)) => Ok(number.to_string()),
        _ => Err(Problem::new(name, key.span.start.line(), "yaml", "a key is text")),
    }
}

impl Node {
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.data {
            Data::Map(entries) => entries,
            _ => &[],
        }
    }

    pub(crate) fn items(&self) -> &[Node] {
        match &self.data {
            Data::List(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// Follows keys downwards.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn text_at(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    pub(crate) fn is_true_at(&self, key: &str) -> bool {
        matches!(self.get(key), Some(Node { data: Data::Bool(true), .. }))
    }

    pub(crate) fn integer_at(&self, key: &str) -> Option<i64> {
        match self.get(key)?.data {
            Data::Integer(value) => Some(value),
            _ => None,
        }
    }

    /// The texts of a list.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.items().iter().filter_map(Node::text).map(str::to_owned).collect()
    }

    pub(crate) fn texts_at(&self, key: &str) -> Vec<String> {
        self.get(key).map(Node::texts).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> Value {
        match &self.data {
            Data::Null => Value::Null,
            Data::Bool(value) => Value::Bool(*value),
            Data::Integer(value) => Value::Number((*value).into()),
            Data::Float(value) => Number::from_f64(*value).map_or(Value::Null, Value::Number),
            Data::Text(text) => Value::String(text.clone()),
            Data::List(items) => Value::Array(items.iter().map(Node::json).collect()),
            Data::Map(entries) => {
                let members: Map<_, _> = entries.iter().map(|entry| (entry.key.clone(), entry.value.json())).collect();
                Value::Object(members)
            }
        }
    }
}
