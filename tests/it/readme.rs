//! The README's code is true: it is the code of `examples/readme.rs`, and that code does what the README says.

use wechatpay_sdk::partner_payscore::{
    CompleteServiceOrderRequest, CreateServiceOrderRequest, PostPayment, RiskFund, TimeRange,
};
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::{ErrorKind, Fen, WechatPay};

#[path = "../../examples/readme.rs"]
mod example;

const README: &str = include_str!("../../README.md");
const CODE: &str = include_str!("../../examples/readme.rs");
/// 2009-12-25 09:30:00 in Beijing.
const MORNING: i64 = 1_261_704_600;
const SERVICE: &str = "2002000000000558128851361561536";
const NUMBER: &str = "1234323JKHDFE1243252";

/// The text of a function of the example.
fn function(name: &str) -> &'static str {
    let start = CODE.find(&format!("fn {name}(")).unwrap();
    let length = CODE[start..].find("\n}\n").unwrap() + 2;
    &CODE[start..start + length]
}

#[test]
fn the_readme_shows_the_code_that_is_run() {
    for name in [
        "connect",
        "paid_in_cash",
        "sell",
        "is_paid",
        "total",
        "storefront",
        "takings",
        "what_to_do",
        "an_endpoint_without_a_method",
    ] {
        assert!(README.contains(function(name)), "README.md lacks this:\n{}", function(name));
    }
}

async fn completed_order(gateway: &Gateway, pay: &WechatPay) {
    let create = CreateServiceOrderRequest::builder()
        .service_id(SERVICE)
        .appid("wxd678efh567hg6787")
        .sub_mchid("1900000109")
        .out_order_no(NUMBER)
        .service_introduction("XX充电宝")
        .risk_fund(RiskFund::builder().name("DEPOSIT").amount(100))
        .time_range(TimeRange::builder().start_time("20091225080000"))
        .notify_url("https://shop.example/notify");
    pay.partner_payscore().create_service_order(create).await.unwrap();
    gateway.confirm_order(NUMBER).unwrap();
    let complete = CompleteServiceOrderRequest::builder()
        .service_id(SERVICE)
        .sub_mchid("1900000109")
        .post_payments([PostPayment::builder().name("租借费用").amount(1)])
        .total_amount(1);
    pay.partner_payscore().complete_service_order(NUMBER, complete).await.unwrap();
}

#[tokio::test]
async fn the_readmes_first_program_syncs_an_order_and_its_query_reads_it() {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let pay = gateway.client().unwrap();
    completed_order(&gateway, &pay).await;
    assert_eq!(gateway.order(NUMBER).unwrap().state(), "DOING");

    assert_eq!(example::what_to_do(example::paid_in_cash(&pay).await), "done");
    assert_eq!(gateway.order(NUMBER).unwrap().state(), "DONE");
    assert_eq!(example::total(&pay, NUMBER).await.unwrap(), Some(Fen::new(1)));
    assert_eq!(example::what_to_do(example::paid_in_cash(&pay).await), "ask get_service_order first");
}

#[tokio::test]
async fn the_readmes_order_is_placed_and_its_query_says_whether_it_is_paid() {
    let gateway = Gateway::start().await.unwrap();
    let pay = gateway.client().unwrap();
    let openid = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";
    assert!(example::sell(&pay, "20261124-0001", openid).await.unwrap().starts_with("wx"));
    let sent: serde_json::Value = serde_json::from_slice(gateway.requests()[0].body()).unwrap();
    assert_eq!(sent["amount"]["total"], 12_800);
    assert!(!example::is_paid(&pay, "20261124-0001", Fen::new(12_800)).await.unwrap());
    gateway.user_pays("20261124-0001").unwrap();
    assert!(example::is_paid(&pay, "20261124-0001", Fen::new(12_800)).await.unwrap());
    assert!(!example::is_paid(&pay, "20261124-0001", Fen::new(100)).await.unwrap());
}

#[tokio::test]
async fn the_readmes_match_tells_what_to_do_after_a_failure() {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let pay = gateway.client().unwrap();
    let told = example::what_to_do(example::paid_in_cash(&pay).await);
    assert!(told.contains("does not exist"), "{told}");
    completed_order(&gateway, &pay).await;
    // Once would not be seen: what is refused as too fast is attempted three times.
    (0..3).for_each(|_| gateway.next_answer().refused_too_fast());
    let told = example::what_to_do(example::paid_in_cash(&pay).await);
    assert!(told.starts_with("the same request again, in "), "{told}");
    gateway.next_answer().lost();
    assert_eq!(example::what_to_do(example::paid_in_cash(&pay).await), "the same request again, in 5s");
    assert_eq!(gateway.order(NUMBER).unwrap().state(), "DONE", "it happened all the same");
}

#[test]
fn the_readmes_client_asks_for_its_key_files_by_name() {
    let error = example::connect().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("secrets/apiclient_key.pem"), "{error}");
}

#[tokio::test]
async fn the_readmes_picture_goes_up_and_its_bill_comes_down() {
    let gateway = Gateway::start().await.unwrap();
    let pay = gateway.client().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (picture, bill) = (folder.path().join("store.png"), folder.path().join("bill.csv"));
    std::fs::write(&picture, "abc").unwrap();
    assert!(!example::storefront(&pay, picture.to_str().unwrap()).await.unwrap().as_str().is_empty());
    gateway.give_bill(
        "2026-08-15",
        "交易时间,微信订单号,商户订单号,交易状态,订单金额,退款金额\n`2026-08-15 09:00:00,`42,`A1,`SUCCESS,`128.00,`0.00\n\
         `2026-08-15 09:30:00,`42,`A1,`REFUND,`128.00,`1.00\n`2026-08-15 10:00:00,`43,`A2,`SUCCESS,`0.01,`0.00\n\
         总交易单数,订单总金额,退款总金额\n`3,`256.01,`1.00\n",
    );
    assert_eq!(example::takings(&pay, "2026-08-15", bill.to_str().unwrap()).await.unwrap(), 12_801);
}
