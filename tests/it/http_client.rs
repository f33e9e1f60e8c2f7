//! The HTTP client under a client: what a caller shapes, what nobody can undo, and which host is asked.

use std::error::Error as _;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use http::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;
use wechatpay_sdk::reqwest::Proxy;
use wechatpay_sdk::reqwest::header::{HeaderMap, HeaderValue};
use wechatpay_sdk::reqwest::redirect::Policy;
use wechatpay_sdk::{Error, ErrorKind, Outcome, Result, Retry, WechatPay};

use crate::support::*;

const PASSWORD: &str = "proxy-password";

async fn ask(pay: &WechatPay) -> Result<wechatpay_sdk::Response<serde_json::Value>> {
    pay.request(Method::GET, "/v3/certificates").await
}

/// Everything that an error and its causes print.
fn text(error: &Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    text
}

#[tokio::test]
async fn what_a_caller_shapes_is_used_and_what_the_sdk_needs_is_not_undone() {
    let wire = Wire::answering(|request| match request.target.as_str() {
        "/v3/certificates" => Reply::signed(200, "{}").bytes(),
        _ => Reply::bare(302, "").with("Location", "/v3/certificates").bytes(),
    })
    .await;
    let headers =
        [("x-shop", "1"), ("accept", "text/html"), ("accept-encoding", "gzip"), ("authorization", "Basic eDp5")];
    let headers: HeaderMap =
        headers.into_iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect();
    let pay = builder().http(|http| {
        let http = http.redirect(Policy::limited(5)).timeout(Duration::from_nanos(1)).https_only(true).referer(true);
        http.connect_timeout(Duration::from_nanos(1)).user_agent("another").default_headers(headers)
    });
    let pay = pay.build_for_loopback(wire.address()).unwrap();
    ask(&pay).await.unwrap();
    let sent = wire.only();
    assert!(sent.is_signed());
    assert_eq!(sent.header("x-shop"), Some("1"), "the closure is used");
    assert_eq!(sent.header("accept"), Some("application/json"));
    assert_eq!(sent.header("accept-encoding"), Some("identity"));
    assert!(sent.header("user-agent").unwrap().starts_with("wechatpay-sdk/"));
    assert!(sent.header("authorization").unwrap().starts_with("WECHATPAY2-SHA256-RSA2048 "));

    let error = pay.request(Method::GET, "/v3/elsewhere").await.unwrap_err();
    assert!(error.to_string().contains("redirects are not followed"), "{error}");
    assert_eq!(wire.received().len(), 2, "the redirect is not followed");
}

#[tokio::test]
async fn h21_a_proxy_is_asked_and_its_password_is_in_no_error() {
    let proxy = Wire::always(Reply::signed(200, "{}")).await;
    let through = |address: SocketAddr| {
        let proxy = Proxy::http(format!("http://{address}")).unwrap().basic_auth("shop", PASSWORD);
        builder().http(|http| http.proxy(proxy)).build_for_loopback("127.0.0.1:9".parse().unwrap()).unwrap()
    };
    ask(&through(proxy.address())).await.unwrap();
    let sent = proxy.only();
    assert_eq!(sent.target, "http://127.0.0.1:9/v3/certificates", "the gateway is asked by the proxy");
    assert_eq!(sent.header("proxy-authorization"), Some("Basic c2hvcDpwcm94eS1wYXNzd29yZA=="));

    let refuses = Wire::always(Reply::bare(407, "<html>Proxy Authentication Required")).await;
    let refused = ask(&through(refuses.address())).await.unwrap_err();
    assert_eq!(refused.status().unwrap(), 407);
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let unreachable = ask(&through(gone)).await.unwrap_err();
    assert_eq!((unreachable.kind(), unreachable.outcome()), (ErrorKind::Transport, Outcome::NotSent));
    for text in [text(&refused), text(&unreachable), format!("{:?}", through(gone))] {
        assert!(!text.contains(PASSWORD) && !text.contains("c2hvcDpwcm94eS1wYXNzd29yZA"), "{text}");
    }
}

/// A TLS server whose certificate no root has signed.
struct TlsServer(Child, SocketAddr);

impl TlsServer {
    fn start() -> Self {
        let key = |name: &str| format!("{}/tests/data/keys/{name}", env!("CARGO_MANIFEST_DIR"));
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let child = Command::new("openssl")
            .args(["s_server", "-quiet", "-accept", &address.to_string()])
            .args(["-cert", &key("platform.certificate.pem"), "-key", &key("platform.key.pem")])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while std::net::TcpStream::connect(address).is_err() {
            std::thread::yield_now();
        }
        Self(child, address)
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[tokio::test]
#[cfg(feature = "rustls")]
async fn h20_a_certificate_that_is_not_valid_is_refused_whatever_the_http_client_is_told() {
    let server = TlsServer::start();
    let address = server.1;
    let pay = builder().http(move |http| {
        let http = http.no_proxy().resolve("api.mch.weixin.qq.com", address);
        http.tls_danger_accept_invalid_certs(true).tls_danger_accept_invalid_hostnames(true)
    });
    let error = ask(&pay.build().unwrap()).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transport, Outcome::NotSent));
    assert!(text(&error).contains("certificate"), "{}", text(&error));
}

#[tokio::test]
#[cfg(feature = "rustls")]
async fn h19_an_address_of_ipv6_that_nobody_answers_at_does_not_hide_the_one_of_ipv4() {
    let server = TlsServer::start();
    let dead = "[::1]:9".parse().unwrap();
    let addresses = [dead, server.1];
    let pay = builder().http(move |http| http.no_proxy().resolve_to_addrs("api.mch.weixin.qq.com", &addresses));
    let error = ask(&pay.build().unwrap()).await.unwrap_err();
    assert!(text(&error).contains("certificate"), "the server of IPv4 was reached: {}", text(&error));

    // With nothing but the dead address nothing was sent, so the backup may be asked.
    let pay = builder().http(move |http| http.no_proxy().resolve("api.mch.weixin.qq.com", dead)).build().unwrap();
    let error = ask(&pay).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transport, Outcome::NotSent));
}

#[tokio::test]
async fn h23_the_host_of_one_call_is_one_of_wechat_pay_or_named_before() {
    let pay = builder().allow_host("gateway.shop.example").build().unwrap();
    for (url, why) in [
        ("https://evil.example", "not one of WeChat Pay's"),
        ("http://api.mch.weixin.qq.com", "only https"),
        ("https://api.mch.weixin.qq.com/v3", "signed into every request"),
        ("http://127.0.0.1:80", "only https"),
        ("https://a.gateway.shop.example", "not one of WeChat Pay's"),
    ] {
        let error = pay.request(Method::GET, "/v3/certificates").send().base_url(url).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome(), error.attempts()), (ErrorKind::Request, Outcome::NotSent, 0));
        assert!(error.to_string().contains(why), "{error}");
    }
    assert!(builder().base_url("https://gateway.shop.example:8443").build().is_err());
    assert!(builder().allow_host("gateway.shop.example").base_url("https://gateway.shop.example:8443").build().is_ok());

    let (one, other) = (Wire::always(Reply::signed(200, "{}")).await, Wire::always(Reply::signed(200, "{}")).await);
    let elsewhere = format!("http://{}", other.address());
    one.client().request(Method::GET, "/v3/certificates?a=b").send().base_url(elsewhere.as_str()).await.unwrap();
    assert!(one.received().is_empty());
    let sent = other.only();
    assert!(sent.is_signed() && sent.target == "/v3/certificates?a=b");
    let refused = one.client().request(Method::GET, "/v3/x").send().base_url("https://api.mch.weixin.qq.com").await;
    assert_eq!(refused.unwrap_err().outcome(), Outcome::NotSent, "a test client stays on this machine");
}

#[tokio::test]
async fn h11_with_its_own_clock_a_call_ends_at_its_deadline_to_the_millisecond() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let pay = builder().retry(Retry::attempts(9)).build_for_loopback(silent.local_addr().unwrap()).unwrap();
    tokio::time::pause();
    for (of_call, seconds, attempts) in [(None, 15, 2), (Some(4), 4, 1), (Some(35), 35, 4)] {
        let begun = tokio::time::Instant::now();
        let mut call = pay.request(Method::GET, "/v3/certificates").send();
        if let Some(seconds) = of_call {
            call = call.timeout(Duration::from_secs(seconds));
        }
        let error = call.await.unwrap_err();
        let (took, limit) = (begun.elapsed(), Duration::from_secs(seconds));
        assert!(took <= limit + Duration::from_millis(2), "{took:?} of {limit:?}");
        assert_eq!((error.outcome(), error.attempts()), (Outcome::Unknown, attempts), "{took:?} {error}");
    }
}

#[test]
fn h12_a_call_that_is_dropped_leaves_no_task_behind() {
    // The server has a runtime of its own, so that only the client's tasks are counted.
    let server = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let silent = server.block_on(Wire::answering(|_| {
        std::thread::sleep(Duration::from_millis(20));
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n".to_vec()
    }));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let pay = silent.client();
        for wait in [0, 1, 5, 30, 60] {
            let call = pay.request(Method::GET, "/v3/certificates").send();
            tokio::time::timeout(Duration::from_millis(wait), call).await.unwrap_err();
        }
        let metrics = tokio::runtime::Handle::current().metrics();
        let all_ended = async {
            while metrics.num_alive_tasks() > 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), all_ended).await.unwrap();
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h22_a_thousand_tasks_share_a_client_and_leave_a_bounded_pool() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let open = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&open);
    let reply = Reply::signed(200, "{}").bytes();
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (count, reply) = (std::sync::Arc::clone(&count), reply.clone());
            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                // One read is one request: they are small and have no body.
                while let Ok(1..) = stream.read(&mut buffer).await {
                    if stream.write_all(&reply).await.is_err() {
                        break;
                    }
                }
                count.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
            });
        }
    });
    let pay = builder().timeout(Duration::from_secs(60)).attempt_timeout(Duration::from_secs(60));
    let pay = pay.connect_timeout(Duration::from_secs(60)).build_for_loopback(address).unwrap();
    let mut calls: JoinSet<()> = (0..1000)
        .map(|_| {
            let pay = pay.clone();
            async move {
                ask(&pay).await.unwrap();
            }
        })
        .collect();
    while let Some(done) = calls.join_next().await {
        done.unwrap();
    }
    let bounded = async {
        while open.load(std::sync::atomic::Ordering::SeqCst) > 64 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), bounded).await.unwrap();
    server.abort();
}
