//! What leaves the machine is what was signed.

use std::io::Write as _;
use std::process::{Command, Stdio};

use http::Method;
use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use wechatpay_sdk::partner_payscore::{CancelServiceOrderRequest, SyncServiceOrderDetail, SyncServiceOrderRequest};
use wechatpay_sdk::{
    Brand, ErrorKind, FourByteCharacters, Merchant, Outcome, PrivateKey, PublicKey, Sign, Signing, VerifyFailure,
    WechatPay, WechatPayBrand,
};

use crate::support::*;

fn sync() -> SyncServiceOrderRequest {
    SyncServiceOrderRequest::builder()
        .service_id("2002000000000558128851361561536")
        .sub_mchid("1900000109")
        .type_("Order_Paid")
        .detail(SyncServiceOrderDetail::builder().paid_time("20091225091210").seq(1).paid_amount(1))
        .build()
}

#[tokio::test]
async fn a_sync_goes_out_as_the_official_page_shows_it() {
    let wire = Wire::always(Reply::signed(204, "")).await;
    let answer = wire.client().partner_payscore().sync_service_order("1234323JKHDFE1243252", sync()).await.unwrap();
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.verified_by().as_str(), KEY_ID);
    assert_eq!(answer.request_id(), Some("08F78BB5AF0610D302-0"));

    let request = wire.only();
    assert_eq!(request.method, "POST");
    assert_eq!(request.target, "/v3/payscore/partner/serviceorder/1234323JKHDFE1243252/sync");
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(
        body,
        serde_json::json!({
            "service_id": "2002000000000558128851361561536",
            "sub_mchid": "1900000109",
            "type": "Order_Paid",
            "detail": { "seq": 1, "paid_time": "20091225091210", "paid_amount": 1 }
        })
    );
    assert!(request.is_signed());
}

#[tokio::test]
async fn openssl_verifies_the_signature_of_a_captured_call() {
    let wire = Wire::always(Reply::signed(204, "")).await;
    wire.client().partner_payscore().sync_service_order("1", sync()).await.unwrap();
    let request = wire.only();
    let folder = tempfile::tempdir().unwrap();
    let signature = folder.path().join("signature");
    std::fs::write(&signature, request.signature()).unwrap();
    let key = format!("{}/tests/data/keys/merchant.public.pem", env!("CARGO_MANIFEST_DIR"));
    let mut openssl = Command::new("openssl")
        .args(["dgst", "-sha256", "-verify", &key, "-signature", signature.to_str().unwrap()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    openssl.stdin.take().unwrap().write_all(&request.signed_message()).unwrap();
    let output = openssl.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "Verified OK");
}

#[tokio::test]
async fn a01_a_get_has_no_body_and_signs_an_empty_line() {
    let wire = Wire::always(Reply::signed(200, "{}")).await;
    wire.client().request(Method::GET, "/v3/certificates").await.unwrap();
    let request = wire.only();
    assert!(request.body.is_empty() && request.header("content-length").is_none());
    assert!(request.signed_message().ends_with(b"\n\n"));
    assert!(request.is_signed());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a02_a03_a06_any_path_and_query_value_arrives_as_given_and_as_signed(
        path in "[a-z/%?#+|*=@ 中文😀~._-]{1,12}",
        query in "[a-z/%?#+|*=@& 中文😀~._-]{1,12}",
    ) {
        prop_assume!(path != "." && path != "..");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let wire = Wire::always(Reply::signed(200, r#"{"authorization_state":"AVAILABLE"}"#)).await;
            let family = wire.client().partner_payscore();
            family.get_permission_by_authorization_code(&*path).service_id(&*query).sub_mchid("1").await.unwrap();
            let request = wire.only();
            prop_assert!(request.is_signed(), "{}", request.target);
            let (sent_path, sent_query) = request.target.split_once('?').unwrap();
            let segment = sent_path.strip_prefix("/v3/payscore/partner/permissions/authorization-code/").unwrap();
            prop_assert_eq!(percent_decode_str(segment).decode_utf8().unwrap(), path.as_str());
            let value = sent_query.split('&').find_map(|pair| pair.strip_prefix("service_id=")).unwrap();
            prop_assert_eq!(percent_decode_str(value).decode_utf8().unwrap(), query.as_str());
            for raw in [segment, value] {
                let is_strict = raw.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b));
                prop_assert!(is_strict, "{raw}");
            }
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a04_a05_an_empty_or_dotted_path_value_is_refused_before_anything_is_sent() {
    let wire = Wire::always(Reply::signed(204, "")).await;
    for value in ["", ".", ".."] {
        let error = wire.client().partner_payscore().sync_service_order(value, sync()).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent));
        assert!(error.to_string().contains("`out_order_no`"), "{error}");
    }
    assert!(wire.received().is_empty());
}

#[tokio::test]
async fn a07_a_trailing_slash_stays_in_the_path_and_in_the_signature() {
    let wire = Wire::always(Reply::signed(200, "{}")).await;
    wire.client().request(Method::POST, "/v3/applyment4sub/applyment/").json(&()).await.unwrap();
    let request = wire.only();
    assert_eq!(request.target, "/v3/applyment4sub/applyment/");
    assert!(request.is_signed());
}

#[tokio::test]
async fn a10_a13_a_body_that_ends_in_a_newline_is_sent_and_signed_byte_for_byte() {
    let wire = Wire::always(Reply::signed(200, "{}")).await;
    let body = "{ \"a\" : \"中\\u4e2d\" }\n";
    wire.client().request(Method::POST, "/v3/x").json_text(body).await.unwrap();
    let request = wire.only();
    assert_eq!(request.body, body.as_bytes());
    assert!(request.signed_message().ends_with(b"}\n\n"));
    assert!(request.is_signed());
}

#[tokio::test]
async fn a11_no_body_and_an_empty_object_are_signed_as_what_they_are() {
    let wire = Wire::always(Reply::signed(200, "{}")).await;
    wire.client().request(Method::POST, "/v3/x").await.unwrap();
    wire.client().request(Method::POST, "/v3/x").json(&serde_json::json!({})).await.unwrap();
    let received = wire.received();
    assert_eq!(received[0].header("content-length"), Some("0"));
    assert_eq!((received[0].body.as_slice(), received[1].body.as_slice()), (&b""[..], &b"{}"[..]));
    assert!(received.iter().all(Received::is_signed));
}

#[tokio::test]
async fn a12_a_delete_sends_and_signs_its_body() {
    let wire = Wire::always(Reply::signed(200, "{}")).await;
    let body = serde_json::json!({ "account": "1" });
    wire.client().request(Method::DELETE, "/v3/global/profit-sharing/receivers").json(&body).await.unwrap();
    let request = wire.only();
    assert_eq!((request.method.as_str(), request.body.as_slice()), ("DELETE", &br#"{"account":"1"}"#[..]));
    assert!(request.is_signed());
}

#[tokio::test]
async fn a14_an_emoji_in_a_body_is_refused_by_the_name_of_its_field_unless_allowed() {
    let wire = Wire::always(Reply::signed(204, "")).await;
    let cancel = CancelServiceOrderRequest::builder().service_id("1").sub_mchid("2").reason("再见👋");
    let call = wire.client().partner_payscore().cancel_service_order("1", cancel.clone());
    let error = call.await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent));
    assert!(error.to_string().contains("/reason: has a character") && !error.to_string().contains('👋'), "{error}");
    assert!(wire.received().is_empty());

    for body in ["{\"a\":[\"\\ud83d\\udc4b\"]}", "{\"a\":[\"👋\"]}"] {
        let error = wire.client().request(Method::POST, "/v3/x").json_text(body).await.unwrap_err();
        assert!(error.to_string().contains("/a/0: has a character"), "{error}");
    }
    assert!(wire.received().is_empty());

    let builder = builder().four_byte_characters(FourByteCharacters::Send);
    let pay = builder.build_for_loopback(wire.address()).unwrap();
    pay.partner_payscore().cancel_service_order("1", cancel).await.unwrap();
    assert!(String::from_utf8(wire.only().body).unwrap().contains("再见👋"));
}

#[tokio::test]
async fn a15_what_is_not_set_is_left_out_and_never_null() {
    let wire = Wire::always(Reply::signed(204, "")).await;
    let detail = SyncServiceOrderDetail::builder().paid_time("20091225").maybe_seq(None);
    let mut body = sync();
    body.detail = detail.build();
    wire.client().partner_payscore().sync_service_order("1", body).await.unwrap();
    let text = String::from_utf8(wire.only().body).unwrap();
    assert!(text.contains(r#""detail":{"paid_time":"20091225"}"#) && !text.contains("null"), "{text}");
}

#[tokio::test]
async fn a17_a_repeat_has_the_same_bytes_and_a_fresh_nonce() {
    let wire = Wire::always(Reply::signed(204, "")).await;
    let call = wire.client().partner_payscore().sync_service_order("1", sync());
    call.clone().await.unwrap();
    call.await.unwrap();
    let received = wire.received();
    assert_eq!(received[0].body, received[1].body);
    assert_ne!(received[0].authorization("nonce_str"), received[1].authorization("nonce_str"));
    assert!(received.iter().all(Received::is_signed));
}

#[tokio::test]
async fn a18_a22_every_request_says_who_sends_it_and_what_it_accepts() {
    let wire = Wire::always(Reply::signed(204, "")).await;
    wire.client().partner_payscore().sync_service_order("1", sync()).await.unwrap();
    wire.client().request(Method::GET, "/v3/x").await.unwrap();
    for request in wire.received() {
        let authorization = request.header("authorization").unwrap();
        assert!(authorization.starts_with("WECHATPAY2-SHA256-RSA2048 mchid=\"1230000109\","), "{authorization}");
        assert_eq!(request.authorization("serial_no"), SERIAL);
        assert_eq!(request.authorization("timestamp"), NOW.to_string());
        assert_eq!(request.authorization("nonce_str").len(), 32);
        assert_eq!(request.header("accept"), Some("application/json"));
        assert!(request.header("user-agent").unwrap().starts_with("wechatpay-sdk/"));
        assert_eq!(request.header("wechatpay-serial"), Some(KEY_ID));
        assert_eq!(request.header("accept-encoding"), Some("identity"));
        assert_eq!(request.header("api-version"), None);
    }
}

#[tokio::test]
async fn a23_headers_of_the_sdk_cannot_be_overridden() {
    let wire = Wire::always(Reply::signed(200, "{}")).await;
    for name in ["Authorization", "wechatpay-serial", "Host", "Content-Length", "User-Agent", "Content-Type", "Upgrade"]
    {
        let error = wire.client().request(Method::GET, "/v3/x").header(name, "x").await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent));
    }
    assert!(wire.received().is_empty());
    wire.client().request(Method::GET, "/v3/x").header("Accept-Language", "en").await.unwrap();
    assert_eq!(wire.only().header("accept-language"), Some("en"));
}

struct BrokenHsm;

impl Sign for BrokenHsm {
    fn sign<'a>(&'a self, _: &'a [u8]) -> Signing<'a> {
        Box::pin(async { Err("the HSM is unplugged".into()) })
    }
}

#[tokio::test]
async fn a24_a_signer_that_fails_is_a_sign_error_and_nothing_is_sent() {
    let wire = Wire::always(Reply::signed(200, "{}")).await;
    let merchant = Merchant::with_signer(MCHID.parse().unwrap(), SERIAL.parse().unwrap(), BrokenHsm);
    let pay = WechatPay::builder(merchant, trust()).build_for_loopback(wire.address()).unwrap();
    let error = pay.request(Method::GET, "/v3/x").await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Sign, Outcome::NotSent));
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "the HSM is unplugged");
    assert!(wire.received().is_empty());
}

#[tokio::test]
async fn a28_a29_json_flags_and_large_numbers_in_a_query_are_encoded_once() {
    let wire = Wire::always(Reply::signed(200, "{}")).await;
    let partner = serde_json::json!({ "type": "APPID", "appid": "wx1" });
    let request = wire.client().request(Method::GET, "/v3/marketing/partnerships");
    request.query("partner", &partner).query("is", true).query("offset", i64::MAX).await.unwrap();
    let request = wire.only();
    let query = request.target.split_once('?').unwrap().1;
    assert_eq!(
        query,
        "partner=%7B%22appid%22%3A%22wx1%22%2C%22type%22%3A%22APPID%22%7D&is=true&offset=9223372036854775807"
    );
    assert!(request.is_signed());
}

#[tokio::test]
async fn a30_a_redirect_is_not_followed_and_takes_no_authorization_along() {
    let elsewhere = Wire::always(Reply::signed(200, "{}")).await;
    let location = format!("http://{}/", elsewhere.address());
    let wire = Wire::always(Reply::bare(302, "").with("Location", &location)).await;
    let error = wire.client().partner_payscore().sync_service_order("1", sync()).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transport, Outcome::Unknown));
    assert_eq!(error.status().unwrap(), 302);
    assert!(elsewhere.received().is_empty());
}

#[tokio::test]
async fn a26_a_brand_signs_by_its_own_scheme_and_number_and_never_as_a_merchant() {
    let reply = Reply::signed(200, "{}").replace("Wechatpay-Signature-Type", "WECHATPAY-BRAND-SHA256-RSA2048");
    let wire = Wire::always(reply).await;
    let key = PrivateKey::from_pem(&key_file("merchant.pkcs8.pem")).unwrap();
    let brand = Brand::new("12345".parse().unwrap(), SERIAL.parse().unwrap(), key);
    let platform = PublicKey::from_pem(&key_file("platform.public.pem")).unwrap();
    let pay = WechatPayBrand::builder(brand, KEY_ID.parse().unwrap(), platform).clock(StandingClock(at(NOW)));
    let pay = pay.build_for_loopback(wire.address()).unwrap();
    let path = "/brand/marketing/product-coupon/product-coupons";
    pay.request(Method::POST, path).json(&serde_json::json!({})).await.unwrap();
    let request = wire.only();
    let authorization = request.header("authorization").unwrap();
    assert!(authorization.starts_with("WECHATPAY-BRAND-SHA256-RSA2048 brand_id=\"12345\","), "{authorization}");
    assert!(!authorization.contains("mchid"));
    assert_eq!(request.header("wechatpay-serial"), Some(KEY_ID));
    assert!(request.is_signed());
    // The scheme of the other kind of client is not believed, in either direction.
    let merchant = wire.client().request(Method::GET, "/v3/x").await.unwrap_err();
    assert!(matches!(merchant.verify_failure(), Some(VerifyFailure::UnsupportedSignatureType(_))));
    let wire = Wire::always(Reply::signed(200, "{}")).await;
    let platform = PublicKey::from_pem(&key_file("platform.public.pem")).unwrap();
    let key = PrivateKey::from_pem(&key_file("merchant.pkcs8.pem")).unwrap();
    let brand = Brand::new("12345".parse().unwrap(), SERIAL.parse().unwrap(), key);
    let pay = WechatPayBrand::builder(brand, KEY_ID.parse().unwrap(), platform).clock(StandingClock(at(NOW)));
    let error = pay.build_for_loopback(wire.address()).unwrap().request(Method::GET, "/brand/x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Verify);
}
