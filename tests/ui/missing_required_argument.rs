//! Path parameters and bodies are arguments; required query values are setters that the await insists on.

async fn calls(pay: wechatpay_sdk::WechatPay) -> wechatpay_sdk::Result<()> {
    pay.partner_payscore().sync_service_order("1234323JKHDFE1243252").await?;
    pay.partner_payscore().get_service_order().service_id("1").out_order_no("2").await?;
    let _ = pay.partner_payscore().get_service_order().sub_mchid("1").send();
    Ok(())
}

fn main() {}
