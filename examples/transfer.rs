//! A merchant transfers money to a user, and never twice: `cargo run --features full,simulator --example transfer`.
//!
//! The first answer is lost on its way, so the outcome is unknown. The transfer is looked up by its number; only a query
//! that says `FAIL` would allow another number.

use wechatpay_sdk::merchant_transfer::{CreateTransferBillRequest, TransferSceneId, TransferSceneReportInfo};
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::{Error, Fen, Outcome, Progress, WechatPay};

#[tokio::main(flavor = "current_thread")]
async fn main() -> wechatpay_sdk::Result<()> {
    let gateway = Gateway::start().await?;
    let pay = gateway.client()?;

    gateway.next_answer().lost();
    match reward(&pay, "T20261124001", Fen::from_yuan("2000.00")?).await? {
        Next::Wait => println!("the transfer is on its way: query it again later"),
        Next::AskUser(package) => println!("the user has to confirm: open the page with {package}"),
        Next::Done => println!("the user has the money"),
        Next::NewNumberAllowed => println!("the transfer failed for good: another number may be used"),
    }
    Ok(())
}

/// What to do after a transfer.
enum Next {
    Wait,
    AskUser(String),
    Done,
    NewNumberAllowed,
}

async fn reward(pay: &WechatPay, number: &str, amount: Fen) -> Result<Next, Error> {
    let transfer = CreateTransferBillRequest::builder()
        .appid("wxf636efh567hg4356")
        .out_bill_no(number)
        .transfer_scene_id(TransferSceneId::CashMarketing)
        .openid("o-MYE42l80oelYMDE34nYD456Xoy")
        .user_name("张三") // due from 2,000 yuan on; encrypted on its way
        .transfer_amount(amount)
        .transfer_remark("新会员开通有礼")
        .notify_url("https://shop.example/wechat/transferred")
        .transfer_scene_report_infos([
            TransferSceneReportInfo::builder().info_type("活动名称").info_content("新会员有礼"),
            TransferSceneReportInfo::builder().info_type("奖励说明").info_content("注册会员抽奖一等奖"),
        ]);
    match pay.merchant_transfer().create_transfer_bill(transfer).await {
        Ok(accepted) => Ok(next(accepted.progress(), accepted.into_inner().package_info)),
        Err(error) if error.outcome() == Outcome::Unknown => {
            println!("{error}");
            let known = pay.merchant_transfer().get_transfer_bill_by_out_bill_no(number).await?;
            println!("the query says {}", known.state);
            Ok(next(known.progress(), None))
        }
        Err(error) => Err(error),
    }
}

fn next(progress: Progress, package: Option<String>) -> Next {
    match (progress, package) {
        (Progress::NeedsUser, Some(package)) => Next::AskUser(package),
        (Progress::Succeeded, _) => Next::Done,
        (Progress::Failed | Progress::Closed, _) => Next::NewNumberAllowed,
        _ => Next::Wait,
    }
}
