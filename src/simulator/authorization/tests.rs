use http::HeaderValue;

use super::*;

const NOW: i64 = 1_261_704_600;
const NONCE: &str = "593BEC0C930BF1AFEB40B4A08C8FB242";
const TARGET: &str = "/v3/refund?note=%E5%A5%BD%20a&x=1";
const BODY: &[u8] = br#"{"a":1,"b":"x, y: \" z"}"#;

/// An Authorization header, and the parts to spoil.
struct Header {
    scheme: &'static str,
    mchid: &'static str,
    nonce: &'static str,
    timestamp: String,
    serial: &'static str,
    signature: String,
}

impl Header {
    /// Signs a message, which a test may have made wrong.
    fn signing(message: &[u8]) -> Self {
        let identity = Identity::get().unwrap();
        let signer = identity.merchant();
        let signature = match &signer.signer {
            crate::sign::Signer::Local(key) => key.sign(message).unwrap(),
            crate::sign::Signer::Remote(_) => unreachable!("the merchant's key is here"),
        };
        Self {
            scheme: "WECHATPAY2-SHA256-RSA2048",
            mchid: identity::MCHID,
            nonce: NONCE,
            timestamp: NOW.to_string(),
            serial: identity::SERIAL,
            signature: STANDARD.encode(signature),
        }
    }

    fn right() -> Self {
        Self::signing(&message("POST", TARGET, BODY))
    }

    fn text(&self) -> String {
        let Self { scheme, mchid, nonce, timestamp, serial, signature } = self;
        format!(
            "{scheme} mchid=\"{mchid}\",nonce_str=\"{nonce}\",timestamp=\"{timestamp}\",serial_no=\"{serial}\",\
             signature=\"{signature}\""
        )
    }

    /// What the gateway says to it; nothing if it lets it pass.
    fn verdict(&self) -> Option<String> {
        self.verdict_for(TARGET, BODY)
    }

    fn verdict_for(&self, target: &str, body: &[u8]) -> Option<String> {
        verdict(&[&self.text()], target, body)
    }
}

fn message(method: &str, target: &str, body: &[u8]) -> Vec<u8> {
    [format!("{method}\n{target}\n{NOW}\n{NONCE}\n").as_bytes(), body, b"\n"].concat()
}

fn verdict(values: &[&str], target: &str, body: &[u8]) -> Option<String> {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
    }
    let request = Signed { method: &Method::POST, target, body };
    let refusal = check(Identity::get().unwrap(), NOW, &headers, request).err()?;
    assert_eq!(refusal.code(), "SIGN_ERROR");
    Some(refusal.message().to_owned())
}

#[test]
fn a_right_signature_over_the_bytes_received_passes() {
    assert_eq!(Header::right().verdict(), None);
    let empty = Header::signing(&message("POST", "/v3/x", b""));
    assert_eq!(empty.verdict_for("/v3/x", b""), None);
}

#[test]
fn a_missing_or_repeated_header_is_refused() {
    assert!(verdict(&[], TARGET, BODY).unwrap().contains("is missing"));
    let header = Header::right().text();
    assert!(verdict(&[&header, &header], TARGET, BODY).unwrap().contains("more than once"));
}

#[test]
fn an_unknown_merchant_or_serial_is_refused_and_the_known_one_named() {
    let refused = Header { mchid: "1", ..Header::right() }.verdict().unwrap();
    assert!(refused.contains("only 1230000109 is"), "{refused}");
    for (serial, reason) in [
        ("0000", "is not that of the merchant's certificate"),
        ("570bbc91355f30cb6bcd6284c3e34fa80083e527", "upper-case"),
        (identity::PUBLIC_KEY_ID, "is the id of WeChat Pay's public key"),
    ] {
        let refused = Header { serial, ..Header::right() }.verdict().unwrap();
        assert!(refused.contains(reason) && refused.contains(identity::SERIAL), "{refused}");
    }
}

#[test]
fn the_clock_may_differ_by_300_seconds_in_either_direction() {
    let verdict = |timestamp: i64| {
        let message = [format!("POST\n{TARGET}\n{timestamp}\n{NONCE}\n").as_bytes(), BODY, b"\n"].concat();
        Header { timestamp: timestamp.to_string(), ..Header::signing(&message) }.verdict()
    };
    assert_eq!(verdict(NOW + 300), None);
    assert_eq!(verdict(NOW - 300), None);
    assert!(verdict(NOW + 301).unwrap().contains("301 s ahead of"));
    assert!(verdict(NOW - 301).unwrap().contains("301 s behind"));
    assert!(verdict(NOW * 1_000).unwrap().contains("milliseconds"));
}

#[test]
fn a_timestamp_that_is_no_number_is_refused() {
    for timestamp in ["", "+1261704600", " 1261704600", "1261704600.0", "1e9", "99999999999999999999"] {
        let refused = Header { timestamp: timestamp.into(), ..Header::right() }.verdict().unwrap();
        assert!(refused.contains("whole number of seconds"), "{timestamp}: {refused}");
    }
}

#[test]
fn the_usual_mistakes_are_named() {
    let right = message("POST", TARGET, BODY);
    let spaced = br#"{"a": 1, "b": "x, y: \" z"}"#;
    let cases: [(Vec<u8>, &str); 9] = [
        (message("POST", "/v3/refund", BODY), "without the query"),
        (message("POST", "/v3/refund?note=好 a&x=1", BODY), "decoded path and query"),
        (message("POST", &TARGET.replace("%20", "+"), BODY), "`+` for the space"),
        (message("POST", TARGET, b""), "without the body"),
        (message("POST", TARGET, spaced), "a body that was written anew"),
        (right[..right.len() - 1].to_vec(), "without the line feed at the end"),
        (String::from_utf8(right.clone()).unwrap().replace('\n', "\r\n").into_bytes(), "CR LF"),
        (message("post", TARGET, BODY), "method in lower case"),
        (message("POST", "https://api.mch.weixin.qq.com/v3/refund", BODY), "over another message"),
    ];
    for (signed, mistake) in cases {
        let refused = Header::signing(&signed).verdict().unwrap();
        assert!(refused.starts_with("the signature is by the right key, but"), "{refused}");
        assert!(refused.contains(mistake), "{mistake}: {refused}");
    }
    let refused = Header::signing(&message("POST", "/v3/x", b"{}")).verdict_for("/v3/x", b"").unwrap();
    assert!(refused.contains("{} for the body that is empty"), "{refused}");
}

#[test]
fn another_key_is_told_from_another_message() {
    let identity = Identity::get().unwrap();
    let stranger = STANDARD.encode(identity.stranger.sign(&message("POST", TARGET, BODY)).unwrap());
    let refused = Header { signature: stranger, ..Header::right() }.verdict().unwrap();
    assert!(refused.starts_with("the signature is by another key"), "{refused}");
}

#[test]
fn a_signature_that_is_none_is_refused_without_a_panic() {
    for (signature, reason) in [
        ("", "has 0 bytes"),
        ("AAAA", "has 3 bytes"),
        ("***", "not base64"),
        ("AAA", "not base64"),
        (&STANDARD.encode([0; 256]), "another key"),
        (&STANDARD.encode([0xff; 256]), "another key"),
        (&STANDARD.encode([1; 257]), "has 257 bytes"),
    ] {
        let refused = Header { signature: signature.into(), ..Header::right() }.verdict().unwrap();
        assert!(refused.contains(reason), "{signature}: {refused}");
    }
}

#[test]
fn the_expected_message_is_shown_on_one_bounded_line() {
    let refused = Header::signing(b"").verdict().unwrap();
    let expected = format!(r#"over "POST\n{TARGET}\n{NOW}\n{NONCE}\n"#);
    assert!(refused.contains(&expected), "{refused}");
    assert!(!refused.contains('\n'));
    let long = vec![b'x'; 100_000];
    let refused = Header::signing(b"").verdict_for(TARGET, &long).unwrap();
    assert!(refused.len() < 1_500 && refused.contains("bytes)"), "{}", refused.len());
}

#[test]
fn openssl_signs_what_the_gateway_accepts() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("message");
    std::fs::write(&file, message("POST", TARGET, BODY)).unwrap();
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/src/simulator/keys/merchant.key.pem");
    let openssl = std::process::Command::new("openssl").args(["dgst", "-sha256", "-sign", key]).arg(&file).output();
    let output = openssl.expect("openssl is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let header = Header { signature: STANDARD.encode(output.stdout), ..Header::right() };
    assert_eq!(header.verdict(), None);
}
