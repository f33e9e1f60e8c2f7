//! Everything that can go wrong between a client and the gateway, once each, with a transfer that must happen once.

use std::net::SocketAddr;
use std::time::Duration;

use http::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use wechatpay_sdk::merchant_transfer::CreatedTransferBill;
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::{ErrorKind, NextStep, Outcome, Retry, Sending, WechatPay};

use crate::chaos::example::reward;

/// Where a line to the gateway breaks.
#[derive(Clone, Copy, Debug)]
enum Break {
    BeforeTheRequestArrives,
    BeforeTheAnswer,
    InTheAnswer,
    /// The answer never comes.
    Silence,
}

/// A line to the gateway.
async fn line(gateway: SocketAddr, breaks: Break) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(carry(client, gateway, breaks));
        }
    });
    address
}

async fn carry(mut client: TcpStream, gateway: SocketAddr, breaks: Break) {
    let mut buffer = vec![0; 64 * 1024];
    if let Break::BeforeTheRequestArrives = breaks {
        client.read_exact(&mut buffer[..16]).await.unwrap();
        return;
    }
    let (mut from_gateway, mut to_gateway) = TcpStream::connect(gateway).await.unwrap().into_split();
    let (mut from_client, mut to_client) = client.into_split();
    tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_gateway).await });
    let read = from_gateway.read(&mut buffer).await.unwrap();
    match breaks {
        Break::InTheAnswer => to_client.write_all(&buffer[..read / 2]).await.unwrap(),
        Break::Silence => std::future::pending().await,
        Break::BeforeTheAnswer | Break::BeforeTheRequestArrives => {}
    }
}

fn transfer(pay: &WechatPay) -> Sending<CreatedTransferBill> {
    pay.merchant_transfer().create_transfer_bill(reward("T0000001")).send()
}

fn executions(gateway: &Gateway) -> usize {
    gateway.standings().iter().filter(|standing| standing.product == "transfer").count()
}

/// What a transfer under a fault ends with: kind, outcome, attempts, and how often it was executed by then. Afterwards it
/// is repeated with its number, and has happened once.
async fn ends(gateway: &Gateway, base_url: Option<SocketAddr>) -> (ErrorKind, Outcome, u32, usize) {
    let patience = Duration::from_millis(500);
    let pay = gateway.client_with(|client| client.retry(Retry::default()).attempt_timeout(patience)).unwrap();
    let mut call = transfer(&pay);
    if let Some(address) = base_url {
        call = call.base_url(format!("http://{address}"));
    }
    let error = call.await.unwrap_err();
    let step = match error.outcome() {
        Outcome::Unknown => NextStep::QueryThenDecide,
        _ => NextStep::RepeatSameNumber { after: Duration::from_secs(1) },
    };
    assert_eq!(error.next_step(), step, "{error}");
    let executed = executions(gateway);
    transfer(&gateway.client().unwrap()).await.unwrap();
    assert_eq!(executions(gateway), 1, "with one number there is one transfer");
    (error.kind(), error.outcome(), error.attempts(), executed)
}

#[tokio::test]
async fn a_line_that_breaks_leaves_open_what_happened_and_a_transfer_happens_once() {
    let gateway = Gateway::start().await.unwrap();
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_eq!(ends(&gateway, Some(nobody)).await, (ErrorKind::Transport, Outcome::NotSent, 3, 0));
    for (breaks, executed) in
        [(Break::BeforeTheRequestArrives, 0), (Break::BeforeTheAnswer, 1), (Break::InTheAnswer, 1), (Break::Silence, 1)]
    {
        let gateway = Gateway::start().await.unwrap();
        let line = line(gateway.address(), breaks).await;
        let expected = (ErrorKind::Transport, Outcome::Unknown, 1, executed);
        assert_eq!(ends(&gateway, Some(line)).await, expected, "{breaks:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_wrong_leaves_open_what_happened_and_a_transfer_happens_once() {
    let broken = r#"{"code":"SYSTEM_ERROR","message":"m"}"#;
    type Plan = Box<dyn Fn(&Gateway)>;
    let status = |status: StatusCode, body: &'static str| -> Plan {
        Box::new(move |gateway| gateway.next_answer().status(status, body))
    };
    let cases: [(Plan, ErrorKind, usize); 7] = [
        (status(StatusCode::INTERNAL_SERVER_ERROR, broken), ErrorKind::Api, 0),
        (status(StatusCode::BAD_GATEWAY, "<html>"), ErrorKind::Api, 0),
        (status(StatusCode::SERVICE_UNAVAILABLE, ""), ErrorKind::Api, 0),
        (status(StatusCode::FOUND, ""), ErrorKind::Transport, 0),
        (Box::new(|gateway| gateway.next_answer().forged()), ErrorKind::Verify, 1),
        (Box::new(|gateway| gateway.next_answer().without_signature()), ErrorKind::Verify, 1),
        (Box::new(|gateway| gateway.next_answer().lost()), ErrorKind::Transport, 1),
    ];
    for (number, (plan, kind, executed)) in cases.iter().enumerate() {
        let gateway = Gateway::start().await.unwrap();
        plan(&gateway);
        assert_eq!(ends(&gateway, None).await, (*kind, Outcome::Unknown, 1, *executed), "case {number}");
    }
}

#[tokio::test]
async fn what_was_refused_as_too_fast_is_repeated_by_itself_and_a_transfer_happens_once() {
    let gateway = Gateway::start().await.unwrap();
    for _ in 0..3 {
        gateway.next_answer().refused_too_fast();
    }
    assert_eq!(ends(&gateway, None).await, (ErrorKind::Api, Outcome::Refused, 3, 0));
}
