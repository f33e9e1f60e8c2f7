//! Answers as they must not be, at the request of a test.

mod plan;

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;

pub use self::plan::NextAnswer;
pub(super) use self::plan::Planned;
use super::answer::{Answer, Refusal};

/// What goes wrong with one answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    /// Signed by a key that is not the gateway's.
    Forged,
    /// The body is not the one that was signed.
    AlteredBody,
    WithoutSignature,
    /// Signed this many seconds ago.
    Stale(i64),
    Probe,
    /// Signed with a key of another id.
    UnknownSerial,
    /// Cut off before the first byte.
    Lost,
    /// Not carried out, and this is answered instead.
    Instead(StatusCode, Bytes),
    RefusedTooFast,
    /// Sent so much later.
    Slow(Duration),
}

impl Fault {
    /// The answer to a request that is not carried out.
    pub(super) fn instead(&self) -> Option<Answer> {
        match self {
            Self::Instead(status, body) => {
                let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
                let answer = Answer { is_signed: false, body: body.clone(), ..Answer::empty(*status) };
                Some(if is_json { answer } else { Answer { content_type: "text/html", ..answer } })
            }
            Self::RefusedTooFast => {
                let message = "too many requests: slow down, and repeat with the same number";
                let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "FREQUENCY_LIMITED", 268_447_840, message);
                Some(refusal.into())
            }
            _ => None,
        }
    }
}
