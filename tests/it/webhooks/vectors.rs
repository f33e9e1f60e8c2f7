//! Known answers, and notifications that another implementation has made.

use aws_lc_rs::aead::AES_128_GCM;

use super::*;
use wechatpay_sdk::Certificate;

fn v2() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/vectors/v2.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap().to_owned()
}

/// The headers and the body of the vector.
fn captured(v2: &Value) -> (HeaderMap, String) {
    let headers = [
        ("wechatpay-timestamp", "timestamp"),
        ("wechatpay-nonce", "nonce"),
        ("wechatpay-serial", "serial"),
        ("wechatpay-signature", "signature"),
    ];
    let header = |(name, key): (&'static str, &str)| (HeaderName::from_static(name), text(v2, key).parse().unwrap());
    (headers.map(header).into_iter().collect(), text(v2, "body"))
}

fn pay_of(v2: &Value, now: i64) -> WechatPay {
    let certificate = Certificate::from_pem(&text(v2, "certificate")).unwrap();
    let trust = Trust::certificates([certificate]).unwrap();
    let key = ApiV3Key::new(V3_KEY).unwrap();
    WechatPay::builder(merchant(), trust).api_v3_key(key).clock(StandingClock(at(now))).build().unwrap()
}

#[tokio::test]
async fn e01_e02_the_published_notification_verifies_at_its_clock_and_is_stale_today() {
    let v2 = v2();
    let (headers, body) = captured(&v2);
    let then: i64 = text(&v2, "timestamp").parse().unwrap();
    // It is sealed with a key of another length, so all that is left to fail is the opening.
    let error = pay_of(&v2, then).webhooks().parse(&headers, body.as_bytes()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decrypt);
    let today = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let error = pay_of(&v2, today.try_into().unwrap()).webhooks().parse(&headers, body.as_bytes()).await.unwrap_err();
    assert!(matches!(error.verify_failure(), Some(VerifyFailure::StaleTimestamp { .. })), "{error}");
}

#[tokio::test]
async fn e01_the_published_ciphertext_opens_with_its_key_and_reads_as_its_event() {
    let (_, body) = captured(&v2());
    let mut envelope: Value = serde_json::from_str(&body).unwrap();
    let resource = &envelope["resource"];
    // AES-128: APIv3 keys have 32 bytes, so the client cannot be given this one.
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, b"testMchAPIv3Key0").unwrap());
    let nonce = Nonce::try_assume_unique_for_key(text(resource, "nonce").as_bytes()).unwrap();
    let mut text = STANDARD.decode(self::text(resource, "ciphertext")).unwrap();
    let opened = key.open_in_place(nonce, Aad::from(b"payscore"), &mut text).unwrap();
    let plaintext = String::from_utf8(opened.to_vec()).unwrap();
    let known = r#"{"mchid":"1234567890","appid":"054aa7d7a2a54ab5898df65bd96f001c","create_time":"2020-06-30T12:12:00+08:00","out_contract_code":"21640bdbd08e473e828f3206a2741c6e"}"#;
    assert_eq!(plaintext, known);

    envelope["resource"]["ciphertext"] = json!(STANDARD.encode(sealed(V3_KEY, "payscore", &plaintext)));
    envelope["resource"]["nonce"] = json!("fdasflkja484");
    let notification = parse(envelope.to_string().as_bytes()).await.unwrap();
    let Event::PayscoreUserOpenService(contract) = notification.into_event() else { panic!("a contract") };
    assert_eq!(contract.out_contract_code.as_deref(), Some("21640bdbd08e473e828f3206a2741c6e"));
}

/// Runs `openssl` and gives what it prints.
fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    let mut child =
        Command::new("openssl").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}");
    output.stdout
}

/// AES-256-GCM of the program `openssl`, whose command line has AES and no GCM: the tag is computed as NIST SP 800-38D
/// writes it.
fn sealed_by_openssl(key: &str, nonce: &[u8; 12], data: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let counter = |number: u32| [nonce.as_slice(), &number.to_be_bytes()].concat();
    let key = hex(key.as_bytes());
    let block = |input: &[u8]| {
        let output = openssl(&["enc", "-aes-256-ecb", "-nopad", "-K", &key], input);
        u128::from_be_bytes(output.try_into().unwrap())
    };
    let mut text = openssl(&["enc", "-aes-256-ctr", "-K", &key, "-iv", &hex(&counter(2))], plaintext);
    let hash_key = block(&[0; 16]);
    let times = |x: u128| {
        (0..128).fold((0_u128, hash_key), |(sum, power), bit| {
            let sum = if x >> (127 - bit) & 1 == 1 { sum ^ power } else { sum };
            let carry = if power & 1 == 1 { 0xe1 << 120 } else { 0 };
            (sum, power >> 1 ^ carry)
        })
    };
    let padded = |part: &[u8]| {
        part.chunks(16)
            .map(|chunk| {
                let mut block = [0; 16];
                block[..chunk.len()].copy_from_slice(chunk);
                u128::from_be_bytes(block)
            })
            .collect::<Vec<_>>()
    };
    let lengths = ((data.len() as u128 * 8) << 64) | (text.len() as u128 * 8);
    let blocks = [padded(data), padded(&text), vec![lengths]].concat();
    let hash = blocks.into_iter().fold(0, |hash, block| times(hash ^ block).0);
    text.extend((hash ^ block(&counter(1))).to_be_bytes());
    text
}

#[tokio::test]
async fn e01_e28_a_notification_made_with_openssl_alone_is_accepted() {
    let plaintext = transaction().to_string();
    let nonce = b"fdasflkja484";
    let ciphertext = sealed_by_openssl(V3_KEY, nonce, b"transaction", plaintext.as_bytes());
    let mut envelope = envelope(&transaction());
    envelope["resource"]["ciphertext"] = json!(STANDARD.encode(ciphertext));
    let body = envelope.to_string();
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/keys/platform.key.pem");
    let message = format!("{NOW}\n5K8264ILTKCH16CQ2502SI8ZNMTM67VS\n{body}\n");
    let mut signature = openssl(&["dgst", "-sha256", "-sign", key], message.as_bytes());
    let headers = |signature: &[u8]| -> HeaderMap {
        [
            ("wechatpay-timestamp", NOW.to_string()),
            ("wechatpay-nonce", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS".to_owned()),
            ("wechatpay-serial", KEY_ID.to_owned()),
            ("wechatpay-signature", STANDARD.encode(signature)),
        ]
        .into_iter()
        .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
        .collect()
    };
    let notification = pay().webhooks().parse(&headers(&signature), body.as_bytes()).await.unwrap();
    assert_eq!(notification.plaintext(), plaintext);
    // Every bit of the signature counts, the first as the last: there is no comparison that could end early.
    for at in [0, 128, 255] {
        signature[at] ^= 1;
        let error = pay().webhooks().parse(&headers(&signature), body.as_bytes()).await.unwrap_err();
        assert_eq!(error.verify_failure(), Some(&VerifyFailure::WrongSignature));
        signature[at] ^= 1;
    }
}
