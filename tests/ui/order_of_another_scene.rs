//! An order of an app is not opened in a page, and an address for browsers is no prepay_id.

use wechatpay_sdk::WechatPay;
use wechatpay_sdk::payments::{CreateAppTransactionRequest, CreateJsapiTransactionRequest, H5Prepay, Prepay};

fn app_order_in_a_page(pay: &WechatPay, order: &CreateAppTransactionRequest, prepay: &Prepay) {
    let _ = pay.launch().jsapi(order, prepay);
}

fn browser_answer_in_a_page(pay: &WechatPay, order: &CreateJsapiTransactionRequest, prepay: &H5Prepay) {
    let _ = pay.launch().jsapi(order, prepay);
}

fn main() {}
