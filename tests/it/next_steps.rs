//! Each failure says what its caller does next, and a new number is never that where money may have moved.

use std::time::Duration;

use http::Method;
use wechatpay_sdk::merchant_transfer::{CreateTransferBillRequest, TransferSceneReportInfo};
use wechatpay_sdk::partner_payscore::{SyncServiceOrderDetail, SyncServiceOrderRequest};
use wechatpay_sdk::payments::{CreateNativeTransactionRequest, OrderAmount};
use wechatpay_sdk::refund::{CreateRefundAmount, CreateRefundRequest};
use wechatpay_sdk::{Error, ErrorKind, NextStep, Outcome, WechatPay};

use crate::support::*;

const AT_ONCE: Duration = Duration::from_secs(1);

async fn sync(pay: &WechatPay) -> Error {
    let detail = SyncServiceOrderDetail::builder().paid_time("20091225091210");
    let body = SyncServiceOrderRequest::builder().service_id("1").sub_mchid("2").type_("Order_Paid").detail(detail);
    pay.partner_payscore().sync_service_order("1", body).await.unwrap_err()
}

async fn order(pay: &WechatPay) -> Error {
    let order = CreateNativeTransactionRequest::builder()
        .appid("wxd678efh567hg6787")
        .mchid(MCHID)
        .description("d")
        .out_trade_no("A-20261201")
        .notify_url("https://shop.example/wechat/notify")
        .amount(OrderAmount::builder().total(1));
    pay.payments().create_native_transaction(order).await.unwrap_err()
}

async fn refund(pay: &WechatPay) -> Error {
    let amount = CreateRefundAmount::builder().refund(1).total(1).currency("CNY");
    let refund = CreateRefundRequest::builder().out_trade_no("A1").out_refund_no("R1").amount(amount);
    pay.refund().create_refund(refund).await.unwrap_err()
}

async fn transfer(pay: &WechatPay) -> Error {
    let report = TransferSceneReportInfo::builder().info_type("活动名称").info_content("新会员有礼");
    let transfer = CreateTransferBillRequest::builder()
        .appid("wxf636efh567hg4356")
        .out_bill_no("plfk2020042013")
        .transfer_scene_id("1000")
        .openid("o-MYE42l80oelYMDE34nYD456Xoy")
        .transfer_amount(1)
        .transfer_remark("r")
        .transfer_scene_report_infos([report]);
    pay.merchant_transfer().create_transfer_bill(transfer).await.unwrap_err()
}

async fn close(pay: &WechatPay) -> Error {
    let body = wechatpay_sdk::payments::CloseTransactionRequest::builder().mchid(MCHID);
    pay.payments().close_transaction("A-20261201", body).await.unwrap_err()
}

async fn query(pay: &WechatPay) -> Error {
    pay.payments().get_transaction_by_out_trade_no("A-20261201").mchid(MCHID).await.unwrap_err()
}

fn refusal(status: u16, code: &str) -> Reply {
    Reply::signed(status, format!(r#"{{"code":"{code}","message":"m"}}"#))
}

fn numbered(status: u16, code: &str, number: u32) -> Reply {
    refusal(status, code).replace("Request-ID", &format!("08F78BB5AF0610D302-{number}"))
}

fn unsigned(reply: Reply) -> Reply {
    reply.without("Wechatpay-Signature")
}

async fn gateway(reply: Reply) -> (Wire, WechatPay) {
    let wire = Wire::always(reply).await;
    let pay = wire.client();
    (wire, pay)
}

#[tokio::test]
async fn h01_h05_h09_an_unknown_outcome_is_queried_where_money_may_have_moved_and_repeated_where_not() {
    let replies = [
        refusal(500, "SYSTEM_ERROR"),
        Reply::bare(502, "<html>"),
        Reply::bare(503, ""),
        Reply::bare(200, "{}"),
        Reply::bare(302, "").with("Location", "https://evil.example"),
        refusal(400, "SYSTEMERROR"),
        refusal(403, "BANK_ERROR"),
    ];
    for reply in replies {
        let (_wire, pay) = gateway(reply).await;
        for error in [refund(&pay).await, transfer(&pay).await] {
            assert_eq!((error.outcome(), error.next_step()), (Outcome::Unknown, NextStep::QueryThenDecide), "{error}");
            let query = error.query_with().unwrap();
            assert!(error.advice().contains(query) && error.advice().contains("Never take a new number"), "{error}");
        }
        for error in [order(&pay).await, sync(&pay).await, query(&pay).await] {
            assert_eq!(error.outcome(), Outcome::Unknown);
            assert!(matches!(error.next_step(), NextStep::RepeatSameNumber { .. }), "{error}");
        }
        let raw = pay.request(Method::POST, "/v3/x").json(&()).await.unwrap_err();
        assert_eq!(raw.next_step(), NextStep::QueryThenDecide);
    }
}

#[tokio::test]
async fn h02_slowing_down_keeps_the_number_and_waits_as_long_as_asked_in_every_spelling() {
    for code in ["FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "RATELIMIT_EXCEEDED", "RATE_LIMITED", "SOMETHING_NEW"] {
        let (_wire, pay) = gateway(unsigned(refusal(429, code))).await;
        let error = transfer(&pay).await;
        assert_eq!(error.next_step(), NextStep::RepeatSameNumber { after: AT_ONCE });
        assert_eq!(error.code().unwrap().is_too_frequent(), code != "SOMETHING_NEW");
        let (_wire, pay) = gateway(refusal(429, code).with("Retry-After", "7")).await;
        let after = Duration::from_secs(7);
        assert_eq!(refund(&pay).await.next_step(), NextStep::RepeatSameNumber { after });
    }
}

#[tokio::test]
async fn h03_a_wrong_signature_is_fixed_and_keeps_the_number() {
    let (_wire, pay) = gateway(Reply::bare(401, r#"{"code":"SIGN_ERROR","message":"m"}"#)).await;
    for error in [refund(&pay).await, order(&pay).await, query(&pay).await] {
        assert_eq!(error.next_step(), NextStep::FixRequestKeepNumber);
        assert!(error.advice().contains("clock"), "{}", error.advice());
    }
}

#[tokio::test]
async fn h04_an_empty_account_is_filled_and_the_number_kept() {
    for code in ["NOT_ENOUGH", "NOTENOUGH"] {
        let (_wire, pay) = gateway(refusal(403, code)).await;
        let error = transfer(&pay).await;
        assert!(error.verified() && error.code().unwrap().is_not_enough());
        assert_eq!((error.outcome(), error.next_step()), (Outcome::Refused, NextStep::FixRequestKeepNumber));
        assert!(error.advice().contains("same number"), "{}", error.advice());
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn what_was_not_sent_is_sent_again_or_corrected() {
    let address = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = transfer(&builder().build_for_loopback(address).unwrap()).await;
    assert_eq!((error.outcome(), error.next_step()), (Outcome::NotSent, NextStep::RepeatSameNumber { after: AT_ONCE }));
    let error = builder().base_url("https://evil.example").build().unwrap_err();
    assert_eq!(error.next_step(), NextStep::FixRequestKeepNumber);
}

#[tokio::test]
async fn h14_a_number_used_with_other_content_is_told_apart_from_other_bad_requests() {
    for number in [268_498_688, 271_316_598] {
        let (_wire, pay) = gateway(numbered(400, "INVALID_REQUEST", number)).await;
        for error in [transfer(&pay).await, order(&pay).await, sync(&pay).await] {
            assert_eq!(error.internal_number(), Some(number));
            assert_eq!(
                (error.outcome(), error.next_step()),
                (Outcome::Refused, NextStep::NumberAlreadyUsed),
                "{error}"
            );
            assert!(!error.is_retryable());
        }
    }
    let (_wire, pay) = gateway(refusal(400, "INVALID_REQUEST")).await;
    assert_eq!(order(&pay).await.next_step(), NextStep::FixRequestKeepNumber);
    let (_wire, pay) = gateway(refusal(403, "OUT_TRADE_NO_USED")).await;
    assert_eq!(order(&pay).await.next_step(), NextStep::NumberAlreadyUsed);
}

#[tokio::test]
async fn h15_closing_that_is_refused_as_too_frequent_asks_whether_the_payer_is_paying() {
    let (_wire, pay) = gateway(refusal(429, "FREQUENCY_LIMITED")).await;
    let error = close(&pay).await;
    assert_eq!(error.next_step(), NextStep::QueryThenDecide);
    assert_eq!(error.query_with(), Some("get_transaction_by_out_trade_no"));
    assert!(error.advice().contains("paying right now") && error.advice().contains("get_transaction_by_out_trade_no"));
}

#[tokio::test]
async fn h16_a_second_sync_is_known_to_be_done_already() {
    let (_wire, pay) = gateway(refusal(400, "ORDER_DONE")).await;
    let error = sync(&pay).await;
    assert!(error.code().unwrap().is_already_done());
    assert_eq!(error.next_step(), NextStep::QueryThenDecide);
    assert!(error.advice().contains("counts as success"), "{}", error.advice());
}

#[tokio::test]
async fn h17_a_running_deduction_is_waited_for() {
    let (_wire, pay) = gateway(numbered(400, "INVALID_REQUEST", 271_316_754)).await;
    let after = Duration::from_secs(180);
    assert_eq!(sync(&pay).await.next_step(), NextStep::RepeatSameNumber { after });
}

#[tokio::test]
async fn an_unsigned_refusal_decides_nothing_about_a_write() {
    for (status, code) in
        [(400, "PARAM_ERROR"), (403, "NOT_ENOUGH"), (404, "RESOURCE_NOT_EXISTS"), (400, "ORDER_CLOSED")]
    {
        let (_wire, pay) = gateway(unsigned(refusal(status, code))).await;
        for error in [transfer(&pay).await, order(&pay).await, sync(&pay).await] {
            assert!(!error.verified());
            assert_eq!((error.outcome(), error.next_step()), (Outcome::Refused, NextStep::QueryThenDecide), "{error}");
        }
    }
}

#[tokio::test]
async fn what_a_query_does_not_find_may_not_be_visible_yet() {
    for code in ["ORDER_NOT_EXIST", "ORDER_NOT_EXISTS", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS", "NOT_FOUND"] {
        let (_wire, pay) = gateway(refusal(404, code)).await;
        let error = query(&pay).await;
        assert!(error.code().unwrap().is_not_found());
        assert_eq!(error.next_step(), NextStep::QueryThenDecide);
        assert_eq!(refund(&pay).await.next_step(), NextStep::FixRequestKeepNumber, "the payment it names is not there");
    }
}

#[tokio::test]
async fn a_new_number_is_for_orders_that_are_signed_to_be_closed_and_never_for_money_that_goes_out() {
    for code in ["ORDER_CLOSED", "ORDERCLOSED"] {
        let (_wire, pay) = gateway(refusal(400, code)).await;
        assert_eq!(order(&pay).await.next_step(), NextStep::NewNumberAllowed);
        for error in [transfer(&pay).await, refund(&pay).await, close(&pay).await] {
            assert_eq!(error.next_step(), NextStep::QueryThenDecide, "{error}");
        }
    }
    // Whatever a gateway answers: status and code, signed or not.
    let codes = [
        "ORDER_CLOSED",
        "ORDER_PAID",
        "NOT_ENOUGH",
        "INVALID_REQUEST",
        "RULE_LIMIT",
        "ORDER_NOT_EXIST",
        "ALREADY_EXISTS",
        "SYSTEM_ERROR",
        "TRADE_ERROR",
        "ORDER_CANCELED",
        "NEW_WORD",
        "",
    ];
    for status in [400, 401, 403, 404, 409, 429, 500, 503] {
        for code in codes {
            for reply in [refusal(status, code), unsigned(refusal(status, code))] {
                let (_wire, pay) = gateway(reply).await;
                for error in [transfer(&pay).await, refund(&pay).await] {
                    assert_ne!(error.next_step(), NextStep::NewNumberAllowed, "{error}");
                    if error.outcome() == Outcome::Unknown {
                        assert_eq!(error.next_step(), NextStep::QueryThenDecide, "{error}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn a_code_that_nobody_knows_is_queried_where_money_is_concerned() {
    for status in [400, 403, 409] {
        let (_wire, pay) = gateway(refusal(status, "BRAND_NEW")).await;
        assert_eq!(transfer(&pay).await.next_step(), NextStep::QueryThenDecide);
    }
    let (_wire, pay) = gateway(refusal(400, "BRAND_NEW")).await;
    assert_eq!(order(&pay).await.next_step(), NextStep::FixRequestKeepNumber);
}

#[tokio::test]
async fn h18_the_request_id_is_kept_with_answers_and_errors_and_its_number_read() {
    let (_wire, pay) = gateway(Reply::signed(200, r#"{"code_url":"weixin://x"}"#)).await;
    let answer = pay.request(Method::GET, "/v3/certificates").await.unwrap();
    assert_eq!(answer.request_id(), Some("08F78BB5AF0610D302-0"));
    let (_wire, pay) = gateway(numbered(404, "ORDER_NOT_EXIST", 268_512_771)).await;
    let error = query(&pay).await;
    assert_eq!(
        (error.request_id(), error.internal_number()),
        (Some("08F78BB5AF0610D302-268512771"), Some(268_512_771))
    );
    assert!(error.to_string().contains("08F78BB5AF0610D302-268512771"), "{error}");
    for (text, number) in [("x", None), ("a-", None), ("a-b", None), ("a-99999999999", None), ("-7", Some(7))] {
        let (_wire, pay) = gateway(refusal(400, "PARAM_ERROR").replace("Request-ID", text)).await;
        assert_eq!(query(&pay).await.internal_number(), number, "{text}");
    }
}

#[test]
fn advice_of_what_was_no_request_is_to_use_nothing_of_it() {
    let error = builder().build().unwrap().decrypt(&"AAAA".into()).unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decrypt, Outcome::NoRequest));
    assert_eq!(error.next_step(), NextStep::Stop);
}
