//! For whom a partner acts.

use crate::{Error, MchId, Result, WechatPay};

/// A partner and the sub-merchant for which it acts: `sp_mchid`, `sp_appid`, `sub_mchid` and, where it is wanted,
/// `sub_appid` of requests, each checked once.
///
/// Builders and calls that have some of these values take them by `.scope(&scope)`, and they count as given. A setter
/// that is called later takes the place of what the scope said. Values in a path are arguments all the same.
///
/// ```no_run
/// # async fn example(pay: wechatpay_sdk::WechatPay) -> wechatpay_sdk::Result<()> {
/// use wechatpay_sdk::PartnerScope;
///
/// let florist = PartnerScope::of(&pay, "wx8888888888888888", "1900000109")?;
/// # #[cfg(feature = "partner-payments")]
/// let order = pay.partner_payments().get_transaction_by_out_trade_no("A-20261201").scope(&florist).await?;
/// # let _ = florist;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerScope {
    sp_mchid: MchId,
    sp_appid: String,
    sub_mchid: MchId,
    sub_appid: Option<String>,
}

impl PartnerScope {
    /// The client's merchant acts with its app (服务商 APPID) for a sub-merchant (子商户号).
    ///
    /// # Errors
    ///
    /// A `Request` error when the app's id is none, or the sub-merchant's number is none or the client's own.
    pub fn of(pay: &WechatPay, sp_appid: &str, sub_mchid: &str) -> Result<Self> {
        let refuse = |message| Err(Error::request(message));
        let Ok(sub_mchid) = sub_mchid.parse::<MchId>() else {
            return refuse("the sub-merchant's number (sub_mchid) must be 1 to 32 digits, such as 1900000109");
        };
        if sub_mchid == *pay.mchid() {
            return refuse("the sub-merchant's number (sub_mchid) is the number of the partner itself");
        }
        let sp_appid = app("sp_appid", sp_appid)?;
        Ok(Self { sp_mchid: pay.mchid().clone(), sp_appid, sub_mchid, sub_appid: None })
    }

    /// The app of the sub-merchant (子商户 APPID), in which its users are known.
    ///
    /// # Errors
    ///
    /// A `Request` error when it is no id of an app.
    pub fn with_sub_appid(mut self, sub_appid: &str) -> Result<Self> {
        self.sub_appid = Some(app("sub_appid", sub_appid)?);
        Ok(self)
    }

    /// The partner's number.
    pub fn sp_mchid(&self) -> &MchId {
        &self.sp_mchid
    }

    /// The partner's app.
    pub fn sp_appid(&self) -> &str {
        &self.sp_appid
    }

    /// The sub-merchant's number.
    pub fn sub_mchid(&self) -> &MchId {
        &self.sub_mchid
    }

    /// The sub-merchant's app, if there is one.
    pub fn sub_appid(&self) -> Option<&str> {
        self.sub_appid.as_deref()
    }
}

/// Letters and digits, and not a merchant number that has come to the wrong place.
fn app(name: &str, text: &str) -> Result<String> {
    let text = text.trim();
    let is_word = text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_word || text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Error::request(format!("the app's id ({name}) is like wx8888888888888888")));
    }
    Ok(text.to_owned())
}
