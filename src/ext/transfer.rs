//! Transfers: over or not.

use super::ask;

ask! {
    /// Whether nothing moves any more: `SUCCESS` (转账成功), `FAIL` (转账失败) or `CANCELLED` (转账撤销完成).
    ///
    /// `ACCEPTED`, `PROCESSING`, `WAIT_USER_CONFIRM`, `TRANSFERING` and `CANCELING` go on. A word that this version does not
    /// know is not final. Where the money is tells `progress`.
    ///
    /// [official page](https://pay.weixin.qq.com/doc/v3/merchant/4012716437)
    is_final(bill) = bill.progress().is_final();
    "merchant-transfer": merchant_transfer::TransferBill;
    "merchant-transfer": merchant_transfer::TransferBillNotification;
    "merchant-transfer": merchant_transfer::CreatedTransferBill;
    "merchant-transfer": merchant_transfer::CreatedTransferBillWithAuthorization;
    "merchant-transfer": merchant_transfer::CancelledTransferBill;
    "merchant-transfer": merchant_transfer::QqWalletTransferBill;
    "merchant-transfer": merchant_transfer::QqWalletTransferBillNotification;
    "partner-merchant-transfer": partner_merchant_transfer::PartnerTransferBill;
    "platform-transfer": platform_transfer::PlatformTransferBill;
    "platform-transfer": platform_transfer::CreatedPlatformTransferBill;
}
