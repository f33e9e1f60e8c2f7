//! Which answers a fault is for.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;

use super::Fault;
use crate::simulator::desk::Desk;
use crate::simulator::lock;
use crate::simulator::spec::Operation;
use crate::{Error, Result};

/// The faults that are still to come.
#[derive(Debug, Default)]
pub(in crate::simulator) struct Planned(VecDeque<(Plan, Fault)>);

#[derive(Debug)]
struct Plan {
    operation: Option<String>,
    /// How often it still happens; without end if nothing is said.
    left: Option<u32>,
    chance: Option<Chance>,
}

#[derive(Debug)]
struct Chance {
    probability: f64,
    state: u64,
}

impl Planned {
    pub(in crate::simulator) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::simulator) fn clear(&mut self) {
        self.0.clear();
    }

    /// What goes wrong with the answer to a request of this operation; none if the request is of no operation.
    pub(in crate::simulator) fn next(&mut self, operation: Option<&Operation>) -> Option<Fault> {
        let index = self.0.iter_mut().position(|(plan, _)| plan.hits(operation))?;
        let (plan, fault) = self.0.get_mut(index)?;
        let fault = fault.clone();
        plan.left = plan.left.map(|left| left.saturating_sub(1));
        if plan.left == Some(0) {
            self.0.remove(index);
        }
        Some(fault)
    }
}

impl Plan {
    fn hits(&mut self, operation: Option<&Operation>) -> bool {
        let is_meant = match &self.operation {
            Some(name) => operation.is_some_and(|operation| operation.is_called(name)),
            None => true,
        };
        is_meant && self.left != Some(0) && self.chance.as_mut().is_none_or(Chance::falls)
    }
}

impl Chance {
    /// The next throw of these dice (SplitMix64).
    fn falls(&mut self) -> bool {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^= bits >> 31;
        // The upper 32 bits as a fraction of their range.
        f64::from((bits >> 32) as u32) / 4_294_967_296.0 < self.probability
    }
}

/// Decides what goes wrong with coming answers; from [`Gateway::next_answer`](crate::simulator::Gateway::next_answer).
///
/// Each call plans one fault, for one request unless [`times`](Self::times) or
/// [`with_probability`](Self::with_probability) says otherwise, and for any operation unless [`of`](Self::of) does. Several
/// calls line up: a request meets the first plan that is about it.
///
/// After [`forged`](Self::forged), [`altered_body`](Self::altered_body),
/// [`without_signature`](Self::without_signature), [`stale`](Self::stale), [`probe`](Self::probe),
/// [`unknown_serial`](Self::unknown_serial), [`slow`](Self::slow) and [`lost`](Self::lost) the request has been carried out,
/// as in reality: the caller cannot know, but it happened.
#[must_use = "say what is to happen to the next answer"]
pub struct NextAnswer<'g> {
    desk: &'g Desk,
    plan: Plan,
}

impl<'g> NextAnswer<'g> {
    pub(in crate::simulator) fn new(desk: &'g Desk) -> Self {
        Self { desk, plan: Plan { operation: None, left: None, chance: None } }
    }

    /// Only answers of this operation: `create_refund`, or with its family `refund.create_refund` where several families
    /// have one.
    ///
    /// # Errors
    ///
    /// A `Request` error when no enabled family has the operation.
    pub fn of(mut self, operation: &str) -> Result<Self> {
        if !self.desk.catalogue.operations().any(|known| known.is_called(operation)) {
            return Err(Error::request(format!("no enabled family has the operation {operation}")));
        }
        self.plan.operation = Some(operation.to_owned());
        Ok(self)
    }

    /// So many answers, and not only one.
    pub fn times(mut self, times: u32) -> Self {
        self.plan.left = Some(times);
        self
    }

    /// Each answer from now on with this probability, from 0 to 1, until [`times`](Self::times) have been hit or
    /// [`Gateway::forget_faults`](crate::simulator::Gateway::forget_faults). The same seed hits the same answers.
    pub fn with_probability(mut self, probability: f64, seed: u64) -> Self {
        self.plan.chance = Some(Chance { probability, state: seed });
        self
    }

    /// The answer is signed by another key than the gateway's, under the gateway's id.
    pub fn forged(self) {
        self.plan(Fault::Forged);
    }

    /// The body is changed after it was signed.
    pub fn altered_body(self) {
        self.plan(Fault::AlteredBody);
    }

    /// The answer carries none of the signature's headers.
    pub fn without_signature(self) {
        self.plan(Fault::WithoutSignature);
    }

    /// The answer was signed this many seconds ago; a negative number is a time to come.
    pub fn stale(self, seconds: i64) {
        self.plan(Fault::Stale(seconds));
    }

    /// The signature is wrong on purpose and says so (`WECHATPAY/SIGNTEST/`), as WeChat Pay does to see whether
    /// anybody verifies.
    pub fn probe(self) {
        self.plan(Fault::Probe);
    }

    /// The answer names a key that the client does not know.
    pub fn unknown_serial(self) {
        self.plan(Fault::UnknownSerial);
    }

    /// The connection is cut before the first byte of the answer.
    pub fn lost(self) {
        self.plan(Fault::Lost);
    }

    /// The request is not carried out; this unsigned answer comes instead, as from a proxy or an overloaded gateway.
    ///
    /// A body that is not JSON is sent as HTML.
    pub fn status(self, status: StatusCode, body: impl Into<Bytes>) {
        self.plan(Fault::Instead(status, body.into()));
    }

    /// The request is not carried out; the answer is 429 `FREQUENCY_LIMITED`, signed.
    pub fn refused_too_fast(self) {
        self.plan(Fault::RefusedTooFast);
    }

    /// The answer comes so much later, by the system's clock; the request is carried out at once.
    pub fn slow(self, by: Duration) {
        self.plan(Fault::Slow(by));
    }

    fn plan(mut self, fault: Fault) {
        if self.plan.left.is_none() && self.plan.chance.is_none() {
            self.plan.left = Some(1);
        }
        lock(&self.desk.faults).0.push_back((self.plan, fault));
    }
}

impl fmt::Debug for NextAnswer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NextAnswer")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(probability: f64, state: u64) -> Vec<bool> {
        let mut chance = Chance { probability, state };
        (0..10_000).map(|_| chance.falls()).collect()
    }

    #[test]
    fn dice_fall_as_often_as_is_said_and_the_same_way_for_the_same_seed() {
        let tenth = hits(0.1, 7);
        let count = tenth.iter().filter(|hit| **hit).count();
        assert!((900..1_100).contains(&count), "{count} of 10,000");
        assert_eq!(tenth, hits(0.1, 7));
        assert_ne!(tenth, hits(0.1, 8));
        assert!(hits(0.0, 7).iter().all(|hit| !hit) && hits(1.0, 7).iter().all(|hit| *hit));
    }
}
