//! A Pay Score order from the rental to the payment, read by its stage:
//! `cargo run --features full,simulator --example payscore`.

use wechatpay_sdk::partner_payscore::{
    CancelServiceOrderRequest, CompleteServiceOrderRequest, CreateServiceOrderRequest, PostDiscount, PostPayment,
    RiskFund, RiskFundName, TimeRange,
};
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::{Error, Fen, PayscoreStage, PayscoreTime, WechatPay};

const SERVICE: &str = "2002000000000558128851361561536";
const SUB_MERCHANT: &str = "1900000109";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let gateway = Gateway::start().await?;
    let pay = gateway.client()?;

    rent(&pay, "R1").await?;
    println!("rented: {:?}", stage(&pay, "R1").await?);
    gateway.confirm_order("R1")?;
    println!("confirmed: {:?}", stage(&pay, "R1").await?);
    give_back(&pay, "R1").await?;
    println!("given back: {:?}", stage(&pay, "R1").await?);
    gateway.pay_order("R1")?;
    println!("paid: {:?}", stage(&pay, "R1").await?);

    rent(&pay, "R2").await?;
    println!("changed their mind: {:?}", give_up(&pay, "R2").await?);
    Ok(())
}

async fn rent(pay: &WechatPay, number: &str) -> Result<(), Error> {
    let order = CreateServiceOrderRequest::builder()
        .service_id(SERVICE)
        .appid("wxd678efh567hg6787")
        .sub_mchid(SUB_MERCHANT)
        .out_order_no(number)
        .service_introduction("共享充电宝")
        .risk_fund(RiskFund::builder().name(RiskFundName::Deposit).amount(Fen::from_yuan("99.00")?))
        .time_range(TimeRange::builder().start_time(PayscoreTime::on_accept()))
        .notify_url("https://partner.example/wechat/payscore");
    pay.partner_payscore().create_service_order(order).await?;
    Ok(())
}

async fn stage(pay: &WechatPay, number: &str) -> Result<PayscoreStage, Error> {
    let order = pay.partner_payscore().get_service_order().service_id(SERVICE).sub_mchid(SUB_MERCHANT);
    Ok(order.out_order_no(number).await?.stage())
}

/// The total is the rent less the coupon; anything else is refused before it is sent.
async fn give_back(pay: &WechatPay, number: &str) -> Result<(), Error> {
    let (rent, coupon) = (Fen::new(350), Fen::new(50));
    let total = rent.checked_sub(coupon).unwrap_or_default();
    let complete = CompleteServiceOrderRequest::builder()
        .service_id(SERVICE)
        .sub_mchid(SUB_MERCHANT)
        .post_payments([PostPayment::builder().name("租借费用").amount(rent)])
        .post_discounts([PostDiscount::builder().name("优惠券").description("满三减五角").amount(coupon)])
        .total_amount(total);
    pay.partner_payscore().complete_service_order(number, complete).await?;
    Ok(())
}

/// Cancels where it still can be cancelled.
async fn give_up(pay: &WechatPay, number: &str) -> Result<PayscoreStage, Error> {
    if matches!(stage(pay, number).await?, PayscoreStage::AwaitsConfirmation | PayscoreStage::InService) {
        let cancel = CancelServiceOrderRequest::builder().service_id(SERVICE).sub_mchid(SUB_MERCHANT);
        pay.partner_payscore().cancel_service_order(number, cancel.reason("用户放弃")).await?;
    }
    stage(pay, number).await
}
