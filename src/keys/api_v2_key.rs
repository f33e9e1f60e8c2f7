//! The APIv2 key, with which some products of APIv3 still sign what the phone gets.

use std::collections::BTreeMap;
use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::ApiV3Key;
use super::portal_key::PortalKey;
use crate::error::{Error, Result};

const NAME: &str = "APIv2 key";

/// The merchant's APIv2 key (APIv2密钥, API密钥): 32 digits and letters.
///
/// Requests are never signed with it. Pay Score and coupons sign with it what the phone opens; see
/// [`launch`](crate::launch). It is set in the merchant portal beside the [`ApiV3Key`](crate::ApiV3Key) and is another key.
/// Cloning is cheap.
///
/// # Security
///
/// `Debug` does not print it, errors do not quote it, and its memory is wiped when the last clone is dropped.
#[derive(Clone)]
pub struct ApiV2Key(PortalKey);

impl ApiV2Key {
    /// Takes the key as it was set in the merchant portal; blanks around it are ignored.
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

    /// The signature of APIv2 with HMAC-SHA256 (HMAC-SHA256签名), in upper-case hexadecimal, for parameters that
    /// [`launch`](crate::launch) does not have.
    ///
    /// Names and values go in as they are, not URL-encoded, in any order. An empty value and `sign` are left out, as
    /// WeChat Pay does; of a name that comes twice the last value counts.
    ///
    /// ```
    /// use wechatpay_sdk::ApiV2Key;
    ///
    /// let key = ApiV2Key::new("192006250b4c09247ec02edce69f6a2d")?;
    /// let sign = key.sign([("mch_id", "10000100"), ("nonce_str", "ibuaiVcKdpRxkhJA"), ("body", "test")])?;
    /// assert_eq!(sign.len(), 64);
    /// # Ok::<(), wechatpay_sdk::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Sign`](crate::ErrorKind::Sign) when nothing is left to sign.
    pub fn sign<'a>(&self, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<String> {
        let parameters = parameters.into_iter().filter(|(name, value)| *name != "sign" && !value.is_empty());
        let sorted: BTreeMap<&str, &str> = parameters.collect();
        if sorted.is_empty() {
            return Err(Error::sign("there is no parameter with a value to sign"));
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes())
            .map_err(|cause| Error::sign("the APIv2 key cannot sign").with_source(cause))?;
        for (name, value) in sorted {
            for part in [name, "=", value, "&"] {
                mac.update(part.as_bytes());
            }
        }
        mac.update(b"key=");
        mac.update(self.0.as_bytes());
        Ok(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02X}")).collect())
    }

    /// Refuses a key that is one of the APIv3 keys: one of the two was pasted twice.
    pub(crate) fn check_against(&self, keys: &[ApiV3Key]) -> Result<()> {
        match keys.iter().any(|key| key.portal_key().is(&self.0)) {
            true => Err(Error::config(
                "the APIv2 key is the same as the APIv3 key: they are set one by one in the merchant portal, give each \
                 its own",
            )),
            false => Ok(()),
        }
    }
}

impl fmt::Debug for ApiV2Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiV2Key(..)")
    }
}
