//! A running shop does not break when WeChat Pay says something new.

use wechatpay_sdk::partner_payscore::{ServiceOrder, ServiceOrderState};

use crate::support::*;

/// Nulls, gaps, an unknown word, unknown members at two levels, a time in another zone.
const ORDER: &str = r#"{
    "out_order_no": "1234",
    "state": "FROZEN",
    "state_description": null,
    "post_payments": [{ "name": "x", "amount": 9007199254740993, "new": { "a": [1] } }],
    "collection": { "state": "USER_PAYING", "details": null },
    "total_amount": "",
    "need_collection": "",
    "shop_level": 7
}"#;

#[tokio::test]
async fn i05_i06_i07_unknown_words_and_members_nulls_and_gaps_survive() {
    let wire = Wire::always(Reply::signed(200, ORDER)).await;
    let call = wire.client().partner_payscore().get_service_order().service_id("1").sub_mchid("2").out_order_no("1234");
    let order = call.await.unwrap().into_inner();
    assert_eq!(order.state, ServiceOrderState::Unrecognized("FROZEN".into()));
    assert_eq!((order.state_description.as_ref(), order.total_amount), (None, None));
    assert_eq!(order.post_payments[0].amount, Some(9_007_199_254_740_993));
    assert_eq!(order.extra["shop_level"], 7);

    let text = serde_json::to_value(&order).unwrap();
    assert_eq!(text["state"], "FROZEN");
    assert_eq!(text["post_payments"][0]["new"], serde_json::json!({ "a": [1] }));
    assert_eq!(text["shop_level"], 7);
    let again: ServiceOrder = serde_json::from_value(text).unwrap();
    assert_eq!(again, order);
}

#[test]
fn i03_i04_times_keep_their_text() {
    use wechatpay_sdk::{PayscoreTime, Rfc3339Time};
    for text in ["2018-06-08T10:34:56+08:00", "2018-06-08T02:34:56.123Z", "2018-06-08T11:34:56+09:00"] {
        let time: Rfc3339Time = serde_json::from_value(text.into()).unwrap();
        assert_eq!(time.as_str(), text);
        assert_eq!(serde_json::to_value(&time).unwrap(), text);
    }
    for text in ["OnAccept", "20091225", "20091225091010"] {
        assert_eq!(PayscoreTime::from(text).as_str(), text);
    }
}

#[test]
fn i02_an_amount_in_another_form_is_refused_by_its_path() {
    for (body, path) in [
        (r#"{"out_order_no":"1","state":"DONE","total_amount":"100"}"#, "total_amount: expected an integer"),
        (
            r#"{"out_order_no":"1","state":"DONE","post_payments":[{"amount":1},{"amount":1.5}]}"#,
            "post_payments.1.amount: expected an integer",
        ),
        (r#"{"out_order_no":"1","state":"DONE","collection":[]}"#, "collection: expected an object"),
    ] {
        let error = serde_json::from_str::<ServiceOrder>(body).unwrap_err();
        assert!(error.to_string().starts_with(path), "{error}");
    }
}
