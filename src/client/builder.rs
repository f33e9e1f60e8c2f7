//! Builds a client and refuses what cannot work.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use http::HeaderValue;
use reqwest::Url;

use super::check::Checks;
use super::health::Observed;
use super::hosts::Hosts;
use super::refresh::Refresher;
use super::role::Role;
use super::{Core, Inner, WechatPay};
use crate::clock::SystemClock;
use crate::rates::Pacer;
use crate::retry::Budget;
use crate::shared::Shared;
use crate::{ApiV2Key, ApiV3Key, Clock, Error, Merchant, RateLimits, Result, Retry, Trust};

/// WeChat Pay's nearest access point in the mainland.
const MAIN: &str = "https://api.mch.weixin.qq.com";
/// Its other site, which every official page names (备域名).
const BACKUP: &str = "https://api2.mch.weixin.qq.com";
/// Hosts that may see the merchant's Authorization: these domains and what is below them.
const DOMAINS: [&str; 2] = ["mch.weixin.qq.com", "wechatpay.cn"];
/// WeChat Pay closes an idle connection after 8 seconds; the pool gives it up before.
const IDLE: Duration = Duration::from_secs(7);

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
        if let Some(address) = self.base_url.as_deref().and_then(loopback) {
            if !crate::simulator::is_simulated(&self.merchant) {
                return Err(Error::config(
                    "plain http on this machine is for the simulator's own merchant only: nobody else signs requests \
                     that any program here could read",
                ));
            }
            return self.core_for_loopback(address);
        }
        let base = access_point(self.base_url.as_deref().unwrap_or(MAIN))?;
        let backup = match &self.backup_url {
            Backup::Default => self.base_url.is_none().then(|| BACKUP.to_owned()),
            Backup::At(url) => Some(access_point(url)?),
            Backup::None => None,
        };
        let follows_regions = self.base_url.is_none();
        self.finish(base, Hosts { backup, follows_regions, pinned_until: Mutex::default() }, true)
    }

    /// The client's core, at a gateway on this machine; the only way to speak plain HTTP.
    #[cfg(feature = "simulator")]
    pub(super) fn core_for_loopback(self, address: std::net::SocketAddr) -> Result<Core> {
        if !address.ip().is_loopback() {
            return Err(Error::config(format!("the simulator is reached on loopback only, not at {address}")));
        }
        let backup = match &self.backup_url {
            Backup::At(url) => match loopback(url) {
                Some(address) => Some(format!("http://{address}")),
                None => {
                    let message = format!("the backup of a simulated gateway is on loopback too, not at {url}");
                    return Err(Error::config(message));
                }
            },
            Backup::Default | Backup::None => None,
        };
        let hosts = Hosts { backup, follows_regions: false, pinned_until: Mutex::default() };
        self.finish(format!("http://{address}"), hosts, false)
    }

    fn finish(self, base: String, hosts: Hosts, is_https: bool) -> Result<Core> {
        let api_v3_keys: Arc<[ApiV3Key]> = self.api_v3_key.into_iter().chain(self.previous_api_v3_key).collect();
        if let Some(key) = &self.api_v2_key {
            key.check_against(&api_v3_keys)?;
        }
        self.trust.check_against(&self.merchant)?;
        self.merchant.check_at(self.clock.now())?;
        check_trust(&self.trust, &api_v3_keys, self.clock.now())?;
        let mut http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .https_only(is_https)
            .connect_timeout(self.connect_timeout)
            .timeout(self.attempt_timeout)
            .pool_idle_timeout(IDLE)
            // Another crate may switch these on for the whole program; the signature is over the bytes as sent.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate();
        if !is_https {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|error| Error::config("the HTTP client cannot be built").with_source(error))?;
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

/// `https://host` of WeChat Pay. A path or query would enter every signature; another host would see Authorizations.
pub(super) fn access_point(text: &str) -> Result<String> {
    let refuse = |why: &str| Err(Error::config(format!("the base URL must be like {MAIN}: {why}")));
    let Ok(url) = Url::parse(text) else { return refuse("it is not a URL") };
    if url.scheme() != "https" {
        return refuse("only https leaves this machine; plain http is for the simulator");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("it holds a user name");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return refuse("it has a path, query or fragment, which would be signed into every request");
    }
    let host = url.host_str().unwrap_or_default();
    if !is_wechat_pay(host) || url.port().is_some() {
        return refuse("the host is not one of WeChat Pay's");
    }
    Ok(format!("https://{host}"))
}

/// A base URL as it may be configured; `build` looks at it again.
pub(super) fn base_url(text: &str) -> Result<String> {
    #[cfg(feature = "simulator")]
    if let Some(address) = loopback(text) {
        return Ok(format!("http://{address}"));
    }
    access_point(text)
}

/// The address of a gateway on this machine, from `http://address`.
#[cfg(feature = "simulator")]
fn loopback(text: &str) -> Option<std::net::SocketAddr> {
    let text = text.strip_prefix("http://")?;
    let address: std::net::SocketAddr = text.strip_suffix('/').unwrap_or(text).parse().ok()?;
    address.ip().is_loopback().then_some(address)
}

/// Whether a host may see an Authorization.
pub(crate) fn is_wechat_pay(host: &str) -> bool {
    DOMAINS.iter().any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
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
mod tests {
    use super::*;

    #[test]
    fn a08_a_base_url_with_a_path_or_query_is_refused() {
        for url in [
            "https://api.mch.weixin.qq.com/v3",
            "https://api.mch.weixin.qq.com/?a=b",
            "https://api.mch.weixin.qq.com/#x",
        ] {
            assert!(access_point(url).unwrap_err().to_string().contains("signed into every request"), "{url}");
        }
    }

    #[test]
    fn a09_a_plain_http_base_url_is_refused() {
        let error = access_point("http://api.mch.weixin.qq.com").unwrap_err();
        assert!(error.to_string().contains("only https"), "{error}");
    }

    #[test]
    fn a_base_url_of_another_host_is_refused() {
        for url in [
            "https://evil.example",
            "https://evilwechatpay.cn",
            "https://api.mch.weixin.qq.com.evil.example",
            "https://api.mch.weixin.qq.com@evil.example",
            "https://api.mch.weixin.qq.com:8443",
            "api.mch.weixin.qq.com",
            "",
        ] {
            assert!(access_point(url).is_err(), "{url}");
        }
    }

    #[cfg(feature = "simulator")]
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

    #[test]
    fn every_documented_access_point_is_accepted() {
        for host in ["api.mch.weixin.qq.com", "api2.mch.weixin.qq.com", "apihk.mch.weixin.qq.com", "api.wechatpay.cn"] {
            let url = format!("https://{host}");
            assert_eq!(access_point(&url).unwrap(), url);
            assert_eq!(access_point(&format!("{url}/")).unwrap(), url);
        }
    }
}
