//! Sensitive fields leave this process only encrypted, with the key that `Wechatpay-Serial` names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs8::DecodePrivateKey as _;
use serde_json::{Value, json};
use sha1::Sha1;
use wechatpay_sdk::http::Method;
use wechatpay_sdk::profit_sharing::{
    CreateProfitSharingOrderRequest, ProfitSharingReceiverType, ProfitSharingShare, ProfitSharingShareBuilder,
};
use wechatpay_sdk::refund::{AbnormalRefundType, ApplyAbnormalRefundRequest};
use wechatpay_sdk::required::Given;
use wechatpay_sdk::{
    Ciphertext, ErrorKind, FourByteCharacters, Merchant, Outcome, PrivateKey, Rule, Sign, Signing, Trust, Validation,
    WechatPay,
};

use crate::support::*;

const SPLIT: &str = r#"{"out_order_no":"P1","state":"PROCESSING"}"#;

fn share(account: &str) -> ProfitSharingShareBuilder<Given, Given, Given, Given> {
    ProfitSharingShare::builder()
        .type_(ProfitSharingReceiverType::PersonalOpenid)
        .account(account)
        .amount(1)
        .description("d")
}

fn split(shares: Vec<ProfitSharingShare>) -> CreateProfitSharingOrderRequest {
    CreateProfitSharingOrderRequest::builder()
        .transaction_id("4208450740201411110007820472")
        .out_order_no("P1")
        .unfreeze_unsplit(true)
        .receivers(shares)
        .build()
}

fn names(request: &Received) -> Vec<Option<String>> {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let receivers = body["receivers"].as_array().unwrap();
    receivers.iter().map(|receiver| Some(platform_opens(receiver.get("name")?.as_str()?))).collect()
}

#[tokio::test]
async fn d03_d06_d09_every_sensitive_member_of_a_list_is_encrypted_once_however_often_the_request_is_sent() {
    let wire = Wire::always(Reply::signed(200, SPLIT)).await;
    let request = split(vec![share("a").name("张三").build(), share("b").build(), share("c").name("李四").build()]);
    for _ in 0..2 {
        wire.client().profit_sharing().create_order(request.clone()).await.unwrap();
    }
    for sent in wire.received() {
        assert!(sent.is_signed());
        assert_eq!(sent.header("wechatpay-serial"), Some(KEY_ID));
        assert_eq!(names(&sent), [Some("张三".to_owned()), None, Some("李四".to_owned())]);
        assert!(!String::from_utf8_lossy(&sent.body).contains("张三"));
    }
    assert_eq!(wire.received()[0].body, wire.received()[1].body, "a repeat has the same bytes");

    let call = wire.client().profit_sharing().create_order(split(vec![share("a").name("张三").build()]));
    call.clone().await.unwrap();
    call.await.unwrap();
    let received = wire.received();
    assert_eq!(received[2].body, received[3].body, "a repeated call too");
    assert_ne!(received[1].body, received[2].body, "another request is encrypted anew");
}

#[tokio::test]
async fn d04_the_serial_is_that_of_the_certificate_whose_key_encrypts() {
    let wire = Wire::always(Reply::signed(200, SPLIT)).await;
    let trust = Trust::certificates([certificate("platform.certificate.pem")]).unwrap();
    let pay = WechatPay::builder(merchant(), trust).clock(StandingClock(at(NOW)));
    let pay = pay.build_for_loopback(wire.address()).unwrap();
    // The answer is signed by the public key's id, which this trust does not have; what was sent is what matters here.
    let request = split(vec![share("a").name("张三").build()]);
    wire.client().profit_sharing().create_order(request.clone()).await.unwrap();
    let _ = pay.profit_sharing().create_order(request).await;
    let [first, sent] = <[Received; 2]>::try_from(wire.received()).unwrap();
    assert_eq!((first.header("wechatpay-serial"), names(&first)), (Some(KEY_ID), vec![Some("张三".to_owned())]));
    assert_ne!(first.body, sent.body, "what was encrypted for another key is encrypted anew");
    assert_eq!(sent.header("wechatpay-serial"), Some(certificate("platform.certificate.pem").serial().as_str()));
    assert_eq!(names(&sent), [Some("张三".to_owned())]);
}

#[tokio::test]
async fn d01_a_text_that_is_too_long_to_encrypt_names_its_field_and_limit_and_not_the_text() {
    let wire = Wire::always(Reply::signed(200, SPLIT)).await;
    for validation in [Validation::Enforce, Validation::Warn, Validation::Off] {
        let pay = builder().validation(validation).build_for_loopback(wire.address()).unwrap();
        let request = split(vec![share("a").build(), share("b").name("名".repeat(72)).build()]);
        let error = pay.profit_sharing().create_order(request).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent));
        assert_eq!(error.to_string(), "create_order: /receivers/1/name: at most 214 bytes can be encrypted, has 216");
        assert!(!format!("{error:?}").contains('名'));
        assert_eq!(error.offences()[0].rule(), &Rule::TooLongToEncrypt { max: 214, actual: 216 });
    }
    assert!(wire.received().is_empty());
    let fits = split(vec![share("a").name("x".repeat(214)).build()]);
    wire.client().profit_sharing().create_order(fits).await.unwrap();
}

#[tokio::test]
async fn d05_an_empty_sensitive_member_is_left_out() {
    let wire = Wire::always(Reply::signed(200, r#"{"out_refund_no":"R1","status":"PROCESSING"}"#)).await;
    let request = ApplyAbnormalRefundRequest::builder()
        .out_refund_no("R1")
        .type_(AbnormalRefundType::MerchantBankCard)
        .bank_account("")
        .maybe_real_name(None::<&str>);
    wire.client().refund().apply_abnormal_refund("50000000382019052709732678859", request).await.unwrap();
    let body: Value = serde_json::from_slice(&wire.only().body).unwrap();
    assert_eq!(body, serde_json::json!({ "out_refund_no": "R1", "type": "MERCHANT_BANK_CARD" }));
}

#[tokio::test]
async fn a_sensitive_text_is_checked_for_emoji_before_it_is_encrypted() {
    let wire = Wire::always(Reply::signed(200, SPLIT)).await;
    let request = || split(vec![share("a").name("张三😀").build()]);
    let error = wire.client().profit_sharing().create_order(request()).await.unwrap_err();
    assert_eq!(error.offences()[0].rule(), &Rule::FourByteCharacter);
    assert_eq!(error.offences()[0].place(), "/receivers/0/name");
    assert!(!format!("{error} {error:?}").contains('张'));
    let pay = builder().four_byte_characters(FourByteCharacters::Send).build_for_loopback(wire.address()).unwrap();
    pay.profit_sharing().create_order(request()).await.unwrap();
    assert_eq!(names(&wire.only()), [Some("张三😀".to_owned())]);
}

#[tokio::test]
async fn what_stands_in_the_place_of_a_sensitive_text_never_leaves_as_it_is() {
    let wire = Wire::always(Reply::signed(200, SPLIT)).await;
    for validation in [Validation::Enforce, Validation::Warn, Validation::Off] {
        let pay = builder().validation(validation).build_for_loopback(wire.address()).unwrap();
        for secret in [Value::Bool(true), serde_json::json!({ "first": "张三" })] {
            let request = split(vec![share("a").extra("name", secret).build()]);
            let error = pay.profit_sharing().create_order(request).await.unwrap_err();
            assert_eq!(error.to_string(), "create_order: /receivers/0/name: must be encrypted, which only text can be");
        }
    }
    assert!(wire.received().is_empty());
    let pay = builder().validation(Validation::Off).build_for_loopback(wire.address()).unwrap();
    let list = serde_json::json!(["张三", 7]);
    let one = serde_json::json!({ "account": "c", "name": "李四" });
    pay.profit_sharing().create_order(split(vec![share("a").extra("name", 430_102).build()])).await.unwrap();
    pay.profit_sharing().create_order(split(vec![share("b").extra("name", list).build()])).await.unwrap();
    pay.profit_sharing().create_order(split(vec![])).extra("receivers", one).await.unwrap();
    let bodies: Vec<Value> = wire.received().iter().map(|sent| serde_json::from_slice(&sent.body).unwrap()).collect();
    let opened = |value: &Value| platform_opens(value.as_str().unwrap());
    assert_eq!(opened(&bodies[0]["receivers"][0]["name"]), "430102");
    assert_eq!(opened(&bodies[1]["receivers"][0]["name"][0]), "张三");
    assert_eq!(opened(&bodies[1]["receivers"][0]["name"][1]), "7");
    assert_eq!(opened(&bodies[2]["receivers"]["name"]), "李四");
}

#[tokio::test]
async fn a_sensitive_text_that_extra_replaces_is_not_looked_at() {
    let wire = Wire::always(Reply::signed(200, SPLIT)).await;
    let request = split(vec![share("a").name("名".repeat(100)).extra("name", "张三").build()]);
    wire.client().profit_sharing().create_order(request).await.unwrap();
    assert_eq!(names(&wire.only()), [Some("张三".to_owned())]);
}

/// A text as WeChat Pay encrypts it for the merchant, by the `rsa` crate.
fn for_merchant(file: &str, text: &str) -> String {
    let key = rsa::PrivateKey::from_pkcs8_pem(&key_file(file)).unwrap().to_public_key();
    STANDARD.encode(key.encrypt(&mut getrandom::SysRng, rsa::Oaep::<Sha1>::new(), text.as_bytes()).unwrap())
}

#[tokio::test]
async fn d07_d08_a_ciphertext_that_does_not_open_leaves_the_answer_as_good_as_it_is() {
    let of_another_key = for_merchant("platform.key.pem", "张三");
    let bill =
        |name: &str| json!({ "out_bill_no": "B1", "state": "SUCCESS", "user_name": name, "transfer_remark": "*明" });
    for (name, opens) in
        [(for_merchant("merchant.pkcs8.pem", "张三"), true), (of_another_key, false), ("*明".into(), false)]
    {
        let wire = Wire::always(Reply::signed(200, bill(&name).to_string())).await;
        let pay = wire.client();
        let bill = pay.merchant_transfer().get_transfer_bill_by_out_bill_no("B1").await.unwrap();
        assert_eq!(bill.transfer_remark.as_deref(), Some("*明"), "a masked text is text");
        let ciphertext = bill.user_name.as_ref().unwrap();
        assert_eq!(ciphertext.as_str(), name);
        match pay.decrypt(ciphertext) {
            Ok(opened) => assert!(opens && opened.as_str() == "张三" && format!("{opened:?}") == "***"),
            Err(error) => {
                assert!(!opens);
                assert_eq!(error.kind(), ErrorKind::Decrypt);
                assert_eq!(error.to_string(), "the ciphertext does not open with the merchant's keys");
            }
        }
    }
}

#[tokio::test]
async fn d10_every_ciphertext_that_does_not_open_is_the_same_error() {
    let pay = builder().build().unwrap();
    let key = rsa::PrivateKey::from_pkcs8_pem(&key_file("merchant.pkcs8.pem")).unwrap().to_public_key();
    let sha256 = key.encrypt(&mut getrandom::SysRng, rsa::Oaep::<rsa::sha2::Sha256>::new(), b"x").unwrap();
    let pkcs1 = key.encrypt(&mut getrandom::SysRng, rsa::Pkcs1v15Encrypt, b"x").unwrap();
    let not_utf8 = key.encrypt(&mut getrandom::SysRng, rsa::Oaep::<Sha1>::new(), &[0xFF, 0xFE]).unwrap();
    for bytes in [sha256, pkcs1, not_utf8, vec![0; 256], vec![], vec![7; 300]] {
        let error = pay.decrypt(&Ciphertext::from(STANDARD.encode(bytes))).unwrap_err();
        assert_eq!(format!("{error:?}"), format!("{:?}", pay.decrypt(&"%".into()).unwrap_err()));
    }
}

#[tokio::test]
async fn earlier_keys_open_what_was_stored_and_a_remote_signer_needs_one() {
    let stored = Ciphertext::from(for_merchant("e3.key.pem", "李四"));
    let earlier = || PrivateKey::from_pem(&key_file("e3.key.pem")).unwrap();
    let pay = WechatPay::builder(merchant().with_decryption_key(earlier()), trust()).build().unwrap();
    assert_eq!(&*pay.decrypt(&stored).unwrap(), "李四");

    struct Kms;
    impl Sign for Kms {
        fn sign<'a>(&'a self, _: &'a [u8]) -> Signing<'a> {
            Box::pin(async { Err("not asked".into()) })
        }
    }
    let remote = || Merchant::with_signer(MCHID.parse().unwrap(), SERIAL.parse().unwrap(), Kms);
    let pay = WechatPay::builder(remote(), trust()).build().unwrap();
    assert!(pay.decrypt(&stored).unwrap_err().to_string().contains("`Merchant::with_decryption_key`"));
    let pay = WechatPay::builder(remote().with_decryption_key(earlier()), trust()).build().unwrap();
    assert_eq!(&*pay.decrypt(&stored).unwrap(), "李四");
}

#[tokio::test]
async fn a_request_by_hand_has_sensitive_texts_too() {
    let wire = Wire::always(Reply::signed(200, "{}")).await;
    let body = json!({ "payer": { "id": 1 }, "list": [{}] });
    let request = || wire.client().request(Method::POST, "/v3/x").json(&body);
    request().sensitive("/payer/a~1b", "张三").sensitive("/list/0/name", "李四").await.unwrap();
    let sent = wire.only();
    assert!(sent.is_signed());
    assert_eq!(sent.header("wechatpay-serial"), Some(KEY_ID));
    let sent: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(platform_opens(sent["payer"]["a/b"].as_str().unwrap()), "张三");
    assert_eq!(platform_opens(sent["list"][0]["name"].as_str().unwrap()), "李四");
    assert_eq!(sent["payer"]["id"], 1);

    let error = request().sensitive("/nobody/name", "张三").await.unwrap_err();
    assert_eq!(error.to_string(), "request: the body has no place for `/nobody/name`");
    let error = request().sensitive("/payer/name", "名".repeat(72)).await.unwrap_err();
    assert_eq!(error.to_string(), "request: /payer/name: at most 214 bytes can be encrypted, has 216");
    assert!(!format!("{:?}", request().sensitive("/payer/name", "张三")).contains('张'));
    assert_eq!(wire.received().len(), 1);
}

#[test]
fn c05_a_sensitive_text_is_neither_printed_nor_serialised() {
    let request = split(vec![share("oUpF8uMuAJO").name("张三").build()]);
    assert!(!format!("{request:?}").contains("张三"));
    assert!(!format!("{request:?}").contains("oUpF8uMuAJO"), "accounts of receivers may be openids");
    let error = serde_json::to_string(&request).unwrap_err();
    assert!(!error.to_string().contains("张三"), "{error}");
}
