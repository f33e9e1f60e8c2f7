//! The `rsa` crate: pure Rust, no C compiler needed.

use rsa::Oaep;
use sha1::Sha1;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Failure;

pub(in crate::keys) struct SigningKey(rsa::PrivateKey);

impl SigningKey {
    pub(in crate::keys) fn new(key: &rsa::PrivateKey) -> Result<Self, Failure> {
        Ok(Self(key.clone()))
    }

    /// Signs with blinding: feature `getrandom` of the `rsa` crate is on (RUSTSEC-2023-0071).
    pub(in crate::keys) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Failure> {
        Ok(self.0.pkcs1v15_sign::<Sha256>(message)?)
    }
}

pub(in crate::keys) struct DecryptingKey(rsa::PrivateKey);

impl DecryptingKey {
    pub(in crate::keys) fn new(key: &rsa::PrivateKey) -> Result<Self, Failure> {
        Ok(Self(key.clone()))
    }

    /// Decrypts with blinding (RUSTSEC-2023-0071).
    pub(in crate::keys) fn decrypt(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let plaintext = self.0.decrypt_blinded(&mut getrandom::SysRng, Oaep::<Sha1>::new(), ciphertext)?;
        Ok(Zeroizing::new(plaintext))
    }
}

pub(in crate::keys) struct VerifyingKey(rsa::PublicKey);

impl VerifyingKey {
    pub(in crate::keys) fn new(key: &rsa::PublicKey) -> Result<Self, Failure> {
        Ok(Self(key.clone()))
    }

    pub(in crate::keys) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.pkcs1v15_verify::<Sha256>(message, signature).is_ok()
    }
}

pub(in crate::keys) struct EncryptingKey(rsa::PublicKey);

impl EncryptingKey {
    pub(in crate::keys) fn new(key: &rsa::PublicKey) -> Result<Self, Failure> {
        Ok(Self(key.clone()))
    }

    pub(in crate::keys) fn encrypt(&self, plaintext: &[u8]) -> Result<Vec<u8>, Failure> {
        Ok(self.0.encrypt(&mut getrandom::SysRng, Oaep::<Sha1>::new(), plaintext)?)
    }
}
