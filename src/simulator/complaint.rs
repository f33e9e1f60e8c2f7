//! Complaints of users about orders, and what the merchant does about them.

mod view;

use std::collections::BTreeMap;
use std::fmt;

use http::StatusCode;
use serde_json::{Value, json};

use super::answer::{Answer, Refusal};
use super::books::Books;
use super::numbers::digits;
use super::validate::Call;

/// Entries on a page where the request does not say how many.
const LIST_LIMIT: i64 = 10;
const HISTORY_LIMIT: i64 = 100;

/// All complaints of one gateway, and the address that is told of them.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    all: BTreeMap<String, Complaint>,
    notify_url: Option<String>,
}

/// A complaint.
struct Complaint {
    detail: String,
    /// WeChat Pay's number, the merchant's number and the amount of the order.
    order: (String, String, i64),
    merchant: String,
    /// Whether the user wants the money back.
    wants_refund: bool,
    state: State,
    made_at: i64,
    has_news: bool,
    times: i64,
    history: Vec<Step>,
}

/// A step of a complaint.
struct Step {
    at: i64,
    operator: &'static str,
    operation: &'static str,
    details: String,
    images: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Pending,
    Processing,
    Processed,
}

impl State {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Processing => "PROCESSING",
            Self::Processed => "PROCESSED",
        }
    }
}

/// Carries out a call; nothing if the operation has no states.
pub(super) fn call(books: &mut Books, call: &Call<'_>, now: i64) -> Option<Result<Answer, Refusal>> {
    let id = call.parameter("complaint_id").unwrap_or_default().to_owned();
    Some(match call.operation {
        "get_complaint_notification" => address(books),
        "create_complaint_notification" => set_address(books, call, false),
        "update_complaint_notification" => set_address(books, call, true),
        "delete_complaint_notification" => match books.complaints.notify_url.take() {
            Some(_) => Ok(Answer::empty(StatusCode::NO_CONTENT)),
            None => Err(unknown()),
        },
        "list_complaints" => list(books, call),
        "get_complaint" => {
            let known = books.complaints.all.get(&id).ok_or_else(unknown);
            known.map(|known| Answer::json(StatusCode::OK, &view::complaint(&id, known)))
        }
        "list_negotiation_histories" => history(books, &id, call),
        "respond_complaint" | "respond_complaint_immediate_service" => respond(books, &id, call, now),
        "complete_complaint" => complete(books, &id, now),
        "update_complaint_refund_progress" => decide(books, &id, call, now),
        _ => return None,
    })
}

fn unknown() -> Refusal {
    let message = "there is no such complaint or address of this merchant";
    Refusal::new(StatusCode::NOT_FOUND, "RESOURCE_NOT_EXISTS", 268_512_771, message)
}

fn address(books: &Books) -> Result<Answer, Refusal> {
    let url = books.complaints.notify_url.as_ref().ok_or_else(unknown)?;
    Ok(Answer::json(StatusCode::OK, &json!({ "mchid": super::identity::MCHID, "url": url })))
}

/// There is one address: it is created once, and replaced afterwards.
fn set_address(books: &mut Books, call: &Call<'_>, is_update: bool) -> Result<Answer, Refusal> {
    let url = call.member("url").unwrap_or_default().to_owned();
    match &books.complaints.notify_url {
        None if is_update => return Err(unknown()),
        Some(earlier) if !is_update && *earlier != url => {
            let message = "there is an address already: update it";
            return Err(Refusal::new(StatusCode::BAD_REQUEST, "RESOURCE_ALREADY_EXISTS", 268_435_461, message));
        }
        _ => books.complaints.notify_url = Some(url),
    }
    address(books)
}

/// A page of entries, and how many there are in all.
fn page(call: &Call<'_>, entries: Vec<Value>, usual: i64) -> Answer {
    let number = |name: &str| call.number(name);
    let (limit, offset) = (number("limit").unwrap_or(usual), number("offset").unwrap_or(0));
    let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
    let total = entries.len();
    let taken = usize::try_from(limit).unwrap_or_default();
    let data: Vec<Value> = entries.into_iter().skip(skipped).take(taken).collect();
    Answer::json(StatusCode::OK, &json!({ "data": data, "limit": limit, "offset": offset, "total_count": total }))
}

fn list(books: &Books, call: &Call<'_>) -> Result<Answer, Refusal> {
    let merchant = call.parameter("complainted_mchid");
    let day = |name: &str| call.parameter(name).unwrap_or_default().to_owned();
    let (first, last) = (day("begin_date"), day("end_date"));
    let is_listed = |known: &&Complaint| {
        let made = view::day(known.made_at);
        merchant.is_none_or(|merchant| merchant == known.merchant) && first <= made && made <= last
    };
    let listed = books.complaints.all.iter().filter(|(_, known)| is_listed(known));
    Ok(page(call, listed.map(|(id, known)| view::complaint(id, known)).collect(), LIST_LIMIT))
}

fn history(books: &Books, id: &str, call: &Call<'_>) -> Result<Answer, Refusal> {
    let known = books.complaints.all.get(id).ok_or_else(unknown)?;
    let steps = known.history.iter().enumerate();
    // The newest comes first.
    Ok(page(call, steps.rev().map(|(index, step)| view::step(id, index, step)).collect(), HISTORY_LIMIT))
}

/// The merchant answers; the first answer begins the work on the complaint.
fn respond(books: &mut Books, id: &str, call: &Call<'_>, now: i64) -> Result<Answer, Refusal> {
    let known = books.complaints.all.get_mut(id).ok_or_else(unknown)?;
    let details = call.member("response_content").unwrap_or("(消息)").to_owned();
    let images = call.body.get("response_images").cloned().unwrap_or_else(|| json!([]));
    if known.state == State::Pending {
        known.state = State::Processing;
    }
    known.has_news = false;
    let log_id = view::log_id(id, known.history.len());
    known.history.push(Step { at: now, operator: "商户", operation: "MERCHANT_RESPONSE", details, images });
    told(books, id, "COMPLAINT.STATE_CHANGE", "MERCHANT_RESPONSE", now);
    Ok(match call.operation {
        "respond_complaint" => Answer::empty(StatusCode::NO_CONTENT),
        _ => Answer::json(StatusCode::OK, &json!({ "log_id": log_id })),
    })
}

fn complete(books: &mut Books, id: &str, now: i64) -> Result<Answer, Refusal> {
    let known = books.complaints.all.get_mut(id).ok_or_else(unknown)?;
    if known.state == State::Processed {
        return Err(Refusal::invalid(268_435_461, "the complaint is settled already"));
    }
    known.state = State::Processed;
    let operation = "MERCHANT_CONFIRM_COMPLETE";
    known.history.push(Step { at: now, operator: "商户", operation, details: String::new(), images: json!([]) });
    told(books, id, "COMPLAINT.STATE_CHANGE", operation, now);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The merchant agrees to refund, or not. No money moves by that.
fn decide(books: &mut Books, id: &str, call: &Call<'_>, now: i64) -> Result<Answer, Refusal> {
    let known = books.complaints.all.get_mut(id).ok_or_else(unknown)?;
    if !known.wants_refund || known.state == State::Processed {
        return Err(Refusal::invalid(268_435_461, "the user does not ask for a refund, or the complaint is settled"));
    }
    let is_approved = call.member("action") == Some("APPROVE");
    let (operation, action, state) = match is_approved {
        true => ("MERCHANT_APPROVE_REFUND", "MERCHANT_APPROVE_REFUND", State::Processing),
        false => ("MERCHANT_REFUSE_RERUND", "MERCHANT_REJECT_REFUND", State::Processed),
    };
    let details = call.member("reject_reason").or_else(|| call.member("remark")).unwrap_or_default().to_owned();
    known.state = state;
    known.history.push(Step { at: now, operator: "商户", operation, details, images: json!([]) });
    told(books, id, "COMPLAINT.STATE_CHANGE", action, now);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// A user complains about a paid order. The error is a sentence for the test's author.
pub(super) fn made(
    books: &mut Books,
    out_trade_no: &str,
    detail: &str,
    wants_refund: bool,
    now: i64,
) -> Result<String, String> {
    let key = books.trades.numbered(out_trade_no).ok_or_else(|| format!("there is no order {out_trade_no}"))?.clone();
    let trade = books.trades.get(&key).filter(|trade| trade.paid_at.is_some());
    let trade = trade.ok_or_else(|| format!("the order {out_trade_no} is not paid"))?;
    let order = (trade.transaction_id(), out_trade_no.to_owned(), trade.terms.total);
    let id = format!("2002018{}", digits(&format!("{out_trade_no}/{}", books.complaints.all.len())));
    let first = Step {
        at: now,
        operator: "用户",
        operation: "USER_CREATE_COMPLAINT",
        details: detail.to_owned(),
        images: json!([]),
    };
    let complaint = Complaint {
        detail: detail.to_owned(),
        order,
        merchant: key.0,
        wants_refund,
        state: State::Pending,
        made_at: now,
        has_news: true,
        times: 1,
        history: vec![first],
    };
    books.complaints.all.insert(id.clone(), complaint);
    told(books, &id, "COMPLAINT.CREATE", "CREATE_COMPLAINT", now);
    Ok(id)
}

/// The user writes again; a complaint that was settled is open again.
pub(super) fn goes_on(books: &mut Books, id: &str, details: &str, now: i64) -> Result<(), String> {
    let known = books.complaints.all.get_mut(id).ok_or_else(|| format!("there is no complaint {id}"))?;
    let is_again = known.state == State::Processed;
    let (operation, action) = match is_again {
        true => ("USER_CONTINUE_COMPLAINT", "CONTINUE_COMPLAINT"),
        false => ("USER_RESPONSE", "USER_RESPONSE"),
    };
    if is_again {
        known.state = State::Processing;
        known.times = known.times.saturating_add(1);
    }
    known.has_news = true;
    let details = details.to_owned();
    known.history.push(Step { at: now, operator: "用户", operation, details, images: json!([]) });
    told(books, id, "COMPLAINT.STATE_CHANGE", action, now);
    Ok(())
}

fn told(books: &mut Books, id: &str, event_type: &str, action: &str, now: i64) {
    if let Some(known) = books.complaints.all.get(id) {
        books.register.note("complaint", id, known.state.word(), Some(known.order.2), now);
    }
    let url = books.complaints.notify_url.clone();
    let plaintext = json!({ "complaint_id": id, "action_type": action });
    books.tell(url.as_deref(), event_type, "complaint", plaintext);
}

impl fmt::Debug for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Complaint")
            .field("state", &self.state)
            .field("steps", &self.history.len())
            .finish_non_exhaustive()
    }
}
