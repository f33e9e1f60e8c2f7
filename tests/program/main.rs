//! The program `wechatpay-simulator`, as an application and a CI script use it: by its `.env` and its control plane.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod console;
mod control;
mod program;
mod tls;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::json;
use tokio::sync::mpsc;
use wechatpay_sdk::payments::{CreateNativeTransactionRequest, OrderAmount};
use wechatpay_sdk::refund::{CreateRefundAmount, CreateRefundRequest};
use wechatpay_sdk::webhook::Event;
use wechatpay_sdk::{Progress, WechatPay};

use self::control::Control;
use self::program::{Program, application};

const NUMBER: &str = "20261124-0001";

async fn order(pay: &WechatPay, number: &str, notify_url: &str) {
    let order = CreateNativeTransactionRequest::builder()
        .appid("wxd678efh567hg6787")
        .mchid(pay.mchid())
        .description("鲜花 一束")
        .out_trade_no(number)
        .notify_url(notify_url)
        .amount(OrderAmount::builder().total(12_800));
    pay.payments().create_native_transaction(order).await.unwrap();
}

async fn progress(pay: &WechatPay) -> Progress {
    let query = pay.payments().get_transaction_by_out_trade_no(NUMBER).mchid(pay.mchid());
    query.await.unwrap().progress()
}

/// An application that reports what it is told; its address.
async fn shop(pay: Arc<WechatPay>) -> (String, mpsc::UnboundedReceiver<Event>) {
    type Told = (Arc<WechatPay>, mpsc::UnboundedSender<Event>);
    async fn notify(State((pay, told)): State<Told>, headers: HeaderMap, body: axum::body::Bytes) -> StatusCode {
        match pay.webhooks().parse(&headers, &body).await {
            Ok(notification) => {
                told.send(notification.into_event()).unwrap();
                StatusCode::NO_CONTENT
            }
            Err(_) => StatusCode::UNAUTHORIZED,
        }
    }
    let (sender, receiver) = mpsc::unbounded_channel();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/notify", listener.local_addr().unwrap());
    let app = Router::new().route("/notify", axum::routing::post(notify)).with_state((pay, sender));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, receiver)
}

#[test]
fn the_sdk_starts_from_the_env_file_and_is_told_when_the_user_pays_and_has_the_refund() {
    application("the_sdk_starts_from_the_env_file_and_is_told_when_the_user_pays_and_has_the_refund", async {
        let (pay, control) = (Arc::new(WechatPay::from_env().unwrap()), Control::from_env());
        let (notify_url, mut told) = shop(Arc::clone(&pay)).await;
        order(&pay, NUMBER, &notify_url).await;
        assert_eq!(progress(&pay).await, Progress::NeedsUser);

        control.act(json!({ "do": "user_pays", "out_trade_no": NUMBER })).await;
        assert!(
            matches!(told.try_recv().unwrap(), Event::TransactionSuccess(_)),
            "told before the control plane answers"
        );
        assert_eq!(progress(&pay).await, Progress::Succeeded);

        let refund = CreateRefundRequest::builder()
            .out_trade_no(NUMBER)
            .out_refund_no("R1")
            .notify_url(&notify_url)
            .amount(CreateRefundAmount::builder().refund(12_800).total(12_800).currency("CNY"));
        assert_eq!(pay.refund().create_refund(refund).await.unwrap().progress(), Progress::Pending);
        control.act(json!({ "do": "refund_arrives", "out_refund_no": "R1" })).await;
        assert!(matches!(told.try_recv().unwrap(), Event::RefundSuccess(_)));

        let state = control.get("/state").await;
        let refunded = json!({ "product": "refund", "number": "R1", "state": "SUCCESS", "amount": 12_800 });
        assert!(state["standings"].as_array().unwrap().contains(&refunded), "{state}");
    });
}

#[test]
fn an_hour_later_requests_and_notifications_are_still_believed() {
    application("an_hour_later_requests_and_notifications_are_still_believed", async {
        let (pay, control) = (Arc::new(WechatPay::from_env().unwrap()), Control::from_env());
        let (notify_url, mut told) = shop(Arc::clone(&pay)).await;
        order(&pay, NUMBER, &notify_url).await;
        let before = control.get("/state").await["now"].as_i64().unwrap();
        control.act(json!({ "do": "advance", "seconds": 3_600 })).await;
        assert!(control.get("/state").await["now"].as_i64().unwrap() >= before + 3_600);
        assert_eq!(progress(&pay).await, Progress::NeedsUser);
        control.act(json!({ "do": "user_pays", "out_trade_no": NUMBER })).await;
        assert!(told.try_recv().is_ok());
    });
}

#[test]
fn any_event_is_sent_by_its_name_and_a_duplicate_comes_twice() {
    application("any_event_is_sent_by_its_name_and_a_duplicate_comes_twice", async {
        let (pay, control) = (Arc::new(WechatPay::from_env().unwrap()), Control::from_env());
        let (notify_url, mut told) = shop(pay).await;
        let names = control.get("/events").await;
        assert!(names.as_array().unwrap().contains(&json!("PAYSCORE.USER_PAID")), "{names}");
        control.act(json!({ "do": "next_notification", "fault": "twice" })).await;
        control.act(json!({ "do": "notify", "event": "PAYSCORE.USER_PAID", "to": notify_url })).await;
        assert!(matches!(told.try_recv().unwrap(), Event::PayscoreUserPaid(_)));
        assert!(told.try_recv().is_ok() && told.try_recv().is_err());
        let sent = control.get("/notifications").await;
        assert_eq!(sent[0]["attempts"][0]["status"], 204, "{sent}");
    });
}

#[cfg(unix)]
#[test]
fn it_runs_until_it_is_stopped_and_its_files_are_for_its_user_only() {
    use std::os::unix::fs::PermissionsExt as _;

    let program = Program::start(&[]);
    for file in [".env", "apiclient_key.pem", "apiclient_cert.pem", "pub_key.pem", "wechatpay_cert.pem"] {
        let mode = std::fs::metadata(program.folder().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    let said = program.interrupt();
    assert!(said.ends_with("stopped\n"), "{said}");
}
