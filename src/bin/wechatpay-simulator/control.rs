//! The control plane: the gateway's Rust API as JSON over HTTP, and the console page, for this machine only.

mod actions;
mod faults;
mod guard;
mod views;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use wechatpay_sdk::simulator::Gateway;

use self::actions::Action;
use crate::Result;

/// How long an answer waits for something to happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// Answers until it is dropped.
pub(crate) async fn serve(listener: TcpListener, gateway: Arc<Gateway>) -> Result<()> {
    let guard = guard::Guard::of(listener.local_addr()?);
    let router = Router::new()
        .route("/", get(console))
        .route("/state", get(state))
        .route("/standings", get(standings))
        .route("/requests", get(requests))
        .route("/notifications", get(notifications))
        .route("/events", get(events))
        .route("/actions", post(act))
        .layer(middleware::from_fn_with_state(guard, guard::check))
        .with_state(gateway);
    Ok(axum::serve(listener, router).await?)
}

async fn console() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, guard::POLICY),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, include_str!("console.html"))
}

#[derive(Deserialize)]
struct Since {
    /// A revision; the answer waits until there is another one.
    since: Option<u64>,
}

/// Everything that the console shows.
async fn state(State(gateway): State<Arc<Gateway>>, Query(Since { since }): Query<Since>) -> Json<Value> {
    if let Some(since) = since {
        // When nothing happens, the same is told again.
        let _ = tokio::time::timeout(PATIENCE, gateway.changed_since(since)).await;
    }
    Json(views::state(&gateway))
}

#[derive(Deserialize)]
struct After {
    #[serde(default)]
    after: u64,
}

async fn requests(State(gateway): State<Arc<Gateway>>, Query(After { after }): Query<After>) -> Json<Value> {
    Json(gateway.requests_after(after).iter().map(views::request_with_body).collect())
}

async fn notifications(State(gateway): State<Arc<Gateway>>) -> Json<Value> {
    Json(gateway.notifications().iter().map(views::notification_with_plaintext).collect())
}

async fn standings(State(gateway): State<Arc<Gateway>>) -> Json<Value> {
    Json(gateway.standings().iter().map(views::standing).collect())
}

async fn events(State(gateway): State<Arc<Gateway>>) -> Json<Value> {
    Json(json!(gateway.event_types()))
}

/// Lets something happen, and answers when the application has been told of it. The body is JSON, whatever its header
/// says: `curl -d` is enough.
async fn act(State(gateway): State<Arc<Gateway>>, body: Bytes) -> Response {
    let action: Action = match serde_json::from_slice(&body) {
        Ok(action) => action,
        Err(error) => return message(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    match action.carry_out(&gateway).await {
        Ok(done) => Json(done).into_response(),
        Err(error) => message(StatusCode::CONFLICT, &error.to_string()),
    }
}

fn message(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}
