//! Requests that are kept before they are sent.

use serde_json::{Value, json};
use wechatpay_sdk::partner_payscore::{SyncServiceOrderDetail, SyncServiceOrderRequest};
use wechatpay_sdk::{ErrorKind, Outcome, Prepared, WechatPay};

use crate::support::*;

async fn prepared(pay: &WechatPay) -> Prepared {
    crate::conclude::transfer(pay).prepare().await.unwrap()
}

fn bill() -> Reply {
    Reply::signed(200, json!({ "out_bill_no": "T1", "state": "WAIT_USER_CONFIRM" }).to_string())
}

/// The row as the table has it.
fn row(prepared: &Prepared) -> Value {
    serde_json::to_value(prepared).unwrap()
}

#[tokio::test]
async fn a_prepared_request_sends_the_same_bytes_signed_anew_from_every_process() {
    let wire = Wire::always(bill()).await;
    let prepared = prepared(&wire.client()).await;
    assert!(wire.received().is_empty(), "preparing sends nothing");
    assert_eq!((prepared.operation(), prepared.number()), ("create_transfer_bill", Some("T1")));

    let text = serde_json::to_string(&prepared).unwrap();
    for _ in 0..2 {
        let kept: Prepared = serde_json::from_str(&text).unwrap();
        let answer = wire.client().send(&kept).await.unwrap();
        assert_eq!(answer["state"], "WAIT_USER_CONFIRM");
    }
    let received = wire.received();
    assert_eq!(received.len(), 2);
    assert!(received.iter().all(Received::is_signed));
    assert_eq!(received[0].body, prepared.body().unwrap().as_bytes());
    assert_eq!(received[0].body, received[1].body);
    assert_eq!(received[0].header("wechatpay-serial"), prepared.key_id());
    assert_eq!(received[0].header("content-type"), Some("application/json"));
    assert_ne!(received[0].signature(), received[1].signature());
}

#[tokio::test]
async fn what_is_encrypted_is_encrypted_in_the_row_and_nothing_of_it_is_printed() {
    let wire = Wire::always(bill()).await;
    let prepared = prepared(&wire.client()).await;
    let row = serde_json::to_string(&prepared).unwrap();
    assert!(!row.contains("张三") && !row.contains("Signature") && !row.contains("signature"), "{row}");
    let body: Value = serde_json::from_str(prepared.body().unwrap()).unwrap();
    assert_eq!(platform_opens(body["user_name"].as_str().unwrap()), "张三");
    let debug = format!("{prepared:?}");
    assert!(debug.contains("T1") && !debug.contains("o-MYE42l80") && !debug.contains("奖励"), "{debug}");
}

#[tokio::test]
async fn a_number_of_the_path_is_told_as_it_was_given() {
    let detail = SyncServiceOrderDetail::builder().paid_time("20091225091210");
    let body = SyncServiceOrderRequest::builder().service_id("1").sub_mchid("2").type_("Order_Paid").detail(detail);
    let wire = Wire::always(Reply::signed(204, "")).await;
    let prepared = wire.client().partner_payscore().sync_service_order("a|b*1", body).prepare().await.unwrap();
    assert_eq!((prepared.number(), prepared.key_id()), (Some("a|b*1"), None));
    assert_eq!(wire.client().send(&prepared).await.unwrap().into_inner(), Value::Null);
    assert_eq!(wire.only().target, "/v3/payscore/partner/serviceorder/a%7Cb%2A1/sync");
}

#[tokio::test]
async fn what_a_call_would_refuse_is_not_prepared() {
    let wire = Wire::always(bill()).await;
    let body = SyncServiceOrderRequest::builder().service_id("1").sub_mchid("2").type_("Order_Paid");
    let detail = SyncServiceOrderDetail::builder().paid_time("yesterday");
    let call = wire.client().partner_payscore().sync_service_order("", body.detail(detail));
    let error = call.prepare().await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent));
    assert_eq!(error.operation(), Some("sync_service_order"));
}

#[tokio::test]
async fn a_row_that_is_not_for_this_client_is_not_sent() {
    let wire = Wire::always(bill()).await;
    let good = row(&prepared(&wire.client()).await);
    let other = |name: &str, value: Value| {
        let mut row = good.clone();
        row[name] = value;
        serde_json::from_value::<Prepared>(row).unwrap()
    };
    for (wrong, told) in [
        (other("mchid", json!("1900000109")), "another merchant"),
        (other("version", json!(2)), "form 2"),
        (other("template", json!("/v3/none")), "in no family"),
        (other("target", json!("@evil.example/v3")), "address"),
        (other("target", json!("/v3/../x")), "address"),
        (other("key", json!("a\nb")), "key id"),
    ] {
        let error = wire.client().send(&wrong).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent));
        assert!(error.to_string().contains(told), "{error}");
    }
    assert!(wire.received().is_empty());
}
