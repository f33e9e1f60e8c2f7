//! What spans, events and observers say of calls, and what is in none of them.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber as _;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use wechatpay_sdk::merchant_transfer::{CreateTransferBillRequest, TransferSceneReportInfo};
use wechatpay_sdk::payments::{CreateJsapiTransactionRequest, OrderAmount, Payer};
use wechatpay_sdk::refund::{CreateRefundAmount, CreateRefundRequest};
use wechatpay_sdk::{ApiV3Key, AttemptEnd, CallEnd, Ending, ErrorKind, Observer, Outcome, Retry, WechatPay};

use crate::support::*;

const OPENID: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";
const NAME: &str = "张三丰";
const PHONE: &str = "13800138000";
const DESCRIPTION: &str = "腾讯充值中心-QQ会员充值";
const V3_KEY: &str = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";

/// Keeps every span and event of every target as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.push_str(&format!(" {field}={value:?}"));
    }
}

impl Log {
    fn span(&self, id: &Id, text: &str) {
        let index = usize::try_from(id.into_u64()).unwrap() - 1;
        self.0.lock().unwrap()[index].push_str(text);
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// The spans of this name.
    fn spans(&self, name: &str) -> Vec<String> {
        self.lines().into_iter().filter(|line| line.starts_with(&format!("{name} "))).collect()
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut line = format!("{} ", attributes.metadata().name());
        attributes.record(&mut Line(&mut line));
        let mut lines = self.0.lock().unwrap();
        lines.push(line);
        Id::from_u64(lines.len().try_into().unwrap())
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut text = String::new();
        values.record(&mut Line(&mut text));
        self.span(span, &text);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = String::from("event ");
        event.record(&mut Line(&mut line));
        self.0.lock().unwrap().push(line);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Keeps what it is told, as text too.
#[derive(Default)]
struct Told(Mutex<Vec<String>>);

impl Observer for Told {
    fn attempt_ended(&self, attempt: &AttemptEnd<'_>) {
        assert!(attempt.duration < Duration::from_secs(60));
        self.0.lock().unwrap().push(format!("{attempt:?}"));
    }

    fn call_ended(&self, call: &CallEnd<'_>) {
        self.0.lock().unwrap().push(format!("{call:?}"));
    }
}

/// A client whose attempts and calls are watched in every way.
fn watched(address: std::net::SocketAddr, retry: Retry) -> (WechatPay, Arc<Told>) {
    let told = Arc::new(Told::default());
    let pay = builder().retry(retry).api_v3_key(ApiV3Key::new(V3_KEY).unwrap()).observer(Arc::clone(&told));
    (pay.build_for_loopback(address).unwrap(), told)
}

fn refund() -> CreateRefundRequest {
    let amount = CreateRefundAmount::builder().refund(1).total(1).currency("CNY");
    CreateRefundRequest::builder().out_trade_no("A1").out_refund_no("R1").amount(amount).build()
}

#[tokio::test]
async fn a_call_and_its_attempts_are_spans_with_the_attribute_names_of_opentelemetry() {
    let log = Log::default();
    let answer = r#"{"refund_id":"1","out_refund_no":"R1","transaction_id":"2","out_trade_no":"A1","channel":"ORIGINAL","user_received_account":"x","create_time":"2026-12-01T12:00:00+08:00","status":"PROCESSING","amount":{"total":1,"refund":1,"payer_total":1,"payer_refund":1,"settlement_refund":1,"settlement_total":1,"discount_refund":0,"currency":"CNY"}}"#;
    let replies = Mutex::new(vec![Reply::signed(200, answer), too_fast()]);
    let wire = Wire::answering(move |_| replies.lock().unwrap().pop().unwrap().bytes()).await;
    let (pay, told) = watched(wire.address(), Retry::default());
    pay.refund().create_refund(refund()).send().with_subscriber(log.clone()).await.unwrap();

    let [call] = <[String; 1]>::try_from(log.spans("wechatpay.call")).unwrap();
    for part in [
        "wechatpay.operation=\"create_refund\"",
        "wechatpay.attempts=2",
        "http.response.status_code=200",
        "wechatpay.request_id=\"08F78BB5AF0610D302-0\"",
        &format!("wechatpay.verified_by={KEY_ID:?}"),
        "wechatpay.duration_ms=",
    ] {
        assert!(call.contains(part), "{part}: {call}");
    }
    let [first, second] = <[String; 2]>::try_from(log.spans("wechatpay.attempt")).unwrap();
    for (attempt, parts) in [
        (
            &first,
            [
                "http.response.status_code=429",
                "error.type=\"FREQUENCY_LIMITED\"",
                "wechatpay.outcome=\"refused\"",
                "wechatpay.attempt=1",
            ],
        ),
        (
            &second,
            [
                "http.response.status_code=200",
                "http.request.resend_count=1",
                "wechatpay.attempt=2",
                "wechatpay.verified_by=\"PUB_KEY_ID_0119000000012026\"",
            ],
        ),
    ] {
        for part in parts.into_iter().chain([
            "http.request.method=\"POST\"",
            "url.template=\"/v3/refund/domestic/refunds\"",
            "url.scheme=\"http\"",
            "server.address=\"127.0.0.1\"",
            &format!("server.port={}", wire.address().port()),
            "otel.kind=\"client\"",
            "otel.name=POST /v3/refund/domestic/refunds ",
            &format!("wechatpay.signed_with={SERIAL:?}"),
        ]) {
            assert!(attempt.contains(part), "{part}: {attempt}");
        }
    }
    assert!(!first.contains("resend_count") && !second.contains("error.type"));

    let told = told.0.lock().unwrap();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].contains("number: 1") && told[0].contains("code: Some(\"FREQUENCY_LIMITED\")"), "{told:?}");
    assert!(told[1].contains("number: 2") && told[1].contains("Succeeded"), "{told:?}");
    assert!(told[2].contains("CallEnd") && told[2].contains("attempts: 2"), "{told:?}");
}

fn too_fast() -> Reply {
    Reply::bare(429, r#"{"code":"FREQUENCY_LIMITED","message":"x"}"#).with("Retry-After", "0")
}

/// Counts as a shop would.
#[derive(Default)]
struct Counts(Mutex<Vec<Counted>>);

/// An attempt or a call: its number, and how it failed.
type Counted = (u32, Option<(ErrorKind, Outcome)>);

impl Observer for Counts {
    fn call_ended(&self, call: &CallEnd<'_>) {
        let failure = match call.ending {
            Ending::Failed { kind, outcome, .. } => Some((kind, outcome)),
            Ending::Dropped => Some((ErrorKind::Transport, Outcome::Unknown)),
            _ => None,
        };
        self.0.lock().unwrap().push((call.attempts, failure));
    }
}

#[tokio::test]
async fn an_observer_is_told_of_calls_that_were_never_sent_and_of_calls_that_were_dropped() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let counts = Arc::new(Counts::default());
    let observer: Arc<dyn Observer> = counts.clone();
    let pay = builder().observer(observer).build_for_loopback(silent.local_addr().unwrap()).unwrap();
    pay.request(Method::GET, "no path").await.unwrap_err();
    let call = pay.request(Method::GET, "/v3/certificates").send();
    tokio::time::timeout(Duration::from_millis(200), call).await.unwrap_err();
    let counts = counts.0.lock().unwrap().clone();
    assert_eq!(
        counts,
        [(0, Some((ErrorKind::Request, Outcome::NotSent))), (1, Some((ErrorKind::Transport, Outcome::Unknown)))]
    );
}

/// What must be nowhere, of the requests that came too.
fn assert_nothing_private(text: &str, received: &[Received]) {
    let pem = key_file("merchant.pkcs8.pem");
    let pem = pem.lines().filter(|line| !line.starts_with("-----"));
    let private = [OPENID, NAME, PHONE, DESCRIPTION, V3_KEY, "WECHATPAY2", "PRIVATE KEY", "A777B777", "secret"];
    for word in private.into_iter().chain(pem) {
        assert!(!text.contains(word), "{word}: {text}");
    }
    for request in received {
        assert!(!text.contains(&request.authorization("signature")));
        assert!(!text.contains(&request.authorization("nonce_str")));
        // Paths of the specs are named; what stands in them and behind them is not.
        assert!(request.target.split_once('?').is_none_or(|(_, query)| !text.contains(query)), "{}", request.target);
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap_or_default();
        assert!(body["user_name"].as_str().is_none_or(|ciphertext| !text.contains(ciphertext)));
    }
}

/// A call that is refused here would show nothing.
fn sent<T: Debug>(result: wechatpay_sdk::Result<T>) {
    if let Err(error) = result {
        assert!(error.offences().is_empty() && error.outcome() != Outcome::NotSent, "{error}");
    }
}

async fn every_kind_of_call(pay: &WechatPay) {
    let report = TransferSceneReportInfo::builder().info_type("活动名称").info_content(DESCRIPTION);
    let transfer = CreateTransferBillRequest::builder()
        .appid("wxf636efh567hg4356")
        .out_bill_no("A777B777")
        .transfer_scene_id("1000")
        .openid(OPENID)
        .user_name(NAME)
        .transfer_amount(200_000)
        .transfer_remark("会员充值")
        .transfer_scene_report_infos([report]);
    sent(pay.merchant_transfer().create_transfer_bill(transfer).await);
    let order = CreateJsapiTransactionRequest::builder()
        .appid("wxd678efh567hg6787")
        .mchid(MCHID)
        .description(DESCRIPTION)
        .out_trade_no("A777B777")
        .notify_url("https://shop.example/wechat/notify")
        .amount(OrderAmount::builder().total(1))
        .payer(Payer::builder().openid(OPENID));
    sent(pay.payments().create_jsapi_transaction(order).await);
    let _ = pay.payments().get_transaction_by_out_trade_no("A777B777").mchid(MCHID).await;
    let _ = pay
        .partner_payscore()
        .get_permission_by_openid()
        .openid(OPENID)
        .appid("wx1")
        .service_id("1")
        .sub_mchid("2")
        .await;
    let raw = pay.request(Method::POST, "/v3/secret").query("phone", PHONE).sensitive("/name", NAME);
    let _ = raw.header("Accept-Language", "secret").await;
    let file = wechatpay_sdk::FileSource::unproven("https://api.mch.weixin.qq.com/v3/billdownload/file?token=secret");
    let _ = pay.download(&file).to_bytes().await;
    // Nothing of these is sent.
    let _ = pay.payments().get_transaction_by_out_trade_no("..").mchid(OPENID).await;
    let _ = pay.request(Method::GET, format!("/v3/x#{PHONE}")).await;
}

#[tokio::test]
async fn nothing_secret_or_personal_is_in_any_span_event_or_observer_whatever_the_gateway_answers() {
    let words = format!("{NAME} {OPENID} {PHONE} {DESCRIPTION} secret");
    let detail = format!(r#""detail":[{{"field":"/payer/{OPENID}","value":"{OPENID}","issue":"{words}"}}]"#);
    let body = |code: &str| format!(r#"{{"code":"{code}","message":"{words}",{detail}}}"#);
    let replies = [
        Reply::signed(200, format!(r#"{{"openid":"{OPENID}","prepay_id":"secret","state":"{NAME}"}}"#)),
        Reply::signed(400, body("PARAM_ERROR")),
        Reply::signed(403, body(OPENID)),
        Reply::signed(403, body(PHONE)).replace("Request-ID", &format!("secret {PHONE}")),
        Reply::bare(500, body("SYSTEM_ERROR")),
        Reply::bare(429, body("FREQUENCY_LIMITED")).with("Retry-After", "0"),
        Reply::bare(502, format!("<html>{words}")),
        Reply::bare(200, words.clone()),
        Reply::signed(200, words.clone()).replace("Wechatpay-Serial", "secret"),
        Reply::bare(302, "").with("Location", "https://evil.example/secret"),
    ];
    let mut all = replies.map(|reply| reply.bytes()).to_vec();
    all.push(Vec::new());
    for reply in all {
        let wire = Wire::answering(move |_| reply.clone()).await;
        let (pay, told) = watched(wire.address(), Retry::attempts(2));
        let log = Log::default();
        every_kind_of_call(&pay).with_subscriber(log.clone()).await;
        let (lines, received) = (log.lines(), wire.received());
        assert!(log.spans("wechatpay.attempt").len() >= 6 && received.len() >= 6, "{lines:?}");
        let told = told.0.lock().unwrap();
        assert!(told.len() >= 14, "{told:?}");
        assert_nothing_private(&(lines.join("\n") + &told.join("\n")), &received);
    }
}
