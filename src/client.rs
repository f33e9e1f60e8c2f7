//! The client: who we are, whom we believe, and one connection pool.

mod access_point;
mod brand;
mod builder;
mod check;
mod env;
mod health;
mod hosts;
mod http_client;
mod refresh;
mod role;
mod rotation;
mod self_test;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Method};

pub use self::brand::{Brand, BrandId, WechatPayBrand};
pub use self::builder::{FourByteCharacters, Validation, WechatPayBuilder};
pub use self::health::Health;
pub use self::role::Role;
pub use self::self_test::SelfTest;
use crate::rates::Pacer;
use crate::request::RawRequest;
use crate::retry::Budget;
use crate::rt::Operation;
use crate::rules::{Context, Offences};
use crate::shared::Shared;
use crate::sign::Scheme;
use crate::{ApiV2Key, ApiV3Key, Clock, MchId, Merchant, Observer, Retry, Trust};

/// A client of WeChat Pay for one merchant number.
///
/// Cheap to clone, `Send` and `Sync`: build it once and keep it in your state. Each product family has a method of its
/// name; what no family has goes through [`request`](WechatPay::request).
///
/// Two clients share nothing: a process may hold one for each merchant number.
#[derive(Clone)]
pub struct WechatPay {
    pub(crate) core: Core,
}

impl WechatPay {
    /// Begins a client of this merchant that believes this trust.
    pub fn builder(merchant: Merchant, trust: Trust) -> WechatPayBuilder {
        WechatPayBuilder::new(merchant, trust)
    }

    /// The merchant number that signs.
    pub fn mchid(&self) -> &MchId {
        &self.core.0.mchid
    }

    /// A request that no family has, signed and verified like every other.
    ///
    /// `path` begins with `/` and is sent as it is, with its query if it has one; what must be percent-encoded in it has
    /// to be. [`query`](RawRequest::query) adds a value and encodes it.
    ///
    /// ```no_run
    /// # async fn example(pay: wechatpay_sdk::WechatPay) -> wechatpay_sdk::Result<()> {
    /// let balance = pay.request(wechatpay_sdk::http::Method::GET, "/v3/merchant/fund/balance/BASIC").await?;
    /// println!("{} fen", balance["available_amount"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawRequest {
        RawRequest::new(self.core.clone(), method, path.into())
    }
}

impl fmt::Debug for WechatPay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WechatPay")
            .field("base", &self.core.base())
            .field("merchant", &self.core.merchant())
            .field("trust", &self.core.trust())
            .finish_non_exhaustive()
    }
}

/// What every call of a client shares.
#[derive(Clone)]
pub(crate) struct Core(Arc<Inner>);

struct Inner {
    /// `https://host` without a path: the path of a request is signed as it stands in the specs.
    base: String,
    http: reqwest::Client,
    /// Never changes, whatever certificate the merchant has.
    mchid: MchId,
    merchant: Shared<Merchant>,
    trust: Shared<Trust>,
    /// The current one first.
    api_v3_keys: Shared<Arc<[ApiV3Key]>>,
    api_v2_key: Shared<Option<ApiV2Key>>,
    refresher: refresh::Refresher,
    observed: health::Observed,
    clock: Arc<dyn Clock>,
    user_agent: HeaderValue,
    checks: check::Checks,
    role: Option<Role>,
    retry: Retry,
    budget: Budget,
    pacer: Option<Pacer>,
    hosts: hosts::Hosts,
    observer: Option<Arc<dyn Observer>>,
    /// Of a call, with its repeats.
    timeout: Duration,
    attempt_timeout: Duration,
    /// The gateway is on this machine.
    is_loopback: bool,
}

impl Core {
    pub(crate) fn base(&self) -> &str {
        &self.0.base
    }

    /// The gateway is a simulated one on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.0.is_loopback
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    /// The merchant as it is now; a caller that needs it twice keeps it.
    pub(crate) fn merchant(&self) -> Merchant {
        self.0.merchant.get()
    }

    /// The trust as it is now; a caller that needs it twice keeps it.
    pub(crate) fn trust(&self) -> Trust {
        self.0.trust.get()
    }

    pub(crate) fn api_v3_keys(&self) -> Arc<[ApiV3Key]> {
        self.0.api_v3_keys.get()
    }

    /// The APIv2 key, which must not be an APIv3 key that came later either.
    pub(crate) fn api_v2_key(&self) -> crate::Result<ApiV2Key> {
        let key = self.0.api_v2_key.get().ok_or_else(|| {
            crate::Error::config("this is signed with the APIv2 key: give it by `builder.api_v2_key(..)`")
        })?;
        key.check_against(&self.api_v3_keys())?;
        Ok(key)
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        self.0.clock.as_ref()
    }

    pub(crate) fn retry(&self) -> Retry {
        self.0.retry
    }

    pub(crate) fn pacer(&self) -> Option<&Pacer> {
        self.0.pacer.as_ref()
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.0.budget
    }

    /// How long a call may take.
    pub(crate) fn timeout(&self) -> Duration {
        self.0.timeout
    }

    /// How long one attempt may take.
    pub(crate) fn attempt_timeout(&self) -> Duration {
        self.0.attempt_timeout
    }

    pub(crate) fn mchid(&self) -> &MchId {
        &self.0.mchid
    }

    pub(crate) fn observer(&self) -> Option<&dyn Observer> {
        self.0.observer.as_deref()
    }

    pub(crate) fn user_agent(&self) -> &HeaderValue {
        &self.0.user_agent
    }

    /// `Wechatpay-Serial`: the key WeChat Pay signs its answer with.
    pub(crate) fn serial(&self) -> Option<HeaderValue> {
        self.trust().serial_to_send(self.clock().now())
    }

    pub(crate) fn refuses_four_byte_characters(&self) -> bool {
        self.0.checks.four_byte_characters == FourByteCharacters::Refuse
    }

    /// What is known offline to be refused or mangled by WeChat Pay.
    pub(crate) fn check(
        &self,
        request: &reqwest::Request,
        operation: &Operation,
        fields: &[(&str, String)],
        offences: Offences,
    ) -> crate::Result<()> {
        let merchant = self.merchant();
        let mchid = (merchant.scheme == Scheme::Merchant).then(|| merchant.mchid().as_str());
        let context = Context { mchid, is_loopback: self.0.is_loopback };
        self.0.checks.request(request, operation, fields, context, offences)
    }
}
