//! Ten thousand transfers while everything goes wrong: answers are lost, forged, altered, unsigned, or come as errors.
//!
//! `cargo run --release --features full,simulator --example chaos [transfers] [seed]`
//!
//! The program follows each transfer by [`conclude`](wechatpay_sdk::merchant_transfer::calls::CreateTransferBill::conclude)
//! until it is known what became of it. Then its books are held against those of the gateway: the last line says how many
//! transfers were executed, how many are missing at the gateway, how many were paid twice, and how many the program could
//! not settle. It exits with 0 where nothing is lost, doubled or unsettled.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::time::Duration;

use tokio::task::JoinSet;
use wechatpay_sdk::http::StatusCode;
use wechatpay_sdk::merchant_transfer::{CreateTransferBillRequest, TransferSceneId, TransferSceneReportInfo};
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::{Conclusion, Error, WechatPay};

const IN_FLIGHT: usize = 256;
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let transfers: usize = arguments.next().map_or(Ok(10_000), |text| text.parse())?;
    let seed: u64 = arguments.next().map_or(Ok(20_261_124), |text| text.parse())?;
    let gateway = Gateway::start().await?;
    let pay = gateway.client()?;
    let told = chaos(&gateway, &pay, transfers, seed).await;
    let Ledger { executed, lost, doubled } = ledger(&gateway, &told);
    let unsettled = told.values().filter(|settled| !**settled).count();
    println!("executed {executed} lost {lost} doubled {doubled} unsettled {unsettled}");
    let is_right = executed == transfers && lost + doubled + unsettled == 0;
    Ok(if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Pays everybody under faults; for each transfer whether it is settled.
pub(crate) async fn chaos(gateway: &Gateway, pay: &WechatPay, transfers: usize, seed: u64) -> BTreeMap<String, bool> {
    gateway.next_answer().with_probability(0.10, seed).lost();
    gateway.next_answer().with_probability(0.05, seed + 1).forged();
    gateway.next_answer().with_probability(0.05, seed + 2).altered_body();
    gateway.next_answer().with_probability(0.05, seed + 3).without_signature();
    gateway.next_answer().with_probability(0.05, seed + 4).stale(3600);
    gateway.next_answer().with_probability(0.05, seed + 5).refused_too_fast();
    let (broken, html) = (r#"{"code":"SYSTEM_ERROR","message":"系统错误"}"#, "<html>502 Bad Gateway</html>");
    gateway.next_answer().with_probability(0.05, seed + 6).status(StatusCode::INTERNAL_SERVER_ERROR, broken);
    gateway.next_answer().with_probability(0.05, seed + 7).status(StatusCode::BAD_GATEWAY, html);

    let mut told = BTreeMap::new();
    let mut running = JoinSet::new();
    for number in (0..transfers).map(|at| format!("T{at:07}")) {
        if running.len() == IN_FLIGHT
            && let Some(Ok((number, is_settled))) = running.join_next().await
        {
            told.insert(number, is_settled);
        }
        let pay = pay.clone();
        running.spawn(async move {
            let ended = tokio::time::timeout(PATIENCE, settled(&pay, &number)).await;
            let is_settled = match ended {
                Ok(Ok(())) => true,
                Ok(Err(error)) => {
                    eprintln!("{number}: {error}");
                    false
                }
                Err(_) => false,
            };
            (number, is_settled)
        });
    }
    told.extend(running.join_all().await);
    gateway.forget_faults();
    told
}

/// Transfers once, under one number, however often it has to be asked for.
async fn settled(pay: &WechatPay, number: &str) -> Result<(), Error> {
    loop {
        match pay.merchant_transfer().create_transfer_bill(reward(number)).conclude(PATIENCE).await {
            Ok(Conclusion::Done(_) | Conclusion::Exists(_)) => return Ok(()),
            Ok(Conclusion::Absent(_) | Conclusion::StillUnknown(_)) => {}
            Err(error) if error.is_retryable() => tokio::time::sleep(Duration::from_millis(100)).await,
            Err(error) => return Err(error),
        }
    }
}

pub(crate) fn reward(number: &str) -> CreateTransferBillRequest {
    CreateTransferBillRequest::builder()
        .appid("wxf636efh567hg4356")
        .out_bill_no(number)
        .transfer_scene_id(TransferSceneId::CashMarketing)
        .openid("o-MYE42l80oelYMDE34nYD456Xoy")
        .transfer_amount(30)
        .transfer_remark("新会员开通有礼")
        .transfer_scene_report_infos([
            TransferSceneReportInfo::builder().info_type("活动名称").info_content("新会员有礼"),
            TransferSceneReportInfo::builder().info_type("奖励说明").info_content("注册会员抽奖一等奖"),
        ])
        .build()
}

pub(crate) struct Ledger {
    pub(crate) executed: usize,
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
}

/// What the gateway has in its books for what the program wanted to pay.
pub(crate) fn ledger(gateway: &Gateway, told: &BTreeMap<String, bool>) -> Ledger {
    let standings = gateway.standings();
    let transfers = standings.iter().filter(|standing| standing.product == "transfer");
    let booked: BTreeSet<&str> = transfers.map(|standing| standing.number.as_str()).collect();
    let lost = told.keys().filter(|number| !booked.contains(number.as_str())).count();
    // A program that pays again under another number leaves more transfers than it had to make.
    Ledger { executed: booked.len(), lost, doubled: booked.len().saturating_sub(told.len() - lost) }
}
