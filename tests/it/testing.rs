//! The code of docs/TESTING.md is true: it is the code below, and it passes.

use std::time::Duration;

use serde_json::json;
use wechatpay_sdk::payments::{CreateNativeTransactionRequest, OrderAmount, Transaction};
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::webhook::Event;
use wechatpay_sdk::{Expected, Fen, Outcome, Progress, Result, Retry, WechatPay};

const GUIDE: &str = include_str!("../../docs/TESTING.md");
const CODE: &str = include_str!("testing.rs");

#[test]
fn the_guide_shows_the_code_that_is_run() {
    for name in [
        "fn is_paid(",
        "fn a_payment_of_another_amount_is_not_taken(",
        "async fn order(",
        "async fn an_order_is_paid_and_the_shop_is_told(",
        "async fn an_answer_that_is_lost_is_asked_for_again(",
        "async fn a_handler_takes_what_wechat_pay_sends(",
    ] {
        let start = CODE.rfind(name).unwrap();
        let length = CODE[start..].find("\n}\n").unwrap() + 2;
        let code = &CODE[start..start + length];
        assert!(GUIDE.contains(code), "docs/TESTING.md lacks this:\n{code}");
    }
}

/// What a shop decides by itself.
fn is_paid(order: Transaction, number: &str, price: Fen) -> bool {
    order.progress() == Progress::Succeeded && order.check(&Expected::new(number, price)).is_ok()
}

#[test]
fn a_payment_of_another_amount_is_not_taken() {
    let order = |total: i64| -> Transaction {
        let order = json!({
            "appid": "wxd678efh567hg6787", "mchid": "1230000109", "out_trade_no": "A-0001", "transaction_id": "4200001",
            "trade_type": "NATIVE", "trade_state": "SUCCESS", "trade_state_desc": "支付成功",
            "success_time": "2026-11-24T10:00:00+08:00", "amount": { "total": total, "currency": "CNY" },
        });
        serde_json::from_value(order).unwrap()
    };
    assert!(is_paid(order(12_800), "A-0001", Fen::new(12_800)));
    assert!(!is_paid(order(1), "A-0001", Fen::new(12_800)));
    assert!(!is_paid(order(12_800), "A-0002", Fen::new(12_800)));
}

/// The code under test.
async fn order(pay: &WechatPay, number: &str, price: Fen) -> Result<String> {
    let order = CreateNativeTransactionRequest::builder()
        .appid("wxd678efh567hg6787")
        .mchid(pay.mchid())
        .description("鲜花 一束")
        .out_trade_no(number)
        .notify_url("https://shop.example/wechat/paid")
        .amount(OrderAmount::builder().total(price));
    Ok(pay.payments().create_native_transaction(order).await?.into_inner().code_url)
}

#[tokio::test]
async fn an_order_is_paid_and_the_shop_is_told() -> Result<()> {
    let gateway = Gateway::start().await?;
    let pay = gateway.client()?;
    order(&pay, "A-0001", Fen::new(12_800)).await?;

    gateway.user_pays("A-0001")?;
    gateway.delivered().await;

    let query = pay.payments().get_transaction_by_out_trade_no("A-0001").mchid(pay.mchid());
    assert!(is_paid(query.await?.into_inner(), "A-0001", Fen::new(12_800)));
    assert_eq!(gateway.notifications()[0].event_type(), "TRANSACTION.SUCCESS");
    assert_eq!(gateway.requests()[0].operation(), Some("create_native_transaction"));
    Ok(())
}

#[tokio::test]
async fn an_answer_that_is_lost_is_asked_for_again() -> Result<()> {
    let gateway = Gateway::start().await?;
    let pay = gateway.client_with(|builder| builder.retry(Retry::OFF))?;
    gateway.next_answer().of("create_native_transaction")?.lost();

    let error = order(&pay, "A-0001", Fen::new(12_800)).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);

    // The same number again: it is the same order, whatever became of the first attempt.
    order(&pay, "A-0001", Fen::new(12_800)).await?;
    assert_eq!(gateway.state_of("transaction", "A-0001").as_deref(), Some("NOTPAY"));

    // A week later nobody has paid.
    gateway.advance(Duration::from_secs(7 * 24 * 3_600)).await;
    assert!(gateway.user_pays("A-0001").is_err());
    Ok(())
}

#[tokio::test]
async fn a_handler_takes_what_wechat_pay_sends() -> Result<()> {
    let gateway = Gateway::start().await?;
    let pay = gateway.client()?;
    let refund = json!({
        "mchid": "1230000109", "out_trade_no": "A-0001", "transaction_id": "4200001", "out_refund_no": "R1",
        "refund_id": "5030001", "refund_status": "SUCCESS", "success_time": "2026-11-24T10:00:00+08:00",
        "user_received_account": "招商银行信用卡0403",
        "amount": { "total": 12_800, "refund": 12_800, "payer_total": 12_800, "payer_refund": 12_800 },
    });
    let (headers, body) = gateway.notification("REFUND.SUCCESS", &refund)?;

    // What the handler does with the headers and the bytes that it is given.
    let notification = pay.webhooks().parse(&headers, &body).await?;
    assert!(matches!(notification.into_event(), Event::RefundSuccess(refund) if refund.out_refund_no == "R1"));

    // A body that was changed on its way is not believed.
    let changed = [&body[..], b" "].concat();
    assert!(pay.webhooks().parse(&headers, &changed).await.is_err());
    Ok(())
}
