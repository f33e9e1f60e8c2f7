//! What is compared with the own order before anything is done for money.

use std::ops::Deref;

use crate::{Error, Fen, Result};

/// What your own records say of an order or a refund, to be compared with what WeChat Pay says.
///
/// A notification is genuine once it is verified, and is still about whatever order it names: a payment of one fen is
/// as genuine as one of the whole price. So what is delivered is decided by the comparison.
///
/// ```
/// use wechatpay_sdk::{Expected, Fen};
///
/// let expected = Expected::new("ORDER-1", Fen::new(8800));
/// let of_a_shop = Expected::new("ORDER-1", Fen::new(8800)).sub_mchid("1900000109");
/// let overseas = Expected::new("ORDER-1", Fen::new(8800)).currency("HKD");
/// # let _ = (expected, of_a_shop, overseas);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    number: String,
    total: Fen,
    sub_mchid: Option<String>,
    currency: String,
}

/// What WeChat Pay says.
#[allow(dead_code, reason = "used by the families with orders only")]
pub(crate) struct Found<'a> {
    pub(crate) number: Option<&'a str>,
    pub(crate) total: Option<Fen>,
    pub(crate) sub_mchid: Option<&'a str>,
    pub(crate) currency: Option<&'a str>,
}

impl Expected {
    /// The merchant's number of the order (of the refund) and its amount, in yuan's fen and without a sub-merchant.
    pub fn new(number: impl Into<String>, total: Fen) -> Self {
        Self { number: number.into(), total, sub_mchid: None, currency: CNY.to_owned() }
    }

    /// The sub-merchant (子商户号) whose order it is.
    #[must_use]
    pub fn sub_mchid(mut self, sub_mchid: impl Into<String>) -> Self {
        self.sub_mchid = Some(sub_mchid.into());
        self
    }

    /// The currency by ISO 4217, `CNY` without it. The amount is in its smallest unit.
    #[must_use]
    pub fn currency(mut self, currency: impl Into<String>) -> Self {
        self.currency = currency.into();
        self
    }

    #[allow(dead_code, reason = "used by the families with orders only")]
    pub(crate) fn compare(&self, found: &Found<'_>) -> Result<()> {
        let total = |total: Option<Fen>| total.map(|total| format!("{} fen", total.get()));
        let currency = found.currency.filter(|text| !text.is_empty()).unwrap_or(CNY);
        let lines: Vec<String> = [
            differs("the number", found.number, Some(&self.number)),
            differs("the amount", total(found.total).as_deref(), total(Some(self.total)).as_deref()),
            differs("the sub-merchant", found.sub_mchid, self.sub_mchid.as_deref()),
            differs("the currency", Some(currency), Some(&self.currency)),
        ]
        .into_iter()
        .flatten()
        .collect();
        if lines.is_empty() { Ok(()) } else { Err(Error::mismatch(lines.join("; "))) }
    }
}

const CNY: &str = "CNY";

fn differs(what: &str, found: Option<&str>, expected: Option<&str>) -> Option<String> {
    match (found.filter(|text| !text.is_empty()), expected) {
        (found, expected) if found == expected => None,
        (Some(found), Some(expected)) => Some(format!("{what} is {}, not {expected}", found.escape_debug())),
        (Some(found), None) => Some(format!("{what} is {}, and none was expected", found.escape_debug())),
        (None, Some(expected)) => Some(format!("{what} is missing, which is {expected}")),
        (None, None) => None,
    }
}

/// What was compared with the own order and is the same: the number, the amount, the sub-merchant and the currency.
///
/// It says nothing of the state: read that too.
#[derive(Clone, Debug)]
pub struct Checked<T>(T);

impl<T> Checked<T> {
    #[allow(dead_code, reason = "used by the families with orders only")]
    pub(crate) fn new(value: T) -> Self {
        Self(value)
    }

    /// What was checked.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Checked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
