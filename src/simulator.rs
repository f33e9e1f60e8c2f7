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
//! Orders of merchants and partners, combined orders, refunds, service orders of Pay Score, transfers to users, sharing and
//! complaints, with the states that the documents give them: [`Gateway::standings`] and [`Gateway::changes`] show them.
//! What users do is the test's: [`Gateway::user_pays`], [`Gateway::confirm_order`],
//! [`Gateway::user_confirms_transfer`] and more. What happens after a while happens by the gateway's clock, which
//! [`Gateway::advance`] moves. Every other operation answers the example of its spec.
//!
//! When a state changes, the `notify_url` of the order is told, signed and encrypted as by WeChat Pay, and told again on
//! the documented schedule until it answers with success; addresses that are not on this machine are never called
//! ([`Gateway::deliver_instead`] says where to go instead). [`Gateway::next_notification`] makes one come twice, late or
//! forged, and [`Gateway::notify`] sends any event.
//!
//! The official checklists warn of traps, and the gateway has them: a release of shared money with the number of a split is
//! a success and releases nothing; a split within a minute of the payment is refused; closing an order while the user pays
//! answers `FREQUENCY_LIMITED`. `docs/SIMULATOR.md` lists what differs from the real gateway, and where the documents are
//! silent.
//!
//! # What goes wrong
//!
//! [`Gateway::next_answer`] makes the next answer forged, altered, stale, lost and more, so that a test sees what its
//! code does with an unknown outcome.
//!
//! # Security
//!
//! The gateway listens on 127.0.0.1 only, unless [`Gateway::start_on`] is given another place. Its keys are published with
//! this crate and protect nothing.

mod answer;
mod authorization;
mod bell;
mod bills;
mod books;
mod clock;
mod combine;
mod complaint;
mod desk;
mod environment;
mod fault;
mod form;
mod gateway;
mod identity;
mod journal;
mod json;
mod numbers;
mod payscore;
mod post;
mod refund;
mod register;
mod reply;
mod security;
mod server;
mod sharing;
mod spec;
mod trade;
mod transfer;
mod users;
mod validate;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use self::clock::SimulatedClock;
pub(crate) use self::environment::is_simulated;
pub use self::fault::NextAnswer;
pub use self::gateway::Gateway;
pub use self::journal::Received;
pub use self::payscore::OrderView;
pub use self::post::{Attempt, NextNotification, Notice, Sent};
pub use self::register::{Standing, StateChange};
pub use self::security::PlatformCertificates;

/// A test that panics must not take the gateway of its helpers with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

// They call operations of all products with states.
#[cfg(test)]
#[cfg(all(
    feature = "certificates",
    feature = "combine-payments",
    feature = "complaints",
    feature = "merchant-transfer",
    feature = "partner-merchant-transfer",
    feature = "partner-payments",
    feature = "partner-payscore",
    feature = "payments",
    feature = "payscore",
    feature = "profit-sharing",
    feature = "refund"
))]
mod tests;
