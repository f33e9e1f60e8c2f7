//! The future of a call.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::{Response, Result};

/// A call on its way. `Send` and `'static`: it can be spawned, joined, raced and timed out.
///
/// Dropping it stops the call; whether WeChat Pay has acted by then is unknown, as after a timeout.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Sending<T>(Pin<Box<dyn Future<Output = Result<Response<T>>> + Send>>);

impl<T> Sending<T> {
    #[inline]
    pub(crate) fn new(future: impl Future<Output = Result<Response<T>>> + Send + 'static) -> Self {
        Self(Box::pin(future))
    }
}

impl<T> Future for Sending<T> {
    type Output = Result<Response<T>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<T> fmt::Debug for Sending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sending")
    }
}
