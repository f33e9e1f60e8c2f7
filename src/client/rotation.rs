//! New keys without a restart, for all clones of a client at once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Core, Health, WechatPay};
use crate::{ApiV2Key, ApiV3Key, Ciphertext, Error, Merchant, Plaintext, Result, Trust, TrustStatus};

impl WechatPay {
    /// Signs with another certificate of the same merchant from now on, in all clones of this client. A request that is
    /// already on its way ends as it began. What the earlier keys opened, this client still opens.
    ///
    /// ```no_run
    /// # fn rotate(pay: wechatpay_sdk::WechatPay) -> Result<(), Box<dyn std::error::Error>> {
    /// let certificate = std::fs::read_to_string("secrets/apiclient_cert.pem")?;
    /// let key = std::fs::read_to_string("secrets/apiclient_key.pem")?;
    /// pay.replace_merchant(wechatpay_sdk::Merchant::from_certificate(pay.mchid().clone(), &certificate, &key)?)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A `Config` error when it is another merchant, its certificate is not in effect, or it is mixed up with the trust;
    /// nothing is replaced then.
    pub fn replace_merchant(&self, merchant: Merchant) -> Result<()> {
        self.core.replace_merchant(merchant)
    }

    /// Believes another trust from now on, in all clones of this client: another public key, or no longer the platform
    /// certificates, which then are no longer downloaded either. Certificates that were downloaded are kept when the new
    /// trust downloads them too.
    ///
    /// # Errors
    ///
    /// A `Config` error as from [`WechatPayBuilder::build`](crate::WechatPayBuilder::build); nothing is replaced then.
    pub fn replace_trust(&self, trust: Trust) -> Result<()> {
        self.core.replace_trust(trust)
    }

    /// Opens with another APIv3 key from now on, in all clones of this client; what is encrypted with the one before is
    /// still opened, until it is [forgotten](Self::forget_previous_api_v3_key).
    pub fn replace_api_v3_key(&self, key: ApiV3Key) {
        self.core.0.api_v3_keys.update(|keys| {
            let previous = keys.iter().find(|known| !known.is(&key)).cloned();
            ([key].into_iter().chain(previous).collect(), ())
        });
        self.core.0.refresher.reset();
    }

    /// Opens nothing more with the APIv3 key before the current one: when it has leaked, or its last messages have come.
    /// With it, whoever stands inside the TLS connection could make platform certificates.
    pub fn forget_previous_api_v3_key(&self) {
        self.core.0.api_v3_keys.update(|keys| (keys.iter().take(1).cloned().collect(), ()));
    }

    /// Signs with another APIv2 key from now on, in all clones of this client.
    ///
    /// # Errors
    ///
    /// A `Config` error when it is an APIv3 key of this client; nothing is replaced then.
    pub fn replace_api_v2_key(&self, key: ApiV2Key) -> Result<()> {
        key.check_against(&self.core.api_v3_keys())?;
        self.core.0.api_v2_key.update(|_| (Some(key), ()));
        Ok(())
    }

    /// Downloads the platform certificates now, for instance before the first customer comes.
    ///
    /// # Errors
    ///
    /// Why they could not be downloaded; those that were there are still believed. A `Config` error when the trust
    /// downloads none, or the merchant has none.
    pub async fn refresh_certificates(&self) -> Result<()> {
        self.core.refresh_now().await
    }

    /// The keys of WeChat Pay that are believed now.
    pub fn trust_status(&self) -> TrustStatus {
        self.core.trust_status()
    }

    /// Keys, certificates and clocks, and what the answers said of them.
    pub fn health(&self) -> Health {
        self.core.health()
    }

    /// Opens a text that WeChat Pay has encrypted with the merchant's key, now or earlier.
    ///
    /// # Errors
    ///
    /// A [`Decrypt`](crate::ErrorKind::Decrypt) error when none of the merchant's keys opens it, without saying why; an
    /// answer is as good without it. Keys for what was stored earlier are given by
    /// [`Merchant::with_decryption_key`].
    pub fn decrypt(&self, ciphertext: &Ciphertext) -> Result<Plaintext> {
        self.core.decrypt(ciphertext)
    }
}

impl Core {
    fn replace_merchant(&self, merchant: Merchant) -> Result<()> {
        let current = self.merchant();
        if merchant.mchid() != current.mchid() || merchant.scheme != current.scheme {
            return Err(Error::config(format!(
                "this client is that of {} and cannot become that of {}: build another client",
                current.mchid(),
                merchant.mchid()
            )));
        }
        merchant.check_at(self.clock().now())?;
        self.trust().check_against(&merchant)?;
        self.0.merchant.update(|earlier| (merchant.after(earlier), ()));
        self.0.refresher.reset();
        Ok(())
    }

    fn replace_trust(&self, trust: Trust) -> Result<()> {
        trust.check_against(&self.merchant())?;
        super::builder::check_trust(&trust, &self.api_v3_keys(), self.clock().now())?;
        self.0.trust.update(|current| (trust.with_downloaded(current.downloaded().to_vec()), ()));
        self.0.refresher.reset();
        Ok(())
    }

    fn decrypt(&self, ciphertext: &Ciphertext) -> Result<Plaintext> {
        let merchant = self.merchant();
        if merchant.all_decryption_keys().next().is_none() {
            return Err(Error::decrypt(
                "the merchant's private key is not in this process: give one by `Merchant::with_decryption_key`",
            ));
        }
        let opened = STANDARD.decode(ciphertext.as_str()).ok().and_then(|bytes| {
            let opened = merchant.all_decryption_keys().find_map(|key| key.decrypt(&bytes))?;
            Plaintext::from_utf8(&opened)
        });
        opened.ok_or_else(|| Error::decrypt("the ciphertext does not open with the merchant's keys"))
    }
}
