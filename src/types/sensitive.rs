//! Text that is encrypted on its way: what we send, and what we receive.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderValue;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::PublicKey;
use crate::rt::{Blank, Decode, DecodeError, deserialize};

/// Text that WeChat Pay wants encrypted: a name, the number of an identity document, a bank account.
///
/// It goes in as plain text and is encrypted with WeChat Pay's key when the call is sent. Until then it cannot be
/// written: `Serialize` refuses it, `Debug` shows `***`, and its memory is wiped when it is dropped. A call that is
/// repeated, or a clone of its request that is sent again, has the same ciphertext, as long as the key is the same.
///
/// ```
/// use wechatpay_sdk::Sensitive;
///
/// let name = Sensitive::from("张三");
/// assert_eq!(format!("{name:?}"), "***");
/// assert!(serde_json::to_string(&name).is_err());
/// ```
#[derive(Clone)]
pub struct Sensitive(State);

#[derive(Clone)]
enum State {
    Plain(Zeroizing<String>, Arc<Mutex<Option<Sealed>>>),
    /// Base64.
    Sealed(String),
}

/// What the text became for one key. Encryption is random: a repeat of a request would differ from it.
struct Sealed {
    serial: HeaderValue,
    /// The serial alone may be that of a key that was given wrongly and corrected since.
    key: PublicKey,
    ciphertext: String,
}

impl Sensitive {
    /// The plain text, while it is not encrypted.
    pub(crate) fn plain(&self) -> Option<&str> {
        match &self.0 {
            State::Plain(text, _) => Some(text),
            State::Sealed(_) => None,
        }
    }

    /// The ciphertext, once it is encrypted.
    pub(crate) fn into_sealed(self) -> Option<String> {
        match self.0 {
            State::Plain(..) => None,
            State::Sealed(ciphertext) => Some(ciphertext),
        }
    }

    /// Puts the ciphertext in the place of the plain text: the one that a clone was given for this key, or a new one.
    pub(crate) fn seal_with(
        &mut self,
        serial: &HeaderValue,
        key: &PublicKey,
        encrypt: impl FnOnce(&str) -> Option<String>,
    ) {
        let State::Plain(text, known) = &self.0 else { return };
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let ciphertext = match &*known {
            Some(sealed) if sealed.serial == *serial && sealed.key == *key => sealed.ciphertext.clone(),
            _ => match encrypt(text) {
                Some(ciphertext) => {
                    *known = Some(Sealed { serial: serial.clone(), key: key.clone(), ciphertext: ciphertext.clone() });
                    ciphertext
                }
                None => String::new(),
            },
        };
        drop(known);
        self.0 = State::Sealed(ciphertext);
    }
}

impl PartialEq for Sensitive {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (State::Plain(one, _), State::Plain(other, _)) => one == other,
            (State::Sealed(one), State::Sealed(other)) => one == other,
            (State::Plain(..), State::Sealed(_)) | (State::Sealed(_), State::Plain(..)) => false,
        }
    }
}

impl Eq for Sensitive {}

impl From<&str> for Sensitive {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Sensitive {
    fn from(text: String) -> Self {
        Self::from(Zeroizing::new(text))
    }
}

impl From<Zeroizing<String>> for Sensitive {
    fn from(text: Zeroizing<String>) -> Self {
        Self(State::Plain(text, Arc::default()))
    }
}

impl fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Sensitive {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            State::Sealed(ciphertext) => serializer.serialize_str(ciphertext),
            State::Plain(..) => Err(S::Error::custom("a sensitive text is written only when it is encrypted")),
        }
    }
}

impl<'de> Deserialize<'de> for Sensitive {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}

impl Decode for Sensitive {
    fn decode(value: Value) -> Result<Self, DecodeError> {
        String::decode(value).map(Self::from)
    }
}

impl Blank for Sensitive {
    fn blank() -> Self {
        Self::from(String::new())
    }
}

/// Text that WeChat Pay has encrypted with the merchant's key, in base64.
///
/// [`WechatPay::decrypt`](crate::WechatPay::decrypt) opens it; it can be stored as it is and opened later, while the client
/// has the key that belongs to it. `Debug` does not show it.
///
/// ```no_run
/// # fn example(pay: wechatpay_sdk::WechatPay, stored: String) -> wechatpay_sdk::Result<()> {
/// let phone = pay.decrypt(&wechatpay_sdk::Ciphertext::from(stored))?;
/// assert!(phone.starts_with('1'));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Ciphertext(String);

impl Ciphertext {
    /// The ciphertext in base64, as it came.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Ciphertext {
    fn from(base64: String) -> Self {
        Self(base64)
    }
}

impl From<&str> for Ciphertext {
    fn from(base64: &str) -> Self {
        Self(base64.to_owned())
    }
}

impl fmt::Debug for Ciphertext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Ciphertext {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Ciphertext {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}

impl Decode for Ciphertext {
    fn decode(value: Value) -> Result<Self, DecodeError> {
        String::decode(value).map(Self)
    }
}

impl Blank for Ciphertext {
    fn blank() -> Self {
        Self(String::new())
    }
}

#[cfg(feature = "schemars")]
mod schema {
    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    macro_rules! text {
        ($($name:ident),*) => { $(
            impl JsonSchema for super::$name {
                fn schema_name() -> Cow<'static, str> {
                    stringify!($name).into()
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    json_schema!({ "type": "string" })
                }
            }
        )* };
    }

    text!(Sensitive, Ciphertext);
}
