//! What a phone opens: the names of the official lists, signatures that others verify, and never another app than that of
//! the order.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use rsa::sha2::Sha256;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wechatpay_sdk::launch::{LaunchAnswer, LaunchOrder, scene};
use wechatpay_sdk::{Merchant, Sign, Signing, WechatPay};

use crate::support::*;

mod payments;
mod payscore;
mod transfer;

const APPID: &str = "wx2421b1c4370ec43b";
const PREPAY_ID: &str = "wx201410272009395522657a690389285100";

/// An answer out of its JSON.
fn answer<T: DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).unwrap()
}

fn vector(name: &str) -> Value {
    let path = format!("{}/tests/data/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The members of what the phone gets.
fn members(launch: &impl Serialize) -> serde_json::Map<String, Value> {
    serde_json::to_value(launch).unwrap().as_object().unwrap().clone()
}

/// The names of what the phone gets, sorted; every value is a text.
fn names(launch: &impl Serialize) -> Vec<String> {
    let members = members(launch);
    assert!(members.values().all(Value::is_string), "{members:?}");
    let mut names: Vec<_> = members.keys().cloned().collect();
    names.sort();
    names
}

/// Whether the merchant's public key verifies these four lines, by the `rsa` crate.
fn is_signed(lines: [&str; 4], signature: &str) -> bool {
    let key = rsa::PrivateKey::from_pkcs8_pem(&key_file("merchant.pkcs8.pem")).unwrap();
    let message = format!("{}\n{}\n{}\n{}\n", lines[0], lines[1], lines[2], lines[3]);
    let signature = STANDARD.decode(signature).unwrap();
    key.to_public_key().pkcs1v15_verify::<Sha256>(message.as_bytes(), &signature).is_ok()
}

/// A remote signer that keeps what it was asked to sign.
#[derive(Clone, Default)]
struct Listening(Arc<Mutex<Vec<String>>>);

impl Sign for Listening {
    fn sign<'a>(&'a self, message: &'a [u8]) -> Signing<'a> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            self.0.lock().unwrap().push(String::from_utf8(message.to_vec())?);
            let key = rsa::PrivateKey::from_pkcs8_pem(&key_file("merchant.pkcs8.pem"))?;
            Ok(key.pkcs1v15_sign::<Sha256>(message)?)
        })
    }
}

impl Listening {
    /// A client of this signer, at this time.
    fn client_at(&self, unix_seconds: i64) -> WechatPay {
        let merchant = Merchant::with_signer(MCHID.parse().unwrap(), SERIAL.parse().unwrap(), self.clone());
        WechatPay::builder(merchant, trust()).clock(StandingClock(at(unix_seconds))).build().unwrap()
    }

    fn only(&self) -> String {
        let messages = self.0.lock().unwrap();
        assert_eq!(messages.len(), 1, "{messages:?}");
        messages[0].clone()
    }
}

/// Compiles only for orders of the scene.
fn is_order<S, T: LaunchOrder<S>>() {}

/// Compiles only for answers of the scene.
fn is_answer<S, T: LaunchAnswer<S>>() {}

#[test]
fn orders_and_answers_of_every_family_that_a_phone_opens_are_known_to_their_scene() {
    use wechatpay_sdk::{
        global_payments as global, merchant_transfer as transfer, partner_merchant_transfer as partner_transfer,
        partner_payments as partner, partner_payscore, payments, platform_transfer as platform,
    };
    is_order::<scene::Jsapi, payments::CreateJsapiTransactionWithContractRequest>();
    is_order::<scene::MiniProgram, payments::CreateJsapiTransactionWithContractRequest>();
    is_order::<scene::Jsapi, partner::CreatePartnerJsapiTransactionWithContractRequest>();
    is_order::<scene::MiniProgram, partner::CreatePartnerMiniProgramTransactionRequest>();
    is_order::<scene::MiniProgram, partner::CreatePartnerScannedposTransactionRequest>();
    is_order::<scene::Jsapi, global::CreateGlobalJsapiTransactionRequest>();
    is_order::<scene::Transfer, transfer::CreateTransferBillWithAuthorizationRequest>();
    is_order::<scene::Transfer, transfer::CreateUserConfirmAuthorizationRequest>();
    is_order::<scene::Transfer, partner_transfer::CreatePartnerTransferBillWithAuthorizationRequest>();
    is_order::<scene::Transfer, partner_transfer::CreatePartnerUserConfirmAuthorizationRequest>();
    is_order::<scene::Transfer, platform::CreatePlatformTransferBillRequest>();
    is_answer::<scene::Transfer, transfer::CreatedTransferBillWithAuthorization>();
    is_answer::<scene::Transfer, transfer::CreatedUserConfirmAuthorization>();
    is_answer::<scene::Transfer, transfer::UserConfirmAuthorization>();
    is_answer::<scene::Transfer, platform::CreatedPlatformTransferBill>();
    is_answer::<scene::PayscoreOrder, wechatpay_sdk::Response<partner_payscore::ServiceOrder>>();
    is_answer::<scene::PayscorePlan, partner_payscore::OfferedSignPlan>();
    is_answer::<scene::PayscorePermission, partner_payscore::PayscorePermissionToken>();
}

/// HMAC-SHA256 by the `openssl` program.
fn openssl_hmac(key: &str, message: &str) -> String {
    let mut openssl = Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", key, "-hex"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the openssl program is installed");
    openssl.stdin.take().unwrap().write_all(message.as_bytes()).unwrap();
    let output = String::from_utf8(openssl.wait_with_output().unwrap().stdout).unwrap();
    output.trim().rsplit(' ').next().unwrap().to_uppercase()
}
