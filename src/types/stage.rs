//! Where a Pay Score order stands.

/// The stage of a Pay Score service order (支付分服务订单), from its state, its state description and its collection state.
///
/// ```
/// use wechatpay_sdk::PayscoreStage;
///
/// fn may_cancel(stage: PayscoreStage) -> bool {
///     matches!(stage, PayscoreStage::AwaitsConfirmation | PayscoreStage::InService)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PayscoreStage {
    /// Created; the user has not confirmed it yet.
    AwaitsConfirmation,
    /// Confirmed; the service is in progress, and the merchant completes or cancels it.
    InService,
    /// Completed; the user owes the amount.
    AwaitsPayment,
    /// Paid, or completed with nothing to pay; final.
    Done,
    /// Cancelled by the merchant; final.
    Revoked,
    /// Not confirmed in time; final.
    Expired,
    /// Words that this version of the SDK does not know, or not in this combination. Decide nothing on it.
    Unrecognized,
}

impl PayscoreStage {
    #[allow(dead_code, reason = "used by the Pay Score families only")]
    pub(crate) fn of(state: Option<&str>, description: Option<&str>, collection: Option<&str>) -> Self {
        match (state, description, collection) {
            (Some("CREATED"), ..) => Self::AwaitsConfirmation,
            (Some("DOING"), Some("USER_CONFIRM"), _) => Self::InService,
            // The collection's own state moves a moment before the order's.
            (Some("DOING"), Some("MCH_COMPLETE"), Some("USER_PAID")) | (Some("DONE"), ..) => Self::Done,
            (Some("DOING"), Some("MCH_COMPLETE"), Some("USER_PAYING") | None) => Self::AwaitsPayment,
            (Some("REVOKED"), ..) => Self::Revoked,
            (Some("EXPIRED"), ..) => Self::Expired,
            _ => Self::Unrecognized,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PayscoreStage::{self, *};

    #[test]
    fn the_three_states_are_read_together() {
        let cases = [
            (("CREATED", None, None), AwaitsConfirmation),
            (("DOING", Some("USER_CONFIRM"), None), InService),
            (("DOING", Some("MCH_COMPLETE"), Some("USER_PAYING")), AwaitsPayment),
            (("DOING", Some("MCH_COMPLETE"), None), AwaitsPayment),
            (("DONE", None, Some("USER_PAID")), Done),
            (("DONE", None, None), Done),
            (("REVOKED", None, None), Revoked),
            (("EXPIRED", None, None), Expired),
            (("DOING", None, None), Unrecognized),
            (("DOING", Some("MCH_COMPLETE"), Some("NEW")), Unrecognized),
            (("NEW", None, None), Unrecognized),
        ];
        for ((state, description, collection), stage) in cases {
            assert_eq!(PayscoreStage::of(Some(state), description, collection), stage, "{state} {description:?}");
        }
        assert_eq!(PayscoreStage::of(None, None, None), Unrecognized);
    }
}
