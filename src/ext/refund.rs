//! Refunds: arrived, and over.

use super::ask;

ask! {
    /// Whether the money has gone back: `SUCCESS` (退款成功). `CLOSED`, `PROCESSING`, `ABNORMAL` and words that this version
    /// does not know say that it has not.
    ///
    /// [official page](https://pay.weixin.qq.com/doc/v3/merchant/4013070374)
    is_refunded(refund) = refund.progress() == crate::Progress::Succeeded;
    "refund": refund::DomesticRefund;
    "refund": refund::RefundNotification;
    "ecommerce-refund": ecommerce_refund::EcommerceRefundOrder;
}

ask! {
    /// Whether nothing moves any more: `SUCCESS` (退款成功) or `CLOSED` (退款关闭).
    ///
    /// `PROCESSING` goes on by itself, `ABNORMAL` once the merchant says where the money goes. A word that this version does
    /// not know is not final.
    ///
    /// [official page](https://pay.weixin.qq.com/doc/v3/merchant/4013070374)
    is_final(refund) = refund.progress().is_final();
    "refund": refund::DomesticRefund;
    "refund": refund::RefundNotification;
    "ecommerce-refund": ecommerce_refund::EcommerceRefundOrder;
}
