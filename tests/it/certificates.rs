//! Platform certificates that the client downloads: believed when everything fits, replaced as a whole, and never a storm.

use std::future::Future as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use wechatpay_sdk::http::Method;
use wechatpay_sdk::profit_sharing::{
    AddProfitSharingReceiverRequest, ProfitSharingReceiverType, ProfitSharingRelationType,
};
use wechatpay_sdk::simulator::SimulatedClock;
use wechatpay_sdk::{
    ApiV3Key, CertificateRefresh, Error, ErrorKind, Outcome, Trust, VerifyFailure, WechatPay, WechatPayBuilder,
};

use crate::support::*;

const V3_KEY: &str = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";
const OTHER_V3_KEY: &str = "b7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";
/// `platform.certificate.pem`, valid from 2025 to 2034.
const OLD: &str = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1";
/// `platform.leading-zero.certificate.pem`, valid from 2025 to 2035.
const NEW: &str = "0C4AEF34B89340881BB2B25226393DC2E47F094B";
/// The serial of no certificate.
const STRANGE: &str = "7F00000000000000000000000000000000000001";

/// AES-256-GCM by a library that the crate does not use for it.
fn sealed(key: &str, plaintext: &str) -> String {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.as_bytes()).unwrap());
    let nonce = Nonce::assume_unique_for_key(*b"61f9c719728a");
    let mut text = plaintext.as_bytes().to_vec();
    key.seal_in_place_append_tag(nonce, Aad::from(b"certificate"), &mut text).unwrap();
    STANDARD.encode(text)
}

/// An entry of the list, with the serial of its certificate.
fn entry(file: &str) -> Value {
    entry_of(certificate(file).serial().as_str(), &key_file(file), V3_KEY)
}

fn entry_of(serial: &str, pem: &str, key: &str) -> Value {
    json!({
        "serial_no": serial,
        "effective_time": "2025-01-01T08:00:00+08:00",
        "expire_time": "2035-01-01T08:00:00+08:00",
        "encrypt_certificate": {
            "algorithm": "AEAD_AES_256_GCM",
            "nonce": "61f9c719728a",
            "associated_data": "certificate",
            "ciphertext": sealed(key, pem),
        },
    })
}

fn signed_by(serial: &str, body: impl Into<Vec<u8>>) -> Reply {
    Reply::signed(200, body).replace("Wechatpay-Serial", serial)
}

fn list(serial: &str, entries: &[Value]) -> Reply {
    signed_by(serial, json!({ "data": entries }).to_string())
}

fn old() -> Value {
    entry("platform.certificate.pem")
}

fn new() -> Value {
    entry("platform.leading-zero.certificate.pem")
}

/// A gateway whose list and whose other answers can be changed.
struct Gateway {
    wire: Wire,
    list: Arc<Mutex<Reply>>,
    answer: Arc<Mutex<Reply>>,
}

impl Gateway {
    async fn start(list: Reply, answer: Reply) -> Self {
        let (list, answer) = (Arc::new(Mutex::new(list)), Arc::new(Mutex::new(answer)));
        let (listed, answered) = (Arc::clone(&list), Arc::clone(&answer));
        let wire = Wire::answering(move |request| {
            let is_list = request.target == "/v3/certificates";
            let place = if is_list { &listed } else { &answered };
            place.lock().unwrap().bytes()
        });
        Self { wire: wire.await, list, answer }
    }

    fn client(&self, trust: Trust) -> WechatPay {
        self.build(builder_of(trust))
    }

    fn build(&self, builder: WechatPayBuilder) -> WechatPay {
        builder.build_for_loopback(self.wire.address()).unwrap()
    }

    fn downloads(&self) -> usize {
        self.wire.received().iter().filter(|request| request.target == "/v3/certificates").count()
    }

    fn calls(&self) -> usize {
        self.wire.received().len() - self.downloads()
    }
}

fn builder_of(trust: Trust) -> WechatPayBuilder {
    let key = ApiV3Key::new(V3_KEY).unwrap();
    WechatPay::builder(merchant(), trust).api_v3_key(key).clock(StandingClock(at(NOW)))
}

async fn call(pay: &WechatPay) -> Result<String, Error> {
    pay.request(Method::GET, "/v3/x").await.map(|answer| answer.verified_by().to_string())
}

#[tokio::test]
async fn c17_the_first_call_downloads_the_certificates_and_verifies_them_with_each_other() {
    let gateway = Gateway::start(list(OLD, &[old()]), signed_by(OLD, "{}")).await;
    let pay = gateway.client(Trust::downloaded_certificates());
    assert!(gateway.wire.received().is_empty(), "nothing is sent before the first call");
    assert_eq!(call(&pay).await.unwrap(), OLD);
    assert_eq!(call(&pay).await.unwrap(), OLD);
    let received = gateway.wire.received();
    let targets: Vec<&str> = received.iter().map(|request| request.target.as_str()).collect();
    assert_eq!(targets, ["/v3/certificates", "/v3/x", "/v3/x"]);
    assert!(received.iter().all(Received::is_signed));
    assert_eq!(received[0].header("wechatpay-serial"), None);
    assert_eq!(received[1].header("wechatpay-serial"), Some(OLD));
    let status = pay.trust_status();
    assert_eq!((status.downloaded_at(), status.download_failure()), (Some(at(NOW)), None));
    assert!(status.certificates()[0].is_effective() && status.certificates()[0].is_downloaded());
}

#[tokio::test]
async fn c14_c15_c16_c17_c18_c27_a_list_in_which_anything_is_wrong_is_not_believed_at_all() {
    let altered = |pointer: &str, value: Value| {
        let mut entry = old();
        *entry.pointer_mut(pointer).unwrap() = value;
        entry
    };
    let of_openssl_key = |file: &str| entry_of(OLD, &key_file(file), V3_KEY);
    let own = certificate("merchant.certificate.pem");
    let cases: Vec<(Vec<Value>, &str)> = vec![
        (vec![], "the list is empty"),
        (vec![old(), entry_of(NEW, &key_file("platform.leading-zero.certificate.pem"), OTHER_V3_KEY)], "entry 1 does"),
        (vec![entry_of(OLD, &key_file("platform.certificate.pem"), OTHER_V3_KEY)], "the APIv3 key is another"),
        (vec![altered("/serial_no", json!(NEW))], "entry 0 is the certificate of another serial"),
        (vec![altered("/encrypt_certificate/algorithm", json!("AEAD_SM4_GCM"))], "in a way this client does not know"),
        (vec![altered("/encrypt_certificate/algorithm", Value::Null)], "in a way this client does not know"),
        (vec![altered("/encrypt_certificate/nonce", json!("61f9c719728"))], "entry 0 does not open"),
        (vec![altered("/encrypt_certificate/associated_data", json!(""))], "entry 0 does not open"),
        (vec![altered("/encrypt_certificate/ciphertext", json!("%"))], "is not base64"),
        (vec![altered("/encrypt_certificate/ciphertext", json!("AAAA"))], "entry 0 does not open"),
        (vec![altered("/encrypt_certificate", json!(7))], "in a way this client does not know"),
        (vec![json!(null)], "entry 0 has no serial"),
        (vec![old(), old()], "twice"),
        (vec![of_openssl_key("platform.public.pem")], "is no certificate"),
        (vec![of_openssl_key("ec.certificate.pem")], "is no certificate of an RSA key"),
        (vec![of_openssl_key("rsa1024.certificate.pem")], "is no certificate of an RSA key"),
        (vec![entry("platform.expired.certificate.pem")], "none of the certificates in the list is in effect"),
        (vec![entry_of(own.serial().as_str(), &key_file("merchant.certificate.pem"), V3_KEY)], "is the merchant's own"),
    ];
    for (entries, expected) in cases {
        let gateway = Gateway::start(list(OLD, &entries), signed_by(OLD, "{}")).await;
        let error = call(&gateway.client(Trust::downloaded_certificates())).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error} lacks {expected}");
        assert_eq!(error.outcome(), Outcome::NotSent);
        assert_eq!(gateway.calls(), 0, "{expected}: the call itself is not sent");
    }
    let mut forged = list(OLD, &[old()]);
    let other = platform_signature(b"something else");
    forged = forged.replace("Wechatpay-Signature", &other);
    for (reply, kind) in [
        (forged, ErrorKind::Verify),
        (list(NEW, &[old()]), ErrorKind::Verify),
        (list(OLD, &[old()]).without("Wechatpay-Signature"), ErrorKind::Verify),
        (signed_by(OLD, "<html>"), ErrorKind::Decode),
        (Reply::bare(500, "{}"), ErrorKind::Api),
    ] {
        let gateway = Gateway::start(reply, signed_by(OLD, "{}")).await;
        let error = call(&gateway.client(Trust::downloaded_certificates())).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (kind, Outcome::NotSent), "{error}");
        assert_eq!(gateway.calls(), 0);
    }
}

#[tokio::test]
async fn c13_a_merchant_without_platform_certificates_is_told_to_use_the_public_key() {
    for status in [403, 404] {
        let refusal = Reply::bare(status, r#"{"code":"RESOURCE_NOT_EXISTS","message":"无可用的平台证书"}"#);
        let gateway = Gateway::start(refusal, signed_by(OLD, "{}")).await;
        let pay = gateway.client(Trust::downloaded_certificates());
        let error = call(&pay).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Config, Outcome::NotSent));
        assert!(error.to_string().contains("use `Trust::public_key`"), "{error}");
        assert!(pay.refresh_certificates().await.unwrap_err().to_string().contains("RESOURCE_NOT_EXISTS"));
        assert_eq!(gateway.calls(), 0);
    }
}

#[test]
fn c13_downloads_need_the_apiv3_key_when_the_client_is_built() {
    let builder = WechatPay::builder(merchant(), Trust::downloaded_certificates());
    let error = builder.build().unwrap_err();
    assert!(error.to_string().contains("`builder.api_v3_key(..)`"), "{error}");
}

#[tokio::test]
async fn c12_beside_a_public_key_no_certificates_are_no_error() {
    let refusal = Reply::bare(404, r#"{"code":"RESOURCE_NOT_EXISTS","message":"无可用的平台证书"}"#);
    let gateway = Gateway::start(refusal, Reply::signed(200, "{}")).await;
    let every_second = CertificateRefresh::Every(Duration::from_secs(1));
    let pay = gateway.client(trust().with_downloaded_certificates().certificate_refresh(every_second));
    assert_eq!(call(&pay).await.unwrap(), KEY_ID);
    assert_eq!(gateway.downloads(), 0, "a public key needs no certificates before an answer names one");
    assert!(pay.refresh_certificates().await.is_err());
    assert_eq!(call(&pay).await.unwrap(), KEY_ID);
    assert!(pay.trust_status().download_failure().unwrap().1.contains("no platform certificates"));
    let list = gateway.wire.received().into_iter().find(|request| request.target == "/v3/certificates").unwrap();
    assert_eq!(list.header("wechatpay-serial"), Some(KEY_ID), "the migration figure counts this request too");
    // The timer has stopped: calls do not start it again.
    let downloads = gateway.downloads();
    let end = tokio::time::Instant::now() + Duration::from_secs(3);
    while tokio::time::Instant::now() < end {
        call(&pay).await.unwrap();
    }
    assert_eq!(gateway.downloads(), downloads);
}

/// Makes so many calls at once, and each has an answer that this certificate has signed.
async fn all_verified_by(pay: &WechatPay, count: usize, serial: &str) {
    let calls: Vec<_> = (0..count)
        .map(|_| {
            let pay = pay.clone();
            tokio::spawn(async move { call(&pay).await })
        })
        .collect();
    for called in calls {
        assert_eq!(called.await.unwrap().unwrap(), serial);
    }
}

#[tokio::test]
async fn b13_an_unknown_serial_causes_one_download_however_many_answers_name_it() {
    let gateway = Gateway::start(list(OLD, &[old()]), signed_by(OLD, "{}")).await;
    let pay = gateway.client(Trust::downloaded_certificates());
    call(&pay).await.unwrap();
    *gateway.list.lock().unwrap() = list(NEW, &[old(), new()]);
    *gateway.answer.lock().unwrap() = signed_by(NEW, "{}");
    all_verified_by(&pay, 50, NEW).await;
    assert_eq!(gateway.downloads(), 2);
}

#[tokio::test]
async fn b15_b18_a_thousand_random_serials_and_probes_cause_no_storm() {
    let gateway = Gateway::start(list(OLD, &[old()]), signed_by(OLD, "{}")).await;
    let clock = SimulatedClock::stopped_at(NOW);
    let pay = gateway.build(builder_of(Trust::downloaded_certificates()).clock(clock.clone()));
    call(&pay).await.unwrap();
    *gateway.answer.lock().unwrap() = signed_by(STRANGE, "{}").replace("Wechatpay-Signature", "WECHATPAY/SIGNTEST/AA");
    for _ in 0..20 {
        let error = call(&pay).await.unwrap_err();
        assert!(error.verify_failure().is_some_and(VerifyFailure::is_probe));
    }
    assert_eq!(gateway.downloads(), 1, "a probe is no reason to download");

    for number in 0..1_000 {
        *gateway.answer.lock().unwrap() = signed_by(&format!("7F{number:038X}"), "{}");
        let error = call(&pay).await.unwrap_err();
        assert!(matches!(error.verify_failure(), Some(VerifyFailure::UnknownSerial { .. })));
        assert_eq!(error.outcome(), Outcome::Unknown);
    }
    assert_eq!(gateway.downloads(), 2, "one of them was looked for");
    clock.advance(Duration::from_secs(120));
    // The answers are signed with a time: this machine's clock may be two minutes off.
    for _ in 0..100 {
        call(&pay).await.unwrap_err();
    }
    assert_eq!(gateway.downloads(), 3, "once in two minutes");
    clock.set_unix(NOW + 250);
    for nonsense in ["PUB_KEY_ID_0100000000000000000000000000", "not a serial", "7G"] {
        *gateway.answer.lock().unwrap() = signed_by(nonsense, "{}");
        call(&pay).await.unwrap_err();
    }
    assert_eq!(gateway.downloads(), 3, "only what can be a certificate's serial is looked for");
}

#[tokio::test]
async fn b14_with_a_public_key_alone_nothing_is_ever_downloaded() {
    let gateway = Gateway::start(list(OLD, &[old()]), signed_by(OLD, "{}")).await;
    let pay = gateway.client(trust());
    let error = call(&pay).await.unwrap_err();
    assert!(matches!(error.verify_failure(), Some(VerifyFailure::UnknownSerial { .. })));
    assert!(pay.refresh_certificates().await.unwrap_err().to_string().contains("downloads no certificates"));
    assert_eq!(gateway.downloads(), 0);
}

#[tokio::test]
async fn c19_c20_the_certificate_in_effect_that_expires_last_encrypts_and_both_verify() {
    let entries = [old(), new(), entry("platform.future.certificate.pem")];
    let gateway = Gateway::start(list(OLD, &entries), signed_by(OLD, r#"{"type":"MERCHANT_ID","account":"1"}"#)).await;
    let pay = gateway.client(Trust::downloaded_certificates());
    let receiver = AddProfitSharingReceiverRequest::builder()
        .appid("wx8888888888888888")
        .type_(ProfitSharingReceiverType::MerchantId)
        .account("1900000109")
        .name("张三网络公司")
        .relation_type(ProfitSharingRelationType::Store);
    // The very first call has something to encrypt: the key for it is downloaded before.
    pay.profit_sharing().add_receiver(receiver).await.unwrap();
    let sent = gateway.wire.received().pop().unwrap();
    assert_eq!(sent.header("wechatpay-serial"), Some(NEW));
    let body: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(platform_opens(body["name"].as_str().unwrap()), "张三网络公司");
    *gateway.answer.lock().unwrap() = signed_by(NEW, "{}");
    assert_eq!(call(&pay).await.unwrap(), NEW);
    let future = certificate("platform.future.certificate.pem");
    *gateway.answer.lock().unwrap() = signed_by(future.serial().as_str(), "{}");
    let error = call(&pay).await.unwrap_err();
    assert!(matches!(error.verify_failure(), Some(VerifyFailure::InactiveCertificate { expired: false, .. })));
}

#[tokio::test]
async fn c21_readers_never_see_an_empty_set_while_it_is_replaced() {
    let gateway = Gateway::start(list(OLD, &[old()]), signed_by(OLD, "{}")).await;
    let pay = gateway.client(Trust::downloaded_certificates());
    let refreshing = tokio::spawn({
        let pay = pay.clone();
        async move {
            for _ in 0..20 {
                pay.refresh_certificates().await.unwrap();
            }
        }
    });
    all_verified_by(&pay, 100, OLD).await;
    refreshing.await.unwrap();
    assert!(gateway.downloads() <= 21);
}

#[tokio::test]
async fn c22_when_downloads_fail_for_days_the_certificates_from_before_serve_until_they_expire() {
    let clock = SimulatedClock::stopped_at(NOW);
    let (list_now, answer) = (list(OLD, &[old()]), Arc::new(AtomicUsize::new(0)));
    let failing = Arc::clone(&answer);
    let time = clock.clone();
    let wire = Wire::answering(move |request| {
        let timestamp = time.unix().to_string();
        match request.target.as_str() {
            "/v3/certificates" if failing.load(Ordering::Relaxed) == 0 => list_now.bytes(),
            "/v3/certificates" => Reply::bare(500, "").bytes(),
            _ => Reply::signed_at(200, "{}", &timestamp).replace("Wechatpay-Serial", OLD).bytes(),
        }
    });
    let wire = wire.await;
    let trust = Trust::downloaded_certificates();
    let pay = builder_of(trust).clock(clock.clone()).build_for_loopback(wire.address()).unwrap();
    call(&pay).await.unwrap();
    answer.store(1, Ordering::Relaxed);
    for _ in 0..6 {
        clock.advance(Duration::from_secs(12 * 60 * 60));
        assert_eq!(pay.refresh_certificates().await.unwrap_err().kind(), ErrorKind::Api);
        assert_eq!(call(&pay).await.unwrap(), OLD);
    }
    let status = pay.trust_status();
    let (at_last, why) = status.download_failure().unwrap();
    assert_eq!(at_last, at(NOW + 3 * 24 * 60 * 60));
    assert!(why.contains("HTTP 500"), "{why}");
    assert_eq!(status.downloaded_at(), Some(at(NOW)));

    // 2035-01-02: the certificate has expired, and nothing can be verified any more.
    clock.set_unix(2_051_308_800);
    let error = call(&pay).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Api, Outcome::NotSent), "{error}");
}

#[tokio::test]
async fn c26_after_the_switch_the_certificates_are_given_up_and_no_longer_downloaded() {
    let gateway = Gateway::start(list(OLD, &[old()]), signed_by(OLD, "{}")).await;
    let pay = gateway.client(trust().with_downloaded_certificates());
    assert_eq!(call(&pay).await.unwrap(), OLD, "not known at first, so it was downloaded");
    assert_eq!(gateway.downloads(), 1);
    assert_eq!((pay.health().verified_by_certificate(), pay.health().verified_by_public_key()), (1, 0));

    let clone = pay.clone();
    pay.replace_trust(trust()).unwrap();
    assert!(matches!(call(&clone).await.unwrap_err().verify_failure(), Some(VerifyFailure::UnknownSerial { .. })));
    assert_eq!(gateway.downloads(), 1);
    assert!(pay.trust_status().certificates().is_empty());

    let empty = Trust::certificates([certificate("platform.expired.certificate.pem")]).unwrap();
    assert!(pay.replace_trust(empty).unwrap_err().to_string().contains("in effect"));
    assert_eq!(pay.trust_status().public_key().unwrap().as_str(), KEY_ID, "a trust of no use replaces nothing");
}

#[tokio::test]
async fn the_timer_downloads_anew_without_any_call() {
    let gateway = Gateway::start(list(OLD, &[old()]), signed_by(OLD, "{}")).await;
    let every_second = CertificateRefresh::Every(Duration::from_secs(1));
    let pay = gateway.client(Trust::downloaded_certificates().certificate_refresh(every_second));
    call(&pay).await.unwrap();
    let third = async {
        while gateway.downloads() < 3 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), third).await.expect("two more downloads");
    assert_eq!(gateway.calls(), 1);
}

#[test]
fn c28_without_a_runtime_nothing_panics() {
    let trust = Trust::downloaded_certificates();
    let pay = builder_of(trust).build_for_loopback("127.0.0.1:9".parse().unwrap()).unwrap();
    assert!(pay.trust_status().certificates().is_empty() && pay.trust_status().is_downloaded());
    for pay in [pay, builder().build_for_loopback("127.0.0.1:9".parse().unwrap()).unwrap()] {
        let mut call = pay.request(Method::GET, "/v3/x").send();
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let polled = std::pin::Pin::new(&mut call).poll(&mut context);
        let std::task::Poll::Ready(Err(error)) = polled else { panic!("{polled:?}") };
        assert_eq!(error.outcome(), Outcome::NotSent);
        assert!(error.to_string().contains("tokio runtime"), "{error}");
    }
}

#[tokio::test]
async fn a_call_that_is_given_up_does_not_take_the_download_with_it_and_nobody_waits_for_it() {
    let gateway = Gateway::start(list(OLD, &[old()]), signed_by(OLD, "{}")).await;
    let pay = gateway.client(Trust::downloaded_certificates());
    // The first call has begun the download and is never polled again, while the second waits for the same.
    let mut first = pay.request(Method::GET, "/v3/x").send();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(std::pin::Pin::new(&mut first).poll(&mut context).is_pending());
    tokio::time::timeout(Duration::from_secs(20), call(&pay)).await.expect("it does not hang").unwrap();
    drop(first);
    assert_eq!((gateway.downloads(), gateway.calls()), (1, 1));
}

#[test]
fn a_download_on_a_runtime_that_has_ended_is_begun_anew_on_another() {
    let first = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let second = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (gateway, pay) = second.block_on(async {
        let gateway = Gateway::start(list(OLD, &[old()]), signed_by(OLD, "{}")).await;
        let pay = gateway.client(Trust::downloaded_certificates());
        (gateway, pay)
    });
    first.block_on(async {
        let mut call = pay.request(Method::GET, "/v3/x").send();
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(std::pin::Pin::new(&mut call).poll(&mut context).is_pending());
    });
    drop(first);
    assert_eq!(second.block_on(call(&pay)).unwrap(), OLD);
    assert_eq!(gateway.downloads(), 1);
}

#[tokio::test]
async fn many_calls_without_a_certificate_do_not_ask_for_the_list_again_and_again() {
    let gateway = Gateway::start(Reply::bare(500, r#"{"code":"SYSTEM_ERROR"}"#), signed_by(OLD, "{}")).await;
    let pay = gateway.client(Trust::downloaded_certificates());
    for _ in 0..300 {
        let error = call(&pay).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Api, Outcome::NotSent));
        assert!(error.is_code("SYSTEM_ERROR") && error.is_retryable());
        assert!(!error.to_string().contains("outcome is unknown"), "{error}");
    }
    assert_eq!(gateway.downloads(), 1);
    assert_eq!(gateway.calls(), 0);
}

#[tokio::test]
async fn a_previous_apiv3_key_opens_what_was_encrypted_with_it() {
    let earlier = entry_of(OLD, &key_file("platform.certificate.pem"), OTHER_V3_KEY);
    let gateway = Gateway::start(list(OLD, &[earlier]), signed_by(OLD, "{}")).await;
    let other = || ApiV3Key::new(OTHER_V3_KEY).unwrap();
    let pay = gateway.build(builder_of(Trust::downloaded_certificates()).previous_api_v3_key(other()));
    assert_eq!(call(&pay).await.unwrap(), OLD);

    let pay = gateway.client(Trust::downloaded_certificates());
    assert!(call(&pay).await.is_err());
    pay.replace_api_v3_key(other());
    assert_eq!(call(&pay).await.unwrap(), OLD);
    *gateway.list.lock().unwrap() = list(OLD, &[old()]);
    pay.refresh_certificates().await.unwrap();
}
