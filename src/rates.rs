//! Keeping to the rates that WeChat Pay documents, so that calls wait here instead of being refused there.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::StatusCode;
use tokio::time::{Instant, sleep_until};

use crate::rt::Operation;
use crate::{Error, ErrorKind, Outcome, Result};

/// The rates that a client keeps to; without it calls are sent as they come.
///
/// WeChat Pay counts the calls of a merchant number. For the operations whose rate is documented (`x-rate` in the specs) a
/// call waits until its turn has come; where that would leave it less than half of the time it may take, it fails with nothing
/// sent. After a 429 all
/// calls of that operation wait. Calls that are [`in_background`](crate::Sending::in_background) go only when nobody else
/// waits.
///
/// ```
/// # use wechatpay_sdk::{RateLimits, WechatPayBuilder};
/// # fn example(builder: WechatPayBuilder) -> WechatPayBuilder {
/// builder.rate_limits(RateLimits::documented().shared_by(2)) // two replicas, one merchant number
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    replicas: u32,
}

impl RateLimits {
    /// The rates of the official pages, for one process that calls under its merchant number.
    pub fn documented() -> Self {
        Self { replicas: 1 }
    }

    /// So many processes call under the merchant number, and each keeps to its part. 0 is as 1.
    pub fn shared_by(self, replicas: u32) -> Self {
        Self { replicas: replicas.max(1) }
    }
}

/// Calls in a minute, of all processes together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) per_minute: u32,
    /// Of calls that are refused.
    pub(crate) failing_per_minute: Option<u32>,
}

/// Gives each call its turn.
#[derive(Debug)]
pub(crate) struct Pacer {
    limits: RateLimits,
    lanes: Mutex<HashMap<(&'static str, &'static str), Lane>>,
}

/// The calls of one operation.
#[derive(Debug)]
struct Lane {
    /// When the next call is due if all keep their distance.
    due: Instant,
    /// The same of calls that are refused.
    failing_due: Instant,
    /// After a 429 nobody goes before this.
    held_until: Instant,
    hold: Duration,
}

/// How far a call may be ahead of its due time: a short burst.
const BURST: Duration = Duration::from_millis(100);
/// As long as one second's calls may be refused before anybody waits.
const FAILING_BURST: Duration = Duration::from_secs(1);
const SHORTEST_HOLD: Duration = Duration::from_secs(1);
const LONGEST_HOLD: Duration = Duration::from_secs(30);

impl Pacer {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self { limits, lanes: Mutex::default() }
    }

    /// Waits for the turn of a call.
    pub(crate) async fn turn(&self, operation: &Operation, is_background: bool, latest: Instant) -> Result<()> {
        loop {
            let (go_at, is_taken) = self.place(operation, is_background, latest);
            if go_at > latest {
                let wait = go_at.saturating_duration_since(Instant::now());
                return Err(Error::not_sent(
                    ErrorKind::Transport,
                    format!("the rate of this operation allows it in {} ms, which is too late", wait.as_millis()),
                ));
            }
            sleep_until(go_at).await;
            if is_taken {
                return Ok(());
            }
        }
    }

    /// When the call may go, and whether that place is now its own.
    fn place(&self, operation: &Operation, is_background: bool, latest: Instant) -> (Instant, bool) {
        let now = Instant::now();
        self.with_lane(operation, |lane| {
            let failing_at = lane.failing_due.checked_sub(FAILING_BURST).unwrap_or(now);
            let free_at = now.max(lane.held_until).max(failing_at);
            let Some(rate) = operation.rate else { return (free_at, free_at <= latest) };
            let distance = self.distance(rate.per_minute);
            let ahead = if is_background { Duration::ZERO } else { BURST.max(distance) };
            let go_at = free_at.max(lane.due.checked_sub(ahead).unwrap_or(now));
            // Who waits in the background keeps no place: others come first.
            let is_taken = if is_background { go_at <= now } else { go_at <= latest };
            if is_taken {
                lane.due = lane.due.max(go_at) + distance;
            }
            (go_at, is_taken)
        })
    }

    /// Takes in how a call was answered.
    pub(crate) fn answered<T>(&self, operation: &Operation, result: &Result<T>) {
        let now = Instant::now();
        self.with_lane(operation, |lane| match result {
            Ok(_) => lane.hold = SHORTEST_HOLD,
            Err(error) if error.status() == Some(StatusCode::TOO_MANY_REQUESTS) => {
                lane.held_until = lane.held_until.max(now + error.retry_after().unwrap_or(lane.hold).min(LONGEST_HOLD));
                lane.hold = lane.hold.saturating_mul(2).min(LONGEST_HOLD);
            }
            Err(error) if error.outcome() == Outcome::Refused => {
                if let Some(failing) = operation.rate.and_then(|rate| rate.failing_per_minute) {
                    lane.failing_due = lane.failing_due.max(now) + self.distance(failing);
                }
            }
            Err(_) => {}
        });
    }

    fn distance(&self, per_minute: u32) -> Duration {
        Duration::from_secs(60).saturating_mul(self.limits.replicas) / per_minute.max(1)
    }

    fn with_lane<T>(&self, operation: &Operation, work: impl FnOnce(&mut Lane) -> T) -> T {
        let now = Instant::now();
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        work(lanes.entry((operation.path, operation.id)).or_insert(Lane {
            due: now,
            failing_due: now,
            held_until: now,
            hold: SHORTEST_HOLD,
        }))
    }
}
