//! What the gateway remembers: one member for each product with states, and what they share.

use std::collections::BTreeMap;

use serde_json::Value;

use super::answer::{Answer, Refusal};
use super::bills::Bills;
use super::identity::Identity;
use super::post::Draft;
use super::register::Register;
use super::spec::Operation;
use super::validate::Call;
use super::{combine, complaint, payscore, refund, sharing, trade, transfer};
use crate::Rfc3339Time;

/// The state of one gateway.
#[derive(Debug, Default)]
pub(super) struct Books {
    pub(super) bills: Bills,
    pub(super) trades: trade::Trades,
    pub(super) combined: combine::Combined,
    pub(super) refunds: refund::Refunds,
    pub(super) service_orders: payscore::Orders,
    pub(super) transfers: transfer::Transfers,
    pub(super) sharing: sharing::Sharing,
    pub(super) complaints: complaint::Complaints,
    pub(super) register: Register,
    /// Notifications on their way to the post.
    pub(super) outbox: Vec<Draft>,
    agenda: BTreeMap<(i64, u64), Job>,
    planned: u64,
}

/// What happens by itself after a while.
#[derive(Clone, Debug)]
pub(super) enum Job {
    RefundArrives(refund::Key),
    SplitFinishes(sharing::Key),
    ReturnFinishes(sharing::Key),
    /// Money that was not shared goes to the merchant.
    SharingEnds(trade::Key),
    TransferExpires(String),
    TransferIsCancelled(String),
    AuthorizationExpires(String),
    ServiceOrderExpires(String),
}

impl Books {
    /// Carries out a call that fits its spec; what no book knows is answered by the spec's example.
    pub(super) fn execute(
        &mut self,
        identity: &Identity,
        operation: &Operation,
        call: &Call<'_>,
        now: i64,
    ) -> Result<Answer, Refusal> {
        self.catch_up(now);
        let done = match operation.family.as_str() {
            "payments" | "partner_payments" => trade::call(self, call, now),
            "combine_payments" => combine::call(self, call, now),
            "refund" => refund::call(self, call, now),
            "payscore" | "partner_payscore" => payscore::call(self, call, now),
            "merchant_transfer" | "partner_merchant_transfer" => transfer::call(self, call, now),
            "profit_sharing" => sharing::call(self, call, now),
            "bill" => self.bills.call(identity, call),
            "complaints" => complaint::call(self, call, now),
            _ => None,
        };
        done.unwrap_or_else(|| {
            Ok(match &operation.answer {
                Some(example) => Answer::json(operation.status, example),
                None => Answer::empty(operation.status),
            })
        })
    }

    /// Puts something on the agenda, in seconds since 1970.
    pub(super) fn plan(&mut self, at: i64, job: Job) {
        self.planned = self.planned.wrapping_add(1);
        self.agenda.insert((at, self.planned), job);
    }

    /// When something happens by itself.
    pub(super) fn next_job(&self) -> Option<i64> {
        self.agenda.keys().next().map(|(at, _)| *at)
    }

    /// Lets happen what was due until now, each at its own time.
    pub(super) fn catch_up(&mut self, now: i64) {
        while let Some(entry) = self.agenda.first_entry() {
            let (at, _) = *entry.key();
            if at > now {
                break;
            }
            match entry.remove() {
                Job::RefundArrives(key) => refund::arrives(self, &key, at),
                Job::SplitFinishes(key) => sharing::split_finishes(self, &key, at),
                Job::ReturnFinishes(key) => sharing::return_finishes(self, &key, at),
                Job::SharingEnds(key) => sharing::ends(self, &key, at),
                Job::TransferExpires(number) => transfer::expires(self, &number, at),
                Job::TransferIsCancelled(number) => transfer::is_cancelled(self, &number, at),
                Job::AuthorizationExpires(number) => transfer::authorization_expires(self, &number, at),
                Job::ServiceOrderExpires(number) => payscore::expires(self, &number, at),
            }
        }
    }

    /// Sends a notification, where there is an address to send it to.
    pub(super) fn tell(&mut self, url: Option<&str>, event_type: &str, original_type: &str, plaintext: Value) {
        if let Some(url) = url {
            self.outbox.push(Draft {
                url: url.to_owned(),
                event_type: event_type.to_owned(),
                original_type: original_type.to_owned(),
                plaintext,
            });
        }
    }
}

/// A moment as answers show it.
pub(super) fn moment(unix_seconds: i64) -> String {
    Rfc3339Time::at(unix_seconds).to_string()
}

/// Whether two requests ask for the same. What is encrypted differs each time and is not compared.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one == other || (is_ciphertext(one) && is_ciphertext(other)),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| same(value, other)))
        }
        _ => one == other,
    }
}

/// 256 bytes in Base64, as RSA of 2048 bits makes them.
fn is_ciphertext(text: &str) -> bool {
    text.len() == 344 && text.ends_with("==")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn two_ciphertexts_are_the_same_and_everything_else_is_compared() {
        let sealed = |letter: &str| json!({ "name": format!("{}==", letter.repeat(342)), "list": [1, "a"] });
        assert!(same(&sealed("A"), &sealed("B")));
        assert!(!same(&sealed("A"), &json!({ "name": "A", "list": [1, "a"] })));
        for other in [json!({ "a": 1 }), json!({ "a": 1, "b": 3 }), json!({ "a": 1, "c": 2 }), json!([1, 2])] {
            assert!(!same(&json!({ "a": 1, "b": 2 }), &other), "{other}");
        }
    }
}
