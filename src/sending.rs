//! The future of a call.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::{Response, Result, Retry};

/// A call on its way. `Send` and `'static`: it can be spawned, joined, raced and timed out.
///
/// Dropping it stops the call; whether WeChat Pay has acted by then is unknown, as after a timeout.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Sending<T> {
    future: Pin<Box<dyn Future<Output = Result<Response<T>>> + Send>>,
    options: CallOptions,
}

/// What one call does otherwise than its client.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallOptions {
    pub(crate) retry: Option<Retry>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) is_background: bool,
    pub(crate) base_url: Option<Arc<str>>,
}

tokio::task_local! {
    // The future of a call is made before its options are set, so it looks for them when it runs.
    static OPTIONS: CallOptions;
}

impl CallOptions {
    /// The options of the call that is being polled.
    pub(crate) fn of_this_call() -> Self {
        OPTIONS.try_with(Clone::clone).unwrap_or_default()
    }
}

impl<T> Sending<T> {
    #[inline]
    pub(crate) fn new(future: impl Future<Output = Result<Response<T>>> + Send + 'static) -> Self {
        Self { future: Box::pin(future), options: CallOptions::default() }
    }

    pub(crate) fn with(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// How often this call is attempted, in the place of what its client says.
    ///
    /// ```
    /// # use wechatpay_sdk::{Retry, WechatPay};
    /// # async fn example(pay: WechatPay) -> wechatpay_sdk::Result<()> {
    /// pay.request(wechatpay_sdk::http::Method::GET, "/v3/certificates").send().retry(Retry::OFF).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn retry(mut self, retry: Retry) -> Self {
        self.options.retry = Some(retry);
        self
    }

    /// How long this call may take with all its attempts and pauses, in the place of what its client says.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// Nobody waits for this call: where its client keeps [`RateLimits`](crate::RateLimits), it lets others go first.
    pub fn in_background(mut self) -> Self {
        self.options.is_background = true;
        self
    }

    /// The access point of this call, such as `https://apihk.mch.weixin.qq.com`, in the place of what the client and the
    /// operation say; it has no backup. The host is one of WeChat Pay's, or named by
    /// [`allow_host`](crate::WechatPayBuilder::allow_host): otherwise the call fails and nothing is sent.
    pub fn base_url(mut self, url: impl Into<Arc<str>>) -> Self {
        self.options.base_url = Some(url.into());
        self
    }
}

impl<T> Future for Sending<T> {
    type Output = Result<Response<T>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let options = self.options.clone();
        OPTIONS.sync_scope(options, || self.future.as_mut().poll(context))
    }
}

impl<T> fmt::Debug for Sending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sending").finish_non_exhaustive()
    }
}
