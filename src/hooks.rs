//! THE SEAM: the only place where bytes cross the wire.
//!
//! - `pre` shapes the request: Accept, User-Agent, Wechatpay-Serial, Content-Length, the query in RFC 3986.
//! - `exec` is one attempt: sign the exact bytes, send, read the whole body once, verify.
//! - A success answer whose signature is missing or wrong never becomes a response: `exec` fails with the reason.

use bytes::{Bytes, BytesMut};
use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue, USER_AGENT,
};
use http::{Method, StatusCode};

use crate::client::Core;
use crate::verify::{SERIAL, VerifiedBy};
use crate::{Error, Outcome, Result, Trust};

mod carry;
mod certificates;
mod fetch;
mod form;
mod lost;
mod raw;

pub(crate) use self::certificates::download_certificates;
pub(crate) use self::fetch::{Arriving, fetch};
pub(crate) use self::form::FormBody;
use self::lost::lost;
pub(crate) use self::raw::Raw;

/// Largest answer that is read, in bytes.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// An answer that was read whole and, where it is a success, verified.
pub(crate) struct Checked {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The key that verified it. `None` only for error answers, which need not be signed.
    pub(crate) verdict: Option<VerifiedBy>,
}

/// `Request-ID` of an answer.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get("request-id")?.to_str().ok()
}

/// Shapes the request of an operation before it is signed.
#[allow(dead_code, reason = "without a family there are only raw requests")]
pub(crate) fn shape(core: &Core, request: &mut reqwest::Request) {
    if let Some(query) = request.url().query() {
        // The query writer follows the rules of HTML forms; WeChat Pay, and what is signed, those of RFC 3986.
        let strict = query.replace('+', "%20").replace('*', "%2A").replace("%7E", "~");
        request.url_mut().set_query(Some(&strict));
    }
    set_headers(core, request);
}

/// The headers that every request has.
fn set_headers(core: &Core, request: &mut reqwest::Request) {
    let has_body = request.body().is_some();
    let sends = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH);
    let headers = request.headers_mut();
    // The generator always sends the version of the document, which means nothing to WeChat Pay.
    headers.remove("api-version");
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    // Said, so that no default of the HTTP client says otherwise: what is signed is not compressed.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.insert(USER_AGENT, core.user_agent().clone());
    // A request with encrypted fields already names the key that encrypted them.
    if !headers.contains_key(SERIAL)
        && let Some(serial) = core.serial()
    {
        headers.insert(SERIAL, serial);
    }
    if sends && !has_body {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
}

/// One attempt.
pub(crate) async fn attempt(core: &Core, request: reqwest::Request) -> reqwest::Result<reqwest::Response> {
    match try_attempt(core, request, None).await {
        Ok(checked) => Ok(carry::answer(checked)),
        Err(error) => Err(carry::failure(error).await),
    }
}

/// One attempt of an upload: of its body the meta is signed.
pub(crate) async fn attempt_upload(core: &Core, request: reqwest::Request, meta: &[u8]) -> Result<Checked> {
    try_attempt(core, request, Some(meta)).await
}

/// Whether there is a runtime to run on: what needs one would panic.
pub(crate) fn runtime() -> Result<()> {
    match tokio::runtime::Handle::try_current() {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::config("calls are awaited on a tokio runtime, and there is none").with_source(error)),
    }
}

async fn try_attempt(core: &Core, mut request: reqwest::Request, meta: Option<&[u8]>) -> Result<Checked> {
    runtime()?;
    // The keys that this request asks the answer to be signed with, whatever replaces them meanwhile.
    let trust = core.trust();
    sign(core, &mut request, meta).await?;
    let Answered { status, headers, response } = exchange(core, request).await?;
    match read(core, &trust, response, status, &headers).await {
        Ok((body, verdict)) => Ok(Checked { status, headers, body, verdict }),
        Err(error) => Err(error.with_status(status).with_request_id(&headers)),
    }
}

/// The head of an answer, and the rest of it.
struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    response: reqwest::Response,
}

/// Sends a request that is signed. Nothing of the answer is believed yet.
async fn exchange(core: &Core, request: reqwest::Request) -> Result<Answered> {
    let mut response = core.http().execute(request).await.map_err(|error| lost(error, None))?;
    let headers = std::mem::take(response.headers_mut());
    core.observe_date(&headers);
    Ok(Answered { status: response.status(), headers, response })
}

/// Signs the request as it is; of an upload its meta.
async fn sign(core: &Core, request: &mut reqwest::Request, meta: Option<&[u8]>) -> Result<()> {
    let url = request.url();
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let body = match (meta, request.body()) {
        (Some(meta), _) => meta,
        (None, None) => &[],
        (None, Some(body)) => body.as_bytes().ok_or_else(|| Error::sign("a streamed body cannot be signed"))?,
    };
    let merchant = core.merchant();
    let authorization = merchant.authorization(request.method(), &target, body, core.clock().now()).await?;
    request.headers_mut().insert(AUTHORIZATION, authorization);
    Ok(())
}

/// Reads the body once, then believes it or not; nobody has looked into it before.
async fn read(
    core: &Core,
    trust: &Trust,
    response: reqwest::Response,
    status: StatusCode,
    headers: &HeaderMap,
) -> Result<(Bytes, Option<VerifiedBy>)> {
    if !status.is_success() && !status.is_client_error() && !status.is_server_error() {
        let message = format!("HTTP {} instead of an answer; redirects are not followed", status.as_u16());
        return Err(Error::transport(Outcome::Unknown, message));
    }
    if headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(Error::transport(Outcome::Unknown, "the answer is compressed, which was not asked for"));
    }
    let (body, is_whole) = collect(response, status).await?;
    if !is_whole && status.is_success() {
        return Err(Error::transport(Outcome::Unknown, format!("the answer is larger than {BODY_LIMIT} bytes")));
    }
    let verdict = match core.verify(trust, headers, &body).await {
        Ok(verified_by) if is_whole => {
            core.observe_signature(&verified_by);
            Some(verified_by)
        }
        Err(failure) if status.is_success() => return Err(Error::verify(failure).with_body(&body)),
        _ => None,
    };
    Ok((body, verdict))
}

/// The body up to the limit, and whether that is all of it.
async fn collect(mut response: reqwest::Response, status: StatusCode) -> Result<(Bytes, bool)> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| lost(error, Some(status)))? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Ok((body.freeze(), false));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((body.freeze(), true))
}

/// What `exec` made of an attempt.
pub(crate) fn take(result: reqwest::Result<reqwest::Response>) -> Result<Checked> {
    match result {
        Ok(response) => carry::take_answer(response),
        Err(error) => Err(carry::take_failure(error)),
    }
}
