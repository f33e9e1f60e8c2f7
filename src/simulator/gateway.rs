//! The gateway in the hands of a test.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;
use tokio::net::TcpListener;

use super::clock::SimulatedClock;
use super::desk::Desk;
use super::fault::NextAnswer;
use super::journal::Received;
use super::lock;
use super::post::{Draft, first_word};
use super::security;
use super::security::PlatformCertificates;
use super::server::Server;
use crate::clock::SystemClock;
use crate::{ApiV3Key, Clock, Merchant, Result, Trust, WechatPay, WechatPayBuilder};

/// A WeChat Pay gateway on loopback that lives until it is dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> wechatpay_sdk::Result<()> {
/// use wechatpay_sdk::simulator::Gateway;
/// use wechatpay_sdk::{Outcome, Retry};
///
/// let gateway = Gateway::start().await?;
/// let pay = gateway.client()?;
///
/// gateway.next_answer().forged();
/// let quota = pay.partner_payscore().get_service_quota("500001").sub_mchid("1900000109");
/// let quota = quota.appid("wxd678efh567hg6787").risk_level_version(1).send().retry(Retry::OFF);
/// let error = quota.await.unwrap_err();
/// assert_eq!(error.outcome(), Outcome::Unknown);
/// # Ok(())
/// # }
/// ```
///
/// It runs on the tokio runtime that starts it. Several gateways share nothing.
pub struct Gateway {
    pub(super) desk: Arc<Desk>,
    server: Server,
}

impl Gateway {
    /// Starts a gateway on a free port of 127.0.0.1; its clock follows the system's.
    ///
    /// # Errors
    ///
    /// A `Transport` error when no port can be opened.
    pub async fn start() -> Result<Self> {
        Self::with_clock(SimulatedClock::following()).await
    }

    /// Starts a gateway whose clock stands still at this time, in seconds since 1970, until the test moves it.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub async fn start_at(unix_seconds: i64) -> Result<Self> {
        Self::with_clock(SimulatedClock::stopped_at(unix_seconds)).await
    }

    /// What the tasks of this gateway hold, to see them end.
    #[cfg(test)]
    pub(super) fn watch(&self) -> std::sync::Weak<Desk> {
        Arc::downgrade(&self.desk)
    }

    /// Starts a gateway where the caller already listens, for applications in other processes. Who can reach it there is
    /// the caller's to answer for; its keys protect nothing.
    ///
    /// What is signed is dated by the system's clock here, on both sides, since other processes have no other.
    /// [`advance`](Self::advance) moves the time of orders and notifications only.
    ///
    /// # Errors
    ///
    /// A `Transport` error when the listener has no address.
    pub async fn start_on(listener: TcpListener) -> Result<Self> {
        Self::open(SimulatedClock::following(), Arc::new(SystemClock), listener).await
    }

    async fn with_clock(clock: SimulatedClock) -> Result<Self> {
        let listener = Server::any_port().await?;
        Self::open(clock.clone(), Arc::new(clock), listener).await
    }

    async fn open(clock: SimulatedClock, signing_clock: Arc<dyn Clock>, listener: TcpListener) -> Result<Self> {
        let desk = Arc::new(Desk::open(clock, signing_clock)?);
        let server = Server::start(Arc::clone(&desk), listener).await?;
        Ok(Self { desk, server })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// The clock of the gateway and, unless it was started by [`start_on`](Self::start_on), of its clients.
    pub fn clock(&self) -> SimulatedClock {
        self.desk.clock.clone()
    }

    /// A client of the merchant that this gateway knows, with the gateway's clock.
    ///
    /// # Errors
    ///
    /// A `Config` error when the HTTP client cannot be built, or the gateway was started on an address that is not a loopback
    /// address.
    pub fn client(&self) -> Result<WechatPay> {
        self.client_with(|builder| builder)
    }

    /// The same client with settings of its own: `gateway.client_with(|builder| builder.timeout(second))`.
    ///
    /// A base URL is ignored: the client speaks to this gateway.
    ///
    /// # Errors
    ///
    /// As [`client`](Self::client).
    pub fn client_with(&self, configure: impl FnOnce(WechatPayBuilder) -> WechatPayBuilder) -> Result<WechatPay> {
        let builder = WechatPay::builder(self.merchant(), self.trust())
            .api_v3_key(self.api_v3_key())
            .clock(Arc::clone(&self.desk.signing_clock));
        configure(builder).build_for_loopback(self.address())
    }

    /// A client of another merchant or another trust, to see it refused, or with a signer of its own.
    ///
    /// # Errors
    ///
    /// As [`client`](Self::client), and when merchant and trust are mixed up.
    pub fn client_of(&self, merchant: Merchant, trust: Trust) -> Result<WechatPay> {
        let builder = WechatPay::builder(merchant, trust)
            .api_v3_key(self.api_v3_key())
            .clock(Arc::clone(&self.desk.signing_clock));
        builder.build_for_loopback(self.address())
    }

    /// The merchant that this gateway knows.
    pub fn merchant(&self) -> Merchant {
        self.desk.identity.merchant()
    }

    /// The trust that verifies this gateway's answers.
    pub fn trust(&self) -> Trust {
        self.desk.identity.trust()
    }

    /// The merchant's APIv3 key, which platform certificates are encrypted with.
    pub fn api_v3_key(&self) -> ApiV3Key {
        self.desk.identity.api_v3_key.clone()
    }

    /// The platform certificates that the merchant has from now on, beside its public key. At first one.
    pub fn set_platform_certificates(&self, certificates: PlatformCertificates) {
        *lock(&self.desk.platform_certificates) = certificates;
        self.desk.post.bell.ring();
    }

    /// The platform certificates that the merchant has now.
    pub fn platform_certificates(&self) -> PlatformCertificates {
        *lock(&self.desk.platform_certificates)
    }

    /// A notification as WeChat Pay would send it now: its headers and its body, encrypted and signed. `plaintext` is what
    /// the event carries; the specs have an example of each.
    ///
    /// # Errors
    ///
    /// A `Sign` error when the system has no random numbers.
    pub fn notification(&self, event_type: &str, plaintext: &Value) -> Result<(HeaderMap, Bytes)> {
        let draft = Draft {
            url: String::new(),
            event_type: event_type.to_owned(),
            original_type: first_word(event_type),
            plaintext: plaintext.clone(),
        };
        let (_, body) = security::notification(self.desk.identity, &draft, self.desk.clock.unix())?;
        let headers = self.desk.notification_headers(&body, None)?;
        Ok((headers, body))
    }

    /// Gives the bill of a day, `yyyy-MM-dd`, as unpacked text. From then on the operations of bills answer where it is,
    /// packed or encrypted as they ask, and statements abroad are given as they are; for a day without one it is 400
    /// `NO_STATEMENT_EXIST`.
    pub fn give_bill(&self, day: &str, bill: impl Into<Bytes>) {
        lock(&self.desk.books).bills.give(day, bill.into());
    }

    /// How much has happened: the number grows with every request, change of a state, notification, attempt to deliver one,
    /// and with the clock when it is moved.
    pub fn revision(&self) -> u64 {
        self.desk.post.bell.count()
    }

    /// Waits until something has happened since this [`revision`](Self::revision); the revision then.
    pub async fn changed_since(&self, revision: u64) -> u64 {
        self.desk.post.bell.after(revision).await
    }

    /// Gives a file that has a path of its own, such as the picture `/v3/merchant-service/images/1` of a complaint.
    pub fn give_file(&self, path: &str, file: impl Into<Bytes>) {
        lock(&self.desk.books).bills.give_file(path, file.into());
    }

    /// Makes something go wrong with the next answer: `gateway.next_answer().forged()`.
    pub fn next_answer(&self) -> NextAnswer<'_> {
        NextAnswer::new(&self.desk)
    }

    /// Takes back what [`next_answer`](Self::next_answer) has planned.
    pub fn forget_faults(&self) {
        lock(&self.desk.faults).clear();
    }

    /// The requests received so far, oldest first, the refused ones too. The last 1,000 are kept.
    pub fn requests(&self) -> Vec<Received> {
        self.requests_after(0)
    }

    /// Those of the [requests](Self::requests) that came after the one with this [number](Received::number).
    pub fn requests_after(&self, number: u64) -> Vec<Received> {
        lock(&self.desk.journal).after(number)
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("address", &self.address())
            .field("clock", &self.desk.clock)
            .finish_non_exhaustive()
    }
}
