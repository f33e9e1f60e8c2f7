//! Keeps pages of other sites out: a browser on this machine must not be their way in.

use std::net::SocketAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

/// What the console page may do: run what is in it, and call where it came from.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                                 connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
                                 frame-ancestors 'none'";

/// The names under which the control plane may be called.
#[derive(Clone, Debug)]
pub(super) struct Guard([String; 2]);

impl Guard {
    pub(super) fn of(address: SocketAddr) -> Self {
        Self([address.to_string(), format!("localhost:{}", address.port())])
    }

    /// `Host` must be one of ours, or a foreign name was made to point here; `Origin`, which browsers send with whatever
    /// could change something, must be the same.
    fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
        if !self.0.iter().any(|name| name == host) {
            return false;
        }
        headers.get_all(header::ORIGIN).iter().all(|origin| origin.as_bytes() == format!("http://{host}").as_bytes())
    }
}

pub(super) async fn check(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    if guard.admits(request.headers()) {
        return next.run(request).await;
    }
    super::message(StatusCode::FORBIDDEN, "the control plane is for programs and pages of this machine only")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(host: &str, origin: Option<&str>) -> bool {
        let guard = Guard::of(([127, 0, 0, 1], 8900).into());
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        guard.admits(&headers)
    }

    #[test]
    fn programs_and_the_console_are_let_in() {
        assert!(admits("127.0.0.1:8900", None));
        assert!(admits("localhost:8900", None));
        assert!(admits("127.0.0.1:8900", Some("http://127.0.0.1:8900")));
    }

    #[test]
    fn other_sites_are_not_let_in_by_whatever_name() {
        for (host, origin) in [
            ("shop.example:8900", None),
            ("127.0.0.1:8901", None),
            ("127.0.0.1:8900", Some("https://shop.example")),
            ("127.0.0.1:8900", Some("null")),
            ("127.0.0.1:8900", Some("http://localhost:8900")),
            ("127.0.0.1:8900", Some("http://127.0.0.1:8901")),
        ] {
            assert!(!admits(host, origin), "{host} {origin:?}");
        }
        assert!(!Guard::of(([127, 0, 0, 1], 8900).into()).admits(&HeaderMap::new()));
    }
}
