//! How far the money is, in words that are the same for every product.

/// What a state means for the money, the same for orders, refunds, splits and transfers.
///
/// It says no more than the states of WeChat Pay do: a paid order stays [`Succeeded`](Self::Succeeded) when it is
/// refunded later, and nothing is final because time has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Progress {
    /// Not final: WeChat Pay is at work, or waits for the merchant. Query again, or wait for the notification; the state
    /// itself says whether something is to be done.
    Pending,
    /// The payer has to act: to pay, to confirm, to receive. Until then nothing moves.
    NeedsUser,
    /// The money moved as it was ordered.
    Succeeded,
    /// Of several parts some succeeded and some did not: read the results one by one.
    PartlySucceeded,
    /// The money did not move, or came back; the answer says why.
    Failed,
    /// Cancelled, revoked or expired before money moved.
    Closed,
    /// There is no state, or a word that this version of the SDK does not know. Decide nothing on it.
    Unrecognized,
}

impl Progress {
    /// Whether nothing moves any more by itself or by the payer. An unknown state is not final.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::PartlySucceeded | Self::Failed | Self::Closed)
    }

    /// The progress of parts as a whole. What is open decides first, what is unknown before anything.
    #[allow(dead_code, reason = "used by the answers that have parts; not every family has one")]
    pub(crate) fn of_all(parts: impl Iterator<Item = Self>) -> Self {
        let parts: Vec<Self> = parts.collect();
        let has = |progress| parts.contains(&progress);
        for decisive in [Self::Unrecognized, Self::Pending, Self::NeedsUser, Self::PartlySucceeded] {
            if has(decisive) {
                return decisive;
            }
        }
        match (has(Self::Succeeded), has(Self::Failed), has(Self::Closed)) {
            (true, false, false) => Self::Succeeded,
            (true, _, _) => Self::PartlySucceeded,
            (false, true, _) => Self::Failed,
            (false, false, true) => Self::Closed,
            (false, false, false) => Self::Unrecognized,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Progress::{self, *};

    #[test]
    fn parts_succeed_together_only_when_each_did() {
        let cases: [(&[Progress], Progress); 9] = [
            (&[Succeeded, Succeeded], Succeeded),
            (&[Succeeded, Closed], PartlySucceeded),
            (&[Succeeded, Failed], PartlySucceeded),
            (&[Failed, Closed], Failed),
            (&[Closed, Closed], Closed),
            (&[Succeeded, Pending], Pending),
            (&[NeedsUser, Succeeded], NeedsUser),
            (&[Pending, Unrecognized], Unrecognized),
            (&[], Unrecognized),
        ];
        for (parts, whole) in cases {
            assert_eq!(Progress::of_all(parts.iter().copied()), whole, "{parts:?}");
        }
    }
}
