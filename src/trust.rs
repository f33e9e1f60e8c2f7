//! Whom we believe: WeChat Pay's public key, its platform certificates, or both.

mod list;
mod status;

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::HeaderValue;

use crate::error::{Error, Result};
use crate::keys::{Certificate, PublicKey};
use crate::merchant::Merchant;
use crate::verify::{VerifiedBy, VerifyFailure};

pub(crate) use self::list::read as read_list;
pub use self::status::{CertificateStatus, TrustStatus};

const PREFIX: &str = "PUB_KEY_ID_";

/// The id of WeChat Pay's public key (微信支付公钥ID): `PUB_KEY_ID_` and digits.
///
/// ```
/// use wechatpay_sdk::PublicKeyId;
///
/// let id: PublicKeyId = "PUB_KEY_ID_0119000000012026".parse()?;
/// assert_eq!(id.as_str(), "PUB_KEY_ID_0119000000012026");
/// # Ok::<(), wechatpay_sdk::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PublicKeyId(Arc<str>);

impl PublicKeyId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PublicKeyId {
    type Err = Error;

    /// Takes `PUB_KEY_ID_` and digits, in this case; blanks around them are ignored.
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if text.len() <= 64 && text.strip_prefix(PREFIX).is_some_and(is_digits) {
            return Ok(Self(text.into()));
        }
        let problem = if is_digits(text) {
            "the public key id lacks its prefix"
        } else if text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            "a certificate serial was given as the public key id"
        } else {
            "the public key id has another form"
        };
        Err(Error::config(format!(
            "{problem}: it is `{PREFIX}` and digits, such as PUB_KEY_ID_0119000000012026, as the merchant portal shows it"
        )))
    }
}

impl TryFrom<&str> for PublicKeyId {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self> {
        text.parse()
    }
}

impl fmt::Display for PublicKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The keys of WeChat Pay that answers and notifications are verified with.
///
/// A merchant has WeChat Pay's public key, platform certificates (平台证书), or, while it switches from one to the
/// other, both:
///
/// ```no_run
/// use wechatpay_sdk::{Certificate, PublicKey, Trust};
///
/// let trust = Trust::public_key(
///     "PUB_KEY_ID_0119000000012026".parse()?,
///     PublicKey::from_pem_file("secrets/wechatpay_public_key.pem")?,
/// )
/// .with_certificates([Certificate::from_pem_file("secrets/wechatpay_cert.pem")?])?;
/// # Ok::<(), wechatpay_sdk::Error>(())
/// ```
///
/// Platform certificates are replaced every few years, so a client downloads them itself:
/// [`downloaded_certificates`](Self::downloaded_certificates).
///
/// A signature names its key, and only that key is tried. A certificate is believed only while it is valid. A trust is
/// never empty. Cloning is cheap.
#[derive(Clone)]
pub struct Trust {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    public_key: Option<(PublicKeyId, PublicKey)>,
    /// Those that were given.
    certificates: Vec<Certificate>,
    /// Those that are downloaded, where they are to be.
    downloads: Option<Downloads>,
}

#[derive(Clone)]
struct Downloads {
    refresh: CertificateRefresh,
    certificates: Vec<Certificate>,
}

/// When a client downloads the platform certificates anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateRefresh {
    /// Now and then, and when an answer names a certificate that is not known. It is at most 12 hours, since a new
    /// certificate is announced 24 hours before it is used, and each pause is up to a fifth shorter by chance.
    Every(Duration),
    /// Only when an answer names a certificate that is not known, or none is in effect.
    OnDemand,
}

impl CertificateRefresh {
    const LONGEST: Duration = Duration::from_secs(12 * 60 * 60);
    const SHORTEST: Duration = Duration::from_secs(1);

    /// The pause between two downloads by the timer.
    pub(crate) fn pause(self) -> Option<Duration> {
        match self {
            Self::Every(pause) => Some(pause.clamp(Self::SHORTEST, Self::LONGEST)),
            Self::OnDemand => None,
        }
    }
}

impl Trust {
    /// Trusts WeChat Pay's public key.
    pub fn public_key(id: PublicKeyId, key: PublicKey) -> Self {
        Self { inner: Arc::new(Inner { public_key: Some((id, key)), certificates: Vec::new(), downloads: None }) }
    }

    /// Trusts platform certificates.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when there is none, or when two have the same serial.
    pub fn certificates(certificates: impl IntoIterator<Item = Certificate>) -> Result<Self> {
        let certificates = checked(certificates)?;
        Ok(Self { inner: Arc::new(Inner { public_key: None, certificates, downloads: None }) })
    }

    /// Trusts the platform certificates that the client downloads, before its first call and every 12 hours.
    ///
    /// The client needs the [APIv3 key](crate::WechatPayBuilder::api_v3_key), which they are encrypted with. New merchants
    /// have no platform certificates but a public key.
    ///
    /// ```no_run
    /// # fn connect(merchant: wechatpay_sdk::Merchant) -> wechatpay_sdk::Result<wechatpay_sdk::WechatPay> {
    /// use wechatpay_sdk::{ApiV3Key, Trust, WechatPay};
    ///
    /// let key = ApiV3Key::from_env("WECHATPAY_API_V3_KEY")?;
    /// WechatPay::builder(merchant, Trust::downloaded_certificates()).api_v3_key(key).build()
    /// # }
    /// ```
    pub fn downloaded_certificates() -> Self {
        let downloads = Some(Downloads::default());
        Self { inner: Arc::new(Inner { public_key: None, certificates: Vec::new(), downloads }) }
    }

    /// Trusts this public key too, in place of another one.
    #[must_use]
    pub fn with_public_key(self, id: PublicKeyId, key: PublicKey) -> Self {
        let inner = Inner { public_key: Some((id, key)), ..Arc::unwrap_or_clone(self.inner) };
        Self { inner: Arc::new(inner) }
    }

    /// Trusts these platform certificates too, in place of earlier ones.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when there is none, or when two have the same serial.
    pub fn with_certificates(self, certificates: impl IntoIterator<Item = Certificate>) -> Result<Self> {
        let certificates = checked(certificates)?;
        let inner = Inner { certificates, ..Arc::unwrap_or_clone(self.inner) };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Trusts downloaded platform certificates too: for the weeks in which a merchant switches to the public key, and
    /// answers and notifications come with either. A merchant that has none, or none any more, is no error then.
    #[must_use]
    pub fn with_downloaded_certificates(self) -> Self {
        self.with_downloads(Downloads::default())
    }

    /// When certificates are downloaded anew; every 12 hours otherwise. Without downloads it means nothing.
    #[must_use]
    pub fn certificate_refresh(self, refresh: CertificateRefresh) -> Self {
        match self.inner.downloads.clone() {
            Some(downloads) => self.with_downloads(Downloads { refresh, ..downloads }),
            None => self,
        }
    }

    /// The same trust with these certificates as the downloaded ones; without downloads nothing changes.
    pub(crate) fn with_downloaded(self, certificates: Vec<Certificate>) -> Self {
        match self.inner.downloads.clone() {
            Some(downloads) => self.with_downloads(Downloads { certificates, ..downloads }),
            None => self,
        }
    }

    fn with_downloads(self, downloads: Downloads) -> Self {
        let inner = Inner { downloads: Some(downloads), ..Arc::unwrap_or_clone(self.inner) };
        Self { inner: Arc::new(inner) }
    }

    /// When certificates are downloaded, if they are.
    pub(crate) fn refresh(&self) -> Option<CertificateRefresh> {
        self.inner.downloads.as_ref().map(|downloads| downloads.refresh)
    }

    pub(crate) fn has_public_key(&self) -> bool {
        self.inner.public_key.is_some()
    }

    pub(crate) fn downloaded(&self) -> &[Certificate] {
        self.inner.downloads.as_ref().map(|downloads| downloads.certificates.as_slice()).unwrap_or_default()
    }

    fn all_certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.inner.certificates.iter().chain(self.downloaded())
    }

    /// The key with this id and no other.
    pub(crate) fn find(&self, id: &[u8], now: SystemTime) -> Result<(VerifiedBy, &PublicKey), VerifyFailure> {
        let unknown = || VerifyFailure::unknown_serial(id, self.ids());
        let text = str::from_utf8(id).map_err(|_| unknown())?;
        if text.starts_with(PREFIX) {
            let known = self.inner.public_key.as_ref().filter(|(id, _)| id.as_str() == text);
            let (id, key) = known.ok_or_else(unknown)?;
            return Ok((VerifiedBy::public_key(id), key));
        }
        let known = self.all_certificates().find(|certificate| certificate.serial().is(text));
        let certificate = known.ok_or_else(unknown)?;
        if !certificate.is_effective(now) {
            return Err(VerifyFailure::InactiveCertificate {
                serial: certificate.serial().clone(),
                expired: certificate.is_expired(now),
            });
        }
        Ok((VerifiedBy::certificate(certificate.serial()), certificate.public_key()))
    }

    /// Whether there is a key with this id, in effect or not.
    pub(crate) fn has(&self, id: &[u8]) -> bool {
        str::from_utf8(id).is_ok_and(|text| match text.starts_with(PREFIX) {
            true => self.inner.public_key.as_ref().is_some_and(|(id, _)| id.as_str() == text),
            false => self.all_certificates().any(|certificate| certificate.serial().is(text)),
        })
    }

    /// What a request sends as `Wechatpay-Serial`: the key that the answer should be signed with.
    ///
    /// The public key if there is one, else the certificate that is in effect and expires last; nothing when no
    /// certificate is in effect.
    pub(crate) fn serial_to_send(&self, now: SystemTime) -> Option<HeaderValue> {
        self.encryption_key(now).map(|(serial, _)| serial)
    }

    /// The key that encrypts for WeChat Pay, with the serial that says so: both from the same look.
    pub(crate) fn encryption_key(&self, now: SystemTime) -> Option<(HeaderValue, &PublicKey)> {
        let (id, key) = match &self.inner.public_key {
            Some((id, key)) => (id.as_str(), key),
            None => {
                let newest = self.newest(now)?;
                (newest.serial().as_str(), newest.public_key())
            }
        };
        Some((HeaderValue::from_str(id).ok()?, key))
    }

    /// Refuses the mix-ups that can be seen without asking WeChat Pay.
    pub(crate) fn check_against(&self, merchant: &Merchant) -> Result<()> {
        let is_own = |key: &PublicKey| merchant.public_key() == Some(key);
        for certificate in self.all_certificates() {
            let serial = certificate.serial();
            if is_own(certificate.public_key()) {
                return Err(Error::config(format!(
                    "the certificate {serial} in the trust is the merchant's own: trust WeChat Pay's public key or \
                     platform certificate, not apiclient_cert.pem"
                )));
            }
            if serial == merchant.serial() {
                return Err(Error::config(format!(
                    "the merchant serial {serial} is that of a certificate in the trust: the merchant's is shown by \
                     `openssl x509 -in apiclient_cert.pem -noout -serial`, and only WeChat Pay's certificates are trusted"
                )));
            }
        }
        if let Some((id, key)) = &self.inner.public_key
            && is_own(key)
        {
            return Err(Error::config(format!(
                "the public key given as {id} is the merchant's own: trust pub_key.pem of the merchant portal"
            )));
        }
        Ok(())
    }

    fn newest(&self, now: SystemTime) -> Option<&Certificate> {
        let effective = self.all_certificates().filter(|certificate| certificate.is_effective(now));
        effective.max_by_key(|certificate| certificate.not_after())
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        let public_key = self.inner.public_key.iter().map(|(id, _)| id.to_string());
        public_key.chain(self.all_certificates().map(|certificate| certificate.serial().to_string())).collect()
    }
}

impl Default for Downloads {
    fn default() -> Self {
        Self { refresh: CertificateRefresh::Every(CertificateRefresh::LONGEST), certificates: Vec::new() }
    }
}

fn checked(certificates: impl IntoIterator<Item = Certificate>) -> Result<Vec<Certificate>> {
    let certificates: Vec<_> = certificates.into_iter().collect();
    if certificates.is_empty() {
        return Err(Error::config("no platform certificate was given: give one, or use `Trust::public_key`"));
    }
    let mut serials = HashSet::new();
    match certificates.iter().find(|certificate| !serials.insert(certificate.serial())) {
        Some(twice) => {
            Err(Error::config(format!("the platform certificate {} was given twice: give it once", twice.serial())))
        }
        None => Ok(certificates),
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Trust");
        debug.field("public_key", &self.inner.public_key.as_ref().map(|(id, _)| id.as_str()));
        debug.field("certificates", &self.inner.certificates);
        if let Some(downloads) = &self.inner.downloads {
            debug.field("downloaded", &downloads.certificates);
        }
        debug.finish()
    }
}

#[cfg(test)]
mod tests;
