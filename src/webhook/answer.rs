//! What WeChat Pay is answered.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Response, StatusCode};
use serde::Serialize;

use crate::{Error, ErrorKind, Result};

/// Longest message of a failure, in characters.
const LONGEST: usize = 64;

/// The answer to a notification. WeChat Pay reads the status before the body: 200 and 204 mean that it need not be sent
/// again, whatever the body says, so a failure never has one of them.
#[derive(Clone, Debug)]
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    /// The notification is safe with the merchant: 204. Say it only then.
    pub fn taken() -> Self {
        Self { status: StatusCode::NO_CONTENT, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// It could not be taken, and is to be sent again: 500. Of the message at most 64 characters are sent.
    pub fn failed(message: impl AsRef<str>) -> Self {
        Self::fail(StatusCode::INTERNAL_SERVER_ERROR, message.as_ref())
    }

    /// It could not be read: 401 where it is not believed, 400 where it is malformed, 500 where the fault is on this side
    /// and a repeat may succeed. Why is not told to whoever sent it.
    pub fn refused(error: &Error) -> Self {
        let (status, message) = match error.kind() {
            ErrorKind::Verify => (StatusCode::UNAUTHORIZED, "the signature is not accepted"),
            ErrorKind::Decode if error.body().is_none() => (StatusCode::BAD_REQUEST, "the notification is malformed"),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "the notification could not be read"),
        };
        Self::fail(status, message)
    }

    /// The same, with the reason in the log of this side.
    pub(super) fn logged(error: &Error) -> Self {
        let is_probe = error.verify_failure().is_some_and(crate::VerifyFailure::is_probe);
        tracing::warn!(target: "wechatpay_sdk", %error, is_probe, "a notification is refused");
        Self::refused(error)
    }

    /// The business answer that an event asks for, such as the fee of a parking: 200 with this as JSON.
    ///
    /// # Errors
    ///
    /// A `Request` error when it cannot be written as JSON.
    pub fn reply(value: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_vec(value)
            .map_err(|cause| Error::request("the answer cannot be written as JSON").with_source(cause))?;
        Ok(Self::json(StatusCode::OK, body.into()))
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    pub(crate) fn with_authorization(mut self, value: HeaderValue) -> Self {
        self.headers.insert(AUTHORIZATION, value);
        self
    }

    fn fail(status: StatusCode, message: &str) -> Self {
        let message: String = message.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
        let body = serde_json::json!({ "code": "FAIL", "message": message });
        Self::json(status, body.to_string().into())
    }

    fn json(status: StatusCode, body: Bytes) -> Self {
        let json = HeaderValue::from_static("application/json");
        Self { status, headers: [(CONTENT_TYPE, json)].into_iter().collect(), body }
    }
}

impl<B: From<Bytes>> From<Answer> for Response<B> {
    fn from(answer: Answer) -> Self {
        let mut response = Self::new(answer.body.into());
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        response
    }
}
