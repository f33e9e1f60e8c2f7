//! Service orders among the other books: their payments can be refunded, and what users do is told.

use serde_json::{Value, json};

use super::order::Order;
use super::state::Action;
use super::view::service_order;
use crate::simulator::answer::{Answer, Refusal};
use crate::simulator::books::{Books, Job};
use crate::simulator::identity::MCHID;
use crate::simulator::trade::{self, Terms, Trade};
use crate::simulator::validate::Call;

/// Carries out a call; nothing if the operation does not concern service orders.
pub(in crate::simulator) fn call(books: &mut Books, call: &Call<'_>, now: i64) -> Option<Result<Answer, Refusal>> {
    let done = books.service_orders.call(call, now)?;
    let number = call.parameter("out_order_no").or_else(|| call.member("out_order_no"));
    if let (Ok(_), Some(number)) = (&done, number) {
        let number = number.to_owned();
        if call.operation.starts_with("create_")
            && let Some(order) = books.service_orders.find(&number, now)
        {
            let at = order.expires_at();
            books.plan(at, Job::ServiceOrderExpires(number.clone()));
        }
        note(books, &number, now);
    }
    Some(done)
}

/// The user confirms or pays. The error is a sentence for the test's author.
pub(in crate::simulator) fn user(books: &mut Books, number: &str, action: Action, now: i64) -> Result<(), String> {
    books.service_orders.user(number, action, now)?;
    note(books, number, now);
    let Some(order) = books.service_orders.find(number, now) else { return Ok(()) };
    let url = order.terms.get("notify_url").and_then(Value::as_str).map(str::to_owned);
    let plaintext = service_order(order, false);
    let event = match action {
        Action::UserPays => {
            let payment = payment(order);
            put(books, payment, now);
            "PAYSCORE.USER_PAID"
        }
        _ => "PAYSCORE.USER_CONFIRM",
    };
    books.tell(url.as_deref(), event, "payscore", plaintext);
    Ok(())
}

/// Nobody has confirmed it in time, unless somebody has.
pub(in crate::simulator) fn expires(books: &mut Books, number: &str, now: i64) {
    note(books, number, now);
}

/// The order that WeChat Pay places to collect what is owed.
fn payment(order: &Order) -> Value {
    let total = order.bill.as_ref().map_or(0, |bill| bill.total);
    let mut payment = json!({ "out_trade_no": order.order_id(), "amount": { "total": total } });
    let mut parties = vec![(if order.is_partners() { "sp_mchid" } else { "mchid" }, Value::from(MCHID))];
    parties.extend(order.terms.get("sub_mchid").map(|sub_mchid| ("sub_mchid", sub_mchid.clone())));
    if let Some(members) = payment.as_object_mut() {
        members.extend(parties.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }
    payment
}

/// Puts a payment that has succeeded among the orders, so that it can be refunded.
fn put(books: &mut Books, payment: Value, now: i64) {
    let text = |name: &str| payment.get(name).and_then(Value::as_str).map(str::to_owned);
    let key = (text("sub_mchid").unwrap_or_else(|| MCHID.to_owned()), text("out_trade_no").unwrap_or_default());
    books.trades.insert(key.clone(), Trade::new(Terms::read("payscore", &payment), now));
    // The order was made a moment ago, so it can be paid.
    let _ = trade::pays(books, &key, now);
}

fn note(books: &mut Books, number: &str, now: i64) {
    if let Some(order) = books.service_orders.find(number, now) {
        let amount = order.bill.as_ref().map(|bill| bill.total);
        books.register.note("service order", number, &order.state.to_string(), amount, now);
    }
}
