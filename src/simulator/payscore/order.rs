//! One service order: what it was created with, and how far it has come.

use std::fmt;

use serde_json::{Map, Value};

use super::amounts::{self, Bill};
use super::period::{self, Start};
use super::refused;
use super::state::{Action, State};
use crate::PayscoreTime;
use crate::simulator::answer::Refusal;
use crate::simulator::numbers::digits;
use crate::simulator::trade::transaction_id;
use crate::simulator::validate::Call;

/// An order that nobody confirms expires after 30 days.
const CONFIRMABLE: i64 = 30 * 86_400;

/// A service order.
pub(in crate::simulator) struct Order {
    number: String,
    pub(super) state: State,
    /// Operation and body that created it: what a repeat must be equal to.
    created_by: String,
    pub(super) terms: Value,
    created_at: i64,
    start: Start,
    /// Members of the view that later calls replace, such as `time_range`.
    pub(super) changed: Map<String, Value>,
    pub(super) bill: Option<Bill>,
    pub(super) payment: Option<Payment>,
    /// The user stands in the cashier, or the amount is being collected.
    pub(super) is_collecting: bool,
    /// Bodies of the calls that were carried out, for their repeats.
    completion: Option<Value>,
    cancellation: Option<Value>,
}

/// How the user paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Payment {
    pub(super) paid_type: &'static str,
    /// As it is shown: `yyyyMMddHHmmss`, or `yyyyMMdd` if that was reported.
    pub(super) paid_time: String,
}

impl Order {
    /// The order that a creation describes.
    pub(super) fn create(call: &Call<'_>, now: i64) -> Result<Self, Refusal> {
        let body = &call.body;
        let start = period::read(body, None)?.unwrap_or(Start::OnAccept);
        amounts::unique_names(body)?;
        let mut order = Self::new(call, start, now);
        if body.get("need_user_confirm").and_then(Value::as_bool) == Some(false) {
            if call.member("openid").is_some() == call.member("sub_openid").is_some() {
                let issue = "must be given in an order without confirmation, or else sub_openid, and not both";
                return Err(refused(body, "/openid", issue));
            }
            order.confirm(now);
        }
        Ok(order)
    }

    /// The order that is created and completed in one call.
    pub(super) fn create_completed(call: &Call<'_>, now: i64) -> Result<Self, Refusal> {
        let start = period::read(&call.body, Some(now))?.unwrap_or(Start::At(now));
        let bill = amounts::read(&call.body)?;
        let mut order = Self::new(call, start, now);
        order.confirm(now);
        order.owe(bill);
        Ok(order)
    }

    pub(super) fn number(&self) -> &str {
        &self.number
    }

    /// Whether another creation of this number asks for the same.
    pub(super) fn is_repeated_by(&self, other: &Self) -> bool {
        self.created_by == other.created_by && self.terms == other.terms
    }

    /// Whether a partner made it for a sub-merchant.
    pub(super) fn is_partners(&self) -> bool {
        self.terms.get("sub_mchid").is_some()
    }

    /// An order is seen only through its own service, and its own sub-merchant or app.
    pub(super) fn belongs_to(&self, call: &Call<'_>) -> bool {
        let names: &[&str] =
            if self.is_partners() { &["service_id", "sub_mchid"] } else { &["service_id", "sub_mchid", "appid"] };
        names.iter().all(|name| {
            let given = call.parameter(name).or_else(|| call.member(name));
            given == self.terms.get(name).and_then(Value::as_str)
        })
    }

    /// WeChat Pay's number of the order.
    pub(super) fn order_id(&self) -> String {
        format!("00003000{}", self.digits())
    }

    /// What the page of the merchant gets when the user returns from confirming.
    pub(super) fn query_id(&self) -> String {
        format!("15646{}", self.digits())
    }

    /// What an app opens the page with where the user confirms.
    pub(super) fn package(&self) -> String {
        format!("DJIOSQPYWDxsjdldeuwhdodwxasd{}", self.digits())
    }

    /// WeChat Pay's number of the payment.
    pub(super) fn transaction_id(&self) -> String {
        let sub_mchid = self.terms.get("sub_mchid").and_then(Value::as_str).unwrap_or_default();
        transaction_id(sub_mchid, &self.order_id())
    }

    /// When nobody can confirm it any more.
    pub(super) fn expires_at(&self) -> i64 {
        self.created_at.saturating_add(CONFIRMABLE)
    }

    /// Whether an action is possible now.
    pub(super) fn check(&self, action: Action) -> Result<(), Refusal> {
        self.state.check(action).map(|_| ())
    }

    pub(super) fn expire(&mut self, now: i64) {
        if now >= self.expires_at() {
            self.state = self.state.after(Action::Expire).unwrap_or(self.state);
        }
    }

    /// The user's part; the error is the state that does not allow it.
    pub(super) fn user(&mut self, action: Action, now: i64) -> Result<(), State> {
        let next = self.state.after(action).map_err(|_| self.state)?;
        match action {
            Action::Confirm => self.confirm(now),
            Action::UserPays => {
                self.payment = Some(Payment { paid_type: "NEWTON", paid_time: PayscoreTime::at(now).to_string() });
            }
            _ => {}
        }
        self.state = next;
        Ok(())
    }

    pub(super) fn cancel(&mut self, body: &Value) -> Result<(), Refusal> {
        if self.state == State::Revoked && self.cancellation.as_ref() == Some(body) {
            return Ok(());
        }
        self.state = self.state.check(Action::Cancel)?;
        self.cancellation = Some(body.clone());
        Ok(())
    }

    pub(super) fn complete(&mut self, body: &Value, now: i64) -> Result<(), Refusal> {
        if self.state == State::MchComplete {
            return match &self.completion {
                Some(earlier) if earlier == body => Ok(()),
                _ => Err(Refusal::invalid(271_316_598, "the order was completed before with other parameters")),
            };
        }
        self.state.check(Action::Complete)?;
        let bill = amounts::read(body)?;
        amounts::check_risk_fund(self.terms.get("risk_fund"), body, bill.total)?;
        if let Some(start) = period::read(body, Some(now))? {
            self.begin(start, now);
        }
        for name in ["time_range", "location"] {
            if let Some(value) = body.get(name) {
                self.changed.insert(name.to_owned(), value.clone());
            }
        }
        self.completion = Some(body.clone());
        self.owe(bill);
        Ok(())
    }

    pub(super) fn modify(&mut self, body: &Value) -> Result<(), Refusal> {
        self.check(Action::Modify)?;
        let bill = amounts::read(body)?;
        let owed = self.bill.as_ref().map_or(0, |bill| bill.total);
        if bill.total >= owed {
            return Err(refused(body, "/total_amount", format!("must be less than the {owed} that are owed")));
        }
        self.owe(bill);
        Ok(())
    }

    pub(super) fn sync(&mut self, body: &Value, now: i64) -> Result<(), Refusal> {
        const PAID_TIME: &str = "/detail/paid_time";
        let next = self.state.check(Action::Sync)?;
        if self.is_collecting {
            let message = "the amount is being collected right now: repeat in three minutes (单据正在扣款中)";
            return Err(Refusal::invalid(271_316_754, message));
        }
        let text = body.pointer(PAID_TIME).and_then(Value::as_str).unwrap_or_default();
        let issue = match (PayscoreTime::from(text).unix_timestamp().ok(), self.start) {
            (None, _) => "must be a time in Beijing, yyyyMMddHHmmss or yyyyMMdd",
            (Some(paid), _) if paid > now => "is in the future",
            (Some(paid), Start::At(start)) if paid < start => "is before the service began",
            _ => {
                self.payment = Some(Payment { paid_type: "MCH", paid_time: text.to_owned() });
                self.state = next;
                return Ok(());
            }
        };
        Err(refused(body, PAID_TIME, issue))
    }

    fn new(call: &Call<'_>, start: Start, now: i64) -> Self {
        Self {
            number: call.member("out_order_no").unwrap_or_default().to_owned(),
            state: State::Created,
            created_by: call.operation.to_owned(),
            terms: call.body.clone(),
            created_at: now,
            start,
            changed: Map::new(),
            bill: None,
            payment: None,
            is_collecting: false,
            completion: None,
            cancellation: None,
        }
    }

    fn confirm(&mut self, now: i64) {
        self.state = State::UserConfirm;
        if self.start == Start::OnAccept {
            self.begin(Start::OnAccept, now);
            let mut period = self.terms.get("time_range").cloned().unwrap_or_default();
            if let Some(members) = period.as_object_mut() {
                members.insert("start_time".to_owned(), PayscoreTime::at(now).to_string().into());
            }
            self.changed.insert("time_range".to_owned(), period);
        }
    }

    /// A start that means the confirmation is the present moment.
    fn begin(&mut self, start: Start, now: i64) {
        self.start = if start == Start::OnAccept { Start::At(now) } else { start };
    }

    /// Starts the collection; where nothing is owed, the order is done.
    fn owe(&mut self, bill: Bill) {
        self.state = if bill.total == 0 { State::Done } else { State::MchComplete };
        self.bill = Some(bill);
    }

    /// 20 digits that belong to this order and to no other of this gateway: the same in every run.
    fn digits(&self) -> String {
        digits(&self.number)
    }
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Order").field("number", &self.number).field("state", &self.state).finish_non_exhaustive()
    }
}
