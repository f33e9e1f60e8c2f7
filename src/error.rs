//! The one error type of the crate, and what it says about the money.

mod advice;
mod api;
mod code;
mod table;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use http::{HeaderMap, StatusCode};

pub use self::advice::NextStep;
pub use self::api::{ApiError, ErrorDetail};
pub use self::code::ErrorCode;
use crate::hooks::request_id;
use crate::rt::{Effect, Operation};
use crate::rules::{Offence, Offences};
use crate::verify::VerifyFailure;

/// Result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Anything that went wrong between your call and a trusted answer.
///
/// Read [`outcome`](Error::outcome) before anything else: it says whether the request can have had an effect.
/// `Display` is one line for the log, without bodies, keys or payer data; causes are in
/// [`source`](StdError::source).
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: ErrorKind,
    outcome: Outcome,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
    operation: Option<&'static Operation>,
    status: Option<StatusCode>,
    request_id: Option<String>,
    verified: bool,
    api: Option<ApiError>,
    verify: Option<VerifyFailure>,
    body: Option<bytes::Bytes>,
    offences: Vec<Offence>,
    attempts: u32,
    retry_after: Option<Duration>,
}

/// What kind of thing went wrong.
///
/// The kind says where to look; [`next_step`](Error::next_step) says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// WeChat Pay answered with an error status; see [`Error::code`].
    ///
    /// # Troubleshooting
    ///
    /// Read [`advice`](Error::advice): it knows the common codes. The message is for people, and
    /// [`details`](ApiError::details) names the field. 401 `SIGN_ERROR` means keys, serial, merchant number or clock:
    /// [`self_test`](crate::WechatPay::self_test) tries them. When nothing explains it, give the support desk
    /// [`request_id`](Error::request_id).
    Api,
    /// The client cannot be built from what it was given.
    ///
    /// # Troubleshooting
    ///
    /// The message says the fix. Most often two files are mixed up: the merchant's certificate (商户证书) and WeChat Pay's
    /// public key (微信支付公钥), or the APIv2 and the APIv3 key. "Not in effect" can also be this machine's clock.
    Config,
    /// The answer or notification is verified but does not fit the specification; see [`Error::body`].
    ///
    /// # Troubleshooting
    ///
    /// The call may well have been carried out: query it. The message has the path of the member that does not fit. Look
    /// at [`Error::body`], which may hold payer data, and report the difference to this project; until then
    /// [`request`](crate::WechatPay::request) reads the answer as plain JSON.
    Decode,
    /// A ciphertext of an answer or a notification does not open with the keys of this client. Those of an answer say
    /// nothing about the request: see [`Outcome::NoRequest`].
    ///
    /// # Troubleshooting
    ///
    /// Notifications and certificates are opened with the APIv3 key, fields of answers with the merchant's private key.
    /// After a change of keys, give the earlier one too: `previous_api_v3_key`, `Merchant::with_decryption_key`.
    Decrypt,
    /// A file is not the one that WeChat Pay gave the hash of, is too large, or cannot be written. Nothing of it is to be
    /// used.
    ///
    /// # Troubleshooting
    ///
    /// Ask for a new address and download it again: addresses live for minutes. If only the hash differs, something
    /// between here and WeChat Pay changes bytes. "Cannot be written" is the disk or the folder's permissions.
    Download,
    /// What WeChat Pay says is not what your own records say; see [`Expected`](crate::Expected).
    ///
    /// # Troubleshooting
    ///
    /// Deliver nothing. The message names what differs: another amount, merchant, appid or payer means that this payment
    /// is not for this order, or that the order was changed after it was sent.
    Mismatch,
    /// The values of this call cannot be sent as they are.
    ///
    /// # Troubleshooting
    ///
    /// [`offences`](Error::offences) lists every broken rule with its place. A rule that WeChat Pay has changed since can
    /// be sent all the same with [`Validation::Warn`](crate::Validation::Warn); report it to this project.
    Request,
    /// The request could not be signed.
    ///
    /// # Troubleshooting
    ///
    /// With a signer of your own ([`Sign`](crate::Sign)) the [`source`](StdError::source) is its error: the key service is
    /// away, too slow, or refuses. Nothing was sent.
    Sign,
    /// A bill cannot be read, or does not add up.
    ///
    /// # Troubleshooting
    ///
    /// Compare the summary line with the rows: a cut file does not add up. A file of another kind has other columns; was it
    /// asked for with another `bill_type`, or saved by a spreadsheet program?
    Statement,
    /// The connection failed before, while or after the request was sent; the outcome tells which.
    ///
    /// # Troubleshooting
    ///
    /// `NotSent`: look at DNS, firewall, proxy and TLS; the [`source`](StdError::source) says which of them. A certificate
    /// that is not accepted is a middlebox or an old root store, and is never to be switched off. `Unknown`: it may have
    /// been carried out, so query. "No answer in time" again and again: the line, or a timeout below what the page of the
    /// operation asks for. A redirect or a compressed answer comes from something between here and WeChat Pay.
    Transport,
    /// A success answer or a notification whose signature is missing or wrong; see [`Error::verify_failure`].
    ///
    /// # Troubleshooting
    ///
    /// The failure says which check. `UnknownSerial`: the trust lacks the key that WeChat Pay signs with; take the one the
    /// merchant portal shows, or [`Trust::downloaded_certificates`](crate::Trust::downloaded_certificates). A missing
    /// header: a proxy answers, or strips headers. An old timestamp: this machine's clock. Do not read the answer in
    /// another way: the call may have been carried out, so query.
    Verify,
}

/// What is known about the effect of the request: did it happen?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// Nothing was sent. Repeat freely once the cause is gone.
    NotSent,
    /// This attempt was refused. An earlier attempt with the same number may still live.
    Refused,
    /// There is no answer that can be trusted. Query first, then repeat with the same number and the same content.
    Unknown,
    /// This is not about a request: a text that does not open, a notification that is not accepted, an order that is not
    /// the expected one. It says nothing about the calls before it.
    NoRequest,
}

impl Error {
    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// What is known about the effect of the request. Read this before repeating anything.
    pub fn outcome(&self) -> Outcome {
        self.inner.outcome
    }

    /// WeChat Pay's own code, when it answered with one.
    pub fn code(&self) -> Option<&ErrorCode> {
        self.inner.api.as_ref()?.code()
    }

    /// Whether WeChat Pay answered with exactly this code, such as `NOT_ENOUGH`.
    pub fn is_code(&self, code: &str) -> bool {
        self.code().is_some_and(|known| known.as_str() == code)
    }

    /// The whole refusal: code, message and the field it is about.
    pub fn api(&self) -> Option<&ApiError> {
        self.inner.api.as_ref()
    }

    /// HTTP status of the answer, when there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.inner.status
    }

    /// `Request-ID` of the answer, for WeChat Pay's support desk.
    pub fn request_id(&self) -> Option<&str> {
        self.inner.request_id.as_deref()
    }

    /// The internal number of WeChat Pay that the `Request-ID` ends with; it is finer than the code, and the support desk
    /// asks for it. 0 is success.
    pub fn internal_number(&self) -> Option<u32> {
        let (_, number) = self.request_id()?.rsplit_once('-')?;
        number.parse().ok()
    }

    /// Name of the operation that was called, such as `sync_service_order`.
    pub fn operation(&self) -> Option<&'static str> {
        self.inner.operation.map(|operation| operation.id)
    }

    /// Name of the operation of the same family that tells what became of this one.
    pub fn query_with(&self) -> Option<&'static str> {
        self.inner.operation?.query_with
    }

    /// Whether the error answer itself carried a valid signature.
    ///
    /// Facts in an unsigned error must not decide about money: an unsigned `ORDER_NOT_EXIST` does not prove that there
    /// is no order.
    pub fn verified(&self) -> bool {
        self.inner.verified
    }

    /// Which check a success answer failed, for [`ErrorKind::Verify`].
    pub fn verify_failure(&self) -> Option<&VerifyFailure> {
        self.inner.verify.as_ref()
    }

    /// The answer's body as far as it was kept (at most 16 KiB), for debugging; it may hold payer data.
    pub fn body(&self) -> Option<&[u8]> {
        self.inner.body.as_deref()
    }

    /// The documented rules that the request breaks, all of them; it was not sent.
    pub fn offences(&self) -> &[Offence] {
        &self.inner.offences
    }

    /// How many attempts were made; 0 when nothing was attempted.
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }

    /// How long WeChat Pay asks to wait before the request is repeated, where it says so (`Retry-After` in seconds).
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// Whether the same request, with the same number and content, may be repeated.
    ///
    /// True when nothing was sent because the connection failed, when WeChat Pay asks to slow down, and when the
    /// outcome is unknown and the operation only reads or is re-entrant by its merchant order number. It never means
    /// "repeat with a new number". [`next_step`](Self::next_step) says more: where money may have moved, to query first.
    pub fn is_retryable(&self) -> bool {
        let inner = &self.inner;
        match (inner.kind, inner.outcome) {
            // The platform certificates, which had to come first, can fail like an answer.
            (ErrorKind::Transport | ErrorKind::Api | ErrorKind::Verify | ErrorKind::Decode, Outcome::NotSent) => true,
            (ErrorKind::Api, Outcome::Refused) => inner.status == Some(StatusCode::TOO_MANY_REQUESTS),
            (_, Outcome::Unknown) => inner.operation.is_some_and(Operation::reenters),
            _ => false,
        }
    }
}

/// How the crate makes errors; each constructor fixes kind and outcome.
impl Error {
    fn new(kind: ErrorKind, outcome: Outcome, message: impl Into<String>) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                outcome,
                message: message.into(),
                source: None,
                operation: None,
                status: None,
                request_id: None,
                verified: false,
                api: None,
                verify: None,
                body: None,
                offences: Vec::new(),
                attempts: 0,
                retry_after: None,
            }),
        }
    }

    /// The client cannot be built; the message says the fix.
    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, Outcome::NotSent, message)
    }

    /// The call's values cannot be sent; the message names the field, never its value.
    pub(crate) fn request(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Request, Outcome::NotSent, message)
    }

    /// The request breaks documented rules.
    pub(crate) fn broken_rules(offences: Offences) -> Self {
        let offences = offences.into_found();
        let lines: Vec<String> = offences.iter().map(ToString::to_string).collect();
        let mut error = Self::request(lines.join("; "));
        error.inner.offences = offences;
        error
    }

    /// Something that had to come before the request failed, so it was not sent.
    pub(crate) fn not_sent(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::new(kind, Outcome::NotSent, message)
    }

    /// A notification that is not believed. Nothing was sent because of it.
    pub(crate) fn unverified_notification(failure: VerifyFailure) -> Self {
        let message = format!("the notification is not accepted: {failure}");
        let mut error = Self::new(ErrorKind::Verify, Outcome::NoRequest, message);
        error.inner.verify = Some(failure);
        error
    }

    /// A notification of another form than documented.
    pub(crate) fn decode_notification(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Decode, Outcome::NoRequest, message)
    }

    /// A ciphertext does not open. Why is not said: it would help whoever makes ciphertexts to find out.
    pub(crate) fn decrypt(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Decrypt, Outcome::NoRequest, message)
    }

    /// What WeChat Pay says differs from the own records.
    pub(crate) fn mismatch(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Mismatch, Outcome::NoRequest, message)
    }

    /// An answer's ciphertext: its request was sent.
    pub(crate) fn of_answer(mut self) -> Self {
        self.inner.outcome = Outcome::Unknown;
        self
    }

    /// A file that is not to be used. The request only read.
    pub(crate) fn download(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Download, Outcome::Unknown, message)
    }

    /// A bill that cannot be read.
    pub(crate) fn statement(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Statement, Outcome::NoRequest, message)
    }

    /// What it says, without what follows from it.
    pub(crate) fn message(&self) -> &str {
        &self.inner.message
    }

    /// What another request was answered with, which this one needed.
    pub(crate) fn with_refusal(mut self, status: Option<StatusCode>, api: Option<ApiError>) -> Self {
        self.inner.status = status;
        self.inner.api = api;
        self
    }

    /// The request could not be signed and was not sent.
    pub(crate) fn sign(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Sign, Outcome::NotSent, message)
    }

    pub(crate) fn transport(outcome: Outcome, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Transport, outcome, message)
    }

    /// An answer that is not believed; what it says is not known to be true.
    pub(crate) fn verify(failure: VerifyFailure) -> Self {
        let mut error = Self::new(ErrorKind::Verify, Outcome::Unknown, failure.to_string());
        error.inner.verify = Some(failure);
        error
    }

    /// A verified answer that does not fit the specification.
    pub(crate) fn decode(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Decode, Outcome::Unknown, message)
    }

    /// An error status. 5xx, 408, and codes that say so leave the outcome open, everything else refuses this attempt.
    pub(crate) fn api_answer(status: StatusCode, verified: bool, body: &[u8]) -> Self {
        let api = ApiError::parse(body);
        let is_open = status.is_server_error()
            || status == StatusCode::REQUEST_TIMEOUT
            || api.code().is_some_and(ErrorCode::is_system_error);
        let outcome = if is_open { Outcome::Unknown } else { Outcome::Refused };
        let mut error = Self::new(ErrorKind::Api, outcome, api.summary(status));
        error.inner.api = Some(api);
        error.inner.verified = verified;
        error.with_status(status)
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.inner.status = Some(status);
        self
    }

    pub(crate) fn with_request_id(mut self, headers: &HeaderMap) -> Self {
        self.inner.request_id = request_id(headers).map(str::to_owned);
        self
    }

    pub(crate) fn with_retry_after(mut self, headers: &HeaderMap) -> Self {
        let seconds = headers.get(http::header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        self.inner.retry_after = seconds.map(Duration::from_secs);
        self
    }

    /// The error of the last of several attempts, of which one has left the outcome open.
    pub(crate) fn after(mut self, attempts: u32, is_unknown: bool) -> Self {
        self.inner.attempts = attempts;
        if is_unknown { self.after_unknown() } else { self }
    }

    /// The error of an attempt after one whose outcome is unknown.
    pub(crate) fn after_unknown(mut self) -> Self {
        if self.inner.outcome != Outcome::Unknown {
            self.inner.outcome = Outcome::Unknown;
            self.inner.message.push_str(" (an attempt before this one may have been carried out)");
        }
        self
    }

    /// Keeps the first 16 KiB of the answer for debugging.
    pub(crate) fn with_body(mut self, body: &bytes::Bytes) -> Self {
        const KEPT: usize = 16 * 1024;
        self.inner.body = Some(body.slice(..body.len().min(KEPT)));
        self
    }

    /// Adds what the operation table knows of the call.
    pub(crate) fn with_operation(mut self, operation: &'static Operation) -> Self {
        // The payer may still enter the password, and then it is paid.
        if operation.effect == Effect::MoneyIn
            && self.inner.outcome == Outcome::Refused
            && self.code().is_some_and(ErrorCode::is_paying)
        {
            self.inner.outcome = Outcome::Unknown;
        }
        self.inner.operation = Some(operation);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.inner;
        if let Some(operation) = inner.operation {
            write!(f, "{}: ", operation.id)?;
        }
        f.write_str(&inner.message)?;
        if let Some(request_id) = &inner.request_id {
            write!(f, " (request id {})", request_id.escape_debug())?;
        }
        if inner.attempts > 1 {
            write!(f, " after {} attempts", inner.attempts)?;
        }
        if inner.outcome == Outcome::Unknown {
            match inner.operation {
                Some(operation) if operation.reads() => f.write_str("; it only reads and may be repeated")?,
                Some(Operation { query_with: Some(query), .. }) => {
                    write!(f, "; the outcome is unknown: ask {query} before repeating it with the same number")?;
                }
                _ => f.write_str("; the outcome is unknown: find out what happened before repeating it")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.inner;
        let mut debug = f.debug_struct("Error");
        debug.field("kind", &inner.kind).field("outcome", &inner.outcome).field("message", &inner.message);
        if let Some(operation) = inner.operation {
            debug.field("operation", &operation.id);
        }
        if let Some(status) = inner.status {
            debug.field("status", &status.as_u16());
        }
        if let Some(request_id) = &inner.request_id {
            debug.field("request_id", request_id);
        }
        if let Some(api) = &inner.api {
            debug.field("api", api).field("verified", &inner.verified);
        }
        if let Some(source) = &inner.source {
            debug.field("source", source);
        }
        debug.finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
