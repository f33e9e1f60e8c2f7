//! What generated code calls. Not part of the public interface.

mod blank;
mod checks;
mod debug;
mod decode;
mod send;

pub(crate) use self::blank::Blank;
pub(crate) use self::checks::{Checks, encode};
pub(crate) use self::debug::Fields;
pub(crate) use self::decode::{Decode, DecodeError, Object, deserialize};
pub(crate) use self::send::{Operation, send};
