//! A browser outside WeChat is sent to WeChat Pay's page.

use std::time::{Duration, SystemTime};

use serde::Serialize;
use url::Url;

use super::{Launch, LaunchAnswer, expires_at, handle, scene};
use crate::rt::encode;
use crate::{Error, Result};

/// How long the address is good.
const VALID: Duration = Duration::from_secs(5 * 60);

/// The address that a browser outside WeChat is sent to.
///
/// Link to it from a page of the domain that is registered for H5 payments: WeChat Pay looks at `Referer`.
/// Source: <https://pay.weixin.qq.com/docs/merchant/apis/h5-payment/h5-transfer-payment.html>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct H5Launch {
    /// The address, with `redirect_url` where that was added.
    pub h5_url: String,
    #[serde(skip)]
    expires_at: Option<SystemTime>,
}

impl Launch {
    /// A browser opens the payment 「H5调起支付」.
    ///
    /// ```
    /// # #[cfg(feature = "payments")]
    /// # async fn browser(pay: wechatpay_sdk::WechatPay, order: wechatpay_sdk::payments::CreateH5TransactionRequest) -> wechatpay_sdk::Result<()> {
    /// let prepay = pay.payments().create_h5_transaction(order).await?;
    /// let launch = pay.launch().h5(&prepay)?.redirect_url("https://shop.example/paid?order=1")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A `Request` error where the answer has no usable address.
    pub fn h5(&self, prepay: &impl LaunchAnswer<scene::H5>) -> Result<H5Launch> {
        Ok(H5Launch { h5_url: handle(prepay, "h5_url")?, expires_at: expires_at(prepay, VALID) })
    }
}

impl H5Launch {
    /// Sends the browser to this page of your own afterwards, also when the user has not paid yet: let them press a button
    /// there before you query. Its domain is the registered one, too.
    ///
    /// # Errors
    ///
    /// A `Request` error when it is not an address with `http` or `https`.
    pub fn redirect_url(mut self, url: impl AsRef<str>) -> Result<Self> {
        let url = url.as_ref();
        if !Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
            return Err(Error::request("`redirect_url` is not an address such as https://shop.example/paid"));
        }
        let separator = if self.h5_url.contains('?') { '&' } else { '?' };
        self.h5_url = format!("{}{separator}redirect_url={}", self.h5_url, encode(url));
        Ok(self)
    }

    /// Until when the address is good: five minutes after the order was placed, by WeChat Pay's clock. `None` where the
    /// answer was taken out of its [`Response`](crate::Response) before.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }
}
