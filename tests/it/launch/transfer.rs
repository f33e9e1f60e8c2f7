//! Transfers that a user confirms, and permissions to transfer unconfirmed.

use wechatpay_sdk::merchant_transfer::{CreateTransferBillRequest, CreatedTransferBill, TransferSceneReportInfo};
use wechatpay_sdk::partner_merchant_transfer::{CreatePartnerTransferBillRequest, CreatedPartnerTransferBill};
use wechatpay_sdk::{ErrorKind, Outcome};

use super::*;

fn order() -> CreateTransferBillRequest {
    CreateTransferBillRequest::builder()
        .appid("wx8888888888888888")
        .out_bill_no("T1")
        .transfer_scene_id("1000")
        .openid("o-MYE42l80oelYMDE34nYD456Xoy")
        .transfer_amount(100)
        .transfer_remark("奖励")
        .transfer_scene_report_infos([TransferSceneReportInfo::builder().info_type("活动名称").info_content("抽奖")])
        .build()
}

fn bill(json: Value) -> CreatedTransferBill {
    let mut bill = json!({ "out_bill_no": "T1", "transfer_bill_no": "1", "state": "WAIT_USER_CONFIRM" });
    bill.as_object_mut().unwrap().extend(json.as_object().unwrap().clone());
    answer(bill)
}

#[test]
fn a_transfer_is_confirmed_with_its_package_as_it_came_and_url_encoded_for_an_app() {
    let pay = builder().build().unwrap();
    let launch = pay.launch().transfer(&order(), &bill(json!({ "package_info": "affffddafdfafddffda==" }))).unwrap();
    assert_eq!(
        Value::from(members(&launch)),
        json!({ "mchId": MCHID, "appId": "wx8888888888888888", "package": "affffddafdfafddffda==" })
    );
    // As the official page writes it.
    assert_eq!(
        Value::from(members(&launch.app())),
        json!({
            "businessType": "requestMerchantTransfer",
            "query": format!("mchId={MCHID}&appId=wx8888888888888888&package=affffddafdfafddffda%3D%3D"),
        })
    );
}

#[test]
fn a_partners_transfer_names_the_sub_merchant_too() {
    let order = CreatePartnerTransferBillRequest::builder()
        .sub_mchid("1900000109")
        .appid("wx8888888888888888")
        .out_bill_no("T1")
        .transfer_scene_id("1000")
        .openid("o1")
        .transfer_amount(100)
        .transfer_remark("奖励")
        .transfer_scene_report_infos([TransferSceneReportInfo::builder().info_type("活动名称").info_content("抽奖")])
        .build();
    let bill: CreatedPartnerTransferBill = answer(json!({
        "out_bill_no": "T1", "transfer_bill_no": "1", "state": "WAIT_USER_CONFIRM", "package_info": "a/b=",
    }));
    let launch = builder().build().unwrap().launch().transfer(&order, &bill).unwrap();
    assert_eq!(names(&launch), ["appId", "mchId", "package", "subMchId"]);
    assert_eq!(launch.sub_mch_id.as_deref(), Some("1900000109"));
    let query = format!("mchId={MCHID}&appId=wx8888888888888888&subMchId=1900000109&package=a%2Fb%3D");
    assert_eq!(launch.app().query, query);
}

#[test]
fn a_transfer_that_waits_for_nobody_has_nothing_to_open() {
    let pay = builder().build().unwrap();
    for without in [json!({}), json!({ "package_info": "" }), json!({ "package_info": null })] {
        let error = pay.launch().transfer(&order(), &bill(without)).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent));
        assert!(error.to_string().contains("`package_info`"), "{error}");
    }
}

#[test]
fn a_transfer_waits_for_its_user_for_a_day_from_when_it_was_made_whenever_the_answer_came() {
    let launch = |answer| builder().build().unwrap().launch().transfer(&order(), &bill(answer)).unwrap();
    // 1 October 2026, 8:00 in Beijing.
    let made = json!({ "package_info": "a", "create_time": "2026-10-01T08:00:00+08:00" });
    assert_eq!(launch(made).expires_at(), Some(at(1_790_812_800) + std::time::Duration::from_secs(86_400)));
    for no_time in ["", "yesterday"] {
        assert_eq!(launch(json!({ "package_info": "a", "create_time": no_time })).expires_at(), None);
    }
    assert_eq!(launch(json!({ "package_info": "a" })).expires_at(), None);
}
