//! From a failure to what its caller does next.

use std::fmt;
use std::time::Duration;

use super::table::{self, ANSWERS, Answer, OTHER, Situation, Step};
use super::{Error, ErrorKind, Outcome};
use crate::rt::{Effect, Operation};

/// What to do after a failure, so that no money moves twice.
///
/// All but [`NewNumberAllowed`](Self::NewNumberAllowed) keep the merchant's number (`out_trade_no`, `out_refund_no`,
/// `out_bill_no`, …): a new number is a new order, and may be a second payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NextStep {
    /// Send the same request again, with the same number and content, after this time at the earliest.
    RepeatSameNumber {
        /// How long to wait before: what WeChat Pay asks for, or what its documents say.
        after: Duration,
    },
    /// Nobody knows yet what is there: query it by its number, and decide by the answer.
    QueryThenDecide,
    /// Nothing happened. Correct the request, the keys, the balance or the permission, and send it with the same number.
    FixRequestKeepNumber,
    /// The number names something already, with other content. Query it before anything else.
    NumberAlreadyUsed,
    /// What this number named is over for good and took no money: a new number may be used. Never for an operation that
    /// pays money out: of those only a query can say it.
    NewNumberAllowed,
    /// A repeat does not help, now or ever. No new number either.
    Stop,
}

impl Error {
    /// What to do next, decided by the outcome, the operation's effect, status, code and internal number. The whole table
    /// is `docs/ERRORS.md`, beside the README.
    ///
    /// ```
    /// use wechatpay_sdk::{Error, NextStep};
    ///
    /// fn plan(error: &Error) -> String {
    ///     match error.next_step() {
    ///         NextStep::RepeatSameNumber { after } => format!("again in {after:?}"),
    ///         NextStep::QueryThenDecide => format!("ask {}", error.query_with().unwrap_or("by its number")),
    ///         _ => error.advice(),
    ///     }
    /// }
    /// ```
    pub fn next_step(&self) -> NextStep {
        match self.decide().step() {
            Step::Repeat(seconds) => {
                NextStep::RepeatSameNumber { after: self.retry_after().unwrap_or(Duration::from_secs(seconds)) }
            }
            Step::Query => NextStep::QueryThenDecide,
            Step::Fix => NextStep::FixRequestKeepNumber,
            Step::NumberUsed => NextStep::NumberAlreadyUsed,
            Step::NewNumber => NextStep::NewNumberAllowed,
            Step::Stop => NextStep::Stop,
        }
    }

    /// The same for people: what the failure means, and what to do, in two or three sentences without payer data.
    pub fn advice(&self) -> String {
        let query = self.query_with().unwrap_or("the query of its number");
        self.decide().to_string().replace("{query}", query)
    }

    fn decide(&self) -> Decision {
        let effect = self.inner.operation.map(|operation| operation.effect);
        match (self.outcome(), self.kind()) {
            (Outcome::NoRequest, _) => table::NOT_BELIEVED.into(),
            (Outcome::NotSent, ErrorKind::Transport) => table::NO_CONNECTION.into(),
            (Outcome::NotSent, ErrorKind::Api | ErrorKind::Verify | ErrorKind::Decode) => table::NO_KEYS.into(),
            (Outcome::NotSent, _) => table::BAD_INPUT.into(),
            (Outcome::Unknown, _) => self.unknown().into(),
            (Outcome::Refused, _) => self.refused(effect),
        }
    }

    fn unknown(&self) -> Situation {
        match self.inner.operation {
            Some(operation) if operation.reads() => table::UNKNOWN_READ,
            Some(Operation { effect, idempotent_by, .. }) if effect.repeats_unknown(idempotent_by.is_some()) => {
                table::UNKNOWN_REENTRANT
            }
            _ => table::UNKNOWN_WRITE,
        }
    }

    fn refused(&self, effect: Option<Effect>) -> Decision {
        let answer = self.answer();
        let status = self.status().map_or(0, |status| status.as_u16());
        let is_money = matches!(effect, None | Some(Effect::MoneyIn | Effect::MoneyOut));
        let is_read = matches!(effect, Some(Effect::Read | Effect::Upload));
        if is_read && status == 404 {
            return table::NOT_THERE_YET.into();
        }
        if !is_read && !self.verified() && !matches!(status, 401 | 429) {
            return table::UNSIGNED.into();
        }
        if is_money && !answer.is_specific() && !matches!(status, 401 | 429) {
            return table::UNLISTED.into();
        }
        if answer.step == Step::NewNumber && !self.opens_an_order() {
            return table::NUMBER_NOT_FREE.into();
        }
        Decision::Answer(answer)
    }

    /// Whether the number of this call is that of an order which a payer has yet to pay.
    fn opens_an_order(&self) -> bool {
        self.inner.operation.is_some_and(|operation| {
            matches!(operation.effect, Effect::Prepare | Effect::MoneyIn) && operation.idempotent_by.is_some()
        })
    }

    /// The first row that fits.
    fn answer(&self) -> &'static Answer {
        let status = self.status().map_or(0, |status| status.as_u16());
        let code = self.code().map(super::ErrorCode::as_str);
        let number = self.internal_number();
        let path = self.inner.operation.map_or("", |operation| operation.path);
        let fits = |answer: &&Answer| {
            let by_code = code.is_some_and(|code| answer.codes.contains(&code));
            let by_number = number.is_some_and(|number| answer.numbers.contains(&number));
            let by_status = !answer.is_specific() && answer.statuses.contains(&status);
            (by_code || by_number || by_status) && path.ends_with(answer.path_end)
        };
        ANSWERS.iter().find(fits).unwrap_or(&OTHER)
    }
}

/// The row of the table that decides.
enum Decision {
    Answer(&'static Answer),
    Situation(Situation),
}

impl Decision {
    fn step(&self) -> Step {
        match self {
            Self::Answer(answer) => answer.step,
            Self::Situation(situation) => situation.step,
        }
    }
}

impl From<Situation> for Decision {
    fn from(situation: Situation) -> Self {
        Self::Situation(situation)
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (meaning, advice) = match self {
            Self::Answer(Answer { meaning, advice, .. }) => (meaning, advice),
            Self::Situation(Situation { meaning, advice, .. }) => (meaning, advice),
        };
        write!(f, "{meaning} {advice}")
    }
}
