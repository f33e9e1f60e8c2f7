//! What a client has seen, for monitoring.

use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use http::HeaderMap;
use http::header::DATE;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::Core;
use crate::clock::unix_seconds;
use crate::verify::VerifiedBy;
use crate::{CertificateSerial, TrustStatus};

/// Keys, certificates and clocks of a client, and what its answers said of them. From
/// [`WechatPay::health`](crate::WechatPay::health).
#[derive(Clone, Debug)]
pub struct Health {
    merchant_serial: CertificateSerial,
    merchant_certificate_expires_at: Option<SystemTime>,
    trust: TrustStatus,
    seen: Seen,
}

#[derive(Clone, Debug, Default)]
struct Seen {
    last: Option<(VerifiedBy, SystemTime)>,
    by_public_key: u64,
    by_certificate: u64,
    clock_skew: Option<i64>,
}

/// What the answers of a client said.
#[derive(Debug, Default)]
pub(super) struct Observed(Mutex<Seen>);

impl Observed {
    fn change(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Core {
    /// An answer was verified.
    pub(crate) fn observe_signature(&self, by: &VerifiedBy) {
        let now = self.clock().now();
        self.0.observed.change(|seen| {
            seen.last = Some((by.clone(), now));
            match by.is_public_key() {
                true => seen.by_public_key += 1,
                false => seen.by_certificate += 1,
            }
        });
    }

    /// The gateway's clock, by any answer: one that is refused because of this machine's clock is not signed.
    pub(crate) fn observe_date(&self, headers: &HeaderMap) {
        let date = headers.get(DATE).and_then(|date| OffsetDateTime::parse(date.to_str().ok()?, &Rfc2822).ok());
        if let Some(date) = date {
            let skew = unix_seconds(self.clock().now()).saturating_sub(date.unix_timestamp());
            self.0.observed.change(|seen| seen.clock_skew = Some(skew));
        }
    }

    pub(super) fn trust_status(&self) -> TrustStatus {
        let log = self.0.refresher.log();
        let failure = log.failure.map(|failure| (failure.at, failure.message));
        TrustStatus::of(&self.trust(), self.clock().now()).refreshed(log.downloaded_at, failure)
    }

    pub(super) fn health(&self) -> Health {
        let merchant = self.merchant();
        Health {
            merchant_serial: merchant.serial().clone(),
            merchant_certificate_expires_at: merchant.certificate_expires_at(),
            trust: self.trust_status(),
            seen: self.0.observed.0.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}

impl Health {
    /// The serial of the merchant's certificate that requests are signed with now.
    pub fn merchant_serial(&self) -> &CertificateSerial {
        &self.merchant_serial
    }

    /// When the merchant's certificate expires, where it was given: WeChat Pay refuses what is signed later.
    pub fn merchant_certificate_expires_at(&self) -> Option<SystemTime> {
        self.merchant_certificate_expires_at
    }

    /// The keys of WeChat Pay that are believed now.
    pub fn trust(&self) -> &TrustStatus {
        &self.trust
    }

    /// The key that verified the latest answer, and when, by the client's clock.
    pub fn last_verified(&self) -> Option<(&VerifiedBy, SystemTime)> {
        self.seen.last.as_ref().map(|(by, at)| (by, *at))
    }

    /// How many answers the public key has verified since the client was built.
    pub fn verified_by_public_key(&self) -> u64 {
        self.seen.by_public_key
    }

    /// How many answers platform certificates have verified since the client was built. While a merchant switches to the
    /// public key, this has to come to rest before the certificates are given up.
    pub fn verified_by_certificate(&self) -> u64 {
        self.seen.by_certificate
    }

    /// How many seconds this machine's clock is ahead of the `Date` of the latest answer; negative when it is behind.
    /// WeChat Pay refuses requests that are five minutes off. `Date` is not signed: it is a hint, nothing is decided on it.
    pub fn clock_skew(&self) -> Option<i64> {
        self.seen.clock_skew
    }
}
