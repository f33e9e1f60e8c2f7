//! Notifications in the hands of a test.

use std::fmt;

use http::StatusCode;
use serde_json::Value;

use super::Draft;
use crate::simulator::desk::Desk;
use crate::{Error, Result};

/// A notification that the gateway sends, or has sent; from
/// [`Gateway::notifications`](crate::simulator::Gateway::notifications).
///
/// `Debug` does not show what it says.
#[derive(Clone)]
pub struct Sent {
    id: String,
    draft: Draft,
    pub(super) created_at: i64,
    is_deliverable: bool,
    pub(super) attempts: Vec<Attempt>,
}

impl Sent {
    pub(super) fn new(id: String, draft: Draft, created_at: i64, is_deliverable: bool) -> Self {
        Self { id, draft, created_at, is_deliverable, attempts: Vec::new() }
    }

    /// Its `id`, the same in all attempts.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The word of the event, such as `REFUND.SUCCESS`.
    pub fn event_type(&self) -> &str {
        &self.draft.event_type
    }

    /// The `notify_url` that the order gave.
    pub fn notify_url(&self) -> &str {
        &self.draft.url
    }

    /// What it says, before it is encrypted.
    pub fn plaintext(&self) -> &Value {
        &self.draft.plaintext
    }

    /// Whether the address is on this machine; what goes elsewhere is written down here and never sent.
    pub fn is_deliverable(&self) -> bool {
        self.is_deliverable
    }

    /// The attempts so far, oldest first.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// Whether the application has taken it: it answered an attempt with 200 or 204.
    pub fn is_taken(&self) -> bool {
        self.attempts.iter().any(|attempt| attempt.is_taken() && !attempt.is_probe())
    }
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sent")
            .field("id", &self.id)
            .field("event_type", &self.event_type())
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

/// One attempt to deliver a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub(super) at: i64,
    pub(super) status: Option<StatusCode>,
    pub(super) is_probe: bool,
}

impl Attempt {
    /// When it was made, in seconds since 1970 by the gateway's clock.
    pub fn at(&self) -> i64 {
        self.at
    }

    /// What the application answered; none if it did not, within five seconds.
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// Whether the signature was wrong on purpose.
    pub fn is_probe(&self) -> bool {
        self.is_probe
    }

    /// Whether the application took it; if [`is_probe`](Self::is_probe) too, then it does not verify what it gets.
    pub fn is_taken(&self) -> bool {
        self.status.is_some_and(|status| status.is_success())
    }
}

/// A notification that a test sends by itself; from [`Gateway::notify`](crate::simulator::Gateway::notify).
#[must_use = "say where it goes: `.to(address)`"]
pub struct Notice<'g> {
    desk: &'g Desk,
    event_type: String,
    plaintext: Option<Value>,
}

impl<'g> Notice<'g> {
    pub(in crate::simulator) fn new(desk: &'g Desk, event_type: &str) -> Self {
        Self { desk, event_type: event_type.to_owned(), plaintext: None }
    }

    /// Says this instead of what the event's spec has as its example.
    pub fn with(self, plaintext: Value) -> Self {
        Self { plaintext: Some(plaintext), ..self }
    }

    /// Posts it to this address, as if an order had given it as its `notify_url`.
    ///
    /// # Errors
    ///
    /// A `Request` error when no enabled family has the event; a `Sign` error when the system has no random numbers.
    pub fn to(self, notify_url: &str) -> Result<()> {
        let example = crate::webhook::example(&self.event_type);
        let (event_type, original_type, plaintext) = match (example, self.plaintext) {
            (Some((event_type, original_type, _)), Some(plaintext)) => (event_type, original_type, plaintext),
            (Some((event_type, original_type, text)), None) => {
                let plaintext = serde_json::from_str(text);
                (event_type, original_type, plaintext.map_err(|_| Error::request("the event's example is damaged"))?)
            }
            (None, Some(plaintext)) => (self.event_type.as_str(), None, plaintext),
            (None, None) => {
                let message = format!("no enabled family has the event {}", self.event_type);
                return Err(Error::request(message));
            }
        };
        let original_type = original_type.map_or_else(|| first_word(event_type), str::to_owned);
        let url = notify_url.to_owned();
        self.desk.post(Draft { url, event_type: event_type.to_owned(), original_type, plaintext })
    }
}

/// The original type is the first word of the event, where the specs say nothing else.
pub(in crate::simulator) fn first_word(event_type: &str) -> String {
    event_type.split(['.', '_']).next().unwrap_or_default().to_lowercase()
}

impl fmt::Debug for Notice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notice").field("event_type", &self.event_type).finish_non_exhaustive()
    }
}
