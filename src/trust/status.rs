//! What a client believes now, for people and for monitoring.

use std::time::SystemTime;

use super::Trust;
use crate::{Certificate, CertificateSerial, PublicKeyId};

/// What a client believes now. From [`WechatPay::trust_status`](crate::WechatPay::trust_status).
#[derive(Clone, Debug)]
pub struct TrustStatus {
    public_key: Option<PublicKeyId>,
    certificates: Vec<CertificateStatus>,
    is_downloaded: bool,
    downloaded_at: Option<SystemTime>,
    failure: Option<(SystemTime, String)>,
}

/// A platform certificate in the trust of a client.
#[derive(Clone, Debug)]
pub struct CertificateStatus {
    certificate: Certificate,
    is_downloaded: bool,
    is_effective: bool,
}

impl TrustStatus {
    pub(crate) fn of(trust: &Trust, now: SystemTime) -> Self {
        let status = |certificate: &Certificate, is_downloaded| CertificateStatus {
            certificate: certificate.clone(),
            is_downloaded,
            is_effective: certificate.is_effective(now),
        };
        let given = trust.inner.certificates.iter().map(|certificate| status(certificate, false));
        let downloaded = trust.downloaded().iter().map(|certificate| status(certificate, true));
        Self {
            public_key: trust.inner.public_key.as_ref().map(|(id, _)| id.clone()),
            certificates: given.chain(downloaded).collect(),
            is_downloaded: trust.refresh().is_some(),
            downloaded_at: None,
            failure: None,
        }
    }

    pub(crate) fn refreshed(self, downloaded_at: Option<SystemTime>, failure: Option<(SystemTime, String)>) -> Self {
        Self { downloaded_at, failure, ..self }
    }

    /// The id of WeChat Pay's public key, if it is trusted.
    pub fn public_key(&self) -> Option<&PublicKeyId> {
        self.public_key.as_ref()
    }

    /// The platform certificates, the downloaded ones too.
    pub fn certificates(&self) -> &[CertificateStatus] {
        &self.certificates
    }

    /// When nothing in the trust is valid any more: the end of the platform certificate that expires last. `None` with a
    /// public key, which does not expire, and while no certificate is downloaded yet.
    pub fn expires_at(&self) -> Option<SystemTime> {
        if self.public_key.is_some() {
            return None;
        }
        self.certificates.iter().map(CertificateStatus::expires_at).max()
    }

    /// Whether the client downloads platform certificates.
    pub fn is_downloaded(&self) -> bool {
        self.is_downloaded
    }

    /// When they were last downloaded, by the client's clock.
    pub fn downloaded_at(&self) -> Option<SystemTime> {
        self.downloaded_at
    }

    /// Why the latest download failed, and when; `None` once one has succeeded. The certificates from before are still
    /// believed until they expire.
    pub fn download_failure(&self) -> Option<(SystemTime, &str)> {
        self.failure.as_ref().map(|(at, why)| (*at, why.as_str()))
    }
}

impl CertificateStatus {
    /// Its serial number, as `Wechatpay-Serial` names it.
    pub fn serial(&self) -> &CertificateSerial {
        self.certificate.serial()
    }

    /// From when on it is valid.
    pub fn effective_at(&self) -> SystemTime {
        self.certificate.not_before()
    }

    /// Until when it is valid.
    pub fn expires_at(&self) -> SystemTime {
        self.certificate.not_after()
    }

    /// Whether it is valid now: what it signs is believed.
    pub fn is_effective(&self) -> bool {
        self.is_effective
    }

    /// Whether the client downloaded it, rather than being given it.
    pub fn is_downloaded(&self) -> bool {
        self.is_downloaded
    }
}
