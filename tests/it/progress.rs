//! One reading of states for every product, and no reading that misleads.

use wechatpay_sdk::combine_payments::CombineTransaction;
use wechatpay_sdk::merchant_transfer::TransferBill;
use wechatpay_sdk::partner_payscore::ServiceOrder;
use wechatpay_sdk::payments::Transaction;
use wechatpay_sdk::profit_sharing::{ProfitSharingOrder, ProfitSharingOrderState};
use wechatpay_sdk::refund::DomesticRefund;
use wechatpay_sdk::{Fen, PayscoreStage, Progress};

fn read<T: serde::de::DeserializeOwned>(json: serde_json::Value) -> T {
    serde_json::from_value(json).unwrap()
}

fn transaction(state: &str) -> Transaction {
    read(serde_json::json!({ "out_trade_no": "A1", "trade_state": state, "amount": { "total": 690 } }))
}

#[test]
fn a_refunded_order_was_paid_and_an_unknown_state_decides_nothing() {
    let cases = [
        ("SUCCESS", Progress::Succeeded),
        ("REFUND", Progress::Succeeded),
        ("NOTPAY", Progress::NeedsUser),
        ("USERPAYING", Progress::NeedsUser),
        ("ACCEPT", Progress::Pending),
        ("CLOSED", Progress::Closed),
        ("REVOKED", Progress::Closed),
        ("PAYERROR", Progress::Failed),
        ("FROZEN", Progress::Unrecognized),
    ];
    for (state, progress) in cases {
        assert_eq!(transaction(state).progress(), progress, "{state}");
    }
    assert_eq!(transaction("SUCCESS").amount.unwrap().total.unwrap().to_string(), "6.90");
}

#[test]
fn a_finished_split_has_succeeded_only_if_every_receiver_got_the_share() {
    let split = |results: &[&str]| -> ProfitSharingOrder {
        let receivers: Vec<_> = results.iter().map(|result| serde_json::json!({ "result": result })).collect();
        read(serde_json::json!({ "out_order_no": "P1", "state": "FINISHED", "receivers": receivers }))
    };
    let cases: [(&[&str], Progress); 5] = [
        (&["SUCCESS", "SUCCESS"], Progress::Succeeded),
        (&["SUCCESS", "CLOSED"], Progress::PartlySucceeded),
        (&["CLOSED"], Progress::Failed),
        (&["SUCCESS", "PENDING"], Progress::Pending),
        (&[], Progress::Unrecognized),
    ];
    for (results, progress) in cases {
        let split = split(results);
        assert_eq!(split.state, ProfitSharingOrderState::Finished);
        assert_eq!(split.progress(), progress, "{results:?}");
    }
}

#[test]
fn a_combined_order_is_paid_when_all_its_orders_are() {
    let combined = |states: [&str; 2]| -> CombineTransaction {
        let orders = states.map(|state| {
            serde_json::json!({ "mchid": "1", "out_trade_no": "A1", "trade_state": state, "amount": { "total_amount": 1 } })
        });
        read(
            serde_json::json!({ "combine_appid": "wx1", "combine_mchid": "1", "combine_out_trade_no": "C1", "sub_orders": orders }),
        )
    };
    assert_eq!(combined(["SUCCESS", "SUCCESS"]).progress(), Progress::Succeeded);
    assert_eq!(combined(["SUCCESS", "NOTPAY"]).progress(), Progress::NeedsUser);
}

#[test]
fn refunds_and_transfers_are_read_alike() {
    let refund =
        |status: &str| -> DomesticRefund { read(serde_json::json!({ "out_refund_no": "R1", "status": status })) };
    assert_eq!(refund("PROCESSING").progress(), Progress::Pending);
    // It still waits for `apply_abnormal_refund`: who takes it for failed refunds twice.
    assert_eq!(refund("ABNORMAL").progress(), Progress::Pending);
    let transfer = |state: &str| -> TransferBill {
        read(serde_json::json!({ "out_bill_no": "B1", "state": state, "transfer_amount": 100 }))
    };
    assert_eq!(transfer("WAIT_USER_CONFIRM").progress(), Progress::NeedsUser);
    assert_eq!(transfer("CANCELING").progress(), Progress::Pending);
    assert_eq!(transfer("FAIL").progress(), Progress::Failed);
    assert_eq!(transfer("SUCCESS").transfer_amount, Some(Fen::new(100)));
}

#[test]
fn a_service_order_has_a_stage() {
    let order = |state: &str, description: Option<&str>, collection: Option<&str>| -> ServiceOrder {
        let collection = collection.map(|state| serde_json::json!({ "state": state }));
        read(serde_json::json!({
            "out_order_no": "1", "state": state, "state_description": description, "collection": collection,
        }))
    };
    assert_eq!(order("CREATED", None, None).stage(), PayscoreStage::AwaitsConfirmation);
    assert_eq!(order("DOING", Some("USER_CONFIRM"), None).stage(), PayscoreStage::InService);
    let owed = order("DOING", Some("MCH_COMPLETE"), Some("USER_PAYING"));
    assert_eq!((owed.stage(), owed.progress()), (PayscoreStage::AwaitsPayment, Progress::Pending));
    assert_eq!(order("DONE", None, Some("USER_PAID")).stage(), PayscoreStage::Done);
    assert_eq!(order("FROZEN", None, None).stage(), PayscoreStage::Unrecognized);
}
