//! JSON that WeChat Pay wants, or gives, inside a text.

use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::rt::{Blank, Decode, DecodeError, deserialize};

/// A value whose JSON is the text of a member, as in `"valid_date": "[\"2020-01-01\",\"forever\"]"`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum JsonText<T> {
    /// What the text holds.
    Value(T),
    /// A text that holds something else, as it came.
    Text(String),
}

impl<T> JsonText<T> {
    /// What the text holds, unless it is something else.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Text(_) => None,
        }
    }
}

impl<T> From<T> for JsonText<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: Serialize> Serialize for JsonText<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => serializer.serialize_str(&serde_json::to_string(value).map_err(S::Error::custom)?),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de, T: Decode> Deserialize<'de> for JsonText<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}

/// Lenient: a text that does not hold what is expected stays a text.
impl<T: Decode> Decode for JsonText<T> {
    fn decode(value: Value) -> Result<Self, DecodeError> {
        let text = String::decode(value)?;
        let inside = serde_json::from_str(&text).ok().and_then(|value| T::decode(value).ok());
        Ok(inside.map_or(Self::Text(text), Self::Value))
    }
}

impl<T> Blank for JsonText<T> {
    fn blank() -> Self {
        Self::Text(String::new())
    }
}

#[cfg(feature = "schemars")]
impl<T> schemars::JsonSchema for JsonText<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "JsonText".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "contentMediaType": "application/json" })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_json_is_written_into_a_text_and_read_out_of_it() {
        let dates = JsonText::from(vec!["2020-01-01".to_owned(), "forever".to_owned()]);
        let written = serde_json::to_value(&dates).unwrap();
        assert_eq!(written, json!("[\"2020-01-01\",\"forever\"]"));
        assert_eq!(JsonText::<Vec<String>>::decode(written).unwrap(), dates);
    }

    #[test]
    fn a_text_that_holds_something_else_survives() {
        let text = JsonText::<Vec<String>>::decode(json!("forever")).unwrap();
        assert_eq!(text.value(), None);
        assert_eq!(serde_json::to_value(&text).unwrap(), json!("forever"));
    }
}
