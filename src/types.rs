//! Values that several families share: money and its progress, times, ids of files, and text that is encrypted.

mod checked;
mod fen;
mod json_text;
mod media_id;
mod plaintext;
mod progress;
mod sensitive;
mod stage;
mod text;
mod time;

#[allow(unused_imports, reason = "used by the families with orders only")]
pub(crate) use self::checked::Found;
pub use self::checked::{Checked, Expected};
pub use self::fen::Fen;
pub use self::json_text::JsonText;
pub use self::media_id::MediaId;
pub use self::plaintext::Plaintext;
pub use self::progress::Progress;
pub use self::sensitive::{Ciphertext, Sensitive};
pub use self::stage::PayscoreStage;
pub(crate) use self::time::TimeFormat;
pub use self::time::{BeijingDate, BeijingHour, BeijingIsoDate, BeijingTime, PayscoreTime, Rfc3339Time};
