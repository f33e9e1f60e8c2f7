//! Keys, signatures and payer data are in no `Debug` and no `Display`.

use http::Method;
use wechatpay_sdk::partner_payscore::{CreateServiceOrderRequest, RiskFund, ServiceOrder, TimeRange};
use wechatpay_sdk::{ApiV3Key, PrivateKey};

use crate::support::*;

const OPENID: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";
const V3_KEY: &str = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";

/// Neither the PEM nor a piece of the key in base64 is in the text.
fn assert_no_key(text: &str) {
    let pem = key_file("merchant.pkcs8.pem");
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    assert!(!text.contains("PRIVATE KEY-----"), "{text}");
    assert!(lines.clone().count() > 20 && !lines.clone().any(|line| text.contains(line)), "{text}");
    assert!(!text.contains(V3_KEY), "{text}");
}

#[tokio::test]
async fn c05_client_configuration_and_errors_print_no_key() {
    let wire = Wire::always(Reply::bare(500, "secret body")).await;
    let key = PrivateKey::from_pem(&key_file("merchant.pkcs8.pem")).unwrap();
    let v3 = ApiV3Key::new(V3_KEY).unwrap();
    assert_no_key(&format!("{key:?} {v3:?} {:?} {:?}", merchant(), trust()));
    let builder = builder().api_v3_key(v3);
    assert_no_key(&format!("{builder:?}"));
    let pay = builder.build_for_loopback(wire.address()).unwrap();
    assert_no_key(&format!("{pay:?} {:#?} {:?}", pay, pay.partner_payscore()));
    let error = pay.request(Method::GET, "/v3/x").query("openid", OPENID).await.unwrap_err();
    let mut text = format!("{error} {error:?}");
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    assert_no_key(&text);
    assert!(!text.contains("secret body") && !text.contains(OPENID), "{text}");
}

#[tokio::test]
async fn c05_a_lost_connection_does_not_print_the_address_it_asked_for() {
    let wire = Wire::answering(|_| Vec::new()).await;
    let error = wire.client().request(Method::GET, "/v3/x").query("openid", OPENID).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap();
    let text = format!("{error} {error:?} {source} {source:?}");
    assert!(!text.contains(OPENID) && !text.contains("/v3/x"), "{text}");
}

#[test]
fn payer_data_in_requests_calls_and_answers_is_named_but_not_shown() {
    let request = CreateServiceOrderRequest::builder()
        .service_id("1")
        .appid("wx1")
        .sub_mchid("2")
        .out_order_no("3")
        .service_introduction("x")
        .risk_fund(RiskFund::builder().name("DEPOSIT").amount(1))
        .time_range(TimeRange::builder().start_time("20091225"))
        .notify_url("https://shop.example/notify")
        .openid(OPENID);
    let order: ServiceOrder = serde_json::from_value(
        serde_json::json!({ "out_order_no": "1", "state": "DONE", "openid": OPENID, "phone": OPENID }),
    )
    .unwrap();
    let pay = builder().build().unwrap();
    let call = pay.partner_payscore().create_service_order(request.clone());
    let query = pay.partner_payscore().get_permission_by_openid().openid(OPENID);
    for text in [
        format!("{request:?}"),
        format!("{:?}", request.clone().build()),
        format!("{call:?}"),
        format!("{query:?}"),
        format!("{order:?}"),
    ] {
        assert!(text.contains("openid: ***") && !text.contains(OPENID), "{text}");
    }
    assert!(format!("{order:?}").contains("extra: [\"phone\"]"));
}
