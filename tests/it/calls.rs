//! How calls are made: no `.into()`, no `Some(..)`, awaited directly.

use std::future::IntoFuture as _;

use wechatpay_sdk::partner_payscore::{
    CompleteServiceOrderRequest, PostDiscount, PostPayment, SyncServiceOrderDetail, SyncServiceOrderRequest, SyncType,
};
use wechatpay_sdk::{ErrorKind, Outcome, WechatPay};

use crate::support::*;

const ORDER: &str = r#"{"out_order_no":"1","state":"DOING"}"#;

fn sync() -> SyncServiceOrderRequest {
    let detail = SyncServiceOrderDetail::builder().paid_time("20091225091210");
    SyncServiceOrderRequest::builder().service_id("1").sub_mchid("2").type_(SyncType::OrderPaid).detail(detail).build()
}

#[tokio::test]
async fn a_call_is_awaited_raced_joined_and_spawned() {
    let wire = Wire::always(Reply::signed(204, "")).await;
    let pay = wire.client();
    let second = std::time::Duration::from_secs(5);
    pay.partner_payscore().sync_service_order("1", sync()).await.unwrap();
    tokio::time::timeout(second, pay.partner_payscore().sync_service_order("2", sync())).await.unwrap().unwrap();
    let (third, fourth) = tokio::join!(
        pay.partner_payscore().sync_service_order("3", sync()).into_future(),
        pay.partner_payscore().sync_service_order("4", sync()).send(),
    );
    third.unwrap();
    fourth.unwrap();
    tokio::spawn(pay.partner_payscore().sync_service_order("5", sync()).send()).await.unwrap().unwrap();
    assert_eq!(wire.received().len(), 5);
}

#[tokio::test]
async fn a_call_outlives_the_client_and_the_values_it_was_made_from() {
    let wire = Wire::always(Reply::signed(204, "")).await;
    let call = {
        let pay = wire.client();
        let number = String::from("12");
        pay.partner_payscore().sync_service_order(&*number, sync())
    };
    call.await.unwrap();
    assert_eq!(wire.only().target, "/v3/payscore/partner/serviceorder/12/sync");
}

#[tokio::test]
async fn optional_query_values_are_set_by_name_and_from_an_option() {
    let wire = Wire::always(Reply::signed(200, ORDER)).await;
    let family = wire.client().partner_payscore();
    let order = family.get_service_order().service_id("5").sub_mchid("6").out_order_no("7").await.unwrap();
    assert_eq!(order.out_order_no, "1");
    let by_query_id = family.get_service_order().sub_mchid("6").service_id("5").maybe_query_id(Some("8"));
    by_query_id.maybe_out_order_no(None::<&str>).await.unwrap();
    let targets: Vec<String> = wire.received().into_iter().map(|request| request.target).collect();
    assert_eq!(targets[0], "/v3/payscore/partner/serviceorder?out_order_no=7&service_id=5&sub_mchid=6");
    assert_eq!(targets[1], "/v3/payscore/partner/serviceorder?query_id=8&service_id=5&sub_mchid=6");
}

#[tokio::test]
async fn i11_both_or_neither_of_two_alternatives_is_refused_before_sending() {
    let wire = Wire::always(Reply::signed(200, ORDER)).await;
    let family = wire.client().partner_payscore();
    let query = family.get_service_order().service_id("5").sub_mchid("6");
    let calls = [
        (query.clone(), "one of `out_order_no`, `query_id` must be given"),
        (query.out_order_no("7").query_id("8"), "only one of `out_order_no`, `query_id` can be given"),
    ];
    for (call, message) in calls {
        let error = call.await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent));
        assert!(error.to_string().contains(message), "{error}");
    }
    assert!(wire.received().is_empty());
}

#[tokio::test]
async fn i08_i09_the_number_in_the_path_is_not_repeated_in_the_body_and_a_204_is_a_unit() {
    let wire = Wire::always(Reply::signed(204, "")).await;
    let body = CompleteServiceOrderRequest::builder()
        .service_id("1")
        .sub_mchid("2")
        .post_payments([PostPayment::builder().name("就餐费用").amount(40_000).count(4)])
        .total_amount(40_000)
        .maybe_post_discounts(None::<[PostDiscount; 0]>)
        .profit_sharing(false);
    let answer = wire.client().partner_payscore().complete_service_order("1234", body).await.unwrap();
    let _: () = *answer;
    let body: serde_json::Value = serde_json::from_slice(&wire.only().body).unwrap();
    assert_eq!(body.get("out_order_no"), None);
    assert_eq!(body["post_payments"], serde_json::json!([{ "name": "就餐费用", "amount": 40_000, "count": 4 }]));
}

#[tokio::test]
async fn a_member_that_the_specification_lacks_is_sent_and_signed() {
    let wire = Wire::always(Reply::signed(204, "")).await;
    let detail = SyncServiceOrderDetail::builder().paid_time("20091225").extra("channel", "cash");
    let mut body = sync();
    body.detail = detail.into();
    body.extra.insert("note".into(), 1.into());
    wire.client().partner_payscore().sync_service_order("1", body).await.unwrap();
    let request = wire.only();
    let sent: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!((&sent["detail"]["channel"], &sent["note"]), (&"cash".into(), &1.into()));
    assert!(request.is_signed());
}

#[test]
fn clients_calls_and_futures_cross_threads() {
    fn crosses<T: Send + 'static>() {}
    fn shared<T: Send + Sync + Clone + 'static>() {}
    shared::<WechatPay>();
    crosses::<wechatpay_sdk::Sending<()>>();
    crosses::<wechatpay_sdk::partner_payscore::calls::SyncServiceOrder>();
    crosses::<wechatpay_sdk::Error>();
}

#[tokio::test]
async fn c23_two_merchants_in_one_process_share_nothing() {
    let wire = Wire::always(Reply::signed(204, "")).await;
    let other = wechatpay_sdk::Merchant::new(
        "1900000001".parse().unwrap(),
        "AA".parse().unwrap(),
        wechatpay_sdk::PrivateKey::from_pem(&key_file("e3.key.pem")).unwrap(),
    );
    let other = WechatPay::builder(other, trust()).clock(StandingClock(at(NOW)));
    let other = other.build_for_loopback(wire.address()).unwrap();
    wire.client().partner_payscore().sync_service_order("1", sync()).await.unwrap();
    other.partner_payscore().sync_service_order("2", sync()).await.unwrap();
    let received = wire.received();
    assert_eq!(received[0].authorization("mchid"), MCHID);
    assert_eq!(received[1].authorization("mchid"), "1900000001");
    assert!(received[0].is_signed() && !received[1].is_signed());
}
