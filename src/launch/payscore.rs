//! Pages of Pay Score: signed with the APIv2 key, or opened by a token alone.

use std::time::Duration;

use super::{BusinessView, Launch, LaunchAnswer, expires_at, handle, one_line, scene};
use crate::Result;
use crate::sign::{nonce, timestamp};

/// How long a plan and a permission can be opened.
const PLAN_VALID: Duration = Duration::from_secs(2 * 60 * 60);
const PERMISSION_VALID: Duration = Duration::from_secs(60 * 60);

impl Launch {
    /// A user confirms an order of Pay Score 「支付分确认订单」. It opens in the app that the order names: of a partner's
    /// order `sub_appid` where that is given, else `appid`; another one shows the user the error 4108.
    ///
    /// ```
    /// # #[cfg(feature = "payscore")]
    /// # async fn confirm(pay: wechatpay_sdk::WechatPay, order: wechatpay_sdk::payscore::CreateMerchantServiceOrderRequest) -> wechatpay_sdk::Result<()> {
    /// let order = pay.payscore().create_service_order(order).await?;
    /// let view = pay.launch().payscore_order(&order)?;
    /// let (page, mini_program, app) = (view.jsapi(), view.mini_program(), view.app());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Source: <https://pay.weixin.qq.com/doc/v3/merchant/4012587949>.
    ///
    /// # Errors
    ///
    /// A `Config` error when the client has no [`ApiV2Key`](crate::ApiV2Key), a `Request` error where the answer has no
    /// `package`.
    pub fn payscore_order(&self, order: &impl LaunchAnswer<scene::PayscoreOrder>) -> Result<BusinessView> {
        self.signed("wxpayScoreUse", vec![("package", handle(order, "package")?)])
    }

    /// A user looks at an order of Pay Score 「支付分订单详情」, by the numbers with which it was created.
    ///
    /// ```
    /// # fn detail(pay: wechatpay_sdk::WechatPay) -> wechatpay_sdk::Result<()> {
    /// let view = pay.launch().payscore_detail("88888888000011", "1234323JKHDFE1243252")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Source: <https://pay.weixin.qq.com/doc/v3/merchant/4012587945>.
    ///
    /// # Errors
    ///
    /// A `Config` error when the client has no [`ApiV2Key`](crate::ApiV2Key), a `Request` error for an empty number.
    pub fn payscore_detail(&self, service_id: impl AsRef<str>, out_order_no: impl AsRef<str>) -> Result<BusinessView> {
        let parameters = vec![
            ("service_id", one_line("service_id", Some(service_id.as_ref()))?),
            ("out_order_no", one_line("out_order_no", Some(out_order_no.as_ref()))?),
        ];
        self.signed("wxpayScoreDetail", parameters)
    }

    /// A user permits a service of Pay Score 「支付分授权服务」, by the numbers of the permission.
    ///
    /// ```
    /// # fn enable(pay: wechatpay_sdk::WechatPay) -> wechatpay_sdk::Result<()> {
    /// let view = pay.launch().payscore_enable("88888888000011", "1234323JKHDFE1243252")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`payscore_detail`](Self::payscore_detail).
    pub fn payscore_enable(
        &self,
        service_id: impl AsRef<str>,
        out_request_no: impl AsRef<str>,
    ) -> Result<BusinessView> {
        let parameters = vec![
            ("service_id", one_line("service_id", Some(service_id.as_ref()))?),
            ("out_request_no", one_line("out_request_no", Some(out_request_no.as_ref()))?),
        ];
        self.signed("wxpayScoreEnable", parameters)
    }

    /// A user permits a service of Pay Score 「支付分授权服务」, by the token of an answer, which is good for one hour. It is
    /// not signed.
    ///
    /// ```
    /// # #[cfg(feature = "payscore")]
    /// # async fn permit(pay: wechatpay_sdk::WechatPay, request: wechatpay_sdk::payscore::CreateMerchantPermissionRequest) -> wechatpay_sdk::Result<()> {
    /// let token = pay.payscore().create_permission(request).await?;
    /// let view = pay.launch().payscore_permission(&token)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A `Request` error where the answer has no token.
    pub fn payscore_permission(&self, token: &impl LaunchAnswer<scene::PayscorePermission>) -> Result<BusinessView> {
        let name = "apply_permissions_token";
        Ok(BusinessView {
            business_type: "wxpayScoreEnable",
            parameters: vec![(name, handle(token, name)?)],
            expires_at: expires_at(token, PERMISSION_VALID),
        })
    }

    /// A user signs a plan of Pay Score 「支付分签约计划」, by the `package` of an answer, which is good for two hours. It is
    /// not signed.
    ///
    /// ```
    /// # #[cfg(feature = "payscore")]
    /// # async fn plan(pay: wechatpay_sdk::WechatPay, request: wechatpay_sdk::payscore::CreateMerchantUserSignPlanRequest) -> wechatpay_sdk::Result<()> {
    /// let plan = pay.payscore().create_user_sign_plan(request).await?;
    /// let view = pay.launch().payscore_plan(&plan)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Source: <https://pay.weixin.qq.com/docs/partner/apis/partner-weixin-pay-score/sign-plan/app-payment-sign-plan.html>.
    ///
    /// # Errors
    ///
    /// A `Request` error where the answer has no `package`.
    pub fn payscore_plan(&self, plan: &impl LaunchAnswer<scene::PayscorePlan>) -> Result<BusinessView> {
        Ok(BusinessView {
            business_type: "wxpayScorePlan",
            parameters: vec![("package", handle(plan, "package")?)],
            expires_at: expires_at(plan, PLAN_VALID),
        })
    }

    /// The merchant, the time, a nonce and the signature around what a page is about.
    fn signed(&self, business_type: &'static str, about: Vec<(&'static str, String)>) -> Result<BusinessView> {
        let key = self.core.api_v2_key()?;
        let mut parameters = vec![("mch_id", self.core.merchant().mchid().to_string())];
        parameters.extend(about);
        parameters.push(("timestamp", timestamp(self.core.clock().now())?));
        parameters.push(("nonce_str", nonce()?));
        parameters.push(("sign_type", "HMAC-SHA256".to_owned()));
        let sign = key.sign(parameters.iter().map(|(name, value)| (*name, value.as_str())))?;
        parameters.push(("sign", sign));
        Ok(BusinessView { business_type, parameters, expires_at: None })
    }
}
