//! Whether WeChat Pay can call an address.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Longest address, in bytes.
const LONGEST: usize = 255;
/// Last labels of names that mean something only in a network of one's own.
const LOCAL_DOMAINS: [&str; 4] = ["localhost", "local", "internal", "localdomain"];

/// What is wrong with the address. The simulator, which is on this machine, can also call addresses here.
pub(super) fn problem(text: &str, is_loopback: bool) -> Option<&'static str> {
    if text.len() > LONGEST {
        return Some("it is longer than 255 bytes");
    }
    // The parser forgives what other programs do not: blanks, line breaks, backslashes, missing slashes.
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
        return Some("it has a blank, a control character or a backslash");
    }
    let Ok(url) = Url::parse(text) else { return Some("it is no URL") };
    let Some((_, rest)) = text.split_once("://") else { return Some("it is no URL") };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if url.query().is_some() || url.fragment().is_some() {
        return Some("it has a query or a fragment");
    }
    if authority.contains('@') {
        return Some("it holds a user name");
    }
    if authority.is_empty() {
        return Some("it names no host");
    }
    if url.port() == Some(0) {
        return Some("its port is 0");
    }
    let is_here = match url.host() {
        None => return Some("it names no host"),
        Some(Host::Domain(name)) => is_local_name(name),
        Some(Host::Ipv4(ip)) => is_local_v4(ip),
        Some(Host::Ipv6(ip)) => ip.to_ipv4_mapped().map_or_else(|| is_local_v6(ip), is_local_v4),
    };
    if is_here && is_loopback && matches!(url.scheme(), "http" | "https") {
        return None;
    }
    if url.scheme() != "https" {
        return Some("it is not https");
    }
    is_here.then_some("its host is not on the Internet")
}

fn is_local_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let top = name.rsplit('.').next().unwrap_or_default();
    !name.contains('.') || name.split('.').any(str::is_empty) || LOCAL_DOMAINS.contains(&top)
}

fn is_local_v4(ip: Ipv4Addr) -> bool {
    // 0.0.0.0/8 is this network, 100.64.0.0/10 what providers share.
    let [first, second, ..] = ip.octets();
    let is_shared = first == 100 && second & 0b1100_0000 == 64;
    ip.is_loopback() || ip.is_private() || ip.is_link_local() || first == 0 || is_shared || first >= 224
}

fn is_local_v6(ip: Ipv6Addr) -> bool {
    // ::/96 holds version 4 in a form that is no longer used, and the loopback and unspecified addresses.
    ip.segments().starts_with(&[0; 6]) || ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_multicast()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_https_address_can_be_called() {
        for text in ["https://shop.example/wechat/notify", "https://shop.example:8443/a", "https://1.2.3.4/a"] {
            assert_eq!(problem(text, false), None, "{text}");
        }
    }

    #[test]
    fn an_address_that_cannot_be_called_says_why() {
        let cases = [
            ("http://shop.example/a", "it is not https"),
            ("https://shop.example/a?b=c", "it has a query or a fragment"),
            ("https://shop.example/a#b", "it has a query or a fragment"),
            ("https://me@shop.example/a", "it holds a user name"),
            ("shop.example/a", "it is no URL"),
            ("https://localhost/a", "its host is not on the Internet"),
            ("https://shop/a", "its host is not on the Internet"),
            ("https://printer.local/a", "its host is not on the Internet"),
            ("https://127.0.0.1/a", "its host is not on the Internet"),
            ("https://10.1.2.3/a", "its host is not on the Internet"),
            ("https://192.168.1.2/a", "its host is not on the Internet"),
            ("https://172.16.0.1/a", "its host is not on the Internet"),
            ("https://[::1]/a", "its host is not on the Internet"),
            ("https://[::ffff:10.0.0.1]/a", "its host is not on the Internet"),
            ("https://[fd00::1]/a", "its host is not on the Internet"),
            ("https://0x7f.1/a", "its host is not on the Internet"),
            ("https://[::127.0.0.1]/a", "its host is not on the Internet"),
            ("https://100.64.0.1/a", "its host is not on the Internet"),
            ("https://0.1.2.3/a", "its host is not on the Internet"),
            ("https://255.255.255.255/a", "its host is not on the Internet"),
            ("https://pay.internal/a", "its host is not on the Internet"),
            ("https://pay.localdomain/a", "its host is not on the Internet"),
            ("https://localhost./a", "its host is not on the Internet"),
            ("https://shop..example/a", "its host is not on the Internet"),
            ("https:shop.example/a", "it is no URL"),
            ("https:///shop.example/a", "it names no host"),
            ("https://@shop.example/a", "it holds a user name"),
            ("https://shop.example:0/a", "its port is 0"),
            (" https://shop.example/a", "it has a blank, a control character or a backslash"),
            ("https://shop.example/a\n", "it has a blank, a control character or a backslash"),
            ("https://shop.example/a b", "it has a blank, a control character or a backslash"),
            ("https:\\\\shop.example\\a", "it has a blank, a control character or a backslash"),
        ];
        for (text, expected) in cases {
            assert_eq!(problem(text, false), Some(expected), "{text}");
        }
        let long = format!("https://shop.example/{}", "a".repeat(235));
        assert_eq!(problem(&long, false), Some("it is longer than 255 bytes"));
        assert_eq!(problem(&long[..255], false), None);
    }

    #[test]
    fn the_simulator_can_call_this_machine_but_no_query_either() {
        for text in ["http://127.0.0.1:8080/notify", "http://localhost:8080/notify", "http://[::1]:9/a"] {
            assert_eq!(problem(text, true), None, "{text}");
        }
        assert_eq!(problem("http://127.0.0.1/a?b=c", true), Some("it has a query or a fragment"));
        assert_eq!(problem("http://shop.example/a", true), Some("it is not https"));
        assert_eq!(problem("ftp://127.0.0.1/a", true), Some("it is not https"));
    }
}
