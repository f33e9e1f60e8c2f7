//! A partner says once for whom it acts.

use serde_json::{Value, json};
use wechatpay_sdk::partner_payments::{
    ClosePartnerTransactionRequest, CreatePartnerJsapiTransactionRequest, OrderAmount, PartnerPayer,
};
use wechatpay_sdk::{ErrorKind, PartnerScope};

use crate::support::*;

const APP: &str = "wx8888888888888888";

#[tokio::test]
async fn a_scope_gives_the_numbers_and_apps_of_a_body() {
    let wire = Wire::always(Reply::signed(200, r#"{"prepay_id":"wx1"}"#)).await;
    let pay = wire.client();
    let scope = PartnerScope::of(&pay, APP, "1900000109").unwrap();
    let order = |scope: &PartnerScope| {
        CreatePartnerJsapiTransactionRequest::builder()
            .scope(scope)
            .description("鲜花")
            .out_trade_no("A-20261201")
            .notify_url("https://partner.example/paid")
            .amount(OrderAmount::builder().total(1))
            .payer(PartnerPayer::builder().sp_openid("o1"))
    };
    let sent = |at: usize| serde_json::from_slice::<Value>(&wire.received()[at].body).unwrap();
    pay.partner_payments().create_jsapi_transaction(order(&scope)).await.unwrap();
    let body = sent(0);
    assert_eq!([&body["sp_mchid"], &body["sp_appid"], &body["sub_mchid"]], [MCHID, APP, "1900000109"]);
    assert_eq!(body.get("sub_appid"), None);

    let scope = scope.with_sub_appid("wxd678efh567hg6999").unwrap();
    // What is said later stands.
    let order = order(&scope).sub_mchid("1900000110");
    pay.partner_payments().create_jsapi_transaction(order).await.unwrap();
    let body = sent(1);
    assert_eq!([&body["sub_appid"], &body["sub_mchid"]], ["wxd678efh567hg6999", "1900000110"]);
}

#[tokio::test]
async fn a_scope_gives_what_a_request_or_query_has_of_it_and_nothing_more() {
    let wire = Wire::always(Reply::signed(200, r#"{"out_trade_no":"A-1","trade_state":"NOTPAY"}"#)).await;
    let pay = wire.client();
    let scope = PartnerScope::of(&pay, APP, "1900000109").unwrap().with_sub_appid("wxd678efh567hg6999").unwrap();
    pay.partner_payments().get_transaction_by_out_trade_no("A-1").scope(&scope).await.unwrap();
    assert_eq!(
        wire.only().target,
        format!("/v3/pay/partner/transactions/out-trade-no/A-1?sp_mchid={MCHID}&sub_mchid=1900000109")
    );
    let close = serde_json::to_value(ClosePartnerTransactionRequest::builder().scope(&scope).build()).unwrap();
    assert_eq!(close, json!({ "sp_mchid": MCHID, "sub_mchid": "1900000109" }));
}

#[tokio::test]
async fn numbers_that_have_come_to_the_wrong_place_make_no_scope() {
    let wire = Wire::always(Reply::signed(204, "")).await;
    let pay = wire.client();
    for (app, sub_mchid, about) in [
        ("1900000109", "1900000109", "sp_appid"),
        ("", "1900000109", "sp_appid"),
        ("wx 8888", "1900000109", "sp_appid"),
        (APP, APP, "sub_mchid"),
        (APP, "", "sub_mchid"),
        (APP, MCHID, "the partner itself"),
    ] {
        let error = PartnerScope::of(&pay, app, sub_mchid).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        assert!(error.to_string().contains(about), "{app} {sub_mchid}: {error}");
    }
    let scope = PartnerScope::of(&pay, APP, " 1900000109 ").unwrap();
    assert_eq!((scope.sub_mchid().as_str(), scope.sub_appid()), ("1900000109", None));
    assert!(scope.with_sub_appid("1900000109").unwrap_err().to_string().contains("sub_appid"));
}
