//! What the books answer fits the specs: every member is known, every word is one of its words.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jsonschema::{Draft, Registry, Validator};

use super::orders::jsapi;
use super::*;
use crate::every_operation::Example;

/// The schemas of all success answers: family, then operation.
struct Schemas(BTreeMap<(String, String), Validator>);

impl Schemas {
    fn read() -> Self {
        let mut all = BTreeMap::new();
        for text in crate::api::SPECS {
            let spec: Value = serde_json::from_str(text).unwrap();
            let family = spec["family"].as_str().unwrap();
            let base = format!("urn:answers:{family}");
            let document = json!({ "schemas": spec["schemas"] });
            let registry = Registry::new().draft(Draft::Draft4).add(&base, document).unwrap().prepare().unwrap();
            for operation in spec["operations"].as_array().unwrap() {
                let Some(name) = operation["answer_schema"].as_str() else { continue };
                let schema = json!({ "$ref": format!("{base}#/schemas/{name}") });
                let options = jsonschema::options().with_draft(Draft::Draft4).with_registry(&registry);
                let id = operation["id"].as_str().unwrap().to_owned();
                all.insert((family.to_owned(), id), options.build(&schema).unwrap());
            }
        }
        Self(all)
    }

    fn check(&self, family: &str, id: &str, answer: &Value) {
        let Some(schema) = self.0.get(&(family.to_owned(), id.to_owned())) else { return };
        let problems: Vec<String> =
            schema.iter_errors(answer).map(|error| format!("{} {error}", error.instance_path())).collect();
        assert!(problems.is_empty(), "{family}.{id}: {problems:?} in {answer}");
    }
}

/// Makes the call of an example; whether it succeeded with an answer that fits.
async fn fits(schemas: &Schemas, pay: &WechatPay, example: &Example) -> bool {
    match (example.call)(pay).await {
        Ok(answer) => {
            schemas.check(example.family, example.id, &answer);
            true
        }
        Err(error) => {
            assert!(error.verified() && error.status().unwrap().is_client_error(), "{}: {error}", example.id);
            false
        }
    }
}

/// The users do all that they can do.
fn users_act(gateway: &Gateway) {
    for known in gateway.standings() {
        let number = &known.number;
        // What is not possible for this product is refused, and nothing happens.
        let _ = (gateway.user_pays(number), gateway.confirm_order(number), gateway.user_confirms_transfer(number));
        let _ = (gateway.pay_order(number), gateway.user_grants_authorization(number));
    }
    // The example of combined orders; its parts are paid with it.
    let _ = gateway.user_pays("P20150806125346");
}

#[tokio::test]
async fn every_answer_of_a_product_with_states_fits_its_spec() {
    let schemas = Schemas::read();
    let families = [
        "combine_payments",
        "complaints",
        "merchant_transfer",
        "partner_merchant_transfer",
        "partner_payments",
        "partner_payscore",
        "payments",
        "payscore",
    ];
    let mut answered = BTreeSet::new();
    for family in families {
        let examples: Vec<Example> =
            crate::api::examples().into_iter().filter(|example| example.family == family).collect();
        let kept = ["_transaction", "_order", "_bill", "_authorization", "_notification", "_contract"];
        let is_kept = |id: &str| id.starts_with("create_") && kept.iter().any(|end| id.ends_with(end));
        for first in examples.iter().filter(|example| is_kept(example.id)) {
            let gateway = Gateway::start().await.unwrap();
            let pay = gateway.client().unwrap();
            for at_work in [false, true] {
                for example in std::iter::once(first).chain(examples.iter().filter(|other| other.method == "GET")) {
                    if fits(&schemas, &pay, example).await {
                        answered.insert((family, example.id));
                    }
                }
                if !at_work {
                    users_act(&gateway);
                    gateway.advance(Duration::from_secs(120)).await;
                }
            }
            for example in examples.iter().filter(|example| example.method != "GET") {
                if fits(&schemas, &pay, example).await {
                    answered.insert((family, example.id));
                }
            }
        }
    }
    assert!(answered.len() > 90, "{answered:?}");
}

#[tokio::test]
async fn answers_about_a_paid_order_fit_their_specs() {
    let schemas = Schemas::read();
    let gateway = Gateway::start().await.unwrap();
    let pay = gateway.client().unwrap();
    let mut order = serde_json::to_value(jsapi("1000001", 1_000, "https://shop.example/a")).unwrap();
    order["settle_info"] = json!({ "profit_sharing": true });
    let post = async |family: &str, id: &str, path: &str, body: Value| {
        let answer = pay.request(http::Method::POST, path).json_text(body.to_string()).await.unwrap();
        schemas.check(family, id, &answer);
        answer.into_inner()
    };
    let get = async |family: &str, id: &str, path: &str| {
        let answer = pay.request(http::Method::GET, path).await.unwrap();
        schemas.check(family, id, &answer);
        answer.into_inner()
    };
    post("payments", "create_jsapi_transaction", "/v3/pay/transactions/jsapi", order).await;
    gateway.user_pays("1000001").unwrap();
    let path = format!("/v3/pay/transactions/out-trade-no/1000001?mchid={}", identity::MCHID);
    let paid = get("payments", "get_transaction_by_out_trade_no", &path).await;
    let id = paid["transaction_id"].as_str().unwrap();
    let path = format!("/v3/pay/transactions/id/{id}?mchid={}", identity::MCHID);
    get("payments", "get_transaction_by_id", &path).await;

    gateway.advance(Duration::from_secs(60)).await;
    let family = "profit_sharing";
    let receiver = json!({ "appid": "wx1", "type": "MERCHANT_ID", "account": "1900000200", "relation_type": "STORE" });
    post(family, "add_receiver", "/v3/profitsharing/receivers/add", receiver).await;
    let share = json!({ "type": "MERCHANT_ID", "account": "1900000200", "amount": 100, "description": "x" });
    let split = json!({ "appid": "wx1", "transaction_id": id, "out_order_no": "S1", "receivers": [share],
        "unfreeze_unsplit": false });
    post(family, "create_order", "/v3/profitsharing/orders", split).await;
    gateway.advance(Duration::from_secs(60)).await;
    get(family, "get_order", &format!("/v3/profitsharing/orders/S1?transaction_id={id}")).await;
    let back = json!({ "out_order_no": "S1", "out_return_no": "B1", "return_mchid": "1900000200", "amount": 50,
        "description": "x" });
    post(family, "create_return_order", "/v3/profitsharing/return-orders", back).await;
    gateway.advance(Duration::from_secs(60)).await;
    get(family, "get_return_order", "/v3/profitsharing/return-orders/B1?out_order_no=S1").await;
    let rest = json!({ "transaction_id": id, "out_order_no": "U1", "description": "x" });
    post(family, "unfreeze_order", "/v3/profitsharing/orders/unfreeze", rest).await;
    get(family, "get_unsplit_amount", &format!("/v3/profitsharing/transactions/{id}/amounts")).await;

    let refund = json!({ "transaction_id": id, "out_refund_no": "R1",
        "amount": { "refund": 100, "total": 1_000, "currency": "CNY" } });
    post("refund", "create_refund", "/v3/refund/domestic/refunds", refund).await;
    gateway.advance(Duration::from_secs(60)).await;
    get("refund", "get_refund_by_out_refund_no", "/v3/refund/domestic/refunds/R1").await;

    let complaint = gateway.user_complains("1000001", "花是谢的", true).unwrap();
    gateway.user_goes_on(&complaint, "还在吗").unwrap();
    let path = format!("/v3/merchant-service/complaints-v2/{complaint}");
    get("complaints", "get_complaint", &path).await;
    get("complaints", "list_negotiation_histories", &format!("{path}/negotiation-historys")).await;
}
