//! Charges at a till, followed to their end.

use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;
use wechatpay_sdk::common::{CodepayPayer, CodepaySceneInfo, CodepayStoreInfo};
use wechatpay_sdk::payments::{CreateCodepayTransactionRequest, OrderAmount, Transaction};
use wechatpay_sdk::{Charge, Outcome, Result, WechatPay};

use crate::support::*;

const PATIENCE: Duration = Duration::from_secs(45);

pub(crate) fn order(pay: &WechatPay) -> CreateCodepayTransactionRequest {
    CreateCodepayTransactionRequest::builder()
        .appid("wxd678efh567hg6787")
        .mchid(pay.mchid())
        .description("咖啡")
        .out_trade_no("C20261124001")
        .payer(CodepayPayer::builder().auth_code("130061098828009406"))
        .amount(OrderAmount::builder().total(1))
        .scene_info(CodepaySceneInfo::builder().store_info(CodepayStoreInfo::builder().id("1001")))
        .build()
}

fn in_state(state: &str) -> Reply {
    Reply::signed(200, json!({ "out_trade_no": "C20261124001", "trade_state": state }).to_string())
}

fn system_error() -> Reply {
    Reply::bare(500, r#"{"code":"SYSTEM_ERROR","message":"x"}"#)
}

fn not_there() -> Reply {
    Reply::signed(404, r#"{"code":"ORDER_NOT_EXIST","message":"x"}"#)
}

/// A till whose charge, queries and reversals are answered like this, the last for ever, and what it got.
async fn charged(
    charge: Reply,
    queries: Vec<Reply>,
    reversals: Vec<Reply>,
) -> (Result<Charge<Transaction>>, Vec<String>) {
    let left = Mutex::new((queries, reversals));
    let wire = Wire::answering(move |request| {
        let mut left = left.lock().unwrap();
        let replies = match request.method.as_str() {
            "GET" => &mut left.0,
            _ if request.target.ends_with("/reverse") => &mut left.1,
            _ => return charge.bytes(),
        };
        if replies.len() > 1 { replies.remove(0).bytes() } else { replies[0].bytes() }
    })
    .await;
    let pay = wire.client();
    let end = pay.payments().charge_code(order(&pay), PATIENCE).await;
    let steps = wire.received().into_iter().map(|request| match request.method.as_str() {
        "GET" => "query",
        _ if request.target.ends_with("/reverse") => "reverse",
        _ => "charge",
    });
    (end, steps.map(str::to_owned).collect())
}

#[tokio::test(start_paused = true)]
async fn what_is_paid_or_failed_at_once_is_told_at_once() {
    let (end, steps) = charged(in_state("SUCCESS"), vec![], vec![]).await;
    assert!(matches!(end, Ok(Charge::Paid(_))));
    assert_eq!(steps, ["charge"]);
    let (end, steps) = charged(in_state("PAYERROR"), vec![], vec![]).await;
    assert!(matches!(end, Ok(Charge::NotPaid(_))));
    assert_eq!(steps, ["charge"]);
}

#[tokio::test(start_paused = true)]
async fn while_the_user_enters_a_password_the_order_is_looked_up_every_five_seconds() {
    let asking = Reply::bare(400, r#"{"code":"USERPAYING","message":"x"}"#);
    for first in [in_state("USERPAYING"), system_error(), asking, Reply::bare(200, "{}")] {
        let began = Instant::now();
        let (end, steps) = charged(first, vec![in_state("USERPAYING"), not_there(), in_state("SUCCESS")], vec![]).await;
        assert!(matches!(end, Ok(Charge::Paid(_))), "{end:?}");
        assert_eq!(steps, ["charge", "query", "query", "query"], "the charge is sent once");
        assert!(began.elapsed() >= Duration::from_secs(15));
    }
}

#[tokio::test(start_paused = true)]
async fn what_nobody_pays_in_time_is_reversed_until_a_query_confirms_it() {
    let waiting = |last: &str| {
        let mut queries: Vec<Reply> = (0..9).map(|_| in_state("USERPAYING")).collect();
        queries.extend([system_error(), in_state(last)]);
        queries
    };
    let (end, steps) =
        charged(in_state("USERPAYING"), waiting("REVOKED"), vec![system_error(), in_state("REVOKED")]).await;
    assert!(matches!(end, Ok(Charge::Reversed(_))), "{end:?}");
    assert_eq!(steps[..10].iter().filter(|step| *step == "query").count(), 9);
    assert_eq!(steps[10..], ["reverse", "query", "reverse", "query"]);
    // Paid in the last moment, and given back.
    let (end, _) = charged(in_state("USERPAYING"), waiting("REFUND"), vec![in_state("REVOKED")]).await;
    assert!(matches!(end, Ok(Charge::Reversed(_))), "{end:?}");
    // Paid in the last moment, and not reversible any more.
    let refused = Reply::signed(400, r#"{"code":"TRADE_ERROR","message":"x"}"#);
    let (end, _) = charged(in_state("USERPAYING"), waiting("SUCCESS"), vec![refused]).await;
    assert!(matches!(end, Ok(Charge::Paid(_))), "{end:?}");
}

#[tokio::test(start_paused = true)]
async fn a_charge_that_nobody_knows_of_stays_unknown() {
    let began = Instant::now();
    let (end, steps) = charged(system_error(), vec![system_error()], vec![system_error()]).await;
    let Ok(Charge::StillUnknown(error)) = end else { panic!("{end:?}") };
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(steps.iter().filter(|step| *step == "charge").count(), 1);
    assert!(began.elapsed() <= PATIENCE + Duration::from_secs(60) + Duration::from_secs(30), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_refused_charge_is_an_error_and_nothing_follows() {
    let refused = Reply::signed(403, r#"{"code":"NOT_ENOUGH","message":"x"}"#);
    let (end, steps) = charged(refused, vec![], vec![]).await;
    assert_eq!(end.unwrap_err().outcome(), Outcome::Refused);
    assert_eq!(steps, ["charge"]);
}
