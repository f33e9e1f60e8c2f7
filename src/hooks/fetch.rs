//! The request of a file: signed like every other, answered without a signature.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, HeaderMap, HeaderValue};
use tracing::Instrument as _;

use super::{Answered, collect, exchange, lost, runtime, set_headers, sign};
use crate::client::Core;
use crate::observe::{CallWatch, Facts};
use crate::{Error, Outcome, Result};

/// Longest time that a whole file may take; what usually ends a download is that nothing comes any more.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// A file on its way.
pub(crate) struct Arriving {
    pub(crate) headers: HeaderMap,
    response: reqwest::Response,
}

/// Asks for the file at an address that was found good. Only a success status becomes a file.
pub(crate) async fn fetch(
    core: &Core,
    request: reqwest::Request,
    idle: Duration,
    watch: &CallWatch,
) -> Result<Arriving> {
    runtime()?;
    let watched = watch.attempt(&request);
    let result = ask(core, request, idle).instrument(watched.span()).await;
    watched.end(&match &result {
        Ok(arriving) => Facts::success(arriving.response.status(), &arriving.headers, None),
        Err(error) => Facts::failure(error),
    });
    result
}

async fn ask(core: &Core, mut request: reqwest::Request, idle: Duration) -> Result<Arriving> {
    set_headers(core, &mut request);
    sign(core, &mut request, None).await?;
    *request.timeout_mut() = Some(LONGEST);
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("*/*"));
    let answered = tokio::time::timeout(idle, exchange(core, request)).await;
    let Answered { status, headers, response } = answered.map_err(|_| silent(idle))??;
    if status.is_success() {
        return Ok(Arriving { headers, response });
    }
    if status.is_redirection() || status.is_informational() {
        let message = format!("HTTP {} instead of a file; redirects are not followed", status.as_u16());
        return Err(Error::transport(Outcome::Unknown, message).with_status(status).with_request_id(&headers));
    }
    let collected = tokio::time::timeout(idle, collect(response, status)).await;
    let (body, is_whole) = collected.map_err(|_| silent(idle))??;
    let verified = is_whole && core.verify(&core.trust(), &headers, &body).await.is_ok();
    Err(Error::api_answer(status, verified, &body).with_request_id(&headers).with_body(&body))
}

impl Arriving {
    /// The next piece; `None` at the end.
    pub(crate) async fn next(&mut self, idle: Duration) -> Result<Option<Bytes>> {
        let status = self.response.status();
        let piece = tokio::time::timeout(idle, self.response.chunk()).await.map_err(|_| silent(idle))?;
        piece.map_err(|error| lost(error, Some(status)))
    }
}

fn silent(idle: Duration) -> Error {
    Error::transport(Outcome::Unknown, format!("nothing came for {idle:?}, so the download was given up"))
}
