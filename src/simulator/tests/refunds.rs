//! Refunds, and combined orders whose parts are refunded.

use std::time::Duration;

use super::orders::{code, jsapi, query};
use super::*;
use crate::combine_payments::{
    CloseCombineSubOrder, CloseCombineTransactionRequest, CombineSubOrder, CombinedOrderAmount,
    CreateCombineNativeTransactionRequest,
};
use crate::refund::{AbnormalRefundType, ApplyAbnormalRefundRequest, CreateRefundAmount, CreateRefundRequest};

fn refund(order: &str, number: &str, refund: i64, total: i64, notify_url: &str) -> CreateRefundRequest {
    CreateRefundRequest::builder()
        .out_trade_no(order)
        .out_refund_no(number)
        .notify_url(notify_url)
        .amount(CreateRefundAmount::builder().refund(refund).total(total).currency("CNY"))
        .build()
}

const ELSEWHERE: &str = "https://shop.example/a";

/// A gateway with a paid order of 100 fen, and an application.
async fn paid() -> (Gateway, WechatPay, App) {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let pay = gateway.client().unwrap();
    let app = App::start(pay.clone()).await;
    pay.payments().create_jsapi_transaction(jsapi("1000001", 100, ELSEWHERE)).await.unwrap();
    gateway.user_pays("1000001").unwrap();
    (gateway, pay, app)
}

#[tokio::test]
async fn a_refund_is_accepted_arrives_after_a_minute_and_is_told() {
    let (gateway, pay, app) = paid().await;
    let accepted = pay.refund().create_refund(refund("1000001", "R1", 40, 100, &app.address)).await.unwrap();
    assert_eq!(accepted.status.as_str(), "PROCESSING");
    let again = pay.refund().create_refund(refund("1000001", "R1", 40, 100, &app.address)).await.unwrap();
    assert_eq!(again.refund_id, accepted.refund_id);
    assert_eq!(query(&pay, "1000001").await.unwrap().trade_state.as_str(), "REFUND");

    gateway.advance(Duration::from_secs(59)).await;
    assert!(app.events().is_empty());
    gateway.advance(Duration::from_secs(1)).await;
    assert_eq!(app.events(), ["REFUND.SUCCESS"]);
    assert_eq!((&app.last()["out_refund_no"], &app.last()["mchid"]), (&json!("R1"), &json!(identity::MCHID)));
    let arrived = pay.refund().get_refund_by_out_refund_no("R1").await.unwrap();
    assert_eq!((arrived.status.as_str(), arrived.amount.as_ref().unwrap().refund), ("SUCCESS", Some(Fen::new(40))));
    assert!(gateway.refund_fails("R1").unwrap_err().to_string().contains("R1 is SUCCESS"));
}

#[tokio::test]
async fn what_cannot_be_refunded_is_refused() {
    let (gateway, pay, app) = paid().await;
    let ask = |order, number, part, total| pay.refund().create_refund(refund(order, number, part, total, &app.address));
    assert_eq!(code(ask("1000002", "R1", 1, 100).await), "RESOURCE_NOT_EXISTS");
    assert_eq!(code(ask("1000001", "R1", 1, 101).await), "PARAM_ERROR");
    ask("1000001", "R1", 60, 100).await.unwrap();
    assert_eq!(code(ask("1000001", "R1", 61, 100).await), "INVALID_REQUEST");
    assert_eq!(code(ask("1000001", "R2", 40, 100).await), "FREQUENCY_LIMITED");
    gateway.advance(Duration::from_secs(60)).await;
    assert_eq!(code(ask("1000001", "R2", 41, 100).await), "INVALID_REQUEST");
    ask("1000001", "R2", 40, 100).await.unwrap();
    assert_eq!(code(pay.refund().get_refund_by_out_refund_no("R3").await), "RESOURCE_NOT_EXISTS");
    pay.payments().create_jsapi_transaction(jsapi("1000003", 100, ELSEWHERE)).await.unwrap();
    assert_eq!(code(ask("1000003", "R4", 1, 100).await), "INVALID_REQUEST");
}

#[tokio::test]
async fn an_abnormal_refund_goes_another_way() {
    let (gateway, pay, app) = paid().await;
    let asked = pay.refund().create_refund(refund("1000001", "R1", 100, 100, &app.address)).await.unwrap();
    gateway.refund_fails("R1").unwrap();
    gateway.delivered().await;
    assert_eq!(app.events(), ["REFUND.ABNORMAL"]);
    let id = asked.refund_id.clone().unwrap();
    let way = ApplyAbnormalRefundRequest::builder().out_refund_no("R1").type_(AbnormalRefundType::MerchantBankCard);
    let applied = pay.refund().apply_abnormal_refund(&id, way.clone()).await.unwrap();
    assert_eq!(applied.status.as_str(), "PROCESSING");
    assert_eq!(code(pay.refund().apply_abnormal_refund(&id, way).await), "INVALID_REQUEST");
    gateway.advance(Duration::from_secs(60)).await;
    assert_eq!(app.events(), ["REFUND.ABNORMAL", "REFUND.SUCCESS"]);
}

#[tokio::test]
async fn a_refund_that_is_closed_leaves_the_money_to_be_refunded_again() {
    let (gateway, pay, app) = paid().await;
    pay.refund().create_refund(refund("1000001", "R1", 100, 100, &app.address)).await.unwrap();
    gateway.refund_closes("R1").unwrap();
    gateway.advance(Duration::from_secs(60)).await;
    assert_eq!(app.events(), ["REFUND.CLOSED"]);
    pay.refund().create_refund(refund("1000001", "R2", 100, 100, &app.address)).await.unwrap();
}

fn part(number: &str, total: i64) -> CombineSubOrder {
    CombineSubOrder::builder()
        .mchid(identity::MCHID)
        .sub_mchid(SUB_MCHID)
        .attach("深圳分店")
        .amount(CombinedOrderAmount::builder().total_amount(total).currency("CNY"))
        .out_trade_no(number)
        .description("鲜花 一束")
        .build()
}

fn combined(url: &str) -> CreateCombineNativeTransactionRequest {
    CreateCombineNativeTransactionRequest::builder()
        .combine_appid("wxd678efh567hg6787")
        .combine_mchid(identity::MCHID)
        .combine_out_trade_no("C1")
        .notify_url(url)
        .sub_orders([part("P100001", 30), part("P100002", 70)])
        .build()
}

#[tokio::test]
async fn a_combined_order_is_paid_as_a_whole_and_refunded_in_parts() {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let pay = gateway.client().unwrap();
    let app = App::start(pay.clone()).await;
    pay.combine_payments().create_native_transaction(combined(&app.address)).await.unwrap();
    pay.combine_payments().create_native_transaction(combined(&app.address)).await.unwrap();
    assert_eq!(code(pay.combine_payments().create_native_transaction(combined(ELSEWHERE)).await), "INVALID_REQUEST");
    assert!(gateway.user_pays("P100001").unwrap_err().to_string().contains("is a part of C1"));
    gateway.user_pays("C1").unwrap();
    gateway.delivered().await;
    assert_eq!(app.events(), ["TRANSACTION.SUCCESS"]);
    assert_eq!(app.last()["sub_orders"].as_array().unwrap().len(), 2);

    let whole = pay.combine_payments().get_transaction_by_out_trade_no("C1").await.unwrap();
    let second = whole.sub_orders[1].transaction_id.clone().unwrap();
    let amount = CreateRefundAmount::builder().refund(70).total(70).currency("CNY");
    let back = CreateRefundRequest::builder().sub_mchid(SUB_MCHID).transaction_id(second).out_refund_no("R1");
    pay.refund().create_refund(back.amount(amount)).await.unwrap();
    let whole = pay.combine_payments().get_transaction_by_out_trade_no("C1").await.unwrap();
    let states: Vec<String> =
        whole.sub_orders.iter().map(|part| part.trade_state.as_ref().unwrap().to_string()).collect();
    assert_eq!(states, ["SUCCESS", "REFUND"]);
}

#[tokio::test]
async fn a_combined_order_is_closed_only_as_the_whole_it_is() {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let pay = gateway.client().unwrap();
    pay.combine_payments().create_native_transaction(combined(ELSEWHERE)).await.unwrap();
    let close = |numbers: &[&str]| {
        let parts = numbers.iter().map(|number| {
            CloseCombineSubOrder::builder().mchid(identity::MCHID).sub_mchid(SUB_MCHID).out_trade_no(*number).build()
        });
        let parts: Vec<CloseCombineSubOrder> = parts.collect();
        let close = CloseCombineTransactionRequest::builder().combine_appid("wxd678efh567hg6787").sub_orders(parts);
        pay.combine_payments().close_transaction("C1", close)
    };
    assert_eq!(code(close(&["P100001"]).await), "INVALID_REQUEST");
    gateway.user_opens_cashier("C1").unwrap();
    assert_eq!(code(close(&["P100001", "P100002"]).await), "USERPAYING");
    gateway.user_leaves("C1").unwrap();
    close(&["P100002", "P100001"]).await.unwrap();
    close(&["P100002", "P100001"]).await.unwrap();
    assert!(gateway.user_pays("C1").is_err());
}
