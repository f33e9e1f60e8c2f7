//! What the user owes: payments less discounts, in fen.

use std::collections::HashSet;

use serde_json::Value;

use super::refused;
use crate::simulator::answer::Refusal;

/// Risk funds of these names bound what can be collected; an estimated cost does not.
const BINDING: [&str; 3] = ["DEPOSIT", "ADVANCE", "CASH_DEPOSIT"];

/// What the user owes, and for what.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bill {
    pub(super) payments: Option<Value>,
    pub(super) discounts: Option<Value>,
    pub(super) total: i64,
}

/// Reads the bill of a body and checks that it adds up.
pub(super) fn read(body: &Value) -> Result<Bill, Refusal> {
    let payments = sum(body, "post_payments")?;
    let discounts = sum(body, "post_discounts")?;
    unique_names(body)?;
    let total = body.get("total_amount").and_then(Value::as_i64).unwrap_or_default();
    // A body may leave out what the amount is made of; what is there has to add up.
    let is_itemised = payments.is_some() || discounts.is_some();
    let sum = payments.unwrap_or(0).checked_sub(discounts.unwrap_or(0));
    if total < 0 {
        return Err(refused(body, "/total_amount", "must be at least 0"));
    }
    if is_itemised && sum != Some(total) {
        let sum = sum.map_or_else(|| "out of range".to_owned(), |sum| sum.to_string());
        return Err(refused(body, "/total_amount", format!("is not the payments less the discounts, which is {sum}")));
    }
    Ok(Bill { payments: body.get("post_payments").cloned(), discounts: body.get("post_discounts").cloned(), total })
}

/// A deposit, an advance or a bond is the most that can be collected.
pub(super) fn check_risk_fund(risk_fund: Option<&Value>, body: &Value, total: i64) -> Result<(), Refusal> {
    let Some(fund) = risk_fund else { return Ok(()) };
    let name = fund.get("name").and_then(Value::as_str).unwrap_or_default();
    let limit = fund.get("amount").and_then(Value::as_i64).unwrap_or(i64::MAX);
    if BINDING.contains(&name) && total > limit {
        let issue = format!("is more than the risk fund {name} of {limit}");
        return Err(refused(body, "/total_amount", issue).numbered(271_316_656));
    }
    Ok(())
}

/// No two discounts of an order have one name.
pub(super) fn unique_names(body: &Value) -> Result<(), Refusal> {
    let mut names = HashSet::new();
    for (index, discount) in items(body, "post_discounts").enumerate() {
        if !names.insert(discount.get("name").and_then(Value::as_str)) {
            return Err(refused(body, &format!("/post_discounts/{index}/name"), "is the name of another discount"));
        }
    }
    Ok(())
}

fn items<'b>(body: &'b Value, name: &str) -> impl Iterator<Item = &'b Value> {
    body.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// The sum of a list, `None` without the list. An item without an amount costs nothing.
fn sum(body: &Value, name: &str) -> Result<Option<i64>, Refusal> {
    let mut sum = 0_i64;
    for (index, item) in items(body, name).enumerate() {
        let pointer = format!("/{name}/{index}/amount");
        let amount = item.get("amount").and_then(Value::as_i64).unwrap_or_default();
        if amount < 0 {
            return Err(refused(body, &pointer, "must be at least 0"));
        }
        sum = sum.checked_add(amount).ok_or_else(|| refused(body, &pointer, "makes the sum too large"))?;
    }
    Ok(body.get(name).map(|_| sum))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(body: &Value) -> Option<String> {
        read(body).err().and_then(|refusal| refusal.field().map(str::to_owned))
    }

    #[test]
    fn the_total_is_the_payments_less_the_discounts() {
        let body = json!({
            "post_payments": [{ "name": "a", "amount": 40_000 }, { "name": "b", "amount": 1 }, { "name": "c" }],
            "post_discounts": [{ "name": "d", "amount": 100 }],
            "total_amount": 39_901,
        });
        assert_eq!(read(&body).unwrap().total, 39_901);
        assert_eq!(read(&json!({ "total_amount": 5 })).unwrap().total, 5);
    }

    #[test]
    fn what_does_not_add_up_is_refused_with_its_field() {
        let payments = json!([{ "name": "a", "amount": 2 }]);
        assert_eq!(field(&json!({ "post_payments": payments, "total_amount": 1 })).unwrap(), "/total_amount");
        assert_eq!(field(&json!({ "post_discounts": payments, "total_amount": -2 })).unwrap(), "/total_amount");
        assert_eq!(field(&json!({ "total_amount": -1 })).unwrap(), "/total_amount");
        let negative = json!({ "post_payments": [{ "name": "a" }, { "name": "b", "amount": -1 }], "total_amount": -1 });
        assert_eq!(field(&negative).unwrap(), "/post_payments/1/amount");
        let large = json!({ "post_payments": [{ "amount": i64::MAX }, { "amount": 1 }], "total_amount": 1 });
        assert_eq!(field(&large).unwrap(), "/post_payments/1/amount");
    }

    #[test]
    fn two_discounts_of_one_name_are_refused() {
        let body = json!({ "post_discounts": [{ "name": "a" }, { "name": "a" }], "total_amount": 0 });
        assert_eq!(field(&body).unwrap(), "/post_discounts/1/name");
    }

    #[test]
    fn a_deposit_bounds_the_total_and_an_estimate_does_not() {
        let body = json!({ "total_amount": 101 });
        let check = |name: &str| check_risk_fund(Some(&json!({ "name": name, "amount": 100 })), &body, 101);
        for name in BINDING {
            assert_eq!(check(name).unwrap_err().field(), Some("/total_amount"));
        }
        check("ESTIMATE_ORDER_COST").unwrap();
    }
}
