//! The HTTP client under a client: what a caller says of it, and what nobody can undo.

use std::time::Duration;

use crate::{Error, Result};

/// WeChat Pay closes an idle connection after 8 seconds; the pool gives it up before.
const IDLE: Duration = Duration::from_secs(7);

/// Idle connections that are kept, after a rush of calls.
const MAX_IDLE: usize = 64;

/// What a caller does to the HTTP client's builder.
pub(super) type Shape = Box<dyn FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

/// First what can be changed, then the caller, then what has to be so.
pub(super) fn client(
    shapes: Vec<Shape>,
    connect_timeout: Duration,
    attempt_timeout: Duration,
    is_https: bool,
) -> Result<reqwest::Client> {
    let mut http = reqwest::Client::builder().pool_idle_timeout(IDLE).pool_max_idle_per_host(MAX_IDLE);
    if !is_https {
        // The proxy of the environment does not reach loopback.
        http = http.no_proxy();
    }
    for shape in shapes {
        http = shape(http);
    }
    http = http
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .https_only(is_https)
        .connect_timeout(connect_timeout)
        .timeout(attempt_timeout)
        // Another crate may switch these on for the whole program; the signature is over the bytes as sent.
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate();
    #[cfg(feature = "rustls")]
    {
        http = http.tls_danger_accept_invalid_certs(false).tls_danger_accept_invalid_hostnames(false);
    }
    http.build().map_err(|error| Error::config("the HTTP client cannot be built").with_source(error))
}
