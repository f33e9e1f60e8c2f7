//! Checks path, query and body of a request against the spec of its operation.

use std::collections::BTreeMap;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::answer::{Location, Refusal};
use super::form::Form;
use super::spec::{Body, Kind, Operation, Parameter};
use super::{identity, json};
use crate::rules::{self, Context, Offences};

/// A request whose every value fits the spec.
#[derive(Debug)]
pub(super) struct Call<'c> {
    pub(super) operation: &'c str,
    parameters: BTreeMap<&'c str, Value>,
    /// The body, `null` where there is none.
    pub(super) body: Value,
}

impl<'c> Call<'c> {
    /// A call that no spec was asked about.
    #[cfg(test)]
    pub(super) fn of(operation: &'c str, parameters: BTreeMap<&'c str, Value>, body: Value) -> Self {
        Self { operation, parameters, body }
    }

    /// A path or query parameter that is text.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name)?.as_str()
    }

    /// A path or query parameter that is a number.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.parameters.get(name)?.as_i64()
    }

    /// A member of the body that is text.
    pub(super) fn member(&self, name: &str) -> Option<&str> {
        self.body.get(name)?.as_str()
    }
}

/// Checks a request.
pub(super) fn check<'c>(
    operation: &'c Operation,
    path: &[(&str, &str)],
    query: Option<&str>,
    headers: &HeaderMap,
    body: &[u8],
    form: Option<&Form<'_>>,
) -> Result<Call<'c>, Refusal> {
    let mut given: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        given.entry(decode(Location::Query, name, name)?).or_default().push(decode(Location::Query, name, value)?);
    }
    let mut parameters = BTreeMap::new();
    for parameter in &operation.parameters {
        let texts = match parameter.location {
            Location::Path => match path.iter().find(|(name, _)| *name == parameter.name) {
                Some((name, text)) => Some(vec![decode(Location::Path, name, text)?]),
                None => None,
            },
            Location::Form => form.and_then(|form| form.field(&parameter.name)).map(|text| vec![text]),
            _ => given.remove(&parameter.name),
        };
        if let Some(value) = value(parameter, texts)? {
            parameters.insert(parameter.name.as_str(), value);
        }
    }
    if let Some((name, texts)) = given.pop_first() {
        let value = texts.into_iter().next().map(Value::from);
        let issue = "is not a parameter of this operation";
        return Err(Refusal::parameter(Location::Query, name, value, issue).numbered(ILLEGAL_EXTRA));
    }
    let body = match &operation.body {
        Some(expected) if operation.rules.upload.is_some() => check_form(operation, expected, form)?,
        Some(expected) => check_body(expected, headers, body)?,
        None => no_body(operation, body)?,
    };
    check_rules(operation, &parameters, &body)?;
    Ok(Call { operation: &operation.id, parameters, body })
}

/// The rules that a schema cannot say, by the same tables as the SDK: alternatives, sums, addresses, merchant numbers.
fn check_rules(operation: &Operation, parameters: &BTreeMap<&str, Value>, body: &Value) -> Result<(), Refusal> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut given: Vec<(String, String)> = Vec::new();
    for (name, value) in parameters {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        given.extend(values.iter().map(|value| ((*name).to_owned(), text(value))));
    }
    let context = Context { mchid: Some(identity::MCHID), is_loopback: true };
    let mut offences = Offences::default();
    rules::check_parameters(operation.rules.parameters, operation.rules.one_of, &given, context, &mut offences);
    if let Some(rules) = operation.rules.body {
        rules::check_body(rules, body, context, &mut offences);
    }
    match offences.into_found().into_iter().next() {
        None => Ok(()),
        Some(offence) => {
            let (location, value) = match offence.is_in_body() {
                true => (Location::Body, body.pointer(offence.place()).cloned()),
                false => (location(operation, offence.place()), None),
            };
            Err(Refusal::parameter(location, offence.place(), value, offence.rule().to_string()))
        }
    }
}

fn location(operation: &Operation, parameter: &str) -> Location {
    let known = operation.parameters.iter().find(|known| known.name == parameter);
    known.map_or(Location::Query, |known| known.location)
}

/// WeChat Pay's internal number of a parameter that should not be there.
const ILLEGAL_EXTRA: u32 = 270_924_358;

/// Decodes a part of the URL. A `+` is a plus: queries are percent-encoded, not forms.
fn decode(location: Location, name: &str, text: &str) -> Result<String, Refusal> {
    let is_encoded = text
        .split('%')
        .skip(1)
        .all(|rest| rest.get(..2).is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit())));
    match percent_decode_str(text).decode_utf8() {
        Ok(decoded) if is_encoded => Ok(decoded.into_owned()),
        _ => Err(Refusal::parameter(location, name, Some(Value::from(text)), "is not percent-encoded UTF-8")),
    }
}

/// The parameter's value, in the type that its schema asks for.
fn value(parameter: &Parameter, texts: Option<Vec<String>>) -> Result<Option<Value>, Refusal> {
    let refuse = |value, issue: &str| Err(Refusal::parameter(parameter.location, &parameter.name, value, issue));
    let texts = match texts {
        Some(texts) => texts,
        None if parameter.is_required => return refuse(None, "is required"),
        None => return Ok(None),
    };
    let value = match (parameter.kind, texts.as_slice()) {
        (Kind::Array, _) => Value::from(texts),
        (Kind::ArrayOfIntegers, _) => match texts.iter().map(|text| integer(text)).collect::<Option<Vec<i64>>>() {
            Some(numbers) => Value::from(numbers),
            None => return refuse(Some(Value::from(texts)), "must be integers"),
        },
        (Kind::Text, [text]) => Value::from(text.as_str()),
        (Kind::Boolean, [text]) => match text.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => return refuse(Some(Value::from(text.as_str())), "must be true or false"),
        },
        (Kind::Integer, [text]) => match integer(text) {
            Some(number) => Value::from(number),
            None => return refuse(Some(Value::from(text.as_str())), "must be an integer"),
        },
        (Kind::Json, [text]) => match json::read(text.as_bytes()) {
            Ok((value, None)) => value,
            Ok((_, Some(finding))) => return refuse(None, &format!("{} {}", finding.pointer, finding.issue)),
            Err(_) => return refuse(Some(Value::from(text.as_str())), "must be JSON"),
        },
        (_, _) => return refuse(Some(Value::from(texts)), "is there more than once"),
    };
    let problem = parameter.schema.iter_errors(&value).next().map(|error| match error.instance_path().as_str() {
        "" => issue(&error),
        pointer => format!("{pointer} {}", issue(&error)),
    });
    match problem {
        Some(issue) => refuse(Some(value), &issue),
        None => Ok(Some(value)),
    }
}

/// A number in its only spelling: no plus, blank or zero in front.
fn integer(text: &str) -> Option<i64> {
    text.parse::<i64>().ok().filter(|number| *text == number.to_string())
}

fn check_body(expected: &Body, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        if expected.is_required {
            return Err(Refusal::parameter(Location::Body, "", None, "is required"));
        }
        return Ok(Value::Null);
    }
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(Refusal::parameter(Location::Body, "", None, "needs the header Content-Type: application/json"));
    }
    check_json(expected, body)
}

fn check_json(expected: &Body, body: &[u8]) -> Result<Value, Refusal> {
    let (value, finding) = json::read(body)
        .map_err(|error| Refusal::parameter(Location::Body, "", None, format!("is not JSON: {error}")))?;
    if let Some(finding) = finding {
        return Err(Refusal::parameter(Location::Body, finding.pointer, None, finding.issue));
    }
    match first_error(&expected.schema, &value) {
        Some(refusal) => Err(refusal),
        None => Ok(value),
    }
}

/// The meta of an upload, after a look at the file that it speaks of.
fn check_form(operation: &Operation, expected: &Body, form: Option<&Form<'_>>) -> Result<Value, Refusal> {
    let Some((form, upload)) = form.zip(operation.rules.upload) else {
        return Err(Refusal::parameter(Location::Body, "", None, "is a form: Content-Type: multipart/form-data"));
    };
    let meta = check_json(expected, form.meta)?;
    form.check_file(upload, &meta)?;
    let mut names = form
        .others()
        .filter(|name| *name != upload.part && !operation.parameters.iter().any(|parameter| parameter.name == *name));
    match names.next() {
        Some(name) => {
            Err(Refusal::parameter(Location::Form, name, None, "is not a part of this form").numbered(ILLEGAL_EXTRA))
        }
        None => Ok(meta),
    }
}

/// An operation without a body in its spec: `{}` is no harm where a body is legal HTTP.
fn no_body(operation: &Operation, body: &[u8]) -> Result<Value, Refusal> {
    let is_read = operation.method == http::Method::GET;
    if body.is_empty() || (!is_read && body == b"{}") {
        return Ok(Value::Null);
    }
    Err(Refusal::parameter(Location::Body, "", None, "is not a part of this operation").numbered(ILLEGAL_EXTRA))
}

fn first_error(schema: &Validator, value: &Value) -> Option<Refusal> {
    let error = schema.iter_errors(value).next()?;
    let mut pointer = error.instance_path().as_str().to_owned();
    let issue = issue(&error);
    let is_extra = match error.kind() {
        ValidationErrorKind::Required { property } => {
            json::push(&mut pointer, property.as_str().unwrap_or_default());
            false
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            json::push(&mut pointer, unexpected.first().map_or("", String::as_str));
            true
        }
        _ => false,
    };
    let refused = value.pointer(&pointer).cloned();
    let refusal = Refusal::parameter(Location::Body, pointer, refused, issue);
    Some(if is_extra { refusal.numbered(ILLEGAL_EXTRA) } else { refusal })
}

/// What is wrong, as the end of a sentence that begins with the field.
fn issue(error: &ValidationError<'_>) -> String {
    match error.kind() {
        ValidationErrorKind::Required { .. } => "is required".to_owned(),
        ValidationErrorKind::AdditionalProperties { .. } => "is not known to this operation".to_owned(),
        ValidationErrorKind::Type { kind: TypeKind::Single(kind) } => match kind.as_str() {
            kind @ ("array" | "integer" | "object") => format!("must be an {kind}"),
            kind => format!("must be a {kind}"),
        },
        ValidationErrorKind::MaxLength { limit } => format!("has more than {limit} characters"),
        ValidationErrorKind::MinLength { limit } => format!("has fewer than {limit} characters"),
        ValidationErrorKind::MaxItems { limit } => format!("has more than {limit} items"),
        ValidationErrorKind::MinItems { limit } => format!("has fewer than {limit} items"),
        ValidationErrorKind::Maximum { limit } => format!("must be at most {limit}"),
        ValidationErrorKind::Minimum { limit } => format!("must be at least {limit}"),
        ValidationErrorKind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        ValidationErrorKind::ExclusiveMinimum { limit } => format!("must be more than {limit}"),
        ValidationErrorKind::Pattern { pattern } => format!("does not match {pattern}"),
        ValidationErrorKind::Enum { options } => format!("must be one of {options}"),
        other => format!("breaks the rule `{}`", other.keyword()),
    }
}
