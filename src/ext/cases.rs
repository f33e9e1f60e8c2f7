//! Every known word of every state, and one that nobody knows.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Asks a value that is read from the members and `word` at `place`.
fn says<T: DeserializeOwned>(members: &Value, place: &str, word: &str, ask: impl Fn(&T) -> bool) -> bool {
    let mut members = members.clone();
    match members.pointer_mut(place) {
        Some(at) => *at = word.into(),
        None => panic!("{place} is not in {members}"),
    }
    ask(&serde_json::from_value(members).unwrap_or_else(|error| panic!("{word}: {error}")))
}

/// Of all `words` those in `yes` are answered with yes, and no others; nor is an unknown word.
fn only<T: DeserializeOwned>(members: &Value, place: &str, words: &[&str], yes: &[&str], ask: impl Fn(&T) -> bool) {
    assert!(yes.iter().all(|word| words.contains(word)));
    for word in words.iter().chain(&["A_WORD_OF_TOMORROW", ""]) {
        assert_eq!(says(members, place, word, &ask), yes.contains(word), "{}: {word}", std::any::type_name::<T>());
    }
}

const TRADE_STATES: [&str; 8] =
    ["SUCCESS", "REFUND", "NOTPAY", "CLOSED", "REVOKED", "USERPAYING", "PAYERROR", "ACCEPT"];
const TRANSFER_STATES: [&str; 8] =
    ["ACCEPTED", "PROCESSING", "WAIT_USER_CONFIRM", "TRANSFERING", "SUCCESS", "FAIL", "CANCELING", "CANCELLED"];

#[test]
fn an_order_is_paid_by_its_state_and_stays_so_when_it_is_refunded() {
    let yes = ["SUCCESS", "REFUND"];
    let order = json!({ "out_trade_no": "1", "trade_state": "" });
    only::<crate::payments::Transaction>(&order, "/trade_state", &TRADE_STATES, &yes, |order| order.is_paid());
    only::<crate::partner_payments::PartnerTransaction>(&order, "/trade_state", &TRADE_STATES, &yes, |order| {
        order.is_paid()
    });
    only::<crate::scan_and_ride::EtcTransaction>(&order, "/trade_state", &TRADE_STATES, &yes, |order| order.is_paid());
    only::<crate::scan_and_ride::EbikeTransaction>(&order, "/trade_state", &TRADE_STATES, &yes, |order| {
        order.is_paid()
    });
    let fees = ["ACCEPTED", "SUCCESS", "REFUND", "PAY_FAIL"];
    only::<crate::parking::ParkingTransaction>(&order, "/trade_state", &fees, &yes, |order| order.is_paid());
    only::<crate::scan_and_ride::RideTransaction>(&order, "/trade_state", &fees, &yes, |order| order.is_paid());
    let words = ["SUCCESS", "ACCEPT", "PAY_FAIL", "REFUND"];
    only::<crate::parking::ParkingTransactionNotification>(&order, "/trade_state", &words, &yes, |order| {
        order.is_paid()
    });
    let order = json!({ "mix_trade_no": "1", "mix_pay_status": "" });
    let words = ["UNKNOWN_MIX_PAY_STATUS", "MIX_PAY_CREATED", "MIX_PAY_SUCCESS", "MIX_PAY_REFUND", "MIX_PAY_FAIL"];
    let yes = ["MIX_PAY_SUCCESS", "MIX_PAY_REFUND"];
    only::<crate::med_ins::MedInsOrder>(&order, "/mix_pay_status", &words, &yes, |order| order.is_paid());
}

#[test]
fn a_combined_order_is_paid_when_each_part_is() {
    let order = json!({ "combine_out_trade_no": "1", "sub_orders": [
        { "trade_state": "SUCCESS", "mchid": "1", "out_trade_no": "1" },
        { "trade_state": "", "mchid": "1", "out_trade_no": "2" },
    ] });
    let (place, yes) = ("/sub_orders/1/trade_state", ["SUCCESS", "REFUND"]);
    only::<crate::combine_payments::CombineTransaction>(&order, place, &TRADE_STATES, &yes, |order| order.is_paid());
    only::<crate::ecommerce_papay::EcommerceDeduction>(&order, place, &TRADE_STATES, &yes, |order| order.is_paid());
    let none = json!({ "combine_out_trade_no": "", "sub_orders": [] });
    only::<crate::combine_payments::CombineTransaction>(&none, "/combine_out_trade_no", &["1"], &[], |order| {
        order.is_paid()
    });
}

#[test]
fn a_refund_is_over_when_it_arrived_or_was_closed() {
    use crate::ecommerce_refund::EcommerceRefundOrder;
    use crate::refund::{DomesticRefund, RefundNotification};

    let words = ["SUCCESS", "CLOSED", "PROCESSING", "ABNORMAL"];
    let refund = json!({ "out_refund_no": "1", "status": "" });
    only::<DomesticRefund>(&refund, "/status", &words, &["SUCCESS", "CLOSED"], |refund| refund.is_final());
    only::<DomesticRefund>(&refund, "/status", &words, &["SUCCESS"], |refund| refund.is_refunded());
    let notice = json!({ "out_refund_no": "1", "refund_status": "" });
    only::<RefundNotification>(&notice, "/refund_status", &words, &["SUCCESS", "CLOSED"], |refund| refund.is_final());
    only::<RefundNotification>(&notice, "/refund_status", &words, &["SUCCESS"], |refund| refund.is_refunded());
    let words = ["SUCCESS", "CLOSED", "CLOSE", "PROCESSING", "ABNORMAL"];
    let over = ["SUCCESS", "CLOSED", "CLOSE"];
    only::<EcommerceRefundOrder>(&refund, "/status", &words, &over, |refund| refund.is_final());
    only::<EcommerceRefundOrder>(&refund, "/status", &words, &["SUCCESS"], |refund| refund.is_refunded());
}

#[test]
fn a_transfer_is_over_when_it_arrived_failed_or_was_cancelled() {
    macro_rules! transfers {
        ($($family:ident::$ty:ident),+) => {
            $(only::<crate::$family::$ty>(
                &json!({ "out_bill_no": "1", "state": "" }),
                "/state",
                &TRANSFER_STATES,
                &["SUCCESS", "FAIL", "CANCELLED"],
                |bill| bill.is_final(),
            );)+
        };
    }
    transfers!(
        merchant_transfer::TransferBill,
        merchant_transfer::TransferBillNotification,
        merchant_transfer::CreatedTransferBill,
        merchant_transfer::CreatedTransferBillWithAuthorization,
        merchant_transfer::CancelledTransferBill,
        merchant_transfer::QqWalletTransferBill,
        merchant_transfer::QqWalletTransferBillNotification,
        partner_merchant_transfer::PartnerTransferBill,
        platform_transfer::PlatformTransferBill,
        platform_transfer::CreatedPlatformTransferBill
    );
}

#[test]
fn a_pay_score_order_is_settled_when_nothing_is_owed() {
    macro_rules! orders {
        ($($family:ident::$ty:ident),+) => {
            $({
                let ask = |order: &crate::$family::$ty| order.is_settled();
                let order = json!({ "out_order_no": "1", "state": "" });
                only(&order, "/state", &["CREATED", "DOING", "DONE", "REVOKED", "EXPIRED"], &["DONE"], ask);
                let order = json!({ "out_order_no": "1", "state": "DOING", "state_description": "" });
                only(&order, "/state_description", &["USER_CONFIRM", "MCH_COMPLETE"], &[], ask);
                let order = json!({
                    "out_order_no": "1",
                    "state": "DOING",
                    "state_description": "MCH_COMPLETE",
                    "collection": { "state": "" },
                });
                only(&order, "/collection/state", &["USER_PAYING", "USER_PAID"], &["USER_PAID"], ask);
            })+
        };
    }
    orders!(
        partner_payscore::ServiceOrder,
        payscore::MerchantServiceOrder,
        payscore::PayscoreOrderNotification,
        acquiring_payscore::AcquiringServiceOrder,
        acquiring_payscore::OverseasServiceOrder
    );
}

#[test]
fn a_split_is_finished_though_a_receiver_may_have_got_nothing() {
    use crate::ecommerce_profit_sharing::{EcommerceProfitSharingOrder, EcommerceProfitSharingReturnOrder};
    use crate::profit_sharing::{ProfitSharingOrder, ProfitSharingReturnOrder};

    let order = json!({ "out_order_no": "1", "state": "", "receivers": [{ "result": "CLOSED" }] });
    only::<ProfitSharingOrder>(&order, "/state", &["PROCESSING", "FINISHED"], &["FINISHED"], |order| {
        order.is_finished()
    });
    let order = json!({ "out_order_no": "1", "status": "" });
    let words = ["PROCESSING", "FINISHED", "PENDING", "SUCCESS", "ADJUST", "RETURNED", "CLOSED"];
    let over = ["FINISHED", "SUCCESS", "RETURNED", "CLOSED"];
    only::<EcommerceProfitSharingOrder>(&order, "/status", &words, &over, |order| order.is_finished());
    let back = json!({ "out_return_no": "1", "result": "" });
    let words = ["PROCESSING", "SUCCESS", "FAILED"];
    only::<ProfitSharingReturnOrder>(&back, "/result", &words, &["SUCCESS", "FAILED"], |back| back.is_final());
    let words = ["PROCESSING", "SUCCESS", "FAIL", "FAILED"];
    let over = ["SUCCESS", "FAIL", "FAILED"];
    only::<EcommerceProfitSharingReturnOrder>(&back, "/result", &words, &over, |back| back.is_final());
}
