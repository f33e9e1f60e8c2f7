//! For everything that speaks tower: a service that reads notifications and hands them to a function.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt as _, Full, Limited};

use super::{Answer, LIMIT, Notification, Webhooks, watched};
use crate::Error;

/// A tower service of notifications; from [`Webhooks::service`].
#[derive(Clone)]
pub struct Service<H> {
    webhooks: Webhooks,
    handler: H,
}

impl Webhooks {
    /// A tower service that hands each notification to `handler` and answers what that returns. What cannot be read is
    /// answered before. A handler that is still at work after four seconds is warned of: WeChat Pay waits for five.
    ///
    /// ```
    /// # fn example(pay: wechatpay_sdk::WechatPay) {
    /// use wechatpay_sdk::webhook::Answer;
    ///
    /// let service = pay.webhooks().service(|notification| async move {
    ///     println!("{}", notification.dedupe_key());
    ///     Answer::taken()
    /// });
    /// # }
    /// ```
    pub fn service<H, F>(&self, handler: H) -> Service<H>
    where
        H: Fn(Notification) -> F + Clone + Send + 'static,
        F: Future<Output = Answer> + Send,
    {
        Service { webhooks: self.clone(), handler }
    }
}

impl<B, H, F> tower_service::Service<Request<B>> for Service<H>
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    H: Fn(Notification) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Answer> + Send,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Self { webhooks, handler } = self.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let answer = match Limited::new(body, LIMIT).collect().await {
                Ok(body) => match webhooks.parse(&head.headers, &body.to_bytes()).await {
                    Ok(notification) => {
                        let event = notification.event_type().to_owned();
                        watched(&event, handler(notification)).await
                    }
                    Err(error) => Answer::logged(&error),
                },
                Err(cause) => Answer::logged(&Error::decode_notification("the body cannot be read").with_source(cause)),
            };
            Ok(answer.into())
        })
    }
}

impl<H> fmt::Debug for Service<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("webhooks", &self.webhooks).finish_non_exhaustive()
    }
}
