//! A connection that fails: what is known about the request that was on it.

use http::StatusCode;

use crate::{Error, Outcome};

/// A connection that failed: before anything was sent, or with an outcome that nobody knows.
pub(super) fn lost(error: reqwest::Error, status: Option<StatusCode>) -> Error {
    // The address may hold payer data, as in a query by openid.
    let error = error.without_url();
    if error.is_builder() {
        return Error::request("the request cannot be built").with_source(error);
    }
    let (outcome, message) = if error.is_connect() {
        (Outcome::NotSent, "no connection to WeChat Pay")
    } else if error.is_timeout() {
        (Outcome::Unknown, "no answer in time")
    } else if status.is_some() {
        (Outcome::Unknown, "the connection broke within the answer")
    } else {
        (Outcome::Unknown, "the connection broke before an answer")
    };
    Error::transport(outcome, message).with_source(error)
}
