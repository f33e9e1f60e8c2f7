//! WeChat Pay's error body, read leniently: whatever arrives, it becomes an [`ApiError`].

use std::fmt::Write as _;

use http::StatusCode;
use serde_json::Value;

use super::ErrorCode;

/// Longest piece of WeChat Pay's text that goes into a `Display` line, in characters.
const SHOWN: usize = 200;

/// What WeChat Pay said about a failed request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApiError {
    code: Option<ErrorCode>,
    message: Option<String>,
    details: Vec<ErrorDetail>,
}

/// Where a request is wrong.
#[derive(Clone, Default, PartialEq)]
pub struct ErrorDetail {
    field: Option<String>,
    value: Option<Value>,
    issue: Option<String>,
    location: Option<String>,
}

impl ApiError {
    /// The code, when the body held one that is text.
    pub fn code(&self) -> Option<&ErrorCode> {
        self.code.as_ref()
    }

    /// WeChat Pay's explanation for people. Its wording is not stable: do not branch on it.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Where the request is wrong; empty when WeChat Pay does not say.
    pub fn details(&self) -> &[ErrorDetail] {
        &self.details
    }

    /// Reads any body. What is not JSON, or not of the documented shape, leaves the parts empty.
    pub(crate) fn parse(body: &[u8]) -> Self {
        let Ok(Value::Object(mut object)) = serde_json::from_slice(body) else {
            return Self::default();
        };
        let details = match object.remove("detail").or_else(|| object.remove("detail_list")) {
            Some(Value::Array(list)) => list.iter().filter_map(ErrorDetail::parse).collect(),
            Some(one) => ErrorDetail::parse(&one).into_iter().collect(),
            None => Vec::new(),
        };
        Self {
            code: object.get("code").and_then(Value::as_str).map(ErrorCode::from),
            message: object.get("message").and_then(Value::as_str).map(str::to_owned),
            details,
        }
    }

    /// One line for `Display`: status, code, message and field, bounded and without control characters.
    pub(crate) fn summary(&self, status: StatusCode) -> String {
        let mut line = format!("HTTP {}", status.as_u16());
        if let Some(code) = &self.code {
            push(&mut line, " ", code.as_str());
        }
        if let Some(message) = &self.message {
            push(&mut line, ": ", message);
        }
        if let Some(field) = self.details.iter().find_map(|detail| detail.field.as_deref()) {
            push(&mut line, ", field ", field);
        }
        line
    }
}

impl ErrorDetail {
    /// The field: a JSON pointer into the body, or the name of a path or query parameter.
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// The value WeChat Pay refused. It may be payer data: it is not printed by `Debug`.
    pub fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }

    /// What is wrong with it.
    pub fn issue(&self) -> Option<&str> {
        self.issue.as_deref()
    }

    /// Where the field stands: `body`, `query`, `path` or `url`.
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    fn parse(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        match value {
            Value::Object(object) => Some(Self {
                field: text("field"),
                value: object.get("value").cloned(),
                issue: text("issue"),
                location: text("location"),
            }),
            Value::String(issue) => Some(Self { issue: Some(issue.clone()), ..Self::default() }),
            _ => None,
        }
    }
}

impl std::fmt::Debug for ErrorDetail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ErrorDetail")
            .field("field", &self.field)
            .field("issue", &self.issue)
            .field("location", &self.location)
            .finish_non_exhaustive()
    }
}

fn push(line: &mut String, separator: &str, text: &str) {
    line.push_str(separator);
    for character in text.chars().take(SHOWN) {
        if character.is_control() {
            let _ = write!(line, "{}", character.escape_default());
        } else {
            line.push(character);
        }
    }
    if text.chars().nth(SHOWN).is_some() {
        line.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_body_is_read_whole() {
        let body = br#"{"code":"PARAM_ERROR","message":"bad","detail":{"field":"/amount/currency","value":"XYZ","issue":"invalid","location":"body"}}"#;
        let error = ApiError::parse(body);
        assert_eq!(error.code(), Some(&ErrorCode::ParamError));
        assert_eq!(error.message(), Some("bad"));
        let detail = &error.details()[0];
        assert_eq!(detail.field(), Some("/amount/currency"));
        assert_eq!(detail.value(), Some(&Value::from("XYZ")));
        assert_eq!(detail.issue(), Some("invalid"));
        assert_eq!(detail.location(), Some("body"));
        assert_eq!(error.summary(StatusCode::BAD_REQUEST), "HTTP 400 PARAM_ERROR: bad, field /amount/currency");
    }

    #[test]
    fn h06_any_other_body_is_read_as_far_as_it_goes() {
        for body in [&b"<html>"[..], b"", b"[]", b"null", br#"{"code":123}"#, br#"{"code":null,"detail":null}"#] {
            assert_eq!(ApiError::parse(body), ApiError::default());
        }
        let list = ApiError::parse(br#"{"detail":[{"field":"a","value":{"b":1}},3,"text"]}"#);
        assert_eq!(list.details().len(), 2);
        assert_eq!(list.details()[1].issue(), Some("text"));
    }

    #[test]
    fn a_long_message_with_line_breaks_stays_one_bounded_line() {
        let body = serde_json::json!({ "message": format!("a\nb{}", "x".repeat(1000)) }).to_string();
        let line = ApiError::parse(body.as_bytes()).summary(StatusCode::FORBIDDEN);
        assert!(!line.contains('\n') && line.ends_with('…') && line.chars().count() < 230, "{line}");
    }

    #[test]
    fn a_refused_value_is_not_printed() {
        let error = ApiError::parse(br#"{"detail":{"field":"openid","value":"oSecret"}}"#);
        assert!(!format!("{error:?}").contains("oSecret"));
    }
}
