//! What became of a call whose outcome was unknown.

use std::fmt;
use std::time::Duration;

use http::StatusCode;
use tokio::time::Instant;

use crate::{Error, ErrorCode, Response};

/// How a call ended, from its `conclude`: it is sent and, while its outcome is unknown, followed up as its operation allows.
///
/// ```
/// # #[cfg(feature = "refund")]
/// # async fn example(pay: wechatpay_sdk::WechatPay, order: wechatpay_sdk::refund::CreateRefundRequest) -> wechatpay_sdk::Result<()> {
/// use std::time::Duration;
/// use wechatpay_sdk::Conclusion;
///
/// match pay.refund().create_refund(order).conclude(Duration::from_secs(60)).await? {
///     Conclusion::Done(refund) | Conclusion::Exists(refund) => println!("{}", refund.out_refund_no),
///     Conclusion::Absent(error) => println!("not refunded: {error}; repeat under the same number"),
///     Conclusion::StillUnknown(error) => println!("ask again later: {error}"),
/// }
/// # Ok(())
/// # }
/// ```
///
/// | the operation | while the outcome is unknown |
/// |---|---|
/// | gives something to open, such as `prepay_id`, or acts on what is there | it is sent again, with the same bytes |
/// | takes money from a payer | it is looked up, never sent again |
/// | makes something under a number of the merchant | it is looked up and, when it is surely not there, sent again |
/// | makes something without such a number | it is looked up |
///
/// An answer ends it, and nothing else: that a later attempt is refused says nothing of the one before.
#[must_use = "it says whether the money has moved"]
pub enum Conclusion<T, Q> {
    /// The call has its own answer.
    Done(Response<T>),
    /// What the call was to make is there, as this query says. Its state tells whether it has succeeded.
    Exists(Response<Q>),
    /// It is not there: two answers, verified and five seconds apart, have said so. The error is that of the last attempt.
    ///
    /// Repeat, if at all, with the same number: should the attempt still be on its way, the number makes one of the two.
    Absent(Error),
    /// Nobody has said, within the time given. The error is that of the last attempt.
    ///
    /// Keep the number and look it up later. A new number would be a second payment.
    StillUnknown(Error),
}

impl<T, Q> fmt::Debug for Conclusion<T, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(_) => f.write_str("Done(..)"),
            Self::Exists(_) => f.write_str("Exists(..)"),
            Self::Absent(error) => f.debug_tuple("Absent").field(error).finish(),
            Self::StillUnknown(error) => f.debug_tuple("StillUnknown").field(error).finish(),
        }
    }
}

/// The pauses between the steps, growing up to a deadline.
pub(crate) struct Pauses {
    deadline: Instant,
    pause: Duration,
}

impl Pauses {
    const SHORTEST: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_secs(10);

    pub(crate) fn until(deadline: Instant) -> Self {
        Self { deadline, pause: Self::SHORTEST }
    }

    /// Waits; false where the deadline would come first.
    pub(crate) async fn next(&mut self) -> bool {
        if Instant::now() + self.pause > self.deadline {
            return false;
        }
        tokio::time::sleep(self.pause).await;
        self.pause = self.pause.saturating_mul(2).min(Self::LONGEST);
        true
    }
}

/// Whether what was asked for is surely not there: what was sent may become visible a little later.
#[derive(Default)]
pub(crate) struct Absence {
    since: Option<Instant>,
}

impl Absence {
    const APART: Duration = Duration::from_secs(5);

    /// Takes in the failure of a query.
    pub(crate) fn is_sure_after(&mut self, failure: &Error) -> bool {
        if !says_absent(failure) {
            self.since = None;
            return false;
        }
        self.since.get_or_insert_with(Instant::now).elapsed() >= Self::APART
    }
}

/// A 404 that is signed and names the thing: an unsigned one may come from anywhere.
fn says_absent(failure: &Error) -> bool {
    failure.verified()
        && failure.status() == Some(StatusCode::NOT_FOUND)
        && failure.code().is_some_and(ErrorCode::is_not_found)
}
