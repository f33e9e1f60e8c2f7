//! Each required field that is not set is named with its setter, with and without `build`.

use wechatpay_sdk::partner_payscore::{SyncServiceOrderDetail, SyncServiceOrderRequest};

async fn sync(pay: wechatpay_sdk::WechatPay) -> wechatpay_sdk::Result<()> {
    let request = SyncServiceOrderRequest::builder()
        .service_id("2002000000000558128851361561536")
        .type_("Order_Paid")
        .detail(SyncServiceOrderDetail::builder().seq(1))
        .build();
    pay.partner_payscore().sync_service_order("1234323JKHDFE1243252", request).await?;
    let open = SyncServiceOrderRequest::builder().service_id("1").sub_mchid("2").type_("Order_Paid");
    pay.partner_payscore().sync_service_order("1234323JKHDFE1243252", open).await?;
    Ok(())
}

fn main() {}
