//! The escape hatch: any path, signed and verified by the same code.

use std::fmt;
use std::future::IntoFuture;

use http::Method;
use http::header::{HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::Value;

use crate::client::Core;
use crate::hooks::Raw;
use crate::rt::{self, Built, Effect, Operation};
use crate::rules::Offences;
use crate::verify::SERIAL;
use crate::{Error, Response, Result, Sending, Sensitive};

/// Headers that the SDK sets itself; another value would break the signature or the framing.
const OWN_HEADERS: [&str; 14] = [
    "accept",
    "api-version",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "wechatpay-serial",
];

/// The methods WeChat Pay's operations have. CONNECT, for one, would put another target on the wire than was signed.
const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

static GET: Operation = raw("request", Effect::Read);
/// What it does is not known: it may move money.
static OTHER: Operation = raw("request", Effect::MoneyOut);

/// An operation that no spec says anything about.
pub(crate) const fn raw(id: &'static str, effect: Effect) -> Operation {
    Operation {
        id,
        query_with: None,
        effect,
        rate: None,
        instead: &[],
        host: None,
        idempotent_by: None,
        path: "",
        parameters: &[],
        one_of: &[],
        body: None,
        upload: None,
    }
}

/// A request that no family has; from [`WechatPay::request`](crate::WechatPay::request).
///
/// Awaiting it gives the answer as JSON, `null` where there is no body.
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone)]
pub struct RawRequest {
    core: Core,
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    sensitive: Vec<(String, Sensitive)>,
    failure: Option<String>,
}

impl RawRequest {
    pub(crate) fn new(core: Core, method: Method, path: String) -> Self {
        let (query, headers, sensitive) = (Vec::new(), Vec::new(), Vec::new());
        Self { core, method, path, query, headers, body: None, sensitive, failure: None }
    }

    /// Adds a query parameter; the value is percent-encoded here.
    pub fn query(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.query.push((name.into(), value.to_string()));
        self
    }

    /// Adds a header, such as `Accept-Language` or `Idempotency-Key`.
    ///
    /// Headers that the SDK sets itself, Authorization and Wechatpay-Serial among them, are refused when the request is
    /// sent.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The body as JSON.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => self.body = Some(body),
            Err(error) => self.failure = Some(format!("the body is not JSON: {error}")),
        }
        self
    }

    /// The body as JSON text that is sent byte for byte as it is, unless [`sensitive`](Self::sensitive) has to write into it.
    pub fn json_text(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// A text of the JSON body that WeChat Pay wants encrypted, by its JSON pointer, such as `/payer/name`. It is encrypted
    /// when the request is sent; what it stands in has to be in the body.
    ///
    /// ```no_run
    /// # async fn example(pay: wechatpay_sdk::WechatPay) -> wechatpay_sdk::Result<()> {
    /// use wechatpay_sdk::http::Method;
    ///
    /// let body = serde_json::json!({ "echo_message": "hello" });
    /// let request = pay.request(Method::POST, "/v3/security/echo").json(&body);
    /// let answer = request.sensitive("/encrypted_echo_message", "你好").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn sensitive(mut self, pointer: impl Into<String>, text: impl Into<Sensitive>) -> Self {
        self.sensitive.push((pointer.into(), text.into()));
        self
    }

    /// Sends the request: the named future of `.await`.
    pub fn send(self) -> Sending<Value> {
        let operation = if self.method == Method::GET { &GET } else { &OTHER };
        self.send_as(operation)
    }

    pub(crate) fn send_as(self, operation: &'static Operation) -> Sending<Value> {
        Sending::new(async move {
            let client = Raw(self.core.clone());
            let request = rt::ready(&client, operation).await.and_then(|()| self.request());
            rt::send(client, request, operation).await
        })
    }

    fn request(mut self) -> Result<Built> {
        if let Some(failure) = &self.failure {
            return Err(Error::request(failure.clone()));
        }
        if !METHODS.contains(&self.method) {
            return Err(Error::request("the method is GET, POST, PUT, PATCH or DELETE"));
        }
        let mut request = self.core.http().request(self.method.clone(), self.url()?);
        for (name, value) in &self.headers {
            let name: HeaderName = name.parse().map_err(|error| invalid("a header name is not valid", error))?;
            if OWN_HEADERS.contains(&name.as_str()) {
                return Err(Error::request(format!("the header `{name}` is set by the SDK")));
            }
            let value: HeaderValue = value.parse().map_err(|error| invalid("a header value is not valid", error))?;
            request = request.header(name, value);
        }
        let mut offences = Offences::default();
        if !self.sensitive.is_empty() {
            request = request.header(SERIAL, self.seal(&mut offences)?);
        }
        if let Some(body) = &self.body {
            request = request.header(http::header::CONTENT_TYPE, "application/json").body(body.clone());
        }
        let built = request.build();
        let request =
            built.map_err(|error| Error::request("the request cannot be built").with_source(error.without_url()))?;
        Ok(Built { request, offences })
    }

    /// Encrypts the sensitive texts into the body, and gives the serial of the key.
    fn seal(&mut self, offences: &mut Offences) -> Result<HeaderValue> {
        let mut body: Value = match &self.body {
            Some(body) => serde_json::from_slice(body).map_err(|_| Error::request("the body is not JSON"))?,
            None => Value::Object(serde_json::Map::new()),
        };
        let sensitive = &mut self.sensitive;
        let serial = rt::seal(&self.core, offences, |sealer| {
            for (pointer, text) in sensitive {
                sealer.pointed(pointer, text);
            }
        })?;
        for (pointer, text) in std::mem::take(&mut self.sensitive) {
            let place = pointer.rsplit_once('/').and_then(|(parent, name)| match body.pointer_mut(parent)? {
                Value::Object(members) => {
                    Some(members.entry(name.replace("~1", "/").replace("~0", "~")).or_insert(Value::Null))
                }
                Value::Array(items) => items.get_mut(name.parse::<usize>().ok()?),
                _ => None,
            });
            let place = place.ok_or_else(|| Error::request(format!("the body has no place for `{pointer}`")))?;
            *place = Value::from(text.into_sealed().unwrap_or_default());
        }
        self.body = Some(body.to_string().into_bytes());
        Ok(serial)
    }
}

impl RawRequest {
    /// The address, with a target that is sent and signed exactly as it was written.
    fn url(&self) -> Result<reqwest::Url> {
        let has_dots = self.path.split(['/', '?']).any(|segment| segment == "." || segment == "..");
        if !self.path.starts_with('/') || self.path.starts_with("//") || has_dots || self.path.contains(['#', '\\']) {
            return Err(Error::request("the path begins with one `/` and holds neither `.`, `..`, `#` nor `\\`"));
        }
        let mut target = self.path.clone();
        for (name, value) in &self.query {
            let separator = if target.contains('?') { '&' } else { '?' };
            target.push_str(&format!("{separator}{}={}", rt::encode(name), rt::encode(value)));
        }
        let url = format!("{}{target}", self.core.base());
        // The URL parser resolves `%2e%2e` and drops line breaks, and would reach another place than the caller sees.
        match reqwest::Url::parse(&url) {
            Ok(parsed) if parsed.as_str() == url => Ok(parsed),
            _ => Err(Error::request("the path would not be sent as it is written: percent-encode its values")),
        }
    }
}

fn invalid(message: &str, error: impl Into<http::Error>) -> Error {
    Error::request(message).with_source(error.into())
}

impl IntoFuture for RawRequest {
    type Output = Result<Response<Value>>;
    type IntoFuture = Sending<Value>;

    fn into_future(self) -> Self::IntoFuture {
        self.send()
    }
}

impl fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A path may hold payer data, as an openid.
        f.debug_struct("RawRequest").field("method", &self.method).finish_non_exhaustive()
    }
}
