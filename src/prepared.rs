//! A request that is kept before it is sent.

use std::fmt;

use http::Method;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::Core;
use crate::hooks::Raw;
use crate::rt::{self, Operation};
use crate::verify::SERIAL;
use crate::{Error, Result, Sending, WechatPay};

/// The form of a row; another version of the SDK may read it only while this is the same.
const VERSION: u32 = 1;

/// A request ready to be sent, from `prepare` of a call: a row of an outbox, written in one transaction with the order.
///
/// It holds the exact bytes of the body, what is encrypted in it encrypted already, and no signature: [`WechatPay::send`]
/// signs it afresh each time. A process that dies between the two sends the same request again after it has come back, and
/// WeChat Pay recognises it by its number.
///
/// ```
/// # #[cfg(feature = "refund")]
/// # async fn example(pay: wechatpay_sdk::WechatPay, order: wechatpay_sdk::refund::CreateRefundRequest) -> Result<(), Box<dyn std::error::Error>> {
/// use wechatpay_sdk::Prepared;
///
/// let prepared = pay.refund().create_refund(order).prepare().await?;
/// let row = serde_json::to_string(&prepared)?; // into the outbox, with the order
///
/// let prepared: Prepared = serde_json::from_str(&row)?; // the worker, as often as it takes
/// let answer = pay.send(&prepared).await?;
/// # Ok(())
/// # }
/// ```
///
/// A row holds what the request holds: names of people are encrypted in it where the operation encrypts them, openids are
/// not. Keep it as you keep orders. What is encrypted is encrypted for the key `key` of WeChat Pay, which stays valid for
/// days, not for months.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    version: u32,
    operation: String,
    mchid: String,
    number: Option<String>,
    key: Option<String>,
    method: String,
    template: String,
    target: String,
    body: Option<String>,
}

impl Prepared {
    pub(crate) fn new(
        core: &Core,
        request: &reqwest::Request,
        key: Option<&HeaderValue>,
        operation: &'static Operation,
    ) -> Result<Self> {
        let url = request.url();
        let target = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let bytes = request.body().and_then(reqwest::Body::as_bytes);
        let body = match bytes.map(|bytes| String::from_utf8(bytes.to_vec())).transpose() {
            Ok(body) => body,
            Err(error) => return Err(Error::request("the body is not text").with_source(error)),
        };
        let key = key.and_then(|key| key.to_str().ok()).map(str::to_owned);
        Ok(Self {
            version: VERSION,
            operation: operation.id.to_owned(),
            mchid: core.merchant().mchid().to_string(),
            number: number(operation, url.path(), body.as_deref()),
            key,
            method: request.method().to_string(),
            template: operation.path.to_owned(),
            target,
            body,
        })
    }

    /// The operation, such as `create_refund`.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// The merchant number that signs it.
    pub fn mchid(&self) -> &str {
        &self.mchid
    }

    /// The number of the merchant by which WeChat Pay recognises a repeat.
    pub fn number(&self) -> Option<&str> {
        self.number.as_deref()
    }

    /// Id of the key of WeChat Pay that its encrypted members are for; `None` where it has none.
    pub fn key_id(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The body, byte for byte as it is sent: it may name payers.
    pub fn body(&self) -> Option<&str> {
        self.body.as_deref()
    }

    /// The request, for this client.
    fn request(&self, core: &Core) -> Result<(reqwest::Request, &'static Operation)> {
        if self.version != VERSION {
            return Err(Error::request(format!(
                "this request was prepared in form {}, and this version sends form {VERSION}",
                self.version
            )));
        }
        if self.mchid != core.merchant().mchid().as_str() {
            return Err(Error::request("this request was prepared for another merchant"));
        }
        let operation = crate::api::operations().find_map(|(method, operation)| {
            (*method == self.method && operation.path == self.template).then_some(*operation)
        });
        let operation = operation.ok_or_else(|| {
            Error::request(format!("`{}` is in no family that this program has enabled", self.operation.escape_debug()))
        })?;
        let method: Method =
            self.method.parse().map_err(|_| Error::request("the method of a prepared request is none"))?;
        let url = format!("{}{}", core.base(), self.target);
        let parsed =
            reqwest::Url::parse(&url).ok().filter(|parsed| self.target.starts_with('/') && parsed.as_str() == url);
        let url = parsed.ok_or_else(|| Error::request("the address of a prepared request is not as it was written"))?;
        let mut request = reqwest::Request::new(method, url);
        if let Some(body) = &self.body {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = Some(body.clone().into());
        }
        if let Some(key) = &self.key {
            let key = key.parse().map_err(|_| Error::request("the key id of a prepared request is none"))?;
            request.headers_mut().insert(SERIAL, key);
        }
        Ok((request, operation))
    }
}

/// The value of the field that makes a repeat safe, in the body or in the path.
fn number(operation: &Operation, path: &str, body: Option<&str>) -> Option<String> {
    let name = operation.idempotent_by?;
    let body: Option<Value> = body.and_then(|body| serde_json::from_str(body).ok());
    if let Some(number) = body.as_ref().and_then(|body| body.get(name)?.as_str()) {
        return Some(number.to_owned());
    }
    let place = format!("{{{name}}}");
    let mut segments = operation.path.split('/').zip(path.split('/'));
    let (_, value) = segments.find(|(template, _)| *template == place)?;
    Some(percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned())
}

impl WechatPay {
    /// Sends a prepared request: signed afresh, and otherwise byte for byte as it was prepared. The answer is JSON, verified
    /// like every answer; `serde_json` makes the type of the operation out of it.
    ///
    /// Send it as often as it takes: for the operations that can be prepared, WeChat Pay recognises a repeat by its number.
    ///
    /// # Errors
    ///
    /// As of the call that prepared it. A `Request` error, with nothing sent, where it was prepared for another merchant, by
    /// a version of the SDK with another form, or for a family that this program has not enabled.
    pub fn send(&self, prepared: &Prepared) -> Sending<Value> {
        let core = self.core.clone();
        match prepared.request(&core) {
            Ok((request, operation)) => Sending::new(rt::send_prepared(Raw(core), request, operation)),
            Err(error) => Sending::new(async { Err(error) }),
        }
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Path and body may name payers.
        f.debug_struct("Prepared")
            .field("operation", &self.operation)
            .field("mchid", &self.mchid)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
