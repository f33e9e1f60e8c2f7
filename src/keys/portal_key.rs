//! What the APIv3 key and the APIv2 key have in common: 32 digits and letters, chosen in the merchant portal.

use std::env;
use std::sync::Arc;

use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

use crate::error::{Error, Result};

/// The characters of such a key; its memory is wiped when the last clone is dropped.
#[derive(Clone)]
pub(super) struct PortalKey {
    secret: Arc<Secret>,
}

struct Secret([u8; 32]);

impl PortalKey {
    /// `name` is the key's own name, for messages.
    pub(super) fn new(name: &str, key: &str) -> Result<Self> {
        let key = key.trim().as_bytes();
        let Ok(secret) = <[u8; 32]>::try_from(key) else {
            return Err(Error::config(format!(
                "the {name} has {} bytes and must have 32: copy it from the merchant portal, without decoding it",
                key.len()
            )));
        };
        let secret = Secret(secret);
        if !secret.0.iter().all(u8::is_ascii_alphanumeric) {
            return Err(Error::config(not_alphanumeric(name)));
        }
        Ok(Self { secret: Arc::new(secret) })
    }

    pub(super) fn from_env(name: &str, variable: &str) -> Result<Self> {
        let refuse = |problem: &str| Error::config(format!("environment variable {variable:?}: {problem}"));
        let value = match env::var(variable) {
            Ok(value) => Zeroizing::new(value),
            Err(env::VarError::NotPresent) => return Err(refuse(&format!("it is not set and should hold the {name}"))),
            Err(env::VarError::NotUnicode(_)) => return Err(refuse(&not_alphanumeric(name))),
        };
        Self::new(name, &value).map_err(|error| refuse(&error.to_string()))
    }

    /// Whether it is the same key, compared here with keys that are known here.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.secret.0 == other.secret.0
    }

    /// The characters themselves, neither hex nor base64.
    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        &self.secret.0
    }
}

fn not_alphanumeric(name: &str) -> String {
    format!("the {name} has characters other than digits and letters: copy it from the merchant portal")
}

impl ZeroizeOnDrop for Secret {}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c06_what_holds_a_secret_wipes_it_when_it_is_dropped() {
        const fn wipes<T: ZeroizeOnDrop>() {}
        wipes::<Secret>();
        wipes::<rsa::PrivateKey>();
        // PEM text, plain texts of sensitive fields, opened texts, and what is read from a file or a variable.
        wipes::<Zeroizing<String>>();
        wipes::<Zeroizing<Vec<u8>>>();
    }
}
