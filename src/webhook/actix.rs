//! For actix-web: a handler takes a [`Notification`] and returns an [`Answer`]; the client is in the application's data.

use std::future::Future;
use std::pin::Pin;

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder, web};
use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::{Answer, Notification};
use crate::{Error, WechatPay};

/// Reads the raw body, so no other argument of the handler may read it. What cannot be read is answered here, and the
/// handler does not run. The application has `web::Data<WechatPay>`.
impl FromRequest for Notification {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let pay = request.app_data::<web::Data<WechatPay>>().cloned();
        let headers = headers(request);
        let body = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            let Some(pay) = pay else {
                return Err(refused(&Error::config("the application has no `web::Data<WechatPay>`")));
            };
            let body = body.await.map_err(|_| refused(&Error::decode_notification("the body cannot be read")))?;
            pay.webhooks().parse(&headers, &body).await.map_err(|error| refused(&error))
        })
    }
}

impl Responder for Answer {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        response(&self)
    }
}

fn refused(error: &Error) -> actix_web::Error {
    InternalError::from_response(error.to_string(), response(&Answer::logged(error))).into()
}

fn response(answer: &Answer) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(answer.status().as_u16());
    let mut response = HttpResponse::build(status.unwrap_or(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR));
    for (name, value) in answer.headers() {
        response.insert_header((name.as_str(), value.as_bytes()));
    }
    response.body(answer.body().clone())
}

/// actix-web has header types of its own.
fn headers(request: &HttpRequest) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in request.headers() {
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            headers.append(name, value);
        }
    }
    headers
}
