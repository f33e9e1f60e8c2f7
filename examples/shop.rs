//! A shop in axum, from the order to the refund, against a simulated WeChat Pay:
//! `cargo run --features axum,simulator --example shop`.
//!
//! Notifications go into an inbox first and are worked on afterwards; only what was compared with the shop's own order
//! counts. The inbox of this example is a table in memory: a real one is a table of your database.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::post;
use wechatpay_sdk::payments::{CreateJsapiTransactionRequest, OrderAmount, Payer, Transaction};
use wechatpay_sdk::refund::{CreateRefundAmount, CreateRefundRequest};
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::webhook::{Answer, Event, Inbox, Inserting, Notification};
use wechatpay_sdk::{Checked, Expected, Fen, Progress, WechatPay};

type Failure = Box<dyn std::error::Error>;

const ORDER: &str = "20261124-0001";
const REFUND: &str = "20261124-0001-R1";

/// What a notification said, until it is worked on.
struct Row {
    event_type: String,
    original_type: Option<String>,
    plaintext: String,
    is_done: bool,
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
                is_done: false,
            });
            Ok(())
        })
    }
}

/// What the shop itself knows of its orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Ordered,
    Paid,
    Refunded,
}

/// Price and stage of each order, by number.
type Orders = BTreeMap<String, (Fen, Stage)>;

#[derive(Clone, FromRef)]
struct Shop {
    pay: WechatPay,
    inbox: Table,
    orders: Arc<Mutex<Orders>>,
}

async fn notify(State(inbox): State<Table>, notification: Notification) -> Answer {
    notification.keep(&inbox).await
}

impl Shop {
    async fn order(&self, number: &str, price: Fen, notify_url: &str) -> Result<String, Failure> {
        self.orders()?.insert(number.to_owned(), (price, Stage::Ordered));
        let order = CreateJsapiTransactionRequest::builder()
            .appid("wxd678efh567hg6787")
            .mchid(self.pay.mchid())
            .description("鲜花 一束")
            .out_trade_no(number)
            .notify_url(notify_url)
            .amount(OrderAmount::builder().total(price))
            .payer(Payer::builder().openid("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"));
        Ok(self.pay.payments().create_jsapi_transaction(order).await?.into_inner().prepay_id)
    }

    async fn refund(&self, number: &str, refund_number: &str, notify_url: &str) -> Result<Progress, Failure> {
        let (price, _) = *self.orders()?.get(number).ok_or("no such order")?;
        let refund = CreateRefundRequest::builder()
            .out_trade_no(number)
            .out_refund_no(refund_number)
            .reason("花谢了")
            .notify_url(notify_url)
            .amount(CreateRefundAmount::builder().refund(price).total(price).currency("CNY"));
        Ok(self.pay.refund().create_refund(refund).await?.progress())
    }

    /// Works on what is new in the inbox.
    fn work(&self) -> Result<(), Failure> {
        let mut rows = self.inbox.0.lock().map_err(|_| "the table is broken")?;
        for row in rows.values_mut().filter(|row| !row.is_done) {
            match Event::from_plaintext(&row.event_type, row.original_type.as_deref(), &row.plaintext)? {
                Event::TransactionSuccess(order) => {
                    let number = order.out_trade_no.clone();
                    let (price, _) = *self.orders()?.get(&number).ok_or("an order that is not ours")?;
                    self.mark_paid(order.check(&Expected::new(&number, price))?)?;
                }
                Event::RefundSuccess(refund) => {
                    self.mark_refunded(refund.out_trade_no.as_deref().unwrap_or_default())?
                }
                other => println!("  left alone: {}", other.event_type()),
            }
            row.is_done = true;
        }
        Ok(())
    }

    /// Takes only what was compared with the shop's own order.
    fn mark_paid(&self, order: Checked<Transaction>) -> Result<(), Failure> {
        if order.progress() == Progress::Succeeded
            && let Some((_, stage)) = self.orders()?.get_mut(&order.out_trade_no)
        {
            *stage = Stage::Paid;
        }
        Ok(())
    }

    fn mark_refunded(&self, number: &str) -> Result<(), Failure> {
        if let Some((_, stage)) = self.orders()?.get_mut(number) {
            *stage = Stage::Refunded;
        }
        Ok(())
    }

    fn stage(&self, number: &str) -> Result<Stage, Failure> {
        Ok(self.orders()?.get(number).ok_or("no such order")?.1)
    }

    fn rows(&self) -> Result<usize, Failure> {
        Ok(self.inbox.0.lock().map_err(|_| "the table is broken")?.len())
    }

    fn orders(&self) -> Result<MutexGuard<'_, Orders>, Failure> {
        self.orders.lock().map_err(|_| "the table of orders is broken".into())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let gateway = Gateway::start().await?;
    let shop = Shop { pay: gateway.client()?, inbox: Table::default(), orders: Arc::default() };
    let app = Router::new().route("/wechat/notify", post(notify)).with_state(shop.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}/wechat/notify", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, app).await });

    let price = Fen::from_yuan("128.00")?;
    let prepay_id = shop.order(ORDER, price, &address).await?;
    println!("1. {ORDER} is ordered for {price} yuan: {prepay_id}");

    // It comes twice, as it may in reality, and is worked on once.
    gateway.next_notification().twice();
    gateway.user_pays(ORDER)?;
    gateway.delivered().await;
    println!("2. the user pays; WeChat Pay tells the shop twice, the inbox has {} row", shop.rows()?);
    assert_eq!(shop.rows()?, 1);

    shop.work()?;
    println!("3. the shop compares number and amount with its order: {:?}", shop.stage(ORDER)?);
    assert_eq!(shop.stage(ORDER)?, Stage::Paid);

    let progress = shop.refund(ORDER, REFUND, &address).await?;
    println!("4. the user wants the money back: the refund is {progress:?}");
    assert_eq!(progress, Progress::Pending);

    gateway.advance(std::time::Duration::from_secs(60)).await;
    shop.work()?;
    println!("5. a minute later the money is back, and the shop is told: {:?}", shop.stage(ORDER)?);
    assert_eq!(shop.stage(ORDER)?, Stage::Refunded);

    println!("\nwhat the gateway sent:");
    for sent in gateway.notifications() {
        let statuses = sent.attempts().iter().filter_map(|attempt| attempt.status());
        println!("  {} -> {:?}", sent.event_type(), statuses.map(|status| status.as_u16()).collect::<Vec<_>>());
    }
    println!("\nwhat happened:");
    for change in gateway.changes() {
        println!("  {} {}: {} -> {}", change.product, change.number, change.from.as_deref().unwrap_or("-"), change.to);
    }
    Ok(())
}
