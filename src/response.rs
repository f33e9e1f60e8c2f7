//! A verified answer.

use std::fmt;
use std::ops::Deref;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::hooks::request_id;
use crate::verify::VerifiedBy;
use crate::webhook::Evidence;

/// A verified answer. It derefs to its value.
#[derive(Clone)]
pub struct Response<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
    verified_by: VerifiedBy,
    body: Bytes,
}

impl<T> Response<T> {
    pub(crate) fn new(value: T, status: StatusCode, headers: HeaderMap, verified_by: VerifiedBy, body: Bytes) -> Self {
        Self { value, status, headers, verified_by, body }
    }

    /// The value itself.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The signed bytes.
    pub(crate) fn bytes(&self) -> Bytes {
        self.body.clone()
    }

    /// HTTP status: 200, 202 or 204.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers of the answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// `Request-ID`, for WeChat Pay's support desk.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// The signed answer as it came, to be kept for disputes.
    pub fn evidence(&self) -> Evidence {
        Evidence::of(&self.headers, &self.body)
    }

    /// The key that verified the answer.
    pub fn verified_by(&self) -> &VerifiedBy {
        &self.verified_by
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("value", &self.value)
            .field("status", &self.status.as_u16())
            .field("request_id", &self.request_id())
            .field("verified_by", &self.verified_by)
            .finish_non_exhaustive()
    }
}
