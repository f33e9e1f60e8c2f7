//! The states of a service order, and what leads from one to another.

use std::fmt;

/// State of an order: `state` and `state_description` together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::simulator) enum State {
    /// Waits for the user to confirm.
    Created,
    /// In use.
    UserConfirm,
    /// Completed by the merchant, to be paid.
    MchComplete,
    /// Paid, or nothing to pay.
    Done,
    /// Cancelled by the merchant.
    Revoked,
    /// Not confirmed in time.
    Expired,
}

/// What happens to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::simulator) enum Action {
    /// The user confirms it.
    Confirm,
    Cancel,
    Complete,
    /// The merchant lowers the amount.
    Modify,
    /// The merchant asks for another collection.
    Pay,
    /// The merchant reports a payment outside WeChat Pay.
    Sync,
    /// The user pays with WeChat Pay.
    UserPays,
    /// Nobody confirmed it in time.
    Expire,
}

/// Why an action is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conflict {
    Done,
    Canceled,
    State,
}

impl State {
    /// The state after an action. Repeats that are accepted without an effect are not seen here.
    pub(super) fn after(self, action: Action) -> Result<Self, Conflict> {
        match (self, action) {
            (Self::Created, Action::Confirm) => Ok(Self::UserConfirm),
            (Self::Created, Action::Expire) => Ok(Self::Expired),
            (Self::Created | Self::UserConfirm, Action::Cancel) => Ok(Self::Revoked),
            (Self::UserConfirm, Action::Complete) => Ok(Self::MchComplete),
            (Self::MchComplete, Action::Modify | Action::Pay) => Ok(Self::MchComplete),
            (Self::MchComplete, Action::Sync | Action::UserPays) => Ok(Self::Done),
            (Self::Done, _) => Err(Conflict::Done),
            (Self::Revoked, _) => Err(Conflict::Canceled),
            _ => Err(Conflict::State),
        }
    }

    /// `state`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::UserConfirm | Self::MchComplete => "DOING",
            Self::Done => "DONE",
            Self::Revoked => "REVOKED",
            Self::Expired => "EXPIRED",
        }
    }

    /// `state_description`, of orders that are `DOING`.
    pub(super) fn description(self) -> Option<&'static str> {
        match self {
            Self::UserConfirm => Some("USER_CONFIRM"),
            Self::MchComplete => Some("MCH_COMPLETE"),
            _ => None,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        self.description().map_or(Ok(()), |description| write!(f, "/{description}"))
    }
}

impl Action {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Confirm => "confirming",
            Self::Cancel => "cancelling",
            Self::Complete => "completing",
            Self::Modify => "changing the amount",
            Self::Pay => "another collection",
            Self::Sync => "syncing",
            Self::UserPays => "paying",
            Self::Expire => "expiring",
        }
    }
}

impl Conflict {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Done => "ORDER_DONE",
            Self::Canceled => "ORDER_CANCELED",
            Self::State => "INVALID_ORDER_STATE",
        }
    }

    /// WeChat Pay's internal number.
    pub(super) fn number(self, action: Action) -> u32 {
        match (self, action) {
            (_, Action::Cancel) => 271_316_592,
            (Self::State, Action::Modify | Action::Pay | Action::Sync) => 271_316_657,
            _ => 271_302_262,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_in_every_state() {
        use Action::*;
        use Conflict::{Canceled, Done as AlreadyDone, State as Wrong};
        use State::*;

        let actions = [Confirm, Cancel, Complete, Modify, Pay, Sync, UserPays, Expire];
        let table = [
            (Created, [
                Ok(UserConfirm), Ok(Revoked), Err(Wrong), Err(Wrong), Err(Wrong), Err(Wrong), Err(Wrong), Ok(Expired),
            ]),
            (UserConfirm, [
                Err(Wrong), Ok(Revoked), Ok(MchComplete), Err(Wrong), Err(Wrong), Err(Wrong), Err(Wrong), Err(Wrong),
            ]),
            (MchComplete, [
                Err(Wrong), Err(Wrong), Err(Wrong), Ok(MchComplete), Ok(MchComplete), Ok(Done), Ok(Done), Err(Wrong),
            ]),
            (Done, [Err(AlreadyDone); 8]),
            (Revoked, [Err(Canceled); 8]),
            (Expired, [Err(Wrong); 8]),
        ];
        for (state, results) in table {
            for (action, result) in actions.into_iter().zip(results) {
                assert_eq!(state.after(action), result, "{state} {action:?}");
            }
        }
    }

    #[test]
    fn only_an_order_in_progress_has_a_description() {
        let shown = |state: State| state.to_string();
        assert_eq!(shown(State::Created), "CREATED");
        assert_eq!(shown(State::UserConfirm), "DOING/USER_CONFIRM");
        assert_eq!(shown(State::MchComplete), "DOING/MCH_COMPLETE");
        assert_eq!(shown(State::Done), "DONE");
    }
}
