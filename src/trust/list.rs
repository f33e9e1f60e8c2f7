//! The list of platform certificates as WeChat Pay sends it: every one opens and is what it says, or none is believed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::keys::aead;
use crate::{ApiV3Key, Certificate};

/// Reads the list with the merchant's APIv3 keys, of which each certificate is encrypted with one.
///
/// The answer that brings it is not verified yet: only WeChat Pay and the merchant have an APIv3 key, and the signature is
/// checked with what comes out of here. The text says what is wrong, without anything of the body.
pub(crate) fn read(body: &[u8], keys: &[ApiV3Key]) -> Result<Vec<Certificate>, String> {
    let list: Value = serde_json::from_slice(body).map_err(|_| "the list is not JSON".to_owned())?;
    let entries = list.get("data").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if entries.is_empty() {
        return Err("the list is empty".to_owned());
    }
    let mut certificates: Vec<Certificate> = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let certificate = certificate(entry, keys).map_err(|problem| format!("entry {index} {problem}"))?;
        if certificates.iter().any(|known| known.serial() == certificate.serial()) {
            return Err(format!("the list has the certificate {} twice", certificate.serial()));
        }
        certificates.push(certificate);
    }
    Ok(certificates)
}

fn certificate(entry: &Value, keys: &[ApiV3Key]) -> Result<Certificate, &'static str> {
    let text = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str);
    let serial = text("/serial_no").ok_or("has no serial")?;
    if text("/encrypt_certificate/algorithm") != Some(aead::ALGORITHM) {
        return Err("is encrypted in a way this client does not know");
    }
    let nonce = text("/encrypt_certificate/nonce").ok_or("has no nonce")?;
    let associated_data = text("/encrypt_certificate/associated_data").unwrap_or_default();
    let ciphertext = text("/encrypt_certificate/ciphertext").ok_or("has no ciphertext")?;
    let ciphertext = STANDARD.decode(ciphertext).map_err(|_| "has a ciphertext that is not base64")?;
    let open = |key: &ApiV3Key| aead::open(key, nonce.as_bytes(), associated_data.as_bytes(), &ciphertext);
    let pem = keys.iter().find_map(open).ok_or("does not open: the APIv3 key is another, or someone altered it")?;
    let pem = str::from_utf8(&pem).map_err(|_| "is not PEM text")?;
    let certificate = Certificate::from_pem(pem).map_err(|_| "is no certificate of an RSA key of 2048 bits or more")?;
    if !certificate.serial().is(serial) {
        return Err("is the certificate of another serial");
    }
    Ok(certificate)
}
