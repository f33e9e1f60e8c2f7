//! Answers as they must not be, at the request of a test.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Mutex;

use bytes::Bytes;
use http::StatusCode;

use super::answer::{Answer, Refusal};
use super::lock;

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
                let refusal =
                    Refusal::new(StatusCode::TOO_MANY_REQUESTS, "FREQUENCY_LIMITED", 268_447_840, message);
                Some(refusal.into())
            }
            _ => None,
        }
    }
}

/// Decides what the gateway does to the next request; from [`Gateway::next_answer`](super::Gateway::next_answer).
///
/// Each call plans one fault, for one request. Several calls line up: the first planned is for the next request, the
/// second for the one after it.
///
/// After [`forged`](Self::forged), [`altered_body`](Self::altered_body),
/// [`without_signature`](Self::without_signature), [`stale`](Self::stale), [`probe`](Self::probe),
/// [`unknown_serial`](Self::unknown_serial) and [`lost`](Self::lost) the request has been carried out, as in reality:
/// the caller cannot know, but it happened.
#[must_use = "say what is to happen to the next answer"]
pub struct NextAnswer<'g>(&'g Mutex<VecDeque<Fault>>);

impl<'g> NextAnswer<'g> {
    pub(super) fn new(faults: &'g Mutex<VecDeque<Fault>>) -> Self {
        Self(faults)
    }

    /// The answer is signed by another key than the gateway's, under the gateway's id.
    pub fn forged(self) {
        self.plan(Fault::Forged);
    }

    /// The body is changed after it was signed.
    pub fn altered_body(self) {
        self.plan(Fault::AlteredBody);
    }

    /// The answer carries none of the signature's headers.
    pub fn without_signature(self) {
        self.plan(Fault::WithoutSignature);
    }

    /// The answer was signed this many seconds ago; a negative number is a time to come.
    pub fn stale(self, seconds: i64) {
        self.plan(Fault::Stale(seconds));
    }

    /// The signature is wrong on purpose and says so (`WECHATPAY/SIGNTEST/`), as WeChat Pay does to see whether
    /// anybody verifies.
    pub fn probe(self) {
        self.plan(Fault::Probe);
    }

    /// The answer names a key that the client does not know.
    pub fn unknown_serial(self) {
        self.plan(Fault::UnknownSerial);
    }

    /// The connection is cut before the first byte of the answer.
    pub fn lost(self) {
        self.plan(Fault::Lost);
    }

    /// The request is not carried out; this unsigned answer comes instead, as from a proxy or an overloaded gateway.
    ///
    /// A body that is not JSON is sent as HTML.
    pub fn status(self, status: StatusCode, body: impl Into<Bytes>) {
        self.plan(Fault::Instead(status, body.into()));
    }

    /// The request is not carried out; the answer is 429 `FREQUENCY_LIMITED`, signed.
    pub fn refused_too_fast(self) {
        self.plan(Fault::RefusedTooFast);
    }

    fn plan(self, fault: Fault) {
        lock(self.0).push_back(fault);
    }
}

impl fmt::Debug for NextAnswer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NextAnswer")
    }
}
