//! Sharing the money of orders: receivers, splits, the release of the rest, and returns.

mod returns;
mod split;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use http::StatusCode;
use serde_json::{Value, json};

use self::returns::Return;
pub(super) use self::returns::return_finishes;
pub(super) use self::split::split_finishes;
use super::answer::{Answer, Refusal};
use super::books::{Books, Job};
use super::trade::{self, State as TradeState};
use super::validate::Call;

/// Whose split or return, and its number there.
pub(super) type Key = (String, String);

/// A split comes a minute after the payment at the earliest,
const NOT_BEFORE: i64 = 60;
/// is finished after half a minute,
const FINISHED_AFTER: i64 = 30;
/// is one of fifty of its order,
const SPLITS: usize = 50;
/// and gives away at most 30 % of it, in ten-thousandths.
const MAX_RATIO: i64 = 3_000;

/// Receivers, splits and returns of one gateway.
#[derive(Debug, Default)]
pub(super) struct Sharing {
    /// Whose receiver, its type and its account.
    receivers: BTreeSet<(String, String, String)>,
    splits: BTreeMap<Key, Split>,
    returns: BTreeMap<Key, Return>,
    /// Orders whose rest is released.
    ended: BTreeSet<trade::Key>,
}

/// A split, or the release of the rest, which is a split to the merchant itself.
struct Split {
    order: trade::Key,
    body: Value,
    is_release: bool,
    shares: Vec<Share>,
    is_finished: bool,
    created_at: i64,
    finished_at: i64,
}

/// What one receiver gets.
struct Share {
    kind: String,
    account: String,
    amount: i64,
    description: Value,
    returned: i64,
}

/// Carries out a call; nothing if the operation has no states.
pub(super) fn call(books: &mut Books, call: &Call<'_>, now: i64) -> Option<Result<Answer, Refusal>> {
    Some(match call.operation {
        "add_receiver" => Ok(receiver(books, call, true)),
        "delete_receiver" => Ok(receiver(books, call, false)),
        "create_order" => split::create(books, call, now),
        "unfreeze_order" => split::release(books, call, now),
        "get_order" => split::query(books, call),
        "get_unsplit_amount" => unsplit(books, call),
        "create_return_order" => returns::create(books, call, now),
        "get_return_order" => returns::query(books, call),
        "get_merchant_config" => {
            let sub_mchid = call.parameter("sub_mchid").unwrap_or_default();
            Ok(Answer::json(StatusCode::OK, &json!({ "sub_mchid": sub_mchid, "max_ratio": MAX_RATIO })))
        }
        _ => return None,
    })
}

/// Adds or deletes a receiver; a repeat does no harm. The name, a ciphertext, is not shown again.
fn receiver(books: &mut Books, call: &Call<'_>, is_added: bool) -> Answer {
    let text = |name: &str| call.member(name).unwrap_or_default().to_owned();
    let receiver = (trade::owner(call).to_owned(), text("type"), text("account"));
    if is_added {
        books.sharing.receivers.insert(receiver);
    } else {
        books.sharing.receivers.remove(&receiver);
    }
    let shown = ["sub_mchid", "type", "account", "relation_type", "custom_relation"];
    let members = shown.iter().filter_map(|name| Some(((*name).to_owned(), call.body.get(*name)?.clone())));
    Answer::json(StatusCode::OK, &Value::Object(members.collect()))
}

fn unsplit(books: &Books, call: &Call<'_>) -> Result<Answer, Refusal> {
    let id = call.parameter("transaction_id").unwrap_or_default();
    let order = books.trades.of_transaction(id).ok_or_else(unknown)?;
    let answer = json!({ "transaction_id": id, "unsplit_amount": left(books, order) });
    Ok(Answer::json(StatusCode::OK, &answer))
}

fn unknown() -> Refusal {
    let message = "there is no such order, split or return of this merchant";
    Refusal::new(StatusCode::NOT_FOUND, "RESOURCE_NOT_EXISTS", 268_512_771, message)
}

fn exhausted(message: &str) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, "NOT_ENOUGH", 268_435_461, message)
}

/// What is left of an order to be shared, in fen.
fn left(books: &Books, order: &trade::Key) -> i64 {
    let Some(trade) = books.trades.get(order) else { return 0 };
    if trade.state != TradeState::Success || !trade.terms.is_shared || books.sharing.ended.contains(order) {
        return 0;
    }
    let shared = shared(books, order);
    trade.terms.total.saturating_sub(trade.refunded).saturating_sub(shared).max(0)
}

/// What was given away of an order, in fen.
fn shared(books: &Books, order: &trade::Key) -> i64 {
    let splits = books.sharing.splits.values().filter(|split| split.order == *order && !split.is_release);
    splits.flat_map(|split| &split.shares).map(|share| share.amount).fold(0, i64::saturating_add)
}

/// The order that a split is about, which is paid, waits to be shared, and was not paid just now.
fn shareable(books: &Books, call: &Call<'_>, now: i64) -> Result<trade::Key, Refusal> {
    let id = call.member("transaction_id").unwrap_or_default();
    let order = books.trades.of_transaction(id).filter(|(owner, _)| owner == trade::owner(call));
    let order = order.ok_or_else(unknown)?;
    let trade = books.trades.get(order).ok_or_else(unknown)?;
    let paid_at = trade.paid_at.ok_or_else(unknown)?;
    if !trade.terms.is_shared {
        let message = "the order was placed without settle_info.profit_sharing (非分账订单不支持分账)";
        return Err(Refusal::new(StatusCode::FORBIDDEN, "NO_AUTH", 268_435_461, message));
    }
    if now.saturating_sub(paid_at) < NOT_BEFORE {
        let message =
            "an order is shared a minute after its payment at the earliest (订单处理中，暂时无法分账，请稍后再试)";
        return Err(Refusal::invalid(268_435_461, message));
    }
    Ok(order.clone())
}

/// The rest goes to the merchant by itself.
pub(super) fn ends(books: &mut Books, order: &trade::Key, now: i64) {
    if books.sharing.ended.insert(order.clone()) {
        books.register.note("sharing", &order.1, "ENDED", None, now);
    }
}

/// Plans the end of a split or return.
fn finish_later(books: &mut Books, job: Job, now: i64) {
    books.plan(now.saturating_add(FINISHED_AFTER), job);
}

impl fmt::Debug for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amounts: Vec<i64> = self.shares.iter().map(|share| share.amount).collect();
        f.debug_struct("Split")
            .field("amounts", &amounts)
            .field("is_finished", &self.is_finished)
            .finish_non_exhaustive()
    }
}
