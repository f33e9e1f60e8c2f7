//! aws-lc-rs: AWS-LC, in C and assembly; signs about six times as fast as the `rsa` crate.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{
    KeyPair, OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, OaepPublicEncryptingKey, PrivateDecryptingKey,
    PublicEncryptingKey,
};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaPublicKeyComponents};
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use rsa::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _};
use rsa::traits::PublicKeyParts as _;
use zeroize::Zeroizing;

use super::Failure;

pub(in crate::keys) struct SigningKey(KeyPair);

impl SigningKey {
    pub(in crate::keys) fn new(key: &rsa::PrivateKey) -> Result<Self, Failure> {
        Ok(Self(KeyPair::from_der(key.to_pkcs1_der()?.as_bytes())?))
    }

    pub(in crate::keys) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)?;
        Ok(signature)
    }
}

pub(in crate::keys) struct DecryptingKey(OaepPrivateDecryptingKey);

impl DecryptingKey {
    pub(in crate::keys) fn new(key: &rsa::PrivateKey) -> Result<Self, Failure> {
        let key = PrivateDecryptingKey::from_pkcs8(key.to_pkcs8_der()?.as_bytes())?;
        Ok(Self(OaepPrivateDecryptingKey::new(key)?))
    }

    pub(in crate::keys) fn decrypt(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let mut room = Zeroizing::new(vec![0; self.0.min_output_size()]);
        let length = self.0.decrypt(&OAEP_SHA1_MGF1SHA1, ciphertext, &mut room, None)?.len();
        room.truncate(length);
        Ok(room)
    }
}

pub(in crate::keys) struct VerifyingKey(ParsedPublicKey);

impl VerifyingKey {
    pub(in crate::keys) fn new(key: &rsa::PublicKey) -> Result<Self, Failure> {
        let components = RsaPublicKeyComponents { n: key.n_bytes(), e: key.e_bytes() };
        Ok(Self(components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)?))
    }

    pub(in crate::keys) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify_sig(message, signature).is_ok()
    }
}

pub(in crate::keys) struct EncryptingKey(OaepPublicEncryptingKey);

impl EncryptingKey {
    pub(in crate::keys) fn new(key: &rsa::PublicKey) -> Result<Self, Failure> {
        let key = PublicEncryptingKey::from_der(key.to_public_key_der()?.as_bytes())?;
        Ok(Self(OaepPublicEncryptingKey::new(key)?))
    }

    pub(in crate::keys) fn encrypt(&self, plaintext: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut ciphertext = vec![0; self.0.ciphertext_size()];
        self.0.encrypt(&OAEP_SHA1_MGF1SHA1, plaintext, &mut ciphertext, None)?;
        Ok(ciphertext)
    }
}
