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

/// Bills by their days, and the files that were asked for, by the numbers in their addresses.
#[derive(Debug, Default)]
pub(super) struct Bills {
    days: BTreeMap<String, Bytes>,
    files: Vec<Bytes>,
}

impl Bills {
    pub(super) fn give(&mut self, day: &str, bill: Bytes) {
        self.days.insert(day.to_owned(), bill);
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
            let message = "there is no bill of this day (账单文件不存在)";
            return Some(Err(Refusal::new(StatusCode::BAD_REQUEST, "NO_STATEMENT_EXIST", 268_435_462, message)));
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

    /// The file behind an address. It is not signed, as in reality.
    pub(super) fn file(&self, path: &str, query: Option<&str>) -> Option<Answer> {
        if !matches!(path, "/v3/billdownload/file" | "/v3/bill/downloadurl") {
            return None;
        }
        let number: usize = query?.strip_prefix("token=")?.parse().ok()?;
        let body = self.files.get(number.checked_sub(1)?)?.clone();
        let content_type = "application/octet-stream";
        Some(Answer { content_type, body, is_signed: false, ..Answer::empty(StatusCode::OK) })
    }
}

fn pack(bytes: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok().map(Bytes::from)
}
