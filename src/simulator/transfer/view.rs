//! How a transfer is shown.

use serde_json::{Map, Value};

use super::{State, Transfer, transfer_bill_no};
use crate::simulator::books::moment;
use crate::simulator::identity::MCHID;
use crate::simulator::numbers::digits;

/// What the confirmation page is opened with.
pub(super) fn package(number: &str) -> String {
    format!("affffddafdfafddffda{}==", digits(number))
}

/// The transfer as its creation answers with it.
pub(super) fn created(number: &str, transfer: &Transfer) -> Value {
    let mut view = numbers(number, transfer);
    if transfer.sub_mchid().is_some() {
        view.remove("state");
    }
    let mut show = |name: &str, value: Value| drop(view.insert(name.to_owned(), value));
    show("create_time", moment(transfer.created_at).into());
    if transfer.state == State::WaitUserConfirm {
        show("package_info", package(number).into());
    }
    // A partner is not told of the permission here.
    if let (Some(info), None) = (transfer.body.get("authorization_info"), transfer.sub_mchid()) {
        for name in ["user_display_name", "out_authorization_no"] {
            info.get(name).into_iter().for_each(|value| show(name, value.clone()));
        }
    }
    Value::Object(view)
}

/// The transfer as a query answers with it.
pub(super) fn bill(number: &str, transfer: &Transfer) -> Value {
    let mut view = numbers(number, transfer);
    let mut show = |name: &str, value: Value| drop(view.insert(name.to_owned(), value));
    let is_merchants = !transfer.is_to_qq() && transfer.sub_mchid().is_none();
    show(if is_merchants { "mch_id" } else { "mchid" }, MCHID.into());
    for name in ["appid", "transfer_amount", "transfer_remark", "user_qq"] {
        transfer.body.get(name).into_iter().for_each(|value| show(name, value.clone()));
    }
    moments(transfer, &mut show);
    Value::Object(view)
}

/// The transfer as its notification tells of it.
pub(super) fn notification(number: &str, transfer: &Transfer) -> Value {
    if transfer.is_to_qq() {
        return bill(number, transfer);
    }
    let mut view = numbers(number, transfer);
    let mut show = |name: &str, value: Value| drop(view.insert(name.to_owned(), value));
    show(if transfer.sub_mchid().is_some() { "mchid" } else { "mch_id" }, MCHID.into());
    show("transfer_amount", transfer.amount().into());
    moments(transfer, &mut show);
    Value::Object(view)
}

fn numbers(number: &str, transfer: &Transfer) -> Map<String, Value> {
    let mut view = Map::new();
    view.insert("out_bill_no".to_owned(), number.into());
    view.insert("transfer_bill_no".to_owned(), transfer_bill_no(number).into());
    view.insert("state".to_owned(), transfer.state.word().into());
    view.extend(transfer.body.get("sub_mchid").map(|sub_mchid| ("sub_mchid".to_owned(), sub_mchid.clone())));
    view
}

fn moments(transfer: &Transfer, show: &mut impl FnMut(&str, Value)) {
    transfer.openid.iter().for_each(|openid| show("openid", openid.clone()));
    transfer.fail_reason.iter().for_each(|reason| show("fail_reason", (*reason).into()));
    show("create_time", moment(transfer.created_at).into());
    show("update_time", moment(transfer.updated_at).into());
}
