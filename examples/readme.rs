//! The README's code, compiled here, run by `tests/it/readme.rs`, and compared with the README's text there.

#![allow(dead_code, reason = "the README shows them; tests/it/readme.rs runs them")]

use wechatpay_sdk::statement::Rows;
use wechatpay_sdk::{Error, Expected, Fen, MediaId, NextStep, Progress, Upload, WechatPay};

pub(crate) fn connect() -> wechatpay_sdk::Result<WechatPay> {
    use wechatpay_sdk::{Merchant, PrivateKey, PublicKey, Trust};

    let merchant = Merchant::new(
        "1230000109".parse()?,                               // merchant number
        "3775B6A45ACD588826D15E583A95F5DD40C1B12F".parse()?, // serial of apiclient_cert.pem
        PrivateKey::from_pem_file("secrets/apiclient_key.pem")?,
    );
    let trust =
        Trust::public_key("PUB_KEY_ID_0119000001092026".parse()?, PublicKey::from_pem_file("secrets/pub_key.pem")?);
    WechatPay::builder(merchant, trust).build()
}

pub(crate) async fn paid_in_cash(pay: &WechatPay) -> wechatpay_sdk::Result<()> {
    use wechatpay_sdk::partner_payscore::{SyncServiceOrderDetail, SyncServiceOrderRequest, SyncType};

    let paid_in_cash = SyncServiceOrderRequest::builder()
        .service_id("2002000000000558128851361561536")
        .sub_mchid("1900000109")
        .type_(SyncType::OrderPaid)
        .detail(SyncServiceOrderDetail::builder().seq(1).paid_time("20091225091210").paid_amount(1));

    pay.partner_payscore().sync_service_order("1234323JKHDFE1243252", paid_in_cash).await?; // 204, signature verified
    Ok(())
}

pub(crate) async fn total(pay: &WechatPay, number: &str) -> wechatpay_sdk::Result<Option<Fen>> {
    let order = pay
        .partner_payscore()
        .get_service_order()
        .service_id("2002000000000558128851361561536")
        .sub_mchid("1900000109")
        .out_order_no(number)
        .await?;
    println!("{:?}, verified by {}", order.state, order.verified_by());
    Ok(order.total_amount)
}

pub(crate) async fn sell(pay: &WechatPay, number: &str, openid: &str) -> wechatpay_sdk::Result<String> {
    use wechatpay_sdk::payments::{CreateJsapiTransactionRequest, OrderAmount, Payer};

    let order = CreateJsapiTransactionRequest::builder()
        .appid("wxd678efh567hg6787")
        .mchid(pay.mchid())
        .description("鲜花 一束")
        .out_trade_no(number)
        .notify_url("https://shop.example/wechat/paid")
        .amount(OrderAmount::builder().total(Fen::from_yuan("128.00")?)) // or .total(12_800), in fen
        .payer(Payer::builder().openid(openid));
    let prepay = pay.payments().create_jsapi_transaction(order).await?;
    Ok(prepay.into_inner().prepay_id)
}

pub(crate) async fn is_paid(pay: &WechatPay, number: &str, price: Fen) -> wechatpay_sdk::Result<bool> {
    let order = pay.payments().get_transaction_by_out_trade_no(number).mchid(pay.mchid()).await?;
    // Paid, also when it was refunded since; and it was this order at this price.
    Ok(order.progress() == Progress::Succeeded && order.into_inner().check(&Expected::new(number, price)).is_ok())
}

pub(crate) async fn storefront(pay: &WechatPay, picture: &str) -> wechatpay_sdk::Result<MediaId> {
    let uploaded = pay.media().upload_file(Upload::open(picture).await?).await?; // meta, digest and form are made here
    Ok(uploaded.into_inner().media_id)
}

pub(crate) async fn takings(pay: &WechatPay, day: &str, place: &str) -> wechatpay_sdk::Result<i64> {
    let bill = pay.bill().get_trade_bill().bill_date(day).tar_type("GZIP").await?;
    pay.download(&bill).to_file(place).await?; // unpacked, its hash checked, and only then there
    let mut fen = 0;
    for row in Rows::open(place)? {
        let trade = row?.trade()?; // the last item is an error unless the bill adds up
        if trade.trade_state == "SUCCESS" {
            fen += trade.total.map_or(0, Fen::get);
        }
    }
    Ok(fen)
}

pub(crate) fn what_to_do(result: Result<(), Error>) -> String {
    match result {
        Ok(()) => "done".to_owned(),
        Err(error) => match error.next_step() {
            NextStep::RepeatSameNumber { after } => format!("the same request again, in {after:?}"),
            NextStep::QueryThenDecide => format!("ask {} first", error.query_with().unwrap_or("by its number")),
            _ => error.advice(), // for people: "The balance is too small. Top up the account, then …"
        },
    }
}

pub(crate) async fn an_endpoint_without_a_method(pay: &WechatPay) -> wechatpay_sdk::Result<()> {
    let answer = pay.request(wechatpay_sdk::http::Method::GET, "/v3/merchant/fund/balance/BASIC").await?;
    println!("{}", *answer); // JSON
    Ok(())
}

fn main() -> wechatpay_sdk::Result<()> {
    connect().map(|pay| println!("a client of merchant {}", pay.mchid()))
}
