//! What a call does to the world, and so when it may be repeated without being asked.

/// From `x-effect` of the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Changes nothing.
    Read,
    /// Stores a file.
    Upload,
    /// Prepares something that a payer has yet to confirm.
    Prepare,
    /// Changes settings, or the state of something without moving money.
    Configure,
    /// Takes money from a payer.
    MoneyIn,
    /// Pays, refunds, splits or releases money.
    MoneyOut,
}

impl Effect {
    /// Whether a call whose outcome is unknown may be sent again unasked. `has_number` says that WeChat Pay recognises the
    /// repeat by a number of the merchant.
    pub(crate) fn repeats_unknown(self, has_number: bool) -> bool {
        match self {
            Self::Read | Self::Upload => true,
            Self::Prepare | Self::Configure => has_number,
            Self::MoneyIn | Self::MoneyOut => false,
        }
    }
}
