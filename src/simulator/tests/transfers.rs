//! Transfers to users, who confirm them or have waived that.

use std::time::Duration;

use super::orders::{OPENID, code};
use super::*;
use crate::common::TransferAuthorizationInfo;
use crate::merchant_transfer::{
    CreateAuthorizedTransferBillRequest, CreateTransferBillRequest, CreateTransferBillWithAuthorizationRequest,
    TransferSceneId, TransferSceneReportInfo,
};
use crate::partner_merchant_transfer::CreatePartnerTransferBillRequest;
use crate::{Error, Progress};

fn reports() -> [TransferSceneReportInfo; 2] {
    [("活动名称", "新会员有礼"), ("奖励说明", "注册会员抽奖一等奖")]
        .map(|(kind, text)| TransferSceneReportInfo::builder().info_type(kind).info_content(text).build())
}

fn transfer(number: &str, amount: i64, name: Option<&str>, url: &str) -> CreateTransferBillRequest {
    CreateTransferBillRequest::builder()
        .appid("wxf636efh567hg4356")
        .out_bill_no(number)
        .transfer_scene_id(TransferSceneId::CashMarketing)
        .openid(OPENID)
        .maybe_user_name(name)
        .transfer_amount(amount)
        .transfer_remark("新会员开通有礼")
        .notify_url(url)
        .transfer_scene_report_infos(reports())
        .build()
}

async fn state(pay: &WechatPay, number: &str) -> Result<String, Error> {
    Ok(pay.merchant_transfer().get_transfer_bill_by_out_bill_no(number).await?.state.to_string())
}

async fn shop() -> (Gateway, WechatPay, App) {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let pay = gateway.client().unwrap();
    let app = App::start(pay.clone()).await;
    (gateway, pay, app)
}

#[tokio::test]
async fn a_transfer_waits_for_the_user_and_is_told_when_it_is_confirmed() {
    let (gateway, pay, app) = shop().await;
    let ask = || pay.merchant_transfer().create_transfer_bill(transfer("T1", 200_000, Some("张三"), &app.address));
    let created = ask().await.unwrap();
    assert_eq!(created.progress(), Progress::NeedsUser);
    assert!(created.package_info.is_some());
    // The name is encrypted anew, so the bytes differ; the contents do not.
    assert_eq!(ask().await.unwrap().transfer_bill_no, created.transfer_bill_no);
    gateway.user_confirms_transfer("T1").unwrap();
    gateway.delivered().await;
    assert_eq!(app.events(), ["MCHTRANSFER.BILL.FINISHED"]);
    assert_eq!((&app.last()["state"], &app.last()["transfer_amount"]), (&json!("SUCCESS"), &json!(200_000)));
    assert_eq!(state(&pay, "T1").await.unwrap(), "SUCCESS");
    let id = created.transfer_bill_no.clone().unwrap();
    let same = pay.merchant_transfer().get_transfer_bill_by_transfer_bill_no(&id).await.unwrap();
    assert_eq!(same.out_bill_no, "T1");
    assert!(gateway.user_confirms_transfer("T1").unwrap_err().to_string().contains("T1 is SUCCESS"));
    assert_eq!(code(pay.merchant_transfer().cancel_transfer_bill("T1").await), "INVALID_REQUEST");
}

#[tokio::test]
async fn a_transfer_that_nobody_confirms_fails_after_a_day() {
    let (gateway, pay, app) = shop().await;
    pay.merchant_transfer().create_transfer_bill(transfer("T1", 100, None, &app.address)).await.unwrap();
    gateway.advance(Duration::from_secs(86_399)).await;
    assert_eq!(state(&pay, "T1").await.unwrap(), "WAIT_USER_CONFIRM");
    gateway.advance(Duration::from_secs(1)).await;
    assert_eq!(state(&pay, "T1").await.unwrap(), "FAIL");
    assert_eq!((&app.last()["state"], &app.last()["fail_reason"]), (&json!("FAIL"), &json!("OVERDUE_CLOSE")));
}

#[tokio::test]
async fn a_transfer_is_cancelled_in_two_steps() {
    let (gateway, pay, app) = shop().await;
    pay.merchant_transfer().create_transfer_bill(transfer("T1", 100, None, &app.address)).await.unwrap();
    let cancelled = pay.merchant_transfer().cancel_transfer_bill("T1").await.unwrap();
    assert_eq!(cancelled.state.as_str(), "CANCELING");
    pay.merchant_transfer().cancel_transfer_bill("T1").await.unwrap();
    assert!(gateway.user_confirms_transfer("T1").is_err());
    gateway.advance(Duration::from_secs(30)).await;
    assert_eq!((state(&pay, "T1").await.unwrap().as_str(), app.events().len()), ("CANCELLED", 1));
    assert_eq!(code(pay.merchant_transfer().cancel_transfer_bill("T2").await), "NOT_FOUND");
}

#[tokio::test]
async fn a_transfer_of_other_contents_or_without_its_name_is_refused() {
    let (_gateway, pay, app) = shop().await;
    let ask = |number, amount, name| {
        pay.merchant_transfer().create_transfer_bill(transfer(number, amount, name, &app.address))
    };
    assert_eq!(code(ask("T1", 200_000, None).await), "PARAM_ERROR");
    assert_eq!(code(ask("T1", 29, Some("张三")).await), "PARAM_ERROR");
    ask("T1", 100, None).await.unwrap();
    assert_eq!(code(ask("T1", 101, None).await), "INVALID_REQUEST");
    assert_eq!(code(state(&pay, "T2").await), "NOT_FOUND");
}

#[tokio::test]
async fn a_user_who_grants_it_is_not_asked_again() {
    let (gateway, pay, app) = shop().await;
    let first = CreateTransferBillWithAuthorizationRequest::builder()
        .appid("wxf636efh567hg4356")
        .out_bill_no("T1")
        .transfer_scene_id(TransferSceneId::CashMarketing)
        .openid(OPENID)
        .transfer_amount(100)
        .transfer_remark("新会员开通有礼")
        .transfer_scene_report_infos(reports())
        .authorization_info(
            TransferAuthorizationInfo::builder()
                .user_display_name("wx_123456")
                .out_authorization_no("A1")
                .authorization_notify_url(&app.address),
        );
    pay.merchant_transfer().create_transfer_bill_with_authorization(first).await.unwrap();
    let later = |number: &str| {
        let later = CreateAuthorizedTransferBillRequest::builder()
            .appid("wxf636efh567hg4356")
            .out_bill_no(number)
            .transfer_scene_id(TransferSceneId::CashMarketing)
            .transfer_amount(100)
            .transfer_remark("新会员开通有礼")
            .transfer_scene_report_infos(reports())
            .out_authorization_no("A1");
        pay.merchant_transfer().create_authorized_transfer_bill(later)
    };
    assert_eq!(code(later("T2").await), "NO_AUTH");
    gateway.user_confirms_transfer("T1").unwrap();
    gateway.delivered().await;
    assert_eq!(app.events(), ["MCHTRANSFER.AUTHORIZATION.CONFIRMED"]);
    assert_eq!(later("T2").await.unwrap().progress(), Progress::Succeeded);
    let closed = pay.merchant_transfer().close_user_confirm_authorization("A1").await.unwrap();
    assert_eq!(closed.state.as_str(), "CLOSED");
    assert_eq!(code(later("T3").await), "NO_AUTH");
}

#[tokio::test]
async fn a_partners_transfer_is_seen_only_through_its_sub_merchant() {
    let (gateway, pay, app) = shop().await;
    let transfer = CreatePartnerTransferBillRequest::builder()
        .sub_mchid(SUB_MCHID)
        .appid("wxf636efh567hg4356")
        .out_bill_no("T1")
        .transfer_scene_id(TransferSceneId::CashMarketing)
        .openid(OPENID)
        .transfer_amount(100)
        .transfer_remark("新会员开通有礼")
        .notify_url(&app.address)
        .transfer_scene_report_infos(reports());
    let created = pay.partner_merchant_transfer().create_transfer_bill(transfer).await.unwrap();
    assert!(created.package_info.is_some() && created.sub_mchid.as_deref() == Some(SUB_MCHID));
    let find = |sub_mchid: &str| pay.partner_merchant_transfer().get_transfer_bill("T1").sub_mchid(sub_mchid);
    assert_eq!(find(SUB_MCHID).await.unwrap().progress(), Progress::NeedsUser);
    assert_eq!(code(find("1900000110").await), "NOT_FOUND");
    assert_eq!(code(state(&pay, "T1").await), "NOT_FOUND");
    gateway.user_confirms_transfer("T1").unwrap();
    gateway.delivered().await;
    assert_eq!((&app.last()["sub_mchid"], &app.last()["state"]), (&json!(SUB_MCHID), &json!("SUCCESS")));
}
