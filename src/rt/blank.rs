//! The value a builder holds until its setter is called.

use serde_json::Value;

/// A placeholder. Nobody sees one: a builder gives its value away only when every required field is set.
pub(crate) trait Blank {
    fn blank() -> Self;
}

macro_rules! blank_is_default {
    ($($ty:ty),*) => { $(impl Blank for $ty { fn blank() -> Self { Self::default() } })* };
}

blank_is_default!(String, i64, bool, Value, crate::Extra);

impl<T> Blank for Option<T> {
    fn blank() -> Self {
        None
    }
}

impl<T> Blank for Vec<T> {
    fn blank() -> Self {
        Self::new()
    }
}

impl<T: Blank> Blank for Box<T> {
    fn blank() -> Self {
        Self::new(T::blank())
    }
}
