//! Money goes in as whole fen: neither a flag nor a fraction is an amount.

use wechatpay_sdk::payments::OrderAmount;

fn main() {
    let _ = OrderAmount::builder().total(100);
    let _ = OrderAmount::builder().total(true);
    let _ = OrderAmount::builder().total(6.90);
    let _ = OrderAmount::builder().total("6.90");
}
