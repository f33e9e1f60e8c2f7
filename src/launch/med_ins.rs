//! A payment with medical insurance: the mixed order, and where the user pays a part, the payment in WeChat Pay.

use serde::Serialize;

use super::signing::Session;
use super::{JsapiLaunch, Launch, MiniProgramLaunch, one_line};
use crate::Result;
use crate::med_ins::{CreateMedInsOrderRequest, MedInsOrder};

/// What `requestMedicalInsurancePay` wants of a page in WeChat; a mini program takes it by
/// [`mini_program`](Self::mini_program).
///
/// Sources: <https://pay.weixin.qq.com/doc/v3/merchant/4016781549> and
/// <https://pay.weixin.qq.com/doc/v3/merchant/4016781545>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MedInsLaunch {
    /// The app of the page, in lower case here; none for a mini program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appid: Option<String>,
    /// The mixed order.
    pub mix_trade_no: String,
    /// What is paid by WeChat Pay, if anything: the five members of a mini program.
    #[serde(flatten)]
    pub payment: Option<MiniProgramLaunch>,
}

impl Launch {
    /// A user pays with medical insurance 「调起医保自费混合支付」: signed where the order has the `prepay_id` of a payment by
    /// WeChat Pay. It opens in the app in which the order names the user: `sub_appid` with a `sub_openid`, else `appid`.
    ///
    /// ```
    /// # async fn medicine(pay: wechatpay_sdk::WechatPay, order: wechatpay_sdk::med_ins::CreateMedInsOrderRequest) -> wechatpay_sdk::Result<()> {
    /// let mixed = pay.med_ins().create_order(order.clone()).await?;
    /// let page = pay.launch().med_ins(&order, &mixed).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A `Request` error where something that the phone needs is missing, a `Sign` error of the signer.
    pub async fn med_ins(&self, order: &CreateMedInsOrderRequest, mixed: &MedInsOrder) -> Result<MedInsLaunch> {
        let given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        let appid = match &order.sub_appid {
            Some(sub_appid) if given(&order.sub_openid) => sub_appid,
            _ => &order.appid,
        };
        let appid = one_line("appid", Some(appid))?;
        let payment = match &order.prepay_id {
            Some(prepay_id) if !prepay_id.is_empty() => {
                let prepay_id = one_line("prepay_id", Some(prepay_id))?;
                let session = Session { appid: appid.clone(), prepay_id, expires_at: None };
                Some(JsapiLaunch::sign(&self.core, session, "").await?.into())
            }
            _ => None,
        };
        Ok(MedInsLaunch {
            appid: Some(appid),
            mix_trade_no: one_line("mix_trade_no", Some(&mixed.mix_trade_no))?,
            payment,
        })
    }
}

impl MedInsLaunch {
    /// The same for `wx.requestMedicalInsurancePay` of a mini program, which passes no app.
    #[must_use]
    pub fn mini_program(mut self) -> Self {
        self.appid = None;
        self
    }
}
