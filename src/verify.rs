//! Verifying answers and notifications: the one function that says whether bytes come from WeChat Pay.

use std::fmt;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;

use crate::clock::unix_seconds;
use crate::merchant::CertificateSerial;
use crate::sign::{Scheme, lines};
use crate::trust::{PublicKeyId, Trust};

pub(crate) const TIMESTAMP: &str = "wechatpay-timestamp";
pub(crate) const NONCE: &str = "wechatpay-nonce";
pub(crate) const SIGNATURE: &str = "wechatpay-signature";
pub(crate) const SIGNATURE_TYPE: &str = "wechatpay-signature-type";
/// In an answer or a notification the key it is signed with, in a request the key to sign the answer with.
pub(crate) const SERIAL: &str = "wechatpay-serial";

/// WeChat Pay's own clock may differ by less than this many seconds, as in its Go and Java libraries.
const WINDOW: u64 = 300;

/// How the signatures begin that WeChat Pay makes wrong on purpose.
const PROBE: &[u8] = b"WECHATPAY/SIGNTEST/";

/// Longest piece of a header that is shown, in bytes.
const SHOWN: usize = 64;

/// Verifies a whole body against its headers and returns the key that signed it.
///
/// The body is verified as the bytes that arrived; parse it after this, not before.
pub(crate) fn verify(
    trust: &Trust,
    scheme: Scheme,
    headers: &HeaderMap,
    body: &[u8],
    now: SystemTime,
) -> Result<VerifiedBy, VerifyFailure> {
    let timestamp = required(headers, TIMESTAMP)?;
    let nonce = required(headers, NONCE)?;
    let signature = required(headers, SIGNATURE)?;
    let serial = required(headers, SERIAL)?;
    match at_most_one(headers, SIGNATURE_TYPE)? {
        None => {}
        Some(name) if name == scheme.name().as_bytes() => {}
        Some(other) => return Err(VerifyFailure::UnsupportedSignatureType(shown(other))),
    }
    // Before the lookup: a probe may name a key that nobody has, and must not make the caller look for it.
    if signature.starts_with(PROBE) {
        return Err(VerifyFailure::Probe);
    }
    check_age(timestamp, now)?;
    let (verified_by, key) = trust.find(serial, now)?;
    let signature = STANDARD.decode(signature).map_err(|_| VerifyFailure::MalformedSignature)?;
    if signature.len() != key.signature_len() {
        return Err(VerifyFailure::MalformedSignature);
    }
    if !key.verify(&lines([timestamp, nonce, body]), &signature) {
        return Err(VerifyFailure::WrongSignature);
    }
    Ok(verified_by)
}

/// The same, as it would have been when the message was signed: for what was kept.
pub(crate) fn verify_at_its_time(
    trust: &Trust,
    scheme: Scheme,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<VerifiedBy, VerifyFailure> {
    let timestamp = required(headers, TIMESTAMP)?;
    let seconds = str::from_utf8(timestamp).ok().and_then(|text| text.parse::<u32>().ok());
    let seconds = seconds.ok_or(VerifyFailure::MalformedTimestamp)?;
    let then = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds.into());
    verify(trust, scheme, headers, body, then)
}

/// The id of the key that a message names.
pub(crate) fn serial_of(headers: &HeaderMap) -> Result<&[u8], VerifyFailure> {
    required(headers, SERIAL)
}

/// Whether the message names a platform certificate as its key, and not a public key or nonsense.
pub(crate) fn certificate_named(headers: &HeaderMap) -> bool {
    let serial = required(headers, SERIAL).ok().and_then(|serial| str::from_utf8(serial).ok());
    serial.is_some_and(|serial| serial.parse::<CertificateSerial>().is_ok())
}

/// The header's only value, without the blanks around it.
fn required<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<&'h [u8], VerifyFailure> {
    at_most_one(headers, name)?.ok_or(VerifyFailure::MissingHeader(name))
}

fn at_most_one<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<Option<&'h [u8]>, VerifyFailure> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().map(|value| value.as_bytes().trim_ascii());
    match values.next() {
        None => Ok(first),
        Some(_) => Err(VerifyFailure::RepeatedHeader(name)),
    }
}

fn check_age(timestamp: &[u8], now: SystemTime) -> Result<(), VerifyFailure> {
    let is_decimal = (1..=11).contains(&timestamp.len()) && timestamp.iter().all(u8::is_ascii_digit);
    let seconds = str::from_utf8(timestamp).ok().filter(|_| is_decimal).and_then(|text| text.parse::<i64>().ok());
    let seconds = seconds.ok_or(VerifyFailure::MalformedTimestamp)?;
    let skew = seconds.saturating_sub(unix_seconds(now));
    if skew.unsigned_abs() >= WINDOW {
        return Err(VerifyFailure::StaleTimestamp { skew });
    }
    Ok(())
}

/// Text that a stranger may have written: bounded, and without anything that a terminal could take as a command.
fn shown(foreign: &[u8]) -> String {
    let kept = foreign.get(..SHOWN).unwrap_or(foreign);
    let more = if kept.len() < foreign.len() { "..." } else { "" };
    format!("{}{more}", kept.escape_ascii())
}

/// The key that a signature was verified with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VerifiedBy(Signatory);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Signatory {
    PublicKey(PublicKeyId),
    Certificate(CertificateSerial),
}

impl VerifiedBy {
    pub(crate) fn public_key(id: &PublicKeyId) -> Self {
        Self(Signatory::PublicKey(id.clone()))
    }

    pub(crate) fn certificate(serial: &CertificateSerial) -> Self {
        Self(Signatory::Certificate(serial.clone()))
    }

    /// Whether it was the public key, and not a platform certificate.
    pub fn is_public_key(&self) -> bool {
        matches!(self.0, Signatory::PublicKey(_))
    }

    /// The id of the public key, or the serial of the platform certificate.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Signatory::PublicKey(id) => id.as_str(),
            Signatory::Certificate(serial) => serial.as_str(),
        }
    }
}

impl fmt::Display for VerifiedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The check that an answer or a notification failed. None of it is to be believed.
///
/// Text from its headers is shortened and escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyFailure {
    /// This header is missing: the message is not signed at all.
    MissingHeader(&'static str),
    /// This header is there more than once.
    RepeatedHeader(&'static str),
    /// It is signed in a way this client does not know.
    ///
    /// The RSA key is not tried instead.
    UnsupportedSignatureType(String),
    /// WeChat Pay made the signature wrong on purpose, to see whether it is verified.
    ///
    /// For an answer, the request itself was carried out; repeat it with the same number. For a notification, the true
    /// one is sent separately.
    Probe,
    /// The timestamp is not a plain number of seconds.
    MalformedTimestamp,
    /// The timestamp is five minutes or more away from this machine's clock.
    #[non_exhaustive]
    StaleTimestamp {
        /// Seconds ahead of the clock; negative when behind.
        skew: i64,
    },
    /// It is signed with a key that is not in the trust.
    #[non_exhaustive]
    UnknownSerial {
        /// The id of the key, as received.
        received: String,
        /// The ids of the keys in the trust.
        trusted: Vec<String>,
    },
    /// It is signed with a platform certificate that is not in effect now.
    #[non_exhaustive]
    InactiveCertificate {
        /// The certificate.
        serial: CertificateSerial,
        /// Whether it has expired, rather than not begun.
        expired: bool,
    },
    /// The signature is not base64, or not as long as the key's signatures are.
    MalformedSignature,
    /// The signature does not fit the message.
    ///
    /// Body, nonce, timestamp or signature were altered, or another key signed.
    WrongSignature,
}

impl VerifyFailure {
    /// Whether WeChat Pay only tested whether signatures are verified.
    ///
    /// This is for the log: a probe is refused like every forged message.
    pub fn is_probe(&self) -> bool {
        matches!(self, Self::Probe)
    }

    pub(crate) fn unknown_serial(received: &[u8], trusted: Vec<String>) -> Self {
        Self::UnknownSerial { received: shown(received), trusted }
    }
}

impl fmt::Display for VerifyFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingHeader(name) => write!(f, "the header {name} is missing, so nothing is signed"),
            Self::RepeatedHeader(name) => write!(f, "the header {name} is there more than once"),
            Self::UnsupportedSignatureType(scheme) => {
                write!(f, "the signature type \"{scheme}\" is not the one of this client")
            }
            Self::Probe => f.write_str("the signature is wrong on purpose: WeChat Pay tests whether it is verified"),
            Self::MalformedTimestamp => f.write_str("the timestamp is not a number of 1 to 11 digits"),
            Self::StaleTimestamp { skew } => {
                let side = if *skew < 0 { "behind" } else { "ahead of" };
                let seconds = skew.unsigned_abs();
                write!(f, "the timestamp is {seconds} s {side} this machine's clock, less than {WINDOW} s is accepted")
            }
            Self::UnknownSerial { received, trusted } => {
                write!(f, "it is signed with the key \"{received}\", and only {} is trusted", trusted.join(", "))
            }
            Self::InactiveCertificate { serial, expired: true } => {
                write!(f, "it is signed with the platform certificate {serial}, which has expired")
            }
            Self::InactiveCertificate { serial, expired: false } => {
                write!(f, "it is signed with the platform certificate {serial}, which is not in effect yet")
            }
            Self::MalformedSignature => f.write_str("the signature is not base64 of the key's length"),
            Self::WrongSignature => f.write_str("the signature does not fit the message"),
        }
    }
}

impl std::error::Error for VerifyFailure {}

#[cfg(test)]
mod tests;
