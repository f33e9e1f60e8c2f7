//! Rows as what they are about.

use std::fmt;

use super::Row;
use crate::{Error, Fen, Result};

/// An amount of money that need not be whole fen, such as a fee: in hundred-thousandths of a yuan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HundredThousandths(i64);

impl HundredThousandths {
    /// Its number: 1.00 yuan is 100,000.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// An amount written in yuan with at most five decimals.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (is_negative, amount) = match text.strip_prefix('-') {
            Some(amount) => (true, amount),
            None => (false, text),
        };
        let (whole, decimals) = amount.split_once('.').unwrap_or((amount, ""));
        let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || decimals.len() > 5 || !is_number(whole) || !is_number(decimals) {
            return None;
        }
        let mut number: i64 = whole.parse().ok()?;
        let digits = decimals.bytes().chain(std::iter::repeat(b'0')).take(5);
        for digit in digits {
            number = number.checked_mul(10)?.checked_add(i64::from(digit - b'0'))?;
        }
        Some(Self(if is_negative { -number } else { number }))
    }
}

impl fmt::Display for HundredThousandths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let number = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:05}", number / 100_000, number % 100_000)
    }
}

/// A paid or refunded order of a bill of trades 「交易账单」. What a bill has no column for, or no value, is `None`.
#[derive(Clone)]
#[non_exhaustive]
pub struct Trade {
    /// When it was paid or refunded, in Beijing, as `2026-08-15 12:00:00` 「交易时间」.
    pub time: String,
    /// App 「公众账号ID」.
    pub appid: Option<String>,
    /// Merchant or partner 「商户号」.
    pub mchid: Option<String>,
    /// Sub-merchant, where there is one 「特约商户号、子商户号、二级商户号」.
    pub sub_mchid: Option<String>,
    /// WeChat Pay's number of the order 「微信订单号」.
    pub transaction_id: String,
    /// The merchant's number of the order 「商户订单号」.
    pub out_trade_no: String,
    /// The payer; not printed by `Debug` 「用户标识」.
    pub openid: Option<String>,
    /// How it was paid, such as `JSAPI` 「交易类型」.
    pub trade_type: Option<String>,
    /// `SUCCESS`, `REFUND` or `REVOKED` 「交易状态」.
    pub trade_state: String,
    /// Currency, such as `CNY` 「货币种类」.
    pub currency: Option<String>,
    /// What is settled with the merchant, in fen 「应结订单金额」.
    pub settlement_total: Option<Fen>,
    /// Price of the order, in fen 「订单金额」.
    pub total: Option<Fen>,
    /// WeChat Pay's number of the refund 「微信退款单号」.
    pub refund_id: Option<String>,
    /// The merchant's number of the refund 「商户退款单号」.
    pub out_refund_no: Option<String>,
    /// What was refunded, in fen 「退款金额」.
    pub refund: Option<Fen>,
    /// State of the refund 「退款状态」.
    pub refund_state: Option<String>,
    /// The fee, in hundred-thousandths of a yuan 「手续费」.
    pub fee: Option<HundredThousandths>,
    /// What was sold 「商品名称」.
    pub description: Option<String>,
    /// What the merchant attached 「商户数据包」.
    pub attach: Option<String>,
    /// The whole row.
    pub row: Row,
}

/// A movement of money on an account, of a bill of movements 「资金账单」.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FundFlow {
    /// When it was booked, in Beijing 「记账时间」.
    pub time: String,
    /// WeChat Pay's number of the business 「微信支付业务单号」.
    pub business_id: Option<String>,
    /// Number of the movement 「资金流水单号」.
    pub flow_id: Option<String>,
    /// What it is about 「业务名称、业务类型」.
    pub business: Option<String>,
    /// `收入` (in) or `支出` (out) 「收支类型」.
    pub direction: String,
    /// How much, in fen 「收支金额」.
    pub amount: Fen,
    /// What the account held afterwards, in fen 「账户结余」.
    pub balance: Option<Fen>,
    /// The merchant's number that it belongs to 「业务凭证号」.
    pub voucher: Option<String>,
    /// The whole row.
    pub row: Row,
}

/// A share of an order, of a bill of splits 「分账账单」.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProfitSharing {
    /// When it was shared, in Beijing 「分账时间」.
    pub time: String,
    /// WeChat Pay's number of the order 「微信订单号」.
    pub transaction_id: Option<String>,
    /// WeChat Pay's number of the split or return 「微信分账/回退单号」.
    pub order_id: Option<String>,
    /// The merchant's number of the split or return 「商户分账/回退单号」.
    pub out_order_no: Option<String>,
    /// Who shares 「分账发起方」.
    pub initiator: Option<String>,
    /// Who receives 「分账接收方」.
    pub receiver: Option<String>,
    /// How much, in fen 「分账金额」.
    pub amount: Fen,
    /// What became of it 「处理状态」.
    pub state: Option<String>,
    /// The whole row.
    pub row: Row,
}

impl Row {
    /// The row as an order.
    ///
    /// # Errors
    ///
    /// A `Statement` error when it has no such columns, or an amount is not whole fen; it names the column, not the value.
    pub fn trade(self) -> Result<Trade> {
        Ok(Trade {
            time: self.needed(&["交易时间"])?,
            appid: self.text(&["公众账号ID"]),
            mchid: self.text(&["商户号"]),
            sub_mchid: self.number(&["特约商户号", "子商户号", "二级商户号"]),
            transaction_id: self.needed(&["微信订单号", "微信支付订单号"])?,
            out_trade_no: self.needed(&["商户订单号"])?,
            openid: self.text(&["用户标识"]),
            trade_type: self.text(&["交易类型"]),
            trade_state: self.needed(&["交易状态"])?,
            currency: self.text(&["货币种类"]),
            settlement_total: self.fen(&["应结订单金额"])?,
            total: self.fen(&["订单金额"])?,
            refund_id: self.number(&["微信退款单号"]),
            out_refund_no: self.number(&["商户退款单号"]),
            refund: self.fen(&["退款金额"])?,
            refund_state: self.text(&["退款状态"]),
            fee: self.amount(&["手续费"])?,
            description: self.text(&["商品名称"]),
            attach: self.text(&["商户数据包"]),
            row: self,
        })
    }

    /// The row as a movement of money.
    ///
    /// # Errors
    ///
    /// As [`trade`](Self::trade).
    pub fn fund_flow(self) -> Result<FundFlow> {
        let amount = ["收支金额(元)", "收支金额（元）", "收支金额"];
        Ok(FundFlow {
            time: self.needed(&["记账时间"])?,
            business_id: self.text(&["微信支付业务单号"]),
            flow_id: self.text(&["资金流水单号"]),
            business: self.text(&["业务名称", "业务类型"]),
            direction: self.needed(&["收支类型"])?,
            amount: self.fen(&amount)?.ok_or_else(|| self.missing("收支金额"))?,
            balance: self.fen(&["账户结余(元)", "账户结余（元）", "账户结余"])?,
            voucher: self.text(&["业务凭证号"]),
            row: self,
        })
    }

    /// The row as a share of an order.
    ///
    /// # Errors
    ///
    /// As [`trade`](Self::trade).
    pub fn profit_sharing(self) -> Result<ProfitSharing> {
        let amount = ["分账金额", "分账金额(元)"];
        Ok(ProfitSharing {
            time: self.needed(&["分账时间"])?,
            transaction_id: self.text(&["微信订单号"]),
            order_id: self.text(&["微信分账/回退单号", "微信分账单号"]),
            out_order_no: self.text(&["商户分账/回退单号", "商户分账单号"]),
            initiator: self.text(&["分账发起方"]),
            receiver: self.text(&["分账接收方"]),
            amount: self.fen(&amount)?.ok_or_else(|| self.missing("分账金额"))?,
            state: self.text(&["处理状态"]),
            row: self,
        })
    }

    fn text(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.get(name)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// A number where `0` stands for none: that of a refund, and of the sub-merchant in a direct merchant's bill.
    fn number(&self, names: &[&str]) -> Option<String> {
        self.text(names).filter(|text| text != "0")
    }

    fn needed(&self, names: &[&'static str]) -> Result<String> {
        self.text(names).ok_or_else(|| self.missing(names.first().copied().unwrap_or_default()))
    }

    fn fen(&self, names: &[&str]) -> Result<Option<Fen>> {
        match self.amount(names)? {
            None => Ok(None),
            Some(amount) if amount.0 % 1_000 == 0 => Ok(Some(Fen::new(amount.0 / 1_000))),
            Some(_) => Err(self.wrong(names)),
        }
    }

    fn amount(&self, names: &[&str]) -> Result<Option<HundredThousandths>> {
        match self.text(names) {
            None => Ok(None),
            Some(text) => HundredThousandths::parse(&text).map(Some).ok_or_else(|| self.wrong(names)),
        }
    }

    fn missing(&self, name: &str) -> Error {
        Error::statement(format!("line {}: there is no value of 「{name}」", self.line()))
    }

    fn wrong(&self, names: &[&str]) -> Error {
        let name = names.first().copied().unwrap_or_default();
        Error::statement(format!("line {}: 「{name}」 is no amount in yuan with whole fen", self.line()))
    }
}

impl fmt::Debug for Trade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trade")
            .field("transaction_id", &self.transaction_id)
            .field("out_trade_no", &self.out_trade_no)
            .field("trade_state", &self.trade_state)
            .finish_non_exhaustive()
    }
}
