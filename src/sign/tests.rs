use std::collections::HashSet;
use std::error::Error as _;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::keys::fixtures::{at, certificate, merchant, openssl_verifies, private_key, public_key, vector};
use crate::{ErrorKind, Outcome};

const NONCE: &[u8] = b"593BEC0C930BF1AFEB40B4A08C8FB242";
const TIMESTAMP: &[u8] = b"1554208460";

/// The message of vector `name`.
fn derived(name: &str) -> Vec<u8> {
    vector("d.json")["vectors"][name]["message"].as_str().unwrap().into()
}

/// A parameter of the Authorization header.
fn parameter<'h>(header: &'h str, name: &str) -> &'h str {
    header.split_once(&format!("{name}=\"")).unwrap().1.split_once('"').unwrap().0
}

/// The message that this header must be the signature of.
fn signed(method: &str, target: &str, header: &str, body: &str) -> Vec<u8> {
    let (timestamp, nonce) = (parameter(header, "timestamp"), parameter(header, "nonce_str"));
    format!("{method}\n{target}\n{timestamp}\n{nonce}\n{body}\n").into_bytes()
}

#[test]
fn a01_a_get_without_body_ends_with_an_empty_line() {
    let message = lines([b"GET", b"/v3/certificates", TIMESTAMP, NONCE, b""]);
    assert_eq!(message, derived("D1"));
    assert_eq!(message.capacity(), message.len());
}

#[test]
fn a02_the_query_is_signed_as_it_stands_on_the_wire() {
    let target = b"/v3/payscore/serviceorder?service_id=500001&out_order_no=a%7Cb%2A1&appid=wxd678efh567hg6787";
    assert_eq!(lines([b"GET", target, TIMESTAMP, NONCE, b""]), derived("D2"));
}

#[test]
fn an_upload_signs_its_meta_part() {
    let meta =
        br#"{"filename":"filea.jpg","sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}"#;
    let message = lines([b"POST", b"/v3/marketing/favor/media/image-upload", TIMESTAMP, NONCE, meta]);
    assert_eq!(message, derived("D3"));
}

#[test]
fn a10_a_body_that_ends_with_a_line_break_keeps_it() {
    assert_eq!(lines([b"POST", b"/", b"1", b"n", b"{}\n"]), b"POST\n/\n1\nn\n{}\n\n");
}

#[test]
fn a11_no_body_and_an_empty_object_are_two_messages() {
    assert_eq!(lines([b"POST", b"/", b"1", b"n", b""]), b"POST\n/\n1\nn\n\n");
    assert_eq!(lines([b"POST", b"/", b"1", b"n", b"{}"]), b"POST\n/\n1\nn\n{}\n");
}

#[test]
fn a16_a_hundred_thousand_nonces_are_different_and_use_every_letter() {
    let mut seen = HashSet::new();
    let mut letters = [0_u32; 128];
    for _ in 0..100_000 {
        let nonce = nonce().unwrap();
        assert_eq!(nonce.len(), 32);
        nonce.bytes().for_each(|letter| letters[usize::from(letter)] += 1);
        assert!(seen.insert(nonce));
    }
    // 51,613 of each are expected; ten standard deviations are 2,254.
    for (letter, count) in (0_u8..).zip(letters) {
        let expected = if letter.is_ascii_alphanumeric() { 49_000..54_000 } else { 0..1 };
        assert!(expected.contains(&count), "{:?}: {count}", char::from(letter));
    }
}

#[tokio::test]
async fn a18_the_header_is_one_line_of_five_quoted_parameters() {
    let method = Method::POST;
    let header = merchant().authorization(&method, "/v3/pay?x=%20", b"{\"a\":1}", at(1_554_208_460)).await.unwrap();
    assert!(header.is_sensitive());
    assert_eq!(format!("{header:?}"), "Sensitive");

    let header = header.to_str().unwrap();
    let (nonce, signature) = (parameter(header, "nonce_str"), parameter(header, "signature"));
    assert_eq!(
        header,
        format!(
            "WECHATPAY2-SHA256-RSA2048 mchid=\"1900000001\",nonce_str=\"{nonce}\",timestamp=\"1554208460\",\
             serial_no=\"3775B6A45ACD588826D15E583A95F5DD3775B6A4\",signature=\"{signature}\""
        )
    );
    let signature = STANDARD.decode(signature).unwrap();
    assert!(openssl_verifies("merchant.public.pem", &signed("POST", "/v3/pay?x=%20", header, "{\"a\":1}"), &signature));
}

#[tokio::test]
async fn a21_a_clock_before_1970_is_an_error_and_nothing_is_signed() {
    let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    let error = merchant().authorization(&Method::GET, "/", b"", before).await.unwrap_err();
    assert_eq!(error.to_string(), "the clock is 1 s before 1970: set it");
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Sign, Outcome::NotSent));
}

/// A remote signer that does what it is told.
#[derive(Clone, Copy)]
enum Remote {
    Fails,
    Hangs,
    Bytes(usize),
    Key(&'static str),
}

impl Sign for Remote {
    fn sign<'a>(&'a self, message: &'a [u8]) -> Signing<'a> {
        Box::pin(async move {
            match *self {
                Self::Fails => Err("the HSM is locked".into()),
                Self::Hangs => std::future::pending().await,
                Self::Bytes(count) => Ok(vec![1; count]),
                Self::Key(name) => Ok(private_key(name).sign(message)?),
            }
        })
    }
}

fn remote(signer: impl Sign + 'static) -> Merchant {
    Merchant::with_signer(merchant().mchid().clone(), merchant().serial().clone(), signer)
}

async fn refused(merchant: Merchant) -> Error {
    let error = merchant.authorization(&Method::GET, "/", b"", at(1)).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Sign, Outcome::NotSent));
    error
}

#[tokio::test]
async fn a24_a_remote_signer_signs_what_a_local_key_would() {
    let local = merchant().sign(b"message").await.unwrap();
    assert_eq!(remote(Remote::Key("merchant.pkcs8.pem")).sign(b"message").await.unwrap(), local);
    let shared: Arc<dyn Sign> = Arc::new(Remote::Key("merchant.pkcs8.pem"));
    assert_eq!(remote(shared).sign(b"message").await.unwrap(), local);
}

#[tokio::test]
async fn a24_a_remote_signer_that_fails_is_the_source_of_a_sign_error() {
    let error = refused(remote(Remote::Fails)).await;
    assert_eq!(error.to_string(), "the remote signer failed");
    assert_eq!(error.source().unwrap().to_string(), "the HSM is locked");
}

#[tokio::test(start_paused = true)]
async fn a24_a_remote_signer_that_hangs_is_cut_off() {
    let error = refused(remote(Remote::Hangs)).await;
    assert_eq!(error.to_string(), "the remote signer did not answer within 10s");
    let error = refused(remote(Remote::Hangs).sign_timeout(Duration::from_millis(50))).await;
    assert_eq!(error.to_string(), "the remote signer did not answer within 50ms");
}

#[tokio::test]
async fn a24_an_answer_that_cannot_be_a_signature_is_refused() {
    for length in [0, 1, 255, 1025] {
        let error = refused(remote(Remote::Bytes(length))).await;
        let expected = format!("the remote signer answered with {length} bytes, an RSA signature has 256 to 1024");
        assert_eq!(error.to_string(), expected);
    }
}

#[tokio::test]
async fn a24_a_signature_that_does_not_fit_the_certificate_is_refused() {
    let certificate = certificate("merchant.certificate.pem");
    let right = remote(Remote::Key("merchant.pkcs1.pem")).with_certificate(certificate.clone()).unwrap();
    right.sign(b"message").await.unwrap();
    for wrong in [Remote::Key("platform.key.pem"), Remote::Bytes(256)] {
        let error = refused(remote(wrong).with_certificate(certificate.clone()).unwrap()).await;
        assert!(error.to_string().starts_with("the remote signer's signature does not fit the merchant certificate"));
    }
}

#[tokio::test]
async fn a24_a_request_that_is_given_up_gives_up_its_signature() {
    struct Watched(Arc<AtomicBool>);
    struct OnDrop(Arc<AtomicBool>);
    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    impl Sign for Watched {
        fn sign<'a>(&'a self, _: &'a [u8]) -> Signing<'a> {
            let guard = OnDrop(self.0.clone());
            Box::pin(async move {
                let _guard = guard;
                std::future::pending().await
            })
        }
    }

    let dropped = Arc::new(AtomicBool::new(false));
    let merchant =
        Merchant::with_signer(merchant().mchid().clone(), merchant().serial().clone(), Watched(dropped.clone()));
    tokio::select! {
        biased;
        _ = merchant.sign(b"message") => unreachable!("it hangs"),
        () = std::future::ready(()) => {}
    }
    assert!(dropped.load(Ordering::Relaxed));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a25_a_thousand_signatures_at_once_are_right_and_share_no_nonce() {
    let merchant = merchant();
    let tasks: Vec<_> = (0..1000)
        .map(|number| {
            let merchant = merchant.clone();
            tokio::spawn(async move {
                let target = format!("/v3/pay/{number}");
                let header = merchant.authorization(&Method::GET, &target, b"", at(1_554_208_460)).await.unwrap();
                (target, header)
            })
        })
        .collect();
    let key = public_key("merchant.public.pem");
    let mut nonces = HashSet::new();
    for task in tasks {
        let (target, header) = task.await.unwrap();
        let header = header.to_str().unwrap();
        let signature = STANDARD.decode(parameter(header, "signature")).unwrap();
        assert!(key.verify(&signed("GET", &target, header, ""), &signature));
        assert!(nonces.insert(parameter(header, "nonce_str").to_owned()));
    }
    assert_eq!(nonces.len(), 1000);
}
