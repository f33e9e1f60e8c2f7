//! Why a captured notification is not accepted.

use wechatpay_sdk::webhook::Diagnosis;

use super::*;

fn pay_at(unix: i64) -> WechatPay {
    builder().api_v3_key(ApiV3Key::new(V3_KEY).unwrap()).clock(StandingClock(at(unix))).build().unwrap()
}

#[test]
fn an_operator_is_told_why_a_captured_notification_is_not_accepted() {
    let body = envelope(&transaction()).to_string();
    let headers = signed(body.as_bytes());
    let explain = |body: &[u8]| pay().webhooks().explain(&headers, body);
    assert!(matches!(explain(body.as_bytes()), Diagnosis::Accepted(key) if key.as_str() == KEY_ID));
    assert!(matches!(pay_at(NOW + 86_400).webhooks().explain(&headers, body.as_bytes()), Diagnosis::Stale(_)));

    let value: Value = serde_json::from_str(&body).unwrap();
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    for anew in [pretty, format!("{body}\n"), format!("\u{feff}{body}")] {
        let diagnosis = explain(anew.as_bytes());
        assert!(matches!(diagnosis, Diagnosis::Rewritten(_)), "{diagnosis}");
        assert!(diagnosis.to_string().contains("hand over the bytes as they came"), "{diagnosis}");
    }
    let other = explain(body.replace("EV-2018", "EV-2019").as_bytes());
    assert!(matches!(other, Diagnosis::Refused(VerifyFailure::WrongSignature)), "{other}");
    assert!(explain(&vec![b' '; 10_000_000]).to_string().contains("larger than"));
}

#[test]
fn a_key_that_is_not_trusted_and_a_wrong_apiv3_key_are_told_apart() {
    let body = envelope(&transaction()).to_string();
    let unknown = headers(&Reply::signed(200, body.as_bytes()).replace("Wechatpay-Serial", "PUB_KEY_ID_01"));
    let diagnosis = pay().webhooks().explain(&unknown, body.as_bytes());
    assert!(diagnosis.to_string().contains("trust this key if the merchant platform shows it"), "{diagnosis}");

    let other = builder().api_v3_key(ApiV3Key::new(OTHER_V3_KEY).unwrap()).build().unwrap();
    let Diagnosis::Unreadable(error) = other.webhooks().explain(&signed(body.as_bytes()), body.as_bytes()) else {
        panic!("the wrong key")
    };
    assert_eq!(error.kind(), ErrorKind::Decrypt);
    let unsigned = pay().webhooks().explain(&HeaderMap::new(), body.as_bytes()).to_string();
    assert!(unsigned.contains("a proxy drops the headers"), "{unsigned}");
}

#[test]
fn a_text_that_holds_blanks_and_quotes_is_compared_as_it_is() {
    let mut value = envelope(&transaction());
    value["summary"] = json!("a \"b\"  c\\");
    let body = value.to_string();
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    assert!(matches!(pay().webhooks().explain(&signed(body.as_bytes()), pretty.as_bytes()), Diagnosis::Rewritten(_)));
}
