//! Transfers through an outbox: the request is stored with the order and sent by a worker, which may die at any moment.
//!
//! `cargo run --features full,simulator --example outbox`
//!
//! For each transfer the worker is killed one step later than for the one before, from "before anything was sent" to "after
//! everything was done"; then another worker goes on with what the table says. The gateway's books show each transfer once.

use std::collections::BTreeMap;
use std::error::Error;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Mutex;
use std::task::Poll;

use wechatpay_sdk::merchant_transfer::{CreateTransferBillRequest, TransferSceneId, TransferSceneReportInfo};
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::{Outcome, Prepared, WechatPay};

/// Stands for a table of your database: what is in it survives the worker.
#[derive(Default)]
struct Outbox(Mutex<BTreeMap<String, Row>>);

#[derive(Clone)]
struct Row {
    /// The prepared request, as JSON.
    request: String,
    state: State,
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    /// To be sent, or to be sent again.
    Open,
    Done,
    /// Refused: a person has to look at it. Nothing is on its way.
    Refused(String),
}

impl Outbox {
    /// `insert`, in the transaction that stores the order.
    fn insert(&self, number: &str, request: &Prepared) -> Result<(), Box<dyn Error>> {
        let row = Row { request: serde_json::to_string(request)?, state: State::Open };
        self.rows().insert(number.to_owned(), row);
        Ok(())
    }

    /// `select … where state = 'open'`.
    fn open(&self) -> Vec<(String, Row)> {
        let rows = self.rows();
        let open = rows.iter().filter(|(_, row)| row.state == State::Open);
        open.map(|(number, row)| (number.clone(), row.clone())).collect()
    }

    /// `update … set state = …`.
    fn update(&self, number: &str, state: State) {
        if let Some(row) = self.rows().get_mut(number) {
            row.state = state;
        }
    }

    fn rows(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Row>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Sends what is open. An attempt whose outcome is unknown stays open: the next one sends the same bytes, and WeChat Pay
/// recognises the number.
async fn work(outbox: &Outbox, pay: &WechatPay) -> Result<(), Box<dyn Error>> {
    for (number, row) in outbox.open() {
        let request: Prepared = serde_json::from_str(&row.request)?;
        match pay.send(&request).await {
            Ok(_) => outbox.update(&number, State::Done),
            Err(error) if error.outcome() == Outcome::Refused && !error.is_retryable() => {
                outbox.update(&number, State::Refused(error.to_string()));
            }
            Err(error) => println!("{number} stays open: {error}"),
        }
    }
    Ok(())
}

/// Runs a worker for so many steps and then kills it. Whether it came to its end before.
async fn killed_after(steps: usize, worker: impl Future<Output = Result<(), Box<dyn Error>>>) -> bool {
    let mut worker = pin!(worker);
    let mut left = steps;
    poll_fn(|context| match left.checked_sub(1) {
        None => Poll::Ready(false),
        Some(fewer) => {
            left = fewer;
            worker.as_mut().poll(context).map(|_| true)
        }
    })
    .await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let gateway = Gateway::start().await?;
    let outbox = Outbox::default();
    let mut killed = 0;
    loop {
        let number = format!("T20261124{killed:03}");
        // A process that has just started, each time.
        let pay = gateway.client()?;
        let request = pay.merchant_transfer().create_transfer_bill(reward(&number)).prepare().await?;
        outbox.insert(&number, &request)?;
        let came_to_its_end = killed_after(killed, work(&outbox, &pay)).await;
        let reached = gateway.state_of("transfer", &number);
        println!("killed after {killed} steps: the gateway has {}", reached.as_deref().unwrap_or("nothing"));
        work(&outbox, &gateway.client()?).await?;
        if came_to_its_end {
            break;
        }
        killed += 1;
    }
    let transfers = gateway.standings().iter().filter(|standing| standing.product == "transfer").count();
    let done = outbox.rows().values().filter(|row| row.state == State::Done).count();
    println!("ordered {} done {done} executed {transfers}", killed + 1);
    if (done, transfers) != (killed + 1, killed + 1) {
        return Err("orders and executions differ".into());
    }
    Ok(())
}

fn reward(number: &str) -> CreateTransferBillRequest {
    CreateTransferBillRequest::builder()
        .appid("wxf636efh567hg4356")
        .out_bill_no(number)
        .transfer_scene_id(TransferSceneId::CashMarketing)
        .openid("o-MYE42l80oelYMDE34nYD456Xoy")
        .user_name("张三") // encrypted when it is prepared
        .transfer_amount(200_000)
        .transfer_remark("新会员开通有礼")
        .transfer_scene_report_infos([
            TransferSceneReportInfo::builder().info_type("活动名称").info_content("新会员有礼"),
            TransferSceneReportInfo::builder().info_type("奖励说明").info_content("注册会员抽奖一等奖"),
        ])
        .build()
}
