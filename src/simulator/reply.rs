//! From an answer to bytes on the wire: signs it, unless a test wants otherwise.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Response, StatusCode};
use http_body_util::Full;

use super::answer::Answer;
use super::bills::STATEMENT_SHA1;
use super::fault::Fault;
use super::identity::{self, Identity};
use super::security::Signatory;
use crate::{Error, Result};

const SIGNATURE_TYPE: &str = "WECHATPAY2-SHA256-RSA2048";
/// How WeChat Pay marks the signatures that it makes wrong on purpose.
const PROBE: &str = "WECHATPAY/SIGNTEST/";

/// How long an answer is held back.
#[derive(Clone, Copy)]
pub(super) struct Delay(pub(super) Duration);

/// The answer as it is sent. `now` is the gateway's time in seconds since 1970.
pub(super) fn dress(
    identity: &Identity,
    signatory: Signatory<'_>,
    now: i64,
    answer: Answer,
    fault: Option<&Fault>,
) -> Result<Response<Full<Bytes>>> {
    let Answer { status, content_type, header: more, body, number, is_signed } = answer;
    let request_id = format!("08{}-{number}", random_hex::<16>()?.to_ascii_uppercase());
    let mut headers: HeaderMap = more.into_iter().collect();
    headers.insert("request-id", header(&request_id)?);
    if status != StatusCode::NO_CONTENT {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    // Of a statement abroad its digest is signed, in the place of the file.
    let digest = headers.get(STATEMENT_SHA1).and_then(|digest| digest.to_str().ok());
    let signed = digest.map_or(body.clone(), |digest| format!(r#"{{"sha1":"{digest}"}}"#).into());
    if is_signed && fault != Some(&Fault::WithoutSignature) {
        sign(identity, signatory, now, &signed, fault, &mut headers)?;
    }
    let sent = if fault == Some(&Fault::AlteredBody) { altered(&body) } else { body };
    let mut response = Response::new(Full::new(sent));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    if let Some(Fault::Slow(by)) = fault {
        response.extensions_mut().insert(Delay(*by));
    }
    Ok(response)
}

/// The headers of a message that WeChat Pay sends by itself.
pub(super) fn signed(
    identity: &Identity,
    signatory: Signatory<'_>,
    now: i64,
    body: &[u8],
    fault: Option<&Fault>,
) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("request-id", header(&format!("08{}-0", random_hex::<16>()?.to_ascii_uppercase()))?);
    sign(identity, signatory, now, body, fault, &mut headers)?;
    Ok(headers)
}

fn sign(
    identity: &Identity,
    signatory: Signatory<'_>,
    now: i64,
    body: &[u8],
    fault: Option<&Fault>,
    headers: &mut HeaderMap,
) -> Result<()> {
    let timestamp = match fault {
        Some(Fault::Stale(seconds)) => now.saturating_sub(*seconds),
        _ => now,
    };
    let nonce = random_hex::<16>()?;
    // A body that is empty cannot be changed on its way: there the signature is the one of another body.
    let signed = if fault == Some(&Fault::AlteredBody) && body.is_empty() { b"{}" } else { body };
    let message = [format!("{timestamp}\n{nonce}\n").as_bytes(), signed, b"\n"].concat();
    let key = if fault == Some(&Fault::Forged) { &identity.stranger } else { signatory.key };
    let signature = STANDARD.encode(key.sign(&message)?);
    let signature = match fault {
        Some(Fault::Probe) => format!("{PROBE}{}", signature.get(PROBE.len()..).unwrap_or_default()),
        _ => signature,
    };
    let serial = match fault {
        Some(Fault::UnknownSerial) if signatory.is_certificate => random_hex::<16>()?.to_ascii_uppercase(),
        Some(Fault::UnknownSerial) => identity::UNKNOWN_KEY_ID.to_owned(),
        _ => signatory.id.to_owned(),
    };
    headers.insert("wechatpay-nonce", header(&nonce)?);
    headers.insert("wechatpay-serial", header(&serial)?);
    headers.insert("wechatpay-signature", header(&signature)?);
    headers.insert("wechatpay-signature-type", HeaderValue::from_static(SIGNATURE_TYPE));
    headers.insert("wechatpay-timestamp", header(&timestamp.to_string())?);
    Ok(())
}

/// The body with its last digit changed, so that it stays JSON; without a digit, with a blank at its end.
fn altered(body: &[u8]) -> Bytes {
    let mut altered = body.to_vec();
    match altered.iter_mut().rev().find(|byte| byte.is_ascii_digit()) {
        Some(digit) if *digit == b'9' => *digit = b'8',
        Some(digit) => *digit = digit.wrapping_add(1),
        None if body.is_empty() => {}
        None => altered.push(b' '),
    }
    altered.into()
}

fn header(text: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(text).map_err(|cause| Error::sign("the answer has no header value").with_source(cause))
}

/// Twice as many characters as bytes, which do not repeat.
pub(super) fn random_hex<const BYTES: usize>() -> Result<String> {
    let mut random = [0; BYTES];
    getrandom::fill(&mut random)
        .map_err(|cause| Error::sign("the operating system gave no random numbers").with_source(cause))?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_altered_body_differs_and_stays_json() {
        for (body, expected) in [
            (r#"{"total":9,"a":"x"}"#, r#"{"total":8,"a":"x"}"#),
            (r#"{"total":10}"#, r#"{"total":11}"#),
            (r#"{"a":"x"}"#, r#"{"a":"x"} "#),
            ("", ""),
        ] {
            assert_eq!(altered(body.as_bytes()), expected);
        }
    }
}
