//! Repeating a call that failed, without ever moving money twice.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How often a call is attempted.
///
/// An attempt is repeated by itself only where that cannot have a second effect: whatever was not sent or was refused with
/// HTTP 429, and, where the outcome is unknown, reads, uploads, and the orders and settings that WeChat Pay recognises by
/// their number. **A call that moves money is never repeated by itself while its outcome is unknown.** Each attempt sends
/// the same bytes and is signed anew; between them lie growing, random pauses, or as long as `Retry-After` asks for.
///
/// ```
/// # use wechatpay_sdk::{Retry, WechatPayBuilder};
/// # fn example(builder: WechatPayBuilder) -> WechatPayBuilder {
/// builder.retry(Retry::OFF)
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    attempts: u32,
}

impl Retry {
    /// One attempt and no more.
    pub const OFF: Self = Self::attempts(1);

    /// At most so many attempts, the first included; 3 are the default. 0 is as 1.
    pub const fn attempts(attempts: u32) -> Self {
        Self { attempts: if attempts == 0 { 1 } else { attempts } }
    }

    /// Whether another attempt may follow this many.
    pub(crate) fn allows_after(self, attempts: u32) -> bool {
        attempts < self.attempts
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self::attempts(3)
    }
}

/// The longest pause between two attempts.
const LONGEST: Duration = Duration::from_secs(2);

/// The pause after this many attempts: anything up to a bound that doubles from 200 milliseconds, so that clients that
/// failed together do not come back together.
pub(crate) fn pause(attempts: u32) -> Duration {
    let bound = Duration::from_millis(200).saturating_mul(1 << attempts.saturating_sub(1).min(8)).min(LONGEST);
    let mut random = [0_u8; 2];
    // Without randomness the pause is the bound.
    let share = match getrandom::fill(&mut random) {
        Ok(()) => f64::from(u16::from_le_bytes(random)) / f64::from(u16::MAX),
        Err(_) => 1.0,
    };
    bound.mul_f64(share)
}

/// Repeats that a client may still make: when WeChat Pay is down, repeats would only add to its load.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 100;
    const PRICE: u32 = 10;

    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    /// Takes the price of a repeat, if it is there.
    pub(crate) fn take(&self) -> bool {
        self.0.try_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(Self::PRICE)).is_ok()
    }

    /// A call that succeeds earns a tenth of a repeat.
    pub(crate) fn earn(&self) {
        let _ = self.0.try_update(Ordering::Relaxed, Ordering::Relaxed, |left| (left < Self::FULL).then_some(left + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h13_a_client_has_ten_repeats_and_earns_one_by_ten_successes() {
        let budget = Budget::new();
        assert_eq!((0..50).filter(|_| budget.take()).count(), 10);
        (0..10).for_each(|_| budget.earn());
        assert!(budget.take() && !budget.take());
        (0..1000).for_each(|_| budget.earn());
        assert_eq!((0..50).filter(|_| budget.take()).count(), 10, "no more than full");
    }

    #[test]
    fn h13_pauses_are_random_and_grow_to_a_bound() {
        let longest = |attempts| (0..200).map(|_| pause(attempts)).max().unwrap();
        assert!(longest(1) <= Duration::from_millis(200) && longest(1) > Duration::from_millis(100));
        assert!(longest(3) <= Duration::from_millis(800) && longest(3) > Duration::from_millis(400));
        assert!(longest(60) <= LONGEST);
        let pauses: std::collections::BTreeSet<Duration> = (0..20).map(|_| pause(3)).collect();
        assert!(pauses.len() > 10);
    }

    #[test]
    fn no_attempt_at_all_is_one_attempt() {
        assert_eq!(Retry::attempts(0), Retry::OFF);
        assert!(!Retry::OFF.allows_after(1) && Retry::default().allows_after(2) && !Retry::default().allows_after(3));
    }
}
