//! A wire that shows every byte of a request and answers with any byte, and what the tests sign with.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::sha2::Sha256;
use sha1::Sha1;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use wechatpay_sdk::{Certificate, Clock, Merchant, PrivateKey, PublicKey, Retry, Trust, WechatPay, WechatPayBuilder};

pub(crate) const MCHID: &str = "1230000109";
pub(crate) const SERIAL: &str = "3775B6A45ACD588826D15E583A95F5DD40C1B12F";
pub(crate) const KEY_ID: &str = "PUB_KEY_ID_0119000000012026";
/// When every test takes place: 2026-12-01 12:00:00 in Beijing.
pub(crate) const NOW: i64 = 1_796_097_600;
pub(crate) const NONCE: &str = "d824f2e086d3c1df967785d13fcd22ef";

pub(crate) fn key_file(name: &str) -> String {
    let path = format!("{}/tests/data/keys/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(crate) fn merchant() -> Merchant {
    let key = PrivateKey::from_pem(&key_file("merchant.pkcs8.pem")).unwrap();
    Merchant::new(MCHID.parse().unwrap(), SERIAL.parse().unwrap(), key)
}

pub(crate) fn trust() -> Trust {
    Trust::public_key(KEY_ID.parse().unwrap(), PublicKey::from_pem(&key_file("platform.public.pem")).unwrap())
}

pub(crate) fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&key_file(name)).unwrap()
}

/// A clock that stands still.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StandingClock(pub(crate) SystemTime);

impl Clock for StandingClock {
    fn now(&self) -> SystemTime {
        self.0
    }
}

pub(crate) fn at(unix_seconds: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(unix_seconds.try_into().unwrap())
}

pub(crate) fn builder() -> WechatPayBuilder {
    // Most tests are about one attempt.
    WechatPay::builder(merchant(), trust()).clock(StandingClock(at(NOW))).retry(Retry::OFF)
}

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// A parameter of the Authorization header.
    pub(crate) fn authorization(&self, name: &str) -> String {
        let header = self.header("authorization").expect("the request is signed");
        let start = header.find(&format!("{name}=\"")).expect("the parameter is there") + name.len() + 2;
        header[start..].split('"').next().unwrap().to_owned()
    }

    /// What WeChat Pay would expect to be signed, from the bytes that arrived.
    pub(crate) fn signed_message(&self) -> Vec<u8> {
        let mut message = Vec::new();
        for line in [&self.method, &self.target, &self.authorization("timestamp"), &self.authorization("nonce_str")] {
            message.extend_from_slice(line.as_bytes());
            message.push(b'\n');
        }
        message.extend_from_slice(&self.body);
        message.push(b'\n');
        message
    }

    pub(crate) fn signature(&self) -> Vec<u8> {
        STANDARD.decode(self.authorization("signature")).unwrap()
    }

    /// Whether the signature fits the bytes that arrived, by the `rsa` crate and a message built here.
    pub(crate) fn is_signed(&self) -> bool {
        let key = rsa::PrivateKey::from_pkcs8_pem(&key_file("merchant.pkcs8.pem")).unwrap();
        key.to_public_key().pkcs1v15_verify::<Sha256>(&self.signed_message(), &self.signature()).is_ok()
    }
}

/// A part of a form.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) content_type: String,
    pub(crate) content: Vec<u8>,
}

impl Received {
    /// The parts of the form that came, in their order.
    pub(crate) fn parts(&self) -> Vec<Part> {
        let content_type = self.header("content-type").unwrap();
        let boundary = format!("--{}", content_type.strip_prefix("multipart/form-data; boundary=").unwrap());
        let mut pieces = Vec::new();
        let mut rest = self.body.as_slice();
        while let Some(at) = rest.windows(boundary.len()).position(|window| window == boundary.as_bytes()) {
            pieces.push(&rest[..at]);
            rest = &rest[at + boundary.len()..];
        }
        assert_eq!(rest, b"--\r\n", "the form ends with its boundary");
        assert_eq!(pieces[0], b"", "nothing stands before the first part");
        pieces[1..].iter().map(|piece| Part::read(piece)).collect()
    }
}

impl Part {
    fn read(piece: &[u8]) -> Self {
        let end = piece.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(piece[2..end].to_vec()).unwrap();
        let content = piece[end + 4..].strip_suffix(b"\r\n").unwrap().to_vec();
        let lines: Vec<&str> = head.split("\r\n").collect();
        assert_eq!(lines.len(), 2, "a part has two headers: {head}");
        let value = |name: &str| {
            let (_, rest) = lines[0].split_once(&format!("; {name}=\""))?;
            Some(rest.split('"').next().unwrap().to_owned())
        };
        assert!(lines[0].starts_with("Content-Disposition: form-data; name="), "{head}");
        Self {
            name: value("name").unwrap(),
            file_name: value("filename"),
            content_type: lines[1].strip_prefix("Content-Type: ").unwrap().to_owned(),
            content,
        }
    }
}

/// What WeChat Pay's private key makes of a ciphertext: RSA-OAEP with SHA-1, by the `rsa` crate.
pub(crate) fn platform_opens(ciphertext: &str) -> String {
    let key = rsa::PrivateKey::from_pkcs8_pem(&key_file("platform.key.pem")).unwrap();
    let bytes = STANDARD.decode(ciphertext).expect("a ciphertext is base64");
    let plain = key.decrypt(rsa::Oaep::<Sha1>::new(), &bytes).expect("the ciphertext opens");
    String::from_utf8(plain).expect("the text is UTF-8")
}

/// Signs as WeChat Pay does, with the `rsa` crate.
pub(crate) fn platform_signature(message: &[u8]) -> String {
    let key = rsa::PrivateKey::from_pkcs8_pem(&key_file("platform.key.pem")).unwrap();
    STANDARD.encode(key.pkcs1v15_sign::<Sha256>(message).unwrap())
}

/// An answer, byte for byte.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// An answer without any header of its own.
    pub(crate) fn bare(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// A correctly signed answer of this moment.
    pub(crate) fn signed(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::signed_at(status, body, &NOW.to_string())
    }

    pub(crate) fn signed_at(status: u16, body: impl Into<Vec<u8>>, timestamp: &str) -> Self {
        let body = body.into();
        let mut message = format!("{timestamp}\n{NONCE}\n").into_bytes();
        message.extend_from_slice(&body);
        message.push(b'\n');
        let mut reply = Self::bare(status, body);
        reply.headers = vec![
            ("Content-Type".into(), "application/json; charset=utf-8".into()),
            ("Request-ID".into(), "08F78BB5AF0610D302-0".into()),
            ("Wechatpay-Nonce".into(), NONCE.into()),
            ("Wechatpay-Serial".into(), KEY_ID.into()),
            ("Wechatpay-Signature".into(), platform_signature(&message)),
            ("Wechatpay-Signature-Type".into(), "WECHATPAY2-SHA256-RSA2048".into()),
            ("Wechatpay-Timestamp".into(), timestamp.into()),
        ];
        reply
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn replace(self, name: &str, value: &str) -> Self {
        self.without(name).with(name, value)
    }

    pub(crate) fn value(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Some Reason\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let has_length = self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        if !has_length && self.status != 204 {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// A server that answers each request with the bytes a function gives; no bytes close the connection.
pub(crate) struct Wire {
    address: std::net::SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    server: tokio::task::JoinHandle<()>,
}

impl Wire {
    pub(crate) async fn answering(reply: impl Fn(&Received) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&received);
        let reply = Arc::new(reply);
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&log), Arc::clone(&reply)));
            }
        });
        Self { address, received, server }
    }

    /// A server that gives one and the same answer.
    pub(crate) async fn always(reply: Reply) -> Self {
        let bytes = reply.bytes();
        Self::answering(move |_| bytes.clone()).await
    }

    pub(crate) fn address(&self) -> std::net::SocketAddr {
        self.address
    }

    pub(crate) fn client(&self) -> WechatPay {
        builder().build_for_loopback(self.address).unwrap()
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// The only request that came.
    pub(crate) fn only(&self) -> Received {
        let received = self.received();
        assert_eq!(received.len(), 1, "{received:?}");
        received.into_iter().next().unwrap()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    log: Arc<Mutex<Vec<Received>>>,
    reply: Arc<impl Fn(&Received) -> Vec<u8> + Send + Sync>,
) {
    let mut buffer = Vec::new();
    while let Some(request) = read(&mut stream, &mut buffer).await {
        log.lock().unwrap().push(request.clone());
        let bytes = reply(&request);
        if bytes.is_empty() || stream.write_all(&bytes).await.is_err() {
            return;
        }
        // A truncated answer ends with the connection.
        if bytes.ends_with(b"\0cut") {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Received> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(buffer[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.into(), value.into())).collect();
    let length = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, length)| length.parse().unwrap());
    while buffer.len() < end + 4 + length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body = buffer[end + 4..end + 4 + length].to_vec();
    buffer.drain(..end + 4 + length);
    Some(Received { method, target, headers, body })
}
