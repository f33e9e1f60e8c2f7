//! The merchant's private key.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rsa::pkcs1::RsaPrivateKeyRef;
use rsa::pkcs1::der::Decode as _;
use rsa::pkcs8::PrivateKeyInfoRef;
use zeroize::Zeroizing;

use super::pem::{self, Kind};
use super::{PublicKey, Refusal, Slot, backend, load, public_key};
use crate::error::{Error, Result};

/// The merchant's private key, `apiclient_key.pem`.
///
/// ```no_run
/// use wechatpay_sdk::PrivateKey;
///
/// let key = PrivateKey::from_pem_file("secrets/apiclient_key.pem")?;
/// # Ok::<(), wechatpay_sdk::Error>(())
/// ```
///
/// PKCS#8 (`BEGIN PRIVATE KEY`) and PKCS#1 (`BEGIN RSA PRIVATE KEY`) are read, from 2048 bits. Cloning is cheap.
///
/// # Security
///
/// `Debug` does not print it, errors do not quote it, and its memory is wiped when the last clone is dropped. The text
/// given to [`from_pem`](Self::from_pem) is the caller's to wipe.
#[derive(Clone)]
pub struct PrivateKey {
    inner: Arc<Inner>,
}

struct Inner {
    signing: backend::SigningKey,
    decrypting: backend::DecryptingKey,
    public: PublicKey,
}

impl PrivateKey {
    /// Reads the key from PEM text.
    ///
    /// Windows line ends, blanks and text around the block are fine, and so are line breaks that an environment
    /// variable turned into blanks or into the two characters `\n`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for anything but one unencrypted RSA private key; the message
    /// says what was given instead, and what to do.
    pub fn from_pem(pem: &str) -> Result<Self> {
        Self::parse(pem).map_err(|refusal| Error::config(refusal.message(Slot::PrivateKey)))
    }

    /// Reads the key from a PEM file.
    ///
    /// # Errors
    ///
    /// As [`from_pem`](Self::from_pem), and when the file cannot be read; the message begins with the path. A file that
    /// others can read is a warning of `tracing`, target `wechatpay_sdk`.
    pub fn from_pem_file(path: impl AsRef<Path>) -> Result<Self> {
        load(path.as_ref(), Slot::PrivateKey, Self::parse)
    }

    /// The public key that belongs to it.
    pub fn public_key(&self) -> &PublicKey {
        &self.inner.public
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let signature = self.inner.signing.sign(message);
        signature.map_err(|cause| Error::sign("the private key could not sign").with_source(cause))
    }

    /// RSA-OAEP with SHA-1 and MGF1-SHA-1. `None` says no more than that: why a ciphertext does not open is nobody's.
    pub(crate) fn decrypt(&self, ciphertext: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.inner.decrypting.decrypt(ciphertext).ok()
    }

    fn parse(text: &str) -> Result<Self, Refusal> {
        let block = pem::parse(text)?;
        match block.kind {
            Kind::Pkcs8 => {
                let info = PrivateKeyInfoRef::from_der(&block.der).map_err(|_| Refusal::Damaged)?;
                public_key::check_algorithm(&info.algorithm.oid)?;
                Self::from_pkcs1(info.private_key.as_bytes())
            }
            Kind::Pkcs1 => Self::from_pkcs1(&block.der),
            other => Err(Refusal::Holds(other)),
        }
    }

    fn from_pkcs1(der: &[u8]) -> Result<Self, Refusal> {
        let parts = RsaPrivateKeyRef::from_der(der).map_err(|_| Refusal::Damaged)?;
        public_key::check(parts.modulus.as_bytes(), parts.public_exponent.as_bytes())?;
        let key = rsa::PrivateKey::try_from(parts).map_err(|_| Refusal::Damaged)?;
        let public = PublicKey::from_rsa(key.to_public_key())?;
        let signing = backend::SigningKey::new(&key).map_err(|_| Refusal::Damaged)?;
        let decrypting = backend::DecryptingKey::new(&key).map_err(|_| Refusal::Damaged)?;
        Ok(Self { inner: Arc::new(Inner { signing, decrypting, public }) })
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(..)")
    }
}
