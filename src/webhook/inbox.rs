//! The way a notification is taken: into a table first, answered then, worked on afterwards.

use std::error::Error as StdError;
use std::pin::Pin;

use http::HeaderMap;

use super::{Answer, Notification, Webhooks};

/// A row on its way into an inbox.
pub type Inserting<'a> = Pin<Box<dyn Future<Output = Result<(), Box<dyn StdError + Send + Sync>>> + Send + 'a>>;

/// Where an application keeps notifications until it has worked on them.
///
/// The same notification comes several times, also at once and to several machines, so the store itself must take each
/// [`dedupe_key`](Notification::dedupe_key) once, and say so with success each time. In SQL:
///
/// ```sql
/// create table wechatpay_inbox (
///     dedupe_key    text primary key,
///     event_type    text not null,
///     original_type text,
///     plaintext     text not null,
///     done_at       timestamptz
/// );
/// insert into wechatpay_inbox (dedupe_key, event_type, original_type, plaintext) values ($1, $2, $3, $4)
///     on conflict (dedupe_key) do nothing;
/// ```
///
/// In Redis, with a queue beside it, in one transaction or script: `SET inbox:{key} {plaintext} NX`, and `RPUSH` of the key
/// where that has set something. A worker takes rows that are not done, reads them by
/// [`Event::from_plaintext`](super::Event::from_plaintext), does the work, and marks the row within the same transaction as
/// what it changed. There is no inbox in memory: it would lose what was answered with success.
///
/// ```
/// use wechatpay_sdk::webhook::{Inbox, Inserting, Notification};
///
/// struct Table(/* a pool of connections */);
///
/// impl Inbox for Table {
///     fn insert<'a>(&'a self, notification: &'a Notification) -> Inserting<'a> {
///         Box::pin(async move {
///             let _row = (notification.dedupe_key(), notification.event_type(), notification.original_type(), notification.plaintext());
///             // The insert above; its error is this function's error.
///             Ok(())
///         })
///     }
/// }
/// ```
pub trait Inbox: Send + Sync {
    /// Puts the notification where it is safe. A key that is there already is a success.
    fn insert<'a>(&'a self, notification: &'a Notification) -> Inserting<'a>;
}

impl Webhooks {
    /// The whole of a handler: reads the notification, puts it into the inbox, and gives the answer. It says success only
    /// after the inbox has.
    pub async fn take(&self, headers: &HeaderMap, body: &[u8], inbox: &dyn Inbox) -> Answer {
        match self.parse(headers, body).await {
            Ok(notification) => notification.keep(inbox).await,
            Err(error) => Answer::logged(&error),
        }
    }
}

impl Notification {
    /// Puts it into the inbox, and gives the answer: success only after the inbox has said it.
    pub async fn keep(&self, inbox: &dyn Inbox) -> Answer {
        match super::watched(self.event_type(), inbox.insert(self)).await {
            Ok(()) => Answer::taken(),
            Err(error) => {
                let event = self.event_type();
                tracing::error!(target: "wechatpay_sdk", event, %error, "a notification could not be kept");
                Answer::failed("the notification could not be kept")
            }
        }
    }
}
