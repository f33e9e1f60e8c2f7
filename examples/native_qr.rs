//! A QR code that a user pays by, in the terminal: `cargo run --features payments,simulator --example native_qr`.
//!
//! The simulated WeChat Pay answers with the example of the specs; a real one answers with a code that can be scanned.

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use wechatpay_sdk::payments::{CreateNativeTransactionRequest, OrderAmount};
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::{Fen, WechatPay};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::start().await?;
    let pay = gateway.client()?;
    println!("{}", code(&pay, "20261124-0002", Fen::from_yuan("128.00")?).await?);
    Ok(())
}

/// The picture of the code, for a terminal.
async fn code(pay: &WechatPay, number: &str, price: Fen) -> Result<String, Box<dyn std::error::Error>> {
    let order = CreateNativeTransactionRequest::builder()
        .appid("wxd678efh567hg6787")
        .mchid(pay.mchid())
        .description("鲜花 一束")
        .out_trade_no(number)
        .notify_url("https://shop.example/wechat/paid")
        .amount(OrderAmount::builder().total(price));
    let prepay = pay.payments().create_native_transaction(order).await?;
    let launch = pay.launch().native(&prepay)?;
    Ok(QrCode::new(&launch.code_url)?.render::<Dense1x2>().build())
}
