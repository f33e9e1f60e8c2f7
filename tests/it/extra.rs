//! What a spec lacks or has wrong can be sent all the same, signed and encrypted by the same code.

use serde_json::{Value, json};
use wechatpay_sdk::merchant_transfer::{CreateTransferBillRequest, TransferSceneId, TransferSceneReportInfo};
use wechatpay_sdk::payments::{CreateNativeTransactionRequest, OrderAmount};
use wechatpay_sdk::refund::{CreateRefundAmount, CreateRefundRequest};
use wechatpay_sdk::{Validation, WechatPay};

use crate::support::*;

fn body(request: &Received) -> Value {
    assert!(request.is_signed());
    serde_json::from_slice(&request.body).unwrap()
}

fn native() -> CreateNativeTransactionRequest {
    CreateNativeTransactionRequest::builder()
        .appid("wxd678efh567hg6787")
        .mchid(MCHID)
        .description("QQ公仔")
        .out_trade_no("A-20261201")
        .notify_url("https://shop.example/wechat/notify")
        .amount(OrderAmount::builder().total(100).extra("tip", 1))
        .build()
}

#[tokio::test]
async fn a_member_that_the_spec_lacks_is_sent_at_any_depth() {
    let wire = Wire::always(Reply::signed(200, r#"{"code_url":"weixin://x"}"#)).await;
    let call = wire.client().payments().create_native_transaction(native()).extra("new_member", json!({ "a": [1] }));
    call.await.unwrap();
    let body = body(&wire.only());
    assert_eq!(body["new_member"], json!({ "a": [1] }));
    assert_eq!(body["amount"], json!({ "total": 100, "tip": 1 }));
}

#[tokio::test]
async fn a_member_that_the_spec_has_wrong_is_replaced_and_sent_once() {
    let wire = Wire::always(Reply::signed(200, r#"{"code_url":"weixin://x"}"#)).await;
    wire.client().payments().create_native_transaction(native()).extra("description", json!(["a"])).await.unwrap();
    let request = wire.only();
    assert_eq!(body(&request)["description"], json!(["a"]));
    assert_eq!(String::from_utf8_lossy(&request.body).matches("\"description\"").count(), 1);
}

#[tokio::test]
async fn a_call_without_a_body_takes_query_parameters() {
    let wire = Wire::always(Reply::signed(200, r#"{"out_refund_no":"R1","status":"SUCCESS"}"#)).await;
    let call = wire.client().refund().get_refund_by_out_refund_no("R1").sub_mchid("1900000109");
    call.extra("new", "a b&c").extra("sub_mchid", "1900000110").extra("flag", true).extra("flag", 7).await.unwrap();
    let request = wire.only();
    assert!(request.is_signed());
    assert_eq!(request.target, "/v3/refund/domestic/refunds/R1?new=a%20b%26c&sub_mchid=1900000110&flag=7");
}

#[tokio::test]
async fn a_list_is_sent_as_its_name_several_times_and_null_is_no_query_value() {
    let wire = Wire::always(Reply::signed(200, r#"{"out_refund_no":"R1","status":"SUCCESS"}"#)).await;
    wire.client().refund().get_refund_by_out_refund_no("R1").extra("ids", json!(["1", 2])).await.unwrap();
    assert_eq!(wire.only().target, "/v3/refund/domestic/refunds/R1?ids=1&ids=2");
    let call = wire.client().refund().get_refund_by_out_refund_no("R1").extra("ids", Value::Null);
    let error = call.await.unwrap_err();
    assert_eq!(error.to_string(), "get_refund_by_out_refund_no: parameter `ids`: is null; leave it out instead");
}

#[tokio::test]
async fn an_alternative_that_the_spec_lacks_stands_beside_those_that_it_has() {
    let wire = Wire::always(Reply::signed(200, r#"{"out_refund_no":"R1","status":"PROCESSING"}"#)).await;
    let refund = || {
        let amount = CreateRefundAmount::builder().refund(1).total(1).currency("CNY");
        CreateRefundRequest::builder().out_refund_no("R1").amount(amount)
    };
    let pay = builder().validation(Validation::Warn).build_for_loopback(wire.address()).unwrap();
    let error = pay.refund().create_refund(refund()).await.unwrap_err();
    assert!(error.offences()[0].is_certain(), "{error}");
    pay.refund().create_refund(refund().extra("new_trade_no", "7")).await.unwrap();
    assert_eq!(body(&wire.only())["new_trade_no"], "7");
}

#[tokio::test]
async fn what_takes_the_place_of_a_sensitive_member_is_encrypted_too() {
    let wire = Wire::always(Reply::signed(200, r#"{"out_bill_no":"B1","state":"ACCEPTED"}"#)).await;
    let transfer = CreateTransferBillRequest::builder()
        .appid("wxf636efh567hg4356")
        .out_bill_no("B1")
        .transfer_scene_id(TransferSceneId::CashMarketing)
        .openid("o-MYE42l80oelYMDE34nYD456Xoy")
        .transfer_amount(200_000)
        .transfer_remark("r")
        .transfer_scene_report_infos([TransferSceneReportInfo::builder().info_type("活动名称").info_content("c")])
        .extra("user_name", "张三");
    wire.client().merchant_transfer().create_transfer_bill(transfer).await.unwrap();
    let body = body(&wire.only());
    assert_eq!(platform_opens(body["user_name"].as_str().unwrap()), "张三");
    assert_eq!(body["transfer_scene_id"], "1000");
}

#[tokio::test]
async fn what_takes_the_place_of_an_object_is_encrypted_as_deep_as_the_spec_knows() {
    let wire = Wire::always(Reply::signed(200, r#"{"code_url":"weixin://x"}"#)).await;
    let identity =
        json!({ "identity": { "type": "IDCARD", "number": "430102199003071234", "name": "张三" }, "new": "b" });
    wire.client().payments().create_native_transaction(native()).extra("payer", identity).await.unwrap();
    let request = wire.only();
    assert_eq!(request.header("wechatpay-serial"), Some(KEY_ID));
    let payer = &body(&request)["payer"];
    assert_eq!((&payer["new"], &payer["identity"]["type"]), (&json!("b"), &json!("IDCARD")));
    assert_eq!(platform_opens(payer["identity"]["name"].as_str().unwrap()), "张三");
    assert_eq!(platform_opens(payer["identity"]["number"].as_str().unwrap()), "430102199003071234");
}

#[tokio::test]
async fn a_member_that_the_spec_requires_by_mistake_can_be_left_out_where_rules_only_warn() {
    let wire = Wire::always(Reply::signed(200, r#"{"code_url":"weixin://x"}"#)).await;
    let call = |pay: WechatPay| pay.payments().create_native_transaction(native()).extra("amount", json!({ "tip": 1 }));
    let error = call(wire.client()).await.unwrap_err();
    assert_eq!(error.to_string(), "create_native_transaction: /amount/total: is required");
    call(builder().validation(Validation::Warn).build_for_loopback(wire.address()).unwrap()).await.unwrap();
    assert_eq!(body(&wire.only())["amount"], json!({ "tip": 1 }));
}

#[tokio::test]
async fn i06_unknown_members_of_an_answer_are_kept_at_any_depth() {
    let answer = r#"{"out_refund_no":"R1","status":"SUCCESS","news":1,"amount":{"refund":1,"tip":{"a":null}}}"#;
    let wire = Wire::always(Reply::signed(200, answer)).await;
    let refund = wire.client().refund().get_refund_by_out_refund_no("R1").await.unwrap().into_inner();
    assert_eq!(refund.extra["news"], 1);
    assert_eq!(refund.amount.as_ref().unwrap().extra["tip"], json!({ "a": null }));
    assert_eq!(serde_json::to_value(&refund).unwrap(), serde_json::from_str::<Value>(answer).unwrap());
}
