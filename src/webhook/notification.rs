//! A notification that is verified and open.

use std::fmt;

use serde_json::Value;

use super::{Envelope, Event, Evidence};
use crate::rt::DecodeError;
use crate::verify::VerifiedBy;
use crate::{MchId, Plaintext};

/// A notification of WeChat Pay. There is none that is not verified.
#[derive(Clone)]
pub struct Notification {
    id: String,
    event_type: String,
    create_time: Option<String>,
    summary: Option<String>,
    original_type: Option<String>,
    plaintext: Plaintext,
    routing: Routing,
    event: Event,
    verified_by: VerifiedBy,
    received_by: MchId,
    evidence: Evidence,
}

/// What says whose notification this is, and about what.
#[derive(Clone, Default)]
struct Routing {
    /// The numbers of merchants that are named, without the sub-merchant.
    merchants: Vec<String>,
    sub_mchid: Option<String>,
    number: Option<String>,
    state: Option<String>,
}

/// Numbers of what an event is about, the more special before the more general.
const NUMBERS: [&str; 27] = [
    "out_refund_no",
    "refund_id",
    "out_bill_no",
    "out_batch_no",
    "out_return_no",
    "out_settle_batch_no",
    "recharge_returned_id",
    "out_recharge_no",
    "out_authorization_no",
    "out_budget_no",
    "out_request_no",
    "receipt_id",
    "fapiao_apply_id",
    "complaint_id",
    "record_id",
    "appeal_record_id",
    "block_record_id",
    "manage_record_id",
    "coupon_code",
    "coupon_id",
    "mix_trade_no",
    "out_contract_code",
    "contract_id",
    "combine_out_trade_no",
    "order_id",
    "out_order_no",
    "out_trade_no",
];

/// Members that say what became of it.
const STATES: [&str; 8] = [
    "refund_status",
    "trade_state",
    "batch_status",
    "contract_status",
    "state_description",
    "action_type",
    "state",
    "status",
];

impl Routing {
    fn read(plaintext: &Value) -> Self {
        let text = |name: &str| plaintext.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let first = |names: &[&str]| names.iter().find_map(|name| text(name)).map(str::to_owned);
        let merchants = ["mchid", "sp_mchid", "combine_mchid", "mch_id"];
        Self {
            merchants: merchants.iter().filter_map(|name| text(name)).map(str::to_owned).collect(),
            sub_mchid: first(&["sub_mchid", "sub_mch_id"]),
            number: first(&NUMBERS),
            state: first(&STATES),
        }
    }
}

impl Notification {
    pub(super) fn new(
        envelope: Envelope,
        plaintext: Plaintext,
        value: Value,
        verified_by: VerifiedBy,
        received_by: MchId,
        evidence: Evidence,
    ) -> Result<Self, DecodeError> {
        let Envelope { id, event_type, create_time, summary, original_type, .. } = envelope;
        let routing = Routing::read(&value);
        let event = Event::read(&event_type, original_type.as_deref(), value)?;
        Ok(Self {
            id,
            event_type,
            create_time,
            summary,
            original_type,
            plaintext,
            routing,
            event,
            verified_by,
            received_by,
            evidence,
        })
    }

    /// What has happened.
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// What has happened, to be taken apart by `match`.
    pub fn into_event(self) -> Event {
        self.event
    }

    /// The word of WeChat Pay for it, such as `TRANSACTION.SUCCESS`.
    pub fn event_type(&self) -> &str {
        &self.event_type
    }

    /// The number of the notification. A repeat usually has the same, which is not promised: see
    /// [`dedupe_key`](Self::dedupe_key).
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When it was made, as it came: RFC 3339, in some products without offset.
    pub fn create_time(&self) -> Option<&str> {
        self.create_time.as_deref()
    }

    /// A short text for people, such as 支付成功.
    pub fn summary(&self) -> Option<&str> {
        self.summary.as_deref()
    }

    /// What kind of thing it is about, such as `transaction`; old notifications do not say.
    pub fn original_type(&self) -> Option<&str> {
        self.original_type.as_deref()
    }

    /// The opened text, JSON as it came, for the inbox. It may hold payer data.
    pub fn plaintext(&self) -> &str {
        &self.plaintext
    }

    /// The sub-merchant that it is about, for partners, who get the notifications of all of them at one address.
    pub fn sub_mchid(&self) -> Option<&str> {
        self.routing.sub_mchid.as_deref()
    }

    /// The merchant whose client read it.
    pub fn received_by(&self) -> &MchId {
        &self.received_by
    }

    /// The key that verified it.
    pub fn verified_by(&self) -> &VerifiedBy {
        &self.verified_by
    }

    /// The signed message as it came, to be kept for disputes.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The key under which this is done once: the same for every repeat, another for another state of the same order.
    ///
    /// It is made of the merchant, the sub-merchant, the event, the number that the event is about and its state; of the
    /// notification's own number where an event is about nothing that has a number. Keep it in a column that is unique.
    pub fn dedupe_key(&self) -> String {
        let Routing { sub_mchid, number, state, .. } = &self.routing;
        let part = |text: &Option<String>| text.clone().unwrap_or_default();
        let number = number.as_ref().unwrap_or(&self.id);
        format!("{}/{}/{}/{number}/{}", self.received_by, part(sub_mchid), self.event_type, part(state))
    }

    /// Whether it names this merchant as its own.
    pub(super) fn names(&self, mchid: &MchId) -> bool {
        self.routing.merchants.iter().any(|merchant| merchant == mchid.as_str())
    }
}

impl fmt::Debug for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification")
            .field("id", &self.id)
            .field("event_type", &self.event_type)
            .field("event", &self.event)
            .field("verified_by", &self.verified_by)
            .field("received_by", &self.received_by)
            .finish_non_exhaustive()
    }
}
