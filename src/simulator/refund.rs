//! Refunds: of orders, of parts of combined orders, for merchants and for partners.

mod view;

use std::collections::BTreeMap;
use std::fmt;

use http::StatusCode;
use serde_json::Value;

use super::answer::{Answer, Location, Refusal};
use super::books::{Books, Job, same};
use super::numbers::digits;
use super::trade::{self, State as TradeState};
use super::validate::Call;

/// Whose refund, and its number there.
pub(super) type Key = (String, String);

/// Money is back in a balance after a minute.
const ARRIVES_AFTER: i64 = 60;
/// Parts of one order are refunded so many seconds apart,
const APART: i64 = 60;
/// so often at most,
const PARTS: u32 = 50;
/// and so long after the payment.
const REFUNDABLE: i64 = 365 * 86_400;

/// All refunds of one gateway.
#[derive(Debug, Default)]
pub(super) struct Refunds(BTreeMap<Key, Refund>);

/// A refund.
struct Refund {
    body: Value,
    order: trade::Key,
    /// In fen.
    amount: i64,
    state: State,
    created_at: i64,
    arrived_at: Option<i64>,
    /// Where the money went after the usual way had failed.
    account: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Processing,
    Success,
    Closed,
    /// The user's account does not take the money.
    Abnormal,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Processing => "PROCESSING",
            Self::Success => "SUCCESS",
            Self::Closed => "CLOSED",
            Self::Abnormal => "ABNORMAL",
        }
    }
}

impl Refunds {
    /// The refund with this number, whoever's it is.
    pub(super) fn numbered(&self, number: &str) -> Option<&Key> {
        self.0.keys().find(|(_, known)| known == number)
    }
}

impl Refund {
    fn refund_id(&self, key: &Key) -> String {
        format!("5030000{}", digits(&format!("{}/{}", key.0, key.1)))
    }
}

/// Carries out a call; nothing if the operation has no states.
pub(super) fn call(books: &mut Books, call: &Call<'_>, now: i64) -> Option<Result<Answer, Refusal>> {
    let owner = trade::owner(call).to_owned();
    Some(match call.operation {
        "create_refund" => create(books, owner, call, now),
        "get_refund_by_out_refund_no" => {
            let number = call.parameter("out_refund_no").unwrap_or_default();
            answer(books, &(owner, number.to_owned()))
        }
        "apply_abnormal_refund" => apply_abnormal(books, owner, call, now),
        _ => return None,
    })
}

fn unknown(what: &str) -> Refusal {
    let message = format!("there is no such {what} of this merchant");
    Refusal::new(StatusCode::NOT_FOUND, "RESOURCE_NOT_EXISTS", 268_512_771, message)
}

fn answer(books: &Books, key: &Key) -> Result<Answer, Refusal> {
    let refund = books.refunds.0.get(key).ok_or_else(|| unknown("refund"))?;
    let trade = books.trades.get(&refund.order).ok_or_else(|| unknown("order"))?;
    Ok(Answer::json(StatusCode::OK, &view::refund(key, refund, trade)))
}

fn create(books: &mut Books, owner: String, call: &Call<'_>, now: i64) -> Result<Answer, Refusal> {
    let number = call.member("out_refund_no").unwrap_or_default().to_owned();
    let key = (owner, number);
    match books.refunds.0.get(&key) {
        Some(earlier) if same(&earlier.body, &call.body) => return answer(books, &key),
        Some(_) => {
            let message = format!("out_refund_no {} was used before with other parameters", key.1);
            return Err(Refusal::invalid(268_498_688, message));
        }
        None => {}
    }
    let order = match (call.member("transaction_id"), call.member("out_trade_no")) {
        (Some(id), _) => books.trades.of_transaction(id).filter(|(owner, _)| *owner == key.0).cloned(),
        (None, number) => Some((key.0.clone(), number.unwrap_or_default().to_owned())),
    };
    let order = order.filter(|order| books.trades.get(order).is_some()).ok_or_else(|| unknown("order"))?;
    let amount = check(books, &order, call, now)?;
    if let Some(trade) = books.trades.get_mut(&order) {
        trade.refunded = trade.refunded.saturating_add(amount);
        trade.refunds = trade.refunds.saturating_add(1);
        trade.last_refund = Some(now);
    }
    trade::note(books, &order, now);
    let state = State::Processing;
    let body = call.body.clone();
    let refund = Refund { body, order, amount, state, created_at: now, arrived_at: None, account: None };
    books.refunds.0.insert(key.clone(), refund);
    note(books, &key, now);
    books.plan(now.saturating_add(ARRIVES_AFTER), Job::RefundArrives(key.clone()));
    answer(books, &key)
}

/// Whether the order can be refunded this way; the amount in fen.
fn check(books: &Books, order: &trade::Key, call: &Call<'_>, now: i64) -> Result<i64, Refusal> {
    let trade = books.trades.get(order).ok_or_else(|| unknown("order"))?;
    let amount = |pointer: &str| call.body.pointer(pointer).and_then(Value::as_i64).unwrap_or_default();
    let (refund, total) = (amount("/amount/refund"), amount("/amount/total"));
    let refuse = |message: &str| Err(Refusal::invalid(268_435_461, message));
    let paid_at = match (trade.state, trade.paid_at) {
        (TradeState::Success, Some(paid_at)) => paid_at,
        _ => return refuse("the order is not paid (订单未支付)"),
    };
    if total != trade.terms.total {
        let issue = format!("is not what the order cost, which is {}", trade.terms.total);
        return Err(Refusal::parameter(Location::Body, "/amount/total", Some(total.into()), issue));
    }
    if now.saturating_sub(paid_at) > REFUNDABLE {
        return refuse("the order was paid more than a year ago");
    }
    if trade.refunds >= PARTS {
        return refuse("the order was refunded fifty times");
    }
    if refund > trade.terms.total.saturating_sub(trade.refunded) {
        return refuse("this is more than is left of the order (申请退款金额大于可退金额)");
    }
    if trade.last_refund.is_some_and(|last| now.saturating_sub(last) < APART) {
        let message = "parts of one order are refunded a minute apart: repeat with the same number later";
        return Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, "FREQUENCY_LIMITED", 268_447_840, message));
    }
    Ok(refund)
}

/// An abnormal refund goes to another account.
fn apply_abnormal(books: &mut Books, owner: String, call: &Call<'_>, now: i64) -> Result<Answer, Refusal> {
    let key = (owner, call.member("out_refund_no").unwrap_or_default().to_owned());
    let id = call.parameter("refund_id").unwrap_or_default();
    let refund = books.refunds.0.get_mut(&key).filter(|refund| refund.refund_id(&key) == id);
    let refund = refund.ok_or_else(|| unknown("refund"))?;
    if refund.state != State::Abnormal {
        let message = format!("only an abnormal refund goes another way, this one is {}", refund.state.word());
        return Err(Refusal::invalid(268_435_461, message));
    }
    refund.state = State::Processing;
    let is_merchants = call.member("type") == Some("MERCHANT_BANK_CARD");
    refund.account = Some(if is_merchants { "商户结算卡" } else { "用户银行卡" });
    note(books, &key, now);
    books.plan(now.saturating_add(ARRIVES_AFTER), Job::RefundArrives(key.clone()));
    answer(books, &key)
}

/// The money is back; nothing happens to a refund that is not on its way any more.
pub(super) fn arrives(books: &mut Books, key: &Key, now: i64) {
    // It may have been decided otherwise since this was planned.
    let _ = becomes(books, key, State::Success, now);
}

/// A refund on its way ends like this. The error is a sentence for the test's author.
pub(super) fn becomes(books: &mut Books, key: &Key, state: State, now: i64) -> Result<(), String> {
    let number = &key.1;
    let refund = books.refunds.0.get_mut(key).ok_or_else(|| format!("there is no refund {number}"))?;
    if refund.state != State::Processing {
        return Err(format!("the refund {number} is {}", refund.state.word()));
    }
    refund.state = state;
    refund.arrived_at = (state == State::Success).then_some(now);
    let (order, amount) = (refund.order.clone(), refund.amount);
    if state == State::Closed
        && let Some(trade) = books.trades.get_mut(&order)
    {
        trade.refunded = trade.refunded.saturating_sub(amount);
    }
    note(books, key, now);
    let (Some(refund), Some(trade)) = (books.refunds.0.get(key), books.trades.get(&order)) else { return Ok(()) };
    let plaintext = view::notification(key, refund, trade);
    let url = refund.body.get("notify_url").and_then(Value::as_str).map(str::to_owned);
    books.tell(url.as_deref(), &format!("REFUND.{}", state.word()), "refund", plaintext);
    Ok(())
}

fn note(books: &mut Books, key: &Key, now: i64) {
    if let Some(refund) = books.refunds.0.get(key) {
        books.register.note("refund", &key.1, refund.state.word(), Some(refund.amount), now);
    }
}

impl fmt::Debug for Refund {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refund").field("state", &self.state).field("amount", &self.amount).finish_non_exhaustive()
    }
}
