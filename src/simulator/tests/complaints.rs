//! Complaints, and service orders of merchants.

use super::orders::{code, jsapi};
use super::*;
use crate::complaints::{
    ComplaintRefundDecision, CompleteComplaintRequest, CreateComplaintNotificationRequest, RespondComplaintRequest,
    UpdateComplaintRefundProgressRequest,
};

#[tokio::test]
async fn a_complaint_is_told_listed_answered_and_settled() {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let pay = gateway.client().unwrap();
    let app = App::start(pay.clone()).await;
    let family = pay.complaints();
    let address = CreateComplaintNotificationRequest::builder().url(&app.address);
    assert_eq!(code(family.get_complaint_notification().await), "RESOURCE_NOT_EXISTS");
    family.create_complaint_notification(address).await.unwrap();
    assert_eq!(family.get_complaint_notification().await.unwrap().url, app.address);

    assert!(gateway.user_complains("1000001", "花是谢的", true).is_err());
    pay.payments().create_jsapi_transaction(jsapi("1000001", 100, "https://shop.example/a")).await.unwrap();
    assert!(gateway.user_complains("1000001", "花是谢的", true).unwrap_err().to_string().contains("is not paid"));
    gateway.user_pays("1000001").unwrap();
    let id = gateway.user_complains("1000001", "花是谢的", true).unwrap();
    gateway.delivered().await;
    assert_eq!((app.events(), &app.last()["complaint_id"]), (vec!["COMPLAINT.CREATE".to_owned()], &json!(id)));

    let list = |begin, end| family.list_complaints().begin_date(begin).end_date(end);
    let listed = list("2009-12-25", "2009-12-25").await.unwrap();
    assert_eq!((listed.total_count, listed.data[0].complaint_state.as_str()), (Some(1), "PENDING"));
    assert!(list("2009-12-26", "2009-12-27").await.unwrap().data.is_empty());

    let answer = RespondComplaintRequest::builder().complainted_mchid(identity::MCHID).response_content("马上重发");
    family.respond_complaint(&id, answer).await.unwrap();
    assert_eq!(family.get_complaint(&id).await.unwrap().complaint_state.as_str(), "PROCESSING");
    let approve = UpdateComplaintRefundProgressRequest::builder().action(ComplaintRefundDecision::Approve);
    family.update_complaint_refund_progress(&id, approve).await.unwrap();
    let complete = CompleteComplaintRequest::builder().complainted_mchid(identity::MCHID);
    family.complete_complaint(&id, complete).await.unwrap();
    gateway.user_goes_on(&id, "还是没收到").unwrap();
    let known = family.get_complaint(&id).await.unwrap();
    assert_eq!((known.complaint_state.as_str(), known.user_complaint_times), ("PROCESSING", Some(2)));

    let history = family.list_negotiation_histories(&id).await.unwrap();
    let steps: Vec<String> = history.data.iter().map(|step| step.operate_type.as_ref().unwrap().to_string()).collect();
    let expected = [
        "USER_CONTINUE_COMPLAINT",
        "MERCHANT_CONFIRM_COMPLETE",
        "MERCHANT_APPROVE_REFUND",
        "MERCHANT_RESPONSE",
        "USER_CREATE_COMPLAINT",
    ];
    assert_eq!(steps, expected);
    gateway.delivered().await;
    assert_eq!(app.events().len(), 5);
    assert_eq!(app.last()["action_type"], json!("CONTINUE_COMPLAINT"));
    family.delete_complaint_notification().await.unwrap();
    assert_eq!(code(family.get_complaint("2002").await), "RESOURCE_NOT_EXISTS");
}
