//! Takes our own verdicts through progenitor's `exec`, which can only return reqwest's types.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};

use super::Checked;
use crate::verify::VerifiedBy;
use crate::{Error, Outcome};

/// What was read and judged, beside the response it became.
#[derive(Clone)]
struct Judged {
    body: Bytes,
    verdict: Option<VerifiedBy>,
}

/// An answer that was read whole, as a response that can be read again.
pub(super) fn answer(checked: Checked) -> reqwest::Response {
    let Checked { status, headers, body, verdict } = checked;
    let mut response = http::Response::new(body.clone());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response.extensions_mut().insert(Judged { body, verdict });
    response.into()
}

pub(super) fn take_answer(mut response: reqwest::Response) -> Result<Checked, Error> {
    let Some(Judged { body, verdict }) = response.extensions_mut().remove() else {
        return Err(Error::transport(Outcome::Unknown, "an answer passed by the verification"));
    };
    let status = response.status();
    Ok(Checked { status, headers: std::mem::take(response.headers_mut()), body, verdict })
}

/// A failure as a real `reqwest::Error`, of the only kind that can be made outside of reqwest: a body that fails.
pub(super) async fn failure(error: Error) -> reqwest::Error {
    let body = reqwest::Body::wrap(Failing(Some(error)));
    let response = reqwest::Response::from(http::Response::new(body));
    match response.bytes().await {
        Err(error) => error,
        // A body whose first frame is an error has no bytes to give.
        Ok(_) => unreachable!("a failing body was read"),
    }
}

/// The failure that [`failure`] wrapped; anything else is a connection that failed in a way unknown.
pub(super) fn take_failure(error: reqwest::Error) -> Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(&error);
    while let Some(inner) = cause {
        if let Some(carried) = inner.downcast_ref::<Carried>()
            && let Some(error) = carried.0.lock().unwrap_or_else(PoisonError::into_inner).take()
        {
            return error;
        }
        cause = inner.source();
    }
    Error::transport(Outcome::Unknown, "the request failed").with_source(error.without_url())
}

struct Failing(Option<Error>);

impl Body for Failing {
    type Data = Bytes;
    type Error = Carried;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Carried>>> {
        Poll::Ready(self.0.take().map(|error| Err(Carried(Mutex::new(Some(error))))))
    }
}

/// An error that can be taken out of the chain it was put into.
#[derive(Debug)]
struct Carried(Mutex<Option<Error>>);

impl std::fmt::Display for Carried {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the attempt failed")
    }
}

impl std::error::Error for Carried {}
