//! Signing requests: the canonical message, the nonce, the `Authorization` header.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Method};

use crate::clock::unix_seconds;
use crate::error::{Error, Result};
use crate::keys::{PrivateKey, PublicKey};
use crate::merchant::Merchant;

/// How a request is authorized and an answer signed: the same RSA signature under two names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// Merchants, partners and institutions.
    Merchant,
    /// Brands that call WeChat Pay by themselves (品牌直连).
    Brand,
}

impl Scheme {
    /// The word in `Authorization` and in `Wechatpay-Signature-Type`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Merchant => "WECHATPAY2-SHA256-RSA2048",
            Self::Brand => "WECHATPAY-BRAND-SHA256-RSA2048",
        }
    }

    /// The parameter of `Authorization` that says who signs.
    pub(crate) fn identity(self) -> &'static str {
        match self {
            Self::Merchant => "mchid",
            Self::Brand => "brand_id",
        }
    }
}

/// How long a remote signer may take unless the merchant says otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);

/// RSA signatures of 2048 to 8192 bits, in bytes.
const SIGNATURE_LENGTHS: std::ops::RangeInclusive<usize> = 256..=1024;

/// A signature on its way: a boxed future, the signature's raw bytes.
pub type Signing<'a> =
    Pin<Box<dyn Future<Output = std::result::Result<Vec<u8>, Box<dyn StdError + Send + Sync>>> + Send + 'a>>;

/// Signs for a merchant whose private key is not in this process.
///
/// ```
/// # struct Kms;
/// # impl Kms {
/// #     async fn rsa_pkcs1_sha256(&self, _: &str, _: &[u8]) -> std::io::Result<Vec<u8>> { Ok(vec![]) }
/// # }
/// use wechatpay_sdk::{Merchant, Sign, Signing};
///
/// struct KmsSigner {
///     kms: Kms,
///     key: String,
/// }
///
/// impl Sign for KmsSigner {
///     fn sign<'a>(&'a self, message: &'a [u8]) -> Signing<'a> {
///         Box::pin(async move { Ok(self.kms.rsa_pkcs1_sha256(&self.key, message).await?) })
///     }
/// }
///
/// let signer = KmsSigner { kms: Kms, key: "wechat-pay".into() };
/// let merchant = Merchant::with_signer(
///     "1900000001".parse()?,
///     "3775B6A45ACD588826D15E583A95F5DD40C1B12F".parse()?,
///     signer,
/// );
/// # Ok::<(), wechatpay_sdk::Error>(())
/// ```
///
/// An error, no answer in time, or an answer that cannot be a signature is an
/// [`ErrorKind::Sign`](crate::ErrorKind::Sign) with your error as its source, and nothing is sent.
///
/// There is no such trait for verifying: what is believed is decided by [`Trust`](crate::Trust) alone.
pub trait Sign: Send + Sync {
    /// Signs the message with RSASSA-PKCS1-v1_5 and SHA-256.
    ///
    /// The message is not hashed yet. The answer is the signature's bytes, not base64.
    fn sign<'a>(&'a self, message: &'a [u8]) -> Signing<'a>;
}

impl<S: Sign + ?Sized> Sign for Arc<S> {
    fn sign<'a>(&'a self, message: &'a [u8]) -> Signing<'a> {
        (**self).sign(message)
    }
}

/// What signs for a merchant. A local key signs at once, without a box.
#[derive(Clone)]
pub(crate) enum Signer {
    Local(PrivateKey),
    Remote(RemoteSigner),
}

#[derive(Clone)]
pub(crate) struct RemoteSigner {
    signer: Arc<dyn Sign>,
    pub(crate) timeout: Duration,
    /// Known from the merchant's certificate.
    pub(crate) public_key: Option<PublicKey>,
}

impl RemoteSigner {
    pub(crate) fn new(signer: impl Sign + 'static) -> Self {
        Self { signer: Arc::new(signer), timeout: TIMEOUT, public_key: None }
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let answer = tokio::time::timeout(self.timeout, self.signer.sign(message)).await.map_err(|elapsed| {
            Error::sign(format!("the remote signer did not answer within {:?}", self.timeout)).with_source(elapsed)
        })?;
        let signature = answer.map_err(|cause| Error::sign("the remote signer failed").with_source(cause))?;
        if !SIGNATURE_LENGTHS.contains(&signature.len()) {
            return Err(Error::sign(format!(
                "the remote signer answered with {} bytes, an RSA signature has 256 to 1024",
                signature.len()
            )));
        }
        if self.public_key.as_ref().is_some_and(|key| !key.verify(message, &signature)) {
            return Err(Error::sign(
                "the remote signer's signature does not fit the merchant certificate: it uses another key, or not \
                 RSASSA-PKCS1-v1_5 with SHA-256 over the whole message",
            ));
        }
        Ok(signature)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(key) => key.fmt(f),
            Self::Remote(_) => f.write_str("Remote(..)"),
        }
    }
}

impl Merchant {
    /// The `Authorization` header for exactly this request, with a fresh nonce.
    ///
    /// `target` is the request target as it goes over the wire, and `body` the bytes that are sent (for an upload, the
    /// bytes of its `meta` part).
    pub(crate) async fn authorization(
        &self,
        method: &Method,
        target: &str,
        body: &[u8],
        now: SystemTime,
    ) -> Result<HeaderValue> {
        self.authorize(&[method.as_str().as_bytes(), target.as_bytes()], body, now).await
    }

    /// The `Authorization` header of an answer to WeChat Pay, which has neither method nor target.
    pub(crate) async fn answer_authorization(&self, body: &[u8], now: SystemTime) -> Result<HeaderValue> {
        self.authorize(&[], body, now).await
    }

    async fn authorize(&self, first_lines: &[&[u8]], body: &[u8], now: SystemTime) -> Result<HeaderValue> {
        let timestamp = timestamp(now)?;
        let nonce = nonce()?;
        let mut message = Vec::new();
        for line in first_lines {
            message.extend_from_slice(line);
            message.push(b'\n');
        }
        message.extend(lines([timestamp.as_bytes(), nonce.as_bytes(), body]));
        let signature = self.sign(&message).await?;
        let (scheme, identity) = (self.scheme.name(), self.scheme.identity());
        let (id, serial) = (self.mchid(), self.serial());
        let header = format!(
            "{scheme} {identity}=\"{id}\",nonce_str=\"{nonce}\",timestamp=\"{timestamp}\",serial_no=\"{serial}\",\
             signature=\"{signature}\""
        );
        let mut header = HeaderValue::try_from(header)
            .map_err(|cause| Error::sign("the Authorization header cannot be written").with_source(cause))?;
        header.set_sensitive(true);
        Ok(header)
    }

    /// The message's signature in base64.
    pub(crate) async fn sign(&self, message: &[u8]) -> Result<String> {
        let signature = match &self.signer {
            Signer::Local(key) => key.sign(message)?,
            Signer::Remote(remote) => remote.sign(message).await?,
        };
        Ok(STANDARD.encode(signature))
    }
}

/// What is signed: lines that each end with `\n`, the last one too.
pub(crate) fn lines<const N: usize>(lines: [&[u8]; N]) -> Vec<u8> {
    let mut message = Vec::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
    for line in lines {
        message.extend_from_slice(line);
        message.push(b'\n');
    }
    message
}

/// The time as WeChat Pay writes it: Unix seconds.
pub(crate) fn timestamp(now: SystemTime) -> Result<String> {
    match unix_seconds(now) {
        before @ ..0 => Err(Error::sign(format!("the clock is {} s before 1970: set it", before.unsigned_abs()))),
        seconds => Ok(seconds.to_string()),
    }
}

/// 32 digits and letters from the operating system's generator, each with the same probability.
pub(crate) fn nonce() -> Result<String> {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const LENGTH: usize = 32;
    /// The bytes from here on would make the first letters more likely.
    const BIASED: u8 = 248;

    let mut nonce = String::with_capacity(LENGTH);
    while nonce.len() < LENGTH {
        let mut random = [0; LENGTH + 8];
        getrandom::fill(&mut random)
            .map_err(|cause| Error::sign("the operating system gave no random numbers").with_source(cause))?;
        let letters =
            random.iter().filter(|byte| **byte < BIASED).filter_map(|byte| ALPHABET.get(usize::from(byte % 62)));
        nonce.extend(letters.take(LENGTH - nonce.len()).copied().map(char::from));
    }
    Ok(nonce)
}

#[cfg(test)]
mod tests;
