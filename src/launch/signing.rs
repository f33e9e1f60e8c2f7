//! The signature that a phone shows WeChat Pay: four lines, the merchant's key, the client's clock.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use super::{LaunchAnswer, LaunchOrder, expires_at, handle, one_line};
use crate::Result;
use crate::client::Core;
use crate::sign::{lines, nonce, timestamp};

/// How long a `prepay_id` opens a payment.
const VALID: Duration = Duration::from_secs(2 * 60 * 60);

/// `signType` of everything that the private key signs.
pub(super) const RSA: &str = "RSA";

/// The parameters of a phone on their way: a boxed future.
pub type LaunchFuture<L> = Pin<Box<dyn Future<Output = Result<L>> + Send>>;

/// Parameters of a phone, which are signed when this is awaited, with the client's signer and at the client's time.
#[must_use = "nothing is signed before this is awaited"]
pub struct Launching<L> {
    pub(super) core: Core,
    /// Why it cannot be signed is told when it is awaited.
    pub(super) session: Result<Session>,
    /// What `package` has behind the session.
    pub(super) suffix: String,
    launch: PhantomData<fn() -> L>,
}

/// What is opened, and by which app.
pub(super) struct Session {
    pub(super) appid: String,
    pub(super) prepay_id: String,
    pub(super) expires_at: Option<SystemTime>,
}

/// What is new in every launch.
pub(super) struct Signed {
    pub(super) timestamp: String,
    pub(super) nonce: String,
    pub(super) signature: String,
}

impl Session {
    pub(super) fn of_order<S>(order: &impl LaunchOrder<S>, prepay: &impl LaunchAnswer<S>) -> Result<Self> {
        Self::of_app(order.appid(), prepay)
    }

    pub(super) fn of_app<S>(appid: Option<&str>, prepay: &impl LaunchAnswer<S>) -> Result<Self> {
        Ok(Self {
            appid: one_line("appid", appid)?,
            prepay_id: handle(prepay, "prepay_id")?,
            expires_at: expires_at(prepay, VALID),
        })
    }
}

impl<L> Launching<L> {
    pub(super) fn new(core: &Core, session: Result<Session>) -> Self {
        Self { core: core.clone(), session, suffix: String::new(), launch: PhantomData }
    }
}

impl<L> fmt::Debug for Launching<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Launching")
    }
}

/// Signs the app, the time in seconds, a nonce, and what is opened.
pub(super) async fn sign(core: &Core, appid: &str, opened: &str) -> Result<Signed> {
    let (timestamp, nonce) = (timestamp(core.clock().now())?, nonce()?);
    let message = lines([appid, &timestamp, &nonce, opened].map(str::as_bytes));
    let signature = core.merchant().sign(&message).await?;
    Ok(Signed { timestamp, nonce, signature })
}
