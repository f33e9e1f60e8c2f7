//! Files that an operation gives: its values, its host, and headers that prove what comes.

use wechatpay_sdk::fapiao::FapiaoFile;
use wechatpay_sdk::global_profit_sharing::GlobalProfitSharingBill;
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::{Download, ErrorKind, Outcome};

use crate::downloads::openssl;
use crate::support::{Reply, Wire};

const STATEMENT: &[u8] = "\u{feff}交易时间,标价币种\r\n`2018-01-30 12:00:00,`HKD\r\n".as_bytes();

/// A file whose header has this digest, which is what is signed in the place of the file.
fn statement(digest: &str, file: &[u8]) -> Reply {
    let signed = Reply::signed(200, format!(r#"{{"sha1":"{digest}"}}"#));
    let reply = Reply { body: file.to_vec(), ..signed };
    reply.replace("Content-Type", "text/plain").with("Wechatpay-Statement-Sha1", digest)
}

fn download(wire: &Wire) -> Download {
    wire.client().global_payments().download_statement().date("20180130").mchid("1230000109").file()
}

#[tokio::test]
async fn a_statement_abroad_is_asked_for_by_its_day_and_proven_by_a_signed_header() {
    let wire = Wire::always(statement(&openssl("-sha1", STATEMENT), STATEMENT)).await;
    assert_eq!(download(&wire).to_bytes().await.unwrap(), STATEMENT);
    let request = wire.only();
    assert_eq!(request.target, "/v3/global/statements?date=20180130&mchid=1230000109");
    assert!(request.is_signed());

    let call = wire.client().hk_payments().download_statement().date("20180130");
    assert_eq!(call.file().to_bytes().await.unwrap(), STATEMENT);
    assert_eq!(wire.received()[1].target, "/hk/v3/statements?date=20180130");
}

#[tokio::test]
async fn b34_a_statement_that_was_altered_under_a_good_signature_is_an_integrity_error() {
    let digest = openssl("-sha1", STATEMENT);
    for file in [&STATEMENT[1..], &STATEMENT[..STATEMENT.len() - 1], b""] {
        let wire = Wire::always(statement(&digest, file)).await;
        let folder = tempfile::tempdir().unwrap();
        let error = download(&wire).to_file(folder.path().join("statement.csv")).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Download, Some("download_statement")));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

#[tokio::test]
async fn b34_a_statement_whose_header_is_not_signed_as_it_stands_is_not_believed() {
    let digest = openssl("-sha1", STATEMENT);
    let other = openssl("-sha1", b"other");
    let good = || statement(&digest, STATEMENT);
    for reply in [
        // The header says something else than what was signed.
        statement(&other, STATEMENT).replace("Wechatpay-Statement-Sha1", &digest),
        good().without("Wechatpay-Signature"),
        good().without("Wechatpay-Serial"),
        // The file is signed, as the answers of other calls are.
        Reply::signed(200, STATEMENT).with("Wechatpay-Statement-Sha1", &digest),
    ] {
        let wire = Wire::always(reply).await;
        assert_eq!(download(&wire).to_bytes().await.unwrap_err().kind(), ErrorKind::Verify);
    }
    for reply in [
        good().without("Wechatpay-Statement-Sha1"),
        good().with("Wechatpay-Statement-Sha1", &digest),
        statement("WcO+t3D8Kg71dTlKwN7r9PzUOXeaBJwp8/FOuSxcuSkXsoVYxBpsAidprySCjHCj", STATEMENT),
        statement(&digest[1..], STATEMENT),
    ] {
        let wire = Wire::always(reply).await;
        assert_eq!(download(&wire).to_bytes().await.unwrap_err().kind(), ErrorKind::Download);
    }
}

#[tokio::test]
async fn a_picture_abroad_has_a_value_beside_its_id() {
    let wire = Wire::always(Reply::bare(200, "png").with("Content-Type", "image/png")).await;
    let pay = wire.client();
    let call = pay.global_merchants().download_image("a/b +").complaint_id("2002 01&x=1");
    assert_eq!(call.clone().extra("note", "n 1").file().to_bytes().await.unwrap(), "png");
    assert_eq!(
        wire.only().target,
        "/v3/global/merchant-service/images/a%2Fb%20%2B?complaint_id=2002%2001%26x%3D1&note=n%201"
    );
    assert!(wire.only().is_signed());
    call.extra("complaint_id", "2").file().to_bytes().await.unwrap();
    assert!(wire.received()[1].target.ends_with("/a%2Fb%20%2B?complaint_id=2"));
}

#[tokio::test]
async fn what_is_wrong_with_the_call_of_a_file_is_told_by_name_and_nothing_is_sent() {
    let wire = Wire::always(Reply::bare(200, "png")).await;
    let pay = wire.client();
    let error = pay.complaints().download_image("..").to_bytes().await.unwrap_err();
    assert_eq!((error.outcome(), error.offences()[0].place()), (Outcome::NotSent, "media_id"));
    assert_eq!(error.operation(), Some("download_image"));
    let call = pay.global_payments().download_statement().date("2018-01-30").mchid("1");
    let error = call.file().to_bytes().await.unwrap_err();
    let places: Vec<&str> = error.offences().iter().map(|offence| offence.place()).collect();
    assert_eq!(places, ["date", "mchid"]);
    let call = pay.global_payments().download_statement().date("20180130").extra("x", serde_json::Value::Null);
    assert_eq!(call.file().to_bytes().await.unwrap_err().offences()[0].place(), "x");
    assert!(wire.received().is_empty());
}

#[tokio::test]
async fn an_invoice_is_read_where_another_answer_says_with_the_values_that_it_lacks() {
    let pdf = b"%PDF-1.7";
    let wire = Wire::always(Reply::bare(200, pdf).with("SM3-Digest", &openssl("-sm3", pdf))).await;
    let pay = wire.client();
    let answer = r#"{"download_url":"https://pay.wechatpay.cn/invoicing/fapiao/fapiao-file?token=a%2Bb-_="}"#;
    let invoice: FapiaoFile = serde_json::from_str(answer).unwrap();
    let error = pay.download(&invoice).to_bytes().await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(error.to_string().contains("download_fapiao_file"), "{error}");

    let call =
        pay.fapiao().download_fapiao_file(&invoice).mchid(pay.mchid()).openid("plN5twRbHym_j").invoice_code("04");
    let call = call.invoice_no("12897794").fapiao_id("2020 1");
    assert!(!format!("{call:?}").contains("plN5"), "{call:?}");
    assert_eq!(call.clone().file().to_bytes().await.unwrap(), pdf[..]);
    assert_eq!(
        wire.only().target,
        "/invoicing/fapiao/fapiao-file?token=a%2Bb-_=&mchid=1230000109&openid=plN5twRbHym_j&invoice_code=04\
         &invoice_no=12897794&fapiao_id=2020%201"
    );
    let wire = Wire::always(Reply::bare(200, pdf).with("SM3-Digest", &openssl("-sm3", b"other"))).await;
    let call = wire.client().fapiao().download_fapiao_file(&invoice).mchid("1230000109").openid("o").invoice_code("04");
    let error = call.invoice_no("1").fapiao_id("1").file().to_bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Download);
}

#[tokio::test]
async fn an_address_that_is_given_to_the_call_of_a_file_is_looked_at_as_every_other() {
    let wire = Wire::always(Reply::bare(200, "pdf")).await;
    for url in ["https://evil.example/fapiao-file?token=x", "https://pay.wechatpay.cn/file?token=x#", ""] {
        let invoice: FapiaoFile = serde_json::from_value(serde_json::json!({ "download_url": url })).unwrap();
        let call = wire.client().fapiao().download_fapiao_file(&invoice).mchid("1230000109").openid("o");
        let error = call.invoice_code("04").invoice_no("1").fapiao_id("1").file().to_bytes().await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent), "{url}");
    }
    assert!(wire.received().is_empty());
}

#[tokio::test]
async fn a_bill_that_is_given_without_a_hash_is_read_as_it_comes() {
    let wire = Wire::always(Reply::bare(200, STATEMENT)).await;
    let answer = r#"{"download_url":"https://apihk.mch.weixin.qq.com/v3/bill/downloadurl?token=xxx"}"#;
    let bill: GlobalProfitSharingBill = serde_json::from_str(answer).unwrap();
    assert_eq!(wire.client().download(&bill).to_bytes().await.unwrap(), STATEMENT);
    assert_eq!(wire.only().target, "/v3/bill/downloadurl?token=xxx");
}

#[tokio::test]
async fn the_simulator_gives_statements_abroad_and_pictures() {
    let gateway = Gateway::start().await.unwrap();
    let pay = gateway.client().unwrap();
    gateway.give_bill("2018-01-30", STATEMENT);
    gateway.give_file("/v3/merchant-service/images/a%2Bb", "png");
    let statement = |day: &str| pay.global_payments().download_statement().date(day).file();
    assert_eq!(statement("20180130").to_bytes().await.unwrap(), STATEMENT);
    let error = statement("20180131").to_bytes().await.unwrap_err();
    assert!(error.is_code("NO_STATEMENT_EXIST") && error.verified(), "{error}");
    gateway.next_answer().altered_body();
    assert_eq!(statement("20180130").to_bytes().await.unwrap_err().kind(), ErrorKind::Download);
    gateway.next_answer().forged();
    assert_eq!(statement("20180130").to_bytes().await.unwrap_err().kind(), ErrorKind::Verify);
    assert_eq!(pay.complaints().download_image("a+b").to_bytes().await.unwrap(), "png");
}
