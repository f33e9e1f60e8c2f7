//! What generated code calls. Not part of the public interface.

mod attempts;
mod blank;
mod checks;
mod debug;
mod decode;
mod effect;
mod extra_query;
mod file;
mod members;
mod paged;
mod seal;
mod send;
mod start;
mod upload;

pub(crate) use self::blank::Blank;
pub(crate) use self::checks::{Built, Checks, encode, path};
pub(crate) use self::debug::Fields;
pub(crate) use self::decode::{Decode, DecodeError, Object, deserialize};
pub(crate) use self::effect::Effect;
pub(crate) use self::extra_query::ExtraQuery;
pub(crate) use self::file::{FileAddress, Proving};
pub(crate) use self::members::Members;
pub(crate) use self::paged::{Page, Paged, Place, Turning, stream};
pub(crate) use self::seal::{Seal, Sealer, seal};
pub(crate) use self::send::{Operation, ready, send, send_prepared};
pub(crate) use self::start::{Building, Start};
pub(crate) use self::upload::{Form, Made, Parts, upload};
