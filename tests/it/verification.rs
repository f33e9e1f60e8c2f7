//! What is not verified is not returned.

use http::Method;
use wechatpay_sdk::partner_payscore::{SyncServiceOrderDetail, SyncServiceOrderRequest};
use wechatpay_sdk::{Error, ErrorKind, Outcome, Trust, VerifyFailure, WechatPay};

use crate::support::*;

const BODY: &str = r#"{"code_url":"weixin://wxpay/bizpayurl?pr=JyC91EIz1"}"#;

/// What a write makes of this answer.
async fn answered(reply: Reply) -> Result<serde_json::Value, Error> {
    let wire = Wire::always(reply).await;
    let answer = wire.client().request(Method::POST, "/v3/pay/transactions/native").json(&()).await;
    answer.map(wechatpay_sdk::Response::into_inner)
}

/// The answer is not believed: the check that failed, with an outcome that nobody knows.
async fn disbelieved(reply: Reply) -> VerifyFailure {
    let error = answered(reply).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Verify, Outcome::Unknown), "{error:?}");
    assert_eq!(error.status().unwrap(), 200);
    error.verify_failure().unwrap().clone()
}

fn good() -> Reply {
    Reply::signed(200, BODY)
}

#[tokio::test]
async fn b01_a_signed_answer_is_returned() {
    let value = answered(good()).await.unwrap();
    assert_eq!(value["code_url"], "weixin://wxpay/bizpayurl?pr=JyC91EIz1");
}

#[tokio::test]
async fn b02_one_changed_byte_of_the_body_is_refused_and_says_to_query_first() {
    let mut reply = good();
    reply.body[5] ^= 1;
    let error = answered(reply).await.unwrap_err();
    assert_eq!(error.verify_failure(), Some(&VerifyFailure::WrongSignature));
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(error.request_id(), Some("08F78BB5AF0610D302-0"));
    assert!(error.to_string().contains("the outcome is unknown"), "{error}");
}

#[tokio::test]
async fn b03_a_success_without_one_of_its_headers_is_refused() {
    for name in ["wechatpay-timestamp", "wechatpay-nonce", "wechatpay-signature", "wechatpay-serial"] {
        assert_eq!(disbelieved(good().without(name)).await, VerifyFailure::MissingHeader(name));
    }
}

#[tokio::test]
async fn b04_a_header_that_comes_twice_is_refused() {
    for name in ["Wechatpay-Signature", "Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Serial"] {
        let reply = good();
        let again = reply.value(name).to_owned();
        assert!(matches!(disbelieved(reply.with(name, &again)).await, VerifyFailure::RepeatedHeader(_)));
    }
}

#[tokio::test]
async fn b05_b06_a_stamp_is_accepted_for_five_minutes_both_ways() {
    for skew in [-299, 299] {
        assert!(answered(Reply::signed_at(200, BODY, &(NOW + skew).to_string())).await.is_ok(), "{skew}");
    }
    for skew in [-301, 301, i64::from(i32::MIN), i64::from(i32::MAX)] {
        let stamp = (NOW + skew).max(0).to_string();
        let failure = disbelieved(Reply::signed_at(200, BODY, &stamp)).await;
        assert!(matches!(failure, VerifyFailure::StaleTimestamp { .. }), "{failure:?}");
    }
}

#[tokio::test]
async fn b07_a_stamp_that_is_no_plain_number_is_refused() {
    for stamp in ["1e9", "+1722851221", "1722851221abc", "-1", "99999999999999999999"] {
        assert_eq!(disbelieved(Reply::signed_at(200, BODY, stamp)).await, VerifyFailure::MalformedTimestamp, "{stamp}");
    }
}

#[tokio::test]
async fn b08_an_altered_nonce_or_stamp_is_refused() {
    let nonce = good().replace("Wechatpay-Nonce", "d824f2e086d3c1df967785d13fcd22ee");
    assert_eq!(disbelieved(nonce).await, VerifyFailure::WrongSignature);
    let stamp = good().replace("Wechatpay-Timestamp", &(NOW + 1).to_string());
    assert_eq!(disbelieved(stamp).await, VerifyFailure::WrongSignature);
}

fn sync() -> SyncServiceOrderRequest {
    let detail = SyncServiceOrderDetail::builder().paid_time("20091225091210");
    SyncServiceOrderRequest::builder().service_id("1").sub_mchid("2").type_("Order_Paid").detail(detail).build()
}

#[tokio::test]
async fn b09_b10_a_204_is_verified_over_its_empty_body() {
    let wire = Wire::always(Reply::signed(204, "")).await;
    let answer = wire.client().partner_payscore().sync_service_order("1", sync()).await.unwrap();
    let _: () = *answer;

    let wire = Wire::always(Reply::signed(204, "").without("Wechatpay-Signature")).await;
    let error = wire.client().partner_payscore().sync_service_order("1", sync()).await.unwrap_err();
    assert_eq!(error.verify_failure(), Some(&VerifyFailure::MissingHeader("wechatpay-signature")));
    assert_eq!((error.outcome(), error.operation()), (Outcome::Unknown, Some("sync_service_order")));
    assert_eq!(error.query_with(), Some("get_service_order"));
    assert!(error.to_string().contains("ask get_service_order"), "{error}");
}

#[tokio::test]
async fn b11_b12_an_accepted_answer_and_a_get_may_be_without_a_body() {
    for (method, status) in [(Method::POST, 202), (Method::GET, 204)] {
        let wire = Wire::always(Reply::signed(status, "")).await;
        let answer = wire.client().request(method, "/v3/x").await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.into_inner()), (status, serde_json::Value::Null));
    }
}

#[tokio::test]
async fn b14_an_unknown_key_is_refused_and_both_ids_are_named() {
    let error = answered(good().replace("Wechatpay-Serial", "PUB_KEY_ID_0999")).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("PUB_KEY_ID_0999") && text.contains(KEY_ID), "{text}");
    assert_eq!(error.outcome(), Outcome::Unknown);
}

#[tokio::test]
async fn b16_a_certificate_serial_matches_in_any_case_and_a_public_key_id_exactly() {
    let certificate = certificate("platform.certificate.pem");
    let serial = certificate.serial().as_str().to_owned();
    let pay = |wire: &Wire| {
        let trust = Trust::certificates([certificate.clone()]).unwrap();
        let builder = WechatPay::builder(merchant(), trust).clock(StandingClock(at(NOW)));
        builder.build_for_loopback(wire.address()).unwrap()
    };
    for spelling in [serial.clone(), serial.to_lowercase(), format!("00{serial}")] {
        let wire = Wire::always(good().replace("Wechatpay-Serial", &spelling)).await;
        let answer = pay(&wire).request(Method::GET, "/v3/x").await.unwrap();
        assert_eq!(answer.verified_by().as_str(), serial);
        assert_eq!(wire.only().header("wechatpay-serial"), Some(serial.as_str()));
    }
    let failure = disbelieved(good().replace("Wechatpay-Serial", &KEY_ID.to_lowercase())).await;
    assert!(matches!(failure, VerifyFailure::UnknownSerial { .. }), "{failure:?}");
}

#[tokio::test]
async fn b17_the_merchants_own_certificate_is_refused_as_platform_certificate() {
    let trust = Trust::certificates([certificate("merchant.certificate.pem")]).unwrap();
    let error = WechatPay::builder(merchant(), trust).build().unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Config, Outcome::NotSent));
}

#[tokio::test]
async fn b18_a_signature_probe_is_refused_and_says_that_it_is_one() {
    let failure = disbelieved(good().replace("Wechatpay-Signature", "WECHATPAY/SIGNTEST/abcdef")).await;
    assert!(failure.is_probe());
}

#[tokio::test]
async fn b18_after_a_probe_a_reentrant_call_may_be_repeated() {
    let wire = Wire::always(Reply::signed(204, "").replace("Wechatpay-Signature", "WECHATPAY/SIGNTEST/x")).await;
    let error = wire.client().partner_payscore().sync_service_order("1", sync()).await.unwrap_err();
    assert!(error.is_retryable());
}

#[tokio::test]
async fn b19_b20_a_signature_that_is_not_strict_base64_of_the_right_length_is_refused() {
    let signature = good().value("Wechatpay-Signature").to_owned();
    let url_safe = signature.replace(['+', '/'], "-");
    let short = &signature[..signature.len() - 4];
    for wrong in [signature.trim_end_matches('='), "????", url_safe.as_str(), short, "", "AAAA"] {
        let failure = disbelieved(good().replace("Wechatpay-Signature", wrong)).await;
        assert!(
            matches!(failure, VerifyFailure::MalformedSignature | VerifyFailure::WrongSignature),
            "{wrong}: {failure:?}"
        );
    }
}

#[tokio::test]
async fn b21_another_signature_type_is_refused_and_rsa_is_not_tried_instead() {
    let reply = good().replace("Wechatpay-Signature-Type", "WECHATPAY2-SM2-WITH-SM3");
    assert!(matches!(disbelieved(reply).await, VerifyFailure::UnsupportedSignatureType(_)));
}

#[tokio::test]
async fn b22_without_a_signature_type_rsa_is_meant() {
    assert!(answered(good().without("Wechatpay-Signature-Type")).await.is_ok());
}

#[tokio::test]
async fn b23_an_expired_platform_certificate_verifies_nothing() {
    let expired = certificate("platform.expired.certificate.pem");
    let serial = expired.serial().as_str().to_owned();
    let trust = trust().with_certificates([expired]).unwrap();
    let wire = Wire::always(good().replace("Wechatpay-Serial", &serial)).await;
    let builder = WechatPay::builder(merchant(), trust).clock(StandingClock(at(NOW)));
    let pay = builder.build_for_loopback(wire.address()).unwrap();
    let error = pay.request(Method::GET, "/v3/x").await.unwrap_err();
    assert!(matches!(error.verify_failure(), Some(VerifyFailure::InactiveCertificate { expired: true, .. })));
}

#[tokio::test]
async fn b24_a_signed_body_that_is_not_utf8_is_verified_and_then_not_decoded() {
    let error = answered(Reply::signed(200, b"{\"a\":\"\xff\"}".to_vec())).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Unknown));
    assert_eq!(error.body(), Some(&b"{\"a\":\"\xff\"}"[..]));
}

#[tokio::test]
async fn b25_a_page_of_a_captive_portal_is_refused_and_does_not_reach_the_log() {
    let page = format!("<html>{}</html>", "login ".repeat(10_000));
    let error = answered(Reply::bare(200, page)).await.unwrap_err();
    assert_eq!(error.verify_failure(), Some(&VerifyFailure::MissingHeader("wechatpay-timestamp")));
    assert!(!error.to_string().contains("login") && !format!("{error:?}").contains("login"));
    assert_eq!(error.body().unwrap().len(), 16 * 1024);
}

#[tokio::test]
async fn b26_an_answer_without_end_is_given_up_at_the_limit() {
    let error = answered(Reply::signed(200, vec![b' '; 9 * 1024 * 1024])).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transport, Outcome::Unknown));
    assert!(error.to_string().contains("larger than"), "{error}");
}

#[tokio::test]
async fn b27_an_answer_that_breaks_off_has_an_unknown_outcome() {
    let reply = good().with("Content-Length", "1000");
    let mut bytes = reply.bytes();
    bytes.extend_from_slice(b"\0cut");
    let wire = Wire::answering(move |_| bytes.clone()).await;
    let error = wire.client().request(Method::POST, "/v3/x").json(&()).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transport, Outcome::Unknown));
    assert_eq!(error.status().unwrap(), 200);
}

#[tokio::test]
async fn b28_a_compressed_answer_is_refused() {
    let error = answered(good().with("Content-Encoding", "gzip")).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transport, Outcome::Unknown));
    assert!(error.to_string().contains("compressed"), "{error}");
}

#[tokio::test]
async fn b31_header_names_are_read_in_any_case() {
    let mut reply = good();
    for (name, _) in &mut reply.headers {
        *name = name.to_uppercase();
    }
    assert!(answered(reply).await.is_ok());
}

#[tokio::test]
async fn b32_an_error_answer_need_not_be_signed_and_says_that_it_is_not() {
    let body = r#"{"code":"SIGN_ERROR","message":"错误的签名"}"#;
    let error = answered(Reply::bare(401, body)).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Api, Outcome::Refused));
    assert!(error.is_code("SIGN_ERROR") && !error.verified() && !error.is_retryable());

    let error = answered(Reply::signed(400, body)).await.unwrap_err();
    assert!(error.verified());
    let mut forged = Reply::signed(400, body);
    forged.body[3] ^= 1;
    assert!(!answered(forged).await.unwrap_err().verified());
}

#[tokio::test]
async fn b33_an_unsigned_not_found_is_not_the_word_of_wechat_pay() {
    let error = answered(Reply::bare(404, r#"{"code":"ORDER_NOT_EXIST","message":"x"}"#)).await.unwrap_err();
    assert!(error.is_code("ORDER_NOT_EXIST") && !error.verified() && !error.is_retryable());
}

#[tokio::test]
async fn c24_while_a_merchant_switches_either_key_verifies_an_answer_by_its_id() {
    let certificate = certificate("platform.certificate.pem");
    let serial = certificate.serial().as_str().to_owned();
    let trust = trust().with_certificates([certificate]).unwrap();
    for id in [serial.as_str(), KEY_ID] {
        let wire = Wire::always(good().replace("Wechatpay-Serial", id)).await;
        let builder = WechatPay::builder(merchant(), trust.clone()).clock(StandingClock(at(NOW)));
        let pay = builder.build_for_loopback(wire.address()).unwrap();
        let answer = pay.request(Method::GET, "/v3/x").await.unwrap();
        assert_eq!(answer.verified_by().as_str(), id);
        assert_eq!(wire.only().header("wechatpay-serial"), Some(KEY_ID));
    }
}
