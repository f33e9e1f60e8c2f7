//! Which addresses the merchant's Authorization may go to.

use reqwest::Url;

use crate::client::Core;
use crate::{Error, Result};

/// The address, which is requested exactly as it was given.
///
/// A client of the simulator asks the simulator for the same target instead.
pub(super) fn check(core: &Core, text: &str) -> Result<Url> {
    let refuse =
        |why: &str| Err(Error::request(format!("the address of the file is refused, and nothing was sent: {why}")));
    if text.bytes().any(|byte| !(0x21..0x7f).contains(&byte) || byte == b'\\') {
        return refuse("it has a character that no address has");
    }
    let own = core.is_loopback().then(|| text.strip_prefix(core.base())).flatten();
    if let Some(target) = own.filter(|target| target.starts_with('/')) {
        return parse(&format!("{}{target}", core.base()));
    }
    let url = parse(text)?;
    if url.scheme() != "https" {
        return refuse("it is not https");
    }
    if !url.username().is_empty() || url.password().is_some() || url.port().is_some() || url.fragment().is_some() {
        return refuse("it has a user, a port or a fragment");
    }
    if !url.host_str().is_some_and(|host| core.admits(host)) {
        return refuse("its host is not one of WeChat Pay's");
    }
    if !core.is_loopback() {
        return Ok(url);
    }
    let target = text.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
    parse(&format!("{}{}", core.base(), target.unwrap_or("/")))
}

/// The parser resolves `..`, upper-case hosts and more; what it would change is not what was given.
fn parse(text: &str) -> Result<Url> {
    match Url::parse(text) {
        Ok(url) if url.as_str() == text => Ok(url),
        _ => Err(Error::request("the address of the file is refused, and nothing was sent: it is not plain")),
    }
}
