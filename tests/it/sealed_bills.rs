//! Encrypted bills: the key for the merchant, the file in GCM with long nonces, and several parts.

use std::sync::{Arc, Mutex};

use aes_gcm::aead::consts::{U16, U32};
use aes_gcm::aead::{Aead as _, KeyInit as _};
use aes_gcm::aes::Aes256;
use aes_gcm::{Aes256Gcm, AesGcm};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs8::DecodePrivateKey as _;
use sha1::{Digest as _, Sha1};
use wechatpay_sdk::bill::EncryptedBill;
use wechatpay_sdk::{ErrorKind, Outcome};

use crate::support::{Reply, Wire, key_file};

const KEY: &[u8; 32] = b"a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";

/// Ciphertext and tag, by the crate `aes-gcm`, which the SDK does not use for files.
fn seal(nonce: &str, plaintext: &[u8]) -> Vec<u8> {
    let key = KEY.into();
    match nonce.len() {
        12 => Aes256Gcm::new(key).encrypt(nonce.as_bytes().try_into().unwrap(), plaintext),
        16 => AesGcm::<Aes256, U16>::new(key).encrypt(nonce.as_bytes().try_into().unwrap(), plaintext),
        32 => AesGcm::<Aes256, U32>::new(key).encrypt(nonce.as_bytes().try_into().unwrap(), plaintext),
        other => panic!("no nonce of {other}"),
    }
    .unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn for_merchant(key: &[u8]) -> String {
    let merchant = rsa::PrivateKey::from_pkcs8_pem(&key_file("merchant.pkcs8.pem")).unwrap().to_public_key();
    STANDARD.encode(merchant.encrypt(&mut getrandom::SysRng, rsa::Oaep::<Sha1>::new(), key).unwrap())
}

struct Part {
    sequence: i64,
    nonce: &'static str,
    hash_of: Vec<u8>,
    file: Vec<u8>,
}

impl Part {
    fn new(sequence: i64, nonce: &'static str, plaintext: &[u8]) -> Self {
        Self { sequence, nonce, hash_of: plaintext.to_vec(), file: seal(nonce, plaintext) }
    }
}

fn answer(count: usize, key: &[u8], parts: &[Part]) -> EncryptedBill {
    let list: Vec<serde_json::Value> = parts
        .iter()
        .map(|part| {
            serde_json::json!({
                "bill_sequence": part.sequence,
                "download_url": format!("https://api.mch.weixin.qq.com/v3/bill/downloadurl?token={}", part.sequence),
                "encrypt_key": for_merchant(key),
                "hash_type": "SHA1",
                "hash_value": hex(&Sha1::digest(&part.hash_of)),
                "nonce": part.nonce,
            })
        })
        .collect();
    serde_json::from_value(serde_json::json!({ "download_bill_count": count, "download_bill_list": list })).unwrap()
}

async fn serving(parts: &[Part]) -> Wire {
    let files: Vec<(String, Vec<u8>)> =
        parts.iter().map(|part| (format!("token={}", part.sequence), part.file.clone())).collect();
    let files = Arc::new(Mutex::new(files));
    Wire::answering(move |request| {
        let files = files.lock().unwrap();
        let (_, file) = files.iter().find(|(token, _)| request.target.ends_with(token.as_str())).unwrap();
        Reply::bare(200, file.clone()).bytes()
    })
    .await
}

async fn read(parts: &[Part]) -> wechatpay_sdk::Result<Vec<u8>> {
    let wire = serving(parts).await;
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("bill.csv");
    let bill = answer(parts.len(), KEY, parts);
    let result = wire.client().download(&bill).to_file(&place).await;
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), usize::from(result.is_ok()), "nothing unproven stays on the disk");
    result.map(|_| std::fs::read(&place).unwrap())
}

#[tokio::test]
async fn g11_a_bill_encrypted_with_a_nonce_of_12_16_or_32_bytes_opens() {
    for nonce in ["a8607ef79034", "a8607ef79034c49c", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS"] {
        for length in [0, 1, 15, 16, 17, 31, 32, 33, 100_001] {
            let plaintext: Vec<u8> = (0..length).map(|byte: usize| (byte % 251) as u8).collect();
            assert_eq!(read(&[Part::new(1, nonce, &plaintext)]).await.unwrap(), plaintext, "{nonce} {length}");
        }
    }
}

#[tokio::test]
async fn g11_the_derived_vector_b1_opens() {
    let sealed = "1a1afd36659e63a236d99982ae95028aa9875444b0e544e107fe4932e4a8e6";
    let file: Vec<u8> =
        (0..sealed.len()).step_by(2).map(|at| u8::from_str_radix(&sealed[at..at + 2], 16).unwrap()).collect();
    let part = Part { file, ..Part::new(1, "a8607ef79034c49c", b"bill plaintext\n") };
    assert_eq!(read(&[part]).await.unwrap(), b"bill plaintext\n");
}

#[tokio::test]
async fn g12_of_a_bill_whose_tag_is_wrong_nothing_is_released() {
    let good = Part::new(1, "a8607ef79034c49c", &[7; 1000]);
    for at in [0, 500, good.file.len() - 17, good.file.len() - 1] {
        let mut file = good.file.clone();
        file[at] ^= 1;
        let error = read(&[Part { file, ..Part::new(1, good.nonce, &[7; 1000]) }]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decrypt);
    }
    for length in [0, 15, 16, 999] {
        let file = good.file[..length].to_vec();
        read(&[Part { file, ..Part::new(1, good.nonce, &[7; 1000]) }]).await.unwrap_err();
    }
    // Piece by piece it could be seen before its tag is there.
    let wire = serving(std::slice::from_ref(&good)).await;
    let bill = answer(1, KEY, &[good]);
    let error = wire.client().download(&bill).pieces().await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent);
}

#[tokio::test]
async fn g13_parts_are_joined_by_their_numbers_and_a_gap_is_an_error() {
    let nonce = "a8607ef79034c49c";
    let parts = |numbers: &[i64]| -> Vec<Part> {
        numbers.iter().map(|number| Part::new(*number, nonce, format!("part {number};").as_bytes())).collect()
    };
    assert_eq!(read(&parts(&[2, 3, 1])).await.unwrap(), b"part 1;part 2;part 3;");
    for wrong in [&[1, 3][..], &[2], &[1, 1], &[0, 1], &[]] {
        let error = read(&parts(wrong)).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent), "{wrong:?}");
    }
    let two = parts(&[1, 2]);
    let wire = serving(&two).await;
    wire.client().download(&answer(3, KEY, &two)).to_bytes().await.unwrap_err();
    assert!(wire.received().is_empty());
}

#[tokio::test]
async fn a_packed_bill_is_unpacked_after_it_is_decrypted_and_its_hash_may_be_of_either_form() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, b"the bill").unwrap();
    let packed = encoder.finish().unwrap();
    let nonce = "a8607ef79034c49c";
    let sealed = seal(nonce, &packed);
    for hash_of in [b"the bill".to_vec(), packed.clone(), sealed.clone()] {
        let part = Part { sequence: 1, nonce, hash_of, file: sealed.clone() };
        assert_eq!(read(&[part]).await.unwrap(), b"the bill");
    }
    let part = Part { sequence: 1, nonce, hash_of: b"another".to_vec(), file: sealed };
    assert_eq!(read(&[part]).await.unwrap_err().kind(), ErrorKind::Download);
}

#[tokio::test]
async fn a_key_that_is_not_for_this_merchant_or_not_of_aes_is_told_before_the_download() {
    let part = Part::new(1, "a8607ef79034c49c", b"x");
    let wire = serving(std::slice::from_ref(&part)).await;
    let parts = [part];
    for key in [&KEY[..16], &KEY[..31]] {
        let error = wire.client().download(&answer(1, key, &parts)).to_bytes().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decrypt);
    }
    let mut bill = answer(1, KEY, &parts);
    bill.download_bill_list[0].encrypt_key = "bm90IGEga2V5".into();
    assert_eq!(wire.client().download(&bill).to_bytes().await.unwrap_err().kind(), ErrorKind::Decrypt);
    assert!(wire.received().is_empty());
}
