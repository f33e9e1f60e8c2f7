//! Values that several families share: the time formats of the specs.

mod time;

pub use self::time::{PayscoreDate, PayscoreTime, Rfc3339Time};
