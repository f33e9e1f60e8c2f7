//! A scope gives its four values and nothing else, and a stream needs to know how large its pages are.

use wechatpay_sdk::PartnerScope;
use wechatpay_sdk::partner_payments::{CreatePartnerJsapiTransactionRequest, OrderAmount, PartnerPayer};

async fn order(pay: wechatpay_sdk::WechatPay, scope: PartnerScope) {
    let _ = CreatePartnerJsapiTransactionRequest::builder()
        .scope(&scope)
        .out_trade_no("A-1")
        .notify_url("https://partner.example/paid")
        .amount(OrderAmount::builder().total(1))
        .payer(PartnerPayer::builder().sp_openid("o1"))
        .build();
    let _ = pay.cash_coupons().list_available_items("1").stock_creator_mchid("1900000001").stream();
}

fn main() {}
