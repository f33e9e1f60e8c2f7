//! Answers as they must not be, seen through the SDK: never believed, and the outcome said as it is.

use super::*;
use crate::{Error, ErrorKind, Outcome, Retry, VerifyFailure};

async fn sync(pay: &WechatPay) -> Error {
    let call = pay.partner_payscore().sync_service_order("1", paid_in_cash());
    call.send().retry(Retry::OFF).await.unwrap_err()
}

#[tokio::test]
async fn an_answer_that_is_not_believed_leaves_the_outcome_open_though_it_happened() {
    type Plan = fn(&Gateway);
    type Is = fn(&VerifyFailure) -> bool;
    let cases: [(Plan, Is); 7] = [
        (|gateway| gateway.next_answer().forged(), |why| *why == VerifyFailure::WrongSignature),
        (|gateway| gateway.next_answer().altered_body(), |why| *why == VerifyFailure::WrongSignature),
        (|gateway| gateway.next_answer().without_signature(), |why| matches!(why, VerifyFailure::MissingHeader(_))),
        (|gateway| gateway.next_answer().stale(300), |why| matches!(why, VerifyFailure::StaleTimestamp { skew: -300 })),
        (|gateway| gateway.next_answer().stale(-301), |why| matches!(why, VerifyFailure::StaleTimestamp { skew: 301 })),
        (|gateway| gateway.next_answer().probe(), VerifyFailure::is_probe),
        (|gateway| gateway.next_answer().unknown_serial(), |why| matches!(why, VerifyFailure::UnknownSerial { .. })),
    ];
    for (plan, is_it) in cases {
        let (gateway, pay) = with_completed_order("1").await;
        plan(&gateway);
        let error = sync(&pay).await;
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Verify, Outcome::Unknown), "{error}");
        assert!(is_it(error.verify_failure().unwrap()), "{error}");
        assert_eq!(gateway.order("1").unwrap().state(), "DONE", "{error}");
        assert!(sync(&pay).await.is_code("ORDER_DONE"), "the fault is for one answer");
    }
}

#[tokio::test]
async fn a_body_altered_on_its_way_is_never_read() {
    let (gateway, pay) = with_completed_order("1").await;
    gateway.next_answer().altered_body();
    let query = pay.partner_payscore().get_service_order().service_id(SERVICE).sub_mchid(SUB_MCHID).out_order_no("1");
    let error = query.clone().send().retry(Retry::OFF).await.unwrap_err();
    assert_eq!(error.verify_failure(), Some(&VerifyFailure::WrongSignature));
    serde_json::from_slice::<Value>(error.body().unwrap()).expect("an altered body is still JSON");
    query.await.unwrap();
}

#[tokio::test]
async fn a_lost_answer_leaves_the_outcome_open_though_it_happened() {
    let (gateway, pay) = with_completed_order("1").await;
    gateway.next_answer().lost();
    let error = sync(&pay).await;
    assert_eq!((error.kind(), error.outcome(), error.status()), (ErrorKind::Transport, Outcome::Unknown, None));
    assert_eq!(gateway.order("1").unwrap().state(), "DONE");
    assert_eq!(gateway.requests().last().unwrap().status(), None);
    assert!(sync(&pay).await.is_code("ORDER_DONE"));
}

#[tokio::test]
async fn a_request_refused_too_fast_is_not_carried_out_and_may_be_repeated() {
    let (gateway, pay) = with_completed_order("1").await;
    gateway.next_answer().refused_too_fast();
    let error = sync(&pay).await;
    assert!(error.is_code("FREQUENCY_LIMITED") && error.verified() && error.is_retryable(), "{error}");
    assert_eq!(gateway.order("1").unwrap().state(), "DOING");
    pay.partner_payscore().sync_service_order("1", paid_in_cash()).await.unwrap();
}

#[tokio::test]
async fn an_answer_in_its_place_is_unsigned_and_nothing_is_carried_out() {
    let (gateway, pay) = with_completed_order("1").await;
    for (body, content_type) in
        [("<html>503</html>", "text/html"), ("{\"code\":\"SYSTEM_ERROR\"}", "application/json; charset=utf-8")]
    {
        gateway.next_answer().status(StatusCode::SERVICE_UNAVAILABLE, body);
        let target = format!("{ORDERS}?service_id={SERVICE}&sub_mchid={SUB_MCHID}&out_order_no=1");
        let reply = Raw::get(&target).send(&gateway).await;
        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (503, content_type));
        assert_eq!((reply.body.as_slice(), reply.is_signed()), (body.as_bytes(), false));
    }
    gateway.next_answer().status(StatusCode::BAD_GATEWAY, "");
    let error = sync(&pay).await;
    assert_eq!((error.kind(), error.outcome(), error.verified()), (ErrorKind::Api, Outcome::Unknown, false));
    assert_eq!(gateway.order("1").unwrap().state(), "DOING");
}

#[tokio::test]
async fn faults_line_up_one_for_each_request() {
    let (gateway, pay) = with_completed_order("1").await;
    gateway.next_answer().refused_too_fast();
    gateway.next_answer().status(StatusCode::BAD_GATEWAY, "");
    gateway.next_answer().lost();
    let kinds = [sync(&pay).await, sync(&pay).await, sync(&pay).await].map(|error| error.status().map(|s| s.as_u16()));
    assert_eq!(kinds, [Some(429), Some(502), None]);
    assert!(sync(&pay).await.is_code("ORDER_DONE"));
}

#[tokio::test]
async fn a_fault_of_one_operation_lets_the_others_pass_and_ends_after_its_times() {
    let (gateway, pay) = with_completed_order("1").await;
    let query = pay.partner_payscore().get_service_order().service_id(SERVICE).sub_mchid(SUB_MCHID).out_order_no("1");
    gateway.next_answer().of("partner_payscore.sync_service_order").unwrap().times(2).forged();
    query.clone().send().retry(Retry::OFF).await.unwrap();
    for _ in 0..2 {
        // The second time it is a refusal that cannot be believed: the order was synced the first time.
        assert!(!sync(&pay).await.verified());
        query.clone().send().retry(Retry::OFF).await.unwrap();
    }
    let error = sync(&pay).await;
    assert!(error.is_code("ORDER_DONE") && error.verified(), "{error}");
}

#[tokio::test]
async fn faults_by_chance_go_on_until_they_are_forgotten_and_an_unknown_operation_has_none() {
    let (gateway, pay) = with_completed_order("1").await;
    gateway.next_answer().with_probability(1.0, 0).lost();
    for _ in 0..3 {
        assert_eq!(sync(&pay).await.outcome(), Outcome::Unknown);
    }
    gateway.forget_faults();
    assert!(sync(&pay).await.is_code("ORDER_DONE"));
    let error = gateway.next_answer().of("no_such_operation").unwrap_err();
    assert!(error.to_string().contains("no_such_operation"), "{error}");
}

#[tokio::test]
async fn a_slow_answer_is_given_up_though_it_happened() {
    let (gateway, _) = with_completed_order("1").await;
    let patience = std::time::Duration::from_millis(50);
    let pay = gateway.client_with(|builder| builder.attempt_timeout(patience)).unwrap();
    gateway.next_answer().slow(std::time::Duration::from_secs(60));
    let error = sync(&pay).await;
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transport, Outcome::Unknown), "{error}");
    assert_eq!(gateway.order("1").unwrap().state(), "DONE");
}

#[tokio::test]
async fn the_journal_says_whether_a_signature_was_right_and_why_a_request_was_refused() {
    let (gateway, pay) = with_completed_order("1").await;
    pay.partner_payscore().sync_service_order("1", paid_in_cash()).await.unwrap();
    sync(&pay).await;
    reqwest::get(format!("http://{}/v3/certificates", gateway.address())).await.unwrap();
    gateway.next_answer().refused_too_fast();
    sync(&pay).await;
    let requests = gateway.requests();
    let last = &requests[requests.len() - 4..];
    let signatures: Vec<_> = last.iter().map(|received| received.is_signature_right()).collect();
    assert_eq!(signatures, [Some(true), Some(true), Some(false), None]);
    let codes: Vec<_> = last.iter().map(|received| received.refusal().map(|(code, _)| code)).collect();
    assert_eq!(codes, [None, Some("ORDER_DONE"), Some("SIGN_ERROR"), None]);
    assert!(last.windows(2).all(|pair| pair[0].number() + 1 == pair[1].number()));
}
