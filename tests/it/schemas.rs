//! The types of the specs as JSON Schema.

use schemars::schema_for;
use wechatpay_sdk::partner_payscore::{ServiceOrder, ServiceOrderState, SyncServiceOrderRequest};

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
