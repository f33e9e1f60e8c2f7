//! A shop that was written against one version of the specs. It is compiled and run, unchanged, against another.

use wechatpay_sdk::partner_payscore::{
    CancelServiceOrderRequest, ServiceOrder, ServiceOrderState, SyncServiceOrderDetail, SyncServiceOrderRequest,
};

async fn shop(pay: wechatpay_sdk::WechatPay) -> wechatpay_sdk::Result<wechatpay_sdk::Fen> {
    let request = SyncServiceOrderRequest::builder()
        .service_id("1")
        .sub_mchid("2")
        .type_("Order_Paid")
        .detail(SyncServiceOrderDetail::builder().paid_time("20091225").seq(1));
    pay.partner_payscore().sync_service_order("3", request).await?;
    let cancel = CancelServiceOrderRequest::builder().service_id("1").sub_mchid("2").reason("changed my mind").build();
    pay.partner_payscore().cancel_service_order("3", cancel).await?;
    let order = pay.partner_payscore().get_service_order().service_id("1").sub_mchid("2").out_order_no("3").await?;
    Ok(match order.state {
        ServiceOrderState::Done => order.total_amount.unwrap_or_default(),
        _ => wechatpay_sdk::Fen::default(),
    })
}

fn main() {
    let _ = shop;
    let answer = serde_json::json!({
        "out_order_no": "3",
        "state": "FROZEN",
        "level": { "of": ["trust"] },
    });
    let order: ServiceOrder = serde_json::from_value(answer.clone()).expect("news do not break a shop");
    assert_eq!(order.state.as_str(), "FROZEN");
    assert_eq!(serde_json::to_value(&order).expect("it is JSON"), answer);
    println!("{:?}", order.state);
}
