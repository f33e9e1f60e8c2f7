//! What is refused, and how.

use super::*;

const CREATION: &str = r#"{"service_id":"1","appid":"wx1","sub_mchid":"2","out_order_no":"3","service_introduction":"x",
    "risk_fund":{"name":"DEPOSIT","amount":100},"time_range":{"start_time":"OnAccept"},"notify_url":"https://a.test"}"#;

#[tokio::test]
async fn a_request_of_a_stranger_is_401_and_the_answer_unsigned() {
    let gateway = Gateway::start().await.unwrap();
    let reply = Raw::post(ORDERS, CREATION).with("Authorization", "Bearer x").send(&gateway).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (401, "SIGN_ERROR"));
    assert!(!reply.headers.contains_key("wechatpay-signature") && !reply.is_signed());
    assert!(reply.header("request-id").ends_with("-270924332"));
    assert_eq!(gateway.requests()[0].operation(), None);
    assert!(gateway.order("3").is_none());
}

#[tokio::test]
async fn a_wrong_signature_is_answered_with_what_was_expected() {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let target = format!("{ORDERS}?service_id=1&sub_mchid=2&out_order_no=3");
    let wrong = authorization(&gateway, "GET", ORDERS, "").await;
    let reply = Raw::get(&target).with("Authorization", &wrong).send(&gateway).await;
    assert_eq!(reply.status, 401);
    let message = reply.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("without the query of the URL"), "{message}");
    assert!(message.contains(&format!(r#""GET\n{target}\n{MORNING}\nnonce\n\n""#)), "{message}");
}

#[tokio::test]
async fn every_other_refusal_is_signed_and_numbered() {
    let gateway = Gateway::start().await.unwrap();
    let cases = [
        (Raw::get("/v3/unknown"), 404, "NOT_FOUND"),
        (Raw::get("/"), 404, "NOT_FOUND"),
        (Raw::new("PUT", ORDERS, "{}"), 405, "INVALID_REQUEST"),
        (Raw::post(ORDERS, CREATION).without("Accept"), 400, "INVALID_REQUEST"),
        (Raw::post(ORDERS, CREATION).without("User-Agent"), 400, "INVALID_REQUEST"),
        (Raw::post(ORDERS, CREATION).with("Wechatpay-Serial", "PUB_KEY_ID_01"), 400, "INVALID_REQUEST"),
        (Raw::post(ORDERS, ""), 400, "PARAM_ERROR"),
        (Raw::post(ORDERS, CREATION).without("Content-Type"), 400, "PARAM_ERROR"),
        (Raw::post(ORDERS, "{").with("X", "y"), 400, "PARAM_ERROR"),
    ];
    for (raw, status, code) in cases {
        let reply = raw.send(&gateway).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (status, code), "{reply:?}");
        assert!(reply.is_signed(), "{reply:?}");
        assert_eq!(reply.header("content-type"), "application/json; charset=utf-8");
        assert_eq!(reply.header("wechatpay-signature-type"), "WECHATPAY2-SHA256-RSA2048");
        let (_, number) = reply.header("request-id").rsplit_once('-').unwrap();
        assert_ne!(number.parse::<u32>().unwrap(), 0);
    }
    let reply = Raw::new("PUT", ORDERS, "{}").send(&gateway).await;
    assert_eq!(reply.header("allow"), "GET, POST");
}

#[tokio::test]
async fn a_success_is_signed_with_or_without_a_body() {
    let (gateway, _) = with_completed_order("1").await;
    let body = format!(r#"{{"service_id":"{SERVICE}","sub_mchid":"{SUB_MCHID}"}}"#);
    let target = format!("{ORDERS}/1/pay");
    let reply = Raw::post(&target, &body).send(&gateway).await;
    assert_eq!((reply.status.as_u16(), reply.body.len(), reply.is_signed()), (204, 0, true));
    assert!(reply.header("request-id").ends_with("-0"));
    assert!(!reply.headers.contains_key("content-type") && !reply.headers.contains_key("content-length"));
    let target = format!("{ORDERS}?service_id={SERVICE}&sub_mchid={SUB_MCHID}&out_order_no=1");
    let reply = Raw::get(&target).send(&gateway).await;
    assert_eq!((reply.status.as_u16(), reply.is_signed()), (200, true));
    assert_eq!(reply.header("wechatpay-timestamp"), MORNING.to_string());
}

#[tokio::test]
async fn a_query_is_held_to_its_spec() {
    let gateway = Gateway::start().await.unwrap();
    let quota = "/v3/payscore/partner/servicequotas/service-id/5?sub_mchid=1&appid=2";
    let order = format!("{ORDERS}?service_id=1&sub_mchid=2");
    let long = "1".repeat(33);
    let cases = [
        (format!("{ORDERS}?sub_mchid=2&out_order_no=3"), "service_id", "is required"),
        (format!("{order}&out_order_no=3&x=1"), "x", "is not a parameter"),
        (format!("{order}&out_order_no=3&service_id=1"), "service_id", "more than once"),
        (format!("{order}&out_order_no="), "out_order_no", "fewer than 1"),
        (format!("{order}&out_order_no={long}"), "out_order_no", "more than 32"),
        (format!("{order}&out_order_no=%zz"), "out_order_no", "percent-encoded"),
        (format!("{order}&out_order_no=%ff"), "out_order_no", "percent-encoded"),
        (order.clone(), "out_order_no", "one of `out_order_no`, `query_id` must be given"),
        (format!("{order}&out_order_no=1&query_id=2"), "out_order_no", "only one of"),
        (quota.to_owned(), "risk_level_version", "is required"),
        (format!("{quota}&risk_level_version=a"), "risk_level_version", "must be an integer"),
        (format!("{quota}&risk_level_version=01"), "risk_level_version", "must be an integer"),
        (format!("{quota}&risk_level_version=1.0"), "risk_level_version", "must be an integer"),
    ];
    for (target, field, issue) in cases {
        let reply = Raw::get(&target).send(&gateway).await;
        let detail = &reply.json()["detail"];
        assert_eq!(
            (reply.code().as_str(), &detail["field"], &detail["location"]),
            ("PARAM_ERROR", &json!(field), &json!("query"))
        );
        assert!(detail["issue"].as_str().unwrap().contains(issue), "{target}: {detail}");
    }
    let reply = Raw::get(&format!("{quota}&risk_level_version=1")).send(&gateway).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn a_path_value_is_held_to_its_spec() {
    let gateway = Gateway::start().await.unwrap();
    for value in ["1".repeat(33), "%ff".into()] {
        let target = format!("{ORDERS}/{value}/pay");
        let reply = Raw::post(&target, r#"{"service_id":"1","sub_mchid":"2"}"#).send(&gateway).await;
        let detail = &reply.json()["detail"];
        assert_eq!((&detail["field"], &detail["location"]), (&json!("out_order_no"), &json!("path")), "{detail}");
    }
}

#[tokio::test]
async fn a_plus_in_a_query_is_a_plus() {
    let gateway = Gateway::start().await.unwrap();
    let target = format!("{ORDERS}?service_id=1&sub_mchid=2&out_order_no=a+b");
    let reply = Raw::get(&target).send(&gateway).await;
    assert_eq!(reply.code(), "ORDER_NOT_EXIST");
    assert_eq!(gateway.requests()[0].target(), target);
}

#[tokio::test]
async fn a_body_is_held_to_its_spec() {
    let gateway = Gateway::start().await.unwrap();
    let spoil = |from: &str, to: &str| CREATION.replace(from, to);
    let cases = [
        (spoil("\"appid\":\"wx1\",", ""), "/appid", "is required"),
        (spoil("\"wx1\"", "5"), "/appid", "must be a string"),
        (spoil("\"wx1\"", "null"), "/appid", "null"),
        (spoil("{\"service_id\"", "{\"x\":1,\"service_id\""), "/x", "is not known"),
        (spoil("{\"service_id\"", "{\"appid\":\"wx2\",\"service_id\""), "/appid", "more than once"),
        (spoil("\"amount\":100", "\"amount\":100,\"y\":{}"), "/risk_fund/y", "is not known"),
        (spoil("\"amount\":100", "\"amount\":1.0"), "/risk_fund/amount", "must be an integer"),
        (spoil("\"amount\":100", "\"amount\":\"100\""), "/risk_fund/amount", "must be an integer"),
        (spoil("DEPOSIT", "UDEPOSIT"), "/risk_fund/name", "must be one of"),
        (spoil("{\"start_time\":\"OnAccept\"}", "{}"), "/time_range/start_time", "is required"),
        (spoil("OnAccept", "soon"), "/time_range/start_time", "is not a time"),
        (spoil("\"x\"", &format!("\"{}\"", "好".repeat(21))), "/service_introduction", "more than 20"),
        (spoil("\"x\"", "\"😀\""), "/service_introduction", "emoji"),
        ("[]".to_owned(), "", "must be an object"),
        ("{".to_owned(), "", "is not JSON"),
    ];
    for (body, field, issue) in cases {
        let reply = Raw::post(ORDERS, &body).send(&gateway).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (400, "PARAM_ERROR"), "{body}");
        let detail = &reply.json()["detail"];
        assert_eq!((&detail["field"], &detail["location"]), (&json!(field), &json!("body")), "{body}: {detail}");
        assert!(detail["issue"].as_str().unwrap().contains(issue), "{body}: {detail}");
    }
    assert!(gateway.order("3").is_none());
    assert_eq!(
        Raw::post(ORDERS, &spoil("\"x\"", &format!("\"{}\"", "好".repeat(20)))).send(&gateway).await.status,
        200
    );
}

#[tokio::test]
async fn a_refused_value_is_echoed_and_found_by_the_sdk() {
    let gateway = Gateway::start().await.unwrap();
    let pay = gateway.client().unwrap();
    let body = CREATION.replace("\"amount\":100", "\"amount\":\"100\"");
    let error = pay.request(http::Method::POST, ORDERS).json_text(body).await.unwrap_err();
    let detail = &error.api().unwrap().details()[0];
    assert_eq!((detail.field(), detail.location()), (Some("/risk_fund/amount"), Some("body")));
    assert_eq!((detail.value(), detail.issue()), (Some(&json!("100")), Some("must be an integer")));
}

#[tokio::test]
async fn a_read_with_a_body_and_a_body_without_end_are_refused() {
    let gateway = Gateway::start().await.unwrap();
    let target = format!("{ORDERS}?service_id=1&sub_mchid=2&out_order_no=3");
    let reply = Raw::new("GET", &target, "{}").send(&gateway).await;
    assert_eq!((reply.code().as_str(), &reply.json()["detail"]["location"]), ("PARAM_ERROR", &json!("body")));

    let pay = gateway.client().unwrap();
    let error = pay.request(http::Method::POST, ORDERS).json_text(vec![b' '; 16 * 1024 * 1024 + 1]).await.unwrap_err();
    // hyper may close the connection before the client has written everything.
    assert!(error.status().is_none_or(|status| status == StatusCode::PAYLOAD_TOO_LARGE), "{error}");
    assert_eq!(gateway.requests().last().unwrap().status(), Some(StatusCode::PAYLOAD_TOO_LARGE));
}
