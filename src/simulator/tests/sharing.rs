//! Sharing the money of an order, with the traps of the official checklists.

use std::time::Duration;

use super::orders::code;
use super::*;
use crate::partner_payments::{CreatePartnerNativeTransactionRequest, OrderAmount, OrderSettlement};
use crate::profit_sharing::{
    AddProfitSharingReceiverRequest, CreateProfitSharingOrderRequest, CreateProfitSharingReturnOrderRequest,
    ProfitSharingReceiverType, ProfitSharingRelationType, ProfitSharingShare, UnfreezeProfitSharingOrderRequest,
};
use crate::{Error, Progress};

const RECEIVER: &str = "1900000200";

/// A gateway with an order of 1,000 fen that waits to be shared, just paid.
async fn paid(is_shared: bool) -> (Gateway, WechatPay, String) {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let pay = gateway.client().unwrap();
    let order = CreatePartnerNativeTransactionRequest::builder()
        .sp_appid("wx8888888888888888")
        .sp_mchid(identity::MCHID)
        .sub_mchid(SUB_MCHID)
        .description("鲜花 一束")
        .out_trade_no("1000001")
        .notify_url("https://shop.example/a")
        .settle_info(OrderSettlement::builder().profit_sharing(is_shared))
        .amount(OrderAmount::builder().total(1_000));
    pay.partner_payments().create_native_transaction(order).await.unwrap();
    gateway.user_pays("1000001").unwrap();
    let receiver = AddProfitSharingReceiverRequest::builder()
        .sub_mchid(SUB_MCHID)
        .appid("wx8888888888888888")
        .type_(ProfitSharingReceiverType::MerchantId)
        .account(RECEIVER)
        .name("示例商户全称")
        .relation_type(ProfitSharingRelationType::Store);
    pay.profit_sharing().add_receiver(receiver).await.unwrap();
    let find = pay.partner_payments().get_transaction_by_out_trade_no("1000001");
    let found = find.sp_mchid(identity::MCHID).sub_mchid(SUB_MCHID).await.unwrap();
    let id = found.transaction_id.clone().unwrap();
    (gateway, pay, id)
}

fn split(id: &str, number: &str, account: &str, amount: i64) -> CreateProfitSharingOrderRequest {
    let share = ProfitSharingShare::builder()
        .type_(ProfitSharingReceiverType::MerchantId)
        .account(account)
        .amount(amount)
        .description("分给商户");
    CreateProfitSharingOrderRequest::builder()
        .sub_mchid(SUB_MCHID)
        .appid("wx8888888888888888")
        .transaction_id(id)
        .out_order_no(number)
        .receivers([share])
        .unfreeze_unsplit(false)
        .build()
}

async fn left(pay: &WechatPay, id: &str) -> i64 {
    pay.profit_sharing().get_unsplit_amount(id).await.unwrap().unsplit_amount.get()
}

async fn release(pay: &WechatPay, id: &str, number: &str) -> Result<Progress, Error> {
    let rest = UnfreezeProfitSharingOrderRequest::builder()
        .sub_mchid(SUB_MCHID)
        .transaction_id(id)
        .out_order_no(number)
        .description("解冻全部剩余资金");
    pay.profit_sharing().unfreeze_order(rest).await.map(|answer| answer.progress())
}

async fn outcome(pay: &WechatPay, id: &str, number: &str) -> Progress {
    pay.profit_sharing().get_order(number).sub_mchid(SUB_MCHID).transaction_id(id).await.unwrap().progress()
}

#[tokio::test]
async fn a_split_within_a_minute_of_the_payment_is_refused() {
    let (gateway, pay, id) = paid(true).await;
    assert_eq!(code(pay.profit_sharing().create_order(split(&id, "S1", RECEIVER, 100)).await), "INVALID_REQUEST");
    gateway.advance(Duration::from_secs(59)).await;
    assert_eq!(code(pay.profit_sharing().create_order(split(&id, "S1", RECEIVER, 100)).await), "INVALID_REQUEST");
    gateway.advance(Duration::from_secs(1)).await;
    pay.profit_sharing().create_order(split(&id, "S1", RECEIVER, 100)).await.unwrap();
    assert_eq!(outcome(&pay, &id, "S1").await, Progress::Pending);
    gateway.advance(Duration::from_secs(30)).await;
    assert_eq!(outcome(&pay, &id, "S1").await, Progress::Succeeded);
    assert_eq!(left(&pay, &id).await, 900);
}

#[tokio::test]
async fn a_release_with_the_number_of_a_split_is_a_success_and_releases_nothing() {
    let (gateway, pay, id) = paid(true).await;
    gateway.advance(Duration::from_secs(60)).await;
    pay.profit_sharing().create_order(split(&id, "S1", RECEIVER, 100)).await.unwrap();
    release(&pay, &id, "S1").await.unwrap();
    assert_eq!(left(&pay, &id).await, 900);

    release(&pay, &id, "U1").await.unwrap();
    release(&pay, &id, "U1").await.unwrap();
    assert_eq!(left(&pay, &id).await, 0);
    gateway.advance(Duration::from_secs(30)).await;
    assert_eq!(outcome(&pay, &id, "U1").await, Progress::Succeeded);
    assert_eq!(code(release(&pay, &id, "U2").await), "NOT_ENOUGH");
    assert_eq!(code(pay.profit_sharing().create_order(split(&id, "S2", RECEIVER, 1)).await), "NOT_ENOUGH");
}

#[tokio::test]
async fn a_split_is_held_to_receivers_ratio_and_number() {
    let (gateway, pay, id) = paid(true).await;
    gateway.advance(Duration::from_secs(60)).await;
    let share = |number, account, amount| pay.profit_sharing().create_order(split(&id, number, account, amount));
    assert_eq!(code(share("S1", "1900000201", 100).await), "PARAM_ERROR");
    assert_eq!(code(share("S1", RECEIVER, 301).await), "RULE_LIMIT");
    let first = share("S1", RECEIVER, 300).await.unwrap();
    let again = share("S1", RECEIVER, 300).await.unwrap();
    assert_eq!(first.order_id, again.order_id);
    assert_eq!(code(share("S1", RECEIVER, 299).await), "INVALID_REQUEST");
    assert_eq!(code(share("S2", RECEIVER, 1).await), "RULE_LIMIT");
    assert_eq!(left(&pay, &id).await, 700);
}

#[tokio::test]
async fn an_order_that_was_not_placed_to_be_shared_is_not() {
    let (gateway, pay, id) = paid(false).await;
    gateway.advance(Duration::from_secs(60)).await;
    assert_eq!(code(pay.profit_sharing().create_order(split(&id, "S1", RECEIVER, 100)).await), "NO_AUTH");
    assert_eq!(code(release(&pay, "4200000000", "U1").await), "RESOURCE_NOT_EXISTS");
    assert_eq!(left(&pay, &id).await, 0);
}

#[tokio::test]
async fn a_share_is_taken_back_from_a_merchant_once() {
    let (gateway, pay, id) = paid(true).await;
    gateway.advance(Duration::from_secs(60)).await;
    pay.profit_sharing().create_order(split(&id, "S1", RECEIVER, 100)).await.unwrap();
    let back = |number: &str, amount: i64| {
        let back = CreateProfitSharingReturnOrderRequest::builder()
            .sub_mchid(SUB_MCHID)
            .out_order_no("S1")
            .out_return_no(number)
            .return_mchid(RECEIVER)
            .amount(amount)
            .description("用户退款");
        pay.profit_sharing().create_return_order(back)
    };
    assert_eq!(code(back("B1", 100).await), "INVALID_REQUEST");
    gateway.advance(Duration::from_secs(30)).await;
    assert_eq!(code(back("B1", 101).await), "NOT_ENOUGH");
    assert_eq!(back("B1", 60).await.unwrap().progress(), Progress::Pending);
    assert_eq!(back("B1", 60).await.unwrap().progress(), Progress::Pending);
    assert_eq!(code(back("B2", 41).await), "NOT_ENOUGH");
    gateway.advance(Duration::from_secs(30)).await;
    let known = pay.profit_sharing().get_return_order("B1").sub_mchid(SUB_MCHID).out_order_no("S1").await.unwrap();
    assert_eq!(known.progress(), Progress::Succeeded);
}

#[tokio::test]
async fn money_that_nobody_shares_is_released_after_thirty_days() {
    let (gateway, pay, id) = paid(true).await;
    gateway.advance(Duration::from_secs(30 * 86_400 - 1)).await;
    assert_eq!(left(&pay, &id).await, 1_000);
    gateway.advance(Duration::from_secs(1)).await;
    assert_eq!(left(&pay, &id).await, 0);
}
