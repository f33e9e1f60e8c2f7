//! Reading answers: lenient where a running shop must not break, strict where money is meant.
//!
//! Missing, `null` and (for anything but free text) empty optional values are `None`; unknown members and unknown enum words
//! are kept. A required value, the point of the call, that is missing or of another type is an error with its path.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::{Map, Value};

/// Why an answer does not fit, as `post_payments.0.name: expected a string`. Never holds a value.
#[derive(Debug)]
pub(crate) struct DecodeError {
    /// From the inside out.
    path: Vec<String>,
    expected: &'static str,
}

impl DecodeError {
    fn new(expected: &'static str) -> Self {
        Self { path: Vec::new(), expected }
    }

    fn within(mut self, segment: impl Into<String>) -> Self {
        self.path.push(segment.into());
        self
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.path.iter().rev().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            f.write_str(segment)?;
        }
        if !self.path.is_empty() {
            f.write_str(": ")?;
        }
        write!(f, "expected {}", self.expected)
    }
}

impl std::error::Error for DecodeError {}

/// A type that can be read from an answer.
pub(crate) trait Decode: Sized {
    /// Whether an empty text is a value; for all but free text it means that there is none.
    const KEEPS_EMPTY: bool = false;

    fn decode(value: Value) -> Result<Self, DecodeError>;

    /// Reads a whole answer. Only the types that stand for "no body" accept an empty one.
    fn decode_body(body: &[u8]) -> Result<Self, DecodeError> {
        if body.is_empty() {
            return Err(DecodeError::new("a body"));
        }
        let value = serde_json::from_slice(body).map_err(|_| DecodeError::new("JSON"))?;
        Self::decode(value)
    }
}

/// The one `Deserialize` of all generated types.
pub(crate) fn deserialize<'de, D: Deserializer<'de>, T: Decode>(deserializer: D) -> Result<T, D::Error> {
    T::decode(Value::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// The members of an object, taken one by one; what is left is unknown.
pub(crate) struct Object(Map<String, Value>);

impl Object {
    pub(crate) fn read(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(DecodeError::new("an object")),
        }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    pub(crate) fn required<T: Decode>(&mut self, name: &str) -> Result<T, DecodeError> {
        let read = match self.take(name) {
            Some(value) => T::decode(value),
            None => Err(T::decode(Value::Null).err().unwrap_or(DecodeError::new("a value"))),
        };
        read.map_err(|error| error.within(name))
    }

    pub(crate) fn optional<T: Decode>(&mut self, name: &str) -> Result<Option<T>, DecodeError> {
        match self.take(name) {
            Some(value) if T::KEEPS_EMPTY || value != "" => {
                T::decode(value).map(Some).map_err(|error| error.within(name))
            }
            _ => Ok(None),
        }
    }

    /// An optional list; absent is empty.
    pub(crate) fn list<T: Decode>(&mut self, name: &str) -> Result<Vec<T>, DecodeError> {
        Ok(self.optional(name)?.unwrap_or_default())
    }

    pub(crate) fn rest(self) -> crate::Extra {
        self.0
    }
}

/// No body is expected; what comes all the same is ignored.
impl Decode for () {
    fn decode(_: Value) -> Result<Self, DecodeError> {
        Ok(())
    }

    fn decode_body(_: &[u8]) -> Result<Self, DecodeError> {
        Ok(())
    }
}

/// A raw answer; no body is `null`.
impl Decode for Value {
    const KEEPS_EMPTY: bool = true;

    fn decode(value: Value) -> Result<Self, DecodeError> {
        Ok(value)
    }

    fn decode_body(body: &[u8]) -> Result<Self, DecodeError> {
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(body).map_err(|_| DecodeError::new("JSON"))
    }
}

/// Text. A number is taken as its digits, because some answers write ids so; a flag or an object is not text.
impl Decode for String {
    const KEEPS_EMPTY: bool = true;

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::String(text) => Ok(text),
            Value::Number(number) if !number.is_f64() => Ok(number.to_string()),
            _ => Err(DecodeError::new("a string")),
        }
    }
}

/// Amounts and counts. Text and fractions are refused: an amount in another form is not known to mean the same.
impl Decode for i64 {
    fn decode(value: Value) -> Result<Self, DecodeError> {
        value.as_i64().ok_or(DecodeError::new("an integer"))
    }
}

impl Decode for bool {
    fn decode(value: Value) -> Result<Self, DecodeError> {
        value.as_bool().ok_or(DecodeError::new("true or false"))
    }
}

impl<T: Decode> Decode for Box<T> {
    fn decode(value: Value) -> Result<Self, DecodeError> {
        T::decode(value).map(Box::new)
    }
}

/// A list; `null` members are left out.
impl<T: Decode> Decode for Vec<T> {
    fn decode(value: Value) -> Result<Self, DecodeError> {
        let Value::Array(items) = value else { return Err(DecodeError::new("an array")) };
        let items = items.into_iter().enumerate().filter(|(_, item)| !item.is_null());
        items.map(|(index, item)| T::decode(item).map_err(|error| error.within(index.to_string()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug)]
    struct Item {
        name: String,
        amount: Option<i64>,
        tags: Vec<String>,
        extra: crate::Extra,
    }

    impl Decode for Item {
        fn decode(value: Value) -> Result<Self, DecodeError> {
            let mut object = Object::read(value)?;
            Ok(Self {
                name: object.required("name")?,
                amount: object.optional("amount")?,
                tags: object.list("tags")?,
                extra: object.rest(),
            })
        }
    }

    #[test]
    fn i06_i07_nulls_gaps_empties_and_unknown_members_do_not_fail_a_read() {
        for amount in [json!(null), json!("")] {
            let item = Item::decode(json!({ "name": "a", "amount": amount, "tags": null, "new": [1] })).unwrap();
            assert_eq!((item.amount, item.tags.len()), (None, 0));
            assert_eq!(item.extra.get("new"), Some(&json!([1])));
        }
        let item = Item::decode(json!({ "name": "", "tags": ["x", null] })).unwrap();
        assert_eq!((item.name.as_str(), item.tags.as_slice()), ("", &["x".to_owned()][..]));
    }

    #[test]
    fn an_error_names_the_place_and_not_the_value() {
        let error = Vec::<Item>::decode(json!([{ "name": "a" }, { "name": { "secret": 1 } }])).unwrap_err();
        assert_eq!(error.to_string(), "1.name: expected a string");
        let error = Item::decode(json!({ "amount": 1 })).unwrap_err();
        assert_eq!(error.to_string(), "name: expected a string");
    }

    #[test]
    fn a_missing_required_value_is_an_error_for_every_type() {
        let mut object = Object::read(json!({ "null": null })).unwrap();
        for name in ["missing", "null"] {
            assert_eq!(object.required::<Value>(name).unwrap_err().to_string(), format!("{name}: expected a value"));
            assert!(object.required::<Vec<i64>>(name).is_err() && object.required::<bool>(name).is_err());
        }
    }

    #[test]
    fn i01_i02_an_amount_is_an_integer_and_nothing_else() {
        for wrong in [json!("100"), json!(100.5), json!(100.0), json!(true), json!({}), json!(u64::MAX)] {
            let error = Item::decode(json!({ "name": "a", "amount": wrong })).unwrap_err();
            assert_eq!(error.to_string(), "amount: expected an integer");
        }
        let item = Item::decode(json!({ "name": "a", "amount": i64::MAX })).unwrap();
        assert_eq!(item.amount, Some(i64::MAX));
    }

    #[test]
    fn an_id_that_arrives_as_a_number_keeps_its_digits() {
        let item = Item::decode(json!({ "name": 2002000000000558128_i64 })).unwrap();
        assert_eq!(item.name, "2002000000000558128");
    }

    #[test]
    fn i15_a_million_elements_are_read() {
        let many = format!("[{}]", vec![r#"{"amount":1}"#; 1_000_000].join(","));
        assert!(Vec::<serde_json::Value>::decode_body(many.as_bytes()).is_ok_and(|items| items.len() == 1_000_000));
    }

    #[test]
    fn i15_deep_nesting_is_an_error_and_not_a_crash() {
        let deep = "[".repeat(100_000);
        assert!(Vec::<Item>::decode_body(deep.as_bytes()).is_err());
    }
}
