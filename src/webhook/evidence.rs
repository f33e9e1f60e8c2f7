//! What proves later that WeChat Pay said something.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::verify::{NONCE, SERIAL, SIGNATURE, TIMESTAMP, VerifiedBy, verify_at_its_time};
use crate::{Error, Result, WechatPay};

/// A signed message as it came, to be kept for disputes and audits: `serde` writes and reads it, and
/// [`WechatPay::verify_evidence`] checks it again, whenever that is, as long as the key is in the trust.
///
/// It holds the body, which may hold payer data: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    timestamp: String,
    nonce: String,
    serial: String,
    signature: String,
    /// Written in base64: JSON would change its bytes.
    #[serde(with = "base64_text")]
    body: Vec<u8>,
}

impl Evidence {
    pub(crate) fn of(headers: &HeaderMap, body: &[u8]) -> Self {
        let text = |name: &str| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().trim().to_owned()
        };
        Self {
            timestamp: text(TIMESTAMP),
            nonce: text(NONCE),
            serial: text(SERIAL),
            signature: text(SIGNATURE),
            body: body.to_vec(),
        }
    }

    /// When it was signed, in seconds since 1970, as it was signed.
    pub fn timestamp(&self) -> &str {
        &self.timestamp
    }

    /// The random text that was signed with it.
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// The id of the key that signed it.
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// The signature, in base64.
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// The body, byte for byte.
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl WechatPay {
    /// Checks the signature of a message that was kept, at the time it was signed.
    ///
    /// # Errors
    ///
    /// A [`Verify`](crate::ErrorKind::Verify) error as for the message itself.
    pub fn verify_evidence(&self, evidence: &Evidence) -> Result<VerifiedBy> {
        let mut headers = HeaderMap::new();
        let parts = [
            (TIMESTAMP, &evidence.timestamp),
            (NONCE, &evidence.nonce),
            (SERIAL, &evidence.serial),
            (SIGNATURE, &evidence.signature),
        ];
        for (name, text) in parts {
            if let Ok(value) = HeaderValue::from_str(text) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        let scheme = self.core.merchant().scheme;
        verify_at_its_time(&self.core.trust(), scheme, &headers, evidence.body())
            .map_err(Error::unverified_notification)
    }
}

mod base64_text {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(deserializer)?).map_err(|_| de::Error::custom("the body is not base64"))
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evidence")
            .field("timestamp", &self.timestamp)
            .field("nonce", &self.nonce)
            .field("serial", &self.serial)
            .finish_non_exhaustive()
    }
}
