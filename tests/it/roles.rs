//! A client that says who it is does not call what is for others.

use wechatpay_sdk::profit_sharing::{
    AddProfitSharingReceiverRequest, ProfitSharingReceiverType, ProfitSharingRelationType,
};
use wechatpay_sdk::refund::{CreateRefundAmount, CreateRefundRequest};
use wechatpay_sdk::{Error, ErrorKind, Outcome, Role, WechatPay};

use crate::support::*;

const REFUND: &str = r#"{"out_refund_no":"R1","status":"PROCESSING"}"#;

fn client(wire: &Wire, role: Role) -> WechatPay {
    builder().role(role).build_for_loopback(wire.address()).unwrap()
}

async fn refund(pay: &WechatPay) -> Result<(), Error> {
    let amount = CreateRefundAmount::builder().refund(1).total(1).currency("CNY");
    let body = CreateRefundRequest::builder().out_trade_no("A-1").out_refund_no("R1").amount(amount);
    pay.refund().create_refund(body).await.map(drop)
}

#[tokio::test]
async fn a_platform_that_calls_the_refund_of_merchants_is_told_its_own_and_nothing_is_sent() {
    let wire = Wire::always(Reply::signed(200, REFUND)).await;
    let error = refund(&client(&wire, Role::Ecommerce)).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent));
    assert_eq!(error.operation(), Some("create_refund"));
    let text = error.to_string();
    for part in ["e-commerce", "pay.ecommerce_refund().create_refund(..)", "`ecommerce-refund`"] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    assert!(wire.received().is_empty());
}

#[tokio::test]
async fn a_partner_that_calls_the_query_of_platforms_is_told_its_own() {
    let wire = Wire::always(Reply::signed(200, REFUND)).await;
    let pay = client(&wire, Role::Partner);
    let query = pay.ecommerce_refund().get_refund_by_out_refund_no("R1").sub_mchid("1900000109");
    let error = query.await.unwrap_err();
    assert!(error.to_string().contains("pay.refund().get_refund_by_out_refund_no(..)"), "{error}");
    assert!(wire.received().is_empty());
    refund(&pay).await.unwrap();
}

#[tokio::test]
async fn what_has_no_other_is_called_by_every_role_and_without_a_role_all_is() {
    let wire = Wire::always(Reply::signed(200, REFUND)).await;
    for role in [Role::Merchant, Role::Partner, Role::Institution] {
        refund(&client(&wire, role)).await.unwrap();
    }
    refund(&wire.client()).await.unwrap();
    assert_eq!(wire.received().len(), 4);
}

#[tokio::test]
async fn a_call_with_something_to_encrypt_is_refused_before_a_key_is_downloaded() {
    let wire = Wire::always(Reply::signed(404, "{}")).await;
    let trust = wechatpay_sdk::Trust::downloaded_certificates();
    let pay = WechatPay::builder(merchant(), trust).clock(StandingClock(at(NOW)));
    let key = wechatpay_sdk::ApiV3Key::new("0123456789abcdef0123456789ABCDEF").unwrap();
    let pay = pay.api_v3_key(key).role(Role::Ecommerce).build_for_loopback(wire.address()).unwrap();
    let receiver = AddProfitSharingReceiverRequest::builder()
        .appid("wx8888888888888888")
        .type_(ProfitSharingReceiverType::PersonalOpenid)
        .account("oUpF8uN95-PteSTRuNgYbSxjn3sQ")
        .name("张三")
        .relation_type(ProfitSharingRelationType::User);
    let error = pay.profit_sharing().add_receiver(receiver).await.unwrap_err();
    assert!(error.to_string().contains("pay.ecommerce_profit_sharing().add_receiver(..)"), "{error}");
    assert!(wire.received().is_empty());
}
