//! For axum: a handler takes a [`Notification`] and returns an [`Answer`].

use axum_core::body::Body;
use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use bytes::Bytes;

use super::{Answer, Notification};
use crate::{Error, WechatPay};

/// Reads the raw body, so the notification is the last argument of its handler. What cannot be read is answered here, and
/// the handler does not run.
impl<S> FromRequest<S> for Notification
where
    WechatPay: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Answer;

    async fn from_request(request: Request, state: &S) -> Result<Self, Answer> {
        let pay = WechatPay::from_ref(state);
        let headers = request.headers().clone();
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|cause| {
            Answer::refused(&Error::decode_notification("the body cannot be read").with_source(cause))
        })?;
        pay.webhooks().parse(&headers, &body).await.map_err(|error| Answer::logged(&error))
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let response: http::Response<Bytes> = self.into();
        response.map(Body::from)
    }
}
