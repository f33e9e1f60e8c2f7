//! Orders: paid or not.

use super::ask;

ask! {
    /// Whether the payer has paid: `SUCCESS`, or `REFUND` (转入退款) of an order whose money goes back after it was paid.
    ///
    /// `NOTPAY`, `USERPAYING`, `ACCEPT`, `CLOSED`, `REVOKED`, `PAYERROR` and words that this version does not know are not
    /// paid. Of a combined order every part has to be.
    ///
    /// [official page](https://pay.weixin.qq.com/doc/v3/merchant/4012791859)
    is_paid(order) = order.progress() == crate::Progress::Succeeded;
    "payments": payments::Transaction;
    "partner-payments": partner_payments::PartnerTransaction;
    "combine-payments": combine_payments::CombineTransaction;
    "ecommerce-papay": ecommerce_papay::EcommerceDeduction;
    "scan-and-ride": scan_and_ride::EtcTransaction;
    "scan-and-ride": scan_and_ride::EbikeTransaction;
}

ask! {
    /// Whether the fee is paid: `SUCCESS`, or `REFUND` of a fee that goes back after it was paid. `ACCEPTED`, `ACCEPT`, `PAY_FAIL` and
    /// words that this version does not know are not.
    ///
    /// [official page](https://pay.weixin.qq.com/doc/v3/partner/4012534441)
    is_paid(order) = order.progress() == crate::Progress::Succeeded;
    "parking": parking::ParkingTransaction;
    "parking": parking::ParkingTransactionNotification;
    "scan-and-ride": scan_and_ride::RideTransaction;
}

ask! {
    /// Whether the whole order is paid, by the insurance and by the user: `MIX_PAY_SUCCESS`, or `MIX_PAY_REFUND` of an order
    /// whose money goes back after it was paid. `MIX_PAY_CREATED`, `MIX_PAY_FAIL`, `UNKNOWN_MIX_PAY_STATUS` and words that
    /// this version does not know are not.
    ///
    /// [official page](https://pay.weixin.qq.com/doc/v3/partner/4018300082)
    is_paid(order) = order.progress() == crate::Progress::Succeeded;
    "med-ins": med_ins::MedInsOrder;
}
