//! What can be made to happen: each action is a method of the gateway, by the same name.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use wechatpay_sdk::simulator::{Gateway, PlatformCertificates};

use super::faults::{Fault, NotificationFault};
use crate::Result;

/// `{"do": "user_pays", "out_trade_no": "20261124-0001"}`.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Action {
    UserPays {
        out_trade_no: String,
    },
    UserOpensCashier {
        out_trade_no: String,
    },
    UserLeaves {
        out_trade_no: String,
    },
    UserComplains {
        out_trade_no: String,
        detail: String,
        #[serde(default)]
        wants_refund: bool,
    },
    UserGoesOn {
        complaint_id: String,
        details: String,
    },
    UserConfirmsTransfer {
        out_bill_no: String,
    },
    TransferFails {
        out_bill_no: String,
    },
    UserGrantsAuthorization {
        out_authorization_no: String,
    },
    ConfirmOrder {
        out_order_no: String,
    },
    PayOrder {
        out_order_no: String,
    },
    RefundArrives {
        out_refund_no: String,
    },
    RefundFails {
        out_refund_no: String,
    },
    RefundCloses {
        out_refund_no: String,
    },
    GiveBill {
        day: String,
        bill: String,
    },
    Advance {
        seconds: u64,
    },
    NextAnswer(Box<Fault>),
    ForgetFaults {},
    NextNotification {
        fault: NotificationFault,
    },
    Notify {
        event: String,
        to: String,
        plaintext: Option<Value>,
    },
    RotateKey {
        to: Option<Stage>,
    },
}

/// A stage of the platform certificates.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    None,
    First,
    SecondAnnounced,
    SecondSigns,
    Second,
}

impl Action {
    /// Carries it out, and waits until the application has been told of it.
    pub(super) async fn carry_out(self, gateway: &Gateway) -> Result<Value> {
        let mut done = json!({});
        match self {
            Self::UserPays { out_trade_no } => gateway.user_pays(&out_trade_no)?,
            Self::UserOpensCashier { out_trade_no } => gateway.user_opens_cashier(&out_trade_no)?,
            Self::UserLeaves { out_trade_no } => gateway.user_leaves(&out_trade_no)?,
            Self::UserComplains { out_trade_no, detail, wants_refund } => {
                let complaint_id = gateway.user_complains(&out_trade_no, &detail, wants_refund)?;
                done = json!({ "complaint_id": complaint_id });
            }
            Self::UserGoesOn { complaint_id, details } => gateway.user_goes_on(&complaint_id, &details)?,
            Self::UserConfirmsTransfer { out_bill_no } => gateway.user_confirms_transfer(&out_bill_no)?,
            Self::TransferFails { out_bill_no } => gateway.transfer_fails(&out_bill_no)?,
            Self::UserGrantsAuthorization { out_authorization_no } => {
                gateway.user_grants_authorization(&out_authorization_no)?;
            }
            Self::ConfirmOrder { out_order_no } => gateway.confirm_order(&out_order_no)?,
            Self::PayOrder { out_order_no } => gateway.pay_order(&out_order_no)?,
            Self::RefundArrives { out_refund_no } => gateway.refund_arrives(&out_refund_no)?,
            Self::RefundFails { out_refund_no } => gateway.refund_fails(&out_refund_no)?,
            Self::RefundCloses { out_refund_no } => gateway.refund_closes(&out_refund_no)?,
            Self::GiveBill { day, bill } => gateway.give_bill(&day, bill),
            Self::Advance { seconds } => gateway.advance(Duration::from_secs(seconds)).await,
            Self::NextAnswer(fault) => fault.plan(gateway)?,
            Self::ForgetFaults {} => gateway.forget_faults(),
            Self::NextNotification { fault } => fault.plan(gateway),
            Self::Notify { event, to, plaintext } => {
                let notice = gateway.notify(&event);
                match plaintext {
                    Some(plaintext) => notice.with(plaintext).to(&to)?,
                    None => notice.to(&to)?,
                }
            }
            Self::RotateKey { to } => {
                let to = to.map_or_else(|| next(gateway.platform_certificates()), PlatformCertificates::from);
                gateway.set_platform_certificates(to);
                done = json!({ "platform_certificates": format!("{to:?}") });
            }
        }
        gateway.delivered().await;
        Ok(done)
    }
}

/// The stages follow one another as in reality, and then begin anew.
fn next(stage: PlatformCertificates) -> PlatformCertificates {
    match stage {
        PlatformCertificates::None | PlatformCertificates::Second => PlatformCertificates::First,
        PlatformCertificates::First => PlatformCertificates::SecondAnnounced,
        PlatformCertificates::SecondAnnounced => PlatformCertificates::SecondSigns,
        PlatformCertificates::SecondSigns => PlatformCertificates::Second,
    }
}

impl From<Stage> for PlatformCertificates {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::None => Self::None,
            Stage::First => Self::First,
            Stage::SecondAnnounced => Self::SecondAnnounced,
            Stage::SecondSigns => Self::SecondSigns,
            Stage::Second => Self::Second,
        }
    }
}
