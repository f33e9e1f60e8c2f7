//! The APIv3 key, which opens what WeChat Pay encrypts for the merchant.

use std::fmt;

use super::portal_key::PortalKey;
use crate::error::Result;

const NAME: &str = "APIv3 key";

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
pub struct ApiV3Key(PortalKey);

impl ApiV3Key {
    /// Takes the key as the merchant portal shows it; blanks around it are ignored.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when it is not exactly 32 digits and letters.
    pub fn new(key: impl AsRef<str>) -> Result<Self> {
        PortalKey::new(NAME, key.as_ref()).map(Self)
    }

    /// Takes the key from an environment variable.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and when the variable is not set; the message names the variable.
    pub fn from_env(name: &str) -> Result<Self> {
        PortalKey::from_env(NAME, name).map(Self)
    }

    /// Whether it is the same key, compared here with keys that are known here.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.is(&other.0)
    }

    /// Its characters, to be compared with those of the APIv2 key.
    pub(super) fn portal_key(&self) -> &PortalKey {
        &self.0
    }

    /// The AES-256 key: the characters themselves, neither hex nor base64.
    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
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
