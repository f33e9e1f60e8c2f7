//! Pay Score and coupons: the signature of APIv2, by the `openssl` program, and the key that it needs.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use wechatpay_sdk::launch::{BusinessView, Coupon};
use wechatpay_sdk::payscore::{MerchantServiceOrder, OfferedMerchantSignPlan, PayscorePermissionToken};
use wechatpay_sdk::{ApiV2Key, ApiV3Key, ErrorKind, Outcome};

use super::*;

const V2_KEY: &str = "192006250b4c09247ec02edce69f6a2d";
const V3_KEY: &str = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";

fn key() -> ApiV2Key {
    ApiV2Key::new(V2_KEY).unwrap()
}

fn pay() -> WechatPay {
    builder().api_v2_key(key()).build().unwrap()
}

/// The signature over these parameters, sorted and joined here.
fn expected_sign<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let sorted: BTreeMap<_, _> = parameters.into_iter().filter(|(name, _)| *name != "sign").collect();
    let joined: Vec<_> = sorted.iter().map(|(name, value)| format!("{name}={value}")).collect();
    openssl_hmac(V2_KEY, &format!("{}&key={V2_KEY}", joined.join("&")))
}

/// Names and values of a query.
fn parsed(query: &str) -> BTreeMap<String, String> {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
    pairs.map(|(name, value)| (name.to_owned(), percent_decode_str(value).decode_utf8().unwrap().into())).collect()
}

/// What all three wrappings say, once it is known that they say the same and are signed.
fn signed(view: &BusinessView, business_type: &str) -> BTreeMap<String, String> {
    let (page, mini, app) = (view.jsapi(), view.mini_program(), view.app());
    assert_eq!(members(&page).keys().collect::<Vec<_>>(), ["businessType", "queryString"]);
    assert_eq!(members(&mini).keys().collect::<Vec<_>>(), ["businessType", "extraData"]);
    assert_eq!(members(&app).keys().collect::<Vec<_>>(), ["businessType", "extInfo", "query"]);
    assert_eq!(members(&app)["extInfo"], r#"{"miniProgramType":0}"#);
    assert!([page.business_type, mini.business_type, app.business_type].iter().all(|word| *word == business_type));
    let parameters: BTreeMap<String, String> = serde_json::from_value(members(&mini)["extraData"].clone()).unwrap();
    assert_eq!(parsed(&page.query_string), parameters);
    assert_eq!(parsed(&app.query), parameters);
    parameters
}

fn assert_signed(parameters: &BTreeMap<String, String>, about: &[&str]) {
    let mut names = vec!["mch_id", "nonce_str", "sign", "sign_type", "timestamp"];
    names.extend(about);
    names.sort_unstable();
    assert_eq!(parameters.keys().collect::<Vec<_>>(), names);
    assert_eq!((parameters["mch_id"].as_str(), parameters["sign_type"].as_str()), (MCHID, "HMAC-SHA256"));
    assert_eq!(parameters["timestamp"], NOW.to_string());
    let pairs = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    assert_eq!(parameters["sign"], expected_sign(pairs));
}

#[test]
fn i14_the_published_signature_of_apiv2_is_ours_and_empty_values_do_not_count() {
    let vector = vector("v10.json");
    let text = |name: &str| vector[name].as_str().unwrap();
    let key = ApiV2Key::new(text("key")).unwrap();
    let pairs: Vec<_> = text("message").split('&').map(|pair| pair.split_once('=').unwrap()).collect();
    let backwards = pairs.iter().rev().copied();
    assert_eq!(key.sign(backwards.clone()).unwrap(), text("hmac_sha256"));
    let with_more = backwards.chain([("attach", ""), ("sign", "00"), ("zero", "")]);
    assert_eq!(key.sign(with_more).unwrap(), text("hmac_sha256"));
    assert_eq!(key.sign([("attach", "")]).unwrap_err().kind(), ErrorKind::Sign);
}

#[test]
fn an_order_of_pay_score_is_confirmed_by_its_package() {
    let package = "DJIOSQPYWDxsjdldeuwhdodwxasd_dDiodnwjh9we/+==";
    let order: MerchantServiceOrder = answer(json!({ "out_order_no": "1", "state": "CREATED", "package": package }));
    let view = pay().launch().payscore_order(&order).unwrap();
    let parameters = signed(&view, "wxpayScoreUse");
    assert_signed(&parameters, &["package"]);
    assert_eq!(parameters["package"], package);
    assert!(view.jsapi().query_string.contains("package=DJIOSQPYWDxsjdldeuwhdodwxasd_dDiodnwjh9we%2F%2B%3D%3D&"));

    let done: MerchantServiceOrder = answer(json!({ "out_order_no": "1", "state": "DONE" }));
    let error = pay().launch().payscore_order(&done).unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent));
}

#[test]
fn details_and_permissions_are_found_by_their_numbers() {
    let pay = pay();
    let detail = pay.launch().payscore_detail("88888888000011", "1234323JKHDFE1243252").unwrap();
    let parameters = signed(&detail, "wxpayScoreDetail");
    assert_signed(&parameters, &["out_order_no", "service_id"]);
    assert_eq!(parameters["out_order_no"], "1234323JKHDFE1243252");
    let enable = pay.launch().payscore_enable("88888888000011", "R1").unwrap();
    assert_signed(&signed(&enable, "wxpayScoreEnable"), &["out_request_no", "service_id"]);
    assert_eq!(pay.launch().payscore_detail("", "1").unwrap_err().kind(), ErrorKind::Request);
}

#[tokio::test]
async fn a_token_and_a_plan_open_unsigned_and_need_no_key() {
    let pay = builder().build().unwrap();
    let token: PayscorePermissionToken = answer(json!({ "apply_permissions_token": "1230000109" }));
    let view = pay.launch().payscore_permission(&token).unwrap();
    assert_eq!(
        Value::from(members(&view.mini_program())),
        json!({ "businessType": "wxpayScoreEnable", "extraData": { "apply_permissions_token": "1230000109" } })
    );
    let plan: OfferedMerchantSignPlan = answer(json!({ "package": "AARupJoAAAABAAAAAADSh9ra0Xzx" }));
    let view = pay.launch().payscore_plan(&plan).unwrap();
    // As the official page writes it.
    assert_eq!(
        (view.app().business_type, view.app().query.as_str()),
        ("wxpayScorePlan", "package=AARupJoAAAABAAAAAADSh9ra0Xzx")
    );
}

#[test]
fn coupons_of_the_plug_in_are_signed_by_their_places() {
    let coupons = [Coupon::new("98065001", "R1"), Coupon::new("98065002", "R2").coupon_code("C2")];
    let launch = pay().launch().coupon_plugin(coupons).unwrap();
    assert_eq!(
        Value::from(members(&launch)),
        json!({
            "send_coupon_params": [
                { "stock_id": "98065001", "out_request_no": "R1" },
                { "stock_id": "98065002", "out_request_no": "R2", "coupon_code": "C2" },
            ],
            "send_coupon_merchant": MCHID,
            "sign": expected_sign([
                ("stock_id0", "98065001"), ("out_request_no0", "R1"),
                ("stock_id1", "98065002"), ("out_request_no1", "R2"), ("coupon_code1", "C2"),
                ("send_coupon_merchant", MCHID),
            ]),
        })
    );
    for number in [0, 11] {
        let coupons = std::iter::repeat_n(Coupon::new("98065001", "R1"), number);
        assert_eq!(pay().launch().coupon_plugin(coupons).unwrap_err().kind(), ErrorKind::Request);
    }
}

#[test]
fn the_page_of_a_coupon_has_all_that_is_signed_and_its_debug_has_no_openid() {
    let openid = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";
    let coupon = Coupon::new("98065001", "R|1").coupon_code("C1");
    let launch = pay().launch().h5_coupon(&coupon, openid).unwrap();
    let query = launch.url.strip_prefix("https://action.weixin.qq.com/busifavor/getcouponinfo?").unwrap();
    let parameters = parsed(query.strip_suffix("#wechat_pay&wechat_redirect").unwrap());
    let names = ["coupon_code", "open_id", "out_request_no", "send_coupon_merchant", "sign", "stock_id"];
    assert_eq!(parameters.keys().collect::<Vec<_>>(), names);
    let pairs = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    assert_eq!(parameters["sign"], expected_sign(pairs));
    assert!(launch.url.contains("out_request_no=R%7C1&"));
    assert!(!format!("{launch:?}").contains(openid));
}

#[test]
fn without_an_apiv2_key_the_error_says_where_to_give_it() {
    let pay = builder().build().unwrap();
    let error = pay.launch().payscore_detail("1", "2").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("builder.api_v2_key"), "{error}");
    assert!(pay.launch().coupon_plugin([Coupon::new("1", "2")]).is_err());
    assert!(pay.launch().h5_coupon(&Coupon::new("1", "2"), "o1").is_err());
}

#[test]
fn an_apiv2_key_that_is_an_apiv3_key_is_refused_wherever_the_two_meet() {
    let both = |key: &str| builder().api_v2_key(ApiV2Key::new(key).unwrap()).api_v3_key(ApiV3Key::new(V3_KEY).unwrap());
    let error = both(V3_KEY).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("the same as the APIv3 key") && !error.to_string().contains(V3_KEY), "{error}");
    let previous = builder().api_v2_key(key()).previous_api_v3_key(ApiV3Key::new(V2_KEY).unwrap());
    assert!(previous.build().is_err());

    let pay = both(V2_KEY).build().unwrap();
    assert!(pay.replace_api_v2_key(ApiV2Key::new(V3_KEY).unwrap()).is_err());
    assert!(pay.launch().payscore_detail("1", "2").is_ok());
    // The APIv3 key comes later: what is signed with it does not leave either.
    pay.replace_api_v3_key(ApiV3Key::new(V2_KEY).unwrap());
    assert_eq!(pay.launch().payscore_detail("1", "2").unwrap_err().kind(), ErrorKind::Config);
    pay.replace_api_v2_key(ApiV2Key::new("292006250b4c09247ec02edce69f6a2d").unwrap()).unwrap();
    assert!(pay.launch().payscore_detail("1", "2").is_ok());
}

#[test]
fn c05_the_apiv2_key_is_in_no_debug_and_no_error() {
    let builder = builder().api_v2_key(key());
    let text = format!("{:?} {builder:?}", key());
    let pay = builder.build().unwrap();
    let view = pay.launch().payscore_detail("1", "2").unwrap();
    let text = format!("{text} {pay:?} {:?} {view:?} {:?}", pay.launch(), ApiV2Key::new(&V2_KEY[1..]).unwrap_err());
    assert!(text.contains("ApiV2Key(..)") && !text.contains(&V2_KEY[1..]), "{text}");
}
