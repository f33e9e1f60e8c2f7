use std::io;
use std::path::Path;

use super::fixtures::{TempFile, at, certificate, path, pem, private_key, public_key, vector};
use super::*;

#[test]
fn c02_pkcs8_and_pkcs1_are_the_same_key() {
    let [pkcs8, pkcs1] = ["merchant.pkcs8.pem", "merchant.pkcs1.pem"].map(private_key);
    assert_eq!(pkcs8.public_key(), pkcs1.public_key());
    assert_eq!(pkcs8.sign(b"m").unwrap(), pkcs1.sign(b"m").unwrap());
}

#[test]
fn c02_windows_line_ends_blanks_and_a_missing_last_line_end_are_read() {
    let text = pem("merchant.pkcs8.pem");
    let key = PrivateKey::from_pem(&text).unwrap();
    for variant in [
        text.replace('\n', "\r\n"),
        text.replace('\n', "  \n"),
        format!("\u{feff}\n\n  {text}  \r\n\t"),
        text.trim_end().to_owned(),
        text.replace('\n', "\\n"),
        text.replace('\n', " "),
    ] {
        let read = PrivateKey::from_pem(&variant).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(read.public_key(), key.public_key());
    }
}

#[test]
fn c09_spki_and_pkcs1_public_keys_are_the_same_key() {
    let [spki, pkcs1] = ["merchant.public.pem", "merchant.public.pkcs1.pem"].map(public_key);
    assert_eq!(spki, pkcs1);
    assert_eq!(&spki, private_key("merchant.pkcs8.pem").public_key());
    assert_ne!(spki, public_key("platform.public.pem"));
}

/// The message for a file in each slot.
fn refused<T: std::fmt::Debug>(result: Result<T>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::Config);
    assert_eq!(error.outcome(), crate::Outcome::NotSent);
    error.to_string()
}

#[test]
fn c03_what_does_not_belong_into_the_private_key_slot_is_named() {
    for (file, said) in [
        ("merchant.encrypted.pkcs8.pem", "the private key is encrypted with a password: decrypt it first"),
        ("merchant.encrypted.pkcs1.pem", "the private key is encrypted with a password: decrypt it first"),
        ("ec.key.pem", "the private key is for elliptic curves, WeChat Pay uses RSA"),
        ("ec.sec1.pem", "the private key is for elliptic curves, WeChat Pay uses RSA"),
        ("merchant.public.pem", "a public key was given as the private key: pass apiclient_key.pem"),
        ("merchant.public.pkcs1.pem", "a public key was given as the private key: pass apiclient_key.pem"),
        ("merchant.certificate.pem", "a certificate was given as the private key: pass apiclient_key.pem"),
        ("rsa1024.key.pem", "the private key has 1024 bits, fewer than 2048"),
        ("README.md", "the private key is not PEM text"),
    ] {
        let message = refused(PrivateKey::from_pem(&pem(file)));
        assert!(message.starts_with(said), "{file}: {message}");
        let from_file = refused(PrivateKey::from_pem_file(path(file)));
        assert_eq!(from_file, format!("{}: {message}", path(file).display()));
    }
    let two = pem("merchant.certificate.pem") + &pem("merchant.pkcs8.pem");
    assert!(refused(PrivateKey::from_pem(&two)).starts_with("the private key comes with further PEM blocks"));
    assert!(refused(PrivateKey::from_pem(" \n")).starts_with("the private key is empty"));
}

#[test]
fn c03_what_does_not_belong_into_the_public_key_slot_is_named() {
    for (file, said) in [
        ("merchant.pkcs8.pem", "a private key was given as the WeChat Pay public key: keep it for the merchant"),
        ("merchant.encrypted.pkcs8.pem", "a private key was given as the WeChat Pay public key"),
        ("platform.certificate.pem", "a certificate was given as the WeChat Pay public key: a platform certificate"),
        ("ec.public.pem", "the WeChat Pay public key is for elliptic curves"),
        ("rsa1024.public.pem", "the WeChat Pay public key has 1024 bits, fewer than 2048"),
    ] {
        let message = refused(PublicKey::from_pem(&pem(file)));
        assert!(message.starts_with(said), "{file}: {message}");
    }
}

#[test]
fn c03_what_does_not_belong_into_the_certificate_slot_is_named() {
    for (file, said) in [
        ("platform.key.pem", "a private key was given as the certificate"),
        ("platform.public.pem", "a public key was given as the certificate: it goes to `Trust::public_key`"),
        ("ec.certificate.pem", "the certificate is for elliptic curves"),
        ("rsa1024.certificate.pem", "the certificate has 1024 bits"),
    ] {
        let message = refused(Certificate::from_pem(&pem(file)));
        assert!(message.starts_with(said), "{file}: {message}");
    }
}

#[test]
fn c03_every_refusal_has_its_own_words() {
    use super::pem::Kind;
    let refusals = [
        Refusal::Empty,
        Refusal::NotPem,
        Refusal::CutOff,
        Refusal::SeveralBlocks,
        Refusal::Damaged,
        Refusal::EllipticCurve,
        Refusal::NotRsa,
        Refusal::TooShort { bits: 1024 },
        Refusal::TooLong { bits: 16_384 },
        Refusal::Exponent,
        Refusal::Serial,
        Refusal::Holds(Kind::Encrypted),
        Refusal::Holds(Kind::Certificate),
        Refusal::Holds(Kind::Spki),
        Refusal::Holds(Kind::Other),
    ];
    for slot in [Slot::PrivateKey, Slot::PublicKey, Slot::Certificate] {
        let messages: std::collections::HashSet<_> = refusals.iter().map(|refusal| refusal.message(slot)).collect();
        assert_eq!(messages.len(), refusals.len(), "{slot:?}");
    }
}

#[test]
fn c03_a_damaged_key_is_refused_without_being_quoted() {
    let text = pem("merchant.pkcs8.pem");
    let body = text.lines().nth(10).unwrap();
    for damaged in [
        text.replace(body, &body[1..]),
        text.replace(body, ""),
        text.replace(body, &body.chars().rev().collect::<String>()),
        text.replace("-----END", "-----ENDE"),
        text.replace("BEGIN PRIVATE", "BEGIN RSA PRIVATE").replace("END PRIVATE", "END RSA PRIVATE"),
    ] {
        let error = PrivateKey::from_pem(&damaged).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(text.lines().skip(2).all(|line| !shown.contains(line)), "{shown}");
    }
}

#[test]
fn c04_sizes_and_exponents_are_checked_at_their_edges() {
    let modulus = |bits: usize| {
        let mut bytes = vec![0xff; bits.div_ceil(8)];
        bytes[0] >>= (8 - bits % 8) % 8;
        bytes
    };
    let e = &[1, 0, 1];
    assert_eq!(public_key::check(&modulus(2047), e), Err(Refusal::TooShort { bits: 2047 }));
    assert_eq!(public_key::check(&modulus(2048), e), Ok(()));
    assert_eq!(public_key::check(&modulus(8192), e), Ok(()));
    assert_eq!(public_key::check(&modulus(8193), e), Err(Refusal::TooLong { bits: 8193 }));
    assert_eq!(public_key::check(&[], e), Err(Refusal::TooShort { bits: 0 }));
    for odd in [&[3][..], &[17], &[1, 0, 1], &[1, 0xff, 0xff, 0xff, 0xff]] {
        assert_eq!(public_key::check(&modulus(2048), odd), Ok(()), "{odd:?}");
    }
    for strange in [&[][..], &[0], &[1], &[2], &[4], &[1, 0, 0], &[3, 0xff, 0xff, 0xff, 0xff], &[0xff; 9]] {
        assert_eq!(public_key::check(&modulus(2048), strange), Err(Refusal::Exponent), "{strange:?}");
    }
}

#[test]
fn c05_keys_are_not_printed() {
    let key = private_key("merchant.pkcs8.pem");
    assert_eq!(format!("{key:?}"), "PrivateKey(..)");
    assert_eq!(format!("{:?}", key.public_key()), "PublicKey(RSA 2048)");
}

#[test]
fn c07_a_key_in_the_place_of_a_path_is_not_printed() {
    let pem = pem("merchant.pkcs8.pem");
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    for key in [pem.as_str(), base64.as_str()] {
        let error = PrivateKey::from_pem_file(key).unwrap_err();
        assert!(error.to_string().contains("`from_pem` takes PEM text"), "{error}");
        assert!(!format!("{error} {error:?}").contains(&base64[..40]));
    }
}

#[test]
fn c07_a_file_that_cannot_be_read_is_named() {
    let missing = PrivateKey::from_pem_file("no/such/apiclient_key.pem").unwrap_err();
    assert_eq!(missing.to_string(), "no/such/apiclient_key.pem: there is no such file");
    assert!(std::error::Error::source(&missing).is_some_and(<dyn std::error::Error>::is::<io::Error>));
    let folder = PublicKey::from_pem_file(path("")).unwrap_err().to_string();
    assert!(folder.ends_with("keys/: this is a directory, name the file in it"), "{folder}");
    // The tests may run as root, who is allowed everything.
    let denied = unreadable(Path::new("key.pem"), io::ErrorKind::PermissionDenied.into());
    assert_eq!(denied.to_string(), "key.pem: this process has no permission to read the file");
    let broken = unreadable(Path::new("key.pem"), io::Error::other("disk"));
    assert_eq!(broken.to_string(), "key.pem: the file cannot be read");
}

#[test]
fn a_file_that_is_binary_or_endless_is_not_pem() {
    let binary = TempFile::new(&[0x30, 0x82, 0xff, 0xfe]);
    assert!(refused(PrivateKey::from_pem_file(&binary.0)).contains("is not PEM text"));
    let large = TempFile::new(&vec![b'\n'; FILE_LIMIT + 1]);
    assert!(refused(Certificate::from_pem_file(&large.0)).contains("is not PEM text"));
}

#[test]
fn v14_a20_the_serial_of_a_certificate_keeps_its_leading_zero() {
    let serial = |name| certificate(name).serial().to_string();
    assert_eq!(serial("platform.leading-zero.certificate.pem"), "0C4AEF34B89340881BB2B25226393DC2E47F094B");
    assert_eq!(serial("platform.certificate.pem"), "5157F09EFDC096DE15EBE81A47057A7232F1B8E1");
    let vector = vector("v2.json");
    let with_sign_byte = Certificate::from_pem(vector["certificate"].as_str().unwrap()).unwrap();
    assert_eq!(with_sign_byte.serial().as_str(), vector["serial"]);
}

#[test]
fn a_certificate_tells_whom_it_names_and_when_it_is_valid() {
    let certificate = certificate("merchant.certificate.pem");
    assert_eq!(certificate.subject(), "O=Test merchant,CN=1900000001");
    assert_eq!(certificate.issuer(), certificate.subject());
    assert_eq!(certificate.not_before(), at(1_735_689_600));
    assert_eq!(certificate.public_key(), private_key("merchant.pkcs8.pem").public_key());
    assert_eq!(
        format!("{certificate:?}"),
        "Certificate { serial: \"3775B6A45ACD588826D15E583A95F5DD3775B6A4\", not_before: 2025-01-01T00:00:00Z, \
         not_after: 2125-01-01T00:00:00Z, .. }"
    );
}

#[test]
fn c20_validity_begins_and_ends_with_the_seconds_in_the_certificate() {
    let certificate = certificate("platform.certificate.pem");
    let (from, to) = (1_735_689_600, 2_051_222_400);
    assert_eq!(certificate.not_after(), at(to));
    for (seconds, effective, expired) in
        [(from - 1, false, false), (from, true, false), (to, true, false), (to + 1, false, true)]
    {
        assert_eq!(certificate.is_effective(at(seconds)), effective, "{seconds}");
        assert_eq!(certificate.is_expired(at(seconds)), expired, "{seconds}");
    }
}
