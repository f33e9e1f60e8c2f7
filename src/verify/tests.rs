use http::{HeaderName, HeaderValue};
use serde_json::Value;

use super::*;
use crate::keys::fixtures::{KEY_ID, NOW, at, certificate, pem, private_key, public_key, public_key_trust, vector};
use crate::{Certificate, PublicKey};

const BODY: &[u8] = br#"{"code_url":"weixin://wxpay/bizpayurl?pr=JyC91EIz1"}"#;
const NONCE_TEXT: &str = "d824f2e086d3c1df967785d13fcd22ef";

/// Verifies as a merchant's client does.
fn verify(trust: &Trust, headers: &HeaderMap, body: &[u8], now: SystemTime) -> Result<VerifiedBy, VerifyFailure> {
    super::verify(trust, Scheme::Merchant, headers, body, now)
}

/// The headers of an answer.
fn headers(timestamp: &str, nonce: &str, signature: &str, serial: &str) -> HeaderMap {
    [(TIMESTAMP, timestamp), (NONCE, nonce), (SIGNATURE, signature), (SERIAL, serial)]
        .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
        .into_iter()
        .collect()
}

/// The headers of an answer that WeChat Pay signed at this moment.
fn signed(timestamp: &str, body: &[u8], serial: &str) -> HeaderMap {
    let message = lines([timestamp.as_bytes(), NONCE_TEXT.as_bytes(), body]);
    let signature = STANDARD.encode(private_key("platform.key.pem").sign(&message).unwrap());
    headers(timestamp, NONCE_TEXT, &signature, serial)
}

fn signed_now(body: &[u8]) -> HeaderMap {
    signed(&NOW.to_string(), body, KEY_ID)
}

fn verdict(headers: &HeaderMap, body: &[u8]) -> Result<String, VerifyFailure> {
    verify(&public_key_trust(), headers, body, at(NOW)).map(|verified_by| verified_by.to_string())
}

fn with(name: &'static str, value: impl AsRef<[u8]>) -> HeaderMap {
    let mut headers = signed_now(BODY);
    headers.insert(name, HeaderValue::from_bytes(value.as_ref()).unwrap());
    headers
}

fn text<'v>(vector: &'v Value, name: &str) -> &'v str {
    vector[name].as_str().unwrap()
}

#[test]
fn b01_a_signed_answer_is_believed_and_tells_the_key() {
    let verified_by = verify(&public_key_trust(), &signed_now(BODY), BODY, at(NOW)).unwrap();
    assert_eq!(verified_by.as_str(), KEY_ID);
    assert_eq!(verified_by.to_string(), KEY_ID);
}

#[test]
fn v2_the_notification_of_the_go_sdk_verifies_at_its_time() {
    let v2 = vector("v2.json");
    let trust = Trust::certificates([Certificate::from_pem(text(&v2, "certificate")).unwrap()]).unwrap();
    let headers = headers(text(&v2, "timestamp"), text(&v2, "nonce"), text(&v2, "signature"), text(&v2, "serial"));
    let body = text(&v2, "body").as_bytes();
    let verified_by = verify(&trust, &headers, body, at(1_624_523_846)).unwrap();
    assert_eq!(verified_by.as_str(), "D7CE59D1F522D701");
    let late = verify(&trust, &headers, body, at(NOW)).unwrap_err();
    assert_eq!(late, VerifyFailure::StaleTimestamp { skew: 1_624_523_846 - 1_767_225_600 });
}

#[test]
fn b09_d4_d5_answers_with_and_without_a_body_verify() {
    let v1 = vector("v1.json");
    let key = crate::PrivateKey::from_pem(text(&v1, "private_key")).unwrap();
    let trust = Trust::public_key(KEY_ID.parse().unwrap(), key.public_key().clone());
    let d = vector("d.json");
    for (name, body) in [("D4", &b""[..]), ("D5", BODY)] {
        let signature = text(&d["vectors"][name], "signature");
        let headers = headers("1722850421", NONCE_TEXT, signature, KEY_ID);
        assert!(verify(&trust, &headers, body, at(1_722_850_421)).is_ok(), "{name}");
        assert_eq!(
            verify(&trust, &headers, b"{}", at(1_722_850_421)),
            Err(VerifyFailure::WrongSignature),
            "{name} with another body"
        );
    }
}

#[test]
fn b02_any_flipped_bit_of_the_body_is_refused() {
    let headers = signed_now(BODY);
    for index in 0..BODY.len() {
        for bit in 0..8 {
            let mut body = BODY.to_vec();
            body[index] ^= 1 << bit;
            assert_eq!(verdict(&headers, &body), Err(VerifyFailure::WrongSignature));
        }
    }
    for body in [&BODY[1..], &BODY[..BODY.len() - 1], &[BODY, b"\n"].concat(), &[b" ", BODY].concat(), b""] {
        assert_eq!(verdict(&headers, body), Err(VerifyFailure::WrongSignature));
    }
}

#[test]
fn b03_each_missing_header_is_named() {
    for name in [TIMESTAMP, NONCE, SIGNATURE, SERIAL] {
        let mut headers = signed_now(BODY);
        headers.remove(name);
        let failure = verdict(&headers, BODY).unwrap_err();
        assert_eq!(failure, VerifyFailure::MissingHeader(name));
        assert_eq!(failure.to_string(), format!("the header {name} is missing, so nothing is signed"));
    }
    assert_eq!(verdict(&HeaderMap::new(), b""), Err(VerifyFailure::MissingHeader(TIMESTAMP)));
}

#[test]
fn b04_each_repeated_header_is_refused_even_with_the_same_value() {
    for name in [TIMESTAMP, NONCE, SIGNATURE, SERIAL, SIGNATURE_TYPE] {
        let mut headers = with(SIGNATURE_TYPE, Scheme::Merchant.name());
        let value = headers[name].clone();
        headers.append(name, value);
        let failure = verdict(&headers, BODY).unwrap_err();
        assert_eq!(failure, VerifyFailure::RepeatedHeader(name));
        assert_eq!(failure.to_string(), format!("the header {name} is there more than once"));
    }
}

#[test]
fn b05_a_stamp_299_seconds_off_is_accepted_both_ways() {
    for stamp in [NOW - 299, NOW, NOW + 299] {
        assert!(verdict(&signed(&stamp.to_string(), BODY, KEY_ID), BODY).is_ok(), "{stamp}");
    }
}

#[test]
fn b06_a_stamp_301_seconds_off_is_refused_both_ways() {
    for (stamp, skew) in [(NOW - 301, -301), (NOW - 300, -300), (NOW + 300, 300), (NOW + 301, 301)] {
        let failure = verdict(&signed(&stamp.to_string(), BODY, KEY_ID), BODY);
        assert_eq!(failure, Err(VerifyFailure::StaleTimestamp { skew }));
    }
    assert_eq!(
        VerifyFailure::StaleTimestamp { skew: -301 }.to_string(),
        "the timestamp is 301 s behind this machine's clock, less than 300 s is accepted"
    );
}

#[test]
fn b07_a_stamp_that_is_not_plain_digits_is_refused_even_when_it_is_signed() {
    let stamps = ["1e9", "+1767225600", "-1767225600", "123abc", "", "1767225600.0", "0x69569a80", "1_767_225_600"];
    for stamp in stamps.into_iter().chain(["17672 25600", "17672256001767225600", "000001767225600", "١٧٦٧٢٢٥٦٠٠"])
    {
        let message = lines([stamp.as_bytes(), NONCE_TEXT.as_bytes(), BODY]);
        let mut headers = with(SIGNATURE, STANDARD.encode(private_key("platform.key.pem").sign(&message).unwrap()));
        headers.insert(TIMESTAMP, HeaderValue::from_bytes(stamp.as_bytes()).unwrap());
        assert_eq!(verdict(&headers, BODY), Err(VerifyFailure::MalformedTimestamp), "{stamp}");
    }
    assert!(matches!(verdict(&with(TIMESTAMP, " 123"), BODY), Err(VerifyFailure::StaleTimestamp { .. })));
    assert!(matches!(verdict(&with(TIMESTAMP, "99999999999"), BODY), Err(VerifyFailure::StaleTimestamp { .. })));
}

#[test]
fn a21_a_clock_before_1970_refuses_every_stamp_without_a_panic() {
    for stamp in ["0", "1", "300", "1767225600"] {
        let headers = signed(stamp, BODY, KEY_ID);
        let before = std::time::UNIX_EPOCH - std::time::Duration::from_secs(400);
        let failure = verify(&public_key_trust(), &headers, BODY, before);
        assert!(matches!(failure, Err(VerifyFailure::StaleTimestamp { .. })), "{stamp}");
    }
}

#[test]
fn b08_an_altered_nonce_or_stamp_is_refused() {
    assert_eq!(verdict(&with(TIMESTAMP, (NOW + 1).to_string()), BODY), Err(VerifyFailure::WrongSignature));
    assert_eq!(verdict(&with(TIMESTAMP, format!("0{NOW}")), BODY), Err(VerifyFailure::WrongSignature));
    for index in 0..NONCE_TEXT.len() {
        let mut nonce = NONCE_TEXT.as_bytes().to_vec();
        nonce[index] ^= 1;
        assert_eq!(verdict(&with(NONCE, nonce), BODY), Err(VerifyFailure::WrongSignature));
    }
    assert_eq!(verdict(&with(NONCE, ""), BODY), Err(VerifyFailure::WrongSignature));
}

#[test]
fn b08_content_moved_from_one_line_to_the_next_is_refused() {
    let headers = headers(&NOW.to_string(), "", headers_signature(&signed_now(BODY)), KEY_ID);
    let moved = [NONCE_TEXT.as_bytes(), b"\n", BODY].concat();
    assert_eq!(verdict(&headers, &moved), Err(VerifyFailure::WrongSignature));
}

fn headers_signature(headers: &HeaderMap) -> &str {
    headers[SIGNATURE].to_str().unwrap()
}

#[test]
fn b14_an_unknown_key_is_refused_before_the_signature_is_looked_at() {
    let failure = verdict(&with(SERIAL, "PUB_KEY_ID_9"), BODY).unwrap_err();
    assert_eq!(
        failure.to_string(),
        format!("it is signed with the key \"PUB_KEY_ID_9\", and only {KEY_ID} is trusted")
    );
    assert!(matches!(verdict(&with(SERIAL, b"\xff\x80"), BODY), Err(VerifyFailure::UnknownSerial { .. })));
}

#[test]
fn b16_b23_c20_c25_certificates_verify_while_they_are_in_effect() {
    let names = ["platform", "platform.leading-zero", "platform.expired", "platform.future"];
    let certificates = names.map(|name| certificate(&format!("{name}.certificate.pem")));
    let trust = public_key_trust().with_certificates(certificates.clone()).unwrap();
    let [current, leading_zero, expired, future] = certificates.map(|certificate| certificate.serial().to_string());
    for serial in [KEY_ID, &current, &current.to_lowercase(), &leading_zero, leading_zero.trim_start_matches('0')] {
        assert!(verify(&trust, &signed(&NOW.to_string(), BODY, serial), BODY, at(NOW)).is_ok(), "{serial}");
    }
    for serial in [expired, future] {
        let failure = verify(&trust, &signed(&NOW.to_string(), BODY, &serial), BODY, at(NOW));
        assert!(matches!(failure, Err(VerifyFailure::InactiveCertificate { .. })), "{serial}");
    }
}

#[test]
fn never_another_key_than_the_one_named_is_tried() {
    let trust = Trust::public_key(KEY_ID.parse().unwrap(), public_key("merchant.public.pem"))
        .with_certificates([certificate("platform.certificate.pem")])
        .unwrap();
    let failure = verify(&trust, &signed_now(BODY), BODY, at(NOW));
    assert_eq!(failure, Err(VerifyFailure::WrongSignature), "the certificate's key would fit");
}

#[test]
fn b18_a_probe_is_refused_and_flagged_whatever_else_is_wrong() {
    let signature = format!("WECHATPAY/SIGNTEST/{}", &headers_signature(&signed_now(BODY))[19..]);
    for headers in [
        with(SIGNATURE, &signature),
        with(SIGNATURE, "WECHATPAY/SIGNTEST/"),
        headers("1", NONCE_TEXT, &signature, "6E0A1F3C"),
    ] {
        let failure = verdict(&headers, BODY).unwrap_err();
        assert_eq!(failure, VerifyFailure::Probe);
        assert!(failure.is_probe());
    }
    assert!(!VerifyFailure::WrongSignature.is_probe());
}

#[test]
fn b19_a_signature_that_is_not_strict_base64_is_refused() {
    let signature = headers_signature(&signed_now(BODY)).to_owned();
    let unpadded = signature.trim_end_matches('=');
    assert_ne!(unpadded, signature, "256 bytes need padding");
    let url_safe = format!("-_{}", &signature[2..]);
    let spaced = format!("{} {}", &signature[..64], &signature[64..]);
    let tabbed = format!("{}\t{}", &signature[..64], &signature[64..]);
    let trailing_bits = format!("{}B==", &signature[..signature.len() - 3]);
    for wrong in [unpadded, &url_safe, &spaced, &tabbed, &trailing_bits, "", "=", "====", "!", &format!("{signature}=")]
    {
        assert_eq!(verdict(&with(SIGNATURE, wrong), BODY), Err(VerifyFailure::MalformedSignature), "{wrong}");
    }
    assert_eq!(verdict(&with(SIGNATURE, b"\xff\xfe"), BODY), Err(VerifyFailure::MalformedSignature));
    // A header value cannot hold a line break, so a signature cannot either.
    assert!(HeaderValue::from_str(&format!("{}\n{}", &signature[..64], &signature[64..])).is_err());
}

#[test]
fn b20_a_signature_of_another_length_is_refused() {
    for length in [0, 1, 255, 257, 512] {
        let signature = STANDARD.encode(vec![7; length]);
        assert_eq!(verdict(&with(SIGNATURE, signature), BODY), Err(VerifyFailure::MalformedSignature), "{length}");
    }
}

#[test]
fn any_flipped_byte_of_the_signature_is_refused() {
    let signature = STANDARD.decode(headers_signature(&signed_now(BODY))).unwrap();
    for index in 0..signature.len() {
        let mut signature = signature.clone();
        signature[index] ^= 0x10;
        assert_eq!(verdict(&with(SIGNATURE, STANDARD.encode(signature)), BODY), Err(VerifyFailure::WrongSignature));
    }
}

#[test]
fn b21_b22_only_the_rsa_type_is_supported_and_no_type_means_rsa() {
    assert!(verdict(&signed_now(BODY), BODY).is_ok());
    assert!(verdict(&with(SIGNATURE_TYPE, "WECHATPAY2-SHA256-RSA2048"), BODY).is_ok());
    for other in ["WECHATPAY2-SM2-WITH-SM3", "WECHATPAY-BRAND-SHA256-RSA2048", "wechatpay2-sha256-rsa2048", ""] {
        let failure = verdict(&with(SIGNATURE_TYPE, other), BODY);
        assert_eq!(failure, Err(VerifyFailure::UnsupportedSignatureType(other.into())));
    }
    let foreign = verdict(&with(SIGNATURE_TYPE, [b"\x80\"".as_slice(), &[b'x'; 500]].concat()), BODY).unwrap_err();
    let shown = foreign.to_string();
    assert!(shown.starts_with("the signature type \"\\x80\\\"xxx") && shown.len() < 200, "{shown}");
}

#[test]
fn b24_a_body_that_is_not_utf8_is_verified_as_bytes() {
    let body = b"{\"name\":\"\xff\xfe\x00\"}";
    assert!(verdict(&signed_now(body), body).is_ok());
}

#[test]
fn b25_a_page_of_a_captive_portal_is_refused_without_being_quoted() {
    let failure = verdict(&HeaderMap::new(), b"<html>please log in</html>").unwrap_err();
    assert!(!failure.to_string().contains("html"));
}

#[test]
fn e22_blanks_around_values_are_not_signed() {
    let mut headers = HeaderMap::new();
    for (name, value) in &signed_now(BODY) {
        let value = [b" \t", value.as_bytes(), b"\t "].concat();
        headers.insert(name, HeaderValue::from_bytes(&value).unwrap());
    }
    assert!(verdict(&headers, BODY).is_ok());
}

#[test]
fn b29_a_pss_signature_is_refused() {
    let pss = vector("b29_pss.json");
    let headers = headers(text(&pss, "timestamp"), text(&pss, "nonce"), text(&pss, "signature"), KEY_ID);
    let now = at(text(&pss, "timestamp").parse().unwrap());
    let failure = verify(&public_key_trust(), &headers, text(&pss, "body").as_bytes(), now);
    assert_eq!(failure, Err(VerifyFailure::WrongSignature));
}

#[test]
fn b30_a_forged_padding_is_refused() {
    let forged = vector("b30_bleichenbacher.json");
    let key = PublicKey::from_pem(&pem("e3.public.pem")).unwrap();
    let trust = Trust::public_key(KEY_ID.parse().unwrap(), key);
    let headers = headers(text(&forged, "timestamp"), text(&forged, "nonce"), text(&forged, "signature"), KEY_ID);
    let now = at(text(&forged, "timestamp").parse().unwrap());
    let failure = verify(&trust, &headers, text(&forged, "body").as_bytes(), now);
    assert_eq!(failure, Err(VerifyFailure::WrongSignature));
}

#[test]
fn every_failure_has_its_own_words() {
    let failures = [
        VerifyFailure::MissingHeader(NONCE),
        VerifyFailure::RepeatedHeader(NONCE),
        VerifyFailure::UnsupportedSignatureType("X".into()),
        VerifyFailure::Probe,
        VerifyFailure::MalformedTimestamp,
        VerifyFailure::StaleTimestamp { skew: 301 },
        VerifyFailure::unknown_serial(b"X", vec![KEY_ID.into()]),
        VerifyFailure::InactiveCertificate { serial: "0C".parse().unwrap(), expired: true },
        VerifyFailure::InactiveCertificate { serial: "0C".parse().unwrap(), expired: false },
        VerifyFailure::MalformedSignature,
        VerifyFailure::WrongSignature,
    ];
    let messages: std::collections::HashSet<_> = failures.iter().map(ToString::to_string).collect();
    assert_eq!(messages.len(), failures.len());
    assert!(messages.iter().all(|message| message.starts_with(char::is_lowercase) && !message.ends_with('.')));
}
