//! Platform certificates, downloaded when they are needed and on a timer: one download at a time, and never a storm.
//!
//! A download is a task of its own: it goes on when the call that wanted it is dropped, and who waits for it does so for
//! a limited time.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::{Core, Inner};
use crate::hooks;
use crate::verify::{VerifiedBy, VerifyFailure, certificate_named, verify};
use crate::{ApiError, CertificateRefresh, Error, ErrorKind, Result, Trust};

/// Between two downloads that answers with an unknown serial cause. Anyone can send such answers, WeChat Pay does it to
/// test its merchants; a true new certificate is announced a day before.
const PAUSE: Duration = Duration::from_secs(120);
/// The same after a download that failed, and between two downloads that calls need and that fail.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(5);
/// The timer tries again after this long when it failed.
const TIMER_AFTER_FAILURE: Duration = Duration::from_secs(300);

/// What is known of the downloads of one client.
#[derive(Default)]
pub(super) struct Refresher(Mutex<State>);

#[derive(Default)]
struct State {
    /// A download under way; its sender is gone once it has ended.
    flight: Option<watch::Receiver<()>>,
    /// How many have ended. Who has waited for another's sees it in the number.
    ended: u64,
    /// When an answer has caused the latest one.
    caused: Option<SystemTime>,
    log: Log,
    timer: Option<AbortHandle>,
    /// The merchant has no certificates beside its public key, so the timer is not started again.
    is_stopped: bool,
}

#[derive(Clone, Default)]
pub(super) struct Log {
    pub(super) downloaded_at: Option<SystemTime>,
    pub(super) failure: Option<Failure>,
}

/// Why the latest download failed.
#[derive(Clone)]
pub(super) struct Failure {
    pub(super) at: SystemTime,
    pub(super) message: String,
    kind: ErrorKind,
    status: Option<StatusCode>,
    api: Option<ApiError>,
}

/// Why certificates are downloaded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// The client has none, or its user says so.
    Need,
    /// Their time has come.
    Timer,
    /// An answer names one that is not known. Anybody can send such answers.
    Answer,
}

impl Refresher {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn log(&self) -> Log {
        self.state().log.clone()
    }

    /// Forgets what was true of another trust or of other keys.
    pub(super) fn reset(&self) {
        let mut state = self.state();
        state.log.failure = None;
        state.is_stopped = false;
        if let Some(timer) = state.timer.take() {
            timer.abort();
        }
    }
}

impl Drop for Refresher {
    fn drop(&mut self) {
        self.reset();
    }
}

impl Core {
    /// Before a request is made: without a key in effect nothing could be encrypted and no answer verified.
    pub(crate) async fn ready(&self) -> Result<()> {
        let trust = self.trust();
        let Some(refresh) = trust.refresh() else { return Ok(()) };
        hooks::runtime()?;
        self.keep_fresh(&trust, refresh);
        let now = self.clock().now();
        if trust.serial_to_send(now).is_some() {
            return Ok(());
        }
        let seen = {
            let state = self.0.refresher.state();
            match &state.log.failure {
                // A moment ago it failed for another call: that is the answer for this one too.
                Some(failure) if is_within(PAUSE_AFTER_FAILURE, failure.at, now) => return Err(failure.to_error()),
                _ => state.ended,
            }
        };
        self.refresh(seen, Cause::Need).await;
        self.in_effect()
    }

    /// Downloads the certificates now.
    pub(super) async fn refresh_now(&self) -> Result<()> {
        if self.trust().refresh().is_none() {
            return Err(Error::config("this trust downloads no certificates: see `Trust::downloaded_certificates`"));
        }
        hooks::runtime()?;
        let seen = self.0.refresher.state().ended;
        self.refresh(seen, Cause::Need).await;
        self.0.refresher.log().failure.map_or(Ok(()), |failure| Err(failure.to_error()))
    }

    fn in_effect(&self) -> Result<()> {
        if self.trust().serial_to_send(self.clock().now()).is_some() {
            return Ok(());
        }
        let failure = self.0.refresher.log().failure;
        Err(failure.map_or_else(
            || Error::not_sent(ErrorKind::Transport, "the platform certificates could not be downloaded in time"),
            |failure| failure.to_error(),
        ))
    }

    /// Verifies an answer that has just come, with the trust that its request was made with, or the one that has replaced
    /// it since. When it names a certificate that neither knows, the certificates may have to be downloaded first.
    pub(crate) async fn verify(
        &self,
        trust: &Trust,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<VerifiedBy, VerifyFailure> {
        let seen = self.0.refresher.state().ended;
        let (now, scheme) = (self.clock().now(), self.merchant().scheme);
        let by = |trust: &Trust| verify(trust, scheme, headers, body, now);
        let is_unknown =
            |verdict: &Result<VerifiedBy, VerifyFailure>| matches!(verdict, Err(VerifyFailure::UnknownSerial { .. }));
        let mut verdict = by(trust);
        if is_unknown(&verdict) {
            verdict = by(&self.trust());
        }
        if !is_unknown(&verdict) || !certificate_named(headers) || self.trust().refresh().is_none() {
            return verdict;
        }
        if self.refresh(seen, Cause::Answer).await { by(&self.trust()) } else { verdict }
    }

    /// One download at a time: who comes meanwhile waits for it and takes what came of it. Whether one has ended since
    /// `seen`.
    async fn refresh(&self, seen: u64, cause: Cause) -> bool {
        let mut flight = {
            let mut state = self.0.refresher.state();
            if state.ended != seen {
                return true;
            }
            match state.flight.as_ref().filter(|flight| flight.has_changed().is_ok()) {
                Some(flight) => flight.clone(),
                None => {
                    let now = self.clock().now();
                    if cause == Cause::Answer {
                        if state.is_too_soon(now) {
                            return false;
                        }
                        state.caused = Some(now);
                    }
                    let (sender, flight) = watch::channel(());
                    state.flight = Some(flight.clone());
                    let core = self.clone();
                    tokio::spawn(async move { core.download(sender).await });
                    flight
                }
            }
        };
        // The task says nothing: that its sender is gone is the news, also when its runtime has ended.
        let limit = self.0.timeout.saturating_mul(2);
        if tokio::time::timeout(limit, flight.changed()).await.is_err() {
            let mut state = self.0.refresher.state();
            if state.flight.as_ref().is_some_and(|current| current.same_channel(&flight)) {
                // It hangs, perhaps on a runtime that does not run: the next one begins anew.
                state.flight = None;
            }
        }
        true
    }

    async fn download(self, _ended: watch::Sender<()>) {
        let result = hooks::download_certificates(&self).await;
        let now = self.clock().now();
        let failure = match result {
            Ok(certificates) => {
                self.0.trust.update(|trust| (trust.clone().with_downloaded(certificates), ()));
                None
            }
            Err(error) => Some(Failure::of(&error, now)),
        };
        let has_public_key = self.trust().has_public_key();
        let (message, is_stopped) = {
            let mut state = self.0.refresher.state();
            state.ended += 1;
            state.is_stopped =
                has_public_key && failure.as_ref().is_some_and(|failure| failure.kind == ErrorKind::Config);
            if failure.is_none() {
                state.log.downloaded_at = Some(now);
            }
            state.log.failure.clone_from(&failure);
            (failure.map(|failure| failure.message), state.is_stopped)
        };
        // Whoever listens may ask for the health of this client, so nothing is locked here.
        match message {
            Some(message) if is_stopped => {
                tracing::info!(target: "wechatpay_sdk", "{message}; the public key is used, and no more are asked for");
            }
            Some(message) => tracing::warn!(target: "wechatpay_sdk", "{message}"),
            None => {}
        }
    }

    /// Starts the timer with the first call, when there is surely a runtime, and sees to downloads that a timer has missed:
    /// its runtime may have ended, or the machine slept.
    fn keep_fresh(&self, trust: &Trust, refresh: CertificateRefresh) {
        let Some(pause) = refresh.pause() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let now = self.clock().now();
        let mut state = self.0.refresher.state();
        if state.is_stopped {
            return;
        }
        if state.timer.as_ref().is_none_or(AbortHandle::is_finished) {
            let client = Arc::downgrade(&self.0);
            state.timer = Some(runtime.spawn(tick(client, pause)).abort_handle());
        }
        let latest = state.log.failure.as_ref().map(|failure| failure.at).max(state.log.downloaded_at);
        let is_overdue = latest.is_some_and(|latest| now.duration_since(latest).is_ok_and(|passed| passed > pause));
        if is_overdue && trust.serial_to_send(now).is_some() {
            let (core, seen) = (self.clone(), state.ended);
            runtime.spawn(async move { core.refresh(seen, Cause::Timer).await });
        }
    }
}

impl State {
    /// Whether an answer has caused a download a moment ago.
    fn is_too_soon(&self, now: SystemTime) -> bool {
        let has_failed = self.log.failure.as_ref().is_some_and(|failure| Some(failure.at) >= self.caused);
        let pause = if has_failed { PAUSE_AFTER_FAILURE } else { PAUSE };
        self.caused.is_some_and(|caused| is_within(pause, caused, now))
    }
}

/// A clock that was set back is no reason to wait.
fn is_within(pause: Duration, then: SystemTime, now: SystemTime) -> bool {
    now.duration_since(then).is_ok_and(|passed| passed < pause)
}

/// Until the client is dropped, its trust downloads no longer, or the merchant has no certificates beside its public key.
async fn tick(client: Weak<Inner>, pause: Duration) {
    let mut next = pause;
    loop {
        tokio::time::sleep(shortened(next)).await;
        let Some(core) = client.upgrade().map(Core) else { return };
        if core.trust().refresh().is_none() {
            return;
        }
        let seen = {
            let state = core.0.refresher.state();
            if state.is_stopped {
                return;
            }
            state.ended
        };
        core.refresh(seen, Cause::Timer).await;
        let state = core.0.refresher.state();
        if state.is_stopped {
            return;
        }
        next = if state.log.failure.is_some() { pause.min(TIMER_AFTER_FAILURE) } else { pause };
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
    fn of(error: &Error, at: SystemTime) -> Self {
        Self {
            at,
            message: format!("the platform certificates could not be downloaded: {}", error.message()),
            kind: error.kind(),
            status: error.status(),
            api: error.api().cloned(),
        }
    }

    /// The call that needed the certificates was not sent.
    fn to_error(&self) -> Error {
        Error::not_sent(self.kind, self.message.clone()).with_refusal(self.status, self.api.clone())
    }
}

impl fmt::Debug for Refresher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Refresher")
    }
}

#[cfg(test)]
#[cfg(feature = "simulator")]
mod tests {
    use super::*;
    use crate::Trust;
    use crate::simulator::Gateway;

    #[tokio::test]
    async fn the_timer_begins_with_the_first_call_and_ends_with_the_last_clone() {
        let gateway = Gateway::start().await.unwrap();
        let pay = gateway.client_of(gateway.merchant(), Trust::downloaded_certificates()).unwrap();
        let timer = |core: &Core| core.0.refresher.state().timer.clone();
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
            assert!(pay.core.0.refresher.state().timer.is_none());
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
        assert!(is_within(PAUSE, now, now + PAUSE - Duration::from_secs(1)));
        assert!(!is_within(PAUSE, now, now + PAUSE));
        assert!(!is_within(PAUSE, now, now - Duration::from_secs(1)));
    }
}
