//! Service orders of Pay Score: the merchant's side, notifications, and refunds of what was collected.

use std::time::Duration;

use super::orders::code;
use super::*;
use crate::payscore::{
    CancelMerchantServiceOrderRequest, CompleteMerchantServiceOrderRequest, CreateMerchantServiceOrderRequest,
    SyncMerchantServiceOrderDetail, SyncMerchantServiceOrderRequest,
};
use crate::refund::{CreateRefundAmount, CreateRefundRequest};

const APP_ID: &str = "wxd678efh567hg6787";

fn rental(number: &str, url: &str) -> CreateMerchantServiceOrderRequest {
    CreateMerchantServiceOrderRequest::builder()
        .out_order_no(number)
        .appid(APP_ID)
        .service_id(SERVICE)
        .service_introduction("XX充电宝")
        .risk_fund(RiskFund::builder().name("DEPOSIT").amount(100))
        .time_range(TimeRange::builder().start_time("20091225080000"))
        .notify_url(url)
        .build()
}

fn given_back() -> CompleteMerchantServiceOrderRequest {
    CompleteMerchantServiceOrderRequest::builder()
        .appid(APP_ID)
        .service_id(SERVICE)
        .post_payments([PostPayment::builder().name("租借费用").amount(40)])
        .total_amount(40)
        .build()
}

#[tokio::test]
async fn a_merchants_order_is_confirmed_completed_paid_told_and_refunded() {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let pay = gateway.client().unwrap();
    let app = App::start(pay.clone()).await;
    let family = pay.payscore();
    let created = family.create_service_order(rental("M1", &app.address)).await.unwrap();
    assert_eq!((created.state.as_str(), created.package.is_some()), ("CREATED", true));
    assert_eq!(code(family.create_service_order(rental("M1", "https://shop.example/a")).await), "INVALID_REQUEST");
    gateway.confirm_order("M1").unwrap();
    let completed = family.complete_service_order("M1", given_back()).await.unwrap();
    assert_eq!((completed.status(), completed.total_amount), (StatusCode::OK, Some(Fen::new(40))));
    gateway.pay_order("M1").unwrap();
    gateway.delivered().await;
    assert_eq!(app.events(), ["PAYSCORE.USER_CONFIRM", "PAYSCORE.USER_PAID"]);
    assert_eq!((&app.last()["state"], &app.last()["out_order_no"]), (&json!("DONE"), &json!("M1")));

    let id = app.last()["collection"]["details"][0]["transaction_id"].as_str().unwrap().to_owned();
    let refund = CreateRefundRequest::builder().transaction_id(id).out_refund_no("R1");
    let amount = CreateRefundAmount::builder().refund(40).total(40).currency("CNY");
    pay.refund().create_refund(refund.amount(amount)).await.unwrap();
    let query = family.get_service_order().service_id(SERVICE).appid(APP_ID).out_order_no("M1").await.unwrap();
    assert_eq!(query.state.as_str(), "DONE");
    let other_app = family.get_service_order().service_id(SERVICE).appid("wx1").out_order_no("M1").await;
    assert_eq!(code(other_app), "ORDER_NOT_EXIST");
}

#[tokio::test]
async fn i09_a_merchant_is_answered_with_the_order_where_a_partner_is_answered_nothing() {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let pay = gateway.client().unwrap();
    let family = pay.payscore();
    family.create_service_order(rental("M1", "https://shop.example/a")).await.unwrap();
    gateway.confirm_order("M1").unwrap();
    family.complete_service_order("M1", given_back()).await.unwrap();
    let sync = SyncMerchantServiceOrderRequest::builder()
        .appid(APP_ID)
        .service_id(SERVICE)
        .type_(SyncType::OrderPaid)
        .detail(SyncMerchantServiceOrderDetail::builder().paid_time("20091225091210"));
    // While the user stands in the cashier, nothing else is taken for a payment.
    gateway.user_opens_cashier("M1").unwrap();
    let refused = family.sync_service_order("M1", sync.clone()).await.unwrap_err();
    assert!(refused.request_id().unwrap().ends_with("-271316754"), "{refused}");
    gateway.user_leaves("M1").unwrap();
    let synced = family.sync_service_order("M1", sync).await.unwrap();
    assert_eq!((synced.status(), synced.state.as_str()), (StatusCode::OK, "DONE"));

    family.create_service_order(rental("M2", "https://shop.example/a")).await.unwrap();
    let cancel = CancelMerchantServiceOrderRequest::builder().appid(APP_ID).service_id(SERVICE).reason("用户投诉");
    let cancelled = family.cancel_service_order("M2", cancel).await.unwrap();
    assert_eq!(cancelled.out_order_no.as_deref(), Some("M2"));
    assert_eq!(gateway.order("M2").unwrap().state(), "REVOKED");
}

#[tokio::test]
async fn an_order_that_nobody_confirms_expires_and_the_register_knows_when() {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let pay = gateway.client().unwrap();
    pay.payscore().create_service_order(rental("M1", "https://shop.example/a")).await.unwrap();
    gateway.advance(Duration::from_secs(31 * 86_400)).await;
    let changes = gateway.changes();
    let last = changes.last().unwrap();
    assert_eq!((last.product, last.to.as_str(), last.at), ("service order", "EXPIRED", MORNING + 30 * 86_400));
    assert_eq!(gateway.state_of("service order", "M1").as_deref(), Some("EXPIRED"));
}
