//! Nobody else can say that a required value is given, and no request is written around its builder.

use wechatpay_sdk::partner_payscore::SyncServiceOrderDetail;

struct Cheat;

impl wechatpay_sdk::required::IsGiven for Cheat {}

fn detail() -> SyncServiceOrderDetail {
    SyncServiceOrderDetail { seq: None, paid_time: "20091225".into(), paid_amount: None, extra: Default::default() }
}

fn main() {}
