use super::*;
use crate::PrivateKey;
use crate::keys::fixtures::{KEY_ID, NOW, at, certificate, merchant, pem, public_key, public_key_trust};

const SERIAL: &str = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1";
const LEADING_ZERO: &str = "0C4AEF34B89340881BB2B25226393DC2E47F094B";

fn certificates() -> [Certificate; 4] {
    ["platform", "platform.leading-zero", "platform.expired", "platform.future"]
        .map(|name| certificate(&format!("{name}.certificate.pem")))
}

fn both() -> Trust {
    public_key_trust().with_certificates(certificates()).unwrap()
}

fn found(trust: &Trust, id: &str) -> Result<String, VerifyFailure> {
    trust.find(id.as_bytes(), at(NOW)).map(|(verified_by, _)| verified_by.to_string())
}

fn sent(trust: &Trust, now: u64) -> Option<String> {
    trust.serial_to_send(at(now)).map(|value| value.to_str().unwrap().to_owned())
}

#[test]
fn c10_a_public_key_id_without_its_prefix_is_explained() {
    assert_eq!(format!(" {KEY_ID}\n").parse::<PublicKeyId>().unwrap().as_str(), KEY_ID);
    for (text, said) in [
        ("0119000000012026", "the public key id lacks its prefix"),
        (SERIAL, "a certificate serial was given as the public key id"),
        ("", "the public key id has another form"),
        ("PUB_KEY_ID_", "the public key id has another form"),
        ("PUB_KEY_ID_01190000x", "the public key id has another form"),
        ("pub_key_id_0119000000012026", "the public key id has another form"),
        ("PUB_KEY_ID_0119\r\n0", "the public key id has another form"),
        (&format!("PUB_KEY_ID_{}", "0".repeat(60)), "the public key id has another form"),
    ] {
        let message = PublicKeyId::try_from(text).unwrap_err().to_string();
        let explained = "it is `PUB_KEY_ID_` and digits, such as PUB_KEY_ID_0119000000012026";
        assert!(message.starts_with(said) && message.contains(explained), "{text}: {message}");
    }
}

#[test]
fn c11_a_trust_without_any_key_cannot_be_made() {
    let message = Trust::certificates([]).unwrap_err().to_string();
    assert_eq!(message, "no platform certificate was given: give one, or use `Trust::public_key`");
    assert!(public_key_trust().with_certificates([]).is_err());
}

#[test]
fn two_certificates_of_one_serial_are_refused() {
    let twice = certificate("platform.certificate.pem");
    let message = Trust::certificates([twice.clone(), twice]).unwrap_err().to_string();
    assert_eq!(message, format!("the platform certificate {SERIAL} was given twice: give it once"));
}

#[test]
fn b16_serials_match_in_any_case_and_public_key_ids_only_exactly() {
    let trust = both();
    for id in [SERIAL, &SERIAL.to_lowercase()] {
        assert_eq!(found(&trust, id).unwrap(), SERIAL);
    }
    for id in [LEADING_ZERO, &LEADING_ZERO[1..], &LEADING_ZERO.to_lowercase()[1..], &format!("00{LEADING_ZERO}")] {
        assert_eq!(found(&trust, id).unwrap(), LEADING_ZERO);
    }
    assert_eq!(found(&trust, KEY_ID).unwrap(), KEY_ID);
    for id in [&KEY_ID.to_lowercase(), &KEY_ID[11..], &KEY_ID[..KEY_ID.len() - 1], &format!("{KEY_ID}0"), "", "0"] {
        assert!(matches!(found(&trust, id), Err(VerifyFailure::UnknownSerial { .. })), "{id}");
    }
}

#[test]
fn b14_an_unknown_key_is_named_beside_the_trusted_ones() {
    let failure = found(&public_key_trust(), SERIAL).unwrap_err();
    assert_eq!(failure.to_string(), format!("it is signed with the key \"{SERIAL}\", and only {KEY_ID} is trusted"));
    let failure = both().find(b"PUB_KEY_ID_1\x1b[2J\xff\r\n", at(NOW)).unwrap_err();
    let VerifyFailure::UnknownSerial { received, trusted } = &failure else { panic!("{failure}") };
    assert_eq!(received, "PUB_KEY_ID_1\\x1b[2J\\xff\\r\\n");
    assert_eq!(trusted[..2], [KEY_ID, SERIAL]);
    let long = both().find(&[b'A'; 10_000], at(NOW)).unwrap_err().to_string();
    assert!(long.len() < 400, "{long}");
}

#[test]
fn b23_c20_only_a_certificate_in_effect_is_found() {
    let trust = both();
    for (name, expired) in [("platform.expired", true), ("platform.future", false)] {
        let serial = certificate(&format!("{name}.certificate.pem")).serial().clone();
        let failure = found(&trust, serial.as_str()).unwrap_err();
        assert_eq!(failure, VerifyFailure::InactiveCertificate { serial: serial.clone(), expired });
        let state = if expired { "has expired" } else { "is not in effect yet" };
        assert_eq!(failure.to_string(), format!("it is signed with the platform certificate {serial}, which {state}"));
    }
}

#[test]
fn c24_c25_public_key_and_certificates_are_trusted_side_by_side() {
    let certificates_first = Trust::certificates(certificates())
        .unwrap()
        .with_public_key(KEY_ID.parse().unwrap(), public_key("platform.public.pem"));
    for trust in [both(), certificates_first] {
        assert_eq!(found(&trust, KEY_ID).unwrap(), KEY_ID);
        assert_eq!(found(&trust, SERIAL).unwrap(), SERIAL);
    }
}

#[test]
fn a_new_set_replaces_the_old_one_and_leaves_other_handles_alone() {
    let before = both();
    let after = before.clone().with_certificates([certificate("platform.leading-zero.certificate.pem")]).unwrap();
    assert!(found(&before, SERIAL).is_ok());
    assert!(found(&after, SERIAL).is_err());
    assert!(found(&after, LEADING_ZERO).is_ok() && found(&after, KEY_ID).is_ok());
}

#[test]
fn the_public_key_is_asked_for_else_the_certificate_in_effect_that_expires_last() {
    let only_certificates = Trust::certificates(certificates()).unwrap();
    assert_eq!(sent(&both(), NOW).as_deref(), Some(KEY_ID));
    assert_eq!(sent(&only_certificates, NOW).as_deref(), Some(LEADING_ZERO));
    let after_both = 2_100_000_000;
    assert_eq!(sent(&only_certificates, after_both), None);
    assert_eq!(sent(&both(), after_both).as_deref(), Some(KEY_ID));
}

#[test]
fn d04_the_key_that_encrypts_is_the_one_that_the_serial_names() {
    // The certificates of the platform share one key; the merchant's stands for one that expires later, of another.
    let (platform, later) = (certificate("platform.certificate.pem"), certificate("merchant.certificate.pem"));
    let trust = Trust::certificates([platform.clone(), later.clone()]).unwrap();
    let (serial, key) = trust.encryption_key(at(NOW)).unwrap();
    assert_eq!((serial.to_str().unwrap(), key), (later.serial().as_str(), later.public_key()));
    assert_ne!(key, platform.public_key());

    let trust = trust.with_public_key(KEY_ID.parse().unwrap(), public_key("e3.public.pem"));
    let (serial, key) = trust.encryption_key(at(NOW)).unwrap();
    assert_eq!((serial.to_str().unwrap(), key), (KEY_ID, &public_key("e3.public.pem")));
}

#[test]
fn b17_the_merchants_own_certificate_or_key_is_refused_as_trust() {
    let own = certificate("merchant.certificate.pem");
    let refused = |trust: Trust, merchant: &Merchant| trust.check_against(merchant).unwrap_err().to_string();
    let trust = Trust::certificates([certificate("platform.certificate.pem"), own.clone()]).unwrap();
    assert!(refused(trust.clone(), &merchant()).starts_with("the certificate 3775B6A4"));

    let mistyped = Merchant::new(
        merchant().mchid().clone(),
        "5157".parse().unwrap(),
        PrivateKey::from_pem(&pem("merchant.pkcs1.pem")).unwrap(),
    );
    assert!(refused(trust, &mistyped).contains("is the merchant's own: trust WeChat Pay's public key"));

    let trust = Trust::public_key(KEY_ID.parse().unwrap(), own.public_key().clone());
    assert!(refused(trust, &merchant()).starts_with("the public key given as PUB_KEY_ID_0119000000012026 is the"));
}

#[test]
fn b17_a_merchant_serial_copied_from_a_platform_certificate_is_refused() {
    let key = PrivateKey::from_pem(&pem("merchant.pkcs8.pem")).unwrap();
    let merchant = Merchant::new(merchant().mchid().clone(), SERIAL.parse().unwrap(), key);
    let trust = both();
    let message = trust.check_against(&merchant).unwrap_err().to_string();
    assert!(message.starts_with(&format!("the merchant serial {SERIAL} is that of a certificate in the trust")));
}

#[test]
fn merchant_and_trust_of_their_own_pass() {
    both().check_against(&merchant()).unwrap();
    public_key_trust().check_against(&merchant()).unwrap();
}

#[test]
fn c05_a_trust_is_printed_by_ids_and_validity() {
    let trust = public_key_trust().with_certificates([certificate("platform.certificate.pem")]).unwrap();
    assert_eq!(
        format!("{trust:?}"),
        format!(
            "Trust {{ public_key: Some(\"{KEY_ID}\"), certificates: [Certificate {{ serial: \"{SERIAL}\", \
             not_before: 2025-01-01T00:00:00Z, not_after: 2035-01-01T00:00:00Z, .. }}] }}"
        )
    );
}
