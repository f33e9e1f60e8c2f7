//! The part of a notification that is not encrypted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::keys::aead;

#[derive(Debug)]
pub(super) struct Envelope {
    pub(super) id: String,
    pub(super) event_type: String,
    pub(super) create_time: Option<String>,
    pub(super) summary: Option<String>,
    pub(super) original_type: Option<String>,
    pub(super) nonce: Vec<u8>,
    pub(super) associated_data: String,
    pub(super) ciphertext: Vec<u8>,
}

impl Envelope {
    /// Reads what is verified. Unknown members and their order do not matter; absent, `null` and empty mean the same.
    pub(super) fn read(body: &[u8]) -> Result<Self, &'static str> {
        let value: Value = serde_json::from_slice(body).map_err(|_| "the notification is not JSON")?;
        if !value.is_object() {
            return Err("the notification is not a JSON object");
        }
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
        if text("/resource/algorithm") != Some(aead::ALGORITHM) {
            return Err("the notification is encrypted in a way this client does not know");
        }
        let nonce = text("/resource/nonce").unwrap_or_default().as_bytes().to_vec();
        if nonce.len() != 12 {
            return Err("the notification's nonce does not have 12 bytes");
        }
        let ciphertext = text("/resource/ciphertext").ok_or("the notification has no ciphertext")?;
        let ciphertext = STANDARD.decode(ciphertext).map_err(|_| "the notification's ciphertext is not base64")?;
        if ciphertext.len() < 16 {
            return Err("the notification's ciphertext is cut off");
        }
        let owned = |pointer: &str| text(pointer).map(str::to_owned);
        Ok(Self {
            id: owned("/id").unwrap_or_default(),
            event_type: owned("/event_type").ok_or("the notification has no event_type")?,
            create_time: owned("/create_time"),
            summary: owned("/summary"),
            original_type: owned("/resource/original_type"),
            nonce,
            associated_data: owned("/resource/associated_data").unwrap_or_default(),
            ciphertext,
        })
    }
}
