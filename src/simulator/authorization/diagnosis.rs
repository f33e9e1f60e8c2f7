//! Why a signature does not fit: the usual mistakes, recognised.
//!
//! RSA shows what was signed: the public key turns a signature back into the digest of the message. A result that is
//! no digest at all comes from another key, and a digest can be compared with those of the messages that people sign
//! by mistake.

use percent_encoding::percent_decode_str;
use rsa::BoxedUint;
use rsa::hazmat::rsa_encrypt;
use rsa::sha2::{Digest as _, Sha256};
use rsa::traits::PublicKeyParts as _;

use super::{Credentials, Signed};

/// What stands before a SHA-256 digest in a PKCS#1 v1.5 signature (RFC 8017, 9.2).
const SHA256: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// One sentence without its full stop.
pub(super) fn explain(
    key: &rsa::PublicKey,
    signature: &[u8],
    credentials: &Credentials<'_>,
    request: Signed<'_>,
) -> String {
    if signature.len() != key.size() {
        return format!("the signature has {} bytes, an RSA-2048 signature has {}", signature.len(), key.size());
    }
    match recover(key, signature) {
        None => "the signature is by another key, or was altered".to_owned(),
        Some(content) => match content.strip_prefix(&SHA256) {
            None => "the signature is by the right key, but not over a SHA-256 digest".to_owned(),
            Some(digest) => match recognise(digest, credentials, request) {
                Some(mistake) => format!("the signature is by the right key, but {mistake}"),
                None => "the signature is by the right key, but over another message".to_owned(),
            },
        },
    }
}

/// What the padding of PKCS#1 v1.5 holds; nothing if there is no such padding.
fn recover(key: &rsa::PublicKey, signature: &[u8]) -> Option<Vec<u8>> {
    let number = BoxedUint::from_be_slice(signature, key.n_bits_precision()).ok()?;
    let padded = rsa_encrypt(key, &number).ok()?.to_be_bytes();
    let ones = padded.strip_prefix(&[0x00, 0x01])?;
    let end = ones.iter().position(|byte| *byte != 0xff)?;
    let content = ones.get(end..)?.strip_prefix(&[0x00])?;
    (end >= 8).then(|| content.to_vec())
}

/// The mistake whose message has this digest.
fn recognise(digest: &[u8], credentials: &Credentials<'_>, request: Signed<'_>) -> Option<&'static str> {
    let Credentials { timestamp, nonce_str: nonce, .. } = *credentials;
    let right = request.message(timestamp, nonce);
    let is_signed = |message: &[u8]| Sha256::digest(message).as_slice() == digest;
    let with_target = |target: &str| is_signed(&Signed { target, ..request }.message(timestamp, nonce));
    let with_body = |body: &[u8]| is_signed(&Signed { body, ..request }.message(timestamp, nonce));
    let replaced = |from: &str, to: &str| String::from_utf8_lossy(&right).replace(from, to).into_bytes();

    let (path, query) = request.target.split_once('?').unwrap_or((request.target, ""));
    let decoded = percent_decode_str(request.target).decode_utf8_lossy();
    let mistakes: [(&'static str, &dyn Fn() -> bool); 12] = [
        ("without the query of the URL", &|| !query.is_empty() && with_target(path)),
        ("with a `?` after a path that has no query", &|| with_target(&format!("{path}?"))),
        ("over the decoded path and query, they must be signed as they are sent", &|| with_target(&decoded)),
        ("with `+` for the space that is sent as %20", &|| with_target(&request.target.replace("%20", "+"))),
        ("with %20 for the `+` that is sent", &|| with_target(&request.target.replace('+', "%20"))),
        ("without the body", &|| with_body(b"")),
        ("with {} for the body that is empty", &|| request.body.is_empty() && with_body(b"{}")),
        ("with null for the body that is empty", &|| request.body.is_empty() && with_body(b"null")),
        ("over a body that was written anew, it must be signed byte for byte as it is sent", &|| {
            rewritten(request.body).iter().any(|body| with_body(body))
        }),
        ("without the line feed at the end", &|| is_signed(right.strip_suffix(b"\n").unwrap_or(&right))),
        ("with CR LF for the line feeds", &|| is_signed(&replaced("\n", "\r\n"))),
        ("with the method in lower case", &|| {
            let method = request.method.as_str();
            let rest = right.get(method.len()..).unwrap_or_default();
            is_signed(&[method.to_ascii_lowercase().as_bytes(), rest].concat())
        }),
    ];
    mistakes.iter().find(|(_, is_it)| is_it()).map(|(mistake, _)| *mistake)
}

/// The same JSON as other libraries write it: without blanks, or with one after each comma and colon.
fn rewritten(body: &[u8]) -> [Vec<u8>; 2] {
    let (mut compact, mut spaced) = (Vec::new(), Vec::new());
    let (mut is_text, mut is_escaped) = (false, false);
    for byte in body {
        if !is_text && byte.is_ascii_whitespace() {
            continue;
        }
        compact.push(*byte);
        spaced.push(*byte);
        if !is_text && matches!(byte, b',' | b':') {
            spaced.push(b' ');
        }
        if *byte == b'"' && !is_escaped {
            is_text = !is_text;
        }
        is_escaped = is_text && *byte == b'\\' && !is_escaped;
    }
    [compact, spaced]
}
