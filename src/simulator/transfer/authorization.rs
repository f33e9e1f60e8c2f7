//! Permissions of users to transfer without asking them each time.

use std::fmt;

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::view::package;
use crate::simulator::answer::{Answer, Refusal};
use crate::simulator::books::{Books, Job, moment, same};
use crate::simulator::numbers::digits;
use crate::simulator::validate::Call;

/// A user grants within a day.
const GRANTABLE: i64 = 86_400;

/// A permission.
pub(super) struct Authorization {
    /// What asked for it.
    body: Value,
    state: AuthorizationState,
    created_at: i64,
    granted_at: Option<i64>,
    closed: Option<(i64, &'static str)>,
    notify_url: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AuthorizationState {
    WaitUserConfirm,
    TakingEffect,
    Closed,
}

impl AuthorizationState {
    fn word(self) -> &'static str {
        match self {
            Self::WaitUserConfirm => "WAIT_USER_CONFIRM",
            Self::TakingEffect => "TAKING_EFFECT",
            Self::Closed => "CLOSED",
        }
    }
}

fn authorization_id(number: &str) -> String {
    format!("2012025{}", digits(number))
}

/// Carries out a call; nothing if the operation has no states.
pub(super) fn call(books: &mut Books, call: &Call<'_>, now: i64) -> Option<Result<Answer, Refusal>> {
    let number = call.parameter("out_authorization_no").unwrap_or_default();
    Some(match call.operation {
        "create_user_confirm_authorization" => create(books, call, now),
        "get_user_confirm_authorization" => answer(books, number),
        "close_user_confirm_authorization" => {
            close(books, number, "CLOSE_VIA_MCH_API", now);
            answer(books, number)
        }
        _ => return None,
    })
}

fn unknown() -> Refusal {
    let message = "there is no such permission of this merchant (记录不存在)";
    Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", 268_512_771, message)
}

fn create(books: &mut Books, call: &Call<'_>, now: i64) -> Result<Answer, Refusal> {
    let number = call.member("out_authorization_no").unwrap_or_default();
    // Partners name the address as everywhere else.
    let url = call.member("authorization_notify_url").or_else(|| call.member("notify_url"));
    ask(books, number, &call.body, url, now)?;
    let asked = books.transfers.authorizations.get(number).ok_or_else(unknown)?;
    let view = json!({
        "out_authorization_no": number,
        "state": asked.state.word(),
        "create_time": moment(asked.created_at),
        "package_info": package(number),
    });
    Ok(Answer::json(StatusCode::OK, &view))
}

/// A transfer asks for a permission too.
pub(super) fn ask_with(books: &mut Books, call: &Call<'_>, now: i64) -> Result<(), Refusal> {
    let Some(info) = call.body.get("authorization_info") else { return Ok(()) };
    let text = |name: &str| info.get(name).and_then(Value::as_str);
    let mut body = info.clone();
    for name in ["appid", "openid", "transfer_scene_id", "user_recv_perception"] {
        if let (Some(members), Some(value)) = (body.as_object_mut(), call.body.get(name)) {
            members.insert(name.to_owned(), value.clone());
        }
    }
    ask(
        books,
        text("out_authorization_no").unwrap_or_default(),
        &body,
        text("authorization_notify_url").or_else(|| text("notify_url")),
        now,
    )
}

fn ask(books: &mut Books, number: &str, body: &Value, url: Option<&str>, now: i64) -> Result<(), Refusal> {
    match books.transfers.authorizations.get(number) {
        Some(earlier) if same(&earlier.body, body) && earlier.state != AuthorizationState::Closed => return Ok(()),
        Some(_) => {
            let message = format!("out_authorization_no {number} is used up, or was used with other parameters");
            return Err(Refusal::invalid(268_498_688, message));
        }
        None => {}
    }
    let authorization = Authorization {
        body: body.clone(),
        state: AuthorizationState::WaitUserConfirm,
        created_at: now,
        granted_at: None,
        closed: None,
        notify_url: url.map(str::to_owned),
    };
    books.transfers.authorizations.insert(number.to_owned(), authorization);
    note(books, number, now);
    books.plan(now.saturating_add(GRANTABLE), Job::AuthorizationExpires(number.to_owned()));
    Ok(())
}

/// The user whom a transfer without confirmation goes to.
pub(super) fn in_effect(books: &Books, call: &Call<'_>) -> Result<Value, Refusal> {
    let number = match (call.member("out_authorization_no"), call.member("authorization_id")) {
        (Some(number), _) => Some(number.to_owned()),
        (None, id) => {
            let all = &books.transfers.authorizations;
            all.keys().find(|number| Some(authorization_id(number).as_str()) == id).cloned()
        }
    };
    let known = number.and_then(|number| books.transfers.authorizations.get(&number)).ok_or_else(unknown)?;
    match known.state {
        AuthorizationState::TakingEffect => Ok(known.body.get("openid").cloned().unwrap_or_default()),
        other => {
            let message = format!("the permission is {}", other.word());
            Err(Refusal::new(StatusCode::FORBIDDEN, "NO_AUTH", 268_435_461, message))
        }
    }
}

/// The user grants the permission. The error is a sentence for the test's author.
pub(in crate::simulator) fn grant(books: &mut Books, number: &str, now: i64) -> Result<(), String> {
    let all = &mut books.transfers.authorizations;
    let asked = all.get_mut(number).ok_or_else(|| format!("there is no permission {number}"))?;
    if asked.state != AuthorizationState::WaitUserConfirm {
        return Err(format!("the permission {number} is {}", asked.state.word()));
    }
    asked.state = AuthorizationState::TakingEffect;
    asked.granted_at = Some(now);
    told(books, number, "MCHTRANSFER.AUTHORIZATION.CONFIRMED", now);
    Ok(())
}

/// Nobody granted it in time, unless somebody did.
pub(in crate::simulator) fn authorization_expires(books: &mut Books, number: &str, now: i64) {
    let asked = books.transfers.authorizations.get(number);
    if asked.is_some_and(|asked| asked.state == AuthorizationState::WaitUserConfirm) {
        close(books, number, "USER_OVERDUE_UNCONFIRMED", now);
    }
}

fn close(books: &mut Books, number: &str, reason: &'static str, now: i64) {
    let Some(known) = books.transfers.authorizations.get_mut(number) else { return };
    if known.state == AuthorizationState::Closed {
        return;
    }
    known.state = AuthorizationState::Closed;
    known.closed = Some((now, reason));
    told(books, number, "MCHTRANSFER.AUTHORIZATION.CLOSED", now);
}

fn told(books: &mut Books, number: &str, event_type: &str, now: i64) {
    note(books, number, now);
    let Some(known) = books.transfers.authorizations.get(number) else { return };
    let (url, plaintext) = (known.notify_url.clone(), view(number, known));
    books.tell(url.as_deref(), event_type, "mch_payment", plaintext);
}

fn answer(books: &Books, number: &str) -> Result<Answer, Refusal> {
    let known = books.transfers.authorizations.get(number).ok_or_else(unknown)?;
    Ok(Answer::json(StatusCode::OK, &view(number, known)))
}

fn view(number: &str, known: &Authorization) -> Value {
    let mut view = Map::new();
    let mut show = |name: &str, value: Value| drop(view.insert(name.to_owned(), value));
    show("out_authorization_no", number.into());
    for name in ["appid", "openid", "user_display_name", "transfer_scene_id", "user_recv_perception"] {
        known.body.get(name).into_iter().for_each(|value| show(name, value.clone()));
    }
    show("state", known.state.word().into());
    show("create_time", moment(known.created_at).into());
    if let Some(granted_at) = known.granted_at {
        show("authorization_id", authorization_id(number).into());
        show("authorize_time", moment(granted_at).into());
    }
    if let Some((closed_at, reason)) = known.closed {
        show("close_info", json!({ "close_time": moment(closed_at), "close_reason": reason }));
    }
    Value::Object(view)
}

fn note(books: &mut Books, number: &str, now: i64) {
    if let Some(known) = books.transfers.authorizations.get(number) {
        books.register.note("transfer authorization", number, known.state.word(), None, now);
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization").field("state", &self.state).finish_non_exhaustive()
    }
}
