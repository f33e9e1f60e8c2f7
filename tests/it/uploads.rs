//! Uploads: what is in the form, what of it is signed, and what happens when it does not arrive.

use std::sync::{Arc, Mutex};

use wechatpay_sdk::fapiao::{FapiaoFileMeta, FapiaoFileType};
use wechatpay_sdk::marketing::BankPackageMeta;
use wechatpay_sdk::merchant_management::EnhancedDueDiligenceFileMeta;
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::store_operations::{MerchantContact, ShoppingReceiptMeta};
use wechatpay_sdk::taxi_invoice::TaxiInvoiceFileMeta;
use wechatpay_sdk::{ErrorKind, Outcome, Rule, Upload, Validation};

use crate::support::{Received, Reply, Wire, builder, platform_opens};

const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const MEDIA: &str = r#"{"media_id":"6uqyGjGrCf2GtyXP8bxrbuH9"}"#;

fn image() -> Upload {
    Upload::new("store.png", "abc")
}

#[tokio::test]
async fn f01_the_meta_that_is_signed_is_the_part_byte_for_byte() {
    let wire = Wire::always(Reply::signed(200, MEDIA)).await;
    let media = wire.client().media().upload_file(image()).await.unwrap();
    assert_eq!(media.media_id.as_str(), "6uqyGjGrCf2GtyXP8bxrbuH9");

    let request = wire.only();
    let parts = request.parts();
    assert_eq!(parts[0].name, "meta");
    assert_eq!(parts[0].content_type, "application/json");
    assert_eq!(
        String::from_utf8(parts[0].content.clone()).unwrap(),
        r#"{"filename":"store.png","sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}"#
    );
    assert_eq!((parts[1].name.as_str(), parts[1].content_type.as_str()), ("file", "image/png"));
    assert_eq!(parts[1].content, b"abc");
    let length = request.body.len().to_string();
    assert_eq!(request.header("content-length"), Some(length.as_str()));
    assert_eq!(request.header("transfer-encoding"), None);
    let signed = Received { body: parts[0].content.clone(), ..request };
    assert!(signed.is_signed());
}

#[tokio::test]
async fn f02_an_empty_file_is_refused_unless_the_checks_are_off() {
    let wire = Wire::always(Reply::signed(200, MEDIA)).await;
    let error = wire.client().media().upload_file(Upload::new("store.png", "")).await.unwrap_err();
    assert_eq!(error.offences()[0].rule(), &Rule::EmptyFile);
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(wire.received().is_empty());

    let off = builder().validation(Validation::Off).build_for_loopback(wire.address()).unwrap();
    off.media().upload_file(Upload::new("store.png", "")).await.unwrap();
    let meta = String::from_utf8(wire.only().parts()[0].content.clone()).unwrap();
    assert!(meta.contains(EMPTY_SHA256), "{meta}");
}

#[tokio::test]
async fn f03_a_file_name_is_one_plain_name_in_the_meta_and_in_the_part() {
    let wire = Wire::always(Reply::signed(200, MEDIA)).await;
    let name = "../../营业\"执照\r\nX-Evil: 1\r\n\r\n.png";
    wire.client().media().upload_file(Upload::new(name, "abc")).await.unwrap();
    let parts = wire.only().parts();
    assert_eq!(parts.len(), 2);
    let sent = parts[1].file_name.clone().unwrap();
    assert_eq!(sent, "_____X-Evil__1____.png".replace("_____X", "_______X"));
    let meta: serde_json::Value = serde_json::from_slice(&parts[0].content).unwrap();
    assert_eq!(meta["filename"], sent.as_str());
}

#[tokio::test]
async fn f04_a_wrong_ending_or_a_file_too_large_is_not_sent() {
    let wire = Wire::always(Reply::signed(200, MEDIA)).await;
    let media = wire.client().media();
    let wrong = media.upload_file(Upload::new("store.gif", "abc")).await.unwrap_err();
    assert!(matches!(wrong.offences()[0].rule(), Rule::FileEnding { .. }), "{wrong}");
    assert_eq!(wrong.offences()[0].place(), "file");
    let large = media.upload_video(Upload::new("store.mp4", vec![0; 5_242_881])).await.unwrap_err();
    assert_eq!(large.offences()[0].rule(), &Rule::FileTooLarge { max: 5_242_880, actual: 5_242_881 });
    assert!(wire.received().is_empty());
}

#[tokio::test]
async fn f05_a_file_that_holds_the_boundary_of_another_form_arrives_whole() {
    let wire = Wire::always(Reply::signed(200, MEDIA)).await;
    let pay = wire.client();
    pay.media().upload_file(image()).await.unwrap();
    let first = wire.only();
    // The whole first request is a file of the second one.
    pay.media().upload_file(Upload::new("form.png", first.body.clone())).await.unwrap();
    let second = &wire.received()[1];
    assert_ne!(first.header("content-type"), second.header("content-type"));
    assert_eq!(second.parts()[1].content, first.body);
}

#[tokio::test]
async fn f06_a_reader_that_fails_is_told_before_anything_is_sent_and_one_that_ended_is_needed_once() {
    let failing = tokio_test_reader::Failing;
    let error = Upload::read("store.png", failing).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent));

    let wire = Wire::always(Reply::signed(200, MEDIA)).await;
    let upload = Upload::read("store.png", &b"abc"[..]).await.unwrap();
    let call = wire.client().media().upload_file(upload);
    call.clone().await.unwrap();
    call.await.unwrap();
    let received = wire.received();
    assert_eq!(received[0].parts()[1].content, received[1].parts()[1].content);
    assert_ne!(received[0].authorization("nonce_str"), received[1].authorization("nonce_str"));
}

mod tokio_test_reader {
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use tokio::io::{AsyncRead, ReadBuf};

    /// A reader that breaks at once.
    pub(super) struct Failing;

    impl AsyncRead for Failing {
        fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Err(io::Error::other("the disk is gone")))
        }
    }
}

#[tokio::test]
async fn f07_an_invoice_is_uploaded_with_its_sm3_under_the_misspelt_name() {
    let gateway = Gateway::start().await.unwrap();
    let meta = FapiaoFileMeta::builder().file_type(FapiaoFileType::Pdf);
    let answer =
        gateway.client().unwrap().fapiao().upload_fapiao_file(meta, Upload::new("a.pdf", "abc")).await.unwrap();
    assert_eq!(answer.fapiao_media_id.as_str(), "ASNFZ4mrze/+3LqYdlQyEA==");
    let body = String::from_utf8_lossy(gateway.requests()[0].body()).into_owned();
    let expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
    assert!(
        body.contains(&format!(r#"{{"digest":"{expected}","digest_alogrithm":"SM3","file_type":"PDF"}}"#)),
        "{body}"
    );
}

#[tokio::test]
async fn f08_other_part_names_other_members_and_other_fields_are_those_of_the_spec() {
    let gateway = Gateway::start().await.unwrap();
    let pay = gateway.client().unwrap();
    let management = pay.merchant_management();
    let call = management.upload_submission_file("1900000109", image()).item_id(56).manage_record_id("R1");
    assert_eq!(call.await.unwrap().file_id, "V1_E1W7MchDBewmOMGmKSMCgh5");
    let body = String::from_utf8_lossy(gateway.requests()[0].body()).into_owned();
    assert!(body.contains("name=\"submission_file\"; filename=\"store.png\""), "{body}");
    assert!(body.contains("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"), "{body}");
    assert!(body.contains("name=\"item_id\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n56\r\n"), "{body}");

    let meta = EnhancedDueDiligenceFileMeta::builder().sub_mchid("1900000109").item_id(7).build();
    management.upload_enhanced_due_diligence_file("D1", image()).body(meta).await.unwrap();
    let body = String::from_utf8_lossy(gateway.requests()[1].body()).into_owned();
    assert!(body.contains(r#""item_id":7,"sub_mchid":"1900000109""#), "{body}");
}

#[tokio::test]
async fn f07_a_taxis_invoice_names_its_sm3_in_a_way_of_its_own() {
    let gateway = Gateway::start().await.unwrap();
    let meta = TaxiInvoiceFileMeta::builder().company_mchid("1900000109").region_id(310_100);
    let taxi = gateway.client().unwrap().taxi_invoice();
    let answer = taxi.upload_card_file(meta, Upload::new("a.pdf", "abc")).await.unwrap();
    assert_eq!(answer.fapiao_media_id.as_str(), "ASNFZ4mrze/+3LqYdlQyEA==");
    let body = String::from_utf8_lossy(gateway.requests()[0].body()).into_owned();
    let expected = concat!(
        r#"{"company_mchid":"1900000109","digest":"66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0","#,
        r#""digest_algorithm":"DIGEST_ALGORITHM_SM3","region_id":310100}"#
    );
    assert!(body.contains(expected), "{body}");
}

#[tokio::test]
async fn f08_users_of_a_bank_and_papers_of_receivers_go_up_with_what_their_metas_want() {
    let gateway = Gateway::start().await.unwrap();
    let pay = gateway.client().unwrap();
    let meta = BankPackageMeta::builder().bank_type("ICBC_DEBIT");
    let users = Upload::new("active_user.csv", "abc");
    assert_eq!(pay.marketing().upload_bank_package("8473295", meta, users).await.unwrap().task_id, "101");
    let body = String::from_utf8_lossy(gateway.requests()[0].body()).into_owned();
    assert!(body.contains(r#"{"bank_type":"ICBC_DEBIT","filename":"active_user.csv","sha256":"ba7816bf"#), "{body}");
    assert!(body.contains("filename=\"active_user.csv\"\r\nContent-Type: text/csv"), "{body}");

    let paper = pay.global_profit_sharing().upload_file(Upload::new("verify.pdf", "abc")).await.unwrap();
    assert_eq!(paper.file_id, "b6a17e2a-1dc4-4376-8630-e73d06490c0d");
}

#[tokio::test]
async fn f08_a_receipt_of_a_shop_has_its_phone_number_encrypted_inside_the_signed_meta() {
    let wire = Wire::always(Reply::signed(200, r#"{"receipt":{"receipt_id":"1","state":"WAIT_REVIEW"}}"#)).await;
    let contact = MerchantContact::builder().consultation_phone_number("075586013388");
    let meta = ShoppingReceiptMeta::builder().transaction_id("42000001").openid("oUpF8uMuAJO");
    let call =
        wire.client().store_operations().upload_shopping_receipt(meta.merchant_contact_information(contact), image());
    assert!(!format!("{call:?}").contains("0755"), "{call:?}");
    call.await.unwrap();
    let request = wire.only();
    assert_eq!(request.header("wechatpay-serial"), Some("PUB_KEY_ID_0119000000012026"));
    let meta: serde_json::Value = serde_json::from_slice(&request.parts()[0].content).unwrap();
    let sealed = meta["merchant_contact_information"]["consultation_phone_number"].as_str().unwrap();
    assert_eq!(platform_opens(sealed), "075586013388");
    assert!(Received { body: request.parts()[0].content.clone(), ..request }.is_signed());
}

#[tokio::test]
async fn f09_an_unsigned_answer_to_an_upload_is_not_believed() {
    let gateway = Gateway::start().await.unwrap();
    gateway.next_answer().without_signature();
    let call = gateway.client().unwrap().media().upload_file(image()).send();
    let error = call.retry(wechatpay_sdk::Retry::OFF).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Verify, Outcome::Unknown));
}

#[tokio::test]
async fn f10_an_upload_whose_connection_breaks_is_repeated_with_a_new_signature() {
    let gateway = Gateway::start().await.unwrap();
    gateway.next_answer().lost();
    let call = gateway.client().unwrap().media().upload_file(image());
    let error = call.clone().send().retry(wechatpay_sdk::Retry::OFF).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(error.is_retryable());
    gateway.next_answer().lost();
    call.await.unwrap();
    assert_eq!(gateway.requests().len(), 3);
}

#[tokio::test]
async fn f11_a_redirect_to_another_host_is_not_followed() {
    let other = Wire::always(Reply::signed(200, MEDIA)).await;
    let location = format!("http://{}/v3/merchant/media/upload", other.address());
    let wire = Wire::always(Reply::bare(307, "").with("Location", &location)).await;
    let error = wire.client().media().upload_file(image()).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(other.received().is_empty());
}

#[tokio::test]
async fn the_simulator_refuses_a_meta_that_is_not_true() {
    let gateway = Gateway::start().await.unwrap();
    let pay = gateway.client().unwrap();
    for (member, value) in [("sha256", EMPTY_SHA256), ("filename", "other.png")] {
        let error = pay.media().upload_file(image()).extra(member, value).await.unwrap_err();
        assert!(error.is_code("PARAM_ERROR"), "{error}");
        assert_eq!(error.api().unwrap().details()[0].field(), Some(format!("/{member}").as_str()));
    }
}

#[tokio::test]
async fn progress_reaches_the_size_of_the_file() {
    let gateway = Gateway::start().await.unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let video = Upload::new("store.mp4", vec![7; 200_000]);
    let video = video.on_progress(move |sent, total| log.lock().unwrap().push((sent, total)));
    gateway.client().unwrap().media().upload_video(video).await.unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(*seen, [(65_536, 200_000), (131_072, 200_000), (196_608, 200_000), (200_000, 200_000)]);
}
