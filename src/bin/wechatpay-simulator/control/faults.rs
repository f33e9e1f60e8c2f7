//! What can be made to go wrong, by name.

use std::time::Duration;

use axum::http::StatusCode;
use serde::Deserialize;
use wechatpay_sdk::simulator::Gateway;

use crate::Result;

/// `{"fault": "forged", "operation": "create_refund", "times": 3}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    fault: Kind,
    operation: Option<String>,
    times: Option<u32>,
    probability: Option<f64>,
    #[serde(default)]
    seed: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Forged,
    AlteredBody,
    WithoutSignature,
    Probe,
    UnknownSerial,
    Lost,
    RefusedTooFast,
    /// Signed so many seconds ago.
    Stale(i64),
    /// So many milliseconds late.
    Slow(u64),
    /// Another answer instead.
    Status {
        status: u16,
        body: String,
    },
}

impl Fault {
    pub(super) fn plan(self, gateway: &Gateway) -> Result<()> {
        let mut next = gateway.next_answer();
        if let Some(operation) = self.operation {
            next = next.of(&operation)?;
        }
        if let Some(times) = self.times {
            next = next.times(times);
        }
        if let Some(probability) = self.probability {
            next = next.with_probability(probability, self.seed);
        }
        match self.fault {
            Kind::Forged => next.forged(),
            Kind::AlteredBody => next.altered_body(),
            Kind::WithoutSignature => next.without_signature(),
            Kind::Probe => next.probe(),
            Kind::UnknownSerial => next.unknown_serial(),
            Kind::Lost => next.lost(),
            Kind::RefusedTooFast => next.refused_too_fast(),
            Kind::Stale(seconds) => next.stale(seconds),
            Kind::Slow(milliseconds) => next.slow(Duration::from_millis(milliseconds)),
            Kind::Status { status, body } => next.status(StatusCode::from_u16(status)?, body),
        }
        Ok(())
    }
}

/// `"twice"`, or `{"late": 60}`.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum NotificationFault {
    Twice,
    Probe,
    Forged,
    Lost,
    /// So many seconds late, by the gateway's clock.
    Late(u64),
}

impl NotificationFault {
    pub(super) fn plan(self, gateway: &Gateway) {
        let next = gateway.next_notification();
        match self {
            Self::Twice => next.twice(),
            Self::Probe => next.probe(),
            Self::Forged => next.forged(),
            Self::Lost => next.lost(),
            Self::Late(seconds) => next.late(Duration::from_secs(seconds)),
        }
    }
}
