//! Why a notification that was captured is not accepted: for the operator, not for the handler.

use std::fmt;

use http::HeaderMap;

use super::{LIMIT, Webhooks, opened};
use crate::Error;
use crate::verify::{VerifiedBy, VerifyFailure, verify, verify_at_its_time};

/// What [`Webhooks::explain`] found, as a sentence that says what to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum Diagnosis {
    /// It is accepted now.
    Accepted(VerifiedBy),
    /// Everything is right but the time: it was accepted when it came.
    Stale(VerifiedBy),
    /// Something on the way wrote the body anew. What undoes it is named.
    Rewritten(&'static str),
    /// It is not verified.
    Refused(VerifyFailure),
    /// It is from WeChat Pay, and cannot be opened or read.
    Unreadable(Error),
}

impl Webhooks {
    /// Says why a captured notification is accepted or not, with the keys of this client and nothing downloaded: a body
    /// that was written anew, an old timestamp, a key that is not trusted, a wrong APIv3 key. It accepts nothing; only
    /// [`parse`](Self::parse) does.
    ///
    /// ```
    /// # use wechatpay_sdk::{WechatPay, http::HeaderMap};
    /// fn operator(pay: &WechatPay, headers: &HeaderMap, body: &[u8]) {
    ///     println!("{}", pay.webhooks().explain(headers, body));
    /// }
    /// ```
    pub fn explain(&self, headers: &HeaderMap, body: &[u8]) -> Diagnosis {
        let core = &self.pay.core;
        let (trust, scheme) = (core.trust(), core.merchant().scheme);
        if body.len() > LIMIT {
            return Diagnosis::Unreadable(Error::decode_notification(format!("it is larger than {LIMIT} bytes")));
        }
        let verified_by = match verify_at_its_time(&trust, scheme, headers, body) {
            Ok(verified_by) => verified_by,
            Err(VerifyFailure::WrongSignature) => {
                let fits = |body: &[u8]| verify_at_its_time(&trust, scheme, headers, body).is_ok();
                let undone = UNDOING.iter().find(|(_, undo)| fits(&undo(body)));
                return undone
                    .map_or(Diagnosis::Refused(VerifyFailure::WrongSignature), |(what, _)| Diagnosis::Rewritten(what));
            }
            Err(failure) => return Diagnosis::Refused(failure),
        };
        if let Err(error) = opened(core, headers, body, verified_by.clone()) {
            return Diagnosis::Unreadable(error);
        }
        match verify(&trust, scheme, headers, body, core.clock().now()) {
            Ok(verified_by) => Diagnosis::Accepted(verified_by),
            Err(VerifyFailure::StaleTimestamp { .. }) => Diagnosis::Stale(verified_by),
            Err(failure) => Diagnosis::Refused(failure),
        }
    }
}

type Undo = fn(&[u8]) -> Vec<u8>;

/// What frameworks do to a body, and its reverse.
const UNDOING: [(&str, Undo); 3] = [
    ("blanks at its ends", |body| body.trim_ascii().to_vec()),
    ("a byte order mark", |body| body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).to_vec()),
    ("blanks between its members", compact),
];

/// JSON without the blanks outside of its texts.
fn compact(body: &[u8]) -> Vec<u8> {
    let (mut is_text, mut is_escaped) = (false, false);
    let mut keep = |byte: &u8| {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_text,
            b'"' => is_text = !is_text,
            _ => {}
        }
        is_text || !byte.is_ascii_whitespace()
    };
    body.iter().copied().filter(|byte| keep(byte)).collect()
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted(key) => write!(f, "it is accepted, signed with {key}"),
            Self::Stale(key) => write!(
                f,
                "it is genuine, signed with {key}, and five minutes or more away from this machine's clock: a capture is \
                 old by now, a fresh one means that the clock is wrong"
            ),
            Self::Rewritten(what) => write!(
                f,
                "the body was written anew on its way, with {what} that were not signed: hand over the bytes as they came"
            ),
            Self::Refused(failure) => {
                write!(f, "it is not verified: {failure}")?;
                f.write_str(match failure {
                    VerifyFailure::MissingHeader(_) => {
                        "; a proxy drops the headers Wechatpay-*, or the sender is not WeChat Pay"
                    }
                    VerifyFailure::UnknownSerial { .. } => {
                        "; trust this key if the merchant platform shows it, or check whose merchant the address belongs to"
                    }
                    VerifyFailure::WrongSignature => {
                        "; the body is not what was signed, as after parsing and writing it, or after another character \
                         set, or the sender is not WeChat Pay"
                    }
                    _ => "",
                })
            }
            Self::Unreadable(error) => write!(f, "it is from WeChat Pay and cannot be used: {error}"),
        }
    }
}
