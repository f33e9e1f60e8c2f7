//! Splits, and the release of what is not shared.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Key, MAX_RATIO, SPLITS, Share, Split, exhausted, finish_later, left, shareable, shared, unknown};
use crate::simulator::answer::{Answer, Location, Refusal};
use crate::simulator::books::{Books, Job, moment, same};
use crate::simulator::numbers::digits;
use crate::simulator::trade;
use crate::simulator::validate::Call;

fn key(call: &Call<'_>) -> Key {
    let number = call.parameter("out_order_no").or_else(|| call.member("out_order_no")).unwrap_or_default();
    (trade::owner(call).to_owned(), number.to_owned())
}

/// WeChat Pay's number of a split.
pub(super) fn order_id(key: &Key) -> String {
    format!("30084507{}", digits(&format!("{}/{}", key.0, key.1)))
}

pub(super) fn create(books: &mut Books, call: &Call<'_>, now: i64) -> Result<Answer, Refusal> {
    let key = key(call);
    match books.sharing.splits.get(&key) {
        Some(earlier) if !earlier.is_release && same(&earlier.body, &call.body) => return answer(books, &key),
        Some(_) => return Err(used(&key)),
        None => {}
    }
    let order = shareable(books, call, now)?;
    let shares = shares(call);
    check_receivers(books, call, &shares)?;
    let amount = shares.iter().map(|share| share.amount).fold(0, i64::saturating_add);
    let total = books.trades.get(&order).map_or(0, |trade| trade.terms.total);
    let most = total.saturating_mul(MAX_RATIO).checked_div(10_000).unwrap_or_default();
    if amount > left(books, &order) {
        return Err(exhausted("this is more than is left of the order to be shared (分账金额超限)"));
    }
    if shared(books, &order).saturating_add(amount) > most {
        let message = format!("at most {most} fen of this order may be shared (分账金额超过最大分账比例)");
        return Err(Refusal::new(StatusCode::FORBIDDEN, "RULE_LIMIT", 268_435_461, message));
    }
    let splits = books.sharing.splits.values().filter(|split| split.order == order && !split.is_release);
    if splits.count() >= SPLITS {
        return Err(Refusal::invalid(268_435_461, "the order was shared fifty times"));
    }
    put(books, &key, &order, shares, call, now);
    if call.body.get("unfreeze_unsplit").and_then(Value::as_bool) == Some(true) {
        super::ends(books, &order, now);
    }
    answer(books, &key)
}

/// Releases the rest. A number that a split has is taken for that split: the answer is a success, and nothing is
/// released.
pub(super) fn release(books: &mut Books, call: &Call<'_>, now: i64) -> Result<Answer, Refusal> {
    let key = key(call);
    if let Some(earlier) = books.sharing.splits.get(&key) {
        let is_same = call.member("transaction_id") == earlier.body.get("transaction_id").and_then(Value::as_str);
        return if is_same { answer(books, &key) } else { Err(used(&key)) };
    }
    let order = shareable(books, call, now)?;
    let rest = left(books, &order);
    if rest == 0 {
        return Err(exhausted("nothing is left of the order to be released"));
    }
    let share = Share {
        kind: "MERCHANT_ID".to_owned(),
        account: key.0.clone(),
        amount: rest,
        description: call.body.get("description").cloned().unwrap_or_default(),
        returned: 0,
    };
    super::ends(books, &order, now);
    put(books, &key, &order, vec![share], call, now);
    answer(books, &key)
}

pub(super) fn query(books: &Books, call: &Call<'_>) -> Result<Answer, Refusal> {
    let key = key(call);
    let split = books.sharing.splits.get(&key).ok_or_else(unknown)?;
    if call.parameter("transaction_id") != split.body.get("transaction_id").and_then(Value::as_str) {
        return Err(unknown());
    }
    answer(books, &key)
}

/// The receivers have the money.
pub(in crate::simulator) fn split_finishes(books: &mut Books, key: &Key, now: i64) {
    let Some(split) = books.sharing.splits.get_mut(key) else { return };
    (split.is_finished, split.finished_at) = (true, now);
    note(books, key, now);
    let Some(split) = books.sharing.splits.get(key) else { return };
    let url = split.body.get("notify_url").and_then(Value::as_str).map(str::to_owned);
    let told: Vec<Value> = split.shares.iter().map(|share| notification(books, key, split, share, now)).collect();
    for plaintext in told {
        books.tell(url.as_deref(), "PROFITSHARING.SUCCESS", "profitsharing", plaintext);
    }
}

/// What a receiver got, or gave back, as a notification tells of it.
pub(super) fn notification(books: &Books, key: &Key, split: &Split, share: &Share, now: i64) -> Value {
    let mut view = json!({
        "transaction_id": split.body.get("transaction_id"),
        "order_id": order_id(key),
        "out_order_no": key.1,
        "receiver": {
            "type": share.kind, "account": share.account, "amount": share.amount, "description": share.description,
        },
        "success_time": moment(now),
    });
    if let (Some(members), Some(trade)) = (view.as_object_mut(), books.trades.get(&split.order)) {
        members.extend(trade::parties(trade).into_iter().filter(|(name, _)| name.ends_with("mchid")));
    }
    view
}

fn put(books: &mut Books, key: &Key, order: &trade::Key, shares: Vec<Share>, call: &Call<'_>, now: i64) {
    let split = Split {
        order: order.clone(),
        body: call.body.clone(),
        is_release: call.operation == "unfreeze_order",
        shares,
        is_finished: false,
        created_at: now,
        finished_at: now,
    };
    books.sharing.splits.insert(key.clone(), split);
    note(books, key, now);
    finish_later(books, Job::SplitFinishes(key.clone()), now);
}

fn shares(call: &Call<'_>) -> Vec<Share> {
    let receivers = call.body.get("receivers").and_then(Value::as_array).into_iter().flatten();
    let text = |receiver: &Value, name: &str| receiver.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    receivers
        .map(|receiver| Share {
            kind: text(receiver, "type"),
            account: text(receiver, "account"),
            amount: receiver.get("amount").and_then(Value::as_i64).unwrap_or_default(),
            description: receiver.get("description").cloned().unwrap_or_default(),
            returned: 0,
        })
        .collect()
}

/// Receivers are added before they get something.
fn check_receivers(books: &Books, call: &Call<'_>, shares: &[Share]) -> Result<(), Refusal> {
    for (index, share) in shares.iter().enumerate() {
        let receiver = (trade::owner(call).to_owned(), share.kind.clone(), share.account.clone());
        if !books.sharing.receivers.contains(&receiver) {
            let pointer = format!("/receivers/{index}/account");
            let issue = "is not a receiver that was added (接收方与分账方关系不存在)";
            let refusal = Refusal::parameter(Location::Body, pointer, Some(share.account.as_str().into()), issue);
            return Err(refusal);
        }
    }
    Ok(())
}

fn used(key: &Key) -> Refusal {
    Refusal::invalid(268_498_688, format!("out_order_no {} was used before with other parameters", key.1))
}

fn answer(books: &Books, key: &Key) -> Result<Answer, Refusal> {
    let split = books.sharing.splits.get(key).ok_or_else(unknown)?;
    let receivers: Vec<Value> = split
        .shares
        .iter()
        .enumerate()
        .map(|(index, share)| {
            let mut receiver = json!({
                "type": share.kind,
                "account": share.account,
                "amount": share.amount,
                "description": share.description,
                "result": if split.is_finished { "SUCCESS" } else { "PENDING" },
                "detail_id": format!("360{}", digits(&format!("{}/{}/{index}", key.0, key.1))),
                "create_time": moment(split.created_at),
            });
            if let (true, Some(members)) = (split.is_finished, receiver.as_object_mut()) {
                members.insert("finish_time".to_owned(), moment(split.finished_at).into());
            }
            receiver
        })
        .collect();
    let mut view = json!({
        "transaction_id": split.body.get("transaction_id"),
        "out_order_no": key.1,
        "order_id": order_id(key),
        "state": word(split),
        "receivers": receivers,
    });
    if let (Some(members), Some(sub_mchid)) = (view.as_object_mut(), split.body.get("sub_mchid")) {
        members.insert("sub_mchid".to_owned(), sub_mchid.clone());
    }
    Ok(Answer::json(StatusCode::OK, &view))
}

fn word(split: &Split) -> &'static str {
    if split.is_finished { "FINISHED" } else { "PROCESSING" }
}

fn note(books: &mut Books, key: &Key, now: i64) {
    if let Some(split) = books.sharing.splits.get(key) {
        let amount = split.shares.iter().map(|share| share.amount).fold(0, i64::saturating_add);
        let product = if split.is_release { "release" } else { "split" };
        books.register.note(product, &key.1, word(split), Some(amount), now);
    }
}
