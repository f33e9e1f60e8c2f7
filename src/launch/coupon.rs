//! Coupons that a user takes in a mini program or on a page of WeChat Pay: signed with the APIv2 key.

use std::fmt;

use serde::Serialize;

use super::business_view::query;
use super::{Launch, one_line};
use crate::{Error, Result};

/// WeChat Pay's page for one coupon.
const PAGE: &str = "https://action.weixin.qq.com/busifavor/getcouponinfo";

/// What opens the page in WeChat.
const FRAGMENT: &str = "#wechat_pay&wechat_redirect";

/// The plug-in takes no more at once.
const MOST: usize = 10;

/// A coupon that is handed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Coupon {
    /// The stock (批次号) it is taken from.
    pub stock_id: String,
    /// Your number of this handing out, which makes a repeat safe.
    pub out_request_no: String,
    /// The code of a merchant coupon, where you give out codes of your own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coupon_code: Option<String>,
}

impl Coupon {
    /// A coupon of this stock under this number.
    pub fn new(stock_id: impl Into<String>, out_request_no: impl Into<String>) -> Self {
        Self { stock_id: stock_id.into(), out_request_no: out_request_no.into(), coupon_code: None }
    }

    /// The code of a merchant coupon 「券code」.
    #[must_use]
    pub fn coupon_code(mut self, code: impl Into<String>) -> Self {
        self.coupon_code = Some(code.into());
        self
    }

    /// Names and values, as they are signed.
    fn parameters(&self) -> Result<Vec<(&'static str, String)>> {
        let mut parameters = vec![
            ("stock_id", one_line("stock_id", Some(&self.stock_id))?),
            ("out_request_no", one_line("out_request_no", Some(&self.out_request_no))?),
        ];
        if let Some(code) = &self.coupon_code {
            parameters.push(("coupon_code", one_line("coupon_code", Some(code))?));
        }
        Ok(parameters)
    }
}

/// What the plug-in `send-coupon` of a mini program wants.
///
/// Source: <https://pay.weixin.qq.com/doc/v3/merchant/4012285674>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CouponPluginLaunch {
    /// The coupons, at most ten.
    pub send_coupon_params: Vec<Coupon>,
    /// The merchant that hands them out.
    pub send_coupon_merchant: String,
    /// Signature of both, upper-case hexadecimal.
    pub sign: String,
}

/// The address of WeChat Pay's page for one coupon. It holds the user's openid, so `Debug` does not show it.
///
/// Source: <https://pay.weixin.qq.com/doc/v3/merchant/4012285783>.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct H5CouponLaunch {
    /// The address, for a page in WeChat.
    pub url: String,
}

impl Launch {
    /// A user takes coupons in a mini program 「小程序发券插件」, handed out by the merchant of this client.
    ///
    /// ```
    /// # fn coupons(pay: wechatpay_sdk::WechatPay) -> wechatpay_sdk::Result<()> {
    /// use wechatpay_sdk::launch::Coupon;
    ///
    /// let launch = pay.launch().coupon_plugin([Coupon::new("98065001", "89560002019101000121")])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A `Config` error when the client has no [`ApiV2Key`](crate::ApiV2Key), a `Request` error for no coupon, more than
    /// ten, or an empty number.
    pub fn coupon_plugin(&self, coupons: impl IntoIterator<Item = Coupon>) -> Result<CouponPluginLaunch> {
        let key = self.core.api_v2_key()?;
        let coupons: Vec<Coupon> = coupons.into_iter().collect();
        if coupons.is_empty() || coupons.len() > MOST {
            return Err(Error::request(format!("{} coupons are handed out, it must be 1 to {MOST}", coupons.len())));
        }
        let merchant = self.core.merchant().mchid().to_string();
        let mut parameters = vec![("send_coupon_merchant".to_owned(), merchant.clone())];
        for (index, coupon) in coupons.iter().enumerate() {
            let numbered = coupon.parameters()?.into_iter().map(|(name, value)| (format!("{name}{index}"), value));
            parameters.extend(numbered);
        }
        let sign = key.sign(parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())))?;
        Ok(CouponPluginLaunch { send_coupon_params: coupons, send_coupon_merchant: merchant, sign })
    }

    /// A user takes a coupon on WeChat Pay's page 「H5发券」, handed out by the merchant of this client; the user is named by
    /// the openid in an app of the merchant.
    ///
    /// ```
    /// # fn coupon(pay: wechatpay_sdk::WechatPay, openid: &str) -> wechatpay_sdk::Result<()> {
    /// use wechatpay_sdk::launch::Coupon;
    ///
    /// let page = pay.launch().h5_coupon(&Coupon::new("98065001", "89560002019101000121"), openid)?.url;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A `Config` error when the client has no [`ApiV2Key`](crate::ApiV2Key), a `Request` error for an empty number.
    pub fn h5_coupon(&self, coupon: &Coupon, open_id: impl AsRef<str>) -> Result<H5CouponLaunch> {
        let key = self.core.api_v2_key()?;
        let mut parameters = coupon.parameters()?;
        parameters.push(("send_coupon_merchant", self.core.merchant().mchid().to_string()));
        parameters.push(("open_id", one_line("open_id", Some(open_id.as_ref()))?));
        let sign = key.sign(parameters.iter().map(|(name, value)| (*name, value.as_str())))?;
        parameters.push(("sign", sign));
        Ok(H5CouponLaunch { url: format!("{PAGE}?{}{FRAGMENT}", query(&parameters)) })
    }
}

impl fmt::Debug for H5CouponLaunch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("H5CouponLaunch(..)")
    }
}
