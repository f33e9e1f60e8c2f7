//! Measures a call and its attempts, also those that are dropped before they end.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};
use tokio::time::Instant;
use tracing::field::{Empty, display};
use tracing::{Span, info_span};

use super::{AttemptEnd, CallEnd, Ending};
use crate::client::Core;
use crate::hooks::request_id;
use crate::rt::Operation;
use crate::verify::VerifiedBy;
use crate::{CertificateSerial, Error, ErrorCode, ErrorKind, Outcome, Response};

/// Longest text of an answer that is passed on, in bytes.
const SHOWN: usize = 128;

/// What is known of an answer when it has come.
#[derive(Default)]
pub(crate) struct Facts<'a> {
    status: Option<StatusCode>,
    request_id: Option<&'a str>,
    verified_by: Option<&'a str>,
    error: Option<&'a Error>,
}

impl<'a> Facts<'a> {
    pub(crate) fn success(status: StatusCode, headers: &'a HeaderMap, verified_by: Option<&'a VerifiedBy>) -> Self {
        let verified_by = verified_by.map(VerifiedBy::as_str);
        Self { status: Some(status), request_id: request_id(headers).and_then(plain), verified_by, error: None }
    }

    pub(crate) fn failure(error: &'a Error) -> Self {
        let request_id = error.request_id().and_then(plain);
        Self { status: error.status(), request_id, verified_by: None, error: Some(error) }
    }

    pub(crate) fn of_call<T>(result: &'a crate::Result<Response<T>>) -> Self {
        match result {
            Ok(answer) => Self::success(answer.status(), answer.headers(), Some(answer.verified_by())),
            Err(error) => Self::failure(error),
        }
    }

    fn ending(&self) -> Ending<'a> {
        match self.error {
            None => Ending::Succeeded,
            Some(error) => Ending::Failed { kind: error.kind(), outcome: error.outcome(), code: code(error) },
        }
    }

    /// What both spans say at their end.
    fn record(&self, span: &Span, begun: Instant) {
        let ending = self.ending();
        record_status(span, self.status);
        if let Some(request_id) = self.request_id {
            span.record("wechatpay.request_id", request_id);
        }
        if let Some(key) = self.verified_by {
            span.record("wechatpay.verified_by", key);
        }
        if let Ending::Failed { kind, outcome, code } = ending {
            span.record("otel.status_code", "ERROR");
            span.record("wechatpay.outcome", name_of(outcome));
            match (code, self.status) {
                (Some(code), _) => span.record("error.type", code),
                (None, Some(status)) if kind == ErrorKind::Api => span.record("error.type", display(status.as_u16())),
                _ => span.record("error.type", display(format_args!("{kind:?}"))),
            };
        }
        span.record("wechatpay.duration_ms", millis(begun));
    }
}

/// Something from its beginning to its end. What is dropped before has ended too.
pub(crate) struct Watch<W: Watched> {
    watched: W,
    begun: Instant,
    span: Span,
    has_ended: bool,
}

/// What is told of something when it ends.
pub(crate) trait Watched {
    fn report(&self, span: &Span, facts: &Facts<'_>, ending: Ending<'_>, duration: Duration);
}

impl<W: Watched> Watch<W> {
    fn new(watched: W, span: Span) -> Self {
        Self { watched, begun: Instant::now(), span, has_ended: false }
    }

    /// To be entered while it is polled.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    pub(crate) fn end(mut self, facts: &Facts<'_>) {
        self.has_ended = true;
        facts.record(&self.span, self.begun);
        self.watched.report(&self.span, facts, facts.ending(), self.begun.elapsed());
    }
}

impl<W: Watched> Drop for Watch<W> {
    fn drop(&mut self) {
        if !self.has_ended {
            record_dropped(&self.span, self.begun);
            self.watched.report(&self.span, &Facts::default(), Ending::Dropped, self.begun.elapsed());
        }
    }
}

/// A call from its beginning to its end.
pub(crate) type CallWatch = Watch<Call>;

pub(crate) struct Call {
    core: Core,
    operation: &'static Operation,
    attempts: AtomicU32,
}

impl CallWatch {
    pub(crate) fn begin(core: &Core, operation: &'static Operation) -> Self {
        let span = info_span!(
            target: "wechatpay_sdk",
            "wechatpay.call",
            otel.name = operation.id,
            otel.status_code = Empty,
            wechatpay.operation = operation.id,
            wechatpay.mchid = core.mchid().as_str(),
            wechatpay.attempts = Empty,
            wechatpay.outcome = Empty,
            wechatpay.request_id = Empty,
            wechatpay.verified_by = Empty,
            wechatpay.duration_ms = Empty,
            http.response.status_code = Empty,
            "error.type" = Empty,
        );
        Self::new(Call { core: core.clone(), operation, attempts: AtomicU32::new(0) }, span)
    }

    /// An attempt of this call begins.
    pub(crate) fn attempt(&self, request: &reqwest::Request) -> AttemptWatch<'_> {
        let Call { core, operation, attempts } = &self.watched;
        let number = attempts.fetch_add(1, Ordering::Relaxed) + 1;
        let (method, url) = (request.method(), request.url());
        let (host, path) = (url.host_str().unwrap_or_default(), operation.path);
        let separator = if path.is_empty() { "" } else { " " };
        let serial = core.merchant().serial().clone();
        let span = info_span!(
            target: "wechatpay_sdk",
            parent: &self.span,
            "wechatpay.attempt",
            otel.name = %format_args!("{method}{separator}{path}"),
            otel.kind = "client",
            otel.status_code = Empty,
            http.request.method = method.as_str(),
            http.request.resend_count = Empty,
            http.response.status_code = Empty,
            server.address = host,
            server.port = url.port_or_known_default(),
            url.template = Empty,
            url.scheme = url.scheme(),
            "error.type" = Empty,
            wechatpay.operation = operation.id,
            wechatpay.attempt = number,
            wechatpay.outcome = Empty,
            wechatpay.request_id = Empty,
            wechatpay.signed_with = serial.as_str(),
            wechatpay.verified_by = Empty,
            wechatpay.duration_ms = Empty,
        );
        if number > 1 {
            span.record("http.request.resend_count", number - 1);
        }
        if !path.is_empty() {
            span.record("url.template", path);
        }
        let (method, host) = (method.clone(), host.to_owned());
        Watch::new(Attempt { call: &self.watched, number, method, host, serial }, span)
    }
}

impl Watched for Call {
    fn report(&self, span: &Span, facts: &Facts<'_>, ending: Ending<'_>, duration: Duration) {
        let attempts = self.attempts.load(Ordering::Relaxed);
        span.record("wechatpay.attempts", attempts);
        if let Some(observer) = self.core.observer() {
            observer.call_ended(&CallEnd {
                operation: self.operation.id,
                attempts,
                status: facts.status.map(|status| status.as_u16()),
                request_id: facts.request_id,
                verified_by: facts.verified_by,
                ending,
                duration,
            });
        }
    }
}

/// An attempt from its beginning to its end.
pub(crate) type AttemptWatch<'c> = Watch<Attempt<'c>>;

pub(crate) struct Attempt<'c> {
    call: &'c Call,
    number: u32,
    method: Method,
    host: String,
    serial: CertificateSerial,
}

impl Watched for Attempt<'_> {
    fn report(&self, _: &Span, facts: &Facts<'_>, ending: Ending<'_>, duration: Duration) {
        let operation = self.call.operation;
        if let Some(observer) = self.call.core.observer() {
            observer.attempt_ended(&AttemptEnd {
                operation: operation.id,
                method: self.method.as_str(),
                url_template: (!operation.path.is_empty()).then_some(operation.path),
                host: &self.host,
                number: self.number,
                signed_with: self.serial.as_str(),
                status: facts.status.map(|status| status.as_u16()),
                request_id: facts.request_id,
                verified_by: facts.verified_by,
                ending,
                duration,
            });
        }
    }
}

fn record_status(span: &Span, status: Option<StatusCode>) {
    if let Some(status) = status {
        span.record("http.response.status_code", status.as_u16());
    }
}

fn record_dropped(span: &Span, begun: Instant) {
    span.record("error.type", "Dropped");
    span.record("wechatpay.outcome", name_of(Outcome::Unknown));
    span.record("wechatpay.duration_ms", millis(begun));
}

fn millis(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn name_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::NotSent => "not_sent",
        Outcome::Refused => "refused",
        Outcome::Unknown => "unknown",
        Outcome::NoRequest => "no_request",
    }
}

/// The code, where it looks like one: an answer that nobody has signed may say anything.
pub(crate) fn code(error: &Error) -> Option<&str> {
    let code = error.code().map(ErrorCode::as_str)?;
    let is_word = code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let begins = code.starts_with(|first: char| first.is_ascii_uppercase());
    (begins && is_word && code.len() <= SHOWN).then_some(code)
}

/// An id of digits, letters and dashes.
fn plain(id: &str) -> Option<&str> {
    let is_plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (is_plain && id.len() <= SHOWN).then_some(id)
}
