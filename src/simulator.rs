//! A WeChat Pay gateway on this machine, for tests, examples and development.
//!
//! WeChat Pay has no sandbox for APIv3. [`Gateway`] stands in for it: it serves real HTTP on loopback, is as strict as
//! the real one, signs its answers, and keeps service orders whose states move as documented.
//!
//! ```
//! use wechatpay_sdk::partner_payscore::CancelServiceOrderRequest;
//! use wechatpay_sdk::simulator::Gateway;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> wechatpay_sdk::Result<()> {
//! let gateway = Gateway::start().await?;
//! let pay = gateway.client()?;
//!
//! let cancel = CancelServiceOrderRequest::builder().service_id("500001").sub_mchid("1900000109").reason("用户投诉");
//! let error = pay.partner_payscore().cancel_service_order("1234", cancel).await.unwrap_err();
//! assert!(error.is_code("ORDER_NOT_EXIST") && error.verified());
//!
//! let request = &gateway.requests()[0];
//! assert_eq!(request.target(), "/v3/payscore/partner/serviceorder/1234/cancel");
//! # Ok(())
//! # }
//! ```
//!
//! # How strict it is
//!
//! - **Authorization**: every part of it, the clock within 300 seconds, and the signature over the bytes that came in.
//!   401 `SIGN_ERROR` says what was expected to be signed, and names the usual mistakes.
//! - **Path, query and body** against the same specs as the SDK: types, lengths, words, unknown members, members given
//!   twice, `null`, emoji. 400 `PARAM_ERROR` names the field.
//! - **Every answer is signed**, refusals and 204 too, except 401.
//!
//! # What it knows
//!
//! Service orders of Pay Score for partners from creation to payment. The user's side is the test's:
//! [`Gateway::confirm_order`] and [`Gateway::pay_order`]. Every other operation answers the example of its spec.
//!
//! Where the documents are silent, this is how it decides: an unknown path is `NOT_FOUND`, a wrong method 405; a
//! request is refused for its signature before anything else; `paid_amount` and `seq` of a sync are not compared with
//! the order, since the documents of domestic orders do not have them.
//!
//! # What goes wrong
//!
//! [`Gateway::next_answer`] makes the next answer forged, altered, stale, lost and more, so that a test sees what its
//! code does with an unknown outcome.
//!
//! # Security
//!
//! The gateway listens on 127.0.0.1 only. Its keys are published with this crate and protect nothing.

mod answer;
mod authorization;
mod bills;
mod clock;
mod desk;
mod fault;
mod form;
mod gateway;
mod identity;
mod journal;
mod json;
#[cfg(feature = "partner-payscore")]
mod payscore;
mod reply;
mod security;
mod server;
mod spec;
mod validate;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use self::clock::SimulatedClock;
pub use self::fault::NextAnswer;
pub use self::gateway::Gateway;
pub use self::journal::Received;
#[cfg(feature = "partner-payscore")]
pub use self::payscore::OrderView;
pub use self::security::PlatformCertificates;

/// A test that panics must not take the gateway of its helpers with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[cfg(feature = "partner-payscore")]
mod tests;
