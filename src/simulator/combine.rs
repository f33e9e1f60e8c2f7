//! Combined orders: several orders that are paid at once, and refunded one by one.

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Refusal};
use super::books::{Books, same};
use super::numbers::digits;
use super::trade::{self, Key, State, Terms, Trade};
use super::validate::Call;

/// All combined orders of one gateway, by number.
#[derive(Debug, Default)]
pub(super) struct Combined(BTreeMap<String, Whole>);

/// A combined order; its parts are among the other orders.
struct Whole {
    operation: String,
    body: Value,
    parts: Vec<Key>,
}

impl Combined {
    pub(super) fn has(&self, number: &str) -> bool {
        self.0.contains_key(number)
    }

    /// The parts of the combined order of this number.
    pub(super) fn parts(&self, number: &str) -> Vec<Key> {
        self.0.get(number).map(|whole| whole.parts.clone()).unwrap_or_default()
    }
}

/// Carries out a call; nothing if the operation has no states.
pub(super) fn call(books: &mut Books, call: &Call<'_>, now: i64) -> Option<Result<Answer, Refusal>> {
    Some(match call.operation {
        "get_transaction_by_out_trade_no" => query(books, call.parameter("combine_out_trade_no")),
        "get_transaction_by_id" => {
            let id = call.parameter("combine_transaction_id").unwrap_or_default();
            let number = books.combined.0.keys().find(|number| transaction_id(number) == id).cloned();
            query(books, number.as_deref())
        }
        "close_transaction" => close(books, call, now),
        operation if operation.starts_with("create_") => create(books, call, now),
        _ => return None,
    })
}

fn transaction_id(number: &str) -> String {
    format!("42000001{}", digits(number))
}

fn query(books: &Books, number: Option<&str>) -> Result<Answer, Refusal> {
    let number = number.unwrap_or_default();
    let whole = books.combined.0.get(number).ok_or_else(trade::unknown)?;
    Ok(Answer::json(StatusCode::OK, &view(books, number, whole)))
}

fn create(books: &mut Books, call: &Call<'_>, now: i64) -> Result<Answer, Refusal> {
    let number = call.member("combine_out_trade_no").unwrap_or_default().to_owned();
    let used = |number: &str| {
        Refusal::invalid(268_498_688, format!("the number {number} was used before with other parameters"))
    };
    match books.combined.0.get(&number) {
        Some(earlier) if earlier.operation == call.operation && same(&earlier.body, &call.body) => {
            for key in &earlier.parts {
                books.trades.get(key).map_or(Ok(()), Trade::check_payable)?;
            }
        }
        Some(_) => return Err(used(&number)),
        None => {
            let sub_orders = call.body.get("sub_orders").and_then(Value::as_array).cloned().unwrap_or_default();
            let parts: Vec<Key> = sub_orders.iter().map(key).collect();
            for (index, part) in parts.iter().enumerate() {
                if books.trades.get(part).is_some() || parts.iter().skip(index + 1).any(|other| other == part) {
                    return Err(used(&part.1));
                }
            }
            for (part, body) in parts.iter().zip(&sub_orders) {
                let terms = Terms::part(call.operation, &call.body, &number, body);
                books.trades.insert(part.clone(), Trade::new(terms, now));
                trade::note(books, part, now);
            }
            let whole = Whole { operation: call.operation.to_owned(), body: call.body.clone(), parts };
            books.combined.0.insert(number.clone(), whole);
        }
    }
    Ok(Answer::json(StatusCode::OK, &trade::prepay(trade::trade_type(call.operation), &number)))
}

fn key(sub_order: &Value) -> Key {
    let text = |name: &str| sub_order.get(name).and_then(Value::as_str);
    let owner = text("sub_mchid").or_else(|| text("mchid")).unwrap_or_default();
    (owner.to_owned(), text("out_trade_no").unwrap_or_default().to_owned())
}

fn close(books: &mut Books, call: &Call<'_>, now: i64) -> Result<Answer, Refusal> {
    let number = call.parameter("combine_out_trade_no").unwrap_or_default();
    let parts = books.combined.0.get(number).ok_or_else(trade::unknown)?.parts.clone();
    if let Some(named) = call.body.get("sub_orders").and_then(Value::as_array) {
        let named: Vec<Key> = named.iter().map(key).collect();
        if named.len() != parts.len() || !parts.iter().all(|part| named.contains(part)) {
            return Err(Refusal::invalid(268_435_461, "sub_orders are not those of the combined order"));
        }
    }
    let is_paying = |key: &Key| books.trades.get(key).is_some_and(|trade| trade.state == State::UserPaying);
    if parts.iter().any(is_paying) {
        let message = "the user is paying right now: query the order (用户支付中)";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "USERPAYING", 268_447_840, message));
    }
    // The parts have one state until they are paid.
    for key in &parts {
        books.trades.get_mut(key).map_or(Ok(()), Trade::close)?;
        trade::note(books, key, now);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The user pays all parts at once.
pub(super) fn pays(books: &mut Books, number: &str, now: i64) -> Result<(), String> {
    for key in books.combined.parts(number) {
        trade::pays(books, &key, now)?;
    }
    let Some(whole) = books.combined.0.get(number) else { return Err(format!("there is no combined order {number}")) };
    let plaintext = view(books, number, whole);
    let url = whole.body.get("notify_url").and_then(Value::as_str).map(str::to_owned);
    books.tell(url.as_deref(), "TRANSACTION.SUCCESS", "transaction", plaintext);
    Ok(())
}

fn view(books: &Books, number: &str, whole: &Whole) -> Value {
    let mut view = Map::new();
    for name in ["combine_appid", "combine_mchid", "combine_out_trade_no", "trade_scenario"] {
        view.extend(whole.body.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    let parts: Vec<&Trade> = whole.parts.iter().filter_map(|key| books.trades.get(key)).collect();
    if parts.iter().any(|trade| trade.paid_at.is_some()) {
        view.insert("combine_transaction_id".to_owned(), transaction_id(number).into());
        let openid = whole.body.pointer("/combine_payer_info/openid").cloned();
        let openid = openid.unwrap_or_else(|| Value::from(trade::OPENID));
        view.insert("combine_payer_info".to_owned(), json!({ "openid": openid }));
    }
    if let Some(device) = whole.body.pointer("/scene_info/device_id") {
        view.insert("scene_info".to_owned(), json!({ "device_id": device }));
    }
    view.insert("sub_orders".to_owned(), parts.into_iter().map(trade::combined_sub_order).collect());
    Value::Object(view)
}

impl std::fmt::Debug for Whole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Whole").field("parts", &self.parts.len()).finish_non_exhaustive()
    }
}
