//! Which hosts may see the merchant's Authorization.

use std::net::SocketAddr;

use reqwest::Url;

/// WeChat Pay's nearest access point in the mainland.
pub(super) const MAIN: &str = "https://api.mch.weixin.qq.com";
/// Its other site, which every official page names (备域名).
pub(super) const BACKUP: &str = "https://api2.mch.weixin.qq.com";
/// WeChat Pay's domains; what is below them is WeChat Pay's too.
const DOMAINS: [&str; 2] = ["mch.weixin.qq.com", "wechatpay.cn"];

/// WeChat Pay's hosts, and those that the caller has named.
#[derive(Debug, Default)]
pub(super) struct AllowedHosts(Vec<String>);

impl AllowedHosts {
    pub(super) fn add(&mut self, host: String) {
        self.0.push(host.to_ascii_lowercase());
    }

    pub(super) fn admit(&self, host: &str) -> bool {
        is_wechat_pay(host) || self.is_named(host)
    }

    fn is_named(&self, host: &str) -> bool {
        self.0.iter().any(|named| named == host)
    }

    /// `https://host` out of what a caller gives, or why not. A path or query would enter every signature.
    pub(super) fn access_point(&self, text: &str) -> Result<String, String> {
        let refuse = |why: &str| Err(format!("the base URL must be like {MAIN}: {why}"));
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
        match url.port() {
            None if self.admit(host) => Ok(format!("https://{host}")),
            Some(port) if self.is_named(host) => Ok(format!("https://{host}:{port}")),
            _ => refuse("the host is not one of WeChat Pay's, nor named by `allow_host`"),
        }
    }
}

/// The address of a gateway on this machine, from `http://address`.
pub(super) fn loopback_address(text: &str) -> Option<SocketAddr> {
    text.strip_prefix("http://")?.parse().ok().filter(|address: &SocketAddr| address.ip().is_loopback())
}

/// `http://address` of another gateway on this machine, or why not.
pub(super) fn loopback(text: &str) -> Result<String, String> {
    match loopback_address(text) {
        Some(address) => Ok(format!("http://{address}")),
        None => Err("every access point of a simulated gateway is on loopback, like http://127.0.0.1:8080".to_owned()),
    }
}

fn is_wechat_pay(host: &str) -> bool {
    DOMAINS.iter().any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access_point(text: &str) -> Result<String, String> {
        AllowedHosts::default().access_point(text)
    }

    #[test]
    fn a08_a_base_url_with_a_path_or_query_is_refused() {
        for url in [
            "https://api.mch.weixin.qq.com/v3",
            "https://api.mch.weixin.qq.com/?a=b",
            "https://api.mch.weixin.qq.com/#x",
        ] {
            assert!(access_point(url).unwrap_err().contains("signed into every request"), "{url}");
        }
    }

    #[test]
    fn a09_a_plain_http_base_url_is_refused() {
        let error = access_point("http://api.mch.weixin.qq.com").unwrap_err();
        assert!(error.contains("only https"), "{error}");
    }

    #[test]
    fn h23_a_base_url_of_another_host_is_refused_unless_it_was_named() {
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
        let mut hosts = AllowedHosts::default();
        hosts.add("Gateway.Shop.example".to_owned());
        assert_eq!(hosts.access_point("https://gateway.shop.example").unwrap(), "https://gateway.shop.example");
        assert_eq!(
            hosts.access_point("https://gateway.shop.example:8443/").unwrap(),
            "https://gateway.shop.example:8443"
        );
        for url in ["http://gateway.shop.example", "https://gateway.shop.example/x", "https://a.gateway.shop.example"] {
            assert!(hosts.access_point(url).is_err(), "{url}");
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

    #[test]
    fn another_simulated_gateway_is_on_loopback() {
        assert_eq!(loopback("http://127.0.0.1:8080").unwrap(), "http://127.0.0.1:8080");
        for url in ["https://127.0.0.1:8080", "http://10.0.0.1:80", "http://localhost:80", "http://127.0.0.1:80/x"] {
            assert!(loopback(url).is_err(), "{url}");
        }
    }
}
