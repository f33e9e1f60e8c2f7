//! A page in WeChat and a mini program: the same signature under nearly the same names.

use std::time::SystemTime;

use serde::Serialize;

use super::signing::{RSA, Session, Signed, sign};
use super::{Launch, LaunchAnswer, LaunchFuture, LaunchOrder, Launching, scene};
use crate::Result;
use crate::client::Core;

/// What `WeixinJSBridge.invoke('getBrandWCPayRequest', …)` wants.
///
/// Source: <https://pay.weixin.qq.com/doc/v3/merchant/4012365339>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct JsapiLaunch {
    /// The app of the page, which is that of the order.
    pub app_id: String,
    /// Unix seconds, as text.
    pub time_stamp: String,
    /// 32 digits and letters, new each time.
    pub nonce_str: String,
    /// `prepay_id=…`.
    pub package: String,
    /// `RSA`.
    pub sign_type: &'static str,
    /// Signature of the four lines, base64.
    pub pay_sign: String,
    #[serde(skip)]
    expires_at: Option<SystemTime>,
}

/// What `wx.requestPayment` wants: the app has signed too, and is not passed.
///
/// Source: <https://pay.weixin.qq.com/doc/v3/merchant/4012365339>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MiniProgramLaunch {
    /// Unix seconds, as text.
    pub time_stamp: String,
    /// 32 digits and letters, new each time.
    pub nonce_str: String,
    /// `prepay_id=…`.
    pub package: String,
    /// `RSA`.
    pub sign_type: &'static str,
    /// Signature of the four lines, base64.
    pub pay_sign: String,
    #[serde(skip)]
    expires_at: Option<SystemTime>,
}

impl Launch {
    /// A page in WeChat opens the payment 「JSAPI调起支付」. It is signed with the app of the order; of a partner's order
    /// with `sub_appid` where that is given, else with `sp_appid`, always by the partner's key; of a combined order with
    /// `combine_appid`.
    ///
    /// ```
    /// # #[cfg(feature = "payments")]
    /// # async fn page(pay: wechatpay_sdk::WechatPay, order: wechatpay_sdk::payments::CreateJsapiTransactionRequest) -> wechatpay_sdk::Result<()> {
    /// let prepay = pay.payments().create_jsapi_transaction(order.clone()).await?;
    /// let launch = pay.launch().jsapi(&order, &prepay).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// An order of another kind does not compile.
    ///
    /// # Errors
    ///
    /// When it is awaited: a `Request` error where order or answer lack what is signed, a `Sign` error of the signer.
    pub fn jsapi(
        &self,
        order: &impl LaunchOrder<scene::Jsapi>,
        prepay: &impl LaunchAnswer<scene::Jsapi>,
    ) -> Launching<JsapiLaunch> {
        Launching::new(&self.core, Session::of_order(order, prepay))
    }

    /// A mini program opens the payment 「小程序调起支付」, as [`jsapi`](Self::jsapi).
    ///
    /// ```
    /// # #[cfg(feature = "payments")]
    /// # async fn mini(pay: wechatpay_sdk::WechatPay, order: wechatpay_sdk::payments::CreateJsapiTransactionRequest) -> wechatpay_sdk::Result<()> {
    /// let prepay = pay.payments().create_jsapi_transaction(order.clone()).await?;
    /// let launch = pay.launch().mini_program(&order, &prepay).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`jsapi`](Self::jsapi).
    pub fn mini_program(
        &self,
        order: &impl LaunchOrder<scene::MiniProgram>,
        prepay: &impl LaunchAnswer<scene::MiniProgram>,
    ) -> Launching<MiniProgramLaunch> {
        Launching::new(&self.core, Session::of_order(order, prepay))
    }
}

/// Instalments chosen in the shop, where the order has offered them by `subsidy_info`.
pub(super) fn instalments(number: u32) -> String {
    format!("&subsidy_period_type=PERIOD&selected_installment_number={number}")
}

impl Launching<JsapiLaunch> {
    /// The user has chosen this number of instalments 「微信分付商户贴息」, which the order has offered by `subsidy_info`.
    pub fn instalments(mut self, number: u32) -> Self {
        self.suffix = instalments(number);
        self
    }
}

impl Launching<MiniProgramLaunch> {
    /// The user has chosen this number of instalments 「微信分付商户贴息」, which the order has offered by `subsidy_info`.
    pub fn instalments(mut self, number: u32) -> Self {
        self.suffix = instalments(number);
        self
    }
}

impl IntoFuture for Launching<JsapiLaunch> {
    type Output = Result<JsapiLaunch>;
    type IntoFuture = LaunchFuture<JsapiLaunch>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { JsapiLaunch::sign(&self.core, self.session?, &self.suffix).await })
    }
}

impl IntoFuture for Launching<MiniProgramLaunch> {
    type Output = Result<MiniProgramLaunch>;
    type IntoFuture = LaunchFuture<MiniProgramLaunch>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(JsapiLaunch::sign(&self.core, self.session?, &self.suffix).await?.into()) })
    }
}

impl JsapiLaunch {
    /// `package` is signed as a whole.
    pub(super) async fn sign(core: &Core, session: Session, suffix: &str) -> Result<Self> {
        let Session { appid, prepay_id, expires_at } = session;
        let package = format!("prepay_id={prepay_id}{suffix}");
        let Signed { timestamp, nonce, signature } = sign(core, &appid, &package).await?;
        Ok(Self {
            app_id: appid,
            time_stamp: timestamp,
            nonce_str: nonce,
            package,
            sign_type: RSA,
            pay_sign: signature,
            expires_at,
        })
    }

    /// Until when the payment can be opened: two hours after the order was placed, by WeChat Pay's clock. `None` where the
    /// answer was taken out of its [`Response`](crate::Response) before.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }
}

impl MiniProgramLaunch {
    /// As [`JsapiLaunch::expires_at`].
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }
}

impl From<JsapiLaunch> for MiniProgramLaunch {
    fn from(launch: JsapiLaunch) -> Self {
        let JsapiLaunch { app_id: _, time_stamp, nonce_str, package, sign_type, pay_sign, expires_at } = launch;
        Self { time_stamp, nonce_str, package, sign_type, pay_sign, expires_at }
    }
}
