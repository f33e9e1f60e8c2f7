//! What a spec says of a single value: its vendor extensions and its documented limits.

use super::load::Node;

/// What the vendor extensions say of a value.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub(crate) personal: bool,
    pub(crate) notify_url: bool,
    pub(crate) is_merchant: Option<bool>,
}

impl Marks {
    pub(crate) fn read(node: &Node) -> Self {
        let is_merchant = match (node.get("x-equals"), node.get("x-differs")) {
            (Some(_), _) => Some(true),
            (None, Some(_)) => Some(false),
            (None, None) => None,
        };
        Self { personal: node.is_true_at("x-personal"), notify_url: node.is_true_at("x-notify-url"), is_merchant }
    }
}

/// The documented limits of a value.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    pub(crate) min_length: Option<i64>,
    pub(crate) max_length: Option<i64>,
    pub(crate) max_bytes: Option<i64>,
    pub(crate) pattern: Option<String>,
    pub(crate) minimum: Option<i64>,
    pub(crate) maximum: Option<i64>,
    pub(crate) min_items: Option<i64>,
    pub(crate) max_items: Option<i64>,
    /// Those of the members of a list, or of the JSON inside a text.
    pub(crate) items: Option<Box<Limits>>,
}

impl Limits {
    pub(crate) fn read(node: &Node) -> Self {
        Self {
            min_length: node.integer_at("minLength"),
            max_length: node.integer_at("maxLength"),
            max_bytes: node.integer_at("x-max-bytes"),
            pattern: node.text_at("pattern").map(str::to_owned),
            minimum: node.integer_at("minimum"),
            maximum: node.integer_at("maximum"),
            min_items: node.integer_at("minItems"),
            max_items: node.integer_at("maxItems"),
            items: node.get("items").or(node.get("x-json-string")).map(|items| Box::new(Self::read(items))),
        }
    }
}
