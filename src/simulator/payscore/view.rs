//! How an order is shown: to the merchant as `ServiceOrder`, to the test as [`OrderView`].

use std::fmt;

use serde_json::{Map, Value, json};

use super::order::Order;
use super::state::State;

/// Members that an order shows as they were given at its creation.
const TERMS: [&str; 11] = [
    "out_order_no",
    "service_id",
    "appid",
    "sub_appid",
    "sub_mchid",
    "service_introduction",
    "risk_fund",
    "attach",
    "notify_url",
    "openid",
    "sub_openid",
];
/// The same, unless a later call replaced them.
const CHANGING: [&str; 5] = ["time_range", "location", "shopping_info", "post_payments", "post_discounts"];

/// The order as operations answer with it; `package` only where it was just created.
pub(super) fn service_order(order: &Order, with_package: bool) -> Value {
    let mut view = Map::new();
    let mut show = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            view.insert(name.to_owned(), value);
        }
    };
    for name in TERMS {
        show(name, order.terms.get(name).cloned());
    }
    for name in CHANGING {
        show(name, order.changed.get(name).or_else(|| order.terms.get(name)).cloned());
    }
    show("mchid", Some(crate::simulator::identity::MCHID.into()));
    show("order_id", Some(order.order_id().into()));
    show("state", Some(order.state.word().into()));
    show("state_description", order.state.description().map(Value::from));
    if let Some(bill) = &order.bill {
        show("post_payments", bill.payments.clone());
        show("post_discounts", bill.discounts.clone());
        show("total_amount", Some(bill.total.into()));
        show("need_collection", Some((bill.total > 0).into()));
        show("collection", collection(order, bill.total));
    }
    if with_package {
        show("package", Some(order.package().into()));
    }
    Value::Object(view)
}

/// What a merchant is answered where a partner is answered nothing: the order, or only whose it is.
pub(super) fn merchants(order: &Order, operation: &str) -> Value {
    if matches!(operation, "cancel_service_order" | "pay_service_order") {
        let shown = ["appid", "service_id", "out_order_no"].into_iter();
        let mut view: Map<String, Value> =
            shown.filter_map(|name| Some((name.to_owned(), order.terms.get(name)?.clone()))).collect();
        view.insert("mchid".to_owned(), crate::simulator::identity::MCHID.into());
        view.insert("order_id".to_owned(), order.order_id().into());
        return Value::Object(view);
    }
    service_order(order, false)
}

/// The progress of the collection; nothing where nothing is owed.
fn collection(order: &Order, total: i64) -> Option<Value> {
    if total == 0 {
        return None;
    }
    let Some(payment) = &order.payment else {
        return Some(json!({
            "state": "USER_PAYING", "total_amount": total, "paying_amount": total, "paid_amount": 0, "details": [],
        }));
    };
    let mut detail = json!({
        "seq": 1, "amount": total, "paid_type": payment.paid_type, "paid_time": payment.paid_time,
    });
    if payment.paid_type == "NEWTON"
        && let Some(members) = detail.as_object_mut()
    {
        members.insert("transaction_id".to_owned(), order.transaction_id().into());
        members.insert("bank_type".to_owned(), "CMB_DEBIT".into());
    }
    Some(json!({
        "state": "USER_PAID", "total_amount": total, "paying_amount": 0, "paid_amount": total, "details": [detail],
    }))
}

/// A service order at one moment, as the gateway knows it; from [`Gateway::order`](crate::simulator::Gateway::order).
///
/// `Display` shows its state: `DOING/MCH_COMPLETE, collection USER_PAYING`.
#[derive(Clone, PartialEq)]
pub struct OrderView {
    state: State,
    query_id: String,
    order: Value,
}

impl OrderView {
    pub(in crate::simulator) fn of(order: &Order) -> Self {
        Self { state: order.state, query_id: order.query_id(), order: service_order(order, false) }
    }

    /// The merchant's number.
    pub fn out_order_no(&self) -> &str {
        self.text("/out_order_no").unwrap_or_default()
    }

    /// `CREATED`, `DOING`, `DONE`, `REVOKED` or `EXPIRED`.
    pub fn state(&self) -> &str {
        self.state.word()
    }

    /// `USER_CONFIRM` or `MCH_COMPLETE`, of an order that is `DOING`.
    pub fn state_description(&self) -> Option<&str> {
        self.state.description()
    }

    /// `USER_PAYING` or `USER_PAID`, of an order that was completed with something to pay.
    pub fn collection_state(&self) -> Option<&str> {
        self.text("/collection/state")
    }

    /// `NEWTON` if WeChat Pay collected the amount, `MCH` if the merchant reported that it was paid elsewhere.
    pub fn paid_type(&self) -> Option<&str> {
        self.text("/collection/details/0/paid_type")
    }

    /// What the user owes or has paid, in fen, once the order is completed.
    pub fn total_amount(&self) -> Option<i64> {
        self.order.get("total_amount")?.as_i64()
    }

    /// The `query_id` that the merchant's page gets when the user returns from confirming.
    pub fn query_id(&self) -> &str {
        &self.query_id
    }

    fn text(&self, pointer: &str) -> Option<&str> {
        self.order.pointer(pointer)?.as_str()
    }
}

impl fmt::Display for OrderView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.state)?;
        match (self.collection_state(), self.paid_type()) {
            (Some(state), Some(paid_type)) => write!(f, ", collection {state} ({paid_type})"),
            (Some(state), None) => write!(f, ", collection {state}"),
            (None, _) => Ok(()),
        }
    }
}

impl fmt::Debug for OrderView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrderView")
            .field("out_order_no", &self.out_order_no())
            .field("state", &format_args!("{self}"))
            .finish_non_exhaustive()
    }
}
