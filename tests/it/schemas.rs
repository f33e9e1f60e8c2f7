//! The types of the specs as JSON Schema.

use schemars::schema_for;
use wechatpay_sdk::partner_payscore::{ServiceOrder, ServiceOrderState, SyncServiceOrderRequest};
use wechatpay_sdk::{BeijingTime, Fen, MediaId};

#[test]
fn a_request_requires_what_its_spec_requires() {
    let schema = schema_for!(SyncServiceOrderRequest);
    let mut required: Vec<&str> =
        schema.get("required").unwrap().as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    required.sort_unstable();
    assert_eq!(required, ["detail", "service_id", "sub_mchid", "type"]);
}

#[test]
fn an_enum_is_open_and_an_answer_takes_unknown_members() {
    let state = schema_for!(ServiceOrderState);
    assert_eq!(state.get("type").unwrap(), "string");
    assert_eq!(state.get("enum"), None);
    assert!(state.get("examples").unwrap().as_array().unwrap().contains(&"DONE".into()));
    let order = schema_for!(ServiceOrder);
    assert_ne!(order.get("additionalProperties"), Some(&false.into()));
    let required = order.get("required").unwrap().as_array().unwrap();
    assert!(!required.contains(&"post_payments".into()), "{required:?}");
}

#[test]
fn money_ids_and_times_say_what_they_are_in_one_line() {
    for (schema, kind, description) in [
        (schema_for!(Fen), "integer", "Amount of money in fen, a hundredth of a yuan"),
        (schema_for!(MediaId), "string", "Id of a file that was uploaded before"),
        (schema_for!(BeijingTime), "string", "a time as yyyyMMddHHmmss in Beijing, such as 20091225091210"),
    ] {
        assert_eq!(
            (schema.get("type").unwrap(), schema.get("description").unwrap()),
            (&kind.into(), &description.into())
        );
    }
}
