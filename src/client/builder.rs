//! Builds a client and refuses what cannot work.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use http::HeaderValue;

use super::access_point::{AllowedHosts, BACKUP, MAIN};
use super::check::Checks;
use super::health::Observed;
use super::hosts::Hosts;
use super::http_client::{self, Shape};
use super::refresh::Refresher;
use super::role::Role;
use super::{Core, Inner, WechatPay};
use crate::clock::SystemClock;
use crate::rates::Pacer;
use crate::retry::Budget;
use crate::shared::Shared;
use crate::{ApiV2Key, ApiV3Key, Clock, Error, Merchant, Observer, RateLimits, Result, Retry, Trust};

/// What to do with characters outside the Basic Multilingual Plane, emoji for example, in a request body or in what is
/// encrypted.
///
/// WeChat Pay supports code points of up to three UTF-8 bytes and refuses or mangles the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FourByteCharacters {
    /// The call fails before anything is sent, naming the field.
    #[default]
    Refuse,
    /// They are sent as they are.
    Send,
}

/// What to do with a request that breaks a rule of its official page: a length, a form, a range, a sum.
///
/// Whatever is chosen, the rules and the offending places are in [`Error::offences`](crate::Error::offences), never the
/// values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validation {
    /// The call fails before anything is sent, with every offence at once.
    Enforce,
    /// The request is sent and each offence is a warning of [`tracing`](https://docs.rs/tracing), target
    /// `wechatpay_sdk`: WeChat Pay changes limits before it changes documents. What it refuses for certain is not sent
    /// all the same: empty text, `null`, none of several alternatives.
    Warn,
    /// No rule is checked. Only what cannot be sent at all is refused: a path or query value that is none, a text that
    /// cannot be encrypted, and what [`FourByteCharacters`] says.
    Off,
}

/// Which host stands in for the main one.
#[derive(Debug)]
enum Backup {
    Default,
    At(String),
    None,
}

/// Builds a [`WechatPay`]; from [`WechatPay::builder`].
#[must_use = "a builder does nothing until `build`"]
pub struct WechatPayBuilder<C = WechatPay> {
    client: PhantomData<fn() -> C>,
    merchant: Merchant,
    trust: Trust,
    api_v3_key: Option<ApiV3Key>,
    previous_api_v3_key: Option<ApiV3Key>,
    api_v2_key: Option<ApiV2Key>,
    base_url: Option<String>,
    backup_url: Backup,
    allowed_hosts: AllowedHosts,
    http: Vec<Shape>,
    observer: Option<Arc<dyn Observer>>,
    clock: Arc<dyn Clock>,
    connect_timeout: Duration,
    attempt_timeout: Duration,
    timeout: Duration,
    retry: Retry,
    rate_limits: Option<RateLimits>,
    four_byte_characters: FourByteCharacters,
    validation: Option<Validation>,
    role: Option<Role>,
}

impl<C> WechatPayBuilder<C> {
    pub(super) fn new(merchant: Merchant, trust: Trust) -> Self {
        Self {
            client: PhantomData,
            merchant,
            trust,
            api_v3_key: None,
            previous_api_v3_key: None,
            api_v2_key: None,
            base_url: None,
            backup_url: Backup::Default,
            allowed_hosts: AllowedHosts::default(),
            http: Vec::new(),
            observer: None,
            clock: Arc::new(SystemClock),
            connect_timeout: Duration::from_secs(3),
            attempt_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(15),
            retry: Retry::default(),
            rate_limits: None,
            four_byte_characters: FourByteCharacters::default(),
            validation: None,
            role: None,
        }
    }

    /// The APIv3 key, which opens platform certificates and, in later versions, notifications.
    pub fn api_v3_key(mut self, key: ApiV3Key) -> Self {
        self.api_v3_key = Some(key);
        self
    }

    /// The APIv3 key before the current one, which is tried too: messages that were encrypted before it was replaced may
    /// come later.
    pub fn previous_api_v3_key(mut self, key: ApiV3Key) -> Self {
        self.previous_api_v3_key = Some(key);
        self
    }

    /// The APIv2 key, with which Pay Score and coupons still sign what the phone opens; see [`launch`](crate::launch).
    /// Nothing else needs it; `build` refuses one that is an APIv3 key.
    pub fn api_v2_key(mut self, key: ApiV2Key) -> Self {
        self.api_v2_key = Some(key);
        self
    }

    /// Another access point of WeChat Pay, such as `https://apihk.mch.weixin.qq.com`, for all calls; it has no backup
    /// unless [`backup_url`](Self::backup_url) names one. Otherwise calls go to `https://api.mch.weixin.qq.com`, and those
    /// that only another region has to that region.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// The access point that a call goes to when the main one cannot be reached: `https://api2.mch.weixin.qq.com`
    /// otherwise. It is kept for a minute, then the main one is tried again. Only what may be repeated goes there, signed
    /// anew: see [`Retry`].
    pub fn backup_url(mut self, url: impl Into<String>) -> Self {
        self.backup_url = Backup::At(url.into());
        self
    }

    /// Calls go to one access point only.
    pub fn no_backup(mut self) -> Self {
        self.backup_url = Backup::None;
        self
    }

    /// Admits a host that is not WeChat Pay's, such as that of a gateway of your own, as an access point: it will see every
    /// request with its Authorization. It is reached over https all the same, and its answers have to be signed by WeChat
    /// Pay.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.allowed_hosts.add(host.into());
        self
    }

    /// Shapes the HTTP client: proxies, root certificates, DNS, TCP, connection pool.
    ///
    /// Without it the proxy comes from the environment (`HTTPS_PROXY`, `NO_PROXY`), and up to 64 idle connections are kept
    /// for 7 seconds. What the SDK needs is set after the closure and cannot be undone by it: no redirects, no
    /// compression, no repeats of reqwest's own, https with valid certificates, the headers that are signed or name the
    /// SDK, and the timeouts of this builder.
    ///
    /// ```
    /// # use wechatpay_sdk::WechatPayBuilder;
    /// # fn example(builder: WechatPayBuilder) -> Result<WechatPayBuilder, Box<dyn std::error::Error>> {
    /// use wechatpay_sdk::reqwest::Proxy;
    ///
    /// let proxy = Proxy::https("http://proxy.shop.example:3128")?.basic_auth("shop", "password");
    /// Ok(builder.http(|http| http.proxy(proxy)))
    /// # }
    /// ```
    pub fn http(
        mut self,
        shape: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.http.push(Box::new(shape));
        self
    }

    /// Who is told how every attempt and every call has ended: see [`Observer`].
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Where the time comes from; the system clock otherwise.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// How long connecting may take; 3 seconds otherwise.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long one attempt may take, from connecting to the last byte of the answer; 10 seconds otherwise.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// How often a call is attempted: see [`Retry`]. A call may have its own by [`Sending::retry`](crate::Sending::retry).
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// The rates that this client keeps to: see [`RateLimits`]. Without it calls are sent as they come.
    pub fn rate_limits(mut self, limits: RateLimits) -> Self {
        self.rate_limits = Some(limits);
        self
    }

    /// How long a call may take with all its attempts and pauses; 15 seconds otherwise. A call that has to wait for a
    /// download of platform certificates waits for at most twice as long in addition.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// What to do with emoji and the like in request bodies.
    pub fn four_byte_characters(mut self, what: FourByteCharacters) -> Self {
        self.four_byte_characters = what;
        self
    }

    /// What to do with a request that breaks a documented rule. Otherwise [`Validation::Enforce`] in debug builds and at
    /// the simulator, [`Validation::Warn`] in release builds.
    pub fn validation(mut self, validation: Validation) -> Self {
        self.validation = Some(validation);
        self
    }

    /// Who the merchant is to WeChat Pay. A call of an operation in whose place clients of this role have another one
    /// fails with an error that names it, before anything is sent. Otherwise nothing is checked.
    pub fn role(mut self, role: Role) -> Self {
        self.role = Some(role);
        self
    }

    /// The client's core, at an access point of WeChat Pay.
    pub(super) fn core(self) -> Result<Core> {
        #[cfg(feature = "simulator")]
        if let Some(address) = self.base_url.as_deref().and_then(simulated) {
            if !crate::simulator::is_simulated(&self.merchant) {
                return Err(Error::config(
                    "plain http on this machine is for the simulator's own merchant only: nobody else signs requests \
                     that any program here could read",
                ));
            }
            return self.core_for_loopback(address);
        }
        let access_point = |url: &str| self.allowed_hosts.access_point(url).map_err(Error::config);
        let base = access_point(self.base_url.as_deref().unwrap_or(MAIN))?;
        let backup = match &self.backup_url {
            Backup::Default => self.base_url.is_none().then(|| BACKUP.to_owned()),
            Backup::At(url) => Some(access_point(url)?),
            Backup::None => None,
        };
        let follows_regions = self.base_url.is_none();
        self.finish(base, backup, follows_regions, true)
    }

    /// The client's core, at a gateway on this machine; the only way to speak plain HTTP.
    #[cfg(feature = "simulator")]
    pub(super) fn core_for_loopback(self, address: std::net::SocketAddr) -> Result<Core> {
        if !address.ip().is_loopback() {
            return Err(Error::config(format!("the simulator is reached on loopback only, not at {address}")));
        }
        let backup = match &self.backup_url {
            Backup::At(url) => Some(super::access_point::loopback(url).map_err(Error::config)?),
            Backup::Default | Backup::None => None,
        };
        self.finish(format!("http://{address}"), backup, false, false)
    }

    fn finish(self, base: String, backup: Option<String>, follows_regions: bool, is_https: bool) -> Result<Core> {
        let api_v3_keys: Arc<[ApiV3Key]> = self.api_v3_key.into_iter().chain(self.previous_api_v3_key).collect();
        if let Some(key) = &self.api_v2_key {
            key.check_against(&api_v3_keys)?;
        }
        self.trust.check_against(&self.merchant)?;
        self.merchant.check_at(self.clock.now())?;
        check_trust(&self.trust, &api_v3_keys, self.clock.now())?;
        let http = http_client::client(self.http, self.connect_timeout, self.attempt_timeout, is_https)?;
        let hosts = Hosts { backup, follows_regions, allowed: self.allowed_hosts, pinned_until: Mutex::default() };
        let by_default = if cfg!(debug_assertions) || !is_https { Validation::Enforce } else { Validation::Warn };
        let validation = self.validation.unwrap_or(by_default);
        Ok(Core(Arc::new(Inner {
            base,
            http,
            mchid: self.merchant.mchid().clone(),
            merchant: Shared::new(self.merchant),
            trust: Shared::new(self.trust),
            api_v3_keys: Shared::new(api_v3_keys),
            api_v2_key: Shared::new(self.api_v2_key),
            refresher: Refresher::default(),
            observed: Observed::default(),
            clock: self.clock,
            user_agent: user_agent()?,
            retry: self.retry,
            budget: Budget::new(),
            pacer: self.rate_limits.map(Pacer::new),
            hosts,
            observer: self.observer,
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            role: self.role,
            checks: Checks { four_byte_characters: self.four_byte_characters, validation },
            is_loopback: !is_https,
        })))
    }
}

impl WechatPayBuilder {
    /// Builds the client.
    ///
    /// # Errors
    ///
    /// A `Config` error when merchant and trust are mixed up, the merchant's certificate or everything in the trust is not
    /// in effect, or the base URL is not a plain `https://host` of WeChat Pay. With the feature `simulator` the simulator's
    /// own merchant, and no other, may have `http://127.0.0.1:port`, as the simulator's program writes it.
    pub fn build(self) -> Result<WechatPay> {
        Ok(WechatPay { core: self.core()? })
    }

    /// Builds a client of a simulated gateway on this machine: plain HTTP, and to a loopback address only.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build), and when the address is not a loopback address.
    #[cfg(feature = "simulator")]
    pub fn build_for_loopback(self, address: std::net::SocketAddr) -> Result<WechatPay> {
        Ok(WechatPay { core: self.core_for_loopback(address)? })
    }
}

impl<C> fmt::Debug for WechatPayBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WechatPayBuilder")
            .field("merchant", &self.merchant)
            .field("trust", &self.trust)
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

/// Refuses a trust that could verify nothing.
pub(super) fn check_trust(trust: &Trust, api_v3_keys: &[ApiV3Key], now: SystemTime) -> Result<()> {
    if trust.refresh().is_some() {
        return match api_v3_keys {
            [] => Err(Error::config(
                "downloaded platform certificates are opened with the APIv3 key: give it by `builder.api_v3_key(..)`",
            )),
            _ => Ok(()),
        };
    }
    match trust.serial_to_send(now) {
        Some(_) => Ok(()),
        None => Err(Error::config(
            "no platform certificate in the trust is in effect at this machine's time, so no answer could be verified: \
             give one that is, or check the clock",
        )),
    }
}

/// A base URL as it may be configured; `build` looks at it again.
pub(super) fn base_url(text: &str) -> Result<String> {
    #[cfg(feature = "simulator")]
    if let Some(address) = simulated(text) {
        return Ok(format!("http://{address}"));
    }
    AllowedHosts::default().access_point(text).map_err(Error::config)
}

/// The address of a gateway on this machine, of a base URL as people write it.
#[cfg(feature = "simulator")]
fn simulated(text: &str) -> Option<std::net::SocketAddr> {
    super::access_point::loopback_address(text.strip_suffix('/').unwrap_or(text))
}

/// Name and version of this SDK and the system: WeChat Pay refuses requests that do not say who they are.
fn user_agent() -> Result<HeaderValue> {
    let text = format!(
        "{}/{} ({}; {})",
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    HeaderValue::from_str(&text).map_err(|error| Error::config("the User-Agent is no header value").with_source(error))
}

#[cfg(test)]
#[cfg(feature = "simulator")]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_the_simulators_merchant_on_this_machine_and_nobody_else() {
        use crate::{CertificateSerial, MchId, PrivateKey, PublicKey};

        let build = |mchid: &str, serial: &str, url: &str| {
            let key = PrivateKey::from_pem(&crate::keys::fixtures::pem("merchant.pkcs8.pem")).unwrap();
            let (mchid, serial): (MchId, CertificateSerial) = (mchid.parse().unwrap(), serial.parse().unwrap());
            let public = PublicKey::from_pem(&crate::keys::fixtures::pem("platform.public.pem")).unwrap();
            let trust = Trust::public_key(crate::keys::fixtures::KEY_ID.parse().unwrap(), public);
            WechatPay::builder(Merchant::new(mchid, serial, key), trust).base_url(url).build().map(drop)
        };
        let (mchid, serial) = ("1230000109", "570BBC91355F30CB6BCD6284C3E34FA80083E527");
        assert!(build(mchid, serial, "http://127.0.0.1:8899").is_ok());
        let error = build("1900000001", serial, "http://127.0.0.1:8899").unwrap_err();
        assert!(error.to_string().contains("simulator's own merchant"), "{error}");
        assert!(build(mchid, "3775B6A45ACD588826D15E583A95F5DD40C1B12F", "http://127.0.0.1:8899").is_err());
        for url in ["http://192.0.2.1:8899", "http://localhost:8899", "http://127.0.0.1", "https://127.0.0.1:8899"] {
            assert!(build(mchid, serial, url).is_err(), "{url}");
        }
    }
}
