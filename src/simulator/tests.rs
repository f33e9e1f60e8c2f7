//! The gateway over real HTTP.

mod answers;
mod app;
mod complaints;
mod faults;
mod letters;
mod life;
mod orders;
mod refunds;
mod service_orders;
mod sharing;
mod spoiled;
mod strict;
mod transfers;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use self::app::App;
use super::{Gateway, identity};
use crate::partner_payscore::{
    CompleteServiceOrderRequest, CreateServiceOrderRequest, PostPayment, RiskFund, SyncServiceOrderDetail,
    SyncServiceOrderRequest, SyncType, TimeRange,
};
use crate::{Fen, WechatPay};

/// 2009-12-25 09:30:00 in Beijing.
const MORNING: i64 = 1_261_704_600;
const SERVICE: &str = "2002000000000558128851361561536";
const SUB_MCHID: &str = "1900000109";
const ORDERS: &str = "/v3/payscore/partner/serviceorder";

/// A request byte for byte, rightly signed unless its Authorization is replaced.
struct Raw<'r> {
    method: &'r str,
    target: &'r str,
    headers: Vec<(&'r str, String)>,
    body: &'r str,
}

/// What came back.
#[derive(Debug)]
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl<'r> Raw<'r> {
    fn new(method: &'r str, target: &'r str, body: &'r str) -> Self {
        let headers = vec![
            ("Accept", "application/json".to_owned()),
            ("User-Agent", "test/1".to_owned()),
            ("Wechatpay-Serial", identity::PUBLIC_KEY_ID.to_owned()),
        ];
        let mut raw = Self { method, target, headers, body };
        if !body.is_empty() {
            raw.headers.push(("Content-Type", "application/json".to_owned()));
        }
        raw
    }

    fn get(target: &'r str) -> Self {
        Self::new("GET", target, "")
    }

    fn post(target: &'r str, body: &'r str) -> Self {
        Self::new("POST", target, body)
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self
    }

    fn with(mut self, name: &'r str, value: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    async fn send(self, gateway: &Gateway) -> Reply {
        let mut raw = self;
        if raw.headers.iter().all(|(name, _)| *name != "Authorization") {
            let authorization = authorization(gateway, raw.method, raw.target, raw.body).await;
            raw.headers.push(("Authorization", authorization));
        }
        let Self { method, target, headers, body } = raw;
        let mut text = format!("{method} {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", gateway.address());
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        let mut stream = TcpStream::connect(gateway.address()).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        Reply::read(&bytes)
    }
}

async fn authorization(gateway: &Gateway, method: &str, target: &str, body: &str) -> String {
    let now = gateway.clock().unix();
    let message = format!("{method}\n{target}\n{now}\nnonce\n{body}\n");
    let signature = gateway.merchant().sign(message.as_bytes()).await.unwrap();
    format!(
        "WECHATPAY2-SHA256-RSA2048 mchid=\"{}\",nonce_str=\"nonce\",timestamp=\"{now}\",serial_no=\"{}\",\
         signature=\"{signature}\"",
        identity::MCHID,
        identity::SERIAL
    )
}

impl Reply {
    fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer has a head");
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap()))
            .collect();
        Self { status, headers, body: bytes[end + 4..].to_vec() }
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn code(&self) -> String {
        self.json()["code"].as_str().unwrap().to_owned()
    }

    /// Whether the gateway's key signed it, by a message built here.
    fn is_signed(&self) -> bool {
        let message = [
            format!("{}\n{}\n", self.header("wechatpay-timestamp"), self.header("wechatpay-nonce")).as_bytes(),
            &self.body,
            b"\n",
        ]
        .concat();
        let signature = STANDARD.decode(self.header("wechatpay-signature")).unwrap_or_default();
        let key = identity::Identity::get().unwrap().gateway.public_key();
        self.header("wechatpay-serial") == identity::PUBLIC_KEY_ID && key.verify(&message, &signature)
    }
}

fn creation(number: &str) -> CreateServiceOrderRequest {
    CreateServiceOrderRequest::builder()
        .service_id(SERVICE)
        .appid("wxd678efh567hg6787")
        .sub_mchid(SUB_MCHID)
        .out_order_no(number)
        .service_introduction("XX充电宝")
        .risk_fund(RiskFund::builder().name("DEPOSIT").amount(100))
        .time_range(TimeRange::builder().start_time("20091225080000"))
        .notify_url("https://shop.example/notify")
        .build()
}

fn completion() -> CompleteServiceOrderRequest {
    CompleteServiceOrderRequest::builder()
        .service_id(SERVICE)
        .sub_mchid(SUB_MCHID)
        .post_payments([PostPayment::builder().name("租借费用").amount(1).build()])
        .total_amount(1)
        .build()
}

fn paid_in_cash() -> SyncServiceOrderRequest {
    SyncServiceOrderRequest::builder()
        .service_id(SERVICE)
        .sub_mchid(SUB_MCHID)
        .type_(SyncType::OrderPaid)
        .detail(SyncServiceOrderDetail::builder().seq(1).paid_time("20091225091210").paid_amount(1))
        .build()
}

/// A gateway in the morning, and a completed order of this number.
async fn with_completed_order(number: &str) -> (Gateway, WechatPay) {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let pay = gateway.client().unwrap();
    pay.partner_payscore().create_service_order(creation(number)).await.unwrap();
    gateway.confirm_order(number).unwrap();
    pay.partner_payscore().complete_service_order(number, completion()).await.unwrap();
    (gateway, pay)
}

#[tokio::test]
async fn an_order_is_created_confirmed_completed_synced_and_queried() {
    let (gateway, pay) = with_completed_order("1|a*").await;
    let family = pay.partner_payscore();
    assert_eq!(gateway.order("1|a*").unwrap().to_string(), "DOING/MCH_COMPLETE, collection USER_PAYING");

    let synced = family.sync_service_order("1|a*", paid_in_cash()).await.unwrap();
    assert_eq!((synced.status(), synced.verified_by().as_str()), (StatusCode::NO_CONTENT, identity::PUBLIC_KEY_ID));
    let order = family.get_service_order().service_id(SERVICE).sub_mchid(SUB_MCHID).out_order_no("1|a*").await.unwrap();
    assert_eq!(order.state, "DONE".into());
    let again = family.sync_service_order("1|a*", paid_in_cash()).await.unwrap_err();
    assert!(again.is_code("ORDER_DONE") && again.verified(), "{again}");

    let view = gateway.order("1|a*").unwrap();
    assert_eq!((view.state(), view.state_description()), ("DONE", None));
    assert_eq!((view.collection_state(), view.paid_type()), (Some("USER_PAID"), Some("MCH")));
    assert_eq!((view.out_order_no(), view.total_amount()), ("1|a*", Some(1)));
    assert_eq!(gateway.order("2"), None);
}

#[tokio::test]
async fn the_users_side_is_refused_in_a_sentence_where_it_is_not_possible() {
    let (gateway, _) = with_completed_order("1").await;
    let refused = gateway.confirm_order("1").unwrap_err().to_string();
    assert_eq!(refused, "the service order 1 is DOING/MCH_COMPLETE");
    assert_eq!(gateway.pay_order("2").unwrap_err().to_string(), "there is no service order 2");
    gateway.pay_order("1").unwrap();
    assert_eq!(gateway.order("1").unwrap().to_string(), "DONE, collection USER_PAID (NEWTON)");
}

#[tokio::test]
async fn what_it_received_can_be_looked_at() {
    let (gateway, _) = with_completed_order("1").await;
    let received = gateway.requests();
    assert_eq!(received.len(), 2);
    let create = &received[0];
    assert_eq!((create.method().as_str(), create.target()), ("POST", ORDERS));
    assert_eq!((create.operation(), create.status()), (Some("create_service_order"), Some(StatusCode::OK)));
    assert_eq!(serde_json::from_slice::<Value>(create.body()).unwrap()["out_order_no"], json!("1"));
    assert_eq!(create.headers()["wechatpay-serial"], identity::PUBLIC_KEY_ID);
    let shape = create.authorization_shape().unwrap();
    assert!(shape.contains("… (32 characters)") && shape.contains("… (344 characters)"), "{shape}");
    assert_eq!(received[1].status(), Some(StatusCode::NO_CONTENT));
}

#[tokio::test]
async fn an_operation_without_states_answers_the_example_of_its_spec() {
    let gateway = Gateway::start().await.unwrap();
    let quota = gateway.client().unwrap().partner_payscore().get_service_quota(SERVICE);
    let quota = quota.sub_mchid(SUB_MCHID).appid("wx1").risk_level_version(1).await.unwrap();
    assert_eq!(quota.quotas[0].suggested_quota, Some(Fen::new(1_000)));
}
