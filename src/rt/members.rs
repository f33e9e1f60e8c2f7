//! Writing an object: what is set, in the order of the spec, and what the spec lacks.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::Extra;

/// Writes one member after another. A member that `extra` has too is written as `extra` has it.
pub(crate) struct Members<'a, M> {
    map: M,
    extra: &'a Extra,
}

impl<'a, M: SerializeMap> Members<'a, M> {
    pub(crate) fn new<S: Serializer<SerializeMap = M, Ok = M::Ok, Error = M::Error>>(
        serializer: S,
        extra: &'a Extra,
    ) -> Result<Self, M::Error> {
        Ok(Self { map: serializer.serialize_map(None)?, extra })
    }

    pub(crate) fn required<T: Serialize>(mut self, name: &'static str, value: &T) -> Result<Self, M::Error> {
        if self.extra.is_empty() || !self.extra.contains_key(name) {
            self.map.serialize_entry(name, value)?;
        }
        Ok(self)
    }

    pub(crate) fn optional<T: Serialize>(self, name: &'static str, value: &Option<T>) -> Result<Self, M::Error> {
        match value {
            Some(value) => self.required(name, value),
            None => Ok(self),
        }
    }

    /// An optional list; an empty one is left out.
    pub(crate) fn list<T: Serialize>(self, name: &'static str, value: &Vec<T>) -> Result<Self, M::Error> {
        if value.is_empty() { Ok(self) } else { self.required(name, value) }
    }

    pub(crate) fn finish(mut self) -> Result<M::Ok, M::Error> {
        for (name, value) in self.extra {
            self.map.serialize_entry(name, value)?;
        }
        self.map.end()
    }
}
