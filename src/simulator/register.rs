//! How far everything is that the gateway keeps, and every step that led there.

use std::collections::{BTreeMap, VecDeque};

/// Steps that are kept; older ones are forgotten, so that a long run needs no more memory than a short one.
const KEPT: usize = 1_000;

/// An order, refund, transfer or split as it is now; from [`Gateway::standings`](super::Gateway::standings).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Standing {
    /// What it is, such as `transaction` or `refund`.
    pub product: &'static str,
    /// The merchant's number of it; WeChat Pay's number of a complaint.
    pub number: String,
    /// WeChat Pay's word, such as `NOTPAY`.
    pub state: String,
    /// How much it is about, in fen, where it is about money.
    pub amount: Option<i64>,
}

/// A step from one state to another; from [`Gateway::changes`](super::Gateway::changes).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StateChange {
    /// When it happened, in seconds since 1970 by the gateway's clock.
    pub at: i64,
    /// What it is, such as `transaction` or `refund`.
    pub product: &'static str,
    /// The merchant's number of it; WeChat Pay's number of a complaint.
    pub number: String,
    /// WeChat Pay's word before; none if it did not exist.
    pub from: Option<String>,
    /// WeChat Pay's word now.
    pub to: String,
}

#[derive(Debug, Default)]
pub(super) struct Register {
    now: BTreeMap<(&'static str, String), (String, Option<i64>)>,
    changes: VecDeque<StateChange>,
}

impl Register {
    /// Notes the state of something. A state that is noted already is no change.
    pub(super) fn note(&mut self, product: &'static str, number: &str, state: &str, amount: Option<i64>, at: i64) {
        let key = (product, number.to_owned());
        let before = self.now.insert(key, (state.to_owned(), amount)).map(|(state, _)| state);
        if before.as_deref() == Some(state) {
            return;
        }
        if self.changes.len() == KEPT {
            self.changes.pop_front();
        }
        let (number, to) = (number.to_owned(), state.to_owned());
        self.changes.push_back(StateChange { at, product, number, from: before, to });
    }

    pub(super) fn standings(&self) -> Vec<Standing> {
        let standing = |((product, number), (state, amount)): (&(&'static str, String), &(String, Option<i64>))| {
            Standing { product, number: number.clone(), state: state.clone(), amount: *amount }
        };
        self.now.iter().map(standing).collect()
    }

    pub(super) fn changes(&self) -> Vec<StateChange> {
        self.changes.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_another_state_is_a_change_and_the_oldest_is_forgotten() {
        let mut register = Register::default();
        register.note("transaction", "1", "NOTPAY", Some(5), 10);
        register.note("transaction", "1", "NOTPAY", Some(5), 11);
        register.note("transaction", "1", "SUCCESS", Some(5), 12);
        let changes = register.changes();
        assert_eq!(changes.len(), 2);
        assert_eq!(
            (changes[1].from.as_deref(), changes[1].to.as_str(), changes[1].at),
            (Some("NOTPAY"), "SUCCESS", 12)
        );
        assert_eq!(register.standings().len(), 1);
        for number in 0..KEPT {
            register.note("refund", &number.to_string(), "PROCESSING", None, 13);
        }
        assert_eq!(register.changes().len(), KEPT);
        assert_eq!(register.changes()[0].product, "refund");
    }
}
