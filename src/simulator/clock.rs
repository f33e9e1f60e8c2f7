//! The gateway's time, in the hands of the test.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::bell::Bell;
use super::lock;
use crate::Clock;
use crate::clock::unix_seconds;

/// The clock of a [`Gateway`](super::Gateway) and of its clients. Clones show the same time.
///
/// It follows the system's clock until it is [set](Self::set_unix); from then on it stands still, and only the test
/// moves it.
///
/// ```
/// use std::time::Duration;
///
/// use wechatpay_sdk::simulator::SimulatedClock;
///
/// let clock = SimulatedClock::stopped_at(1_261_704_600);
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.unix(), 1_261_704_660);
/// ```
#[derive(Clone, Debug)]
pub struct SimulatedClock {
    time: Arc<Mutex<Time>>,
    /// Rings when the clock is moved.
    pub(super) bell: Bell,
}

#[derive(Clone, Copy, Debug)]
enum Time {
    /// The system's time, and what was advanced.
    Following(Duration),
    Stopped(SystemTime),
}

impl SimulatedClock {
    /// A clock that stands still at this time, in seconds since 1970.
    pub fn stopped_at(unix_seconds: i64) -> Self {
        Self::showing(Time::Stopped(system_time(unix_seconds)))
    }

    pub(super) fn following() -> Self {
        Self::showing(Time::Following(Duration::ZERO))
    }

    fn showing(time: Time) -> Self {
        Self { time: Arc::new(Mutex::new(time)), bell: Bell::default() }
    }

    /// Whether it goes by itself.
    pub(super) fn is_running(&self) -> bool {
        matches!(*lock(&self.time), Time::Following(_))
    }

    /// Seconds since 1970.
    pub fn unix(&self) -> i64 {
        unix_seconds(self.now())
    }

    /// Sets the clock to this time, in seconds since 1970, and stops it there.
    pub fn set_unix(&self, unix_seconds: i64) {
        self.change(|_| Time::Stopped(system_time(unix_seconds)));
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.change(|time| match time {
            Time::Following(ahead) => Time::Following(ahead.saturating_add(by)),
            Time::Stopped(at) => Time::Stopped(at.checked_add(by).unwrap_or(at)),
        });
    }

    fn change(&self, how: impl FnOnce(Time) -> Time) {
        let mut time = lock(&self.time);
        *time = how(*time);
        drop(time);
        self.bell.ring();
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> SystemTime {
        match *lock(&self.time) {
            Time::Following(ahead) => SystemTime::now().checked_add(ahead).unwrap_or(UNIX_EPOCH),
            Time::Stopped(at) => at,
        }
    }
}

/// A time beyond what the system can tell is 1970.
fn system_time(unix_seconds: i64) -> SystemTime {
    let distance = Duration::from_secs(unix_seconds.unsigned_abs());
    let time = if unix_seconds < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
    time.unwrap_or(UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_clock_stands_still_and_its_clones_agree() {
        let clock = SimulatedClock::following();
        let other = clock.clone();
        clock.set_unix(1_261_704_600);
        assert_eq!(other.unix(), 1_261_704_600);
        other.advance(Duration::from_secs(90));
        assert_eq!(clock.unix(), 1_261_704_690);
        clock.set_unix(-1);
        assert_eq!(clock.unix(), -1);
    }

    #[test]
    fn a_clock_that_was_not_set_follows_the_system_even_when_advanced() {
        let clock = SimulatedClock::following();
        let before = unix_seconds(SystemTime::now());
        clock.advance(Duration::from_secs(1_000));
        let after = unix_seconds(SystemTime::now());
        assert!((before + 1_000..=after + 1_000).contains(&clock.unix()));
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        let clock = SimulatedClock::stopped_at(i64::MAX);
        clock.advance(Duration::MAX);
        clock.set_unix(i64::MIN);
        let _ = clock.unix();
        let following = SimulatedClock::following();
        following.advance(Duration::MAX);
        following.advance(Duration::MAX);
        let _ = following.unix();
    }
}
