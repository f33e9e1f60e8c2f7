//! Notifications as they should not be, at the request of a test.

use std::fmt;
use std::time::Duration;

use super::Post;
use crate::simulator::fault::Fault;

/// What is to happen with one notification.
#[derive(Clone, Debug, Default)]
pub(in crate::simulator) struct Plan {
    pub(super) more_copies: u32,
    /// What is wrong with the first attempt.
    pub(super) fault: Option<Fault>,
    /// Seconds until the first attempt.
    pub(super) late: i64,
    pub(super) is_lost: bool,
}

/// Decides what happens with the next notification; from
/// [`Gateway::next_notification`](crate::simulator::Gateway::next_notification).
///
/// Each call plans for one notification. Several calls line up, as with
/// [`next_answer`](crate::simulator::Gateway::next_answer).
#[must_use = "say what is to happen with the next notification"]
pub struct NextNotification<'g>(&'g Post);

impl<'g> NextNotification<'g> {
    pub(in crate::simulator) fn new(post: &'g Post) -> Self {
        Self(post)
    }

    /// It comes twice, with the same `id`.
    pub fn twice(self) {
        self.plan(Plan { more_copies: 1, ..Plan::default() });
    }

    /// First it comes with a signature that is wrong on purpose and says so (`WECHATPAY/SIGNTEST/`). Whatever the
    /// application answers, it comes again with the right one.
    pub fn probe(self) {
        self.plan(Plan { fault: Some(Fault::Probe), ..Plan::default() });
    }

    /// First it comes signed by a stranger. Whatever the application answers, it comes again with the right signature.
    pub fn forged(self) {
        self.plan(Plan { fault: Some(Fault::Forged), ..Plan::default() });
    }

    /// It comes so much later, by the gateway's clock, that others overtake it.
    pub fn late(self, by: Duration) {
        self.plan(Plan { late: i64::try_from(by.as_secs()).unwrap_or(i64::MAX), ..Plan::default() });
    }

    /// It never comes: the application has to query.
    pub fn lost(self) {
        self.plan(Plan { is_lost: true, ..Plan::default() });
    }

    fn plan(self, plan: Plan) {
        self.0.plan(plan);
    }
}

impl fmt::Debug for NextNotification<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NextNotification")
    }
}
