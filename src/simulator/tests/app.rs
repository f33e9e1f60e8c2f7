//! A merchant application under test: takes notifications as the SDK's users do.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::WechatPay;

/// What the application saw: event type, `id`, plaintext; and why it refused something.
#[derive(Clone)]
pub(super) struct App {
    pay: WechatPay,
    seen: Arc<Mutex<Vec<(String, String, Value)>>>,
    refused: Arc<Mutex<Vec<crate::Error>>>,
    failures: Arc<Mutex<VecDeque<StatusCode>>>,
    pub(super) address: String,
}

impl App {
    pub(super) async fn start(pay: WechatPay) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/notify", listener.local_addr().unwrap());
        let app = Self { pay, seen: Arc::default(), refused: Arc::default(), failures: Arc::default(), address };
        let router = Router::new().route("/notify", post(notified)).with_state(app.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        app
    }

    /// Answers the next notification with this instead.
    pub(super) fn fails_once(&self) {
        self.failures.lock().unwrap().push_back(StatusCode::INTERNAL_SERVER_ERROR);
    }

    pub(super) fn fails_from_now_on(&self) {
        self.failures.lock().unwrap().extend([StatusCode::INTERNAL_SERVER_ERROR; 100]);
    }

    pub(super) fn seen(&self) -> Vec<(String, String, Value)> {
        self.seen.lock().unwrap().clone()
    }

    pub(super) fn events(&self) -> Vec<String> {
        self.seen().into_iter().map(|(event, _, _)| event).collect()
    }

    pub(super) fn last(&self) -> Value {
        self.seen().pop().expect("the application was told something").2
    }

    pub(super) fn refused(&self) -> usize {
        self.refused.lock().unwrap().len()
    }
}

async fn notified(State(app): State<App>, headers: HeaderMap, body: Bytes) -> StatusCode {
    match app.pay.webhooks().parse(&headers, &body).await {
        Ok(notification) => {
            let plaintext = serde_json::from_str(notification.plaintext()).unwrap();
            let told = (notification.event_type().to_owned(), notification.id().to_owned(), plaintext);
            app.seen.lock().unwrap().push(told);
            app.failures.lock().unwrap().pop_front().unwrap_or(StatusCode::NO_CONTENT)
        }
        Err(error) => {
            app.refused.lock().unwrap().push(error);
            StatusCode::UNAUTHORIZED
        }
    }
}
