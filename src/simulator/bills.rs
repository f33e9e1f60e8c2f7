//! Bills that a test gives: their addresses, and their files plain, packed or encrypted.

use std::collections::BTreeMap;
use std::io::Write as _;

use aes_gcm::AesGcm;
use aes_gcm::aead::consts::U16;
use aes_gcm::aead::{Aead as _, KeyInit as _};
use aes_gcm::aes::Aes256;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use rsa::Oaep;
use serde_json::{Value, json};
use sha1::Sha1;

use super::answer::{Answer, Refusal};
use super::identity::Identity;
use super::validate::Call;
use crate::digest::Algorithm;

const HOST: &str = "https://api.mch.weixin.qq.com";
/// Sixteen characters, as in the documents.
const NONCE: &[u8; 16] = b"a8607ef79034c49c";

/// The header that proves a statement abroad.
pub(super) const STATEMENT_SHA1: HeaderName = HeaderName::from_static("wechatpay-statement-sha1");

/// Bills by their days, the files that were asked for, by the numbers in their addresses, and files at paths of their own.
#[derive(Debug, Default)]
pub(super) struct Bills {
    days: BTreeMap<String, Bytes>,
    files: Vec<Bytes>,
    others: BTreeMap<String, Bytes>,
}

impl Bills {
    pub(super) fn give(&mut self, day: &str, bill: Bytes) {
        self.days.insert(day.to_owned(), bill);
    }

    pub(super) fn give_file(&mut self, path: &str, file: Bytes) {
        self.others.insert(path.to_owned(), file);
    }

    /// Answers where a bill is; nothing when the test has given none, or the call is about something else.
    pub(super) fn call(&mut self, identity: &Identity, call: &Call<'_>) -> Option<Result<Answer, Refusal>> {
        let is_sealed = match call.operation {
            "get_trade_bill" | "get_fund_flow_bill" => false,
            "get_sub_merchant_fund_flow_bill" | "get_ecommerce_fund_flow_bill" => true,
            _ => return None,
        };
        if self.days.is_empty() {
            return None;
        }
        let Some(bill) = call.parameter("bill_date").and_then(|day| self.days.get(day)).cloned() else {
            return Some(Err(no_bill()));
        };
        let hash = Algorithm::Sha1.of(&bill);
        let is_packed = call.parameter("tar_type") == Some("GZIP");
        let file = if is_packed { pack(&bill) } else { Some(bill) };
        let answer = file.and_then(|file| match is_sealed {
            true => self.sealed(identity, &file, &hash),
            false => Some(self.plain(file, &hash)),
        });
        let broken =
            || Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "SYSTEM_ERROR", 268_435_457, "no bill can be made");
        Some(answer.map(|answer| Answer::json(StatusCode::OK, &answer)).ok_or_else(broken))
    }

    fn plain(&mut self, file: Bytes, hash: &str) -> Value {
        let url = self.address("/v3/billdownload/file", file);
        json!({ "hash_type": "SHA1", "hash_value": hash, "download_url": url })
    }

    fn sealed(&mut self, identity: &Identity, file: &[u8], hash: &str) -> Option<Value> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).ok()?;
        let sealed = AesGcm::<Aes256, U16>::new(&key.into()).encrypt(&(*NONCE).into(), file).ok()?;
        let wrapped = identity.merchant_public.encrypt(&mut getrandom::SysRng, Oaep::<Sha1>::new(), &key).ok()?;
        let part = json!({
            "bill_sequence": 1,
            "download_url": self.address("/v3/bill/downloadurl", sealed.into()),
            "encrypt_key": STANDARD.encode(wrapped),
            "hash_type": "SHA1",
            "hash_value": hash,
            "nonce": String::from_utf8_lossy(NONCE),
        });
        Some(json!({ "download_bill_count": 1, "download_bill_list": [part] }))
    }

    fn address(&mut self, path: &str, file: Bytes) -> String {
        self.files.push(file);
        format!("{HOST}{path}?token={}", self.files.len())
    }

    /// The file behind an address. It is not signed, as in reality, but for the digest of a statement abroad.
    pub(super) fn file(&self, path: &str, query: Option<&str>) -> Option<Result<Answer, Refusal>> {
        let body = match path {
            "/v3/billdownload/file" | "/v3/bill/downloadurl" => {
                let number: usize = query?.strip_prefix("token=")?.parse().ok()?;
                self.files.get(number.checked_sub(1)?)?
            }
            "/v3/global/statements" | "/hk/v3/statements" if !self.days.is_empty() => {
                let date = query?.split('&').find_map(|pair| pair.strip_prefix("date="))?;
                let bill = self.days.iter().find(|(day, _)| day.replace('-', "") == date);
                return Some(bill.map(|(_, bill)| statement(bill)).ok_or_else(no_bill));
            }
            other => self.others.get(other)?,
        };
        Some(Ok(Answer { is_signed: false, ..bytes(body) }))
    }
}

fn bytes(file: &Bytes) -> Answer {
    Answer { content_type: "application/octet-stream", body: file.clone(), ..Answer::empty(StatusCode::OK) }
}

fn statement(file: &Bytes) -> Answer {
    let digest = HeaderValue::try_from(Algorithm::Sha1.of(file)).ok();
    Answer { header: digest.map(|digest| (STATEMENT_SHA1, digest)), ..bytes(file) }
}

fn no_bill() -> Refusal {
    let message = "there is no bill of this day (账单文件不存在)";
    Refusal::new(StatusCode::BAD_REQUEST, "NO_STATEMENT_EXIST", 268_435_462, message)
}

fn pack(bytes: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok().map(Bytes::from)
}
