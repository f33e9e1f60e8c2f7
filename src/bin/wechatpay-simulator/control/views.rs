//! What the gateway knows, as JSON.

use std::cmp::Reverse;
use std::collections::HashMap;

use serde_json::{Value, json};
use wechatpay_sdk::simulator::{Gateway, Received, Sent, Standing, StateChange};

/// How many of each kind the console shows.
const SHOWN: usize = 100;

/// All that the console shows, newest first.
pub(super) fn state(gateway: &Gateway) -> Value {
    // First, so that what happens meanwhile is told next time.
    let revision = gateway.revision();
    let changes = gateway.changes();
    let last_change: HashMap<_, _> =
        changes.iter().enumerate().map(|(index, change)| ((change.product, change.number.as_str()), index)).collect();
    let mut standings = gateway.standings();
    standings.sort_by_key(|known| Reverse(last_change.get(&(known.product, known.number.as_str())).copied()));
    json!({
        "revision": revision,
        "now": gateway.clock().unix(),
        "platform_certificates": format!("{:?}", gateway.platform_certificates()),
        "standings": standings.iter().take(SHOWN).map(standing).collect::<Value>(),
        "changes": changes.iter().rev().take(SHOWN).map(change).collect::<Value>(),
        "requests": gateway.requests().iter().rev().take(SHOWN).map(request).collect::<Value>(),
        "notifications": gateway.notifications().iter().rev().take(SHOWN).map(notification).collect::<Value>(),
    })
}

pub(super) fn standing(standing: &Standing) -> Value {
    let Standing { product, number, state, amount, .. } = standing;
    json!({ "product": product, "number": number, "state": state, "amount": amount })
}

fn change(change: &StateChange) -> Value {
    let StateChange { at, product, number, from, to, .. } = change;
    json!({ "at": at, "product": product, "number": number, "from": from, "to": to })
}

/// Without the body and the signature.
fn request(received: &Received) -> Value {
    json!({
        "number": received.number(),
        "at": received.at(),
        "method": received.method().as_str(),
        "target": received.target(),
        "operation": received.operation(),
        "status": received.status().map(|status| status.as_u16()),
        "authorization": received.authorization_shape(),
        "is_signature_right": received.is_signature_right(),
        "refusal": received.refusal().map(|(code, message)| json!({ "code": code, "message": message })),
    })
}

/// The body is text, since it need not be JSON.
pub(super) fn request_with_body(received: &Received) -> Value {
    with(request(received), "body", String::from_utf8_lossy(received.body()).into())
}

/// Without what it says.
fn notification(sent: &Sent) -> Value {
    let attempts = sent.attempts().iter().map(|attempt| {
        let status = attempt.status().map(|status| status.as_u16());
        json!({ "at": attempt.at(), "status": status, "is_probe": attempt.is_probe() })
    });
    json!({
        "id": sent.id(),
        "event_type": sent.event_type(),
        "notify_url": sent.notify_url(),
        "is_deliverable": sent.is_deliverable(),
        "is_taken": sent.is_taken(),
        "attempts": attempts.collect::<Value>(),
    })
}

pub(super) fn notification_with_plaintext(sent: &Sent) -> Value {
    with(notification(sent), "plaintext", sent.plaintext().clone())
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
    object
}
