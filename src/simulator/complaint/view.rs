//! How a complaint is shown.

use serde_json::{Value, json};

use super::{Complaint, State, Step};
use crate::simulator::books::moment;
use crate::simulator::numbers::digits;
use crate::simulator::trade::OPENID;

/// The complaint as it is now.
pub(super) fn complaint(id: &str, known: &Complaint) -> Value {
    let (transaction_id, out_trade_no, amount) = &known.order;
    let mut view = json!({
        "complaint_id": id,
        "complaint_time": moment(known.made_at),
        "complaint_detail": known.detail,
        "complaint_state": known.state.word(),
        "complainted_mchid": known.merchant,
        "payer_openid": OPENID,
        "complaint_order_info": [
            { "transaction_id": transaction_id, "out_trade_no": out_trade_no, "amount": amount },
        ],
        "complaint_full_refunded": false,
        "incoming_user_response": known.has_news && known.state != State::Processed,
        "user_complaint_times": known.times,
        "problem_type": if known.wants_refund { "REFUND" } else { "OTHERS" },
    });
    if let (true, Some(members)) = (known.wants_refund, view.as_object_mut()) {
        members.insert("apply_refund_amount".to_owned(), (*amount).into());
    }
    view
}

/// WeChat Pay's number of a step.
pub(super) fn log_id(id: &str, index: usize) -> String {
    format!("3002851{}", digits(&format!("{id}/{index}")))
}

/// A step in the history of a complaint.
pub(super) fn step(id: &str, index: usize, step: &Step) -> Value {
    json!({
        "log_id": log_id(id, index),
        "operator": step.operator,
        "operate_time": moment(step.at),
        "operate_type": step.operation,
        "operate_details": step.details,
        "image_list": step.images,
    })
}

/// The day in Beijing, as lists are asked for it.
pub(super) fn day(unix_seconds: i64) -> String {
    moment(unix_seconds).chars().take(10).collect()
}
