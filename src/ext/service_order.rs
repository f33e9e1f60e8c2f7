//! Pay Score orders: settled or not.

use super::ask;

ask! {
    /// Whether the order is completed and nothing is owed any more: `DONE`, or `DOING` with `MCH_COMPLETE` and a collection
    /// that is `USER_PAID`, which moves a moment before the order.
    ///
    /// An order that is `CREATED`, `DOING` otherwise, `REVOKED` or `EXPIRED` is not, and neither is one whose words this
    /// version does not know.
    ///
    /// [official page](https://pay.weixin.qq.com/doc/v3/partner/4012692256)
    is_settled(order) = order.stage() == crate::PayscoreStage::Done;
    "partner-payscore": partner_payscore::ServiceOrder;
    "payscore": payscore::MerchantServiceOrder;
    "payscore": payscore::PayscoreOrderNotification;
    "acquiring-payscore": acquiring_payscore::AcquiringServiceOrder;
    "acquiring-payscore": acquiring_payscore::OverseasServiceOrder;
}
