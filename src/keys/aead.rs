//! AES-256-GCM with the APIv3 key: how WeChat Pay encrypts notifications and platform certificates.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use zeroize::Zeroizing;

use super::ApiV3Key;

/// The only name of this algorithm.
pub(crate) const ALGORITHM: &str = "AEAD_AES_256_GCM";

/// Opens a ciphertext whose last 16 bytes are its tag. `None` says no more than that: key, nonce, associated data and
/// ciphertext do not belong together.
pub(crate) fn open(
    key: &ApiV3Key,
    nonce: &[u8],
    associated_data: &[u8],
    ciphertext: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = Aes256Gcm::new_from_slice(key.as_bytes()).ok()?;
    let nonce = Nonce::try_from(nonce).ok()?;
    cipher.decrypt(&nonce, Payload { msg: ciphertext, aad: associated_data }).ok().map(Zeroizing::new)
}

/// Encrypts as WeChat Pay does.
#[cfg(any(test, feature = "simulator"))]
pub(crate) fn seal(key: &ApiV3Key, nonce: &[u8; 12], associated_data: &[u8], plaintext: &[u8]) -> Option<Vec<u8>> {
    let cipher = Aes256Gcm::new_from_slice(key.as_bytes()).ok()?;
    cipher.encrypt(&Nonce::from(*nonce), Payload { msg: plaintext, aad: associated_data }).ok()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::keys::fixtures::vector;

    #[test]
    fn v5_opens_and_no_other_key_nonce_data_or_tag_does() {
        let v5 = vector("v5.json");
        let text = |name: &str| v5[name].as_str().unwrap().as_bytes();
        let key = ApiV3Key::new(v5["key"].as_str().unwrap()).unwrap();
        let other = ApiV3Key::new("0123456789abcdef0123456789ABCDEF").unwrap();
        let ciphertext = STANDARD.decode(text("ciphertext")).unwrap();
        let (nonce, data) = (text("nonce"), text("associated_data"));
        assert_eq!(open(&key, nonce, data, &ciphertext).unwrap().as_slice(), text("plaintext"));
        assert_eq!(seal(&key, nonce.try_into().unwrap(), data, text("plaintext")).unwrap(), ciphertext);

        let mut altered = ciphertext.clone();
        *altered.last_mut().unwrap() ^= 1;
        assert_eq!(open(&other, nonce, data, &ciphertext), None);
        assert_eq!(open(&key, b"uluk4a9R25RX", data, &ciphertext), None);
        assert_eq!(open(&key, b"", data, &ciphertext), None);
        assert_eq!(open(&key, nonce, b"", &ciphertext), None);
        assert_eq!(open(&key, nonce, data, &altered), None);
        assert_eq!(open(&key, nonce, data, b"short"), None);
    }
}
