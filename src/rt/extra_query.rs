//! Query parameters that a spec lacks.

use reqwest::Url;
use serde_json::Value;

/// What `.extra` of a call without a body has collected; a later value takes the place of an earlier one.
#[derive(Clone, Default)]
pub(crate) struct ExtraQuery(Vec<(String, Value)>);

impl ExtraQuery {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn set(&mut self, name: String, value: Value) {
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, value));
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.0.iter_mut().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The names that have no value.
    pub(super) fn nulls(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, value)| value.is_null()).map(|(name, _)| name.as_str())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(extra, _)| extra == name)
    }

    /// Names and values as a URL has them.
    pub(super) fn texts(self) -> impl Iterator<Item = (String, String)> {
        self.0.into_iter().flat_map(|(name, value)| {
            let values = if let Value::Array(values) = value { values } else { vec![value] };
            values.into_iter().map(move |value| match value {
                Value::String(text) => (name.clone(), text),
                other => (name.clone(), other.to_string()),
            })
        })
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Adds the parameters to a URL, in place of those of the same name. Text goes in as it is, a list as its name several
    /// times, other JSON compactly.
    pub(super) fn apply(self, url: &mut Url) {
        if self.0.is_empty() {
            return;
        }
        let kept: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| !self.has(name))
            .map(|(k, v)| (k.into_owned(), v.into_owned()))
            .collect();
        let mut pairs = url.query_pairs_mut();
        pairs.clear().extend_pairs(kept).extend_pairs(self.texts());
    }
}
