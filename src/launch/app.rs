//! An app: the bare `prepay_id` is signed, and two platforms have names of their own.

use std::time::SystemTime;

use serde::Serialize;

use super::jsapi::instalments;
use super::signing::{Session, Signed, sign};
use super::{Launch, LaunchAnswer, one_line, scene};
use crate::Result;

/// `package` of every app.
const PACKAGE: &str = "Sign=WXPay";

/// What `PayReq` wants, under the names of the parameter list, which iOS takes.
///
/// Neither `partnerid` nor `package` is signed. Source: <https://pay.weixin.qq.com/doc/v3/merchant/4013070351>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AppLaunch {
    /// The app that pays.
    pub appid: String,
    /// The merchant that the app shows to WeChat.
    pub partnerid: String,
    /// The session.
    pub prepayid: String,
    /// `Sign=WXPay`, and the instalments that the user has chosen.
    pub package: String,
    /// 32 digits and letters, new each time.
    pub noncestr: String,
    /// Unix seconds, as text.
    pub timestamp: String,
    /// Signature of the four lines, base64.
    pub sign: String,
    #[serde(skip)]
    expires_at: Option<SystemTime>,
}

/// The same under the names of `PayReq` on Android; from [`AppLaunch::android`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AndroidAppLaunch {
    /// The app that pays.
    pub app_id: String,
    /// The merchant that the app shows to WeChat.
    pub partner_id: String,
    /// The session.
    pub prepay_id: String,
    /// `Sign=WXPay`, and the instalments that the user has chosen.
    pub package_value: String,
    /// 32 digits and letters, new each time.
    pub nonce_str: String,
    /// Unix seconds, as text.
    pub time_stamp: String,
    /// Signature of the four lines, base64.
    pub sign: String,
}

impl Launch {
    /// An app opens the payment 「APP调起支付」. App and merchant are given, not read from the order, because the official
    /// pages differ:
    ///
    /// | order | `appid` | `partnerid` |
    /// |---|---|---|
    /// | of a merchant | `appid` | `mchid` |
    /// | of a partner | the app that pays: `sub_appid`, or `sp_appid` | `sub_mchid` |
    /// | combined | `combine_appid`; the page of platforms says the app of the sub-merchant | `combine_mchid` |
    ///
    /// The signature is always that of the merchant of this client, of a partner then.
    ///
    /// ```
    /// # #[cfg(feature = "payments")]
    /// # async fn app(pay: wechatpay_sdk::WechatPay, order: wechatpay_sdk::payments::CreateAppTransactionRequest) -> wechatpay_sdk::Result<()> {
    /// let prepay = pay.payments().create_app_transaction(order.clone()).await?;
    /// let launch = pay.launch().app(&order.appid, &order.mchid, &prepay).await?;
    /// let android = launch.android();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A `Request` error where something that is signed is missing, a `Sign` error of the signer.
    pub async fn app(
        &self,
        appid: impl AsRef<str>,
        partnerid: impl AsRef<str>,
        prepay: &impl LaunchAnswer<scene::App>,
    ) -> Result<AppLaunch> {
        let partnerid = one_line("partnerid", Some(partnerid.as_ref()))?;
        let Session { appid, prepay_id, expires_at } = Session::of_app(Some(appid.as_ref()), prepay)?;
        let Signed { timestamp, nonce, signature } = sign(&self.core, &appid, &prepay_id).await?;
        Ok(AppLaunch {
            appid,
            partnerid,
            prepayid: prepay_id,
            package: PACKAGE.to_owned(),
            noncestr: nonce,
            timestamp,
            sign: signature,
            expires_at,
        })
    }
}

impl AppLaunch {
    /// The user has chosen this number of instalments 「微信分付商户贴息」, which the order has offered by `subsidy_info`.
    /// `package` says it, which an app does not sign.
    pub fn instalments(mut self, number: u32) -> Self {
        self.package = format!("{PACKAGE}{}", instalments(number));
        self
    }

    /// The same under the names of Android.
    pub fn android(self) -> AndroidAppLaunch {
        AndroidAppLaunch {
            app_id: self.appid,
            partner_id: self.partnerid,
            prepay_id: self.prepayid,
            package_value: self.package,
            nonce_str: self.noncestr,
            time_stamp: self.timestamp,
            sign: self.sign,
        }
    }

    /// As [`JsapiLaunch::expires_at`](super::JsapiLaunch::expires_at).
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }
}
