//! Calls that are attempted again, where that cannot have a second effect.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use http::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;
use wechatpay_sdk::partner_payscore::{SyncServiceOrderDetail, SyncServiceOrderRequest};
use wechatpay_sdk::refund::{CreateRefundAmount, CreateRefundRequest};
use wechatpay_sdk::{Error, ErrorKind, Outcome, Retry, Sending, WechatPay, WechatPayBuilder};

use crate::support::*;

fn repeating() -> WechatPayBuilder {
    builder().retry(Retry::default())
}

fn sync(pay: &WechatPay) -> Sending<()> {
    let detail = SyncServiceOrderDetail::builder().paid_time("20091225091210");
    let body = SyncServiceOrderRequest::builder().service_id("1").sub_mchid("2").type_("Order_Paid").detail(detail);
    pay.partner_payscore().sync_service_order("1", body).send()
}

fn refund(pay: &WechatPay) -> Sending<wechatpay_sdk::refund::DomesticRefund> {
    let amount = CreateRefundAmount::builder().refund(1).total(1).currency("CNY");
    pay.refund()
        .create_refund(CreateRefundRequest::builder().out_trade_no("A1").out_refund_no("R1").amount(amount))
        .send()
}

/// A server that gives its answers one after the other, the last for ever.
async fn answering(replies: impl IntoIterator<Item = Vec<u8>>) -> Wire {
    let left: Mutex<VecDeque<Vec<u8>>> = Mutex::new(replies.into_iter().collect());
    Wire::answering(move |_| {
        let mut left = left.lock().unwrap();
        if left.len() > 1 { left.pop_front().unwrap() } else { left.front().cloned().unwrap() }
    })
    .await
}

/// A port that nobody listens on.
async fn closed() -> std::net::SocketAddr {
    tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

fn too_fast() -> Reply {
    Reply::bare(429, br#"{"code":"FREQUENCY_LIMITED","message":"x"}"#.to_vec()).with("Retry-After", "0")
}

fn done() -> Vec<u8> {
    Reply::signed(204, "").bytes()
}

fn reset() -> Vec<u8> {
    Vec::new()
}

fn system_error() -> Vec<u8> {
    Reply::bare(500, br#"{"code":"SYSTEM_ERROR","message":"x"}"#.to_vec()).bytes()
}

#[tokio::test]
async fn h01_a_repeat_sends_the_same_bytes_signed_anew() {
    let wire = answering([system_error(), reset(), done()]).await;
    sync(&repeating().build_for_loopback(wire.address()).unwrap()).await.unwrap();
    let received = wire.received();
    assert_eq!(received.len(), 3);
    assert!(received.iter().all(|request| request.is_signed() && request.body == received[0].body));
    let nonces: BTreeSet<String> = received.iter().map(|request| request.authorization("nonce_str")).collect();
    assert_eq!(nonces.len(), 3);
}

#[tokio::test]
async fn h01_money_that_may_have_moved_is_never_sent_again() {
    for answer in [system_error(), reset(), Reply::bare(200, "{}").bytes(), Reply::bare(502, "<html>").bytes()] {
        let wire = answering([answer]).await;
        let error = refund(&repeating().build_for_loopback(wire.address()).unwrap()).await.unwrap_err();
        assert_eq!((error.outcome(), error.attempts()), (Outcome::Unknown, 1), "{error}");
        assert_eq!(wire.received().len(), 1);
    }
    let wire = answering([system_error()]).await;
    let pay = repeating().build_for_loopback(wire.address()).unwrap();
    pay.request(Method::POST, "/v3/x").json(&()).await.unwrap_err();
    assert_eq!(wire.received().len(), 1, "nobody knows what this path does");
}

#[tokio::test]
async fn h02_what_was_refused_as_too_fast_was_not_carried_out_and_comes_again() {
    let wire = answering([too_fast().bytes(), too_fast().bytes(), done()]).await;
    sync(&repeating().build_for_loopback(wire.address()).unwrap()).await.unwrap();
    assert_eq!(wire.received().len(), 3);

    let wire = answering([too_fast().bytes()]).await;
    let error = refund(&repeating().build_for_loopback(wire.address()).unwrap()).await.unwrap_err();
    assert_eq!((error.outcome(), error.attempts()), (Outcome::Refused, 3), "{error}");
    assert!(error.to_string().contains("after 3 attempts"), "{error}");
}

#[tokio::test]
async fn h02_a_wait_that_is_longer_than_the_call_may_take_is_left_to_the_caller() {
    let wire = answering([too_fast().replace("Retry-After", "3600").bytes()]).await;
    let error = sync(&repeating().build_for_loopback(wire.address()).unwrap()).await.unwrap_err();
    assert_eq!((error.attempts(), error.retry_after()), (1, Some(Duration::from_secs(3600))));
    let wire = answering([too_fast().replace("Retry-After", "18446744073709551615").bytes()]).await;
    let error = sync(&repeating().build_for_loopback(wire.address()).unwrap()).await.unwrap_err();
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn h03_h04_h14_a_refusal_is_final() {
    for (status, code) in [(400, "INVALID_REQUEST"), (401, "SIGN_ERROR"), (403, "NOT_ENOUGH"), (404, "ORDER_NOT_EXIST")]
    {
        let body = format!(r#"{{"code":"{code}","message":"x"}}"#);
        let wire = answering([Reply::bare(status, body).bytes()]).await;
        let error = sync(&repeating().build_for_loopback(wire.address()).unwrap()).await.unwrap_err();
        assert_eq!((error.outcome(), error.attempts()), (Outcome::Refused, 1), "{error}");
        assert_eq!(wire.received().len(), 1);
    }
}

#[tokio::test]
async fn h08_when_the_main_host_refuses_the_backup_is_asked_and_kept() {
    let backup = answering([done()]).await;
    let url = format!("http://{}", backup.address());
    let pay = repeating().backup_url(&url).build_for_loopback(closed().await).unwrap();
    sync(&pay).await.unwrap();
    let request = backup.only();
    assert!(request.is_signed());
    assert_eq!(request.header("host"), Some(backup.address().to_string().as_str()));
    refund(&pay).await.unwrap_err();
    assert_eq!(backup.received().len(), 2, "money may move where nothing was sent");

    // The main host answers, and badly: it is left alone while the backup works.
    let (main, backup) = (answering([system_error()]).await, answering([done()]).await);
    let pay = repeating().backup_url(format!("http://{}", backup.address()));
    let pay = pay.build_for_loopback(main.address()).unwrap();
    sync(&pay).await.unwrap();
    sync(&pay).await.unwrap();
    assert_eq!((main.received().len(), backup.received().len()), (1, 2));
}

#[tokio::test]
async fn h09_money_that_may_have_moved_is_not_sent_to_the_backup() {
    let (main, backup) = (answering([reset()]).await, answering([done()]).await);
    let pay = repeating().backup_url(format!("http://{}", backup.address()));
    let error = refund(&pay.build_for_loopback(main.address()).unwrap()).await.unwrap_err();
    assert_eq!((error.outcome(), error.attempts()), (Outcome::Unknown, 1));
    assert!(backup.received().is_empty());
}

#[tokio::test]
async fn h10_a_connection_that_breaks_is_made_anew_for_a_query() {
    let wire = answering([reset(), Reply::signed(200, "{}").bytes()]).await;
    let pay = repeating().build_for_loopback(wire.address()).unwrap();
    pay.request(Method::GET, "/v3/certificates").await.unwrap();
    assert_eq!(wire.received().len(), 2);
}

#[tokio::test]
async fn h10_money_on_a_connection_that_the_server_has_given_up_arrives_at_most_once() {
    // The server closes each connection after its answer and does not say so.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let arrived = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&arrived);
    let answer = too_fast().replace("Retry-After", "3600").bytes();
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = Vec::new();
            // The request is small and comes at once; it ends with its body.
            while !buffer.ends_with(b"}") && stream.read_buf(&mut buffer).await.unwrap() > 0 {}
            count.fetch_add(usize::from(buffer.ends_with(b"}")), std::sync::atomic::Ordering::SeqCst);
            stream.write_all(&answer).await.unwrap();
        }
    });
    let pay = repeating().build_for_loopback(address).unwrap();
    for calls in 1..=50 {
        refund(&pay).await.unwrap_err();
        let arrived = arrived.load(std::sync::atomic::Ordering::SeqCst);
        assert!((1..=calls).contains(&arrived), "{calls} refunds came {arrived} times");
    }
    server.abort();
}

#[tokio::test]
async fn h11_a_call_ends_in_time_and_says_how_often_it_was_attempted() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let pay = repeating().attempt_timeout(Duration::from_millis(60)).timeout(Duration::from_millis(150));
    let pay = pay.build_for_loopback(listener.local_addr().unwrap()).unwrap();
    let error = sync(&pay).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transport, Outcome::Unknown));
    assert!((1..=3).contains(&error.attempts()), "{error}");
    let error = sync(&pay).timeout(Duration::from_millis(20)).await.unwrap_err();
    assert_eq!(error.attempts(), 1, "the call's own time is shorter than one attempt");
}

#[tokio::test]
async fn h13_when_everything_fails_repeats_come_to_an_end() {
    let wire = answering([system_error()]).await;
    let pay = repeating().build_for_loopback(wire.address()).unwrap();
    let mut calls: JoinSet<Error> = (0..30)
        .map(|_| {
            let call = sync(&pay);
            async { call.await.unwrap_err() }
        })
        .collect();
    while calls.join_next().await.is_some() {}
    assert_eq!(wire.received().len(), 40, "30 calls and the ten repeats that a client has");
}

#[tokio::test]
async fn repeats_are_switched_off_for_a_client_or_a_call() {
    let wire = answering([system_error()]).await;
    let off = repeating().retry(Retry::OFF).build_for_loopback(wire.address()).unwrap();
    assert_eq!(sync(&off).await.unwrap_err().attempts(), 1);
    let on = repeating().build_for_loopback(wire.address()).unwrap();
    assert_eq!(sync(&on).retry(Retry::OFF).await.unwrap_err().attempts(), 1);
    assert_eq!(sync(&off).retry(Retry::attempts(2)).await.unwrap_err().attempts(), 2);
    assert_eq!(wire.received().len(), 4);
}

/// What an attempt may end with, and whether it leaves the outcome open.
#[derive(Clone, Copy, Debug)]
enum End {
    Hangs,
    Resets,
    TooFast,
    ReEntry,
    NotEnough,
    NotFound,
    SystemError,
    BadlySigned,
}

const ENDS: [End; 8] = [
    End::Hangs,
    End::Resets,
    End::TooFast,
    End::ReEntry,
    End::NotEnough,
    End::NotFound,
    End::SystemError,
    End::BadlySigned,
];

impl End {
    fn is_open(self) -> bool {
        matches!(self, Self::Hangs | Self::Resets | Self::SystemError | Self::BadlySigned)
    }

    fn bytes(self) -> Vec<u8> {
        let code = |status, code| Reply::bare(status, format!(r#"{{"code":"{code}","message":"x"}}"#)).bytes();
        match self {
            // The head of an answer whose body never comes.
            Self::Hangs => b"HTTP/1.1 204 No Content\r\n".to_vec(),
            Self::Resets => reset(),
            Self::TooFast => too_fast().bytes(),
            Self::ReEntry => code(400, "INVALID_REQUEST"),
            Self::NotEnough => code(403, "NOT_ENOUGH"),
            Self::NotFound => code(404, "ORDER_NOT_EXIST"),
            Self::SystemError => system_error(),
            Self::BadlySigned => Reply::bare(200, "{}").bytes(),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_attempt_leaves_open_no_later_attempt_closes() {
    let pairs = ENDS.iter().flat_map(|a| ENDS.iter().map(move |b| vec![*a, *b]));
    let triples = pairs.clone().flat_map(|pair| ENDS.iter().map(move |c| [pair.as_slice(), &[*c]].concat()));
    let mut calls = JoinSet::new();
    for ends in pairs.chain(triples) {
        calls.spawn(async move {
            let wire = answering(ends.iter().map(|end| end.bytes())).await;
            let pay = repeating().retry(Retry::attempts(ends.len().try_into().unwrap()));
            let pay = pay.attempt_timeout(Duration::from_millis(400)).build_for_loopback(wire.address()).unwrap();
            let error = sync(&pay).await.unwrap_err();
            let made = ends.iter().take(error.attempts().try_into().unwrap());
            if made.clone().any(|end| end.is_open()) {
                assert_eq!(error.outcome(), Outcome::Unknown, "{ends:?}: {error}");
            }
        });
    }
    while let Some(done) = calls.join_next().await {
        done.unwrap();
    }
}

#[tokio::test]
async fn a_refused_connection_after_an_open_attempt_leaves_it_open() {
    for answer in [system_error(), reset(), Reply::bare(200, "{}").bytes()] {
        let main = answering([answer]).await;
        let pay = repeating().retry(Retry::attempts(2)).backup_url(format!("http://{}", closed().await));
        let error = sync(&pay.build_for_loopback(main.address()).unwrap()).await.unwrap_err();
        assert_eq!((error.outcome(), error.attempts()), (Outcome::Unknown, 2), "{error}");
        assert!(error.to_string().contains("an attempt before this one may have been carried out"), "{error}");
    }
}
