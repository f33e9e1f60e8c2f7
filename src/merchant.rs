//! Who we are: the merchant number, the serial of its certificate, and what signs for it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::error::{Error, Result};
use crate::keys::{Certificate, PrivateKey, PublicKey};
use crate::sign::{RemoteSigner, Scheme, Sign, Signer};

/// A merchant number (商户号), such as `1900000001`.
///
/// ```
/// use wechatpay_sdk::MchId;
///
/// let mchid: MchId = "1900000001".parse()?;
/// assert_eq!(mchid.as_str(), "1900000001");
/// # Ok::<(), wechatpay_sdk::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MchId(Arc<str>);

impl MchId {
    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MchId {
    type Err = Error;

    /// Takes 1 to 32 digits; blanks around them are ignored.
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        if !(1..=32).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::config("the merchant number (mchid) must be 1 to 32 digits, such as 1900000001"));
        }
        Ok(Self(text.into()))
    }
}

impl TryFrom<&str> for MchId {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self> {
        text.parse()
    }
}

impl From<&MchId> for String {
    fn from(id: &MchId) -> Self {
        id.as_str().to_owned()
    }
}

impl fmt::Display for MchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The serial number of a certificate, in upper-case hexadecimal.
///
/// Two digits for each byte, so a leading zero stays; what tools write differently is read all the same:
///
/// ```
/// use wechatpay_sdk::CertificateSerial;
///
/// let serial: CertificateSerial = "0C4AEF34B89340881BB2B25226393DC2E47F094B".parse()?;
/// assert_eq!(serial, "0c:4a:ef:34:b8:93:40:88:1b:b2:b2:52:26:39:3d:c2:e4:7f:09:4b".parse()?);
/// assert_eq!(serial, "0xc4aef34b89340881bb2b25226393dc2e47f094b".parse()?);
/// assert_eq!(serial.as_str(), "0C4AEF34B89340881BB2B25226393DC2E47F094B");
/// # Ok::<(), wechatpay_sdk::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CertificateSerial(Arc<str>);

impl CertificateSerial {
    /// A serial has at most 20 bytes (RFC 5280).
    const MAX_DIGITS: usize = 40;

    /// The hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this text means the same serial: case and leading zeros do not matter.
    pub(crate) fn is(&self, text: &str) -> bool {
        let significant = |text: &'_ str| text.trim_start_matches('0').len();
        let digits = significant(&self.0);
        digits == significant(text)
            && self.0.bytes().rev().take(digits).eq(text.bytes().rev().take(digits).map(|b| b.to_ascii_uppercase()))
    }

    /// The serial as it stands in the certificate.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        Self::normalised(&digits)
    }

    /// Upper case, two digits for each byte, no byte 0 in front: the sign byte of DER is not part of the number.
    fn normalised(digits: &str) -> Option<Self> {
        let digits = digits.trim_start_matches('0');
        if digits.is_empty() || digits.len() > Self::MAX_DIGITS {
            return None;
        }
        let pad = if digits.len() % 2 == 1 { "0" } else { "" };
        Some(Self(format!("{pad}{}", digits.to_ascii_uppercase()).into()))
    }
}

impl FromStr for CertificateSerial {
    type Err = Error;

    /// Takes hexadecimal digits in either case, also with `0x`, colons and blanks.
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        if text.starts_with("PUB_KEY_ID_") {
            return Err(Error::config(
                "a public key id (PUB_KEY_ID_..) was given as a certificate serial: the merchant's serial is shown by \
                 `openssl x509 -in apiclient_cert.pem -noout -serial`, and the id goes to `Trust::public_key`",
            ));
        }
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
        let digits: String = digits.chars().filter(|c| *c != ':' && !c.is_whitespace()).collect();
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Error::config(
                "the certificate serial has characters that are not hexadecimal, perhaps invisible ones: type it anew, \
                 such as 3775B6A45ACD588826D15E583A95F5DD40C1B12F",
            ));
        }
        Self::normalised(&digits).ok_or_else(|| {
            Error::config(
                "the certificate serial must be 1 to 40 hexadecimal digits and not zero; a longer number may be \
                 decimal: `openssl x509 -in apiclient_cert.pem -noout -serial` shows it in hexadecimal",
            )
        })
    }
}

impl TryFrom<&str> for CertificateSerial {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self> {
        text.parse()
    }
}

impl fmt::Display for CertificateSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The merchant in whose name requests are signed.
///
/// ```no_run
/// use wechatpay_sdk::{Merchant, PrivateKey};
///
/// let merchant = Merchant::new(
///     "1900000001".parse()?,
///     "3775B6A45ACD588826D15E583A95F5DD40C1B12F".parse()?,
///     PrivateKey::from_pem_file("secrets/apiclient_key.pem")?,
/// );
/// # Ok::<(), wechatpay_sdk::Error>(())
/// ```
///
/// A service provider (服务商) is its own merchant here, never the sub-merchant. Cloning is cheap.
#[derive(Clone)]
pub struct Merchant {
    /// The number in the Authorization: as the scheme says a merchant's, or a brand's.
    id: MchId,
    pub(crate) scheme: Scheme,
    serial: CertificateSerial,
    pub(crate) signer: Signer,
    /// The merchant's certificate, where it was given.
    certificate: Option<Certificate>,
    /// Keys that only open ciphertexts.
    decryption_keys: Arc<[PrivateKey]>,
}

impl Merchant {
    /// A merchant whose private key is in this process.
    ///
    /// The serial is that of the merchant's certificate, `apiclient_cert.pem`.
    pub fn new(mchid: MchId, serial: CertificateSerial, key: PrivateKey) -> Self {
        Self {
            id: mchid,
            scheme: Scheme::Merchant,
            serial,
            signer: Signer::Local(key),
            certificate: None,
            decryption_keys: Arc::default(),
        }
    }

    /// A merchant from the two files of its certificate, `apiclient_cert.pem` and `apiclient_key.pem`, as PEM text: serial
    /// and validity are read from the certificate.
    ///
    /// ```no_run
    /// use wechatpay_sdk::Merchant;
    ///
    /// let certificate = std::fs::read_to_string("secrets/apiclient_cert.pem")?;
    /// let key = std::fs::read_to_string("secrets/apiclient_key.pem")?;
    /// let merchant = Merchant::from_certificate("1900000001".parse()?, &certificate, &key)?;
    /// println!("{} until {:?}", merchant.serial(), merchant.certificate_expires_at());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when one of them is not what it should be, or the key is not that
    /// of the certificate. Whether the certificate is in effect is checked by the clock of the client, when it is built.
    pub fn from_certificate(mchid: MchId, certificate_pem: &str, key_pem: &str) -> Result<Self> {
        let certificate = Certificate::from_pem(certificate_pem)?;
        let key = PrivateKey::from_pem(key_pem)?;
        Self::new(mchid, certificate.serial().clone(), key).with_certificate(certificate)
    }

    /// A merchant whose private key is elsewhere: in a KMS, an HSM or another process.
    ///
    /// A signature is waited for at most 10 seconds, or as long as [`sign_timeout`](Self::sign_timeout) says.
    pub fn with_signer(mchid: MchId, serial: CertificateSerial, signer: impl Sign + 'static) -> Self {
        let signer = Signer::Remote(RemoteSigner::new(signer));
        Self { id: mchid, scheme: Scheme::Merchant, serial, signer, certificate: None, decryption_keys: Arc::default() }
    }

    /// Checks that serial and key are those of the merchant's certificate.
    ///
    /// ```no_run
    /// # fn checked(merchant: wechatpay_sdk::Merchant) -> wechatpay_sdk::Result<()> {
    /// use wechatpay_sdk::Certificate;
    ///
    /// let merchant = merchant.with_certificate(Certificate::from_pem_file("secrets/apiclient_cert.pem")?)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// With a [`Sign`] of your own, each of its signatures is from then on checked before it is sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when the certificate has another serial or belongs to another
    /// private key.
    pub fn with_certificate(mut self, certificate: Certificate) -> Result<Self> {
        if certificate.serial() != &self.serial {
            return Err(Error::config(format!(
                "the merchant serial is {} but the certificate given has the serial {}: use the serial of the \
                 certificate",
                self.serial,
                certificate.serial()
            )));
        }
        if self.public_key().is_some_and(|key| key != certificate.public_key()) {
            return Err(Error::config(format!(
                "the private key does not belong to the merchant certificate {}: take apiclient_cert.pem and \
                 apiclient_key.pem from the same download; WeChat Pay's own certificates go to `Trust::certificates`",
                self.serial
            )));
        }
        if let Signer::Remote(remote) = &mut self.signer {
            remote.public_key = Some(certificate.public_key().clone());
        }
        self.certificate = Some(certificate);
        Ok(self)
    }

    /// Opens ciphertexts with this key too: an earlier private key of the merchant, for ciphertexts that were stored when
    /// it was the merchant's; or the key itself, where a [`Sign`] of your own signs and this process may have it.
    #[must_use]
    pub fn with_decryption_key(mut self, key: PrivateKey) -> Self {
        self.decryption_keys = self.decryption_keys.iter().cloned().chain([key]).collect();
        self
    }

    /// The same merchant, which opens ciphertexts with the keys of this one too.
    pub(crate) fn after(self, earlier: &Self) -> Self {
        let mut keys: Vec<PrivateKey> = Vec::new();
        let own = self.decryption_keys.iter().chain(earlier.all_decryption_keys());
        for key in own {
            let is_current = self.local_key().is_some_and(|current| current.public_key() == key.public_key());
            if !is_current && !keys.iter().any(|known| known.public_key() == key.public_key()) {
                keys.push(key.clone());
            }
        }
        Self { decryption_keys: keys.into(), ..self }
    }

    /// The keys that open ciphertexts, the current one first.
    pub(crate) fn all_decryption_keys(&self) -> impl Iterator<Item = &PrivateKey> {
        self.local_key().into_iter().chain(self.decryption_keys.iter())
    }

    /// The key that signs, where it is in this process.
    pub(crate) fn local_key(&self) -> Option<&PrivateKey> {
        match &self.signer {
            Signer::Local(key) => Some(key),
            Signer::Remote(_) => None,
        }
    }

    /// Waits for a remote signature at most this long; a local key needs no limit.
    #[must_use]
    pub fn sign_timeout(mut self, limit: Duration) -> Self {
        if let Signer::Remote(remote) = &mut self.signer {
            remote.timeout = limit;
        }
        self
    }

    /// The merchant number.
    pub fn mchid(&self) -> &MchId {
        &self.id
    }

    /// The serial number of the merchant's certificate.
    pub fn serial(&self) -> &CertificateSerial {
        &self.serial
    }

    /// When the merchant's certificate expires, where it was given. WeChat Pay refuses what is signed later.
    pub fn certificate_expires_at(&self) -> Option<SystemTime> {
        self.certificate.as_ref().map(Certificate::not_after)
    }

    /// Refuses a certificate that is not in effect.
    pub(crate) fn check_at(&self, now: SystemTime) -> Result<()> {
        let Some(certificate) = self.certificate.as_ref().filter(|certificate| !certificate.is_effective(now)) else {
            return Ok(());
        };
        let problem = match certificate.is_expired(now) {
            true => "has expired: get a new one in the merchant portal",
            false => "is not valid yet",
        };
        Err(Error::config(format!("the merchant certificate {} {problem}, or check this machine's clock", self.serial)))
    }

    /// The key that the merchant's signatures are checked with, as far as it is known here.
    pub(crate) fn public_key(&self) -> Option<&PublicKey> {
        match &self.signer {
            Signer::Local(key) => Some(key.public_key()),
            Signer::Remote(remote) => remote.public_key.as_ref(),
        }
    }
}

impl fmt::Debug for Merchant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Merchant")
            .field(self.scheme.identity(), &self.id.as_str())
            .field("serial", &self.serial.as_str())
            .field("signer", &self.signer)
            .finish()
    }
}

#[cfg(test)]
mod tests;
