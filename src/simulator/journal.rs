//! What the gateway received, for tests to look at.

use std::collections::VecDeque;
use std::fmt;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method, StatusCode};

use super::answer::{Answer, Refusal};
use super::authorization::Credentials;

/// Requests that are kept; older ones are forgotten, so that a long run needs no more memory than a short one.
const KEPT: usize = 1_000;

/// A request that the gateway received, and what it answered.
///
/// `Debug` shows neither the body nor the values of the query, and of the signature as much as
/// [`authorization_shape`](Self::authorization_shape).
#[derive(Clone)]
pub struct Received {
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) operation: Option<String>,
    pub(super) status: Option<StatusCode>,
    pub(super) number: u64,
    pub(super) at: i64,
    pub(super) signature: Option<bool>,
    pub(super) refusal: Option<(&'static str, String)>,
}

impl Received {
    /// A request that has just come in.
    pub(super) fn new(method: Method, target: String, headers: HeaderMap) -> Self {
        Self {
            method,
            target,
            headers,
            body: Bytes::new(),
            operation: None,
            status: None,
            number: 0,
            at: 0,
            signature: None,
            refusal: None,
        }
    }

    /// Notes why it is not carried out.
    pub(super) fn refuse(&mut self, refusal: Refusal) -> Answer {
        self.refusal = Some((refusal.code(), refusal.message().to_owned()));
        refusal.into()
    }

    /// Its number at this gateway, from 1 on.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// When it came, in seconds since 1970 by the gateway's clock.
    pub fn at(&self) -> i64 {
        self.at
    }

    /// Whether its signature was right; none if that was not looked at, since the answer was planned.
    pub fn is_signature_right(&self) -> Option<bool> {
        self.signature
    }

    /// Why it was refused, as the answer said it: WeChat Pay's code, and a sentence that may show what was sent.
    pub fn refusal(&self) -> Option<(&str, &str)> {
        self.refusal.as_ref().map(|(code, message)| (*code, message.as_str()))
    }

    /// The HTTP method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Path and query as they came, percent-encoded.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The headers. Authorization is among them; for people there is
    /// [`authorization_shape`](Self::authorization_shape).
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The bytes of the body as they came.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Name of the operation that the request was for, such as `sync_service_order`; none if it was refused before
    /// that was looked up.
    pub fn operation(&self) -> Option<&str> {
        self.operation.as_deref()
    }

    /// The status answered; none if the connection was cut instead.
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// The Authorization header for people: nonce and signature are cut to six characters and their length.
    ///
    /// `None` without such a header; a malformed one is described, not shown.
    pub fn authorization_shape(&self) -> Option<String> {
        let header = self.headers.get(AUTHORIZATION)?;
        let credentials = header.to_str().ok().and_then(|text| Credentials::parse(text).ok());
        Some(match credentials {
            Some(credentials) => credentials.to_string(),
            None => format!("(malformed, {} bytes)", header.len()),
        })
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let names: Vec<&str> = query
            .split('&')
            .map(|pair| pair.split('=').next().unwrap_or_default())
            .filter(|name| !name.is_empty())
            .collect();
        f.debug_struct("Received")
            .field("method", &self.method)
            .field("path", &path)
            .field("query", &names)
            .field("authorization", &self.authorization_shape())
            .field("body_bytes", &self.body.len())
            .field("operation", &self.operation)
            .field("status", &self.status.map(|status| status.as_u16()))
            .finish_non_exhaustive()
    }
}

/// The last requests, oldest first.
#[derive(Debug, Default)]
pub(super) struct Journal {
    kept: VecDeque<Received>,
    /// How many there were.
    count: u64,
}

impl Journal {
    pub(super) fn push(&mut self, mut received: Received) {
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.count = self.count.wrapping_add(1);
        received.number = self.count;
        self.kept.push_back(received);
    }

    pub(super) fn after(&self, number: u64) -> Vec<Received> {
        let first = self.kept.partition_point(|received| received.number <= number);
        self.kept.range(first..).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(authorization: &'static str) -> Received {
        let headers = [(AUTHORIZATION, http::HeaderValue::from_static(authorization))].into_iter().collect();
        Received {
            body: Bytes::from_static(b"{\"name\":\"secret\"}"),
            status: Some(StatusCode::OK),
            ..Received::new(Method::GET, "/v3/a?openid=oSecret&x=1".into(), headers)
        }
    }

    #[test]
    fn debug_shows_no_body_no_query_value_and_no_whole_signature() {
        let header = "WECHATPAY2-SHA256-RSA2048 mchid=\"1\",nonce_str=\"nonce-secret\",timestamp=\"2\",\
                      serial_no=\"A\",signature=\"signature-secret\"";
        let shown = format!("{:?}", received(header));
        for part in ["path: \"/v3/a\"", "[\"openid\", \"x\"]", "signat… (16 characters)", "body_bytes: 17", "200"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert!(!shown.contains("ecret"), "{shown}");
    }

    #[test]
    fn a_malformed_authorization_is_described_not_shown() {
        assert_eq!(received("Bearer secret").authorization_shape().unwrap(), "(malformed, 13 bytes)");
        assert_eq!(Received { headers: HeaderMap::new(), ..received("") }.authorization_shape(), None);
    }

    #[test]
    fn the_journal_forgets_the_oldest() {
        let mut journal = Journal::default();
        for number in 0..=KEPT {
            journal.push(Received { target: number.to_string(), ..received("") });
        }
        let all = journal.after(0);
        assert_eq!(all.len(), KEPT);
        assert_eq!((all[0].target(), all[0].number()), ("1", 2));
        assert_eq!(all[KEPT - 1].target(), KEPT.to_string());
        assert_eq!(journal.after(KEPT as u64).len(), 1);
        assert!(journal.after(u64::MAX).is_empty());
    }
}
