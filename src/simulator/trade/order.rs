//! One order: what it was placed with, and how far it has come.

use std::fmt;

use http::StatusCode;
use serde_json::Value;

use crate::Rfc3339Time;
use crate::simulator::answer::Refusal;
use crate::simulator::books::same;
use crate::simulator::numbers::digits;
use crate::simulator::validate::Call;

/// An order can be paid for seven days where it says nothing else, and for a minute at least.
const LONGEST: i64 = 7 * 86_400;
const SHORTEST: i64 = 60;

/// State of an order, apart from its refunds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::simulator) enum State {
    NotPay,
    /// The user stands in the cashier, or is asked for the password.
    UserPaying,
    Success,
    Closed,
    /// A charge by payment code that was undone.
    Revoked,
    /// A charge by payment code that the user did not complete.
    PayError,
}

/// What an order is about.
#[derive(Clone)]
pub(in crate::simulator) struct Terms {
    /// Operation and body that placed it: what a repeat must be equal to.
    operation: String,
    body: Value,
    /// In fen.
    pub(in crate::simulator) total: i64,
    /// Whether the money waits to be shared.
    pub(in crate::simulator) is_shared: bool,
    pub(in crate::simulator) notify_url: Option<String>,
    /// The number of the combined order that this is a part of.
    pub(in crate::simulator) combined: Option<String>,
    expires: Option<i64>,
}

/// An order.
pub(in crate::simulator) struct Trade {
    pub(in crate::simulator) terms: Terms,
    pub(in crate::simulator) created_at: i64,
    expires_at: i64,
    pub(in crate::simulator) state: State,
    pub(in crate::simulator) paid_at: Option<i64>,
    /// In fen, with what is still on its way.
    pub(in crate::simulator) refunded: i64,
    pub(in crate::simulator) refunds: u32,
    pub(in crate::simulator) last_refund: Option<i64>,
}

impl Terms {
    /// The terms of an order that is paid by itself.
    pub(in crate::simulator) fn read(operation: &str, body: &Value) -> Self {
        let integer = |pointer: &str| body.pointer(pointer).and_then(Value::as_i64);
        Self {
            operation: operation.to_owned(),
            body: body.clone(),
            total: integer("/amount/total").or_else(|| integer("/amount/total_amount")).unwrap_or_default(),
            is_shared: is_true(body, "/settle_info/profit_sharing") || is_true(body, "/profit_sharing"),
            notify_url: body.get("notify_url").and_then(Value::as_str).map(str::to_owned),
            combined: None,
            expires: expiry(body),
        }
    }

    /// The terms of a part of a combined order.
    pub(in crate::simulator) fn part(operation: &str, whole: &Value, number: &str, part: &Value) -> Self {
        Self {
            combined: Some(number.to_owned()),
            notify_url: None,
            expires: expiry(whole),
            ..Self::read(operation, part)
        }
    }

    /// A member of the request that placed the order.
    pub(super) fn member(&self, name: &str) -> Option<&Value> {
        self.body.get(name)
    }

    pub(super) fn at(&self, pointer: &str) -> Option<&Value> {
        self.body.pointer(pointer)
    }
}

fn is_true(body: &Value, pointer: &str) -> bool {
    body.pointer(pointer).and_then(Value::as_bool) == Some(true)
}

fn expiry(body: &Value) -> Option<i64> {
    let text = body.get("time_expire").and_then(Value::as_str)?;
    Rfc3339Time::from(text).unix_timestamp().ok()
}

impl Trade {
    pub(in crate::simulator) fn new(terms: Terms, now: i64) -> Self {
        let (earliest, latest) = (now.saturating_add(SHORTEST), now.saturating_add(LONGEST));
        Self {
            expires_at: terms.expires.map_or(latest, |time| time.max(earliest)),
            terms,
            created_at: now,
            state: State::NotPay,
            paid_at: None,
            refunded: 0,
            refunds: 0,
            last_refund: None,
        }
    }

    pub(super) fn is_repeated_by(&self, call: &Call<'_>) -> bool {
        self.terms.operation == call.operation && same(&self.terms.body, &call.body)
    }

    /// WeChat Pay's number of the payment.
    pub(in crate::simulator) fn transaction_id(&self) -> String {
        let text = |name: &str| self.terms.member(name).and_then(Value::as_str).unwrap_or_default();
        transaction_id(text("sub_mchid"), text("out_trade_no"))
    }

    /// `JSAPI`, `NATIVE` …, by the operation that placed the order.
    pub(in crate::simulator) fn trade_type(&self) -> &'static str {
        trade_type(&self.terms.operation)
    }

    /// `trade_state`.
    pub(in crate::simulator) fn word(&self) -> &'static str {
        match self.state {
            State::Success if self.refunds > 0 => "REFUND",
            State::Success => "SUCCESS",
            State::NotPay => "NOTPAY",
            State::UserPaying => "USERPAYING",
            State::Closed => "CLOSED",
            State::Revoked => "REVOKED",
            State::PayError => "PAYERROR",
        }
    }

    /// Lets an order that can still be paid enter again.
    pub(in crate::simulator) fn check_payable(&self) -> Result<(), Refusal> {
        match self.state {
            State::NotPay | State::UserPaying => Ok(()),
            State::Success => Err(Refusal::invalid(268_449_538, "this order is paid (该订单已支付)")),
            State::Closed | State::Revoked | State::PayError => Err(closed()),
        }
    }

    /// The user's payment; the error is the end of a sentence.
    pub(super) fn pay(&mut self, now: i64) -> Result<(), String> {
        self.check_open(now)?;
        self.state = State::Success;
        self.paid_at = Some(now);
        Ok(())
    }

    pub(super) fn cashier(&mut self, is_open: bool, now: i64) -> Result<(), String> {
        self.check_open(now)?;
        self.state = match (is_open, self.trade_type()) {
            (true, _) => State::UserPaying,
            (false, "MICROPAY") => State::PayError,
            (false, _) => State::NotPay,
        };
        Ok(())
    }

    fn check_open(&self, now: i64) -> Result<(), String> {
        match self.state {
            State::NotPay | State::UserPaying if now < self.expires_at => Ok(()),
            State::NotPay | State::UserPaying => Err("can no longer be paid: its time is over".to_owned()),
            _ => Err(format!("is {}", self.word())),
        }
    }

    pub(in crate::simulator) fn close(&mut self) -> Result<(), Refusal> {
        match self.state {
            State::NotPay | State::Closed => {
                self.state = State::Closed;
                Ok(())
            }
            State::UserPaying => {
                let message = "the user is paying right now: query the order (用户支付中)";
                Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, "FREQUENCY_LIMITED", 268_447_840, message))
            }
            State::Success => {
                let message = "a paid order is not closed but refunded (该订单已支付)";
                Err(Refusal::new(StatusCode::BAD_REQUEST, "ORDER_PAID", 268_449_538, message))
            }
            State::Revoked | State::PayError => Err(closed()),
        }
    }
}

fn closed() -> Refusal {
    let message = "this order is closed: order again under another number (该订单已关闭)";
    Refusal::new(StatusCode::BAD_REQUEST, "ORDER_CLOSED", 268_435_461, message)
}

/// WeChat Pay's number of the payment of an order.
pub(in crate::simulator) fn transaction_id(sub_mchid: &str, number: &str) -> String {
    format!("42000000{}", digits(&format!("{sub_mchid}/{number}")))
}

/// `trade_type`, by the operation that places the order.
pub(in crate::simulator) fn trade_type(operation: &str) -> &'static str {
    match operation.strip_prefix("create_").and_then(|rest| rest.split('_').next()) {
        Some("app") => "APP",
        Some("native") => "NATIVE",
        Some("h5") => "MWEB",
        Some("codepay") => "MICROPAY",
        Some("scannedpos") => "FACEPAY",
        _ => "JSAPI",
    }
}

impl fmt::Debug for Trade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trade").field("state", &self.word()).field("total", &self.terms.total).finish_non_exhaustive()
    }
}

impl fmt::Debug for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terms").field("operation", &self.operation).finish_non_exhaustive()
    }
}
