//! What a phone needs to open a payment, a transfer or a page of Pay Score (调起支付), signed here and sent nowhere.
//!
//! Every scene is a method of [`Launch`], from [`WechatPay::launch`]. What it returns serialises to exactly the names that
//! the front end wants, so that a handler answers with it as it is:
//!
//! ```
//! # #[cfg(feature = "payments")]
//! # mod shop {
//! use wechatpay_sdk::WechatPay;
//! use wechatpay_sdk::launch::JsapiLaunch;
//! use wechatpay_sdk::payments::CreateJsapiTransactionRequest;
//!
//! async fn pay_in_page(pay: &WechatPay, order: CreateJsapiTransactionRequest) -> wechatpay_sdk::Result<JsapiLaunch> {
//!     let prepay = pay.payments().create_jsapi_transaction(order.clone()).await?;
//!     pay.launch().jsapi(&order, &prepay).await // {"appId":…,"timeStamp":…,"nonceStr":…,"package":…,"signType":"RSA","paySign":…}
//! }
//! # }
//! ```
//!
//! | scene | method | signed with |
//! |---|---|---|
//! | page in WeChat 「JSAPI调起支付」 | [`jsapi`](Launch::jsapi) | the merchant's private key |
//! | mini program 「小程序调起支付」 | [`mini_program`](Launch::mini_program) | the merchant's private key |
//! | app 「APP调起支付」 | [`app`](Launch::app) | the merchant's private key |
//! | browser 「H5调起支付」 | [`h5`](Launch::h5) | |
//! | QR code 「Native调起支付」 | [`native`](Launch::native) | |
//! | medical insurance 「医保自费混合支付」 | `med_ins` | the merchant's private key |
//! | the user confirms or permits a transfer 「调起用户确认收款、免确认收款授权」 | [`transfer`](Launch::transfer) | |
//! | order of Pay Score 「支付分确认订单、订单详情」 | [`payscore_order`](Launch::payscore_order), [`payscore_detail`](Launch::payscore_detail) | the APIv2 key |
//! | permission and plan of Pay Score 「支付分授权、签约计划」 | [`payscore_permission`](Launch::payscore_permission), [`payscore_enable`](Launch::payscore_enable), [`payscore_plan`](Launch::payscore_plan) | `enable`: the APIv2 key |
//! | coupons 「小程序发券插件、H5发券」 | [`coupon_plugin`](Launch::coupon_plugin), [`h5_coupon`](Launch::h5_coupon) | the APIv2 key |
//!
//! What the phone reports afterwards is not proof of payment: query the order, or wait for the notification.

mod app;
mod business_view;
mod coupon;
mod h5;
mod jsapi;
#[cfg(feature = "med-ins")]
mod med_ins;
mod native;
mod payscore;
pub mod scene;
mod signing;
mod transfer;

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub use self::app::{AndroidAppLaunch, AppLaunch};
pub use self::business_view::{AppBusinessView, BusinessView, JsapiBusinessView, MiniProgramBusinessView};
pub use self::coupon::{Coupon, CouponPluginLaunch, H5CouponLaunch};
pub use self::h5::H5Launch;
pub use self::jsapi::{JsapiLaunch, MiniProgramLaunch};
#[cfg(feature = "med-ins")]
pub use self::med_ins::MedInsLaunch;
pub use self::native::NativeLaunch;
pub use self::signing::{LaunchFuture, Launching};
pub use self::transfer::TransferLaunch;
use crate::client::Core;
use crate::verify::TIMESTAMP;
use crate::{Error, Response, Result, Rfc3339Time, WechatPay};

/// Makes what a phone opens; from [`WechatPay::launch`].
#[derive(Clone)]
pub struct Launch {
    core: Core,
}

impl WechatPay {
    /// What a phone needs to open a payment, a transfer or a page of Pay Score; see [`launch`](crate::launch).
    pub fn launch(&self) -> Launch {
        Launch { core: self.core.clone() }
    }
}

impl fmt::Debug for Launch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Launch").field("merchant", &self.core.merchant()).finish_non_exhaustive()
    }
}

/// An order that a phone opens in a [`scene`]: it names the app that signs, so that order and launch name the same one.
///
/// The requests that place such orders have it. An order that comes out of your own table gets it in three lines:
///
/// ```
/// use wechatpay_sdk::launch::{LaunchOrder, scene};
///
/// struct Row {
///     appid: String,
/// }
///
/// impl LaunchOrder<scene::MiniProgram> for Row {
///     fn appid(&self) -> Option<&str> {
///         Some(&self.appid)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no order for this scene",
    label = "this order is opened in another scene than `{S}`"
)]
pub trait LaunchOrder<S> {
    /// The app (appid) in which the order is paid. Of a partner's order it is `sub_appid` where that is given, else
    /// `sp_appid`.
    fn appid(&self) -> Option<&str>;

    /// The sub-merchant, of a partner's transfer.
    fn sub_mchid(&self) -> Option<&str> {
        None
    }

    /// The app of the sub-merchant, of a partner's transfer.
    fn sub_appid(&self) -> Option<&str> {
        None
    }
}

/// An answer with what a phone needs in a [`scene`], such as a `prepay_id`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer for this scene",
    label = "this answer is opened in another scene than `{S}`"
)]
pub trait LaunchAnswer<S> {
    /// `prepay_id`, `h5_url`, `code_url`, `package_info`, `package` or `apply_permissions_token`.
    fn handle(&self) -> Option<&str>;

    /// When WeChat Pay gave it, by its own clock: the `create_time` of the answer, else the time with which its
    /// [`Response`] is signed.
    fn answered_at(&self) -> Option<SystemTime> {
        None
    }
}

impl<S, T: LaunchAnswer<S>> LaunchAnswer<S> for Response<T> {
    fn handle(&self) -> Option<&str> {
        (**self).handle()
    }

    fn answered_at(&self) -> Option<SystemTime> {
        let signed_at = || self.headers().get(TIMESTAMP)?.to_str().ok()?.parse().ok();
        (**self).answered_at().or_else(|| UNIX_EPOCH.checked_add(Duration::from_secs(signed_at()?)))
    }
}

/// What the phone needs of an answer.
fn handle<S>(answer: &impl LaunchAnswer<S>, name: &str) -> Result<String> {
    one_line(name, answer.handle())
}

/// The moment of a `create_time`; none where the text is no time.
#[allow(dead_code, reason = "used by the families with transfers only")]
pub(crate) fn moment(time: &Rfc3339Time) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_secs(time.unix_timestamp().ok()?.try_into().ok()?))
}

/// Until when an answer is good.
fn expires_at<S>(answer: &impl LaunchAnswer<S>, valid: Duration) -> Option<SystemTime> {
    answer.answered_at()?.checked_add(valid)
}

/// A value that is there and is one line of visible ASCII: anything else would change what is signed around it.
fn one_line(name: &str, value: Option<&str>) -> Result<String> {
    match value {
        None | Some("") => Err(Error::request(format!(
            "there is no `{name}`: WeChat Pay gives one only while there is something for the user to do"
        ))),
        Some(value) if value.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(value.to_owned()),
        Some(_) => Err(Error::request(format!("`{name}` has characters other than visible ASCII"))),
    }
}

/// The Rust parts of the guide for front ends compile.
#[cfg(all(doctest, feature = "payments", feature = "partner-payscore"))]
#[doc = include_str!("../docs/CLIENT-LAUNCH.md")]
mod guide {}
