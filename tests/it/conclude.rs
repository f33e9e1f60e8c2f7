//! Calls that are followed until it is known what became of them.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;
use wechatpay_sdk::merchant_transfer::{CreateTransferBillRequest, TransferSceneReportInfo};
use wechatpay_sdk::refund::calls::CreateRefund;
use wechatpay_sdk::refund::{CreateRefundAmount, CreateRefundRequest};
use wechatpay_sdk::{Conclusion, ErrorKind, Outcome, WechatPay};

use crate::support::*;

const MINUTE: Duration = Duration::from_secs(60);

/// A server that gives these answers to what is sent, those to what is asked, the last for ever.
async fn answering(to_posts: Vec<Reply>, to_gets: Vec<Reply>) -> Wire {
    let left = std::sync::Mutex::new((to_posts, to_gets));
    Wire::answering(move |request| {
        let mut left = left.lock().unwrap();
        let replies = if request.method == "GET" { &mut left.1 } else { &mut left.0 };
        if replies.len() > 1 { replies.remove(0).bytes() } else { replies[0].bytes() }
    })
    .await
}

fn refund(pay: &WechatPay) -> CreateRefund {
    let amount = CreateRefundAmount::builder().refund(1).total(1).currency("CNY");
    pay.refund().create_refund(CreateRefundRequest::builder().out_trade_no("A1").out_refund_no("R1").amount(amount))
}

fn refunded() -> Reply {
    let body = json!({
        "refund_id": "50000000382019052709732678859", "out_refund_no": "R1", "transaction_id": "1", "out_trade_no": "A1",
        "status": "PROCESSING",
    });
    Reply::signed(200, body.to_string())
}

fn system_error() -> Reply {
    Reply::bare(500, r#"{"code":"SYSTEM_ERROR","message":"x"}"#)
}

fn not_enough() -> Reply {
    Reply::signed(403, r#"{"code":"NOT_ENOUGH","message":"x"}"#)
}

fn not_there() -> Reply {
    Reply::signed(404, r#"{"code":"RESOURCE_NOT_EXISTS","message":"x"}"#)
}

fn posts(wire: &Wire) -> Vec<Received> {
    wire.received().into_iter().filter(|request| request.method == "POST").collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_there_after_all_is_found_by_its_query_and_not_sent_again() {
    let wire = answering(vec![system_error()], vec![refunded()]).await;
    let Conclusion::Exists(refund) = refund(&wire.client()).conclude(MINUTE).await.unwrap() else { panic!() };
    assert_eq!(refund.out_refund_no, "R1");
    assert_eq!(posts(&wire).len(), 1);
    assert_eq!(wire.received()[1].target, "/v3/refund/domestic/refunds/R1");
}

#[tokio::test(start_paused = true)]
async fn what_is_surely_not_there_is_sent_again_with_the_same_bytes() {
    let wire = answering(vec![system_error(), refunded()], vec![not_there()]).await;
    let began = Instant::now();
    let Conclusion::Done(refund) = refund(&wire.client()).conclude(MINUTE).await.unwrap() else { panic!() };
    assert_eq!(refund.out_refund_no, "R1");
    let posts = posts(&wire);
    assert_eq!(posts.len(), 2);
    assert!(posts.iter().all(Received::is_signed) && posts[0].body == posts[1].body);
    let nonces: BTreeSet<String> = posts.iter().map(|post| post.authorization("nonce_str")).collect();
    assert_eq!(nonces.len(), 2, "each is signed anew");
    assert!(began.elapsed() >= Duration::from_secs(6), "a second, and two answers five seconds apart");
}

#[tokio::test(start_paused = true)]
async fn a_404_that_nobody_signed_proves_nothing() {
    let anyone = || Reply::bare(404, r#"{"code":"RESOURCE_NOT_EXISTS","message":"x"}"#);
    for answer in [anyone(), Reply::signed(404, r#"{"code":"NO_ROUTE","message":"x"}"#), system_error()] {
        let wire = answering(vec![system_error()], vec![answer]).await;
        let began = Instant::now();
        let Conclusion::StillUnknown(error) = refund(&wire.client()).conclude(MINUTE).await.unwrap() else { panic!() };
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Api, Outcome::Unknown));
        assert_eq!(posts(&wire).len(), 1);
        assert!(began.elapsed() <= MINUTE, "{:?}", began.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_repeat_leaves_the_first_attempt_open_until_a_query_closes_it() {
    let wire = answering(vec![system_error(), not_enough()], vec![not_there()]).await;
    let Conclusion::Absent(error) = refund(&wire.client()).conclude(MINUTE).await.unwrap() else { panic!() };
    assert_eq!((error.outcome(), error.is_code("NOT_ENOUGH")), (Outcome::Unknown, true));
    assert_eq!(posts(&wire).len(), 2, "what was refused is not sent a third time");

    // The answer to a transfer opens a page; no query gives it.
    let wire = answering(vec![system_error(), not_enough()], vec![not_there()]).await;
    let Conclusion::StillUnknown(error) = transfer(&wire.client()).conclude(MINUTE).await.unwrap() else { panic!() };
    assert_eq!((error.outcome(), error.is_code("NOT_ENOUGH")), (Outcome::Unknown, true));
    assert_eq!((wire.received().len(), posts(&wire).len()), (2, 2));
}

pub(crate) fn transfer(pay: &WechatPay) -> wechatpay_sdk::merchant_transfer::calls::CreateTransferBill {
    let order = CreateTransferBillRequest::builder()
        .appid("wx8888888888888888")
        .out_bill_no("T1")
        .transfer_scene_id("1000")
        .openid("o-MYE42l80oelYMDE34nYD456Xoy")
        .user_name("张三")
        .transfer_amount(30)
        .transfer_remark("奖励")
        .transfer_scene_report_infos([TransferSceneReportInfo::builder().info_type("活动名称").info_content("抽奖")]);
    pay.merchant_transfer().create_transfer_bill(order)
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_opens_a_page_is_fetched_by_the_same_request_encrypted_once() {
    let body = json!({ "out_bill_no": "T1", "state": "WAIT_USER_CONFIRM", "package_info": "a" });
    let wire = answering(vec![system_error(), system_error(), Reply::signed(200, body.to_string())], vec![]).await;
    let Conclusion::Done(bill) = transfer(&wire.client()).conclude(MINUTE).await.unwrap() else { panic!() };
    assert_eq!(bill.package_info.as_deref(), Some("a"));
    let posts = posts(&wire);
    assert_eq!(posts.len(), 3);
    assert!(posts.iter().all(|post| post.body == posts[0].body));
    let sent: serde_json::Value = serde_json::from_slice(&posts[0].body).unwrap();
    assert_eq!(platform_opens(sent["user_name"].as_str().unwrap()), "张三");
}

#[tokio::test(start_paused = true)]
async fn a_charge_is_looked_up_and_never_sent_again() {
    let wire = answering(vec![system_error()], vec![not_there()]).await;
    let pay = wire.client();
    let order = crate::codepay::order(&pay);
    let Conclusion::Absent(error) = pay.payments().create_codepay_transaction(order).conclude(MINUTE).await.unwrap()
    else {
        panic!()
    };
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(posts(&wire).len(), 1);
    assert_eq!(wire.received()[1].target, format!("/v3/pay/transactions/out-trade-no/C20261124001?mchid={MCHID}"));
}

#[tokio::test(start_paused = true)]
async fn a_failure_whose_outcome_is_known_is_an_error_at_once() {
    let wire = answering(vec![not_enough()], vec![]).await;
    let error = refund(&wire.client()).conclude(MINUTE).await.unwrap_err();
    assert_eq!((error.outcome(), error.operation()), (Outcome::Refused, Some("create_refund")));
    assert_eq!(wire.received().len(), 1);

    let amount = CreateRefundAmount::builder().refund(2).total(1).currency("CNY");
    let order = CreateRefundRequest::builder().out_trade_no("A1").out_refund_no("").amount(amount);
    let error = wire.client().refund().create_refund(order).conclude(MINUTE).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent));
    assert_eq!(wire.received().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_what_is_there_is_sent_until_it_is_confirmed() {
    let close = |pay: &WechatPay| {
        pay.payments()
            .close_transaction("A1", wechatpay_sdk::payments::CloseTransactionRequest::builder().mchid(pay.mchid()))
    };
    let wire = answering(vec![system_error(), Reply::signed(204, "")], vec![]).await;
    assert!(matches!(close(&wire.client()).conclude(MINUTE).await.unwrap(), Conclusion::Done(_)));
    assert_eq!(posts(&wire).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn without_time_for_another_step_it_ends_at_once() {
    let wire = answering(vec![system_error()], vec![refunded()]).await;
    let began = Instant::now();
    let conclusion = refund(&wire.client()).conclude(Duration::from_millis(500)).await.unwrap();
    assert!(matches!(conclusion, Conclusion::StillUnknown(_)), "{conclusion:?}");
    assert!(began.elapsed() < Duration::from_millis(500));
    assert_eq!(wire.received().len(), 1);
}
