//! A user confirms a transfer, or permits transfers without confirmation: nothing is signed.

use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::business_view::{AppBusinessView, query};
use super::{Launch, LaunchAnswer, LaunchOrder, expires_at, handle, one_line, scene};
use crate::Result;

/// How long the user has to confirm or to permit.
const VALID: Duration = Duration::from_secs(24 * 60 * 60);

/// What `requestMerchantTransfer` wants, of pages and mini programs.
///
/// Sources: <https://pay.weixin.qq.com/doc/v3/merchant/4015930512> and
/// <https://pay.weixin.qq.com/doc/v3/partner/4016960577>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TransferLaunch {
    /// The merchant, or the partner.
    pub mch_id: String,
    /// The app of the order.
    pub app_id: String,
    /// The sub-merchant, of a partner's transfer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_mch_id: Option<String>,
    /// The app of the sub-merchant, where the order names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_app_id: Option<String>,
    /// `package_info` as it came.
    pub package: String,
    #[serde(skip)]
    expires_at: Option<SystemTime>,
}

impl Launch {
    /// A user confirms a transfer 「调起用户确认收款」 or permits transfers without confirmation 「调起免确认收款授权」.
    ///
    /// ```
    /// # #[cfg(feature = "merchant-transfer")]
    /// # async fn transfer(pay: wechatpay_sdk::WechatPay, order: wechatpay_sdk::merchant_transfer::CreateTransferBillRequest) -> wechatpay_sdk::Result<()> {
    /// let bill = pay.merchant_transfer().create_transfer_bill(order.clone()).await?;
    /// let launch = pay.launch().transfer(&order, &bill)?; // for a page or a mini program
    /// let app = launch.app(); // for an app
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The `ok` of the phone says that the page was shown, not that the money is there.
    ///
    /// # Errors
    ///
    /// A `Request` error where the answer has no `package_info`: there is one in `WAIT_USER_CONFIRM` only.
    pub fn transfer(
        &self,
        order: &impl LaunchOrder<scene::Transfer>,
        answer: &impl LaunchAnswer<scene::Transfer>,
    ) -> Result<TransferLaunch> {
        let given = |value: Option<&str>| value.filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(TransferLaunch {
            mch_id: self.core.merchant().mchid().to_string(),
            app_id: one_line("appid", order.appid())?,
            sub_mch_id: given(order.sub_mchid()),
            sub_app_id: given(order.sub_appid()),
            package: handle(answer, "package_info")?,
            expires_at: expires_at(answer, VALID),
        })
    }
}

impl TransferLaunch {
    /// The same for `WXOpenBusinessView` of an app, URL-encoded.
    ///
    /// Source: <https://pay.weixin.qq.com/doc/v3/merchant/4012719578>.
    pub fn app(&self) -> AppBusinessView {
        let sub = |name, value: &Option<String>| value.clone().map(|value| (name, value));
        let parameters: Vec<_> = [Some(("mchId", self.mch_id.clone())), Some(("appId", self.app_id.clone()))]
            .into_iter()
            .chain([sub("subMchId", &self.sub_mch_id), sub("subAppId", &self.sub_app_id)])
            .flatten()
            .chain([("package", self.package.clone())])
            .collect();
        AppBusinessView { business_type: "requestMerchantTransfer", query: query(&parameters), ext_info: None }
    }

    /// Until when the user can confirm or permit: 24 hours after `create_time`; what is not confirmed by then is closed.
    /// `None` where the answer has no such time and was taken out of its [`Response`](crate::Response) before.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }
}
