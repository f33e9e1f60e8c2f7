//! Brands that call WeChat Pay by themselves (品牌直连): another scheme, another identity, the same signature.

use std::fmt;
use std::str::FromStr;

use http::Method;

use super::{Core, WechatPayBuilder};
use crate::request::RawRequest;
use crate::sign::Scheme;
use crate::{CertificateSerial, Error, MchId, Merchant, PrivateKey, PublicKey, PublicKeyId, Result, Trust};

/// The number of a brand (品牌ID).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BrandId(MchId);

impl BrandId {
    /// The number as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for BrandId {
    type Err = Error;

    /// Takes 1 to 32 digits; blanks around them are ignored.
    fn from_str(text: &str) -> Result<Self> {
        text.parse().map(Self).map_err(|_| Error::config("the brand id (brand_id) must be 1 to 32 digits"))
    }
}

impl fmt::Display for BrandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The brand in whose name requests are signed, with the key of its own API certificate.
#[derive(Clone, Debug)]
pub struct Brand(Merchant);

impl Brand {
    /// A brand whose private key is in this process; the serial is that of the brand's API certificate.
    pub fn new(id: BrandId, serial: CertificateSerial, key: PrivateKey) -> Self {
        let mut signatory = Merchant::new(id.0, serial, key);
        signatory.scheme = Scheme::Brand;
        Self(signatory)
    }
}

/// A client of WeChat Pay for one brand.
///
/// It signs with `WECHATPAY-BRAND-SHA256-RSA2048` and the brand's number, never a merchant's, and knows only WeChat Pay's
/// public key: brands have no platform certificates. This version has no brand operations with methods of their own.
#[derive(Clone)]
pub struct WechatPayBrand {
    core: Core,
}

impl WechatPayBrand {
    /// Begins a client of this brand that believes this public key of WeChat Pay.
    pub fn builder(brand: Brand, id: PublicKeyId, key: PublicKey) -> WechatPayBuilder<Self> {
        WechatPayBuilder::new(brand.0, Trust::public_key(id, key))
    }

    /// A request under `/brand/`, signed and verified; as [`WechatPay::request`](crate::WechatPay::request).
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawRequest {
        RawRequest::new(self.core.clone(), method, path.into())
    }
}

impl WechatPayBuilder<WechatPayBrand> {
    /// Builds the client.
    ///
    /// # Errors
    ///
    /// A `Config` error when brand and trust are mixed up, or the base URL is not a plain `https://host` of WeChat Pay.
    pub fn build(self) -> Result<WechatPayBrand> {
        Ok(WechatPayBrand { core: self.core()? })
    }

    /// Builds a client of a simulated gateway on this machine: plain HTTP, and to a loopback address only.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build), and when the address is not a loopback address.
    #[cfg(feature = "simulator")]
    pub fn build_for_loopback(self, address: std::net::SocketAddr) -> Result<WechatPayBrand> {
        Ok(WechatPayBrand { core: self.core_for_loopback(address)? })
    }
}

impl fmt::Debug for WechatPayBrand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WechatPayBrand").field("brand", &self.core.merchant()).finish_non_exhaustive()
    }
}
