//! WeChat Pay's public key, and the public half of every other key.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rsa::pkcs1::RsaPublicKeyRef;
use rsa::pkcs1::der::Decode as _;
use rsa::pkcs8::ObjectIdentifier;
use rsa::pkcs8::spki::SubjectPublicKeyInfoRef;
use rsa::traits::PublicKeyParts as _;

use super::pem::{self, Kind};
use super::{Refusal, Slot, backend, load};
use crate::error::{Error, Result};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ELLIPTIC_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// An RSA public key, above all the one of WeChat Pay, `pub_key.pem`.
///
/// ```no_run
/// use wechatpay_sdk::{PublicKey, Trust};
///
/// let trust = Trust::public_key(
///     "PUB_KEY_ID_0119000000012026".parse()?,
///     PublicKey::from_pem_file("secrets/wechatpay_public_key.pem")?,
/// );
/// # Ok::<(), wechatpay_sdk::Error>(())
/// ```
///
/// Both `BEGIN PUBLIC KEY` and `BEGIN RSA PUBLIC KEY` are read, from 2048 bits. Cloning is cheap.
#[derive(Clone)]
pub struct PublicKey {
    inner: Arc<Inner>,
}

struct Inner {
    key: rsa::PublicKey,
    verifying: backend::VerifyingKey,
    encrypting: backend::EncryptingKey,
}

impl PublicKey {
    /// Reads the key from PEM text.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for anything but one RSA public key; the message says what was
    /// given instead, and where that belongs.
    pub fn from_pem(pem: &str) -> Result<Self> {
        Self::parse(pem).map_err(|refusal| Error::config(refusal.message(Slot::PublicKey)))
    }

    /// Reads the key from a PEM file.
    ///
    /// # Errors
    ///
    /// As [`from_pem`](Self::from_pem), and when the file cannot be read; the message begins with the path.
    pub fn from_pem_file(path: impl AsRef<Path>) -> Result<Self> {
        load(path.as_ref(), Slot::PublicKey, Self::parse)
    }

    /// Whether this is an RSASSA-PKCS1-v1_5 signature with SHA-256 by this key's other half.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.inner.verifying.verify(message, signature)
    }

    /// Length of every signature by this key, in bytes: that of its modulus.
    pub(crate) fn signature_len(&self) -> usize {
        self.inner.key.size()
    }

    /// RSA-OAEP with SHA-1 and MGF1-SHA-1, of at most [`max_plaintext`](Self::max_plaintext) bytes.
    pub(crate) fn encrypt(&self, plaintext: &[u8]) -> Result<Vec<u8>> {
        let ciphertext = self.inner.encrypting.encrypt(plaintext);
        ciphertext.map_err(|cause| Error::request("a sensitive field cannot be encrypted").with_source(cause))
    }

    /// How many bytes can be encrypted: the modulus less two SHA-1 digests and two bytes.
    pub(crate) fn max_plaintext(&self) -> usize {
        const OVERHEAD: usize = 2 * 20 + 2;
        self.inner.key.size() - OVERHEAD
    }

    fn parse(text: &str) -> Result<Self, Refusal> {
        let block = pem::parse(text)?;
        match block.kind {
            Kind::Spki => Self::from_spki(&block.der),
            Kind::Pkcs1Public => Self::from_pkcs1(&block.der),
            other => Err(Refusal::Holds(other)),
        }
    }

    pub(super) fn from_spki(der: &[u8]) -> Result<Self, Refusal> {
        let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| Refusal::Damaged)?;
        check_algorithm(&info.algorithm.oid)?;
        Self::from_pkcs1(info.subject_public_key.as_bytes().ok_or(Refusal::Damaged)?)
    }

    fn from_pkcs1(der: &[u8]) -> Result<Self, Refusal> {
        let parts = RsaPublicKeyRef::from_der(der).map_err(|_| Refusal::Damaged)?;
        check(parts.modulus.as_bytes(), parts.public_exponent.as_bytes())?;
        Self::from_rsa(rsa::PublicKey::try_from(parts).map_err(|_| Refusal::Damaged)?)
    }

    pub(super) fn from_rsa(key: rsa::PublicKey) -> Result<Self, Refusal> {
        let verifying = backend::VerifyingKey::new(&key).map_err(|_| Refusal::Damaged)?;
        let encrypting = backend::EncryptingKey::new(&key).map_err(|_| Refusal::Damaged)?;
        Ok(Self { inner: Arc::new(Inner { key, verifying, encrypting }) })
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.inner.key == other.inner.key
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey(RSA {})", self.inner.key.n().bit_width_vartime())
    }
}

/// Only plain RSA keys: a key marked for PSS must not make PKCS#1 v1.5 signatures.
pub(super) fn check_algorithm(algorithm: &ObjectIdentifier) -> Result<(), Refusal> {
    match *algorithm {
        RSA => Ok(()),
        ELLIPTIC_CURVE => Err(Refusal::EllipticCurve),
        _ => Err(Refusal::NotRsa),
    }
}

/// Size and exponent, which the `rsa` crate reports as one "malformed". Both slices are without leading zeros.
pub(super) fn check(modulus: &[u8], exponent: &[u8]) -> Result<(), Refusal> {
    let unused = modulus.first().map_or(0, |byte| byte.leading_zeros());
    let bits = u32::try_from(modulus.len()).map_or(u32::MAX, |bytes| bytes.saturating_mul(8)) - unused;
    match bits {
        ..2048 => return Err(Refusal::TooShort { bits }),
        2048..=8192 => {}
        _ => return Err(Refusal::TooLong { bits }),
    }
    let value = exponent.iter().try_fold(0_u64, |value, &byte| Some(value.checked_mul(256)? + u64::from(byte)));
    let is_usual = |value| (3..=rsa::PublicKey::MAX_PUB_EXPONENT).contains(&value) && value % 2 == 1;
    if value.is_some_and(is_usual) { Ok(()) } else { Err(Refusal::Exponent) }
}
