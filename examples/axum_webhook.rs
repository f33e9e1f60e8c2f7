//! Notifications in axum: into an inbox, answered, and only then worked on. Runs against the simulator.
//!
//! The inbox of this example is a table in memory, which is enough to show its order of things and nothing else: a real one
//! is a table of your database (see `wechatpay_sdk::webhook::Inbox`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::post;
use wechatpay_sdk::payments::Transaction;
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::webhook::{Answer, Event, Inbox, Inserting, Notification};
use wechatpay_sdk::{Checked, Expected, Fen, Progress, WechatPay};

/// What a notification said, until it is worked on.
struct Row {
    event_type: String,
    original_type: Option<String>,
    plaintext: String,
}

/// A table whose first column is unique.
#[derive(Clone, Default)]
struct Table(Arc<Mutex<BTreeMap<String, Row>>>);

impl Inbox for Table {
    fn insert<'a>(&'a self, notification: &'a Notification) -> Inserting<'a> {
        Box::pin(async move {
            let mut rows = self.0.lock().map_err(|_| "the table is broken")?;
            rows.entry(notification.dedupe_key()).or_insert_with(|| Row {
                event_type: notification.event_type().to_owned(),
                original_type: notification.original_type().map(str::to_owned),
                plaintext: notification.plaintext().to_owned(),
            });
            Ok(())
        })
    }
}

#[derive(Clone, FromRef)]
struct Shop {
    pay: WechatPay,
    inbox: Table,
}

async fn notify(State(inbox): State<Table>, notification: Notification) -> Answer {
    notification.keep(&inbox).await
}

/// Works on a row, once. The price comes from the shop's own order, and only what was compared with it counts.
fn work(row: &Row, own_price: Fen) -> wechatpay_sdk::Result<()> {
    match Event::from_plaintext(&row.event_type, row.original_type.as_deref(), &row.plaintext)? {
        Event::TransactionSuccess(order) => ship(order.check(&Expected::new("ORDER-1", own_price))?),
        other => println!("left alone: {}", other.event_type()),
    }
    Ok(())
}

fn ship(order: Checked<Transaction>) {
    if order.progress() == Progress::Succeeded {
        println!("{} is paid and shipped", order.out_trade_no);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::start().await?;
    let shop = Shop { pay: gateway.client()?, inbox: Table::default() };
    let app = Router::new().route("/wechat/notify", post(notify)).with_state(shop.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}/wechat/notify", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, app).await });

    let paid = serde_json::json!({
        "mchid": shop.pay.mchid().as_str(),
        "out_trade_no": "ORDER-1",
        "transaction_id": "4200001",
        "trade_state": "SUCCESS",
        "amount": { "total": 8800, "payer_total": 8800, "currency": "CNY" },
    });
    let (headers, body) = gateway.notification("TRANSACTION.SUCCESS", &paid)?;
    let http = reqwest::Client::builder().no_proxy().build()?;
    for _ in 0..2 {
        let answer = http.post(&address).headers(headers.clone()).body(body.clone()).send().await?;
        println!("answered {}", answer.status());
        assert_eq!(answer.status(), 204);
    }
    let forged = http.post(&address).headers(headers).body("{}").send().await?;
    println!("a forged one is answered {}", forged.status());
    assert_eq!(forged.status(), 401);

    let rows = shop.inbox.0.lock().map_err(|_| "the table is broken")?;
    println!("the inbox has {} row", rows.len());
    assert_eq!(rows.len(), 1);
    for row in rows.values() {
        work(row, Fen::new(8800))?;
        let refusal = work(row, Fen::new(880_000)).err().ok_or("a payment of another amount was taken")?;
        println!("not shipped: {refusal}");
    }
    Ok(())
}
