//! Both backends, whichever one is chosen, against the same vectors, each other and openssl.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use serde_json::Value;

use super::{aws_lc, rust_crypto};
use crate::keys::fixtures::{TempFile, openssl, openssl_verifies, pem, vector};
use crate::keys::pem::parse;

/// One private key in both backends.
struct Signers(aws_lc::SigningKey, rust_crypto::SigningKey);

impl Signers {
    fn new(pem: &str) -> Self {
        let key = rsa::PrivateKey::from_pkcs8_der(&parse(pem).unwrap().der).unwrap();
        Self(aws_lc::SigningKey::new(&key).unwrap(), rust_crypto::SigningKey::new(&key).unwrap())
    }

    /// PKCS#1 v1.5 is deterministic: there is one right answer.
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature = self.0.sign(message).unwrap();
        assert_eq!(signature, self.1.sign(message).unwrap(), "the backends differ");
        signature
    }
}

/// One public key in both backends.
struct Verifiers(aws_lc::VerifyingKey, rust_crypto::VerifyingKey);

impl Verifiers {
    fn new(pem: &str) -> Self {
        let der = parse(pem).unwrap().der;
        let key = rsa::PublicKey::from_public_key_der(&der).or_else(|_| rsa::PublicKey::from_pkcs1_der(&der)).unwrap();
        Self(aws_lc::VerifyingKey::new(&key).unwrap(), rust_crypto::VerifyingKey::new(&key).unwrap())
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let verdict = self.0.verify(message, signature);
        assert_eq!(verdict, self.1.verify(message, signature), "the backends differ");
        verdict
    }
}

fn text<'v>(vector: &'v Value, name: &str) -> &'v str {
    vector[name].as_str().unwrap()
}

fn decoded(vector: &Value, name: &str) -> Vec<u8> {
    STANDARD.decode(text(vector, name)).unwrap()
}

/// What is signed of an answer.
fn answer(vector: &Value) -> Vec<u8> {
    format!("{}\n{}\n{}\n", text(vector, "timestamp"), text(vector, "nonce"), text(vector, "body")).into_bytes()
}

#[test]
fn v1_is_signed_byte_for_byte() {
    let v1 = vector("v1.json");
    let signature = Signers::new(text(&v1, "private_key")).sign(text(&v1, "message").as_bytes());
    assert_eq!(STANDARD.encode(signature), text(&v1, "signature"));
}

#[test]
fn d1_to_d5_are_signed_byte_for_byte() {
    let signers = Signers::new(text(&vector("v1.json"), "private_key"));
    let d = vector("d.json");
    for (name, vector) in d["vectors"].as_object().unwrap() {
        let signature = signers.sign(text(vector, "message").as_bytes());
        assert_eq!(STANDARD.encode(signature), text(vector, "signature"), "{name}");
    }
    assert_eq!(d["vectors"].as_object().unwrap().len(), 5);
}

#[test]
fn i13_v9_verifies_and_swapped_messages_fail() {
    let v9 = vector("v9.json");
    let verifiers = Verifiers::new(text(&v9, "public_key"));
    let (jsapi, app) = (text(&v9, "jsapi_message").as_bytes(), text(&v9, "app_message").as_bytes());
    let (jsapi_signature, app_signature) = (decoded(&v9, "jsapi_signature"), decoded(&v9, "app_signature"));
    assert!(verifiers.verify(jsapi, &jsapi_signature));
    assert!(verifiers.verify(app, &app_signature));
    assert!(!verifiers.verify(jsapi, &app_signature));
    assert!(!verifiers.verify(app, &jsapi_signature));
}

#[test]
fn openssl_accepts_our_signatures_and_we_accept_those_of_openssl() {
    let signers = Signers::new(&pem("merchant.pkcs8.pem"));
    let verifiers = [Verifiers::new(&pem("merchant.public.pem")), Verifiers::new(&pem("merchant.public.pkcs1.pem"))];
    for message in [&b""[..], b"source", "签约成功\n".as_bytes(), &[0xff; 10_000]] {
        let ours = signers.sign(message);
        assert!(openssl_verifies("merchant.public.pem", message, &ours));
        assert!(!openssl_verifies("platform.public.pem", message, &ours));
        let theirs = openssl(&["dgst", "-sha256", "-sign", "merchant.pkcs8.pem"], message).unwrap();
        assert!(verifiers.iter().all(|verifiers| verifiers.verify(message, &theirs)));
    }
}

#[test]
fn b29_a_pss_signature_by_the_right_key_is_refused() {
    let pss = vector("b29_pss.json");
    let signature = decoded(&pss, "signature");
    assert!(!Verifiers::new(&pem("platform.public.pem")).verify(&answer(&pss), &signature));
    let file = TempFile::new(&signature);
    let arguments = ["dgst", "-sha256", "-verify", "platform.public.pem", "-sigopt", "rsa_padding_mode:pss"];
    let arguments = [&arguments[..], &["-signature", file.0.to_str().unwrap()]].concat();
    openssl(&arguments, &answer(&pss)).expect("it is a good PSS signature");
}

#[test]
fn b30_a_forged_padding_for_an_exponent_of_3_is_refused() {
    let forged = vector("b30_bleichenbacher.json");
    let signature = decoded(&forged, "signature");
    let verifiers = Verifiers::new(&pem("e3.public.pem"));
    assert!(!verifiers.verify(&answer(&forged), &signature));

    // The forgery is a real one: a check that stops after the digest would be deceived.
    let raw = ["pkeyutl", "-verifyrecover", "-pubin", "-inkey", "e3.public.pem", "-pkeyopt", "rsa_padding_mode:none"];
    let block = openssl(&raw, &signature).unwrap();
    let digest = openssl(&["dgst", "-sha256", "-binary"], &answer(&forged)).unwrap();
    assert_eq!(block[..11], *b"\x00\x01\xff\xff\xff\xff\xff\xff\xff\xff\x00");
    assert_eq!(block[30..62], digest);

    let true_signature = Signers::new(&pem("e3.key.pem")).sign(&answer(&forged));
    assert!(verifiers.verify(&answer(&forged), &true_signature));
}

#[test]
fn b20_a_signature_of_another_length_or_above_the_modulus_is_refused() {
    let signers = Signers::new(&pem("merchant.pkcs8.pem"));
    let verifiers = Verifiers::new(&pem("merchant.public.pem"));
    let signature = signers.sign(b"message");
    let with_zero = [&[0], signature.as_slice()].concat();
    for wrong in [&signature[1..], &signature[..255], &with_zero, &[], &[0; 256], &[0xff; 256], &[1; 512]] {
        assert!(!verifiers.verify(b"message", wrong));
    }
    assert!(verifiers.verify(b"message", &signature));
}

/// What openssl makes of a ciphertext with OAEP over this digest.
fn opened(ciphertext: &[u8], digest: &str) -> Option<Vec<u8>> {
    let (oaep, mgf1) = (format!("rsa_oaep_md:{digest}"), format!("rsa_mgf1_md:{digest}"));
    let arguments = ["pkeyutl", "-decrypt", "-inkey", "platform.key.pem", "-pkeyopt", "rsa_padding_mode:oaep"];
    openssl(&[&arguments[..], &["-pkeyopt", &oaep, "-pkeyopt", &mgf1]].concat(), ciphertext).ok()
}

/// What both backends make of a ciphertext, which is always the same.
fn opened_by_both(pem: &str, ciphertext: &[u8]) -> Option<Vec<u8>> {
    let key = rsa::PrivateKey::from_pkcs8_der(&parse(pem).unwrap().der).unwrap();
    let ours = aws_lc::DecryptingKey::new(&key).unwrap().decrypt(ciphertext).ok();
    assert_eq!(ours, rust_crypto::DecryptingKey::new(&key).unwrap().decrypt(ciphertext).ok(), "the backends differ");
    ours.map(|text| text.to_vec())
}

/// A text that openssl encrypts for a key of the tests.
fn encrypted_by_openssl(options: &[&str], text: &str) -> Vec<u8> {
    let mut arguments = vec!["pkeyutl", "-encrypt", "-pubin", "-inkey", "platform.public.pem"];
    for option in options {
        arguments.extend(["-pkeyopt", option]);
    }
    openssl(&arguments, text.as_bytes()).unwrap()
}

#[test]
fn d02_v7_opens() {
    let v7 = vector("v7.json");
    let opened = opened_by_both(text(&v7, "private_key"), &decoded(&v7, "ciphertext"));
    assert_eq!(opened.as_deref(), Some(text(&v7, "plaintext").as_bytes()));
}

#[test]
fn d02_d10_what_openssl_encrypts_opens_with_sha1_and_with_no_other_padding() {
    let oaep = ["rsa_padding_mode:oaep", "rsa_oaep_md:sha1", "rsa_mgf1_md:sha1"];
    let key = pem("platform.key.pem");
    assert_eq!(opened_by_both(&key, &encrypted_by_openssl(&oaep, "张三")).as_deref(), Some("张三".as_bytes()));
    let sha256 = ["rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256"];
    for ciphertext in [
        encrypted_by_openssl(&sha256, "张三"),
        encrypted_by_openssl(&["rsa_padding_mode:pkcs1"], "张三"),
        vec![0; 256],
        vec![0xFF; 256],
        vec![1; 255],
        Vec::new(),
    ] {
        assert_eq!(opened_by_both(&key, &ciphertext), None);
    }
}

#[test]
fn d01_d02_openssl_opens_what_either_backend_encrypts_as_oaep_over_sha1_and_nothing_else() {
    let key = rsa::PublicKey::from_public_key_der(&parse(&pem("platform.public.pem")).unwrap().der).unwrap();
    let (ours, theirs) = (aws_lc::EncryptingKey::new(&key).unwrap(), rust_crypto::EncryptingKey::new(&key).unwrap());
    for text in [&b"1"[..], "张三".as_bytes(), &[b'x'; 214]] {
        for ciphertext in [ours.encrypt(text).unwrap(), theirs.encrypt(text).unwrap()] {
            assert_eq!(ciphertext.len(), 256);
            assert_eq!(opened(&ciphertext, "sha1").as_deref(), Some(text));
            assert_eq!(opened(&ciphertext, "sha256"), None);
            assert_eq!(opened_by_both(&pem("platform.key.pem"), &ciphertext).as_deref(), Some(text));
        }
        assert_ne!(ours.encrypt(text).unwrap(), ours.encrypt(text).unwrap(), "OAEP is randomised");
    }
    assert!(ours.encrypt(&[b'x'; 215]).is_err() && theirs.encrypt(&[b'x'; 215]).is_err());
    assert_eq!(crate::keys::fixtures::public_key("platform.public.pem").max_plaintext(), 214);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_signed_verifies_and_any_flipped_bit_fails(
        message in prop::collection::vec(any::<u8>(), 1..300),
        at in any::<prop::sample::Index>(),
        bit in 0_u32..8,
    ) {
        let signers = Signers::new(&pem("merchant.pkcs8.pem"));
        let verifiers = Verifiers::new(&pem("merchant.public.pem"));
        let signature = signers.sign(&message);
        prop_assert!(verifiers.verify(&message, &signature));

        let flipped = |bytes: &[u8]| {
            let mut flipped = bytes.to_vec();
            flipped[at.index(bytes.len())] ^= 1 << bit;
            flipped
        };
        prop_assert!(!verifiers.verify(&flipped(&message), &signature));
        prop_assert!(!verifiers.verify(&message, &flipped(&signature)));
    }
}
