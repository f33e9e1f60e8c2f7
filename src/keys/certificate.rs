//! X.509 certificates, of WeChat Pay or of the merchant.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::time::Time;

use super::pem::{self, Kind};
use super::{PublicKey, Refusal, Slot, load};
use crate::error::{Error, Result};
use crate::merchant::CertificateSerial;

/// A certificate: a platform certificate of WeChat Pay, or the merchant's own.
///
/// ```no_run
/// use wechatpay_sdk::Certificate;
///
/// let certificate = Certificate::from_pem_file("secrets/apiclient_cert.pem")?;
/// println!("{} of {}", certificate.serial(), certificate.subject());
/// # Ok::<(), wechatpay_sdk::Error>(())
/// ```
///
/// Its issuer's signature is not checked: it is believed because it was given to a [`Trust`](crate::Trust), or because
/// WeChat Pay encrypted it with the merchant's APIv3 key. Cloning is cheap.
#[derive(Clone)]
pub struct Certificate {
    inner: Arc<Inner>,
}

struct Inner {
    serial: CertificateSerial,
    not_before: Time,
    not_after: Time,
    subject: String,
    issuer: String,
    public_key: PublicKey,
}

impl Certificate {
    /// Reads the certificate from PEM text.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for anything but one certificate of an RSA key; the message says
    /// what was given instead, and where that belongs.
    pub fn from_pem(pem: &str) -> Result<Self> {
        Self::parse(pem).map_err(|refusal| Error::config(refusal.message(Slot::Certificate)))
    }

    /// Reads the certificate from a PEM file.
    ///
    /// # Errors
    ///
    /// As [`from_pem`](Self::from_pem), and when the file cannot be read; the message begins with the path.
    pub fn from_pem_file(path: impl AsRef<Path>) -> Result<Self> {
        load(path.as_ref(), Slot::Certificate, Self::parse)
    }

    /// The serial number.
    pub fn serial(&self) -> &CertificateSerial {
        &self.inner.serial
    }

    /// The first moment of its validity.
    pub fn not_before(&self) -> SystemTime {
        self.inner.not_before.to_system_time()
    }

    /// The last moment of its validity.
    pub fn not_after(&self) -> SystemTime {
        self.inner.not_after.to_system_time()
    }

    /// Whom it names, such as `CN=1900000001,O=微信商户系统`.
    pub fn subject(&self) -> &str {
        &self.inner.subject
    }

    /// Who issued it.
    pub fn issuer(&self) -> &str {
        &self.inner.issuer
    }

    /// The key it certifies.
    pub fn public_key(&self) -> &PublicKey {
        &self.inner.public_key
    }

    pub(crate) fn is_expired(&self, now: SystemTime) -> bool {
        self.not_after() < now
    }

    pub(crate) fn is_effective(&self, now: SystemTime) -> bool {
        self.not_before() <= now && !self.is_expired(now)
    }

    fn parse(text: &str) -> Result<Self, Refusal> {
        let block = pem::parse(text)?;
        if block.kind != Kind::Certificate {
            return Err(Refusal::Holds(block.kind));
        }
        let certificate = x509_cert::Certificate::from_der(&block.der).map_err(|_| Refusal::Damaged)?;
        let signed = certificate.tbs_certificate();
        let spki = signed.subject_public_key_info().to_der().map_err(|_| Refusal::Damaged)?;
        let serial = CertificateSerial::from_bytes(signed.serial_number().as_bytes()).ok_or(Refusal::Serial)?;
        Ok(Self {
            inner: Arc::new(Inner {
                serial,
                not_before: signed.validity().not_before,
                not_after: signed.validity().not_after,
                subject: signed.subject().to_string(),
                issuer: signed.issuer().to_string(),
                public_key: PublicKey::from_spki(&spki)?,
            }),
        })
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("serial", &self.inner.serial.as_str())
            .field("not_before", &format_args!("{}", self.inner.not_before))
            .field("not_after", &format_args!("{}", self.inner.not_after))
            .finish_non_exhaustive()
    }
}
