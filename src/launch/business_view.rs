//! Pages of WeChat that are opened by `openBusinessView`: the same parameters in three wrappings.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::Serialize;

use crate::rt::encode;

/// What `openBusinessView` wants, before it is wrapped for the place that opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessView {
    pub(super) business_type: &'static str,
    pub(super) parameters: Vec<(&'static str, String)>,
    pub(super) expires_at: Option<SystemTime>,
}

/// What a page in WeChat gives to `openBusinessView`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct JsapiBusinessView {
    /// Which page of WeChat is opened.
    pub business_type: &'static str,
    /// The parameters, URL-encoded.
    pub query_string: String,
}

/// What a mini program gives to `wx.openBusinessView`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MiniProgramBusinessView {
    /// Which page of WeChat is opened.
    pub business_type: &'static str,
    /// The parameters as they are.
    pub extra_data: BTreeMap<&'static str, String>,
}

/// What an app gives to `WXOpenBusinessView`, on Android and iOS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AppBusinessView {
    /// Which page of WeChat is opened.
    pub business_type: &'static str,
    /// The parameters, URL-encoded.
    pub query: String,
    /// JSON as text: the released version of WeChat's mini program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ext_info: Option<&'static str>,
}

impl BusinessView {
    /// For a page in WeChat.
    pub fn jsapi(&self) -> JsapiBusinessView {
        JsapiBusinessView { business_type: self.business_type, query_string: query(&self.parameters) }
    }

    /// For a mini program.
    pub fn mini_program(&self) -> MiniProgramBusinessView {
        let extra_data = self.parameters.iter().cloned().collect();
        MiniProgramBusinessView { business_type: self.business_type, extra_data }
    }

    /// For an app.
    pub fn app(&self) -> AppBusinessView {
        let ext_info = Some(r#"{"miniProgramType":0}"#);
        AppBusinessView { business_type: self.business_type, query: query(&self.parameters), ext_info }
    }

    /// Until when the page can be opened, by WeChat Pay's clock, where that is documented and the answer came in a
    /// [`Response`](crate::Response).
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }
}

/// Names and values, the values URL-encoded.
pub(super) fn query(parameters: &[(&str, String)]) -> String {
    let pairs: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    pairs.join("&")
}
