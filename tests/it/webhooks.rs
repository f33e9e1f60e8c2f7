//! Notifications: verified, opened, typed and answered, and never believed for a wrong reason.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::{Value, json};
use wechatpay_sdk::http::{HeaderMap, HeaderName, StatusCode};
use wechatpay_sdk::simulator::{Gateway, SimulatedClock};
use wechatpay_sdk::webhook::{Answer, Event, Evidence, Inbox, Inserting, Merchants, Notification};
use wechatpay_sdk::{
    ApiV3Key, CertificateRefresh, Error, ErrorKind, Fen, Merchant, PrivateKey, Progress, PublicKey, Result, Trust,
    VerifyFailure, WechatPay,
};

use crate::support::*;

mod checked;
mod diagnosis;
mod vectors;

const V3_KEY: &str = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";
const OTHER_V3_KEY: &str = "b7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";

fn pay() -> WechatPay {
    builder().api_v3_key(ApiV3Key::new(V3_KEY).unwrap()).build().unwrap()
}

/// AES-256-GCM by a library that the crate does not use for it.
fn sealed(key: &str, associated_data: &str, plaintext: &str) -> Vec<u8> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.as_bytes()).unwrap());
    let nonce = Nonce::assume_unique_for_key(*b"fdasflkja484");
    let mut text = plaintext.as_bytes().to_vec();
    key.seal_in_place_append_tag(nonce, Aad::from(associated_data.as_bytes()), &mut text).unwrap();
    text
}

fn transaction() -> Value {
    json!({
        "appid": "wxd678efh567hg6787",
        "mchid": MCHID,
        "out_trade_no": "1217752501201407033233368018",
        "transaction_id": "1217752501201407033233368019",
        "trade_state": "SUCCESS",
        "payer": { "openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" },
        "amount": { "total": 100, "payer_total": 90, "currency": "CNY", "payer_currency": "CNY" },
    })
}

fn envelope_of(event_type: &str, original_type: &str, plaintext: &str) -> Value {
    json!({
        "id": "EV-2018022511223320873",
        "create_time": "2015-05-20T13:29:35+08:00",
        "event_type": event_type,
        "resource_type": "encrypt-resource",
        "summary": "支付成功",
        "resource": {
            "original_type": original_type,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": STANDARD.encode(sealed(V3_KEY, "transaction", plaintext)),
            "associated_data": "transaction",
            "nonce": "fdasflkja484",
        },
    })
}

fn envelope(plaintext: &Value) -> Value {
    envelope_of("TRANSACTION.SUCCESS", "transaction", &plaintext.to_string())
}

/// The headers of a notification that WeChat Pay signs now.
fn signed(body: &[u8]) -> HeaderMap {
    headers(&Reply::signed(200, body))
}

fn headers(reply: &Reply) -> HeaderMap {
    reply.headers.iter().map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())).collect()
}

async fn parse(body: &[u8]) -> Result<Notification> {
    pay().webhooks().parse(&signed(body), body).await
}

async fn refused(envelope: &Value) -> Error {
    parse(envelope.to_string().as_bytes()).await.unwrap_err()
}

#[tokio::test]
async fn a_payment_is_verified_opened_and_typed() {
    let body = envelope(&transaction()).to_string();
    let notification = parse(body.as_bytes()).await.unwrap();
    assert_eq!(notification.event_type(), "TRANSACTION.SUCCESS");
    assert_eq!(notification.verified_by().as_str(), KEY_ID);
    assert_eq!(notification.received_by().as_str(), MCHID);
    assert_eq!((notification.summary(), notification.original_type()), (Some("支付成功"), Some("transaction")));
    assert_eq!(serde_json::from_str::<Value>(notification.plaintext()).unwrap(), transaction());
    let text = format!("{notification:?}");
    assert!(!text.contains("oUpF8uMuAJO"), "{text}");
    let Event::TransactionSuccess(order) = notification.into_event() else { panic!("a payment") };
    assert_eq!(order.amount.as_ref().unwrap().total, Some(Fen::new(100)));
    assert_eq!(order.progress(), Progress::Succeeded);
}

#[tokio::test]
async fn e02_e18_a_notification_is_believed_for_five_minutes_however_often_it_comes() {
    let body = envelope(&transaction()).to_string();
    let clock = SimulatedClock::stopped_at(NOW);
    let pay = builder().api_v3_key(ApiV3Key::new(V3_KEY).unwrap()).clock(clock.clone()).build().unwrap();
    let headers = signed(body.as_bytes());
    for _ in 0..2 {
        pay.webhooks().parse(&headers, body.as_bytes()).await.unwrap();
    }
    for skew in [301, -301] {
        clock.set_unix(NOW + skew);
        let error = pay.webhooks().parse(&headers, body.as_bytes()).await.unwrap_err();
        assert!(matches!(error.verify_failure(), Some(VerifyFailure::StaleTimestamp { .. })), "{error}");
    }
}

#[tokio::test]
async fn e03_a_body_that_a_framework_wrote_anew_is_refused() {
    let body = envelope(&transaction()).to_string();
    let anew = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&body).unwrap()).unwrap();
    let error = pay().webhooks().parse(&signed(body.as_bytes()), anew.as_bytes()).await.unwrap_err();
    assert_eq!(error.verify_failure(), Some(&VerifyFailure::WrongSignature));
}

#[tokio::test]
async fn e04_what_is_signed_and_no_notification_is_malformed() {
    for body in ["", "[]", "null", "7", "<xml>", "{\"id\":\"1\"}"] {
        let error = parse(body.as_bytes()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}: {error}");
        assert_eq!(Answer::refused(&error).status(), StatusCode::BAD_REQUEST);
    }
    let v2 = b" <xml><return_code>SUCCESS</return_code></xml>";
    let error = pay().webhooks().parse(&HeaderMap::new(), v2).await.unwrap_err();
    assert!(error.to_string().contains("a notification of APIv2"), "{error}");
}

#[tokio::test]
async fn e05_e22_an_unsigned_notification_is_refused_before_anything_is_opened() {
    let body = envelope(&transaction()).to_string();
    for name in ["wechatpay-timestamp", "wechatpay-nonce", "wechatpay-serial", "wechatpay-signature"] {
        let mut headers = signed(body.as_bytes());
        headers.remove(name);
        let error = pay().webhooks().parse(&headers, body.as_bytes()).await.unwrap_err();
        assert_eq!(error.verify_failure(), Some(&VerifyFailure::MissingHeader(name)));
        assert_eq!(Answer::refused(&error).status(), StatusCode::UNAUTHORIZED);

        let mut headers = signed(body.as_bytes());
        let padded = format!("  {}  ", headers[name].to_str().unwrap());
        headers.insert(name, padded.parse().unwrap());
        pay().webhooks().parse(&headers, body.as_bytes()).await.unwrap();
    }
}

#[tokio::test]
async fn e06_e08_a_resource_of_another_form_is_refused() {
    let cases: Vec<(&str, Value)> = vec![
        ("/resource", Value::Null),
        ("/resource", json!([])),
        ("/resource/nonce", json!("fdasflkja48")),
        ("/resource/nonce", json!("fdasflkja4845")),
        ("/resource/nonce", json!("")),
        ("/resource/nonce", Value::Null),
        ("/resource/ciphertext", json!(STANDARD.encode([7; 15]))),
        ("/resource/ciphertext", json!("%%%")),
        ("/resource/ciphertext", json!(7)),
        ("/resource/ciphertext", Value::Null),
        ("/resource/algorithm", json!("AEAD_AES_128_GCM")),
        ("/resource/algorithm", json!("aead_aes_256_gcm")),
        ("/resource/algorithm", Value::Null),
        ("/event_type", json!("")),
        ("/event_type", Value::Null),
    ];
    for (pointer, value) in cases {
        let mut envelope = envelope(&transaction());
        *envelope.pointer_mut(pointer).unwrap() = value;
        let error = refused(&envelope).await;
        assert_eq!(error.kind(), ErrorKind::Decode, "{envelope}: {error}");
    }
}

#[tokio::test]
async fn e07_e27_no_associated_data_is_the_empty_one_and_the_time_is_kept_as_it_came() {
    for absent in [Some(Value::Null), Some(json!("")), None] {
        let mut envelope = envelope(&transaction());
        envelope["create_time"] = json!("2015-05-20T13:29:35");
        let resource = envelope["resource"].as_object_mut().unwrap();
        resource["ciphertext"] = json!(STANDARD.encode(sealed(V3_KEY, "", &transaction().to_string())));
        match absent {
            Some(value) => resource["associated_data"] = value,
            None => drop(resource.remove("associated_data")),
        }
        let notification = parse(envelope.to_string().as_bytes()).await.unwrap();
        assert_eq!(notification.create_time(), Some("2015-05-20T13:29:35"));
    }
}

#[tokio::test]
async fn e09_e11_what_does_not_open_is_no_forgery_and_says_to_look_at_the_apiv3_key() {
    let mut other_key = envelope(&transaction());
    let ciphertext = sealed(OTHER_V3_KEY, "transaction", &transaction().to_string());
    other_key["resource"]["ciphertext"] = json!(STANDARD.encode(&ciphertext));
    let mut altered = envelope(&transaction());
    let mut ciphertext = sealed(V3_KEY, "transaction", &transaction().to_string());
    *ciphertext.last_mut().unwrap() ^= 1;
    altered["resource"]["ciphertext"] = json!(STANDARD.encode(ciphertext));
    for envelope in [other_key, altered] {
        let error = refused(&envelope).await;
        assert_eq!((error.kind(), error.verify_failure()), (ErrorKind::Decrypt, None));
        assert!(error.to_string().contains("APIv3 key"), "{error}");
        assert_eq!(Answer::refused(&error).status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
    let without = builder().build().unwrap();
    let body = envelope(&transaction()).to_string();
    let error = without.webhooks().parse(&signed(body.as_bytes()), body.as_bytes()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[tokio::test]
async fn e10_the_key_before_opens_too() {
    let pay = builder().api_v3_key(ApiV3Key::new(OTHER_V3_KEY).unwrap());
    let pay = pay.previous_api_v3_key(ApiV3Key::new(V3_KEY).unwrap()).build().unwrap();
    let body = envelope(&transaction()).to_string();
    pay.webhooks().parse(&signed(body.as_bytes()), body.as_bytes()).await.unwrap();
}

#[tokio::test]
async fn e12_an_event_that_is_not_known_is_no_error_and_says_what_would_know_it() {
    let body = envelope_of("SOMETHING.NEW", "new", r#"{"a":{"b":1}}"#).to_string();
    let notification = parse(body.as_bytes()).await.unwrap();
    let Event::Unrecognized(event) = notification.event() else { panic!("it is new") };
    assert_eq!((event.event_type(), event.features().len()), ("SOMETHING.NEW", 0));
    assert_eq!(event.members()["a"]["b"], 1);
    assert_eq!(notification.plaintext(), r#"{"a":{"b":1}}"#);

    for plaintext in ["not json", ""] {
        let error = refused(&envelope_of("TRANSACTION.SUCCESS", "transaction", plaintext)).await;
        assert_eq!((error.kind(), error.body()), (ErrorKind::Decode, Some(plaintext.as_bytes())));
        assert_eq!(
            Answer::refused(&error).status(),
            StatusCode::INTERNAL_SERVER_ERROR,
            "a repeat may meet a better SDK"
        );
    }
}

#[tokio::test]
async fn e13_a_known_event_that_lacks_its_point_is_an_error_that_keeps_what_was_opened() {
    let plaintext = r#"{"refund_status":"SUCCESS"}"#;
    let error = refused(&envelope_of("REFUND.SUCCESS", "refund", plaintext)).await;
    assert_eq!((error.kind(), error.body()), (ErrorKind::Decode, Some(plaintext.as_bytes())));
    assert!(error.to_string().contains("out_refund_no"), "{error}");
}

#[tokio::test]
async fn e14_one_event_with_several_shapes_is_told_apart_and_never_forced() {
    type IsRight = fn(&Event) -> bool;
    let shapes: Vec<(&str, Value, IsRight)> = vec![
        ("transaction", transaction(), |event| matches!(event, Event::TransactionSuccess(_))),
        (
            "transaction",
            json!({ "sp_mchid": MCHID, "sub_mchid": "1900000109", "out_trade_no": "1", "trade_state": "SUCCESS" }),
            |event| matches!(event, Event::PartnerTransactionSuccess(_)),
        ),
        (
            "transaction",
            json!({ "combine_mchid": MCHID, "combine_out_trade_no": "1", "combine_appid": "wx1", "sub_orders": [
                { "mchid": MCHID, "out_trade_no": "2", "trade_state": "SUCCESS", "amount": { "total_amount": 1 } }
            ] }),
            |event| matches!(event, Event::CombineTransactionSuccess(_)),
        ),
        (
            "profitsharing",
            json!({ "mchid": MCHID, "order_id": "1", "out_order_no": "P1", "receiver": { "amount": 1 } }),
            |event| matches!(event, Event::ProfitSharingTransactionSuccess(_)),
        ),
        (
            "transaction",
            json!({ "id": "42", "mchid": MCHID, "out_trade_no": "1", "trade_state": "SUCCESS",
                "amount": { "total": 100, "currency": "HKD" } }),
            |event| matches!(event, Event::GlobalTransactionSuccess(_)),
        ),
        (
            "transaction",
            json!({ "id": "42", "sp_mchid": MCHID, "sub_mchid": "20000100", "out_trade_no": "1", "trade_state": "SUCCESS",
                "amount": { "total": 100, "currency": "HKD" } }),
            |event| matches!(event, Event::GlobalTransactionSuccess(_)),
        ),
        ("parking", json!({ "out_trade_no": "1", "trade_scene": "PARKING" }), |event| {
            matches!(event, Event::Unrecognized(_))
        }),
    ];
    for (original_type, plaintext, is_right) in shapes {
        let envelope = envelope_of("TRANSACTION.SUCCESS", original_type, &plaintext.to_string());
        let notification = parse(envelope.to_string().as_bytes()).await.unwrap();
        assert!(is_right(notification.event()), "{:?}", notification.event());
        assert_eq!(notification.event().event_type(), "TRANSACTION.SUCCESS");
    }
}

#[tokio::test]
async fn e15_e16_a_probe_is_refused_whatever_key_it_names_and_nothing_is_downloaded_for_it() {
    let wire = Wire::always(Reply::bare(404, "{}")).await;
    let trust = trust().with_downloaded_certificates().certificate_refresh(CertificateRefresh::OnDemand);
    let pay = WechatPay::builder(merchant(), trust).clock(StandingClock(at(NOW)));
    let pay = pay.api_v3_key(ApiV3Key::new(V3_KEY).unwrap()).build_for_loopback(wire.address()).unwrap();
    let body = envelope(&transaction()).to_string();
    for serial in [KEY_ID, "7F00000000000000000000000000000000000001"] {
        let reply = Reply::signed(200, body.as_bytes()).replace("Wechatpay-Signature", "WECHATPAY/SIGNTEST/abc");
        let headers = headers(&reply.replace("Wechatpay-Serial", serial));
        let error = pay.webhooks().parse(&headers, body.as_bytes()).await.unwrap_err();
        assert!(error.verify_failure().is_some_and(VerifyFailure::is_probe));
        assert_eq!(Answer::refused(&error).status(), StatusCode::UNAUTHORIZED);
    }
    assert!(wire.received().is_empty());
}

#[tokio::test]
async fn e17_e23_the_key_of_a_repeat_is_the_same_and_of_another_state_another() {
    let notification = async |event_type: &str, plaintext: Value| {
        let envelope = envelope_of(event_type, "refund", &plaintext.to_string());
        parse(envelope.to_string().as_bytes()).await.unwrap()
    };
    let refund = |status: &str| json!({ "sp_mchid": MCHID, "sub_mchid": "1900000109", "out_trade_no": "A", "out_refund_no": "R1", "refund_status": status });
    let success = notification("REFUND.SUCCESS", refund("SUCCESS")).await;
    assert_eq!(success.sub_mchid(), Some("1900000109"), "to route it before anything else");
    assert_eq!(success.dedupe_key(), format!("{MCHID}/1900000109/REFUND.SUCCESS/R1/SUCCESS"));
    assert_eq!(success.dedupe_key(), notification("REFUND.SUCCESS", refund("SUCCESS")).await.dedupe_key());
    assert_ne!(success.dedupe_key(), notification("REFUND.CLOSED", refund("CLOSED")).await.dedupe_key());
    let without_number = notification("SOMETHING.NEW", json!({})).await;
    assert!(without_number.dedupe_key().contains("EV-2018022511223320873"));
}

#[test]
fn e19_e24_e26_an_answer_is_a_success_only_when_it_means_one() {
    let taken = Answer::taken();
    assert_eq!((taken.status().as_u16(), taken.body().len()), (204, 0));
    let long = format!("\"quoted\"\n{}", "很".repeat(100));
    let failed = Answer::failed(&long);
    assert_eq!(failed.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body: Value = serde_json::from_slice(failed.body()).unwrap();
    assert_eq!(body["code"], "FAIL");
    assert_eq!(body["message"].as_str().unwrap().chars().count(), 64);
    let fee = Answer::reply(&json!({ "parking_fee": 100 })).unwrap();
    let response: wechatpay_sdk::http::Response<Vec<u8>> =
        wechatpay_sdk::http::Response::from(fee).map(|body: bytes::Bytes| body.to_vec());
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.body(), br#"{"parking_fee":100}"#);
}

#[tokio::test]
async fn e21_a_body_of_ten_megabytes_is_refused_before_it_is_hashed() {
    let body = vec![b' '; 10 * 1024 * 1024];
    let error = pay().webhooks().parse(&HeaderMap::new(), &body).await.unwrap_err();
    assert!(error.to_string().contains("larger than"), "{error}");
}

#[tokio::test]
async fn e25_an_answer_can_be_signed() {
    let answer = Answer::reply(&json!({ "code": "SUCCESS" })).unwrap();
    let answer = pay().webhooks().sign_answer(answer).await.unwrap();
    let header = answer.headers()["authorization"].to_str().unwrap();
    let value = |name: &str| header.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let message = format!("{}\n{}\n{}\n", value("timestamp"), value("nonce_str"), r#"{"code":"SUCCESS"}"#);
    let key = <rsa::PublicKey as rsa::pkcs8::DecodePublicKey>::from_public_key_pem(&key_file("merchant.public.pem"));
    let signature = STANDARD.decode(value("signature")).unwrap();
    key.unwrap().pkcs1v15_verify::<rsa::sha2::Sha256>(message.as_bytes(), &signature).unwrap();
}

#[tokio::test]
async fn evidence_is_kept_and_verified_again_years_later() {
    let body = envelope(&transaction()).to_string();
    let notification = parse(body.as_bytes()).await.unwrap();
    let kept = serde_json::to_string(notification.evidence()).unwrap();
    let evidence: Evidence = serde_json::from_str(&kept).unwrap();
    let later = builder().clock(StandingClock(at(NOW + 300_000_000))).build().unwrap();
    assert_eq!(later.verify_evidence(&evidence).unwrap().as_str(), KEY_ID);
    assert_eq!(evidence.body(), body.as_bytes());
    assert!(!format!("{evidence:?}").contains("ciphertext"));
    let altered: Evidence = serde_json::from_str(&kept.replace(&NOW.to_string(), &(NOW + 1).to_string())).unwrap();
    assert_eq!(later.verify_evidence(&altered).unwrap_err().kind(), ErrorKind::Verify);

    let wire = Wire::always(Reply::signed(200, "{\"a\": 1}")).await;
    let answer = wire.client().request(wechatpay_sdk::http::Method::GET, "/v3/x").await.unwrap();
    assert_eq!(later.verify_evidence(&answer.evidence()).unwrap().as_str(), KEY_ID);
    assert_eq!(answer.evidence().body(), b"{\"a\": 1}");
}

#[tokio::test]
async fn several_merchants_share_an_address_and_nothing_else() {
    let other_id = "PUB_KEY_ID_0119000000012027";
    let other_key = PrivateKey::from_pem(&key_file("e3.key.pem")).unwrap();
    let other = Merchant::new("1900000001".parse().unwrap(), "AA".parse().unwrap(), other_key);
    let platform = PublicKey::from_pem(&key_file("platform.public.pem")).unwrap();
    let other = WechatPay::builder(other, Trust::public_key(other_id.parse().unwrap(), platform));
    let other = other.api_v3_key(ApiV3Key::new(OTHER_V3_KEY).unwrap()).clock(StandingClock(at(NOW))).build().unwrap();
    let merchants = Merchants::new([pay(), other.clone()]).unwrap();

    let body = envelope(&transaction()).to_string();
    let mine = merchants.parse(&signed(body.as_bytes()), body.as_bytes()).await.unwrap();
    assert_eq!(mine.received_by().as_str(), MCHID);

    let theirs = |plaintext: Value| {
        let mut envelope = envelope(&plaintext);
        let ciphertext = sealed(OTHER_V3_KEY, "transaction", &plaintext.to_string());
        envelope["resource"]["ciphertext"] = json!(STANDARD.encode(ciphertext));
        envelope.to_string()
    };
    let mut plaintext = transaction();
    plaintext["mchid"] = json!("1900000001");
    let body = theirs(plaintext);
    let named = headers(&Reply::signed(200, body.as_bytes()).replace("Wechatpay-Serial", other_id));
    assert_eq!(merchants.parse(&named, body.as_bytes()).await.unwrap().received_by(), other.mchid());

    // Signed and encrypted for the one, about the other.
    let body = theirs(transaction());
    let named = headers(&Reply::signed(200, body.as_bytes()).replace("Wechatpay-Serial", other_id));
    let error = merchants.parse(&named, body.as_bytes()).await.unwrap_err();
    assert!(error.to_string().contains("names another"), "{error}");

    let stranger = headers(&Reply::signed(200, body.as_bytes()).replace("Wechatpay-Serial", "PUB_KEY_ID_01"));
    let error = merchants.parse(&stranger, body.as_bytes()).await.unwrap_err();
    assert!(error.to_string().contains(other_id) && error.to_string().contains(KEY_ID), "{error}");
    assert!(Merchants::new([]).is_err() && Merchants::new([pay(), pay()]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_changed_byte_in_body_or_signed_headers_is_refused(at in any::<prop::sample::Index>(), change in 1_u8..=255) {
        let body = envelope(&transaction()).to_string().into_bytes();
        let reply = Reply::signed(200, body.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut altered = body.clone();
        altered[at.index(body.len())] ^= change;
        let error = runtime.block_on(pay().webhooks().parse(&headers(&reply), &altered)).unwrap_err();
        prop_assert_eq!(error.kind(), ErrorKind::Verify);
        for name in ["Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Serial", "Wechatpay-Signature"] {
            let mut value = reply.value(name).as_bytes().to_vec();
            let position = at.index(value.len());
            value[position] = if value[position] == b'1' { b'2' } else { b'1' };
            let altered = reply.clone().replace(name, std::str::from_utf8(&value).unwrap());
            let error = runtime.block_on(pay().webhooks().parse(&headers(&altered), &body)).unwrap_err();
            prop_assert_eq!(error.kind(), ErrorKind::Verify, "{}", name);
        }
    }
}

/// An inbox that is a table of the test.
#[derive(Default)]
struct Table {
    rows: std::sync::Mutex<Vec<String>>,
    is_down: bool,
}

impl Inbox for Table {
    fn insert<'a>(&'a self, notification: &'a Notification) -> Inserting<'a> {
        Box::pin(async move {
            if self.is_down {
                return Err("the database is down".into());
            }
            let mut rows = self.rows.lock().unwrap();
            if !rows.contains(&notification.dedupe_key()) {
                rows.push(notification.dedupe_key());
            }
            Ok(())
        })
    }
}

#[tokio::test]
async fn e17_e19_success_is_answered_only_when_the_inbox_has_it_and_it_has_each_once() {
    let body = envelope(&transaction()).to_string();
    let headers = signed(body.as_bytes());
    let table = Table::default();
    for _ in 0..3 {
        let answer = pay().webhooks().take(&headers, body.as_bytes(), &table).await;
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    }
    assert_eq!(table.rows.lock().unwrap().len(), 1);
    let down = Table { is_down: true, ..Table::default() };
    let answer = pay().webhooks().take(&headers, body.as_bytes(), &down).await;
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!String::from_utf8_lossy(answer.body()).contains("database"), "{answer:?}");
    let answer = pay().webhooks().take(&HeaderMap::new(), body.as_bytes(), &table).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[cfg(feature = "tower")]
#[tokio::test]
async fn a_tower_service_hands_over_what_is_verified_and_answers_the_rest() {
    let body = envelope(&transaction()).to_string();
    let mut service = pay().webhooks().service(|notification| async move {
        assert_eq!(notification.event_type(), "TRANSACTION.SUCCESS");
        Answer::reply(&json!({ "key": notification.dedupe_key() })).unwrap()
    });
    let request = |headers: HeaderMap| {
        let body = http_body_util::Full::new(bytes::Bytes::from(body.clone()));
        let mut request = wechatpay_sdk::http::Request::new(body);
        *request.headers_mut() = headers;
        request
    };
    let answer = tower_service::Service::call(&mut service, request(signed(body.as_bytes()))).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let answer = tower_service::Service::call(&mut service, request(HeaderMap::new())).await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test(start_paused = true)]
async fn e20_a_handler_that_takes_longer_than_wechat_pay_waits_still_ends() {
    let body = envelope(&transaction()).to_string();
    struct Slow;
    impl Inbox for Slow {
        fn insert<'a>(&'a self, _: &'a Notification) -> Inserting<'a> {
            Box::pin(async {
                tokio::time::sleep(std::time::Duration::from_secs(6)).await;
                Ok(())
            })
        }
    }
    let answer = pay().webhooks().take(&signed(body.as_bytes()), body.as_bytes(), &Slow).await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn the_simulator_makes_notifications_that_its_clients_read() {
    let gateway = Gateway::start_at(NOW).await.unwrap();
    let pay = gateway.client().unwrap();
    let (headers, body) = gateway.notification("TRANSACTION.SUCCESS", &transaction()).unwrap();
    let notification = pay.webhooks().parse(&headers, &body).await.unwrap();
    assert!(matches!(notification.event(), Event::TransactionSuccess(_)));
    let certificates = gateway.client_of(gateway.merchant(), Trust::downloaded_certificates()).unwrap();
    assert!(certificates.webhooks().parse(&headers, &body).await.is_err(), "it is signed with the public key");
}
