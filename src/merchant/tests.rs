use super::*;
use crate::keys::fixtures::{KEY_ID, NOW, at, certificate, merchant, pem, private_key, public_key};
use crate::{Clock, Signing, Trust, WechatPay};

fn serial(text: &str) -> Result<CertificateSerial> {
    text.parse()
}

#[test]
fn a18_a_merchant_number_is_digits_and_nothing_else() {
    for text in ["1900000001", " 1900000001\n", "0", &"9".repeat(32)] {
        assert_eq!(text.parse::<MchId>().unwrap().as_str(), text.trim());
    }
    let with_header = "1900000001\",serial_no=\"\r\nX-Evil: 1";
    for text in
        ["", " ", with_header, "19000 00001", "1900000001\r\n1", "wx2421b1c4370ec43b", "１９０", &"9".repeat(33)]
    {
        let message = MchId::try_from(text).unwrap_err().to_string();
        assert_eq!(message, "the merchant number (mchid) must be 1 to 32 digits, such as 1900000001");
    }
}

#[test]
fn a19_serials_in_the_forms_of_common_tools_are_the_same_serial() {
    let expected = serial("0C4AEF34B89340881BB2B25226393DC2E47F094B").unwrap();
    for text in [
        "0c4aef34b89340881bb2b25226393dc2e47f094b",
        "c4aef34b89340881bb2b25226393dc2e47f094b",
        "0C:4A:EF:34:B8:93:40:88:1B:B2:B2:52:26:39:3D:C2:E4:7F:09:4B",
        "0c 4a ef 34 b8 93 40 88 1b b2 b2 52 26 39 3d c2 e4 7f 09 4b\n",
        "0xC4AEF34B89340881BB2B25226393DC2E47F094B",
        "000C4AEF34B89340881BB2B25226393DC2E47F094B",
    ] {
        assert_eq!(serial(text).unwrap(), expected, "{text}");
    }
}

#[test]
fn a19_what_is_no_serial_is_refused_with_the_fix() {
    for (text, said) in [
        ("", "must be 1 to 40 hexadecimal digits"),
        ("0000", "must be 1 to 40 hexadecimal digits and not zero"),
        ("70430484293845729384572938457293845729384529", "a longer number may be decimal"),
        ("serial=3775B6A4", "not hexadecimal"),
        ("\u{200e}3775B6A4", "perhaps invisible ones"),
        ("3775-B6A4", "not hexadecimal"),
        ("3775B6A4\"", "not hexadecimal"),
        ("PUB_KEY_ID_0119000000012026", "a public key id (PUB_KEY_ID_..) was given as a certificate serial"),
    ] {
        let message = serial(text).unwrap_err().to_string();
        assert!(message.contains(said), "{text}: {message}");
    }
}

#[test]
fn a20_a_leading_zero_digit_stays() {
    assert_eq!(serial("0C4A").unwrap().to_string(), "0C4A");
    assert_eq!(serial("C4A").unwrap().to_string(), "0C4A");
    assert_eq!(CertificateSerial::from_bytes(&[0x00, 0xD7, 0xCE]).unwrap().as_str(), "D7CE");
    assert_eq!(CertificateSerial::from_bytes(&[0x0C, 0x4A]).unwrap().as_str(), "0C4A");
    assert_eq!(CertificateSerial::from_bytes(&[0]), None);
    assert_eq!(CertificateSerial::from_bytes(&[0x7F; 21]), None);
}

#[test]
fn b16_case_and_leading_zeros_do_not_make_another_serial() {
    let known = serial("0C4AEF").unwrap();
    for same in ["0C4AEF", "0c4aef", "C4AEF", "000c4aEf"] {
        assert!(known.is(same), "{same}");
    }
    for other in ["", "0", "0C4AE", "0C4AEF0", "1C4AEF", "0C4AEE", " 0C4AEF", "0C:4A:EF", "C4AEF\u{301}"] {
        assert!(!known.is(other), "{other}");
    }
}

#[test]
fn c08_a_certificate_of_another_serial_or_key_is_refused() {
    let own = certificate("merchant.certificate.pem");
    assert!(merchant().with_certificate(own.clone()).is_ok());

    let other_serial =
        Merchant::new(merchant().mchid().clone(), serial("5157").unwrap(), private_key("platform.key.pem"));
    let message = other_serial.with_certificate(own.clone()).unwrap_err().to_string();
    assert_eq!(
        message,
        "the merchant serial is 5157 but the certificate given has the serial \
         3775B6A45ACD588826D15E583A95F5DD3775B6A4: use the serial of the certificate"
    );

    let other_key = Merchant::new(merchant().mchid().clone(), own.serial().clone(), private_key("platform.key.pem"));
    let message = other_key.with_certificate(own).unwrap_err().to_string();
    assert!(message.starts_with("the private key does not belong to the merchant certificate 3775"), "{message}");
}

#[test]
fn a_merchant_is_read_from_its_certificate() {
    let (certificate, key) = (pem("merchant.certificate.pem"), pem("merchant.pkcs8.pem"));
    let merchant = Merchant::from_certificate("1900000001".parse().unwrap(), &certificate, &key).unwrap();
    assert_eq!(merchant.serial().as_str(), "3775B6A45ACD588826D15E583A95F5DD3775B6A4");
    // openssl: notAfter=Jan  1 00:00:00 2125 GMT
    assert_eq!(merchant.certificate_expires_at(), Some(at(4_891_363_200)));
    assert_eq!(self::merchant().certificate_expires_at(), None);

    let mixed_up = Merchant::from_certificate("1900000001".parse().unwrap(), &key, &certificate).unwrap_err();
    assert_eq!(mixed_up.kind(), crate::ErrorKind::Config);
    let other_key = pem("platform.key.pem");
    let error = Merchant::from_certificate("1900000001".parse().unwrap(), &certificate, &other_key).unwrap_err();
    assert!(error.to_string().contains("does not belong to the merchant certificate"), "{error}");
}

#[test]
fn a_client_is_not_built_with_a_merchant_certificate_that_is_not_in_effect() {
    let build = |name: &str, now: u64| {
        let certificate = pem(name);
        let merchant =
            Merchant::from_certificate("1900000001".parse().unwrap(), &certificate, &pem("platform.key.pem"));
        let trust = Trust::public_key(KEY_ID.parse().unwrap(), public_key("e3.public.pem"));
        WechatPay::builder(merchant.unwrap(), trust).clock(Standing(at(now))).build()
    };
    for (name, problem) in [("platform.expired.certificate.pem", "expired"), ("platform.future.certificate.pem", "yet")]
    {
        let error = build(name, NOW).unwrap_err();
        assert!(error.to_string().contains(problem), "{name}: {error}");
    }
    assert!(build("platform.certificate.pem", NOW).is_ok());
}

/// A clock that stands still.
#[derive(Debug)]
struct Standing(std::time::SystemTime);

impl Clock for Standing {
    fn now(&self) -> std::time::SystemTime {
        self.0
    }
}

#[test]
fn c05_a_merchant_is_printed_without_its_key() {
    struct Silent(&'static str);
    impl Sign for Silent {
        fn sign<'a>(&'a self, _: &'a [u8]) -> Signing<'a> {
            let secret = self.0;
            Box::pin(async move { Err(secret.into()) })
        }
    }

    assert_eq!(
        format!("{:?}", merchant()),
        "Merchant { mchid: \"1900000001\", serial: \"3775B6A45ACD588826D15E583A95F5DD3775B6A4\", \
         signer: PrivateKey(..) }"
    );
    let remote = Merchant::with_signer(merchant().mchid().clone(), merchant().serial().clone(), Silent("secret"));
    assert!(format!("{remote:?}").ends_with("signer: Remote(..) }"));
}
