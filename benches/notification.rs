//! Verifying, opening and reading a payment's notification, beside the same steps written by hand on aws-lc-rs.
//!
//! ```sh
//! cargo bench --features payments --bench notification
//! ```
//!
//! Both read the same bytes in the same run; the figure is the ratio of the two.

#![expect(clippy::expect_used, reason = "a benchmark that cannot be prepared has to end")]

use std::time::{Duration, SystemTime};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use criterion::Criterion;
use serde::Deserialize;
use wechatpay_sdk::http::{HeaderMap, HeaderName};
use wechatpay_sdk::webhook::Event;
use wechatpay_sdk::{ApiV3Key, Clock, Merchant, PrivateKey, PublicKey, Trust, WechatPay};

const NOW: u64 = 1_795_392_000;
const API_V3_KEY: &str = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";
const KEY_ID: &str = "PUB_KEY_ID_0119000000012026";
const NONCE: &str = "fdasflkja484";

/// A plaintext of about 1 KB.
const PLAINTEXT: &str = include_str!("transaction.json");

#[derive(Debug)]
struct Standing;

impl Clock for Standing {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
    }
}

fn key_file(name: &str) -> String {
    let path = format!("{}/tests/data/keys/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("the key file is there")
}

fn der(name: &str) -> Vec<u8> {
    let pem = key_file(name);
    // The files say in their first line what they are.
    let text: String = pem.lines().skip(2).filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(text).expect("the key file is PEM")
}

fn gcm() -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, API_V3_KEY.as_bytes()).expect("32 bytes"))
}

/// A notification as WeChat Pay sends it.
fn notification() -> (HeaderMap, Vec<u8>) {
    let mut text = PLAINTEXT.as_bytes().to_vec();
    let nonce = Nonce::try_assume_unique_for_key(NONCE.as_bytes()).expect("12 bytes");
    gcm().seal_in_place_append_tag(nonce, Aad::from("transaction"), &mut text).expect("it is short");
    let body = serde_json::json!({
        "id": "EV-2018022511223320873",
        "create_time": "2015-05-20T13:29:35+08:00",
        "resource_type": "encrypt-resource",
        "event_type": "TRANSACTION.SUCCESS",
        "summary": "支付成功",
        "resource": {
            "original_type": "transaction",
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": STANDARD.encode(text),
            "associated_data": "transaction",
            "nonce": NONCE,
        },
    });
    let body = body.to_string();
    let key = RsaKeyPair::from_pkcs8(&der("platform.key.pem")).expect("the key is RSA");
    let mut signature = vec![0; key.public_modulus_len()];
    let message = format!("{NOW}\n{NONCE}\n{body}\n");
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).expect("it signs");
    let headers = [
        ("wechatpay-timestamp", NOW.to_string()),
        ("wechatpay-nonce", NONCE.to_owned()),
        ("wechatpay-serial", KEY_ID.to_owned()),
        ("wechatpay-signature", STANDARD.encode(signature)),
    ];
    let header = |(name, value): (&'static str, String)| {
        (HeaderName::from_static(name), value.parse().expect("a header is ASCII"))
    };
    (headers.map(header).into_iter().collect(), body.into_bytes())
}

#[derive(Deserialize)]
struct Envelope {
    resource: Resource,
}

#[derive(Deserialize)]
struct Resource {
    ciphertext: String,
    nonce: String,
    associated_data: String,
}

/// What somebody who writes it by hand would read.
#[derive(Deserialize)]
#[expect(dead_code, reason = "reading them is what is measured")]
struct Order {
    appid: String,
    mchid: String,
    out_trade_no: String,
    transaction_id: String,
    trade_type: String,
    trade_state: String,
    trade_state_desc: String,
    bank_type: String,
    attach: String,
    success_time: String,
    payer: Payer,
    amount: Amount,
    scene_info: SceneInfo,
    promotion_detail: Vec<Promotion>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "reading them is what is measured")]
struct Payer {
    openid: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "reading them is what is measured")]
struct Amount {
    total: i64,
    payer_total: i64,
    currency: String,
    payer_currency: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "reading them is what is measured")]
struct SceneInfo {
    device_id: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "reading them is what is measured")]
struct Promotion {
    coupon_id: String,
    name: String,
    scope: String,
    r#type: String,
    amount: i64,
    stock_id: String,
    wechatpay_contribute: i64,
    merchant_contribute: i64,
    other_contribute: i64,
    currency: String,
    goods_detail: Vec<Goods>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "reading them is what is measured")]
struct Goods {
    goods_id: String,
    quantity: i64,
    unit_price: i64,
    discount_amount: i64,
    goods_remark: String,
}

fn by_hand(key: &UnparsedPublicKey<Vec<u8>>, gcm: &LessSafeKey, headers: &HeaderMap, body: &[u8]) -> Order {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).expect("it is there");
    let timestamp: u64 = header("wechatpay-timestamp").parse().expect("a number");
    assert!(timestamp.abs_diff(NOW) < 300);
    assert_eq!(header("wechatpay-serial"), KEY_ID);
    let text = str::from_utf8(body).expect("text");
    let message = format!("{timestamp}\n{}\n{text}\n", header("wechatpay-nonce"));
    let signature = STANDARD.decode(header("wechatpay-signature")).expect("base64");
    key.verify(message.as_bytes(), &signature).expect("it is genuine");
    let Envelope { resource } = serde_json::from_str(text).expect("an envelope");
    let nonce = Nonce::try_assume_unique_for_key(resource.nonce.as_bytes()).expect("12 bytes");
    let mut text = STANDARD.decode(resource.ciphertext).expect("base64");
    let opened = gcm.open_in_place(nonce, Aad::from(resource.associated_data), &mut text).expect("it opens");
    serde_json::from_slice(opened).expect("an order")
}

fn notifications(criterion: &mut Criterion) {
    let (headers, body) = notification();
    let mut group = criterion.benchmark_group("notification");

    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der("platform.public.pem"));
    let gcm = gcm();
    group.bench_function("by hand", |bencher| bencher.iter(|| by_hand(&key, &gcm, &headers, &body)));

    let merchant = Merchant::new(
        "1900000109".parse().expect("a number"),
        "5157F09EFDC096DE15EBE81A47057A7232F1B8E1".parse().expect("a serial"),
        PrivateKey::from_pem(&key_file("merchant.pkcs8.pem")).expect("a key"),
    );
    let trust = Trust::public_key(
        KEY_ID.parse().expect("an id"),
        PublicKey::from_pem(&key_file("platform.public.pem")).expect("a key"),
    );
    let pay = WechatPay::builder(merchant, trust).api_v3_key(ApiV3Key::new(API_V3_KEY).expect("32 bytes"));
    let webhooks = pay.clock(Standing).build().expect("a client").webhooks();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    group.bench_function("parse", |bencher| {
        bencher.iter(|| {
            let notification = runtime.block_on(webhooks.parse(&headers, &body)).expect("it is genuine");
            assert!(matches!(notification.event(), Event::TransactionSuccess(_)));
            notification
        });
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    notifications(&mut criterion);
    criterion.final_summary();
}
