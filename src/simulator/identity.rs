//! Who plays whom: the test merchant, the gateway, and a stranger who forges.

use std::sync::OnceLock;

use rsa::pkcs8::DecodePublicKey as _;

use crate::{
    ApiV3Key, Certificate, CertificateSerial, Error, MchId, Merchant, PrivateKey, PublicKey, PublicKeyId, Result, Trust,
};

/// Number of the simulated merchant: the partner of the specs' examples.
pub(super) const MCHID: &str = "1230000109";
/// Serial of the simulated merchant's certificate.
pub(super) const SERIAL: &str = "570BBC91355F30CB6BCD6284C3E34FA80083E527";
/// Id of the public key that the gateway's answers are verified with.
pub(super) const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_0112300001092009122500000001";
/// The merchant's APIv3 key.
pub(super) const API_V3_KEY: &str = "simulated0123456789ABCDEFGHIJKLM";
/// Id of a key that nobody trusts.
pub(super) const UNKNOWN_KEY_ID: &str = "PUB_KEY_ID_0100000000000000000000000000";

/// The keys of every gateway of this process, parsed once.
pub(super) struct Identity {
    mchid: MchId,
    serial: CertificateSerial,
    merchant: PrivateKey,
    public_key_id: PublicKeyId,
    public_key: PublicKey,
    /// The gateway knows the merchant as WeChat Pay does: by the public half.
    pub(super) merchant_public: rsa::PublicKey,
    pub(super) gateway: PrivateKey,
    pub(super) platforms: [Platform; 2],
    pub(super) api_v3_key: ApiV3Key,
    pub(super) stranger: PrivateKey,
}

/// A platform certificate of the gateway, with its key.
pub(super) struct Platform {
    pub(super) certificate: Certificate,
    pub(super) pem: &'static str,
    pub(super) key: PrivateKey,
}

impl Platform {
    fn read(pem: &'static str, key: &str) -> Result<Self> {
        Ok(Self { certificate: Certificate::from_pem(pem)?, pem, key: PrivateKey::from_pem(key)? })
    }
}

impl Identity {
    pub(super) fn get() -> Result<&'static Self> {
        static IDENTITY: OnceLock<Identity> = OnceLock::new();
        match IDENTITY.get() {
            Some(identity) => Ok(identity),
            None => {
                let identity = Self::read()?;
                Ok(IDENTITY.get_or_init(|| identity))
            }
        }
    }

    pub(super) fn merchant(&self) -> Merchant {
        Merchant::new(self.mchid.clone(), self.serial.clone(), self.merchant.clone())
    }

    pub(super) fn trust(&self) -> Trust {
        Trust::public_key(self.public_key_id.clone(), self.public_key.clone())
    }

    fn read() -> Result<Self> {
        let gateway = PrivateKey::from_pem(include_str!("keys/gateway.key.pem"))?;
        let merchant_public = rsa::PublicKey::from_public_key_pem(include_str!("keys/merchant.public.pem"));
        Ok(Self {
            mchid: MCHID.parse()?,
            serial: SERIAL.parse()?,
            merchant: PrivateKey::from_pem(include_str!("keys/merchant.key.pem"))?,
            public_key_id: PUBLIC_KEY_ID.parse()?,
            public_key: gateway.public_key().clone(),
            merchant_public: merchant_public
                .map_err(|cause| Error::config("the simulator's merchant key is damaged").with_source(cause))?,
            gateway,
            platforms: [
                Platform::read(
                    include_str!("keys/platform.first.certificate.pem"),
                    include_str!("keys/platform.first.key.pem"),
                )?,
                Platform::read(
                    include_str!("keys/platform.second.certificate.pem"),
                    include_str!("keys/platform.second.key.pem"),
                )?,
            ],
            api_v3_key: ApiV3Key::new(API_V3_KEY)?,
            stranger: PrivateKey::from_pem(include_str!("keys/stranger.key.pem"))?,
        })
    }
}
