//! Keys are replaced without a restart: nothing that is under way fails, and clones change together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use wechatpay_sdk::http::Method;
use wechatpay_sdk::simulator::{Gateway, PlatformCertificates, SimulatedClock};
use wechatpay_sdk::{
    ApiV3Key, Certificate, Ciphertext, ErrorKind, Merchant, Outcome, PrivateKey, Sign, Signing, Trust, VerifyFailure,
    WechatPay,
};

use crate::support::*;

const OTHER_SERIAL: &str = "5157F09EFDC096DE15EBE81A47057A7232F1B8E2";
const FIRST: &str = "7132D72A03E93CDDF8C03BBD1F37EEDF3B4E9D6A";
const SECOND: &str = "40B0C1B1E8F4C5A2D7E6930A1B2C3D4E5F60718A";

fn other_merchant() -> Merchant {
    let key = PrivateKey::from_pem(&key_file("e3.key.pem")).unwrap();
    Merchant::new(MCHID.parse().unwrap(), OTHER_SERIAL.parse().unwrap(), key)
}

#[tokio::test]
async fn a_new_merchant_certificate_signs_for_every_clone_and_the_old_key_still_opens() {
    let wire = Wire::always(Reply::signed(200, "{}")).await;
    let pay = wire.client();
    let clone = pay.clone();
    clone.request(Method::GET, "/v3/x").await.unwrap();
    pay.replace_merchant(other_merchant()).unwrap();
    clone.request(Method::GET, "/v3/x").await.unwrap();
    let received = wire.received();
    assert_eq!(received[0].authorization("serial_no"), SERIAL);
    assert_eq!(received[1].authorization("serial_no"), OTHER_SERIAL);
    assert!(received[0].is_signed() && !received[1].is_signed(), "the second is signed with the other key");
    assert_eq!(pay.health().merchant_serial().as_str(), OTHER_SERIAL);

    let stored = "Qqsluo7R1IZy";
    assert_eq!(clone.decrypt(&Ciphertext::from(stored)).unwrap_err().kind(), ErrorKind::Decrypt);
    for file in ["merchant.public.pem", "e3.public.pem"] {
        let key = <rsa::PublicKey as rsa::pkcs8::DecodePublicKey>::from_public_key_pem(&key_file(file)).unwrap();
        let sealed = key.encrypt(&mut getrandom::SysRng, rsa::Oaep::<sha1::Sha1>::new(), b"both open").unwrap();
        let sealed = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, sealed);
        assert_eq!(&*clone.decrypt(&Ciphertext::from(sealed)).unwrap(), "both open", "{file}");
    }
}

#[tokio::test]
async fn a_replacement_that_cannot_work_replaces_nothing() {
    let wire = Wire::always(Reply::signed(200, "{}")).await;
    let pay = wire.client();
    let key = || PrivateKey::from_pem(&key_file("e3.key.pem")).unwrap();
    let stranger = Merchant::new("1900000001".parse().unwrap(), OTHER_SERIAL.parse().unwrap(), key());
    let error = pay.replace_merchant(stranger).unwrap_err();
    assert!(error.to_string().contains("build another client"), "{error}");
    let platform = PrivateKey::from_pem(&key_file("platform.key.pem")).unwrap();
    let mixed_up = Merchant::new(MCHID.parse().unwrap(), OTHER_SERIAL.parse().unwrap(), platform);
    assert_eq!(pay.replace_merchant(mixed_up).unwrap_err().kind(), ErrorKind::Config);
    pay.request(Method::GET, "/v3/x").await.unwrap();
    assert_eq!(wire.only().authorization("serial_no"), SERIAL);
}

/// Signs only once the test lets it.
struct Held(PrivateKeySigner, Arc<tokio::sync::Notify>, Arc<tokio::sync::Notify>);

struct PrivateKeySigner(rsa::PrivateKey);

impl Sign for Held {
    fn sign<'a>(&'a self, message: &'a [u8]) -> Signing<'a> {
        Box::pin(async move {
            self.1.notify_one();
            self.2.notified().await;
            Ok(self.0.0.pkcs1v15_sign::<rsa::sha2::Sha256>(message)?)
        })
    }
}

#[tokio::test]
async fn a_call_that_is_being_signed_ends_with_the_key_it_began_with() {
    let wire = Wire::always(Reply::signed(200, "{}")).await;
    let (begun, go) = (Arc::new(tokio::sync::Notify::new()), Arc::new(tokio::sync::Notify::new()));
    let key = <rsa::PrivateKey as rsa::pkcs8::DecodePrivateKey>::from_pkcs8_pem(&key_file("merchant.pkcs8.pem"));
    let signer = Held(PrivateKeySigner(key.unwrap()), Arc::clone(&begun), Arc::clone(&go));
    let slow = Merchant::with_signer(MCHID.parse().unwrap(), SERIAL.parse().unwrap(), signer);
    let pay = WechatPay::builder(slow, trust()).clock(StandingClock(at(NOW)));
    let pay = pay.build_for_loopback(wire.address()).unwrap();
    let call = tokio::spawn(pay.request(Method::GET, "/v3/x").send());
    begun.notified().await;
    pay.replace_merchant(other_merchant()).unwrap();
    go.notify_one();
    call.await.unwrap().unwrap();
    assert_eq!(wire.only().authorization("serial_no"), SERIAL);
    assert!(wire.only().is_signed());
}

/// Two hundred calls at once; the ids of the keys that verified them.
async fn storm(pay: &WechatPay) -> Vec<String> {
    let calls: Vec<_> = (0..200)
        .map(|_| {
            let quota = pay.partner_payscore().get_service_quota("500001").sub_mchid("1900000109");
            tokio::spawn(quota.appid("wxd678efh567hg6787").risk_level_version(1).send())
        })
        .collect();
    let mut ids = Vec::new();
    for call in calls {
        ids.push(call.await.unwrap().unwrap().verified_by().to_string());
    }
    ids.sort();
    ids.dedup();
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_platform_certificate_is_replaced_under_load_and_no_call_fails() {
    let gateway = Gateway::start_at(NOW).await.unwrap();
    let pay = gateway.client_of(gateway.merchant(), Trust::downloaded_certificates()).unwrap();
    let downloads = || gateway.requests().iter().filter(|request| request.target() == "/v3/certificates").count();

    assert_eq!(storm(&pay).await, [FIRST], "the old certificate");
    assert_eq!(downloads(), 1, "two hundred calls wait for one download");

    gateway.set_platform_certificates(PlatformCertificates::SecondAnnounced);
    assert_eq!(storm(&pay).await, [FIRST], "the new one is announced");
    pay.refresh_certificates().await.unwrap();
    assert_eq!(pay.trust_status().certificates().len(), 2);

    gateway.set_platform_certificates(PlatformCertificates::SecondSigns);
    assert_eq!(storm(&pay).await, [SECOND], "the new one signs");
    assert_eq!(requests_since(&gateway, &[FIRST]), 0, "what is sent names the one that expires last");

    gateway.set_platform_certificates(PlatformCertificates::Second);
    assert_eq!(storm(&pay).await, [SECOND], "the old one is gone");
    assert_eq!(downloads(), 2, "the first, and the one that was asked for");

    // 2035-01-02: the old one, which is still in the client's set, has expired.
    gateway.clock().set_unix(2_051_308_800);
    assert_eq!(storm(&pay).await, [SECOND]);
    let status = pay.trust_status();
    let mut in_effect = status.certificates().iter().filter(|one| one.is_effective());
    assert_eq!(in_effect.next().unwrap().serial().as_str(), SECOND);
    assert!(
        in_effect.next().is_none(),
        "the old one has expired, or is gone with the download that the sleep had missed"
    );
}

/// Of the last two hundred requests, those that ask for a signature of one of these keys.
fn requests_since(gateway: &Gateway, serials: &[&str]) -> usize {
    let requests = gateway.requests();
    let latest = requests.iter().rev().take(200);
    latest.filter(|request| serials.iter().any(|serial| request.headers()["wechatpay-serial"] == *serial)).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_nobody_announced_is_found_by_one_download() {
    let gateway = Gateway::start_at(NOW).await.unwrap();
    let pay = gateway.client_of(gateway.merchant(), Trust::downloaded_certificates()).unwrap();
    storm(&pay).await;
    // The request names the first, the answer is signed with the second.
    gateway.set_platform_certificates(PlatformCertificates::SecondSigns);
    assert_eq!(storm(&pay).await, [SECOND]);
    let downloads = gateway.requests().iter().filter(|request| request.target() == "/v3/certificates").count();
    assert_eq!(downloads, 2);
}

#[tokio::test]
async fn an_answer_is_verified_with_the_keys_that_its_request_was_made_with() {
    let replaced: Arc<std::sync::OnceLock<WechatPay>> = Arc::default();
    let seen = Arc::clone(&replaced);
    let wire = Wire::answering(move |_| {
        // The trust is replaced while the request is under way.
        let id = "PUB_KEY_ID_0119000000012099".parse().unwrap();
        let key = wechatpay_sdk::PublicKey::from_pem(&key_file("e3.public.pem")).unwrap();
        seen.get().unwrap().replace_trust(Trust::public_key(id, key)).unwrap();
        Reply::signed(200, "{}").bytes()
    });
    let wire = wire.await;
    let pay = wire.client();
    replaced.set(pay.clone()).unwrap();
    assert_eq!(pay.request(Method::GET, "/v3/x").await.unwrap().verified_by().as_str(), KEY_ID);
    let error = pay.request(Method::GET, "/v3/x").await.unwrap_err();
    assert!(
        matches!(error.verify_failure(), Some(VerifyFailure::UnknownSerial { .. })),
        "the next call has the new trust"
    );
}

#[tokio::test]
async fn a_key_that_moves_into_a_kms_still_opens_and_is_not_taken_for_the_new_one() {
    struct Kms(rsa::PrivateKey);
    impl Sign for Kms {
        fn sign<'a>(&'a self, message: &'a [u8]) -> Signing<'a> {
            Box::pin(async move { Ok(self.0.pkcs1v15_sign::<rsa::sha2::Sha256>(message)?) })
        }
    }
    let gateway = Gateway::start().await.unwrap();
    let pay = gateway.client().unwrap();
    let pem = include_str!("../../src/simulator/keys/merchant.key.pem");
    let key = <rsa::PrivateKey as rsa::pkcs8::DecodePrivateKey>::from_pkcs8_pem(pem).unwrap();
    let serial = gateway.merchant().serial().clone();
    let public = key.to_public_key();
    let remote = Merchant::with_signer(pay.mchid().clone(), serial, Kms(key));
    pay.replace_merchant(remote).unwrap();
    let sealed = public.encrypt(&mut getrandom::SysRng, rsa::Oaep::<sha1::Sha1>::new(), b"kept").unwrap();
    let sealed = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, sealed);
    assert_eq!(&*pay.decrypt(&Ciphertext::from(sealed)).unwrap(), "kept");
    assert!(!pay.self_test().await.unwrap().is_decrypted(), "the current key is not in this process");
}

#[tokio::test]
async fn a_self_test_tries_signatures_and_encryption_both_ways_in_either_mode() {
    let gateway = Gateway::start().await.unwrap();
    let works = gateway.client().unwrap().self_test().await.unwrap();
    assert_eq!(works.verified_by().as_str(), "PUB_KEY_ID_0112300001092009122500000001");
    assert!(works.is_decrypted() && works.verified_by().is_public_key());
    let certificates = gateway.client_of(gateway.merchant(), Trust::downloaded_certificates()).unwrap();
    assert_eq!(certificates.self_test().await.unwrap().verified_by().as_str(), FIRST);

    gateway.next_answer().forged();
    let error = certificates.self_test().await.unwrap_err();
    assert_eq!(error.verify_failure(), Some(&VerifyFailure::WrongSignature));
    assert_eq!(error.operation(), Some("self_test"));
}

#[tokio::test]
async fn a_self_test_finds_an_echo_that_does_not_open_or_is_another() {
    let answers = [
        (r#"{"echo_message":"other"}"#, "the answer's echo_message is not what was sent"),
        (r#"{}"#, "the answer's echo_message is not what was sent"),
    ];
    for (answer, expected) in answers {
        let wire = Wire::always(Reply::signed(200, answer)).await;
        let error = wire.client().self_test().await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    // The message comes back, the text was encrypted for somebody else.
    let wire = Wire::answering(|request| {
        let sent: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        let answer = serde_json::json!({
            "echo_message": sent["echo_message"],
            "encrypted_echo_message": sent["encrypted_echo_message"],
        });
        Reply::signed(200, answer.to_string()).bytes()
    });
    let wire = wire.await;
    let error = wire.client().self_test().await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decrypt, Outcome::Unknown));
}

#[tokio::test]
async fn health_tells_keys_signatures_and_the_clock() {
    let clock = SimulatedClock::stopped_at(NOW);
    let count = Arc::new(AtomicUsize::new(0));
    let asked = Arc::clone(&count);
    let wire = Wire::answering(move |_| {
        let reply = match asked.fetch_add(1, Ordering::Relaxed) {
            0 => Reply::signed(200, "{}").with("Date", "Tue, 01 Dec 2026 04:00:00 GMT"),
            _ => Reply::bare(401, r#"{"code":"SIGN_ERROR"}"#).with("Date", "Tue, 01 Dec 2026 04:10:00 GMT"),
        };
        reply.bytes()
    });
    let wire = wire.await;
    let own = Certificate::from_pem(&key_file("merchant.certificate.pem")).unwrap();
    let expires = own.not_after();
    let key = PrivateKey::from_pem(&key_file("merchant.pkcs8.pem")).unwrap();
    let merchant = Merchant::new(MCHID.parse().unwrap(), own.serial().clone(), key).with_certificate(own).unwrap();
    let pay = WechatPay::builder(merchant, trust()).clock(clock.clone()).build_for_loopback(wire.address()).unwrap();
    let before = pay.health();
    assert_eq!((before.last_verified(), before.clock_skew()), (None, None));
    assert_eq!(before.merchant_certificate_expires_at(), Some(expires));

    pay.request(Method::GET, "/v3/x").await.unwrap();
    let health = pay.health();
    let (by, when) = health.last_verified().unwrap();
    assert_eq!((by.as_str(), when), (KEY_ID, at(NOW)));
    assert_eq!((health.verified_by_public_key(), health.verified_by_certificate()), (1, 0));
    assert_eq!(health.clock_skew(), Some(0));

    clock.advance(Duration::from_secs(1));
    let error = pay.request(Method::GET, "/v3/x").await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Refused);
    assert_eq!(pay.health().clock_skew(), Some(-599), "this clock is ten minutes behind the gateway's");
    assert_eq!(pay.health().trust().public_key().unwrap().as_str(), KEY_ID);
    assert_eq!(pay.health().trust().expires_at(), None);
}

#[test]
fn c05_nothing_that_holds_a_secret_prints_it() {
    const V3_KEY: &str = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";
    let key = ApiV3Key::new(V3_KEY).unwrap();
    let pem = key_file("merchant.pkcs8.pem");
    let earlier = PrivateKey::from_pem(&key_file("e3.key.pem")).unwrap();
    let merchant = merchant().with_decryption_key(earlier);
    let trust = trust().with_downloaded_certificates();
    let builder =
        WechatPay::builder(merchant.clone(), trust.clone()).api_v3_key(key.clone()).previous_api_v3_key(key.clone());
    let builder = builder.clock(StandingClock(at(NOW)));
    let mut text = format!("{key:?} {merchant:?} {trust:?} {builder:?}");
    let pay = builder.build().unwrap();
    text += &format!("{pay:?} {:?} {:?} {:?}", pay.health(), pay.trust_status(), pay.request(Method::GET, "/v3/x"));
    text += &format!("{:?} {:?}", wechatpay_sdk::Sensitive::from("张三"), Ciphertext::from("AAAA"));
    text += &format!("{:?}", pay.decrypt(&Ciphertext::from("AAAA")).unwrap_err());
    assert!(!text.contains(V3_KEY) && !text.contains('张') && !text.contains("AAAA"), "{text}");
    let secret_lines = pem.lines().filter(|line| !line.starts_with('-')).chain(["PRIVATE KEY-----"]);
    for line in secret_lines {
        assert!(!text.contains(line), "{text}");
    }
}
