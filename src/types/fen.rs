//! Amounts of money.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::rt::{Blank, Decode, DecodeError, deserialize};
use crate::{Error, Result};

/// An amount of money in fen (分), a hundredth of a yuan.
///
/// ```
/// use wechatpay_sdk::Fen;
///
/// let price = Fen::new(690);
/// assert_eq!(price, Fen::from_yuan("6.90")?);
/// assert_eq!(price.to_string(), "6.90");
/// assert_eq!(price.get(), 690);
/// # Ok::<(), wechatpay_sdk::Error>(())
/// ```
///
/// Where an amount is due, an integer is taken as fen. A flag or a fraction is none:
///
/// ```compile_fail,E0277
/// let amount: wechatpay_sdk::Fen = 6.90.into();
/// ```
///
/// There are no operators, because a sum that is too large has no value, and no `parse`, because `"690"` could be
/// meant as yuan or as fen. The `checked_` methods and [`from_yuan`](Self::from_yuan) say what they do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schemars", schemars(description = "Amount of money in fen, a hundredth of a yuan"))]
pub struct Fen(i64);

impl Fen {
    /// So many fen.
    pub const fn new(fen: i64) -> Self {
        Self(fen)
    }

    /// The number of fen.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// An amount that is written in yuan, such as `6.90`, `6.9`, `6` or `-0.01`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`](crate::ErrorKind::Request) for anything but ASCII digits with at most two decimals and an
    /// optional `-` in front, and for amounts whose fen do not fit an `i64`.
    pub fn from_yuan(yuan: &str) -> Result<Self> {
        let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let (sign, amount) = yuan.strip_prefix('-').map_or(("", yuan), |amount| ("-", amount));
        let (whole, decimals) = amount.split_once('.').unwrap_or((amount, "00"));
        if !is_number(whole) || !is_number(decimals) {
            return Err(Error::request(
                "an amount in yuan is written in plain digits with at most two decimals, such as 6.90",
            ));
        }
        if decimals.len() > 2 {
            return Err(Error::request(
                "an amount in yuan has at most two decimals, such as 6.90: a fen is not divided",
            ));
        }
        let fen = format!("{sign}{whole}{decimals:0<2}").parse();
        fen.map(Self)
            .map_err(|_| Error::request("an amount in yuan is between -92233720368547758.08 and 92233720368547758.07"))
    }

    /// The sum, if there is one that fits.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(fen) => Some(Self(fen)),
            None => None,
        }
    }

    /// The difference, if there is one that fits.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(fen) => Some(Self(fen)),
            None => None,
        }
    }

    /// So many times the amount, if there is a product that fits.
    pub const fn checked_mul(self, times: i64) -> Option<Self> {
        match self.0.checked_mul(times) {
            Some(fen) => Some(Self(fen)),
            None => None,
        }
    }

    /// The sum of all, if there is one that fits; nothing adds up to zero.
    ///
    /// ```
    /// use wechatpay_sdk::Fen;
    ///
    /// let items = [Fen::new(690), Fen::new(10)];
    /// assert_eq!(Fen::checked_sum(items), Some(Fen::new(700)));
    /// ```
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self(0), Self::checked_add)
    }
}

macro_rules! from_integer {
    ($($integer:ty),*) => { $(
        /// An integer is an amount in fen.
        impl From<$integer> for Fen {
            fn from(fen: $integer) -> Self {
                Self(fen.into())
            }
        }
    )* };
}

from_integer!(i8, i16, i32, i64, u8, u16, u32);

impl TryFrom<u64> for Fen {
    type Error = Error;

    fn try_from(fen: u64) -> Result<Self> {
        let fen = i64::try_from(fen);
        fen.map(Self).map_err(|_| Error::request("an amount is at most 9223372036854775807 fen"))
    }
}

impl From<Fen> for i64 {
    fn from(amount: Fen) -> Self {
        amount.0
    }
}

impl PartialEq<i64> for Fen {
    fn eq(&self, fen: &i64) -> bool {
        self.0 == *fen
    }
}

impl PartialEq<Fen> for i64 {
    fn eq(&self, amount: &Fen) -> bool {
        *self == amount.0
    }
}

impl PartialOrd<i64> for Fen {
    fn partial_cmp(&self, fen: &i64) -> Option<Ordering> {
        self.0.partial_cmp(fen)
    }
}

impl PartialOrd<Fen> for i64 {
    fn partial_cmp(&self, amount: &Fen) -> Option<Ordering> {
        self.partial_cmp(&amount.0)
    }
}

/// In yuan with two decimals: `6.90`.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fen = self.0.unsigned_abs();
        f.pad_integral(self.0 >= 0, "", &format!("{}.{:02}", fen / 100, fen % 100))
    }
}

impl<'de> Deserialize<'de> for Fen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}

impl Decode for Fen {
    fn decode(value: Value) -> Result<Self, DecodeError> {
        i64::decode(value).map(Self)
    }
}

impl Blank for Fen {
    fn blank() -> Self {
        Self(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn yuan_are_read_to_the_fen() {
        for (yuan, fen) in [
            ("6.90", 690),
            ("6.9", 690),
            ("6", 600),
            ("0.01", 1),
            ("-0.01", -1),
            ("-12.3", -1_230),
            ("0", 0),
            ("-0.00", 0),
            ("007.50", 750),
            ("92233720368547758.07", i64::MAX),
            ("-92233720368547758.08", i64::MIN),
        ] {
            assert_eq!(Fen::from_yuan(yuan).unwrap(), Fen(fen), "{yuan}");
        }
    }

    #[test]
    fn what_is_no_plain_amount_in_yuan_is_refused() {
        for (text, hint) in [
            ("", "plain digits"),
            ("-", "plain digits"),
            (".", "plain digits"),
            (".5", "plain digits"),
            ("5.", "plain digits"),
            ("-.5", "plain digits"),
            ("+5", "plain digits"),
            ("--5", "plain digits"),
            ("5.-1", "plain digits"),
            (" 5", "plain digits"),
            ("5 ", "plain digits"),
            ("1 000", "plain digits"),
            ("1,000", "plain digits"),
            ("1_000", "plain digits"),
            ("1e3", "plain digits"),
            ("0x10", "plain digits"),
            ("1.2.3", "plain digits"),
            ("¥6.90", "plain digits"),
            ("６.９０", "plain digits"),
            ("NaN", "plain digits"),
            ("6.905", "a fen is not divided"),
            ("6.900", "a fen is not divided"),
            ("92233720368547758.08", "between"),
            ("-92233720368547758.09", "between"),
            ("99999999999999999999999999", "between"),
        ] {
            let error = Fen::from_yuan(text).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Request, "{text}");
            assert!(error.to_string().contains(hint), "{text}: {error}");
        }
    }

    #[test]
    fn an_amount_is_shown_in_yuan_and_debugged_in_fen() {
        for (fen, yuan) in [
            (690, "6.90"),
            (600, "6.00"),
            (0, "0.00"),
            (-1, "-0.01"),
            (-100, "-1.00"),
            (i64::MAX, "92233720368547758.07"),
            (i64::MIN, "-92233720368547758.08"),
        ] {
            assert_eq!(Fen(fen).to_string(), yuan);
        }
        assert_eq!(format!("{:>8}|{:<8}|", Fen(690), Fen(-1)), "    6.90|-0.01   |");
        assert_eq!(format!("{:?}", Fen(690)), "Fen(690)");
    }

    #[test]
    fn sums_that_do_not_fit_have_no_value() {
        assert_eq!(Fen(1).checked_add(Fen(2)), Some(Fen(3)));
        assert_eq!(Fen(1).checked_sub(Fen(2)), Some(Fen(-1)));
        assert_eq!(Fen(250).checked_mul(3), Some(Fen(750)));
        assert_eq!(Fen(i64::MAX).checked_add(Fen(1)), None);
        assert_eq!(Fen(i64::MIN).checked_sub(Fen(1)), None);
        assert_eq!(Fen(i64::MIN).checked_mul(-1), None);
        assert_eq!(Fen::checked_sum([]), Some(Fen(0)));
        assert_eq!(Fen::checked_sum([Fen(1), Fen(2), Fen(-4)]), Some(Fen(-1)));
        assert_eq!(Fen::checked_sum([Fen(i64::MAX), Fen(1)]), None);
    }

    #[test]
    fn integers_go_in_compare_and_come_out() {
        assert_eq!(Fen::from(3_000_000_000_u32), 3_000_000_000);
        assert_eq!([Fen::from(-1_i8), Fen::from(-1_i16), Fen::from(-1)], [Fen(-1); 3]);
        assert_eq!([Fen::from(1_u8), Fen::from(1_u16), Fen::from(1_i64)], [Fen(1); 3]);
        assert_eq!(Fen::try_from(690_u64).unwrap(), Fen(690));
        assert!(Fen::try_from(u64::MAX).unwrap_err().to_string().contains("9223372036854775807 fen"));
        assert!(Fen(690) == 690 && 690 == Fen(690) && Fen(690) > 689 && 691 > Fen(690) && Fen(1) < Fen(2));
        assert_eq!(i64::from(Fen(690)), 690);
        assert_eq!(Fen::default(), 0);
    }

    #[test]
    fn on_the_wire_an_amount_is_an_integer_and_nothing_else() {
        let amount: Fen = serde_json::from_value(json!(i64::MAX)).unwrap();
        assert_eq!(serde_json::to_value(amount).unwrap(), json!(i64::MAX));
        for wrong in [json!("690"), json!(6.9), json!(690.0), json!(true), json!(null), json!(u64::MAX)] {
            let error = serde_json::from_value::<Fen>(wrong).unwrap_err();
            assert_eq!(error.to_string(), "expected an integer");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_again(fen: i64) {
            prop_assert_eq!(Fen::from_yuan(&Fen(fen).to_string()).unwrap(), Fen(fen));
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text: String) {
            if let Ok(amount) = Fen::from_yuan(&text) {
                prop_assert!(text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-')));
                prop_assert_eq!(Fen::from_yuan(&amount.to_string()).unwrap(), amount);
            }
        }
    }
}
