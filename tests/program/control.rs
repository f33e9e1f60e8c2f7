//! The control plane in the hands of a script, and what it refuses.

use reqwest::header::{HOST, ORIGIN};
use serde_json::{Value, json};
use wechatpay_sdk::{Outcome, Retry, WechatPay};

use crate::program::{CONTROL, Program, application};
use crate::{NUMBER, order};

/// Like `curl`.
pub(crate) struct Control(String);

impl Control {
    pub(crate) fn from_env() -> Self {
        Self(std::env::var(CONTROL).unwrap())
    }

    pub(crate) async fn act(&self, action: Value) -> Value {
        let (status, said) = self.try_to(action).await;
        assert_eq!(status, 200, "{said}");
        said
    }

    async fn try_to(&self, action: Value) -> (u16, Value) {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = http.post(format!("{}/actions", self.0)).body(action.to_string()).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        http.get(format!("{}{path}", self.0)).send().await.unwrap().json().await.unwrap()
    }
}

#[test]
fn faults_hit_their_operation_as_often_as_was_said_and_the_journal_shows_what_came() {
    application("control::faults_hit_their_operation_as_often_as_was_said_and_the_journal_shows_what_came", async {
        let (pay, control) = (WechatPay::from_env().unwrap(), Control::from_env());
        let operation = "get_transaction_by_out_trade_no";
        control.act(json!({ "do": "next_answer", "fault": "forged", "operation": operation, "times": 2 })).await;
        order(&pay, NUMBER, "https://shop.example/notify").await;
        let query = pay.payments().get_transaction_by_out_trade_no(NUMBER).mchid(pay.mchid());
        for _ in 0..2 {
            let error = query.clone().send().retry(Retry::OFF).await.unwrap_err();
            assert_eq!(error.outcome(), Outcome::Unknown, "{error}");
        }
        query.clone().send().retry(Retry::OFF).await.unwrap();

        let body = r#"{"code":"SYSTEM_ERROR","message":"try again"}"#;
        let fault = json!({ "status": { "status": 500, "body": body } });
        control.act(json!({ "do": "next_answer", "fault": fault, "probability": 1.0, "seed": 7 })).await;
        assert_eq!(query.clone().send().retry(Retry::OFF).await.unwrap_err().status().unwrap(), 500);
        control.act(json!({ "do": "forget_faults" })).await;
        query.clone().send().retry(Retry::OFF).await.unwrap();

        let requests = control.get("/requests?after=1").await;
        let seen = requests.as_array().unwrap().iter().map(|request| request["status"].as_u64().unwrap());
        assert_eq!(seen.collect::<Vec<_>>(), [200, 200, 200, 500, 200], "{requests}");
        assert_eq!(requests[0]["operation"], operation);
        assert_eq!(requests[0]["is_signature_right"], true);
        assert_eq!(requests[3]["is_signature_right"], Value::Null, "it was not looked at");
        let first = &control.get("/requests").await[0];
        assert_eq!(serde_json::from_str::<Value>(first["body"].as_str().unwrap()).unwrap()["out_trade_no"], NUMBER);
        assert!(first["authorization"].as_str().unwrap().contains("… (344 characters)"), "{first}");
    });
}

#[test]
fn keys_rotate_in_their_stages_and_the_client_believes_each() {
    application("control::keys_rotate_in_their_stages_and_the_client_believes_each", async {
        let (pay, control) = (WechatPay::from_env().unwrap(), Control::from_env());
        order(&pay, NUMBER, "https://shop.example/notify").await;
        for stage in ["SecondAnnounced", "SecondSigns", "Second", "First"] {
            let said = control.act(json!({ "do": "rotate_key" })).await;
            assert_eq!(said["platform_certificates"], stage);
            pay.payments().get_transaction_by_out_trade_no(NUMBER).mchid(pay.mchid()).await.unwrap();
        }
        control.act(json!({ "do": "rotate_key", "to": "none" })).await;
        assert_eq!(control.get("/state").await["platform_certificates"], "None");
    });
}

#[test]
fn what_cannot_happen_is_refused_with_a_reason() {
    application("control::what_cannot_happen_is_refused_with_a_reason", async {
        let control = Control::from_env();
        for (action, status, reason) in [
            (json!({ "do": "user_pays", "out_trade_no": "nobody" }), 409, "nobody"),
            (json!({ "do": "next_answer", "fault": "lost", "operation": "no_such" }), 409, "no_such"),
            (json!({ "do": "notify", "event": "NO.SUCH", "to": "http://127.0.0.1:1/" }), 409, "NO.SUCH"),
            (json!({ "do": "user_pays" }), 400, "out_trade_no"),
            (json!({ "do": "user_pays", "out_trade_no": "1", "more": 1 }), 400, "more"),
            (json!({ "do": "next_answer", "fault": "lost", "more": 1 }), 400, "more"),
            (json!({ "do": "no_such" }), 400, "expected one of"),
            (json!([1]), 400, ""),
        ] {
            let (answered, said) = control.try_to(action.clone()).await;
            assert_eq!(answered, status, "{action}: {said}");
            assert!(said["message"].as_str().unwrap().contains(reason), "{action}: {said}");
        }
    });
}

#[tokio::test]
async fn pages_of_other_sites_reach_neither_the_journal_nor_the_actions() {
    let program = Program::start(&[]);
    let control = program.variable(CONTROL);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for (name, value) in [(ORIGIN, "https://shop.example"), (ORIGIN, "null"), (HOST, "shop.example")] {
        let action = http.post(format!("{control}/actions")).body(r#"{"do":"advance","seconds":1}"#);
        assert_eq!(action.header(&name, value).send().await.unwrap().status(), 403, "{name}: {value}");
        let journal = http.get(format!("{control}/requests")).header(&name, value);
        assert_eq!(journal.send().await.unwrap().status(), 403, "{name}: {value}");
    }
    let action = http.post(format!("{control}/actions")).body(r#"{"do":"advance","seconds":1}"#);
    assert_eq!(action.header(ORIGIN, &control).send().await.unwrap().status(), 200);
    let page = http.get(format!("{control}/")).send().await.unwrap();
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
    let page = page.text().await.unwrap();
    assert!(page.contains("<title>") && !page.contains("innerHTML") && !page.contains("://"), "nothing from elsewhere");
}
