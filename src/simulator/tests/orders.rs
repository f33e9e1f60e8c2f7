//! Orders: placed, paid, closed, undone, by merchants and partners.

use std::time::Duration;

use super::*;
use crate::partner_payments::{CreatePartnerNativeTransactionRequest, OrderSettlement};
use crate::payments::{
    CloseTransactionRequest, CodepayPayer, CodepaySceneInfo, CodepayStoreInfo, CreateCodepayTransactionRequest,
    CreateJsapiTransactionRequest, CreateNativeTransactionRequest, OrderAmount, Payer, ReverseTransactionRequest,
    Transaction,
};
use crate::{Error, Progress, Response};

pub(super) const OPENID: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";

pub(super) fn jsapi(number: &str, total: i64, notify_url: &str) -> CreateJsapiTransactionRequest {
    CreateJsapiTransactionRequest::builder()
        .appid("wxd678efh567hg6787")
        .mchid(identity::MCHID)
        .description("鲜花 一束")
        .out_trade_no(number)
        .notify_url(notify_url)
        .amount(OrderAmount::builder().total(total))
        .payer(Payer::builder().openid(OPENID))
        .build()
}

pub(super) async fn query(pay: &WechatPay, number: &str) -> Result<Response<Transaction>, Error> {
    pay.payments().get_transaction_by_out_trade_no(number).mchid(identity::MCHID).await
}

async fn close(pay: &WechatPay, number: &str) -> Result<(), Error> {
    let close = CloseTransactionRequest::builder().mchid(identity::MCHID);
    pay.payments().close_transaction(number, close).await.map(|_| ())
}

/// The code of a refusal that was signed.
pub(super) fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    let error = result.unwrap_err();
    assert!(error.verified(), "{error}");
    error.api().unwrap().code().unwrap().to_string()
}

#[tokio::test]
async fn an_order_is_placed_paid_told_and_found_by_both_numbers() {
    let gateway = Gateway::start().await.unwrap();
    let pay = gateway.client().unwrap();
    let app = App::start(pay.clone()).await;
    let prepay = pay.payments().create_jsapi_transaction(jsapi("ORDER-1", 100, &app.address)).await.unwrap();
    assert!(prepay.prepay_id.starts_with("wx"));

    let open = query(&pay, "ORDER-1").await.unwrap();
    assert_eq!((open.progress(), &open.transaction_id), (Progress::NeedsUser, &None));
    gateway.user_pays("ORDER-1").unwrap();
    gateway.delivered().await;

    let paid = query(&pay, "ORDER-1").await.unwrap();
    assert_eq!((paid.progress(), paid.trade_state.as_str()), (Progress::Succeeded, "SUCCESS"));
    let id = paid.transaction_id.clone().unwrap();
    let same = pay.payments().get_transaction_by_id(&id).mchid(identity::MCHID).await.unwrap();
    assert_eq!(same.out_trade_no, "ORDER-1");
    assert_eq!(app.events(), ["TRANSACTION.SUCCESS"]);
    assert_eq!(app.last()["transaction_id"], json!(id));
    assert_eq!((app.last()["amount"]["total"].as_i64(), &app.last()["payer"]["openid"]), (Some(100), &json!(OPENID)));
    assert_eq!(gateway.user_pays("ORDER-1").unwrap_err().to_string(), "the order ORDER-1 is SUCCESS");
    assert_eq!(gateway.user_pays("ORDER-2").unwrap_err().to_string(), "there is no order ORDER-2");
    let changes: Vec<String> = gateway.changes().into_iter().map(|change| change.to).collect();
    assert_eq!(changes, ["NOTPAY", "SUCCESS"]);
    assert_eq!(gateway.standings()[0].amount, Some(100));
}

#[tokio::test]
async fn h14_a_number_enters_again_with_the_same_contents_and_is_refused_with_others() {
    let gateway = Gateway::start().await.unwrap();
    let pay = gateway.client().unwrap();
    let place = |total, url| pay.payments().create_jsapi_transaction(jsapi("1000001", total, url));
    let first = place(100, "https://shop.example/a").await.unwrap();
    let again = place(100, "https://shop.example/a").await.unwrap();
    assert_eq!(first.prepay_id, again.prepay_id);
    assert_eq!(code(place(101, "https://shop.example/a").await), "INVALID_REQUEST");
    assert_eq!(code(place(100, "https://shop.example/b").await), "INVALID_REQUEST");
    let other_channel = CreateNativeTransactionRequest::builder()
        .appid("wxd678efh567hg6787")
        .mchid(identity::MCHID)
        .description("鲜花 一束")
        .out_trade_no("1000001")
        .notify_url("https://shop.example/a")
        .amount(OrderAmount::builder().total(100));
    assert_eq!(code(pay.payments().create_native_transaction(other_channel).await), "INVALID_REQUEST");
    gateway.user_pays("1000001").unwrap();
    assert_eq!(code(place(100, "https://shop.example/a").await), "INVALID_REQUEST");
    assert_eq!(code(query(&pay, "1000002").await), "ORDER_NOT_EXIST");
}

#[tokio::test]
async fn h15_closing_while_the_user_pays_is_refused_as_too_fast() {
    let gateway = Gateway::start().await.unwrap();
    let pay = gateway.client().unwrap();
    pay.payments().create_jsapi_transaction(jsapi("1000001", 100, "https://shop.example/a")).await.unwrap();
    gateway.user_opens_cashier("1000001").unwrap();
    assert_eq!(query(&pay, "1000001").await.unwrap().trade_state.as_str(), "USERPAYING");
    assert_eq!(code(close(&pay, "1000001").await), "FREQUENCY_LIMITED");
    gateway.user_leaves("1000001").unwrap();
    close(&pay, "1000001").await.unwrap();
    close(&pay, "1000001").await.unwrap();
    assert_eq!(query(&pay, "1000001").await.unwrap().progress(), Progress::Closed);
    assert!(gateway.user_pays("1000001").is_err());
    let again = pay.payments().create_jsapi_transaction(jsapi("1000001", 100, "https://shop.example/a")).await;
    assert_eq!(code(again), "ORDER_CLOSED");
}

#[tokio::test]
async fn a_paid_order_is_not_closed() {
    let gateway = Gateway::start().await.unwrap();
    let pay = gateway.client().unwrap();
    pay.payments().create_jsapi_transaction(jsapi("1000001", 100, "https://shop.example/a")).await.unwrap();
    gateway.user_pays("1000001").unwrap();
    assert_eq!(code(close(&pay, "1000001").await), "ORDER_PAID");
    assert_eq!(code(close(&pay, "1000002").await), "ORDER_NOT_EXIST");
}

#[tokio::test]
async fn an_order_whose_time_is_over_is_not_paid_and_not_closed_by_itself() {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let pay = gateway.client().unwrap();
    pay.payments().create_jsapi_transaction(jsapi("1000001", 100, "https://shop.example/a")).await.unwrap();
    gateway.advance(Duration::from_secs(7 * 86_400 - 1)).await;
    gateway.user_opens_cashier("1000001").unwrap();
    gateway.user_leaves("1000001").unwrap();
    gateway.advance(Duration::from_secs(1)).await;
    assert!(gateway.user_pays("1000001").unwrap_err().to_string().contains("its time is over"));
    assert_eq!(query(&pay, "1000001").await.unwrap().trade_state.as_str(), "NOTPAY");
    close(&pay, "1000001").await.unwrap();
}

fn codepay(number: &str, total: i64) -> CreateCodepayTransactionRequest {
    CreateCodepayTransactionRequest::builder()
        .appid("wxd678efh567hg6787")
        .mchid(identity::MCHID)
        .description("鲜花 一束")
        .out_trade_no(number)
        .payer(CodepayPayer::builder().auth_code("130061098828009406"))
        .amount(OrderAmount::builder().total(total))
        .scene_info(CodepaySceneInfo::builder().store_info(CodepayStoreInfo::builder().out_id("A1111")))
        .build()
}

#[tokio::test]
async fn a_payment_code_is_charged_at_once_or_asks_for_the_password() {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let pay = gateway.client().unwrap();
    let charge = |number, total| pay.payments().create_codepay_transaction(codepay(number, total));
    let paid = charge("1000001", 100_000).await.unwrap();
    assert_eq!((paid.trade_state.as_str(), paid.progress()), ("SUCCESS", Progress::Succeeded));
    let asked = charge("1000002", 100_001).await.unwrap();
    assert_eq!((asked.trade_state.as_str(), asked.status()), ("USERPAYING", StatusCode::ACCEPTED));
    gateway.user_leaves("1000002").unwrap();
    assert_eq!(query(&pay, "1000002").await.unwrap().trade_state.as_str(), "PAYERROR");

    let undo = |number| {
        let undo = ReverseTransactionRequest::builder().appid("wxd678efh567hg6787").mchid(identity::MCHID);
        pay.payments().reverse_transaction(number, undo)
    };
    assert_eq!(code(undo("1000001").await), "INVALID_REQUEST");
    gateway.advance(Duration::from_secs(15)).await;
    undo("1000001").await.unwrap();
    undo("1000001").await.unwrap();
    assert_eq!(query(&pay, "1000001").await.unwrap().trade_state.as_str(), "REVOKED");
}

#[tokio::test]
async fn an_order_of_a_partner_is_seen_only_through_its_sub_merchant() {
    let gateway = Gateway::start().await.unwrap();
    let pay = gateway.client().unwrap();
    let app = App::start(pay.clone()).await;
    let order = CreatePartnerNativeTransactionRequest::builder()
        .sp_appid("wx8888888888888888")
        .sp_mchid(identity::MCHID)
        .sub_mchid(SUB_MCHID)
        .description("鲜花 一束")
        .out_trade_no("1000001")
        .notify_url(&app.address)
        .settle_info(OrderSettlement::builder().profit_sharing(true))
        .amount(OrderAmount::builder().total(100));
    let code_url = pay.partner_payments().create_native_transaction(order).await.unwrap();
    assert!(code_url.code_url.starts_with("weixin://"));
    gateway.user_pays("1000001").unwrap();
    gateway.delivered().await;
    let find = |sub_mchid: &str| {
        pay.partner_payments().get_transaction_by_out_trade_no("1000001").sp_mchid(identity::MCHID).sub_mchid(sub_mchid)
    };
    assert_eq!(find(SUB_MCHID).await.unwrap().progress(), Progress::Succeeded);
    assert_eq!(code(find("1900000110").await), "ORDER_NOT_EXIST");
    assert_eq!(code(query(&pay, "1000001").await), "ORDER_NOT_EXIST");
    assert_eq!((&app.last()["sub_mchid"], &app.last()["sp_mchid"]), (&json!(SUB_MCHID), &json!(identity::MCHID)));
}
