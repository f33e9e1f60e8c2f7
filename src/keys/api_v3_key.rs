//! The APIv3 key, which opens what WeChat Pay encrypts for the merchant.

use std::sync::Arc;
use std::{env, fmt};

use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

use crate::error::{Error, Result};

const NOT_ALPHANUMERIC: &str =
    "the APIv3 key has characters other than digits and letters: copy it from the merchant portal";

/// The merchant's APIv3 key (APIv3密钥): 32 digits and letters.
///
/// ```no_run
/// use wechatpay_sdk::ApiV3Key;
///
/// let key = ApiV3Key::from_env("WECHAT_PAY_V3_KEY")?;
/// # Ok::<(), wechatpay_sdk::Error>(())
/// ```
///
/// It opens notifications and platform certificates. It is chosen in the merchant portal and is not the APIv2 key, which
/// has 32 characters too. Cloning is cheap.
///
/// # Security
///
/// `Debug` does not print it, errors do not quote it, and its memory is wiped when the last clone is dropped.
#[derive(Clone)]
pub struct ApiV3Key {
    secret: Arc<Secret>,
}

struct Secret([u8; 32]);

impl ApiV3Key {
    /// Takes the key as the merchant portal shows it; blanks around it are ignored.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when it is not exactly 32 digits and letters.
    pub fn new(key: impl AsRef<str>) -> Result<Self> {
        let key = key.as_ref().trim().as_bytes();
        let Ok(secret) = <[u8; 32]>::try_from(key) else {
            return Err(Error::config(format!(
                "the APIv3 key has {} bytes and must have 32: copy it from the merchant portal, without decoding it",
                key.len()
            )));
        };
        let secret = Secret(secret);
        if !secret.0.iter().all(u8::is_ascii_alphanumeric) {
            return Err(Error::config(NOT_ALPHANUMERIC));
        }
        Ok(Self { secret: Arc::new(secret) })
    }

    /// Takes the key from an environment variable.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and when the variable is not set; the message names the variable.
    pub fn from_env(name: &str) -> Result<Self> {
        let refuse = |problem: &str| Error::config(format!("environment variable {name:?}: {problem}"));
        let value = match env::var(name) {
            Ok(value) => Zeroizing::new(value),
            Err(env::VarError::NotPresent) => return Err(refuse("it is not set and should hold the APIv3 key")),
            Err(env::VarError::NotUnicode(_)) => return Err(refuse(NOT_ALPHANUMERIC)),
        };
        Self::new(value.as_str()).map_err(|error| refuse(&error.to_string()))
    }

    /// Whether it is the same key, compared here with keys that are known here.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.secret.0 == other.secret.0
    }

    /// The AES-256 key: the characters themselves, neither hex nor base64.
    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        &self.secret.0
    }
}

impl ZeroizeOnDrop for Secret {}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for ApiV3Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiV3Key(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";

    #[test]
    fn a_key_of_32_digits_and_letters_is_taken_and_not_printed() {
        let key = ApiV3Key::new(format!(" {KEY}\r\n")).unwrap();
        assert_eq!(key.as_bytes(), KEY.as_bytes());
        assert_eq!(format!("{key:?}"), "ApiV3Key(..)");
    }

    #[test]
    fn c06_what_holds_a_secret_wipes_it_when_it_is_dropped() {
        const fn wipes<T: ZeroizeOnDrop>() {}
        wipes::<Secret>();
        wipes::<rsa::PrivateKey>();
        // PEM text, plain texts of sensitive fields, opened texts, and what is read from a file or a variable.
        wipes::<Zeroizing<String>>();
        wipes::<Zeroizing<Vec<u8>>>();
    }

    #[test]
    fn c01_any_other_length_or_character_is_refused() {
        let wide = "微".repeat(32);
        let exact_in_bytes = format!("{}ab", "微".repeat(10));
        for (key, said) in [
            ("", "has 0 bytes and must have 32"),
            (&KEY[1..], "has 31 bytes"),
            (&format!("{KEY}x"), "has 33 bytes"),
            (&wide, "has 96 bytes"),
            (&exact_in_bytes, "other than digits and letters"),
            (&format!("\"{}\"", &KEY[2..]), "other than digits and letters"),
        ] {
            let message = ApiV3Key::new(key).unwrap_err().to_string();
            assert!(message.contains(said), "{message}");
            assert!(key.is_empty() || !message.contains(key.trim_matches('"')), "{message}");
        }
    }

    #[test]
    fn the_environment_is_named_when_the_key_is_missing_or_wrong() {
        let missing = ApiV3Key::from_env("WECHATPAY_SDK_NO_SUCH_KEY").unwrap_err().to_string();
        assert!(missing.contains("\"WECHATPAY_SDK_NO_SUCH_KEY\": it is not set"), "{missing}");
        // Cargo sets this one for every test.
        let wrong = ApiV3Key::from_env("CARGO_PKG_NAME").unwrap_err().to_string();
        assert!(wrong.starts_with("environment variable \"CARGO_PKG_NAME\": the APIv3 key has 13 bytes"), "{wrong}");
    }
}
