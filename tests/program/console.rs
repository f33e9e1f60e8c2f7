//! The console page in a browser; `tests/console/run` starts this, since it needs Chromium and Node.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use serde_json::json;
use wechatpay_sdk::WechatPay;
use wechatpay_sdk::refund::{CreateRefundAmount, CreateRefundRequest};
use wechatpay_sdk::webhook::Event;

use crate::control::Control;
use crate::program::{CONTROL, application};
use crate::{NUMBER, order, shop};

#[test]
#[ignore = "it needs Chromium and Node: run it by tests/console/run"]
fn a_click_pays_an_order_and_the_page_shows_it_without_being_loaded_again() {
    application("console::a_click_pays_an_order_and_the_page_shows_it_without_being_loaded_again", async {
        let (pay, control) = (Arc::new(WechatPay::from_env().unwrap()), Control::from_env());
        let (notify_url, mut told) = shop(Arc::clone(&pay)).await;
        order(&pay, NUMBER, &notify_url).await;
        order(&pay, "20261124-0002", &notify_url).await;
        // Markup in what comes from outside is text.
        let to = "https://shop.example/<img src=x onerror=\"document.title='broken'\">";
        control.act(json!({ "do": "notify", "event": "REFUND.SUCCESS", "to": to })).await;
        let unsigned = format!("{}/v3/certificates", std::env::var("WECHATPAY_BASE_URL").unwrap());
        reqwest::Client::builder().no_proxy().build().unwrap().get(unsigned).send().await.unwrap();

        click("user pays", NUMBER, "NOTPAY", "SUCCESS").await;
        assert!(matches!(told.try_recv().unwrap(), Event::TransactionSuccess(paid) if paid.out_trade_no == NUMBER));

        let refund = CreateRefundRequest::builder()
            .out_trade_no(NUMBER)
            .out_refund_no("20261124-0001-R1")
            .notify_url(&notify_url)
            .amount(CreateRefundAmount::builder().refund(12_800).total(12_800).currency("CNY"));
        pay.refund().create_refund(refund).await.unwrap();
        click("refund", "20261124-0001-R1", "PROCESSING", "SUCCESS").await;
        assert!(matches!(told.try_recv().unwrap(), Event::RefundSuccess(_)));
    });
}

/// Clicks a button of something that has a state, in a browser, and sees the state change.
async fn click(button: &str, number: &str, before: &str, after: &str) {
    let folder = PathBuf::from(std::env::var_os("CONSOLE_TEST").unwrap());
    let mut node = Command::new("node");
    node.current_dir(folder)
        .arg("click.mjs")
        .arg(std::env::var(CONTROL).unwrap())
        .args([button, number, before, after]);
    // The application answers notifications meanwhile.
    let output = tokio::task::spawn_blocking(move || node.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
