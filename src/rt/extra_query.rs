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

    pub(crate) fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Adds the parameters to a URL, in place of those of the same name. Text goes in as it is, a list as its name several
    /// times, other JSON compactly.
    pub(super) fn apply(self, url: &mut Url) {
        if self.0.is_empty() {
            return;
        }
        let is_replaced = |name: &str| self.0.iter().any(|(extra, _)| extra == name);
        let kept: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| !is_replaced(name))
            .map(|(k, v)| (k.into_owned(), v.into_owned()))
            .collect();
        let mut pairs = url.query_pairs_mut();
        pairs.clear().extend_pairs(kept);
        for (name, value) in self.0 {
            let values = if let Value::Array(values) = value { values } else { vec![value] };
            for value in values {
                match value {
                    Value::String(text) => pairs.append_pair(&name, &text),
                    other => pairs.append_pair(&name, &other.to_string()),
                };
            }
        }
    }
}
