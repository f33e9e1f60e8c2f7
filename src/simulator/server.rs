//! HTTP on loopback: connections in, requests to the desk, answers out.

use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use super::desk::{Cut, Desk};
use super::journal::Received;
use super::post;
use super::reply::Delay;
use crate::{Error, Outcome, Result};

/// Largest request body that is read, in bytes.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// The tasks that listen and that send notifications. Dropping it ends them and every connection.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    tasks: [AbortHandle; 2],
}

impl Server {
    /// A free port of 127.0.0.1.
    pub(super) async fn any_port() -> Result<TcpListener> {
        TcpListener::bind(("127.0.0.1", 0)).await.map_err(cannot_listen)
    }

    pub(super) async fn start(desk: Arc<Desk>, listener: TcpListener) -> Result<Self> {
        let address = listener.local_addr().map_err(cannot_listen)?;
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        let http = http.map_err(|cause| Error::config("the simulator cannot send notifications").with_source(cause))?;
        let post = tokio::spawn(post::run(Arc::clone(&desk), http)).abort_handle();
        let listener = tokio::spawn(listen(listener, desk)).abort_handle();
        Ok(Self { address, tasks: [listener, post] })
    }
}

fn cannot_listen(cause: std::io::Error) -> Error {
    Error::transport(Outcome::NotSent, "the simulator cannot listen").with_source(cause)
}

impl Drop for Server {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

/// The connections belong to this task's set, so they end with it.
async fn listen(listener: TcpListener, desk: Arc<Desk>) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(connections.spawn(serve(stream, Arc::clone(&desk)))),
            // The peer is gone already, or there are no more sockets; neither lasts.
            Err(_) => tokio::task::yield_now().await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, desk: Arc<Desk>) {
    let service = service_fn(|request| respond(Arc::clone(&desk), request));
    let connection = hyper::server::conn::http1::Builder::new()
        .title_case_headers(true)
        .serve_connection(TokioIo::new(stream), service);
    // A connection that fails is the client's to notice, or was cut on purpose.
    let _ = connection.await;
}

async fn respond(
    desk: Arc<Desk>,
    request: http::Request<Incoming>,
) -> Result<http::Response<http_body_util::Full<bytes::Bytes>>, Aborted> {
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(body) => Some(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => None,
        Err(_) => return Err(Aborted),
    };
    let target = head.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str).to_owned();
    let response = desk.take(Received::new(head.method, target, head.headers), body).map_err(|Cut| Aborted)?;
    if let Some(Delay(by)) = response.extensions().get() {
        tokio::time::sleep(*by).await;
    }
    Ok(response)
}

/// Makes hyper close the connection without an answer.
#[derive(Debug)]
struct Aborted;

impl std::fmt::Display for Aborted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is cut")
    }
}

impl std::error::Error for Aborted {}
