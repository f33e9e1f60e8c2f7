//! A client that cannot work is not built, and the error says the fix.

use wechatpay_sdk::{ErrorKind, Outcome, PublicKey, Trust, WechatPay};

use crate::support::*;

#[test]
fn a08_a09_only_a_plain_https_address_of_wechat_pay_is_accepted() {
    assert!(builder().base_url("https://api2.mch.weixin.qq.com").build().is_ok());
    for (url, why) in [
        ("http://api.mch.weixin.qq.com", "only https"),
        ("https://api.mch.weixin.qq.com/v3", "signed into every request"),
        ("https://evil.example", "not one of WeChat Pay's"),
        ("https://user:secret@api.mch.weixin.qq.com", "user name"),
    ] {
        let error = builder().base_url(url).build().unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Config, Outcome::NotSent));
        assert!(error.to_string().contains(why) && !error.to_string().contains("secret"), "{error}");
    }
}

#[test]
fn plain_http_is_spoken_to_loopback_only() {
    for address in ["10.0.0.1:80", "0.0.0.0:80", "203.0.113.7:80"] {
        let error = builder().build_for_loopback(address.parse().unwrap()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }
}

#[test]
fn b17_the_merchants_own_key_is_refused_in_every_trust() {
    let own = PublicKey::from_pem(&key_file("merchant.public.pem")).unwrap();
    let trust = Trust::public_key(KEY_ID.parse().unwrap(), own);
    assert_eq!(WechatPay::builder(merchant(), trust).build().unwrap_err().kind(), ErrorKind::Config);
    let trust = trust_with(certificate("merchant.certificate.pem"));
    assert_eq!(WechatPay::builder(merchant(), trust).build().unwrap_err().kind(), ErrorKind::Config);
}

fn trust_with(certificate: wechatpay_sdk::Certificate) -> Trust {
    trust().with_certificates([certificate]).unwrap()
}

#[test]
fn a_platform_serial_is_refused_as_the_merchants() {
    let platform = certificate("platform.certificate.pem");
    let key = wechatpay_sdk::PrivateKey::from_pem(&key_file("merchant.pkcs8.pem")).unwrap();
    let merchant = wechatpay_sdk::Merchant::new(MCHID.parse().unwrap(), platform.serial().clone(), key);
    let error = WechatPay::builder(merchant, trust_with(platform)).build().unwrap_err();
    assert!(error.to_string().contains("merchant serial"), "{error}");
}

#[test]
fn b23_a_trust_of_which_nothing_is_in_effect_is_refused() {
    for name in ["platform.expired.certificate.pem", "platform.future.certificate.pem"] {
        let trust = Trust::certificates([certificate(name)]).unwrap();
        let error = WechatPay::builder(merchant(), trust).clock(StandingClock(at(NOW))).build().unwrap_err();
        assert!(error.to_string().contains("in effect"), "{error}");
    }
}
