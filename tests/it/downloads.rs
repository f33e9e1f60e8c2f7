//! Downloads: nothing is a file that was not proven, and no host but WeChat Pay's sees the Authorization.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use wechatpay_sdk::{Error, ErrorKind, FileSource, Outcome};

use crate::support::{Reply, Wire, builder};

/// The hash of no file here.
const SHA1: &str = "da39a3ee5e6b4b0d3255bfef95601890afd80700";
const BILL: &[u8] = "\u{feff}交易时间,金额\r\n`2026-08-15,`1.00\r\n".as_bytes();

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What the program `openssl` makes of the bytes.
pub(crate) fn openssl(algorithm: &str, bytes: &[u8]) -> String {
    let mut child = std::process::Command::new("openssl")
        .args(["dgst", algorithm, "-r"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
}

fn source(hash_type: &str, hash: &str) -> FileSource {
    FileSource::new(
        "https://api.mch.weixin.qq.com/v3/billdownload/file?token=6XIv5TUPto7pByrTQKhd6kwvyKLG2uY2",
        hash_type,
        hash,
    )
}

/// Downloads what is answered into a file, and looks at what the folder holds afterwards.
async fn download(reply: Reply, source: FileSource) -> (Result<u64, Error>, Option<Vec<u8>>) {
    let wire = Wire::always(reply).await;
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("bill.csv");
    let result = wire.client().download(&source).to_file(&place).await;
    let names = names(folder.path());
    assert!(names.is_empty() || names == ["bill.csv"], "{names:?}");
    (result, std::fs::read(&place).ok())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn g01_a_plain_bill_whose_hash_is_right_is_delivered_and_its_request_signed() {
    let wire = Wire::always(Reply::bare(200, BILL)).await;
    let hash = openssl("-sha1", BILL);
    let bytes = wire.client().download(&source("SHA1", &hash.to_uppercase())).to_bytes().await.unwrap();
    assert_eq!(bytes, BILL);
    let request = wire.only();
    assert!(request.is_signed());
    assert_eq!(request.header("accept-encoding"), Some("identity"));

    let (written, file) = download(Reply::bare(200, BILL), source("sha1", &hash)).await;
    assert_eq!((written.unwrap(), file.unwrap()), (BILL.len() as u64, BILL.to_vec()));
}

#[tokio::test]
async fn g02_a_packed_bill_is_proven_by_the_hash_of_what_is_in_it() {
    let (written, file) = download(Reply::bare(200, packed(BILL)), source("SHA1", &openssl("-sha1", BILL))).await;
    written.unwrap();
    assert_eq!(file.unwrap(), BILL);
    let of_packed = openssl("-sha1", &packed(BILL));
    let (written, file) = download(Reply::bare(200, packed(BILL)), source("SHA1", &of_packed)).await;
    assert_eq!((written.unwrap_err().kind(), file), (ErrorKind::Download, None));
}

#[tokio::test]
async fn g03_a_file_that_is_altered_cut_off_or_longer_leaves_nothing_behind() {
    let hash = openssl("-sha1", BILL);
    let longer = [BILL, b"\r\n"].concat();
    for body in [&BILL[1..], &BILL[..BILL.len() - 1], &longer, b"", &packed(BILL)[..30]] {
        let (result, file) = download(Reply::bare(200, body), source("SHA1", &hash)).await;
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Download, Some("download")));
        assert_eq!(file, None);
    }
    let cut = Reply::bare(200, BILL).with("Content-Length", "1000");
    let (result, file) = download(Reply { body: [BILL, b"\0cut"].concat(), ..cut }, source("SHA1", &hash)).await;
    assert_eq!((result.unwrap_err().kind(), file), (ErrorKind::Transport, None));
}

#[tokio::test]
async fn a_failed_download_leaves_the_earlier_file_as_it_was() {
    let wire = Wire::always(Reply::bare(200, "other")).await;
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("bill.csv");
    std::fs::write(&place, "earlier").unwrap();
    wire.client().download(&source("SHA1", &openssl("-sha1", BILL))).to_file(&place).await.unwrap_err();
    assert_eq!(
        (names(folder.path()), std::fs::read(&place).unwrap()),
        (vec!["bill.csv".to_owned()], b"earlier".to_vec())
    );
}

#[tokio::test]
async fn g04_g05_an_address_that_is_not_plainly_one_of_wechat_pay_is_asked_nothing() {
    let wire = Wire::always(Reply::bare(200, BILL)).await;
    for url in [
        "https://evil.example/v3/billdownload/file?token=x",
        "http://api.mch.weixin.qq.com/v3/billdownload/file?token=x",
        "https://api.mch.weixin.qq.com.evil.example/file",
        "https://evilwechatpay.cn/file",
        "https://user@api.mch.weixin.qq.com/file",
        "https://api.mch.weixin.qq.com@evil.example/file",
        "https://api.mch.weixin.qq.com:8443/file",
        "https://api.mch.weixin.qq.com/file#fragment",
        r"https://api.mch.weixin.qq.com\@evil.example/file",
        "https://аpi.mch.weixin.qq.com/file",
        "https://api.mch.weixin.qq.com/a/../file",
        "https://API.mch.weixin.qq.com/file",
        "https://api.mch.weixin.qq.com/file\r\nX-Evil: 1",
        "/v3/billdownload/file?token=x",
        "file:///etc/passwd",
        "",
    ] {
        let error = wire.client().download(&FileSource::new(url, "SHA1", SHA1)).to_bytes().await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent), "{url}");
        let far =
            builder().build().unwrap().download(&FileSource::new(url, "SHA1", SHA1)).to_bytes().await.unwrap_err();
        assert_eq!((far.kind(), far.outcome()), (ErrorKind::Request, Outcome::NotSent), "{url}");
    }
    assert!(wire.received().is_empty());
}

#[tokio::test]
async fn g06_a_token_is_sent_and_signed_as_it_stands() {
    let wire = Wire::always(Reply::bare(200, BILL)).await;
    let target = "/v3/bill/downloadurl?token=a%2Bb_-c=%2f==&tartype=gzip&a=1";
    let url = format!("https://api.mch.weixin.qq.com{target}");
    wire.client().download(&FileSource::new(url, "SHA1", openssl("-sha1", BILL))).to_bytes().await.unwrap();
    let request = wire.only();
    assert_eq!(request.target, target);
    assert!(request.is_signed());
}

#[tokio::test]
async fn g07_a_gzip_bomb_stops_at_the_limit() {
    let bomb = packed(&vec![0; 16 * 1024 * 1024]);
    assert!(bomb.len() < 100_000);
    let wire = Wire::always(Reply::bare(200, bomb)).await;
    let call = wire.client().download(&source("SHA1", SHA1)).max_bytes(1024 * 1024);
    let error = call.clone().to_bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Download);
    assert!(error.to_string().contains("more than 1048576 bytes"), "{error}");
    let mut pieces = call.pieces().await.unwrap();
    let mut delivered = 0;
    while let Ok(Some(piece)) = pieces.next().await {
        delivered += piece.len();
    }
    assert!(delivered <= 1024 * 1024, "{delivered}");
}

#[tokio::test]
async fn g08_g10_an_error_answer_is_an_error_of_the_api_and_no_file() {
    let expired = r#"{"code":"PARAM_ERROR","message":"the token has expired"}"#;
    for reply in [Reply::bare(400, expired), Reply::signed(400, expired)] {
        let is_signed = reply.headers.len() > 1;
        let (result, file) = download(reply, source("SHA1", SHA1)).await;
        let error = result.unwrap_err();
        assert!(error.is_code("PARAM_ERROR") && file.is_none());
        assert_eq!(error.verified(), is_signed);
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn g09_json_in_the_place_of_a_file_is_no_file() {
    let json = Reply::bare(200, r#"{"code":"SUCCESS"}"#).with("Content-Type", "application/json");
    let (result, file) = download(json.clone(), source("SHA1", SHA1)).await;
    assert_eq!((result.unwrap_err().kind(), file), (ErrorKind::Download, None));
    let picture = FileSource::unproven("https://api.mch.weixin.qq.com/v3/merchant-service/images/1");
    let (result, file) = download(json, picture).await;
    assert_eq!((result.unwrap_err().kind(), file), (ErrorKind::Download, None));
}

#[tokio::test]
async fn g14_sm3_md5_and_sha256_are_checked_and_a_hash_that_is_not_known_is_an_error() {
    for (name, option) in [("SM3", "-sm3"), ("MD5", "-md5"), ("SHA256", "-sha256"), ("SHA1", "-sha1")] {
        let (result, file) = download(Reply::bare(200, BILL), source(name, &openssl(option, BILL))).await;
        result.unwrap();
        assert!(file.is_some(), "{name}");
        let (result, file) = download(Reply::bare(200, BILL), source(name, &openssl(option, b"other"))).await;
        assert_eq!((result.unwrap_err().kind(), file), (ErrorKind::Download, None), "{name}");
    }
    let wire = Wire::always(Reply::bare(200, BILL)).await;
    let error = wire.client().download(&source("CRC32", "0")).to_bytes().await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(wire.received().is_empty());
}

#[tokio::test]
async fn g15_a_server_that_stops_in_the_middle_is_given_up() {
    let stuck = Reply::bare(200, BILL).with("Content-Length", "1000000");
    let wire = Wire::always(stuck).await;
    let call = wire.client().download(&source("SHA1", SHA1)).idle_timeout(Duration::from_millis(50));
    let error = call.to_bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.to_string().contains("nothing came for 50ms"), "{error}");
}

#[tokio::test]
async fn g16_what_a_server_packs_by_itself_is_unpacked_before_the_file_is_looked_at() {
    let hash = openssl("-sha1", BILL);
    for body in [packed(BILL), packed(&packed(BILL))] {
        let reply = Reply::bare(200, body).with("Content-Encoding", "gzip");
        let (result, file) = download(reply, source("SHA1", &hash)).await;
        result.unwrap();
        assert_eq!(file.unwrap(), BILL);
    }
    let other = Reply::bare(200, BILL).with("Content-Encoding", "br");
    assert_eq!(download(other, source("SHA1", &hash)).await.0.unwrap_err().kind(), ErrorKind::Download);
}

#[tokio::test]
async fn the_answer_about_a_bill_is_where_its_file_is() {
    let hash = openssl("-sha1", BILL);
    let wire = Wire::answering(move |request| match request.target.starts_with("/v3/bill/tradebill") {
        true => {
            let url = "https://api.mch.weixin.qq.com/v3/billdownload/file?token=xxx";
            let body = format!(r#"{{"hash_type":"SHA1","hash_value":"{hash}","download_url":"{url}"}}"#);
            Reply::signed(200, body).bytes()
        }
        false => Reply::bare(200, BILL).bytes(),
    })
    .await;
    let pay = wire.client();
    let bill = pay.bill().get_trade_bill().bill_date("2026-08-15").await.unwrap();
    assert_eq!(pay.download(&bill).to_bytes().await.unwrap(), BILL);
    assert_eq!(wire.received()[1].target, "/v3/billdownload/file?token=xxx");
}

#[tokio::test]
async fn a_complaints_picture_is_read_by_its_id_which_is_encoded_once() {
    let wire = Wire::always(Reply::bare(200, "png").with("Content-Type", "image/png")).await;
    let pay = wire.client();
    assert_eq!(pay.complaints().download_image("a+b/c=%2B 中").to_bytes().await.unwrap(), "png");
    assert_eq!(wire.only().target, "/v3/merchant-service/images/a%2Bb%2Fc%3D%252B%20%E4%B8%AD");
    assert!(wire.only().is_signed());
    for id in ["", ".", ".."] {
        assert_eq!(pay.complaints().download_image(id).to_bytes().await.unwrap_err().outcome(), Outcome::NotSent);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_id_of_any_characters_is_one_segment_of_the_path_and_no_header(id in "\\PC*|[\"\r\n+/=%]{1,8}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let wire = Wire::always(Reply::bare(200, "png")).await;
            let result = wire.client().complaints().download_image(&id).to_bytes().await;
            if matches!(id.as_str(), "" | "." | "..") {
                assert_eq!(result.unwrap_err().outcome(), Outcome::NotSent);
                return;
            }
            result.unwrap();
            let request = wire.only();
            let segment = request.target.strip_prefix("/v3/merchant-service/images/").unwrap();
            assert!(!segment.contains('/'));
            let decoded = percent_encoding::percent_decode_str(segment).decode_utf8().unwrap();
            assert_eq!(decoded, id);
            assert!(request.is_signed());
        });
    }
}
