//! Transfers to users, who confirm them, of merchants and of partners' sub-merchants, and permissions to transfer without.

mod authorization;
mod view;

use std::collections::BTreeMap;
use std::fmt;

use http::StatusCode;
use serde_json::{Value, json};

use self::authorization::Authorization;
pub(super) use self::authorization::{authorization_expires, grant};
use super::answer::{Answer, Location, Refusal};
use super::books::{Books, Job, moment, same};
use super::numbers::digits;
use super::validate::Call;

/// A user confirms within a day.
const CONFIRMABLE: i64 = 86_400;
/// What is being cancelled is cancelled after half a minute.
const CANCELLED_AFTER: i64 = 30;
/// From 2,000 yuan on the name is given; below 0.3 yuan it is not.
const NAME_FROM: i64 = 200_000;
const NAME_NOT_BELOW: i64 = 30;

/// All transfers and permissions of one gateway, by the merchant's numbers.
#[derive(Debug, Default)]
pub(super) struct Transfers {
    bills: BTreeMap<String, Transfer>,
    authorizations: BTreeMap<String, Authorization>,
}

/// A transfer.
struct Transfer {
    operation: String,
    body: Value,
    state: State,
    created_at: i64,
    updated_at: i64,
    fail_reason: Option<&'static str>,
    openid: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    WaitUserConfirm,
    Success,
    Fail,
    Canceling,
    Cancelled,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::WaitUserConfirm => "WAIT_USER_CONFIRM",
            Self::Success => "SUCCESS",
            Self::Fail => "FAIL",
            Self::Canceling => "CANCELING",
            Self::Cancelled => "CANCELLED",
        }
    }
}

impl Transfer {
    fn amount(&self) -> i64 {
        self.body.get("transfer_amount").and_then(Value::as_i64).unwrap_or_default()
    }

    fn is_to_qq(&self) -> bool {
        self.operation == "create_qq_wallet_transfer_bill"
    }

    /// The sub-merchant that pays; none where the merchant itself does.
    fn sub_mchid(&self) -> Option<&str> {
        self.body.get("sub_mchid").and_then(Value::as_str)
    }

    /// A transfer is seen only by who made it, and those to QQ wallets have operations of their own.
    fn is_seen_by(&self, call: &Call<'_>) -> bool {
        let is_whose = match call.parameter("sub_mchid").or_else(|| call.member("sub_mchid")) {
            // A partner may leave out whose transfer it asks for.
            None if call.operation == "get_transfer_bill" => self.sub_mchid().is_some(),
            given => self.sub_mchid() == given,
        };
        is_whose && self.is_to_qq() == call.operation.contains("qq_wallet")
    }
}

/// WeChat Pay's number of a transfer.
fn transfer_bill_no(number: &str) -> String {
    format!("13300000711009{}", digits(number))
}

/// Carries out a call; nothing if the operation has no states.
pub(super) fn call(books: &mut Books, call: &Call<'_>, now: i64) -> Option<Result<Answer, Refusal>> {
    let number = call.parameter("out_bill_no").unwrap_or_default();
    Some(match call.operation {
        "create_transfer_bill"
        | "create_transfer_bill_with_authorization"
        | "create_authorized_transfer_bill"
        | "create_qq_wallet_transfer_bill" => create(books, call, now),
        "get_transfer_bill_by_out_bill_no" | "get_transfer_bill" | "get_qq_wallet_transfer_bill" => {
            answer(books, number, call)
        }
        "get_transfer_bill_by_transfer_bill_no" => {
            let given = call.parameter("transfer_bill_no").unwrap_or_default();
            let number = books.transfers.bills.keys().find(|number| transfer_bill_no(number) == given).cloned();
            answer(books, number.as_deref().unwrap_or_default(), call)
        }
        "cancel_transfer_bill" | "cancel_qq_wallet_transfer_bill" => cancel(books, number, call, now),
        _ => return authorization::call(books, call, now),
    })
}

fn unknown() -> Refusal {
    Refusal::new(
        StatusCode::NOT_FOUND,
        "NOT_FOUND",
        268_512_771,
        "there is no such transfer of this merchant (记录不存在)",
    )
}

fn answer(books: &Books, number: &str, call: &Call<'_>) -> Result<Answer, Refusal> {
    let transfer = books.transfers.bills.get(number).filter(|bill| bill.is_seen_by(call)).ok_or_else(unknown)?;
    Ok(Answer::json(StatusCode::OK, &view::bill(number, transfer)))
}

fn create(books: &mut Books, call: &Call<'_>, now: i64) -> Result<Answer, Refusal> {
    let number = call.member("out_bill_no").unwrap_or_default().to_owned();
    match books.transfers.bills.get(&number) {
        Some(earlier) if earlier.operation == call.operation && same(&earlier.body, &call.body) => {}
        Some(_) => {
            let message = format!("out_bill_no {number} was used before with other parameters");
            return Err(Refusal::invalid(268_498_688, message));
        }
        None => {
            check_name(call)?;
            let openid = match call.operation {
                "create_authorized_transfer_bill" => Some(authorization::in_effect(books, call)?),
                _ => call.body.get("openid").cloned(),
            };
            if call.operation == "create_transfer_bill_with_authorization" {
                authorization::ask_with(books, call, now)?;
            }
            let transfer = Transfer {
                operation: call.operation.to_owned(),
                body: call.body.clone(),
                state: State::WaitUserConfirm,
                created_at: now,
                updated_at: now,
                fail_reason: None,
                openid,
            };
            books.transfers.bills.insert(number.clone(), transfer);
            note(books, &number, now);
            if call.operation == "create_authorized_transfer_bill" {
                // Nobody has to confirm, so nothing is in the way.
                let _ = becomes(books, &number, State::Success, None, now);
            } else {
                books.plan(now.saturating_add(CONFIRMABLE), Job::TransferExpires(number.clone()));
            }
        }
    }
    let transfer = books.transfers.bills.get(&number).ok_or_else(unknown)?;
    let view = match call.operation {
        "create_authorized_transfer_bill" | "create_qq_wallet_transfer_bill" => view::bill(&number, transfer),
        _ => view::created(&number, transfer),
    };
    Ok(Answer::json(StatusCode::OK, &view))
}

fn check_name(call: &Call<'_>) -> Result<(), Refusal> {
    let amount = call.body.get("transfer_amount").and_then(Value::as_i64).unwrap_or_default();
    let issue = match call.body.get("user_name") {
        None if amount >= NAME_FROM => "is required from 2,000 yuan on",
        Some(_) if amount < NAME_NOT_BELOW => "must not be given below 0.3 yuan",
        _ => return Ok(()),
    };
    Err(Refusal::parameter(Location::Body, "/user_name", None, issue))
}

fn cancel(books: &mut Books, number: &str, call: &Call<'_>, now: i64) -> Result<Answer, Refusal> {
    let bill = books.transfers.bills.get_mut(number).filter(|bill| bill.is_seen_by(call)).ok_or_else(unknown)?;
    match bill.state {
        State::WaitUserConfirm => {
            bill.state = State::Canceling;
            bill.updated_at = now;
            note(books, number, now);
            books.plan(now.saturating_add(CANCELLED_AFTER), Job::TransferIsCancelled(number.to_owned()));
        }
        State::Canceling | State::Cancelled => {}
        State::Success | State::Fail => {
            let message = format!("a transfer that is {} cannot be cancelled", bill.state.word());
            return Err(Refusal::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", 268_435_461, message));
        }
    }
    let bill = books.transfers.bills.get(number).ok_or_else(unknown)?;
    if bill.is_to_qq() || bill.sub_mchid().is_some() {
        return answer(books, number, call);
    }
    let view = json!({
        "out_bill_no": number,
        "transfer_bill_no": transfer_bill_no(number),
        "state": bill.state.word(),
        "update_time": moment(bill.updated_at),
    });
    Ok(Answer::json(StatusCode::OK, &view))
}

/// The user takes the money, and grants the permission that was asked for with it.
pub(super) fn confirms(books: &mut Books, number: &str, now: i64) -> Result<(), String> {
    becomes(books, number, State::Success, None, now)?;
    let bill = books.transfers.bills.get(number);
    let asked = bill.and_then(|bill| bill.body.pointer("/authorization_info/out_authorization_no"));
    match asked.and_then(Value::as_str).map(str::to_owned) {
        Some(authorization) => grant(books, &authorization, now),
        None => Ok(()),
    }
}

/// The user did not confirm in time, unless they did.
pub(super) fn expires(books: &mut Books, number: &str, now: i64) {
    let _ = becomes(books, number, State::Fail, Some("OVERDUE_CLOSE"), now);
}

/// The user's account does not take the money.
pub(super) fn fails(books: &mut Books, number: &str, now: i64) -> Result<(), String> {
    becomes(books, number, State::Fail, Some("PAYEE_ACCOUNT_ABNORMAL"), now)
}

pub(super) fn is_cancelled(books: &mut Books, number: &str, now: i64) {
    let _ = becomes(books, number, State::Cancelled, Some("MERCHANT_REVOCATION"), now);
}

fn becomes(
    books: &mut Books,
    number: &str,
    state: State,
    fail_reason: Option<&'static str>,
    now: i64,
) -> Result<(), String> {
    let bill = books.transfers.bills.get_mut(number).ok_or_else(|| format!("there is no transfer {number}"))?;
    let from = if state == State::Cancelled { State::Canceling } else { State::WaitUserConfirm };
    if bill.state != from {
        return Err(format!("the transfer {number} is {}", bill.state.word()));
    }
    (bill.state, bill.fail_reason, bill.updated_at) = (state, fail_reason, now);
    let url = bill.body.get("notify_url").and_then(Value::as_str).map(str::to_owned);
    let plaintext = view::notification(number, bill);
    let event = if bill.is_to_qq() { "MCHTRANSFER.QQWALLETBILL.FINISHED" } else { "MCHTRANSFER.BILL.FINISHED" };
    note(books, number, now);
    books.tell(url.as_deref(), event, "mch_payment", plaintext);
    Ok(())
}

fn note(books: &mut Books, number: &str, now: i64) {
    if let Some(bill) = books.transfers.bills.get(number) {
        books.register.note("transfer", number, bill.state.word(), Some(bill.amount()), now);
    }
}

impl fmt::Debug for Transfer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transfer").field("state", &self.state).field("amount", &self.amount()).finish_non_exhaustive()
    }
}
