//! Shares that are taken back from merchants.

use std::fmt;

use http::StatusCode;
use serde_json::{Value, json};

use super::split::{notification, order_id};
use super::{Key, Share, exhausted, finish_later, unknown};
use crate::simulator::answer::{Answer, Location, Refusal};
use crate::simulator::books::{Books, Job, moment, same};
use crate::simulator::numbers::digits;
use crate::simulator::trade;
use crate::simulator::validate::Call;

/// Shares can be taken back for half a year.
const RETURNABLE: i64 = 180 * 86_400;

/// A return.
pub(super) struct Return {
    body: Value,
    split: Key,
    created_at: i64,
    finished_at: Option<i64>,
}

impl Return {
    fn amount(&self) -> i64 {
        self.body.get("amount").and_then(Value::as_i64).unwrap_or_default()
    }

    fn word(&self) -> &'static str {
        if self.finished_at.is_some() { "SUCCESS" } else { "PROCESSING" }
    }

    fn receiver(&self) -> &str {
        self.body.get("return_mchid").and_then(Value::as_str).unwrap_or_default()
    }
}

fn key(call: &Call<'_>) -> Key {
    let number = call.parameter("out_return_no").or_else(|| call.member("out_return_no")).unwrap_or_default();
    (trade::owner(call).to_owned(), number.to_owned())
}

pub(super) fn create(books: &mut Books, call: &Call<'_>, now: i64) -> Result<Answer, Refusal> {
    let key = key(call);
    match books.sharing.returns.get(&key) {
        Some(earlier) if same(&earlier.body, &call.body) => return answer(books, &key),
        Some(_) => {
            let message = format!("out_return_no {} was used before with other parameters", key.1);
            return Err(Refusal::invalid(268_498_688, message));
        }
        None => {}
    }
    let split = match (call.member("order_id"), call.member("out_order_no")) {
        (Some(id), _) => books.sharing.splits.keys().find(|split| split.0 == key.0 && order_id(split) == id).cloned(),
        (None, number) => Some((key.0.clone(), number.unwrap_or_default().to_owned())),
    };
    let split = split.ok_or_else(unknown)?;
    let known = books.sharing.splits.get_mut(&split).ok_or_else(unknown)?;
    if !known.is_finished || now.saturating_sub(known.finished_at) > RETURNABLE {
        return Err(Refusal::invalid(
            268_435_461,
            "only a split that is FINISHED, for at most 180 days, is taken back",
        ));
    }
    let created = Return { body: call.body.clone(), split, created_at: now, finished_at: None };
    let is_from = |share: &&mut Share| share.kind == "MERCHANT_ID" && share.account == created.receiver();
    let Some(share) = known.shares.iter_mut().find(is_from).filter(|_| !known.is_release) else {
        let (value, issue) = (created.receiver().into(), "got no share of this split; persons give nothing back");
        return Err(Refusal::parameter(Location::Body, "/return_mchid", Some(value), issue));
    };
    if created.amount() > share.amount.saturating_sub(share.returned) {
        return Err(exhausted("this is more than is left of the share (回退金额超限)"));
    }
    share.returned = share.returned.saturating_add(created.amount());
    books.sharing.returns.insert(key.clone(), created);
    note(books, &key, now);
    finish_later(books, Job::ReturnFinishes(key.clone()), now);
    answer(books, &key)
}

pub(super) fn query(books: &Books, call: &Call<'_>) -> Result<Answer, Refusal> {
    let key = key(call);
    let known = books.sharing.returns.get(&key).ok_or_else(unknown)?;
    if call.parameter("out_order_no") != Some(known.split.1.as_str()) {
        return Err(unknown());
    }
    answer(books, &key)
}

/// The money is back with the merchant that shared it.
pub(in crate::simulator) fn return_finishes(books: &mut Books, key: &Key, now: i64) {
    let Some(known) = books.sharing.returns.get_mut(key) else { return };
    known.finished_at = Some(now);
    note(books, key, now);
    let Some(known) = books.sharing.returns.get(key) else { return };
    let Some(split) = books.sharing.splits.get(&known.split) else { return };
    let url = split.body.get("notify_url").and_then(Value::as_str).map(str::to_owned);
    let share = Share {
        kind: "MERCHANT_ID".to_owned(),
        account: known.receiver().to_owned(),
        amount: known.amount(),
        description: known.body.get("description").cloned().unwrap_or_default(),
        returned: 0,
    };
    let plaintext = notification(books, &known.split, split, &share, now);
    books.tell(url.as_deref(), "PROFITSHARING.RETURN", "profitsharing", plaintext);
}

fn answer(books: &Books, key: &Key) -> Result<Answer, Refusal> {
    let known = books.sharing.returns.get(key).ok_or_else(unknown)?;
    let mut view = json!({
        "order_id": order_id(&known.split),
        "out_order_no": known.split.1,
        "out_return_no": key.1,
        "return_id": format!("30084508{}", digits(&format!("{}/{}", key.0, key.1))),
        "return_mchid": known.receiver(),
        "amount": known.amount(),
        "description": known.body.get("description"),
        "result": known.word(),
        "create_time": moment(known.created_at),
    });
    if let Some(members) = view.as_object_mut() {
        members.extend(known.body.get("sub_mchid").map(|value| ("sub_mchid".to_owned(), value.clone())));
        members.extend(known.finished_at.map(|at| ("finish_time".to_owned(), moment(at).into())));
    }
    Ok(Answer::json(StatusCode::OK, &view))
}

fn note(books: &mut Books, key: &Key, now: i64) {
    if let Some(known) = books.sharing.returns.get(key) {
        books.register.note("return", &key.1, known.word(), Some(known.amount()), now);
    }
}

impl fmt::Debug for Return {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Return").field("result", &self.word()).field("amount", &self.amount()).finish_non_exhaustive()
    }
}
