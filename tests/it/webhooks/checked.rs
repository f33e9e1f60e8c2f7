//! What is compared with the own order.

use wechatpay_sdk::{Checked, Expected};

use super::*;

/// The row of an inbox, read again and compared.
fn check(plaintext: &Value, expected: &Expected) -> Result<Checked<wechatpay_sdk::payments::Transaction>> {
    let event = Event::from_plaintext("TRANSACTION.SUCCESS", None, &plaintext.to_string()).unwrap();
    let Event::TransactionSuccess(order) = event else { panic!("a payment") };
    order.check(expected)
}

const NUMBER: &str = "1217752501201407033233368018";

#[test]
fn a_payment_of_another_amount_order_or_currency_is_not_the_expected_one() {
    let order = check(&transaction(), &Expected::new(NUMBER, Fen::new(100))).unwrap();
    assert_eq!(order.progress(), Progress::Succeeded);
    assert_eq!(order.into_inner().out_trade_no, NUMBER);

    let refused = |expected: Expected| {
        let error = check(&transaction(), &expected).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Mismatch, wechatpay_sdk::Outcome::NoRequest));
        error.to_string()
    };
    assert_eq!(refused(Expected::new(NUMBER, Fen::new(10_000))), "the amount is 100 fen, not 10000 fen");
    // What the payer paid after coupons is another figure.
    assert_eq!(refused(Expected::new(NUMBER, Fen::new(90))), "the amount is 100 fen, not 90 fen");
    assert_eq!(refused(Expected::new("A1", Fen::new(100))), format!("the number is {NUMBER}, not A1"));
    assert_eq!(
        refused(Expected::new("A1", Fen::new(1)).currency("HKD")),
        format!("the number is {NUMBER}, not A1; the amount is 100 fen, not 1 fen; the currency is CNY, not HKD")
    );
    assert_eq!(
        refused(Expected::new(NUMBER, Fen::new(100)).sub_mchid("1900000109")),
        "the sub-merchant is missing, which is 1900000109"
    );
}

#[test]
fn an_amount_that_is_missing_is_no_amount_and_a_currency_that_is_missing_is_the_yuan() {
    let mut plaintext = transaction();
    plaintext["amount"] = json!({ "total": 100 });
    check(&plaintext, &Expected::new(NUMBER, Fen::new(100))).unwrap();
    plaintext["amount"] = json!({});
    let error = check(&plaintext, &Expected::new(NUMBER, Fen::new(0))).unwrap_err();
    assert_eq!(error.to_string(), "the amount is missing, which is 0 fen");
}

#[test]
fn the_order_of_a_sub_merchant_is_compared_with_its_sub_merchant() {
    let plaintext = json!({
        "sp_mchid": MCHID, "sub_mchid": "1900000109", "out_trade_no": "A1", "transaction_id": "42",
        "trade_state": "SUCCESS", "amount": { "total": 100 },
    });
    let check = |expected: Expected| {
        let event = Event::from_plaintext("TRANSACTION.SUCCESS", Some("transaction"), &plaintext.to_string()).unwrap();
        let Event::PartnerTransactionSuccess(order) = event else { panic!("of a partner") };
        order.check(&expected).map(drop)
    };
    check(Expected::new("A1", Fen::new(100)).sub_mchid("1900000109")).unwrap();
    let other = check(Expected::new("A1", Fen::new(100)).sub_mchid("1900000110")).unwrap_err();
    assert_eq!(other.to_string(), "the sub-merchant is 1900000109, not 1900000110");
    let none = check(Expected::new("A1", Fen::new(100))).unwrap_err();
    assert_eq!(none.to_string(), "the sub-merchant is 1900000109, and none was expected");
}

#[test]
fn a_row_that_is_no_json_or_lacks_its_point_is_an_error_without_its_text() {
    for text in ["{\"secret\": ", "{\"payer\": {\"openid\": \"oUpF8uMuAJO\"}}"] {
        let error = Event::from_plaintext("REFUND.SUCCESS", None, text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(!error.to_string().contains("secret") && !error.to_string().contains("oUpF8"), "{error}");
    }
    let event = Event::from_plaintext("NEW.EVENT", None, "{}").unwrap();
    assert!(matches!(event, Event::Unrecognized(_)));
}
