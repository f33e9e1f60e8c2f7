//! Which access point a call goes to: the main one, the backup while the main one fails, or the one of its region.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::Url;
use tokio::time::Instant;

use super::Core;
use super::access_point::{AllowedHosts, loopback};
use crate::rt::Operation;
use crate::{Error, Result};

/// How long calls go to the backup after the main host has failed; then the main host is tried again.
const PINNED: Duration = Duration::from_secs(60);

/// The hosts of a client beside its main one.
#[derive(Debug)]
pub(super) struct Hosts {
    /// `https://host`.
    pub(super) backup: Option<String>,
    /// Operations of other regions go to their own access point: not where the caller has named one.
    pub(super) follows_regions: bool,
    pub(super) allowed: AllowedHosts,
    pub(super) pinned_until: Mutex<Option<Instant>>,
}

/// The way of one call.
pub(crate) struct Route<'c> {
    core: &'c Core,
    main: Cow<'c, str>,
    backup: Option<&'c str>,
    is_on_backup: bool,
    has_switched: bool,
}

impl Core {
    /// Whether a host may see an Authorization.
    pub(crate) fn admits(&self, host: &str) -> bool {
        self.0.hosts.allowed.admit(host)
    }

    /// Where a call of this operation goes first, and where else it may go. What the call itself says counts most.
    pub(crate) fn route(&self, operation: &Operation, of_call: Option<&str>) -> Result<Route<'_>> {
        let hosts = &self.0.hosts;
        if let Some(url) = of_call {
            let url = if self.is_loopback() { loopback(url) } else { hosts.allowed.access_point(url) };
            let main = url.map_err(Error::request)?;
            return Ok(Route { core: self, main: main.into(), backup: None, is_on_backup: false, has_switched: false });
        }
        Ok(self.usual_route(operation))
    }

    /// Where calls of this operation go, if they do not say otherwise.
    pub(crate) fn usual_route(&self, operation: &Operation) -> Route<'_> {
        let hosts = &self.0.hosts;
        let region = operation.host.filter(|_| hosts.follows_regions);
        let backup = if region.is_some() { None } else { hosts.backup.as_deref() };
        let pinned = *hosts.pinned_until.lock().unwrap_or_else(PoisonError::into_inner);
        Route {
            core: self,
            main: region.unwrap_or(self.base()).into(),
            is_on_backup: backup.is_some() && pinned.is_some_and(|until| Instant::now() < until),
            backup,
            has_switched: false,
        }
    }
}

impl Route<'_> {
    /// `https://host` of this attempt.
    pub(crate) fn origin(&self) -> &str {
        self.backup.filter(|_| self.is_on_backup).unwrap_or(&self.main)
    }

    /// Directs a request to the host of this attempt. Path and query stay as they are: they are what is signed.
    pub(crate) fn direct(&self, request: &mut reqwest::Request) {
        let origin = self.origin();
        if let Some(target) = request.url().as_str().strip_prefix(self.core.base())
            && let Ok(url) = Url::parse(&format!("{origin}{target}"))
        {
            *request.url_mut() = url;
        }
    }

    /// Takes the other host for the next attempt; false where there is none, or both were tried.
    pub(crate) fn switch(&mut self) -> bool {
        let may = self.backup.is_some() && !self.has_switched;
        if may {
            self.has_switched = true;
            self.is_on_backup = !self.is_on_backup;
        }
        may
    }

    /// Remembers which host works.
    pub(crate) fn succeeded(&self) {
        if self.has_switched {
            let until = self.is_on_backup.then(|| Instant::now() + PINNED);
            *self.core.0.hosts.pinned_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
        }
    }
}

#[cfg(test)]
#[cfg(feature = "simulator")]
mod tests {
    use super::*;
    use crate::request::raw;
    use crate::rt::Effect;
    use crate::support::builder;
    use crate::{WechatPay, WechatPayBuilder};

    static MAINLAND: Operation = raw("mainland", Effect::Read);
    static GLOBAL: Operation =
        Operation { host: Some("https://apihk.mch.weixin.qq.com"), ..raw("global", Effect::Read) };

    /// The hosts that an attempt of this operation, and the next one, would be sent to.
    fn hosts(pay: WechatPayBuilder, operation: &Operation, of_call: Option<&str>) -> [String; 2] {
        let pay: WechatPay = pay.build().unwrap();
        let mut route = pay.core.route(operation, of_call).unwrap();
        let first = host(&pay, &route);
        route.switch();
        [first, host(&pay, &route)]
    }

    fn host(pay: &WechatPay, route: &Route<'_>) -> String {
        let url = Url::parse(&format!("{}/v3/x?a=%20", pay.core.base())).unwrap();
        let mut request = reqwest::Request::new(http::Method::GET, url);
        route.direct(&mut request);
        assert_eq!((request.url().path(), request.url().query()), ("/v3/x", Some("a=%20")));
        request.url().host_str().unwrap().to_owned()
    }

    #[test]
    fn an_operation_of_another_region_goes_there_unless_the_client_or_the_call_names_a_host() {
        let (main, backup) = ("api.mch.weixin.qq.com", "api2.mch.weixin.qq.com");
        let (region, named) = ("apihk.mch.weixin.qq.com", "api.wechatpay.cn");
        let at_named = || builder().base_url(format!("https://{named}"));
        assert_eq!(hosts(builder(), &MAINLAND, None), [main, backup]);
        assert_eq!(hosts(builder(), &GLOBAL, None), [region, region]);
        assert_eq!(hosts(at_named(), &MAINLAND, None), [named, named]);
        assert_eq!(hosts(at_named(), &GLOBAL, None), [named, named]);
        assert_eq!(hosts(at_named().backup_url(format!("https://{backup}")), &GLOBAL, None), [named, backup]);
        for operation in [&MAINLAND, &GLOBAL] {
            assert_eq!(hosts(builder(), operation, Some("https://api.wechatpay.cn")), [named, named]);
        }
    }
}
