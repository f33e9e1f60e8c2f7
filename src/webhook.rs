//! Notifications (回调通知): what WeChat Pay tells the merchant by itself, verified, opened and typed.
//!
//! ```no_run
//! use wechatpay_sdk::WechatPay;
//! use wechatpay_sdk::http::HeaderMap;
//! use wechatpay_sdk::webhook::{Answer, Inbox};
//!
//! /// `body` is the body as it came, not what a framework has made of it.
//! async fn notify(pay: &WechatPay, inbox: &dyn Inbox, headers: &HeaderMap, body: &[u8]) -> Answer {
//!     pay.webhooks().take(headers, body, inbox).await
//! }
//! ```
//!
//! That is all: the notification goes into a table of your own that takes each key once ([`Inbox`]), the answer says
//! success only then, and the work is done from the table. [`Webhooks::parse`] is the part that reads it.
//!
//! WeChat Pay repeats a notification until it is answered with success, for a day, and may send it several times at once,
//! in any order, and after all not at all: what matters is queried. An answer is due within five seconds.
//!
//! With the feature `axum` a handler takes a [`Notification`] and returns an [`Answer`]; with `actix-web` likewise; with
//! `tower` there is `Webhooks::service`. Anything else gives headers and body as above, in the types of the crate
//! [`http`].

#[cfg(feature = "actix-web")]
mod actix;
mod answer;
#[cfg(feature = "axum")]
mod axum;
mod diagnosis;
mod envelope;
mod event;
mod evidence;
mod inbox;
mod merchants;
mod notification;
#[cfg(feature = "tower")]
mod tower;

use http::HeaderMap;

pub use self::answer::Answer;
pub use self::diagnosis::Diagnosis;
use self::envelope::Envelope;
pub(crate) use self::event::Shape;
pub use self::event::{Event, UnrecognizedEvent};
#[cfg(feature = "simulator")]
pub(crate) use self::event::{event_types, example};
pub use self::evidence::Evidence;
pub use self::inbox::{Inbox, Inserting};
pub use self::merchants::Merchants;
pub use self::notification::Notification;
#[cfg(feature = "tower")]
pub use self::tower::Service;
use crate::client::Core;
use crate::keys::aead;
use crate::verify::{VerifiedBy, VerifyFailure};
use crate::{Error, Plaintext, Result, WechatPay};

/// Largest notification that is looked at, in bytes; the documented ciphertext has at most 1 MiB.
const LIMIT: usize = 2 * 1024 * 1024;

/// Reads notifications; from [`WechatPay::webhooks`].
#[derive(Clone, Debug)]
pub struct Webhooks {
    pay: WechatPay,
}

impl WechatPay {
    /// Reads the notifications that WeChat Pay sends to this merchant.
    pub fn webhooks(&self) -> Webhooks {
        Webhooks { pay: self.clone() }
    }
}

impl Webhooks {
    /// Verifies, opens and reads a notification. What comes out is WeChat Pay's word.
    ///
    /// `body` is the body byte for byte. A framework that parses and writes it again, or changes its characters, makes its
    /// signature wrong.
    ///
    /// A notification that is repeated verifies again, and so does one that was recorded less than five minutes ago: it
    /// is the application that must act once, by [`Notification::dedupe_key`].
    ///
    /// # Errors
    ///
    /// [`Verify`](crate::ErrorKind::Verify) when it is not from WeChat Pay, or only
    /// [tests](VerifyFailure::is_probe) whether that is noticed; [`Decrypt`](crate::ErrorKind::Decrypt) when it does not
    /// open with the APIv3 keys; [`Decode`](crate::ErrorKind::Decode) when it is not of the documented form, or lacks what
    /// its event is about, with what was opened in [`Error::body`]; [`Config`](crate::ErrorKind::Config) without an
    /// APIv3 key. [`Answer::refused`] answers all of them.
    pub async fn parse(&self, headers: &HeaderMap, body: &[u8]) -> Result<Notification> {
        let core = &self.pay.core;
        let verified_by = verified(core, headers, body).await?;
        opened(core, headers, body, verified_by)
    }

    /// Signs an answer with the merchant's key, as the events of 外包内用 (`CROSS_BORDER_PAY.…`) ask for: the header
    /// `Authorization` over a timestamp, a nonce and the body, one line each.
    ///
    /// # Errors
    ///
    /// A [`Sign`](crate::ErrorKind::Sign) error when the key cannot sign.
    pub async fn sign_answer(&self, answer: Answer) -> Result<Answer> {
        let core = &self.pay.core;
        let authorization = core.merchant().answer_authorization(answer.body(), core.clock().now()).await?;
        Ok(answer.with_authorization(authorization))
    }
}

async fn verified(core: &Core, headers: &HeaderMap, body: &[u8]) -> Result<VerifiedBy> {
    if body.len() > LIMIT {
        return Err(Error::decode_notification(format!("the notification is larger than {LIMIT} bytes")));
    }
    core.ready().await?;
    match core.verify(&core.trust(), headers, body).await {
        Ok(verified_by) => {
            core.observe_signature(&verified_by);
            Ok(verified_by)
        }
        Err(VerifyFailure::MissingHeader(_)) if body.trim_ascii_start().starts_with(b"<xml") => {
            Err(Error::decode_notification(
                "this is a notification of APIv2, which is not signed like those of APIv3: another address was given where \
                 the order was made",
            ))
        }
        Err(failure) => Err(Error::unverified_notification(failure)),
    }
}

/// Opens a notification that is verified.
fn opened(core: &Core, headers: &HeaderMap, body: &[u8], verified_by: VerifiedBy) -> Result<Notification> {
    let envelope = Envelope::read(body).map_err(Error::decode_notification)?;
    let keys = core.api_v3_keys();
    if keys.is_empty() {
        return Err(Error::config("notifications are opened with the APIv3 key: give it by `builder.api_v3_key(..)`"));
    }
    let data = envelope.associated_data.as_bytes();
    let opened = keys.iter().find_map(|key| aead::open(key, &envelope.nonce, data, &envelope.ciphertext));
    let opened = opened.ok_or_else(|| {
        Error::decrypt(
            "the notification does not open with the APIv3 key: if it was changed, give the previous one too",
        )
    })?;
    let keep = |error: Error| error.with_body(&bytes::Bytes::copy_from_slice(&opened));
    let plaintext = Plaintext::from_utf8(&opened)
        .ok_or_else(|| keep(Error::decode_notification("what the notification holds is not text")))?;
    let value = serde_json::from_str(&plaintext)
        .map_err(|_| keep(Error::decode_notification("what the notification holds is not JSON")))?;
    let evidence = Evidence::of(headers, body);
    let received_by = core.merchant().mchid().clone();
    let read = Notification::new(envelope, plaintext, value, verified_by, received_by, evidence);
    read.map_err(|error| {
        let message = format!("what the notification holds does not fit the specification: {error}");
        keep(Error::decode_notification(message))
    })
}

/// Warns of a handler that is still at work after four seconds.
async fn watched<T>(event: &str, work: impl Future<Output = T>) -> T {
    const SLOW: std::time::Duration = std::time::Duration::from_secs(4);
    let mut work = std::pin::pin!(work);
    match tokio::time::timeout(SLOW, &mut work).await {
        Ok(done) => done,
        Err(_) => {
            tracing::warn!(target: "wechatpay_sdk", event, "a notification's handler takes longer than WeChat Pay waits");
            work.await
        }
    }
}

#[cfg(test)]
#[cfg(feature = "simulator")]
pub(crate) fn event_examples()
-> impl Iterator<Item = &'static (&'static str, Option<&'static str>, &'static str, &'static str)> {
    event::examples::EXAMPLES.iter()
}

#[cfg(test)]
mod tests;
