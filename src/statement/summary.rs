//! Whether a bill adds up to what its last line says.

use super::row::{Columns, Row, clean, split};
use super::typed::HundredThousandths;
use crate::{Error, Result};

/// What has been read, added up by column.
#[derive(Debug, Default)]
pub(super) struct Sums {
    count: u64,
    /// Amounts by the place of their column, in hundred-thousandths of a yuan.
    columns: Vec<(String, usize, i128)>,
    /// Money movements are added up by their direction: where that stands, and the amount.
    flow: Option<(usize, usize)>,
    income: (u64, i128),
    expense: (u64, i128),
    /// Bills of trades and movements always end with a summary.
    needs_summary: bool,
}

/// Columns that a summary adds up, and how it calls the sums.
const SUMMED: [(&str, &[&str]); 7] = [
    ("应结订单金额", &["应结订单总金额", "总交易额"]),
    ("退款金额", &["退款总金额", "总退款金额"]),
    ("充值券退款金额", &["充值券退款总金额"]),
    ("手续费", &["手续费总金额"]),
    ("订单金额", &["订单总金额"]),
    ("申请退款金额", &["申请退款总金额"]),
    ("代金券金额", &["代金券总金额"]),
];

impl Sums {
    pub(super) fn of(columns: &Columns) -> Self {
        let is_split = columns.place("分账金额").is_some();
        let summed = SUMMED.iter().filter_map(|(name, _)| Some(((*name).to_owned(), columns.place(name)?, 0)));
        let flow = columns.place("收支类型").zip(columns.place("收支金额(元)").or(columns.place("收支金额（元）")));
        let needs_summary = !is_split && (columns.place("交易时间").is_some() || columns.place("记账时间").is_some());
        Self { columns: summed.collect(), flow, needs_summary, ..Self::default() }
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn add(&mut self, row: &Row) -> Result<()> {
        self.count += 1;
        let amount = |place: usize| match row.at(place) {
            None | Some("") => Ok(0),
            Some(text) => HundredThousandths::parse(text)
                .map(|amount| i128::from(amount.get()))
                .ok_or_else(|| Error::statement(format!("line {}: an amount is not written in yuan", row.line()))),
        };
        for (_, place, sum) in &mut self.columns {
            *sum += amount(*place)?;
        }
        if let Some((direction, money)) = self.flow {
            let side = match row.at(direction) {
                Some("收入") => Some(&mut self.income),
                Some("支出") => Some(&mut self.expense),
                _ => None,
            };
            if let Some((count, sum)) = side {
                *count += 1;
                *sum += amount(money)?;
            }
        }
        Ok(())
    }

    pub(super) fn finish_without_summary(&self) -> Result<()> {
        match self.needs_summary {
            true => Err(Error::statement("the bill ends without its summary: it is cut off")),
            false => Ok(()),
        }
    }

    /// Compares with the last two lines. Sums that are not known here are passed over.
    pub(super) fn compare(&self, names: &str, values: &str) -> Result<()> {
        let places = split(values);
        let names: Vec<&str> = names.split(',').map(clean).collect();
        if names.len() != places.len() {
            return Err(Error::statement("the summary of the bill has not a value for each of its names"));
        }
        for (name, place) in names.into_iter().zip(places) {
            let text = clean(values.get(place).unwrap_or_default());
            let is_right = match name {
                "总交易单数" | "资金流水总笔数" => Some(text.parse() == Ok(self.count)),
                "收入笔数" => Some(text.parse() == Ok(self.income.0)),
                "支出笔数" => Some(text.parse() == Ok(self.expense.0)),
                "收入金额" => Some(is_amount(text, self.income.1)),
                "支出金额" => Some(is_amount(text, self.expense.1)),
                name => self.sum(name).map(|sum| is_amount(text, sum)),
            };
            if is_right == Some(false) {
                return Err(Error::statement(format!(
                    "the rows of the bill do not add up to its summary 「{name}」: it is not whole"
                )));
            }
        }
        Ok(())
    }

    /// The sum that a summary calls like this.
    fn sum(&self, name: &str) -> Option<i128> {
        let (column, _) = SUMMED.iter().find(|(_, names)| names.contains(&name))?;
        self.columns.iter().find(|(known, ..)| known == column).map(|(.., sum)| *sum)
    }
}

fn is_amount(text: &str, sum: i128) -> bool {
    HundredThousandths::parse(text).is_some_and(|amount| i128::from(amount.get()) == sum)
}
