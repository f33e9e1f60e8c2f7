//! A path that no family has is signed and verified by the same code.

use http::Method;
use wechatpay_sdk::{ErrorKind, Outcome};

use crate::support::*;

#[tokio::test]
async fn a_raw_request_is_signed_and_its_answer_verified() {
    let wire = Wire::always(Reply::signed(200, r#"{"available_amount":100}"#)).await;
    let answer = wire.client().request(Method::GET, "/v3/merchant/fund/balance/BASIC").await.unwrap();
    assert_eq!(answer["available_amount"], 100);
    assert_eq!(answer.verified_by().as_str(), KEY_ID);
    assert!(wire.only().is_signed());

    let wire = Wire::always(Reply::bare(200, r#"{"available_amount":100}"#)).await;
    let error = wire.client().request(Method::GET, "/v3/merchant/fund/balance/BASIC").await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Verify, Outcome::Unknown));
    assert!(error.is_retryable(), "a read may be repeated");
}

#[tokio::test]
async fn a_path_that_would_reach_another_place_is_refused() {
    let wire = Wire::always(Reply::signed(200, "{}")).await;
    for path in [
        "",
        "v3/x",
        "//evil.example/x",
        "/v3/../x",
        "/v3/./x",
        "/v3/x#y",
        "/v3\\x",
        "https://evil.example/",
        "/v3/%2e%2e/x",
        "/v3/a b",
        "/v3/\n",
        "/v3/中",
    ] {
        let error = wire.client().request(Method::GET, path).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent), "{path}");
    }
    assert!(wire.received().is_empty());
}

#[tokio::test]
async fn a_query_in_the_path_and_one_by_name_are_both_sent() {
    let wire = Wire::always(Reply::signed(200, "{}")).await;
    wire.client().request(Method::GET, "/v3/x?a=b%2Fc+*~").query("d", "e f~").await.unwrap();
    let request = wire.only();
    assert_eq!(request.target, "/v3/x?a=b%2Fc+*~&d=e%20f~");
    assert!(request.is_signed());
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused_before_sending() {
    let wire = Wire::always(Reply::signed(200, "{}")).await;
    let no_json = std::collections::HashMap::from([((1, 2), 3)]);
    let error = wire.client().request(Method::POST, "/v3/x").json(&no_json).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent));
    assert!(wire.received().is_empty());
}

#[tokio::test]
async fn a_method_that_no_operation_has_is_refused() {
    let wire = Wire::always(Reply::signed(200, "{}")).await;
    for method in [Method::CONNECT, Method::TRACE, Method::OPTIONS, Method::HEAD] {
        let error = wire.client().request(method, "/v3/x").await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent));
    }
    assert!(wire.received().is_empty());
}
