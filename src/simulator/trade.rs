//! Orders that users pay, of merchants and of partners: what each call does to one.
//!
//! The sub-orders of a combined order are kept here too, since they are refunded and shared like any other.

mod order;
mod view;

use std::collections::{BTreeMap, HashMap};

use http::StatusCode;
use serde_json::{Value, json};

pub(super) use self::order::{State, Terms, Trade, trade_type, transaction_id};
pub(super) use self::view::{OPENID, combined_sub_order, parties};
use super::answer::{Answer, Refusal};
use super::books::{Books, Job};
use super::numbers::digits;
use super::validate::Call;

/// Whose order, and its number there: the sub-merchant's, or the merchant's own.
pub(super) type Key = (String, String);

/// Above this amount, in fen, a payment code is not enough: the user is asked for the password.
const PASSWORD_ABOVE: i64 = 100_000;
/// A charge by payment code can be undone from so many seconds on, until so many.
const REVERSIBLE: std::ops::RangeInclusive<i64> = 15..=7 * 86_400;
/// Shared money that nobody releases goes to the merchant after 30 days.
const SHARING_ENDS: i64 = 30 * 86_400;

/// All orders of one gateway.
#[derive(Debug, Default)]
pub(super) struct Trades {
    orders: BTreeMap<Key, Trade>,
    by_transaction: HashMap<String, Key>,
}

impl Trades {
    pub(super) fn get(&self, key: &Key) -> Option<&Trade> {
        self.orders.get(key)
    }

    pub(super) fn get_mut(&mut self, key: &Key) -> Option<&mut Trade> {
        self.orders.get_mut(key)
    }

    /// The order with this number of WeChat Pay's.
    pub(super) fn of_transaction(&self, transaction_id: &str) -> Option<&Key> {
        self.by_transaction.get(transaction_id)
    }

    /// The order with this number, whoever's it is.
    pub(super) fn numbered(&self, number: &str) -> Option<&Key> {
        self.orders.keys().find(|(_, known)| known == number)
    }

    pub(super) fn insert(&mut self, key: Key, trade: Trade) {
        self.by_transaction.insert(trade.transaction_id(), key.clone());
        self.orders.insert(key, trade);
    }
}

/// Carries out a call; nothing if the operation has no states.
pub(super) fn call(books: &mut Books, call: &Call<'_>, now: i64) -> Option<Result<Answer, Refusal>> {
    Some(match call.operation {
        "get_transaction_by_out_trade_no" | "get_transaction_by_id" => {
            of(books, call).map(|trade| Answer::json(StatusCode::OK, &view::transaction(trade)))
        }
        "close_transaction" => close(books, call, now),
        "reverse_transaction" => reverse(books, call, now),
        operation if operation.starts_with("create_") => create(books, call, now),
        _ => return None,
    })
}

/// The number of the merchant that a call is about.
pub(super) fn owner<'c>(call: &'c Call<'_>) -> &'c str {
    let given = |name| call.parameter(name).or_else(|| call.member(name));
    given("sub_mchid").or_else(|| given("mchid")).unwrap_or(super::identity::MCHID)
}

fn key(call: &Call<'_>) -> Key {
    let number = call.parameter("out_trade_no").or_else(|| call.member("out_trade_no")).unwrap_or_default();
    (owner(call).to_owned(), number.to_owned())
}

pub(super) fn unknown() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "ORDER_NOT_EXIST", 268_512_771, "there is no such order of this merchant")
}

fn of<'b>(books: &'b Books, call: &Call<'_>) -> Result<&'b Trade, Refusal> {
    let key = match call.parameter("transaction_id") {
        Some(id) => books.trades.of_transaction(id).filter(|(merchant, _)| merchant == owner(call)).cloned(),
        None => Some(key(call)),
    };
    let trade = key.and_then(|key| books.trades.get(&key)).ok_or_else(unknown)?;
    // Until it is paid, WeChat Pay's number is not given to anybody.
    if call.parameter("transaction_id").is_some() && trade.paid_at.is_none() {
        return Err(unknown());
    }
    Ok(trade)
}

fn create(books: &mut Books, call: &Call<'_>, now: i64) -> Result<Answer, Refusal> {
    let key = key(call);
    let is_codepay = call.operation == "create_codepay_transaction";
    match books.trades.get(&key) {
        None => {
            let terms = Terms::read(call.operation, &call.body);
            books.trades.insert(key.clone(), Trade::new(terms, now));
            note(books, &key, now);
            if is_codepay {
                charge(books, &key, now);
            }
        }
        Some(earlier) if !earlier.is_repeated_by(call) => {
            let message = format!("out_trade_no {} was used before with other parameters", key.1);
            return Err(Refusal::invalid(268_498_688, message));
        }
        // A charge by payment code says how it went, however often.
        Some(_) if is_codepay => {}
        Some(earlier) => earlier.check_payable()?,
    }
    let trade = books.trades.get(&key).ok_or_else(unknown)?;
    if is_codepay {
        let asks = trade.state == State::UserPaying;
        let status = if asks { StatusCode::ACCEPTED } else { StatusCode::OK };
        return Ok(Answer::json(status, &view::transaction(trade)));
    }
    Ok(Answer::json(StatusCode::OK, &prepay(trade.trade_type(), &format!("{}/{}", key.0, key.1))))
}

/// What the merchant's page or app opens the cashier with.
pub(super) fn prepay(trade_type: &str, seed: &str) -> Value {
    let digits = digits(seed);
    match trade_type {
        "NATIVE" => json!({ "code_url": format!("weixin://wxpay/bizpayurl?pr={digits}") }),
        "MWEB" => json!({
            "h5_url": format!("https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx{digits}&package={digits}")
        }),
        _ => json!({ "prepay_id": format!("wx20{digits}0000000000") }),
    }
}

/// The payment code that the user shows is charged.
fn charge(books: &mut Books, key: &Key, now: i64) {
    let asks = books.trades.get(key).is_some_and(|trade| trade.terms.total > PASSWORD_ABOVE);
    if let Some(trade) = books.trades.get_mut(key) {
        trade.state = State::UserPaying;
    }
    note(books, key, now);
    if !asks {
        // The order was made a moment ago, so it can be paid.
        let _ = pays(books, key, now);
    }
}

fn close(books: &mut Books, call: &Call<'_>, now: i64) -> Result<Answer, Refusal> {
    let key = key(call);
    let trade = books.trades.get_mut(&key).ok_or_else(unknown)?;
    if trade.terms.combined.is_some() {
        return Err(Refusal::invalid(268_435_461, "a part of a combined order is closed with the whole of it"));
    }
    trade.close()?;
    note(books, &key, now);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

fn reverse(books: &mut Books, call: &Call<'_>, now: i64) -> Result<Answer, Refusal> {
    let key = key(call);
    let trade = books.trades.get_mut(&key).ok_or_else(unknown)?;
    let age = now.saturating_sub(trade.created_at);
    if trade.trade_type() != "MICROPAY" {
        return Err(Refusal::invalid(268_435_461, "only a charge by payment code can be undone: refund the order"));
    }
    if trade.state != State::Revoked && !REVERSIBLE.contains(&age) {
        let message = format!("a charge can be undone from 15 seconds to seven days after it; this one is {age} s old");
        return Err(Refusal::invalid(268_435_461, message));
    }
    trade.state = State::Revoked;
    let mut answer = parties(trade);
    answer.insert("out_trade_no".to_owned(), key.1.as_str().into());
    note(books, &key, now);
    Ok(Answer::json(StatusCode::OK, &Value::Object(answer)))
}

/// The user pays. The error is a sentence for the test's author.
pub(super) fn pays(books: &mut Books, key: &Key, now: i64) -> Result<(), String> {
    let number = &key.1;
    let trade = books.trades.get_mut(key).ok_or_else(|| format!("there is no order {number}"))?;
    trade.pay(now).map_err(|why| format!("the order {number} {why}"))?;
    let (shares, url) = (trade.terms.is_shared, trade.terms.notify_url.clone());
    let plaintext = view::transaction(trade);
    if shares {
        books.plan(now.saturating_add(SHARING_ENDS), Job::SharingEnds(key.clone()));
    }
    note(books, key, now);
    books.tell(url.as_deref(), "TRANSACTION.SUCCESS", "transaction", plaintext);
    Ok(())
}

/// The user opens the cashier, or leaves it without paying.
pub(super) fn cashier(books: &mut Books, key: &Key, is_open: bool, now: i64) -> Result<(), String> {
    let number = &key.1;
    let trade = books.trades.get_mut(key).ok_or_else(|| format!("there is no order {number}"))?;
    trade.cashier(is_open, now).map_err(|why| format!("the order {number} {why}"))?;
    note(books, key, now);
    Ok(())
}

/// Notes the order's state in the register.
pub(super) fn note(books: &mut Books, key: &Key, now: i64) {
    if let Some(trade) = books.trades.get(key) {
        books.register.note("transaction", &key.1, trade.word(), Some(trade.terms.total), now);
    }
}
