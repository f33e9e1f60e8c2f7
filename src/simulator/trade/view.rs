//! How an order is shown.

use serde_json::{Map, Value, json};

use super::order::Trade;
use crate::simulator::books::moment;

/// Members that say whose order it is.
const PARTIES: [&str; 6] = ["appid", "mchid", "sp_appid", "sp_mchid", "sub_appid", "sub_mchid"];
/// The user of the specs' examples, where the order names none.
pub(in crate::simulator) const OPENID: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";

/// Who sells.
pub(in crate::simulator) fn parties(trade: &Trade) -> Map<String, Value> {
    let given = |name: &&str| trade.terms.member(name).map(|value| ((*name).to_owned(), value.clone()));
    PARTIES.iter().filter_map(given).collect()
}

/// The order as a query answers with it, and as its notification tells of it.
pub(super) fn transaction(trade: &Trade) -> Value {
    let mut view = parties(trade);
    for name in ["out_trade_no", "attach"] {
        view.extend(trade.terms.member(name).map(|value| (name.to_owned(), value.clone())));
    }
    let total = trade.terms.total;
    let mut show = |name: &str, value: Value| drop(view.insert(name.to_owned(), value));
    show("trade_type", trade.trade_type().into());
    show("trade_state", trade.word().into());
    show("trade_state_desc", description(trade.word()).into());
    show("payer", payer(trade));
    if let Some(device) = trade.terms.at("/scene_info/device_id") {
        show("scene_info", json!({ "device_id": device }));
    }
    let mut amount = json!({ "total": total, "currency": "CNY" });
    if let Some(paid_at) = trade.paid_at {
        show("transaction_id", trade.transaction_id().into());
        show("bank_type", "CMB_DEBIT".into());
        show("success_time", moment(paid_at).into());
        amount = json!({ "total": total, "payer_total": total, "currency": "CNY", "payer_currency": "CNY" });
    }
    show("amount", amount);
    Value::Object(view)
}

/// The order as a part of a combined one.
pub(in crate::simulator) fn combined_sub_order(trade: &Trade) -> Value {
    let mut view = Map::new();
    for name in ["mchid", "sub_mchid", "sub_appid", "out_trade_no", "attach", "individual_auth_id", "individual_name"] {
        view.extend(trade.terms.member(name).map(|value| (name.to_owned(), value.clone())));
    }
    let total = trade.terms.total;
    let mut show = |name: &str, value: Value| drop(view.insert(name.to_owned(), value));
    show("trade_type", trade.trade_type().into());
    show("trade_state", trade.word().into());
    let mut amount = json!({ "total_amount": total, "currency": "CNY" });
    if let Some(paid_at) = trade.paid_at {
        show("transaction_id", trade.transaction_id().into());
        show("bank_type", "CMB_DEBIT".into());
        show("success_time", moment(paid_at).into());
        amount = json!({ "total_amount": total, "currency": "CNY", "payer_amount": total, "payer_currency": "CNY" });
    }
    show("amount", amount);
    Value::Object(view)
}

/// The user whom the order names, without what is not shown.
fn payer(trade: &Trade) -> Value {
    let names = ["openid", "sp_openid", "sub_openid"];
    let of = |name: &str| trade.terms.at(&format!("/payer/{name}")).map(|value| (name.to_owned(), value.clone()));
    let mut payer: Map<String, Value> = names.iter().filter_map(|name| of(name)).collect();
    if payer.is_empty() && trade.paid_at.is_some() {
        let is_partner = trade.terms.member("sp_mchid").is_some();
        let name = if is_partner { "sp_openid" } else { "openid" };
        payer.insert(name.to_owned(), OPENID.into());
    }
    Value::Object(payer)
}

fn description(word: &str) -> &'static str {
    match word {
        "SUCCESS" => "支付成功",
        "REFUND" => "订单发生过退款",
        "NOTPAY" => "订单未支付",
        "USERPAYING" => "需要用户输入支付密码",
        "CLOSED" => "订单已关闭",
        "REVOKED" => "订单已撤销",
        _ => "支付失败",
    }
}
