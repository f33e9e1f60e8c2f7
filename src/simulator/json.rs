//! Reads a JSON body as strictly as the real gateway: what serde_json would pass over in silence is found here.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Something that is legal JSON and is refused all the same.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// JSON pointer to it.
    pub(super) pointer: String,
    pub(super) issue: &'static str,
}

const DUPLICATE: &str = "is there more than once";
const NULL: &str = "is null: leave out what has no value";
const WIDE: &str = "holds a character outside the Basic Multilingual Plane, such as an emoji";

/// The value, and the first thing that is wrong with it apart from its schema.
pub(super) fn read(body: &[u8]) -> Result<(Value, Option<Finding>), serde_json::Error> {
    let mut reader = Reader { path: Vec::new(), finding: None };
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = Node(&mut reader).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((value, reader.finding))
}

/// Appends one member's name to a JSON pointer.
pub(super) fn push(pointer: &mut String, name: &str) {
    pointer.push('/');
    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
}

struct Reader {
    path: Vec<String>,
    finding: Option<Finding>,
}

impl Reader {
    fn found(&mut self, issue: &'static str) {
        let path = &self.path;
        self.finding.get_or_insert_with(|| {
            let mut pointer = String::new();
            path.iter().for_each(|name| push(&mut pointer, name));
            Finding { pointer, issue }
        });
    }

    fn text(&mut self, text: &str) {
        if text.chars().any(|character| character > '\u{FFFF}') {
            self.found(WIDE);
        }
    }
}

/// One value at the reader's place.
struct Node<'r>(&'r mut Reader);

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number is out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        self.0.text(value);
        Ok(Value::from(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        self.0.found(NULL);
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        loop {
            self.0.path.push(array.len().to_string());
            let item = items.next_element_seed(Node(self.0));
            self.0.path.pop();
            match item? {
                Some(item) => array.push(item),
                None => return Ok(Value::Array(array)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            self.0.path.push(name.clone());
            self.0.text(&name);
            if object.contains_key(&name) {
                self.0.found(DUPLICATE);
            }
            let value = members.next_value_seed(Node(self.0));
            self.0.path.pop();
            object.insert(name, value?);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn finding(body: &str) -> Option<(String, &'static str)> {
        read(body.as_bytes()).unwrap().1.map(|finding| (finding.pointer, finding.issue))
    }

    #[test]
    fn an_ordinary_body_is_read_as_serde_json_reads_it() {
        let text = r#"{"a":[1,-2,3.5,true,"中"],"b":{},"c":18446744073709551615}"#;
        let (value, finding) = read(text.as_bytes()).unwrap();
        assert_eq!(value, serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(finding, None);
    }

    #[test]
    fn a_member_given_twice_is_found_with_its_place() {
        assert_eq!(finding(r#"{"a":[{"b":1},{"c":1,"c":1}]}"#), Some(("/a/1/c".into(), DUPLICATE)));
    }

    #[test]
    fn a_null_is_found_wherever_it_is() {
        assert_eq!(finding(r#"{"a":{"x/y":null}}"#), Some(("/a/x~1y".into(), NULL)));
        assert_eq!(finding("null"), Some((String::new(), NULL)));
        assert_eq!(finding("[1,null]"), Some(("/1".into(), NULL)));
    }

    #[test]
    fn an_emoji_is_found_in_values_and_names() {
        assert_eq!(finding(r#"{"a":["好😀"]}"#), Some(("/a/0".into(), WIDE)));
        assert_eq!(finding(r#"{"a":"\ud83d\ude00"}"#), Some(("/a".into(), WIDE)));
        assert_eq!(finding(r#"{"😀":1}"#), Some(("/😀".into(), WIDE)));
    }

    #[test]
    fn only_the_first_finding_is_named() {
        assert_eq!(finding(r#"{"a":null,"b":null}"#), Some(("/a".into(), NULL)));
    }

    #[test]
    fn what_is_no_json_is_an_error() {
        for body in ["", "{", "{} {}", "{'a':1}", "{\"a\":1,}", "\u{feff}{}", "{\"a\":01}"] {
            assert!(read(body.as_bytes()).is_err(), "{body}");
        }
        assert!(read(&[b'"', 0xff, b'"']).is_err());
        assert_eq!(read(b" {\"a\":1}\n").unwrap().0, json!({"a": 1}));
    }
}
