//! A service provider sells for a sub-merchant and shares the money: order, query, split, release of the rest.
//!
//! `cargo run --features full,simulator --example partner_split`.

use std::time::{Duration, SystemTime};

use wechatpay_sdk::partner_payments::{
    CreatePartnerJsapiTransactionRequest, OrderAmount, OrderSettlement, PartnerPayer,
};
use wechatpay_sdk::profit_sharing::{
    AddProfitSharingReceiverRequest, CreateProfitSharingOrderRequest, ProfitSharingReceiverType,
    ProfitSharingRelationType, ProfitSharingShare, UnfreezeProfitSharingOrderRequest,
};
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::{Fen, PartnerScope, Progress, WechatPay};

const APP: &str = "wx8888888888888888";
const COURIER: &str = "oUpF8uN95-PteSTRuNgYbSxjn3sQ";

#[tokio::main(flavor = "current_thread")]
async fn main() -> wechatpay_sdk::Result<()> {
    let gateway = Gateway::start().await?;
    let pay = gateway.client()?;
    let price = Fen::from_yuan("128.00")?;
    // For whom the partner acts, said once. The user is known in the app of the sub-merchant.
    let florist = PartnerScope::of(&pay, APP, "1900000109")?.with_sub_appid("wxd678efh567hg6999")?;

    let prepay_id = order(&pay, &florist, "20261124-0001", price).await?;
    println!("ordered for {price} yuan: {prepay_id}");

    gateway.user_pays("20261124-0001")?;
    let Some(transaction_id) = paid(&pay, &florist, "20261124-0001").await? else {
        println!("not paid yet");
        return Ok(());
    };
    println!("paid: {transaction_id}");

    // An order is shared a minute after its payment at the earliest.
    gateway.advance(Duration::from_secs(60)).await;
    share(&pay, &florist, &transaction_id, "20261124-0001-S1", Fen::from_yuan("8.00")?).await?;
    let progress = release(&pay, &florist, &transaction_id, "20261124-0001-U1").await?;
    println!("the rest is released: {progress:?}");

    gateway.advance(Duration::from_secs(60)).await;
    for number in ["20261124-0001-S1", "20261124-0001-U1"] {
        println!("a minute later {number}: {:?}", outcome(&pay, &florist, &transaction_id, number).await?);
    }
    Ok(())
}

/// An order whose money waits to be shared.
async fn order(
    pay: &WechatPay,
    florist: &PartnerScope,
    out_trade_no: &str,
    price: Fen,
) -> wechatpay_sdk::Result<String> {
    let order = CreatePartnerJsapiTransactionRequest::builder()
        .scope(florist)
        .description("鲜花 一束")
        .out_trade_no(out_trade_no)
        .time_expire(SystemTime::now() + Duration::from_secs(30 * 60))
        .notify_url("https://partner.example/wechat/paid")
        .settle_info(OrderSettlement::builder().profit_sharing(true))
        .amount(OrderAmount::builder().total(price))
        .payer(PartnerPayer::builder().sub_openid("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"));
    let prepay = pay.partner_payments().create_jsapi_transaction(order).await?;
    Ok(prepay.into_inner().prepay_id)
}

/// The number of the payment, once the order is paid.
async fn paid(pay: &WechatPay, florist: &PartnerScope, out_trade_no: &str) -> wechatpay_sdk::Result<Option<String>> {
    let query = pay.partner_payments().get_transaction_by_out_trade_no(out_trade_no);
    let order = query.scope(florist).await?.into_inner();
    Ok(if order.is_paid() { order.transaction_id } else { None })
}

/// The courier's share.
async fn share(
    pay: &WechatPay,
    florist: &PartnerScope,
    transaction_id: &str,
    number: &str,
    amount: Fen,
) -> wechatpay_sdk::Result<()> {
    let courier = AddProfitSharingReceiverRequest::builder()
        .scope(florist)
        .appid(florist.sp_appid())
        .type_(ProfitSharingReceiverType::PersonalOpenid)
        .account(COURIER)
        .name("张三") // encrypted on its way
        .relation_type(ProfitSharingRelationType::Custom)
        .custom_relation("骑手");
    pay.profit_sharing().add_receiver(courier).await?;

    let split = CreateProfitSharingOrderRequest::builder()
        .scope(florist)
        .appid(florist.sp_appid())
        .transaction_id(transaction_id)
        .out_order_no(number)
        .receivers([ProfitSharingShare::builder()
            .type_(ProfitSharingReceiverType::PersonalOpenid)
            .account(COURIER)
            .name("张三")
            .amount(amount)
            .description("配送费")])
        .unfreeze_unsplit(false);
    pay.profit_sharing().create_order(split).await?;
    Ok(())
}

/// What became of a split is read from its receivers: one that is `FINISHED` need not have succeeded.
async fn outcome(
    pay: &WechatPay,
    florist: &PartnerScope,
    transaction_id: &str,
    number: &str,
) -> wechatpay_sdk::Result<Progress> {
    let split = pay.profit_sharing().get_order(number).scope(florist).transaction_id(transaction_id).await?;
    Ok(split.progress())
}

/// The rest goes to the sub-merchant. The release has a number of its own.
async fn release(
    pay: &WechatPay,
    florist: &PartnerScope,
    transaction_id: &str,
    number: &str,
) -> wechatpay_sdk::Result<Progress> {
    let rest = UnfreezeProfitSharingOrderRequest::builder()
        .scope(florist)
        .transaction_id(transaction_id)
        .out_order_no(number)
        .description("解冻剩余资金");
    Ok(pay.profit_sharing().unfreeze_order(rest).await?.progress())
}
