//! Checks who sent a request: the Authorization header, over the bytes that came in.
//!
//! The message that must have been signed is built here from the request as received; nothing is shared with the
//! code of the SDK that signs. Otherwise the two could be wrong in the same way.

mod diagnosis;
mod header;

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method, StatusCode};
use rsa::sha2::Sha256;

pub(super) use self::header::Credentials;
use super::answer::Refusal;
use super::identity::{self, Identity};

/// The gateway accepts requests whose timestamp is at most this many seconds away from its clock.
const WINDOW: u64 = 300;
/// Longest piece of the expected message that is shown, in characters.
const SHOWN: usize = 1_000;

/// What of a request is signed, as it came over the wire.
#[derive(Clone, Copy)]
pub(super) struct Signed<'r> {
    pub(super) method: &'r Method,
    /// Path and query, still percent-encoded.
    pub(super) target: &'r str,
    pub(super) body: &'r [u8],
}

impl Signed<'_> {
    /// Five lines, each ended by `\n`.
    fn message(&self, timestamp: &str, nonce: &str) -> Vec<u8> {
        let head = format!("{}\n{}\n{timestamp}\n{nonce}\n", self.method, self.target);
        [head.as_bytes(), self.body, b"\n"].concat()
    }
}

/// Lets a request of the known merchant pass.
pub(super) fn check(
    identity: &Identity,
    now: i64,
    headers: &HeaderMap,
    request: Signed<'_>,
) -> Result<(), Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let text = match (values.next(), values.next()) {
        (None, _) => return Err(malformed("the header Authorization is missing")),
        (Some(_), Some(_)) => return Err(malformed("the header Authorization is there more than once")),
        (Some(value), None) => value.to_str().map_err(|_| malformed("Authorization is not ASCII text"))?,
    };
    let credentials = Credentials::parse(text).map_err(malformed)?;
    check_names(&credentials)?;
    check_age(credentials.timestamp, now)?;
    check_signature(identity, &credentials, request)
}

fn check_names(credentials: &Credentials<'_>) -> Result<(), Refusal> {
    if credentials.mchid != identity::MCHID {
        return Err(refused(format!("the merchant {} is not known, only {} is", credentials.mchid, identity::MCHID)));
    }
    if credentials.serial_no == identity::SERIAL {
        return Ok(());
    }
    let problem = if credentials.serial_no.starts_with("PUB_KEY_ID_") {
        "serial_no is the id of WeChat Pay's public key, it must be the serial of the merchant's certificate"
    } else if credentials.serial_no.eq_ignore_ascii_case(identity::SERIAL) {
        "serial_no must be in upper-case hexadecimal"
    } else {
        "serial_no is not that of the merchant's certificate"
    };
    Err(refused(format!("{problem}, {}", identity::SERIAL)))
}

fn check_age(timestamp: &str, now: i64) -> Result<(), Refusal> {
    let is_decimal = !timestamp.is_empty() && timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let Some(seconds) = timestamp.parse::<i64>().ok().filter(|_| is_decimal) else {
        return Err(refused("timestamp is not a whole number of seconds"));
    };
    let skew = seconds.saturating_sub(now);
    if skew.unsigned_abs() <= WINDOW {
        return Ok(());
    }
    if (seconds / 1_000).abs_diff(now) <= WINDOW {
        return Err(refused("timestamp is in milliseconds, it must be in seconds"));
    }
    let side = if skew < 0 { "behind" } else { "ahead of" };
    Err(refused(format!(
        "timestamp is {} s {side} the gateway's clock, at most {WINDOW} s is accepted",
        skew.unsigned_abs()
    )))
}

fn check_signature(identity: &Identity, credentials: &Credentials<'_>, request: Signed<'_>) -> Result<(), Refusal> {
    let message = request.message(credentials.timestamp, credentials.nonce_str);
    let problem = match STANDARD.decode(credentials.signature) {
        Err(_) => "the signature is not base64".to_owned(),
        Ok(signature) => {
            if identity.merchant_public.pkcs1v15_verify::<Sha256>(&message, &signature).is_ok() {
                return Ok(());
            }
            diagnosis::explain(&identity.merchant_public, &signature, credentials, request)
        }
    };
    Err(refused(format!(
        "{problem}. Expected: the signature by the private key of certificate {} over \"{}\"",
        identity::SERIAL,
        shown(&message)
    )))
}

/// The message on one line, line breaks visible, bounded.
fn shown(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message);
    let mut line: String = String::new();
    for character in text.chars().take(SHOWN) {
        match character {
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            character if character.is_control() => {
                let _ = write!(line, "{}", character.escape_default());
            }
            character => line.push(character),
        }
    }
    if text.chars().nth(SHOWN).is_some() {
        let _ = write!(line, "… ({} bytes)", message.len());
    }
    line
}

fn refused(message: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, "SIGN_ERROR", 268_443_699, message)
}

fn malformed(message: impl Into<String>) -> Refusal {
    refused(message).numbered(270_924_332)
}

#[cfg(test)]
mod tests;
