//! Many uploads and downloads: bounded, repeated where that is safe, and nothing twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::{Fetched, Upload};

use crate::support::{Reply, Wire};

#[tokio::test]
async fn uploads_that_are_lost_are_repeated_and_each_has_its_key() {
    let gateway = Gateway::start().await.unwrap();
    gateway.next_answer().lost();
    let pay = gateway.client().unwrap();
    let media = pay.media();
    let files = ["a", "b", "c"].map(|text| Upload::new("store.png", text));
    let expected: Vec<String> = files.iter().map(Upload::sha256).collect();
    assert_eq!(expected[0], "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
    let mut uploads = pay.upload_all(files.map(|file| (file.sha256(), media.upload_file(file))), 2);
    let mut keys = Vec::new();
    while let Some((key, uploaded)) = uploads.next().await {
        uploaded.unwrap();
        keys.push(key);
    }
    keys.sort();
    let mut sorted = expected;
    sorted.sort();
    assert_eq!(keys, sorted);
    assert_eq!(gateway.requests().len(), 4);
}

#[tokio::test]
async fn an_expired_address_is_asked_for_again_and_a_file_that_is_there_is_not() {
    let asked = Arc::new(AtomicUsize::new(0));
    let log = Arc::clone(&asked);
    let hash = "a9993e364706816aba3e25717850c26c9cd0d89d";
    let wire = Wire::answering(move |request| {
        if request.target.starts_with("/v3/bill/tradebill") {
            let number = log.fetch_add(1, Ordering::SeqCst);
            let url = format!("https://api.mch.weixin.qq.com/v3/billdownload/file?token={number}");
            let body = format!(r#"{{"hash_type":"SHA1","hash_value":"{hash}","download_url":"{url}"}}"#);
            return Reply::signed(200, body).bytes();
        }
        match request.target.ends_with("token=0") {
            true => Reply::bare(400, r#"{"code":"PARAM_ERROR","message":"expired"}"#).bytes(),
            false => Reply::bare(200, "abc").bytes(),
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let (there, new) = (folder.path().join("there.csv"), folder.path().join("new.csv"));
    std::fs::write(&there, "earlier").unwrap();
    let pay = wire.client();
    let bills = pay.bill();
    let jobs = [&there, &new].map(|path| (path.clone(), bills.get_trade_bill().bill_date("2026-08-15")));
    let mut all = pay.download_all(jobs, 1);
    let mut results = Vec::new();
    while let Some((path, fetched)) = all.next().await {
        results.push((path, fetched.unwrap()));
    }
    assert_eq!(results, [(there.clone(), Fetched::AlreadyThere), (new.clone(), Fetched::New(3))]);
    assert_eq!((std::fs::read(&there).unwrap(), std::fs::read(&new).unwrap()), (b"earlier".to_vec(), b"abc".to_vec()));
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}
