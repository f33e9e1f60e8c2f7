//! Platform certificates, downloaded when they are needed and on a timer: one download at a time, and never a storm.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use tokio::task::AbortHandle;

use super::{Core, Inner};
use crate::hooks;
use crate::verify::{VerifiedBy, VerifyFailure, certificate_named, verify};
use crate::{CertificateRefresh, Error, ErrorKind, Result};

/// Between two downloads that answers with an unknown serial cause. Anyone can send such answers, WeChat Pay does it to
/// test its merchants; a true new certificate is announced a day before.
const PAUSE: Duration = Duration::from_secs(120);

/// What is known of the downloads of one client.
#[derive(Default)]
pub(super) struct Refresher {
    /// Held while certificates are downloaded; when the latest attempt ended that an answer has caused.
    flight: tokio::sync::Mutex<Option<SystemTime>>,
    /// How many attempts have ended. Who has waited for another's attempt sees it in the number.
    attempts: AtomicU64,
    log: Mutex<Log>,
    timer: Mutex<Option<AbortHandle>>,
}

#[derive(Clone, Default)]
pub(super) struct Log {
    pub(super) downloaded_at: Option<SystemTime>,
    pub(super) failure: Option<Failure>,
}

/// Why the latest attempt failed.
#[derive(Clone)]
pub(super) struct Failure {
    pub(super) at: SystemTime,
    pub(super) message: String,
    kind: ErrorKind,
}

impl Refresher {
    pub(super) fn log(&self) -> Log {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn attempts(&self) -> u64 {
        self.attempts.load(Ordering::Acquire)
    }
}

impl Drop for Refresher {
    fn drop(&mut self) {
        let timer = self.timer.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(timer) = timer.take() {
            timer.abort();
        }
    }
}

impl Core {
    /// Before a request is made: without a key in effect nothing could be encrypted and no answer verified.
    pub(crate) async fn ready(&self) -> Result<()> {
        let trust = self.trust();
        let Some(refresh) = trust.refresh() else { return Ok(()) };
        self.start_timer(refresh);
        let seen = self.0.refresher.attempts();
        if trust.serial_to_send(self.clock().now()).is_some() {
            return Ok(());
        }
        self.refresh(seen, Cause::Need).await;
        self.in_effect()
    }

    /// Downloads the certificates now.
    pub(super) async fn refresh_now(&self) -> Result<()> {
        if self.trust().refresh().is_none() {
            return Err(Error::config("this trust downloads no certificates: see `Trust::downloaded_certificates`"));
        }
        self.refresh(self.0.refresher.attempts(), Cause::Need).await;
        match self.0.refresher.log().failure {
            Some(failure) => Err(failure.into_error()),
            None => Ok(()),
        }
    }

    fn in_effect(&self) -> Result<()> {
        if self.trust().serial_to_send(self.clock().now()).is_some() {
            return Ok(());
        }
        let failure = self.0.refresher.log().failure;
        Err(failure.map_or_else(|| Error::config("no platform certificate is in effect"), Failure::into_error))
    }

    /// Verifies an answer. When it names a certificate that is not known, the certificates may have to be downloaded first.
    pub(crate) async fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<VerifiedBy, VerifyFailure> {
        let seen = self.0.refresher.attempts();
        let trust = self.trust();
        let once = |trust| verify(trust, self.merchant().scheme, headers, body, self.clock().now());
        let verdict = once(&trust);
        let is_unknown = matches!(verdict, Err(VerifyFailure::UnknownSerial { .. })) && certificate_named(headers);
        if !is_unknown || trust.refresh().is_none() {
            return verdict;
        }
        if self.refresh(seen, Cause::Answer).await { once(&self.trust()) } else { verdict }
    }

    /// One attempt at a time: who waits for another's takes what came of it. Whether there was one since `seen`.
    async fn refresh(&self, seen: u64, cause: Cause) -> bool {
        let refresher = &self.0.refresher;
        let mut latest = refresher.flight.lock().await;
        if refresher.attempts() != seen {
            return true;
        }
        if cause == Cause::Answer && latest.is_some_and(|at| is_within_pause(at, self.clock().now())) {
            return false;
        }
        let result = hooks::download_certificates(self).await;
        let now = self.clock().now();
        let mut log = refresher.log.lock().unwrap_or_else(PoisonError::into_inner);
        match result {
            Ok(certificates) => {
                self.0.trust.update(|trust| (trust.clone().with_downloaded(certificates), ()));
                *log = Log { downloaded_at: Some(now), failure: None };
            }
            Err(error) => {
                let message = format!("the platform certificates could not be downloaded: {error}");
                tracing::warn!(target: "wechatpay_sdk", "{message}");
                log.failure = Some(Failure { at: now, message, kind: error.kind() });
            }
        }
        drop(log);
        if cause == Cause::Answer {
            *latest = Some(now);
        }
        refresher.attempts.fetch_add(1, Ordering::Release);
        true
    }

    /// Starts the timer with the first call, when there is surely a runtime.
    fn start_timer(&self, refresh: CertificateRefresh) {
        let Some(pause) = refresh.pause() else { return };
        let mut timer = self.0.refresher.timer.lock().unwrap_or_else(PoisonError::into_inner);
        if timer.as_ref().is_some_and(|timer| !timer.is_finished()) {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let client = std::sync::Arc::downgrade(&self.0);
            *timer = Some(runtime.spawn(keep_fresh(client, pause)).abort_handle());
        }
    }
}

/// Why certificates are downloaded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// The client wants them: it has none, its time has come, or its user says so.
    Need,
    /// An answer names one that is not known. Anybody can send such answers.
    Answer,
}

/// A clock that was set back is no reason to wait.
fn is_within_pause(then: SystemTime, now: SystemTime) -> bool {
    now.duration_since(then).is_ok_and(|passed| passed < PAUSE)
}

/// Until the client is dropped, its trust downloads no longer, or the merchant has no certificates beside its public key.
async fn keep_fresh(client: Weak<Inner>, pause: Duration) {
    loop {
        tokio::time::sleep(shortened(pause)).await;
        let Some(core) = client.upgrade().map(Core) else { return };
        let trust = core.trust();
        if trust.refresh().is_none_or(|refresh| refresh.pause() != Some(pause)) {
            return;
        }
        core.refresh(core.0.refresher.attempts(), Cause::Need).await;
        let is_without = core.0.refresher.log().failure.is_some_and(|failure| failure.kind == ErrorKind::Config);
        if is_without && trust.has_public_key() {
            return;
        }
    }
}

/// Up to a fifth shorter by chance, so that the machines of a shop do not ask at the same time.
fn shortened(pause: Duration) -> Duration {
    let mut random = [0; 1];
    // Without random numbers they ask at the same time.
    let _ = getrandom::fill(&mut random);
    pause - pause * u32::from(random[0]) / (5 * 256)
}

impl Failure {
    /// The call that needed the certificates was not sent.
    fn into_error(self) -> Error {
        Error::not_sent(self.kind, self.message)
    }
}

impl fmt::Debug for Refresher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Refresher")
    }
}

#[cfg(all(test, feature = "simulator"))]
mod tests {
    use super::*;
    use crate::Trust;
    use crate::simulator::Gateway;

    #[tokio::test]
    async fn the_timer_begins_with_the_first_call_and_ends_with_the_last_clone() {
        let gateway = Gateway::start().await.unwrap();
        let pay = gateway.client_of(gateway.merchant(), Trust::downloaded_certificates()).unwrap();
        let timer = |core: &Core| core.0.refresher.timer.lock().unwrap().clone();
        assert!(timer(&pay.core).is_none());
        pay.core.ready().await.unwrap();
        let handle = timer(&pay.core).unwrap();
        pay.core.ready().await.unwrap();
        assert_eq!(timer(&pay.core).unwrap().id(), handle.id(), "one timer for a client");
        let clone = pay.clone();
        drop(pay);
        tokio::task::yield_now().await;
        assert!(!handle.is_finished());
        drop(clone);
        tokio::time::timeout(Duration::from_secs(10), async {
            while !handle.is_finished() {
                tokio::task::yield_now().await;
            }
        })
        .await
        .unwrap();
    }

    #[tokio::test]
    async fn on_demand_and_public_keys_have_no_timer() {
        let gateway = Gateway::start().await.unwrap();
        let on_demand = Trust::downloaded_certificates().certificate_refresh(CertificateRefresh::OnDemand);
        for trust in [on_demand, gateway.trust()] {
            let pay = gateway.client_of(gateway.merchant(), trust).unwrap();
            pay.core.ready().await.unwrap();
            assert!(pay.core.0.refresher.timer.lock().unwrap().is_none());
        }
    }

    #[test]
    fn pauses_differ_by_up_to_a_fifth_and_are_never_longer_than_half_a_day() {
        let pause = CertificateRefresh::Every(Duration::from_secs(60 * 60 * 24 * 7)).pause().unwrap();
        assert_eq!(pause, Duration::from_secs(12 * 60 * 60));
        let pauses: Vec<Duration> = (0..200).map(|_| shortened(pause)).collect();
        assert!(pauses.iter().all(|one| *one <= pause && *one >= pause * 4 / 5));
        assert!(pauses.iter().any(|one| *one != pauses[0]));
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_hold_up_a_download() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        assert!(is_within_pause(now, now + PAUSE - Duration::from_secs(1)));
        assert!(!is_within_pause(now, now + PAUSE));
        assert!(!is_within_pause(now, now - Duration::from_secs(1)));
    }
}
