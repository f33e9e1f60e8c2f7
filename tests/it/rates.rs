//! Clients that keep to the documented rates.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;
use wechatpay_sdk::refund::{CreateRefundAmount, CreateRefundRequest, DomesticRefund};
use wechatpay_sdk::{ErrorKind, Outcome, RateLimits, Retry, Sending, WechatPay};

use crate::support::*;

/// A server that notes when it was asked, and a client of it that keeps to the rates.
async fn paced(reply: Reply, limits: RateLimits) -> (WechatPay, Arc<Mutex<Vec<(Instant, String)>>>, Wire) {
    let times = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&times);
    let bytes = reply.bytes();
    let wire = Wire::answering(move |request| {
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        noted.lock().unwrap().push((Instant::now(), body["out_refund_no"].as_str().unwrap().to_owned()));
        bytes.clone()
    })
    .await;
    let pay = builder().rate_limits(limits).build_for_loopback(wire.address()).unwrap();
    (pay, times, wire)
}

fn refund(pay: &WechatPay, number: impl std::fmt::Display) -> Sending<DomesticRefund> {
    let amount = CreateRefundAmount::builder().refund(1).total(1).currency("CNY");
    let order = CreateRefundRequest::builder().out_trade_no("A1").out_refund_no(format!("R{number}")).amount(amount);
    pay.refund().create_refund(order).send()
}

fn refunded() -> Reply {
    Reply::signed(200, r#"{"refund_id":"1","out_refund_no":"R1","status":"PROCESSING"}"#)
}

fn refused() -> Reply {
    Reply::signed(400, r#"{"code":"INVALID_REQUEST","message":"x"}"#)
}

/// The most that came within one second.
fn busiest_second(times: &[(Instant, String)]) -> usize {
    let within =
        |from: Instant| times.iter().filter(|(at, _)| *at >= from && *at < from + Duration::from_secs(1)).count();
    times.iter().map(|(at, _)| within(*at)).max().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_calls_is_spread_over_the_documented_rate() {
    for (replicas, most) in [(1, 165), (2, 90)] {
        let (pay, times, _wire) = paced(refunded(), RateLimits::documented().shared_by(replicas)).await;
        let mut calls = JoinSet::new();
        for number in 0..400 {
            calls.spawn(refund(&pay, number));
        }
        assert!(calls.join_all().await.iter().all(Result::is_ok));
        let times = times.lock().unwrap();
        assert_eq!(times.len(), 400);
        let busiest = busiest_second(&times);
        assert!(busiest <= most, "{busiest} in one second");
    }
}

#[tokio::test(start_paused = true)]
async fn refused_calls_have_a_rate_of_their_own() {
    let (pay, times, _wire) = paced(refused(), RateLimits::documented()).await;
    let began = Instant::now();
    for number in 0..18 {
        assert_eq!(refund(&pay, number).await.unwrap_err().outcome(), Outcome::Refused);
    }
    assert!(began.elapsed() >= Duration::from_millis(1_800), "six a second after the first six: {:?}", began.elapsed());
    assert!(busiest_second(&times.lock().unwrap()) <= 13);
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_turn_comes_too_late_fails_with_nothing_sent() {
    let (pay, times, _wire) = paced(refunded(), RateLimits::documented()).await;
    let mut calls = JoinSet::new();
    for number in 0..400 {
        calls.spawn(refund(&pay, number).timeout(Duration::from_secs(2)));
    }
    let ends = calls.join_all().await;
    let late: Vec<_> = ends.iter().filter_map(|end| end.as_ref().err()).collect();
    assert!((200..=250).contains(&late.len()), "{}", late.len());
    for error in &late {
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transport, Outcome::NotSent));
        assert!(error.to_string().contains("rate of this operation"), "{error}");
    }
    assert_eq!(times.lock().unwrap().len() + late.len(), 400);
}

#[tokio::test(start_paused = true)]
async fn work_in_the_background_lets_others_go_first() {
    let (pay, times, _wire) = paced(refunded(), RateLimits::documented()).await;
    let mut calls = JoinSet::new();
    for number in 0..100 {
        calls.spawn(refund(&pay, format!("back{number}")).in_background());
    }
    for number in 0..100 {
        calls.spawn(refund(&pay, format!("front{number}")));
    }
    assert!(calls.join_all().await.iter().all(Result::is_ok));
    let times = times.lock().unwrap();
    let front_in = |half: &[(Instant, String)]| half.iter().filter(|(_, number)| number.contains("front")).count();
    assert!(front_in(&times[..100]) >= 90, "{}", front_in(&times[..100]));
}

#[tokio::test(start_paused = true)]
async fn after_a_429_all_calls_of_the_operation_wait() {
    let too_fast = Reply::bare(429, r#"{"code":"FREQUENCY_LIMITED","message":"x"}"#).with("Retry-After", "7");
    let (pay, times, _wire) = paced(too_fast, RateLimits::documented()).await;
    refund(&pay, 1).retry(Retry::OFF).await.unwrap_err();
    let began = Instant::now();
    refund(&pay, 2).retry(Retry::OFF).await.unwrap_err();
    assert!(began.elapsed() >= Duration::from_secs(7), "{:?}", began.elapsed());
    assert_eq!(times.lock().unwrap().len(), 2);
}
