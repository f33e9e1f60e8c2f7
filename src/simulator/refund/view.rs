//! How a refund is shown.

use serde_json::{Map, Value, json};

use super::{Key, Refund, State};
use crate::simulator::books::moment;
use crate::simulator::trade::{Trade, parties};

/// The refund as operations answer with it.
pub(super) fn refund(key: &Key, refund: &Refund, trade: &Trade) -> Value {
    let (total, amount) = (trade.terms.total, refund.amount);
    let mut view = common(key, refund, trade);
    let mut show = |name: &str, value: Value| drop(view.insert(name.to_owned(), value));
    show("status", refund.state.word().into());
    show("create_time", moment(refund.created_at).into());
    show("funds_account", "AVAILABLE".into());
    show(
        "amount",
        json!({
            "total": total, "refund": amount, "payer_total": total, "payer_refund": amount,
            "settlement_total": total, "settlement_refund": amount, "discount_refund": 0, "currency": "CNY",
        }),
    );
    Value::Object(view)
}

/// The refund as its notification tells of it.
pub(super) fn notification(key: &Key, refund: &Refund, trade: &Trade) -> Value {
    let (total, amount) = (trade.terms.total, refund.amount);
    let mut view = common(key, refund, trade);
    let mut show = |name: &str, value: Value| drop(view.insert(name.to_owned(), value));
    show("refund_status", refund.state.word().into());
    show("amount", json!({ "total": total, "refund": amount, "payer_total": total, "payer_refund": amount }));
    for (name, value) in parties(trade).into_iter().filter(|(name, _)| name.ends_with("mchid")) {
        show(&name, value);
    }
    Value::Object(view)
}

fn common(key: &Key, refund: &Refund, trade: &Trade) -> Map<String, Value> {
    let mut view = Map::new();
    let mut show = |name: &str, value: Value| drop(view.insert(name.to_owned(), value));
    show("refund_id", refund.refund_id(key).into());
    show("out_refund_no", key.1.as_str().into());
    show("transaction_id", trade.transaction_id().into());
    show("out_trade_no", refund.order.1.as_str().into());
    show("channel", if refund.account.is_some() { "OTHER_BANKCARD" } else { "ORIGINAL" }.into());
    show("user_received_account", refund.account.unwrap_or("招商银行借记卡0403").into());
    if refund.state == State::Success {
        show("success_time", moment(refund.arrived_at.unwrap_or(refund.created_at)).into());
    }
    view
}
