//! What the gateway says, before it is signed: an answer, or a refusal in WeChat Pay's words.

use bytes::Bytes;
use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};

/// An answer that still has to be signed.
#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    /// One header more.
    pub(super) header: Option<(HeaderName, HeaderValue)>,
    pub(super) body: Bytes,
    /// WeChat Pay's internal number, the tail of `Request-ID`; 0 is success.
    pub(super) number: u32,
    /// Answers to a request that nobody could be held to are not signed.
    pub(super) is_signed: bool,
}

pub(super) const JSON: &str = "application/json; charset=utf-8";

impl Answer {
    pub(super) fn empty(status: StatusCode) -> Self {
        Self { status, content_type: JSON, header: None, body: Bytes::new(), number: 0, is_signed: true }
    }

    pub(super) fn json(status: StatusCode, body: &Value) -> Self {
        Self { body: body.to_string().into(), ..Self::empty(status) }
    }
}

/// Why a request is not carried out.
#[derive(Debug, PartialEq)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    number: u32,
    message: String,
    detail: Option<Box<Detail>>,
}

#[derive(Debug, PartialEq)]
struct Detail {
    location: Location,
    field: String,
    value: Option<Value>,
    issue: String,
}

/// Where a refused value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Location {
    Body,
    Form,
    Path,
    Query,
}

impl Location {
    fn as_str(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Form => "form",
            Self::Path => "path",
            Self::Query => "query",
        }
    }
}

impl Refusal {
    /// A refusal with a code and the internal number that goes with it.
    pub(super) fn new(status: StatusCode, code: &'static str, number: u32, message: impl Into<String>) -> Self {
        Self { status, code, number, message: message.into(), detail: None }
    }

    /// `PARAM_ERROR`: `field` is a JSON pointer into the body, or the name of a path or query parameter.
    pub(super) fn parameter(
        location: Location,
        field: impl Into<String>,
        value: Option<Value>,
        issue: impl Into<String>,
    ) -> Self {
        let (field, issue) = (field.into(), issue.into());
        let place = location.as_str();
        let message = match field.as_str() {
            "" => format!("the {place} {issue}"),
            _ => format!("{place} parameter {field} {issue}"),
        };
        let detail = Box::new(Detail { location, field, value, issue });
        Self { detail: Some(detail), ..Self::new(StatusCode::BAD_REQUEST, "PARAM_ERROR", 268_435_461, message) }
    }

    /// The same refusal with another internal number.
    pub(super) fn numbered(self, number: u32) -> Self {
        Self { number, ..self }
    }

    /// `INVALID_REQUEST`: the request as a whole breaks a rule.
    pub(super) fn invalid(number: u32, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", number, message)
    }

    pub(super) fn code(&self) -> &'static str {
        self.code
    }

    #[cfg(test)]
    pub(super) fn field(&self) -> Option<&str> {
        self.detail.as_ref().map(|detail| detail.field.as_str())
    }

    pub(super) fn message(&self) -> &str {
        &self.message
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let mut body = json!({ "code": refusal.code, "message": refusal.message });
        if let Some(detail) = refusal.detail {
            let Detail { location, field, value, issue } = *detail;
            let mut detail = json!({ "location": location.as_str(), "field": field, "issue": issue });
            if let (Some(value), Some(members)) = (value, detail.as_object_mut()) {
                members.insert("value".to_owned(), value);
            }
            if let Some(members) = body.as_object_mut() {
                members.insert("detail".to_owned(), detail);
            }
        }
        Self {
            number: refusal.number,
            // As in reality: who could not show who it is gets no signature.
            is_signed: refusal.status != StatusCode::UNAUTHORIZED,
            ..Self::json(refusal.status, &body)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_parameter_is_named_with_its_place_value_and_issue() {
        let refusal = Refusal::parameter(Location::Body, "/amount/total", Some(json!(-1)), "must be at least 0");
        let answer = Answer::from(refusal);
        assert_eq!(answer.status, 400);
        assert!(answer.is_signed);
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        let detail =
            json!({ "location": "body", "field": "/amount/total", "value": -1, "issue": "must be at least 0" });
        assert_eq!(body["code"], "PARAM_ERROR");
        assert_eq!(body["message"], "body parameter /amount/total must be at least 0");
        assert_eq!(body["detail"], detail);
    }

    #[test]
    fn a_refused_signature_is_answered_without_one() {
        let refusal = Refusal::new(StatusCode::UNAUTHORIZED, "SIGN_ERROR", 268_443_699, "wrong");
        assert!(!Answer::from(refusal).is_signed);
    }
}
