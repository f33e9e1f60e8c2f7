//! A required query parameter is a setter that sending insists on.

async fn query(pay: wechatpay_sdk::WechatPay) -> wechatpay_sdk::Result<()> {
    let _ = pay.payments().get_transaction_by_out_trade_no("A-20261201").send();
    pay.bill().get_trade_bill().tar_type("GZIP").await?;
    Ok(())
}

fn main() {}
