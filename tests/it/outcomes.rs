//! After a failure the caller knows whether the request can have had an effect.

use std::time::Duration;

use http::Method;
use wechatpay_sdk::partner_payscore::{SyncServiceOrderDetail, SyncServiceOrderRequest};
use wechatpay_sdk::{Error, ErrorKind, Outcome, WechatPay};

use crate::support::*;

async fn sync(pay: &WechatPay) -> Error {
    let detail = SyncServiceOrderDetail::builder().paid_time("20091225091210");
    let body = SyncServiceOrderRequest::builder().service_id("1").sub_mchid("2").type_("Order_Paid").detail(detail);
    pay.partner_payscore().sync_service_order("1", body).await.unwrap_err()
}

#[tokio::test]
async fn h08_a_refused_connection_has_sent_nothing_and_may_be_repeated() {
    let wire = Wire::always(Reply::signed(204, "")).await;
    let pay = wire.client();
    drop(wire);
    tokio::task::yield_now().await;
    let error = sync(&pay).await;
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transport, Outcome::NotSent));
    assert!(error.is_retryable());
    assert_eq!(error.operation(), Some("sync_service_order"));
}

#[tokio::test]
async fn a_connection_that_is_cut_before_the_answer_has_an_unknown_outcome() {
    let wire = Wire::answering(|_| Vec::new()).await;
    let error = sync(&wire.client()).await;
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transport, Outcome::Unknown));
    assert!(error.is_retryable(), "sync is re-entrant by its number");
    let error = wire.client().request(Method::POST, "/v3/x").json(&()).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(!error.is_retryable(), "nobody knows whether this path is re-entrant");
}

#[tokio::test]
async fn h09_a_timeout_after_sending_has_an_unknown_outcome() {
    // The server takes the connection and never answers.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let pay = builder().timeout(Duration::from_millis(100)).build_for_loopback(listener.local_addr().unwrap()).unwrap();
    let error = sync(&pay).await;
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transport, Outcome::Unknown));
    assert!(error.to_string().contains("no answer in time"), "{error}");
}

#[tokio::test]
async fn h01_h05_server_errors_leave_the_outcome_open_whatever_their_body() {
    let system = br#"{"code":"SYSTEM_ERROR","message":"x"}"#.to_vec();
    for (status, body) in
        [(500, system), (502, b"<html>Bad Gateway</html>".to_vec()), (503, Vec::new()), (504, b"\xff".to_vec())]
    {
        let wire = Wire::always(Reply::bare(status, body)).await;
        let error = sync(&wire.client()).await;
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Api, Outcome::Unknown), "{status}");
        assert_eq!(error.code().is_some(), status == 500);
        assert!(error.is_retryable());
        assert!(error.to_string().contains("ask get_service_order"), "{error}");
    }
}

#[tokio::test]
async fn h02_h04_only_slowing_down_makes_a_refusal_repeatable() {
    for (status, code, repeatable) in
        [(429, "FREQUENCY_LIMITED", true), (403, "NOT_ENOUGH", false), (400, "INVALID_ORDER_STATE", false)]
    {
        let wire = Wire::always(Reply::signed(status, format!(r#"{{"code":"{code}","message":"x"}}"#))).await;
        let error = sync(&wire.client()).await;
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Api, Outcome::Refused));
        assert!(error.is_code(code) && error.verified());
        assert_eq!(error.is_retryable(), repeatable, "{code}");
        assert_eq!(error.status().unwrap(), status);
        assert_eq!(error.request_id(), Some("08F78BB5AF0610D302-0"));
    }
}

#[tokio::test]
async fn h06_h07_an_error_body_of_any_kind_and_size_is_kept_in_bounds() {
    let wire = Wire::always(Reply::bare(400, vec![b'x'; 5 * 1024 * 1024])).await;
    let error = sync(&wire.client()).await;
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Api, Outcome::Refused));
    assert_eq!(error.body().unwrap().len(), 16 * 1024);
    let wire = Wire::always(Reply::bare(400, r#"{"code":123,"message":["a"],"detail":[{"field":"/a"},null]}"#)).await;
    let error = sync(&wire.client()).await;
    assert_eq!(error.code(), None);
    assert_eq!(error.api().unwrap().details()[0].field(), Some("/a"));
}

#[tokio::test]
async fn a_verified_answer_without_the_point_of_the_call_has_an_unknown_outcome_and_keeps_its_body() {
    for body in [r#"{"out_order_no":"1"}"#, r#"{"out_order_no":"1","state":null}"#, "[]", "nonsense", ""] {
        let wire = Wire::always(Reply::signed(200, body)).await;
        let family = wire.client().partner_payscore();
        let call = family.get_service_order().service_id("1").sub_mchid("2").out_order_no("1");
        let error = call.await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Unknown), "{body}");
        assert_eq!(error.body(), Some(body.as_bytes()));
    }
}
