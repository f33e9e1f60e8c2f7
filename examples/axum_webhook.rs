//! Notifications in axum: into an inbox, answered, and only then worked on. Runs against the simulator.
//!
//! The inbox of this example is a table in memory, which is enough to show its order of things and nothing else: a real one
//! is a table of your database (see `wechatpay_sdk::webhook::Inbox`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::post;
use wechatpay_sdk::WechatPay;
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::webhook::{Answer, Event, Inbox, Inserting, Notification};

/// A table whose first column is unique.
#[derive(Clone, Default)]
struct Table(Arc<Mutex<BTreeMap<String, String>>>);

impl Inbox for Table {
    fn insert<'a>(&'a self, notification: &'a Notification) -> Inserting<'a> {
        Box::pin(async move {
            let mut rows = self.0.lock().map_err(|_| "the table is broken")?;
            rows.entry(notification.dedupe_key()).or_insert_with(|| notification.plaintext().to_owned());
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
    if let Event::RefundSuccess(refund) = notification.event() {
        println!("refund {} is through", refund.out_refund_no);
    }
    notification.keep(&inbox).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::start().await?;
    let shop = Shop { pay: gateway.client()?, inbox: Table::default() };
    let app = Router::new().route("/wechat/notify", post(notify)).with_state(shop.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}/wechat/notify", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, app).await });

    let refund = serde_json::json!({ "out_refund_no": "R-1", "refund_status": "SUCCESS", "amount": { "refund": 100 } });
    let (headers, body) = gateway.notification("REFUND.SUCCESS", &refund)?;
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
    Ok(())
}
