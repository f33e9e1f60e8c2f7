//! There is no way to an answer that is not verified: not from a call, not by making one.

use wechatpay_sdk::{Response, VerifiedBy, WechatPay};

async fn peek(pay: WechatPay, verified_by: VerifiedBy) {
    let sending = pay.request(http::Method::GET, "/v3/x").send();
    let _ = sending.bytes();
    let _ = Response::new((), http::StatusCode::OK, http::HeaderMap::new(), verified_by, Default::default());
}

fn main() {}
