//! From an event's name and its plaintext to the variant that stands for it.

use serde_json::Value;

use crate::rt::DecodeError;
use crate::{Error, Extra, Result};

include!(concat!(env!("OUT_DIR"), "/events.rs"));

/// One form of an event, and how it is recognised; build.rs writes one for each variant.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) event_type: &'static str,
    /// The words in `original_type`; none means that it does not matter.
    pub(crate) original_types: &'static [&'static str],
    /// Members that it has, and that it lacks.
    pub(crate) has: &'static [&'static str],
    pub(crate) lacks: &'static [&'static str],
    pub(crate) read: fn(Value) -> Result<Event, DecodeError>,
}

impl Shape {
    fn fits(&self, event_type: &str, original_type: Option<&str>, plaintext: &Value) -> bool {
        let has = |name: &&str| plaintext.get(name).is_some_and(|value| !value.is_null());
        // Old notifications lack the original type.
        let is_original = |word: &str| self.original_types.is_empty() || self.original_types.contains(&word);
        self.event_type == event_type
            && original_type.is_none_or(is_original)
            && self.has.iter().all(has)
            && !self.lacks.iter().any(has)
    }
}

impl Event {
    /// Reads an event anew from the columns of an inbox: [`Notification::event_type`](super::Notification::event_type),
    /// [`original_type`](super::Notification::original_type) and [`plaintext`](super::Notification::plaintext).
    ///
    /// It is as true as the table is: nothing is verified here.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when the text is not JSON or lacks what the event is about.
    pub fn from_plaintext(event_type: &str, original_type: Option<&str>, plaintext: &str) -> Result<Self> {
        let wrong = |reason: String| Error::decode_notification(format!("the plaintext cannot be read: {reason}"));
        // The place of a syntax error is said, and none of the text.
        let value = serde_json::from_str(plaintext).map_err(|error| wrong(error.to_string()))?;
        Self::read(event_type, original_type, value).map_err(|error| wrong(error.to_string()))
    }

    /// Reads what an event carries. What no shape fits is not an error.
    pub(super) fn read(event_type: &str, original_type: Option<&str>, plaintext: Value) -> Result<Self, DecodeError> {
        match SHAPES.iter().find(|shape| shape.fits(event_type, original_type, &plaintext)) {
            Some(shape) => (shape.read)(plaintext),
            None => Ok(Self::Unrecognized(UnrecognizedEvent {
                event_type: event_type.to_owned(),
                members: if let Value::Object(members) = plaintext { members } else { Extra::new() },
            })),
        }
    }
}

/// An event that no enabled family knows, with all that it carries.
#[derive(Clone)]
pub struct UnrecognizedEvent {
    event_type: String,
    members: Extra,
}

impl UnrecognizedEvent {
    /// The word of WeChat Pay.
    pub fn event_type(&self) -> &str {
        &self.event_type
    }

    /// What it carries.
    pub fn members(&self) -> &Extra {
        &self.members
    }

    /// The cargo features with which this event would have a variant of its own; none when this version of the SDK does
    /// not know it.
    pub fn features(&self) -> Vec<String> {
        let families = KNOWN.iter().filter(|(event, _)| *event == self.event_type);
        families.map(|(_, family)| family.replace('_', "-")).collect()
    }
}

impl std::fmt::Debug for UnrecognizedEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What it carries may be payer data.
        let names: Vec<&String> = self.members.keys().collect();
        f.debug_struct("UnrecognizedEvent").field("event_type", &self.event_type).field("members", &names).finish()
    }
}

#[cfg(any(test, feature = "simulator"))]
pub(super) mod examples {
    include!(concat!(env!("OUT_DIR"), "/event_examples.rs"));
}

/// The event types that there are examples of, each once.
#[cfg(feature = "simulator")]
pub(crate) fn event_types() -> Vec<&'static str> {
    let types: std::collections::BTreeSet<_> = examples::EXAMPLES.iter().map(|(event_type, ..)| *event_type).collect();
    types.into_iter().collect()
}

/// Event type, original type and plaintext of an example, by the event type or, where it comes in several shapes, by the
/// variant. The type alone is the shape whose variant has no more words than the type.
#[cfg(feature = "simulator")]
pub(crate) fn example(name: &str) -> Option<(&'static str, Option<&'static str>, &'static str)> {
    let is_named =
        |(event_type, _, variant, _): &&(&str, Option<&str>, &str, &str)| *event_type == name || *variant == name;
    let named = examples::EXAMPLES.iter().filter(is_named).min_by_key(|(_, _, variant, _)| variant.len());
    named.map(|(event_type, original_type, _, text)| (*event_type, *original_type, *text))
}
