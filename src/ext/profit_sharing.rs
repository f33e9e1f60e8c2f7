//! Profit sharing: over or not.

use super::ask;

ask! {
    /// Whether WeChat Pay has done what it could: `FINISHED` (分账完成). `PROCESSING` and words that this version does not
    /// know go on.
    ///
    /// A split that is finished need not have reached every receiver: `progress` reads their results.
    ///
    /// [official page](https://pay.weixin.qq.com/doc/v3/merchant/4012525210)
    is_finished(order) = order.state == crate::profit_sharing::ProfitSharingOrderState::Finished;
    "profit-sharing": profit_sharing::ProfitSharingOrder;
}

ask! {
    /// Whether WeChat Pay has done what it could: `FINISHED` (处理完成) or, of older orders, `SUCCESS`, `RETURNED` or `CLOSED`.
    /// `PROCESSING`, `PENDING`, `ADJUST`, words that this version does not know and no word at all go on.
    ///
    /// A split that is finished need not have reached every receiver: `progress` reads their results.
    ///
    /// [official page](https://pay.weixin.qq.com/doc/v3/partner/4012477734)
    is_finished(order) = {
        use crate::ecommerce_profit_sharing::EcommerceProfitSharingState as State;
        matches!(order.status, Some(State::Finished | State::Success | State::Returned | State::Closed))
    };
    "ecommerce-profit-sharing": ecommerce_profit_sharing::EcommerceProfitSharingOrder;
}

ask! {
    /// Whether the money has gone back to the merchant or not, for good: `SUCCESS` or `FAILED`. `PROCESSING` and words that
    /// this version does not know go on.
    ///
    /// [official page](https://pay.weixin.qq.com/doc/v3/merchant/4012526279)
    is_final(order) = order.progress().is_final();
    "profit-sharing": profit_sharing::ProfitSharingReturnOrder;
    "ecommerce-profit-sharing": ecommerce_profit_sharing::EcommerceProfitSharingReturnOrder;
}
