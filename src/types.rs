//! Values that several families share: money, ids of uploaded files, and the time formats of the specs.

mod fen;
mod media_id;
mod text;
mod time;

pub use self::fen::Fen;
pub use self::media_id::MediaId;
pub(crate) use self::time::TimeFormat;
pub use self::time::{BeijingDate, BeijingHour, BeijingIsoDate, BeijingTime, PayscoreTime, Rfc3339Time};
