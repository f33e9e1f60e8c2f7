//! A client says who it is and whom it believes, or there is none.

use wechatpay_sdk::{Merchant, Trust, WechatPay};

fn client(merchant: Merchant, trust: Trust) {
    let _ = WechatPay::builder(merchant);
    let _ = WechatPay::builder(trust);
}

fn main() {}
