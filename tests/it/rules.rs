//! Documented rules are checked before anything is sent; every offence is named at once, its value never.

use wechatpay_sdk::partner_payments::{CreatePartnerJsapiTransactionRequest, PartnerPayer, StoreInfo};
use wechatpay_sdk::partner_payscore::{CompleteServiceOrderRequest, PostDiscount, PostPayment};
use wechatpay_sdk::payments::{
    CreateNativeTransactionRequest, OrderAmount, OrderDetail, OrderGoods, SceneInfo as Scene,
};
use wechatpay_sdk::refund::{AbnormalRefundType, ApplyAbnormalRefundRequest, CreateRefundAmount, CreateRefundRequest};
use wechatpay_sdk::{Error, ErrorKind, Outcome, Rule, Validation, WechatPay};

use crate::support::*;

const PREPAY: &str = r#"{"prepay_id":"wx201410272009395522657a690389285100"}"#;
const NATIVE: &str = r#"{"code_url":"weixin://wxpay/bizpayurl?pr=p4lpSuKzz"}"#;
const REFUND: &str = r#"{"out_refund_no":"R1","status":"PROCESSING"}"#;

fn native() -> CreateNativeTransactionRequest {
    CreateNativeTransactionRequest::builder()
        .appid("wxd678efh567hg6787")
        .mchid(MCHID)
        .description("QQ公仔")
        .out_trade_no("A-20261201")
        .notify_url("https://shop.example/wechat/notify")
        .amount(OrderAmount::builder().total(100))
        .build()
}

/// A partner order of whoever pays.
fn jsapi(payer: impl Into<PartnerPayer>) -> CreatePartnerJsapiTransactionRequest {
    CreatePartnerJsapiTransactionRequest::builder()
        .sp_appid("wx8888888888888888")
        .sp_mchid(MCHID)
        .sub_mchid("1900000109")
        .description("QQ公仔")
        .out_trade_no("A-20261201")
        .notify_url("https://shop.example/wechat/notify")
        .amount(OrderAmount::builder().total(100))
        .payer(payer)
        .build()
}

fn places(error: &Error) -> Vec<&str> {
    error.offences().iter().map(|offence| offence.place()).collect()
}

async fn refused(pay: &WechatPay, order: CreateNativeTransactionRequest) -> Error {
    let error = pay.payments().create_native_transaction(order).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent), "{error}");
    error
}

#[tokio::test]
async fn i01_every_offence_is_listed_with_its_place_and_limit_and_without_its_value() {
    let wire = Wire::always(Reply::signed(200, NATIVE)).await;
    let order = CreateNativeTransactionRequest::builder()
        .appid("wxd678efh567hg6787")
        .mchid(MCHID)
        .description("好".repeat(128))
        .out_trade_no("secret number")
        .notify_url("https://shop.example/notify?secret=1")
        .attach("")
        .amount(OrderAmount::builder().total(0))
        .detail(OrderDetail::builder().goods_detail([
            OrderGoods::builder().merchant_goods_id("1").quantity(1).unit_price(1),
            OrderGoods::builder().merchant_goods_id("secret".repeat(9)).quantity(1).unit_price(1),
        ]))
        .scene_info(Scene::builder().store_info(StoreInfo::builder().id("9".repeat(33))));
    let error = refused(&wire.client(), order.build()).await;
    assert_eq!(
        error.to_string(),
        "create_native_transaction: /description: at most 127 characters, has 128; \
         /out_trade_no: does not match ^[0-9A-Za-z_\\-|*]+$; \
         /attach: is empty; leave it out instead; \
         /notify_url: WeChat Pay cannot call this address: it has a query or a fragment; \
         /amount/total: at least 1; \
         /detail/goods_detail/1/merchant_goods_id: at most 32 characters, has 54; \
         /scene_info/store_info/id: at most 32 characters, has 33"
    );
    assert!(!format!("{error} {error:?}").contains("secret"));
    assert!(error.offences().iter().all(|offence| offence.is_in_body()));
    assert!(wire.received().is_empty());
}

#[tokio::test]
async fn what_is_found_before_a_request_is_built_is_listed_with_the_rest() {
    let wire = Wire::always(Reply::signed(200, REFUND)).await;
    let abnormal = ApplyAbnormalRefundRequest::builder()
        .out_refund_no("R".repeat(65))
        .type_(AbnormalRefundType::UserBankCard)
        .bank_account("6".repeat(215))
        .real_name("张三😀")
        .extra("note", "👋");
    let error = wire.client().refund().apply_abnormal_refund("..", abnormal).await.unwrap_err();
    let lines: Vec<String> = error.offences().iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "parameter `refund_id`: is empty, `.` or `..`, and so would reach another endpoint",
            "/bank_account: at most 214 bytes can be encrypted, has 215",
            "/real_name: has a character outside the Basic Multilingual Plane, such as an emoji, which WeChat Pay does \
             not support",
            "/note: has a character outside the Basic Multilingual Plane, such as an emoji, which WeChat Pay does not \
             support",
            "/out_refund_no: at most 64 characters, has 65",
        ]
    );
    assert!(wire.received().is_empty());
}

#[tokio::test]
async fn a_release_build_warns_of_limits_and_sends_but_never_what_is_refused_for_certain() {
    let wire = Wire::always(Reply::signed(200, NATIVE)).await;
    let warns = builder().validation(Validation::Warn).build_for_loopback(wire.address()).unwrap();
    let mut order = native();
    order.description = "好".repeat(200);
    warns.payments().create_native_transaction(order.clone()).await.unwrap();
    order.attach = Some(String::new());
    let error = refused(&warns, order.clone()).await;
    assert_eq!(places(&error), ["/description", "/attach"]);
    assert_eq!(error.offences()[1].rule(), &Rule::Empty);
    let nothing = native_with_null(&warns).await;
    assert_eq!(nothing.offences()[0].rule(), &Rule::Null);

    let off = builder().validation(Validation::Off).build_for_loopback(wire.address()).unwrap();
    off.payments().create_native_transaction(order).await.unwrap();
    assert_eq!(wire.received().len(), 2);
}

async fn native_with_null(pay: &WechatPay) -> Error {
    let call = pay.payments().create_native_transaction(native()).extra("new_member", serde_json::Value::Null);
    call.await.unwrap_err()
}

#[tokio::test]
async fn a15_an_empty_optional_text_names_its_field() {
    let wire = Wire::always(Reply::signed(200, NATIVE)).await;
    let mut order = native();
    order.goods_tag = Some(String::new());
    let error = refused(&wire.client(), order).await;
    assert_eq!(error.to_string(), "create_native_transaction: /goods_tag: is empty; leave it out instead");
}

#[tokio::test]
async fn of_two_alternatives_in_a_body_one_is_enough_and_none_is_refused_naming_both() {
    let wire = Wire::always(Reply::signed(200, PREPAY)).await;
    let family = wire.client().partner_payments();
    let sub_openid_alone = PartnerPayer::builder().sub_openid("oUpF8uN95-PteSTRuNgYbSxjn3sQ");
    family.create_jsapi_transaction(jsapi(sub_openid_alone.clone())).await.unwrap();
    assert_eq!(wire.received().len(), 1);

    let neither = family.create_jsapi_transaction(jsapi(PartnerPayer::builder())).await.unwrap_err();
    assert_eq!(neither.to_string(), "create_jsapi_transaction: /payer: one of `sp_openid`, `sub_openid` must be given");
    let both = family.create_jsapi_transaction(jsapi(sub_openid_alone.sp_openid("o1"))).await.unwrap_err();
    assert_eq!(
        both.to_string(),
        "create_jsapi_transaction: /payer: only one of `sp_openid`, `sub_openid` can be given"
    );

    let refund = CreateRefundRequest::builder().out_refund_no("R1").amount(refund_amount(1, 1));
    let neither = wire.client().refund().create_refund(refund).await.unwrap_err();
    assert_eq!(neither.to_string(), "create_refund: one of `transaction_id`, `out_trade_no` must be given");
    assert_eq!(wire.received().len(), 1);
}

fn refund_amount(refund: i64, total: i64) -> CreateRefundAmount {
    CreateRefundAmount::builder().refund(refund).total(total).currency("CNY").build()
}

#[tokio::test]
async fn a27_the_merchant_number_is_the_one_that_signs_and_a_sub_merchant_is_another() {
    let wire = Wire::always(Reply::signed(200, PREPAY)).await;
    let family = wire.client().partner_payments();
    let mut order = jsapi(PartnerPayer::builder().sp_openid("o1"));
    order.sp_mchid = "1900000001".to_owned();
    order.sub_mchid = MCHID.to_owned();
    let error = family.create_jsapi_transaction(order).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "create_jsapi_transaction: /sp_mchid: is not the merchant that signs the request; \
         /sub_mchid: is the merchant that signs the request, and must be another"
    );
    let query = family.get_transaction_by_out_trade_no("A-20261201").sp_mchid("1").sub_mchid("1900000109");
    let error = query.await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "get_transaction_by_out_trade_no: parameter `sp_mchid`: is not the merchant that signs the request"
    );
    assert!(!error.offences()[0].is_in_body());
    assert!(wire.received().is_empty());
}

#[tokio::test]
async fn i10_a_total_is_the_payments_less_the_discounts() {
    let wire = Wire::always(Reply::signed(204, "")).await;
    let complete = |total: i64| {
        CompleteServiceOrderRequest::builder()
            .service_id("1")
            .sub_mchid("1900000109")
            .post_payments([PostPayment::builder().name("a").amount(500), PostPayment::builder().name("b").amount(40)])
            .post_discounts([PostDiscount::builder().name("c").description("d").amount(100)])
            .total_amount(total)
    };
    let family = wire.client().partner_payscore();
    let error = family.complete_service_order("1", complete(441)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "complete_service_order: /total_amount: is not the sum post_payments.amount - post_discounts.amount"
    );
    family.complete_service_order("1", complete(440)).await.unwrap();
    assert_eq!(wire.received().len(), 1);
}

#[tokio::test]
async fn a_refund_is_not_above_what_the_order_cost() {
    let wire = Wire::always(Reply::signed(200, REFUND)).await;
    let refund = |refund, total| {
        CreateRefundRequest::builder()
            .out_trade_no("A-20261201")
            .out_refund_no("R1")
            .amount(refund_amount(refund, total))
    };
    let error = wire.client().refund().create_refund(refund(101, 100)).await.unwrap_err();
    assert_eq!(error.to_string(), "create_refund: /amount/refund: is above `total`");
    wire.client().refund().create_refund(refund(100, 100)).await.unwrap();
}

#[tokio::test]
async fn parameters_are_checked_like_members() {
    let wire = Wire::always(Reply::signed(200, REFUND)).await;
    let error = wire.client().refund().get_refund_by_out_refund_no("9".repeat(65)).await.unwrap_err();
    let message = "get_refund_by_out_refund_no: parameter `out_refund_no`: at most 64 characters, has 65";
    assert_eq!(error.to_string(), message);
    let bill = wire.client().bill().get_trade_bill().bill_date("20190611").await.unwrap_err();
    assert!(bill.to_string().contains("parameter `bill_date`: is not a day as yyyy-MM-dd"), "{bill}");
    assert!(wire.received().is_empty());
}

#[tokio::test]
async fn a_form_row_becomes_a_request_without_a_question_for_every_field() {
    struct Row {
        attach: Option<String>,
        goods_tag: Option<&'static str>,
        support_fapiao: Option<bool>,
    }
    let wire = Wire::always(Reply::signed(200, NATIVE)).await;
    let row = Row { attach: Some("a1".to_owned()), goods_tag: None, support_fapiao: Some(false) };
    let order = CreateNativeTransactionRequest::builder()
        .appid("wxd678efh567hg6787")
        .mchid(wire.client().mchid())
        .description("QQ公仔")
        .out_trade_no("A-20261201")
        .notify_url("https://shop.example/wechat/notify")
        .amount(OrderAmount::builder().total(100))
        .maybe_attach(row.attach)
        .maybe_goods_tag(row.goods_tag)
        .maybe_support_fapiao(row.support_fapiao);
    wire.client().payments().create_native_transaction(order).await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&wire.only().body).unwrap();
    assert_eq!((&body["attach"], &body["support_fapiao"], body.get("goods_tag")), (&"a1".into(), &false.into(), None));
}
