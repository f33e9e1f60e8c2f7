//! Payments: pages, mini programs, apps, browsers, QR codes, and medical insurance.

use std::time::Duration;

use wechatpay_sdk::combine_payments::{
    CombineJsapiPayer, CombinePrepay, CombineSubOrder, CreateCombineJsapiTransactionRequest,
    CreateCombineMiniProgramTransactionRequest,
};
use wechatpay_sdk::common::{H5Prepay, NativePrepay, OrderAmount, Prepay};
use wechatpay_sdk::launch::MiniProgramLaunch;
use wechatpay_sdk::med_ins::{CreateMedInsOrderRequest, MedInsOrder, MedInsPerson};
use wechatpay_sdk::partner_payments::{CreatePartnerJsapiTransactionRequest, PartnerPayer};
use wechatpay_sdk::payments::{CreateJsapiTransactionRequest, Payer};
use wechatpay_sdk::{ErrorKind, Outcome, Response};

use super::*;

fn pay() -> WechatPay {
    builder().build().unwrap()
}

fn order() -> CreateJsapiTransactionRequest {
    CreateJsapiTransactionRequest::builder()
        .appid(APPID)
        .mchid(MCHID)
        .description("鲜花")
        .out_trade_no("SHOP-1")
        .notify_url("https://shop.example/paid")
        .amount(OrderAmount::builder().total(1))
        .payer(Payer::builder().openid("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"))
        .build()
}

fn partner_order(sub_appid: Option<&str>) -> CreatePartnerJsapiTransactionRequest {
    CreatePartnerJsapiTransactionRequest::builder()
        .sp_appid("wxsp")
        .sp_mchid(MCHID)
        .maybe_sub_appid(sub_appid)
        .sub_mchid("1900000109")
        .description("鲜花")
        .out_trade_no("SHOP-1")
        .notify_url("https://shop.example/paid")
        .amount(OrderAmount::builder().total(1))
        .payer(PartnerPayer::builder().sp_openid("o1"))
        .build()
}

fn prepay() -> Prepay {
    answer(json!({ "prepay_id": PREPAY_ID }))
}

/// Places the order over real HTTP.
async fn placed(pay: &WechatPay) -> Response<Prepay> {
    pay.payments().create_jsapi_transaction(order()).await.unwrap()
}

#[tokio::test]
async fn i12_a_page_gets_the_six_members_of_the_official_list_and_the_package_is_signed_with_its_prefix() {
    let launch = pay().launch().jsapi(&order(), &prepay()).await.unwrap();
    assert_eq!(names(&launch), ["appId", "nonceStr", "package", "paySign", "signType", "timeStamp"]);
    assert_eq!(launch.app_id, APPID);
    assert_eq!(launch.package, format!("prepay_id={PREPAY_ID}"));
    assert_eq!(launch.sign_type, "RSA");
    assert!(is_signed([APPID, &launch.time_stamp, &launch.nonce_str, &launch.package], &launch.pay_sign));
    assert!(!is_signed([APPID, &launch.time_stamp, &launch.nonce_str, PREPAY_ID], &launch.pay_sign));
}

#[tokio::test]
async fn i12_a_mini_program_gets_five_members_and_its_app_is_signed_but_not_passed() {
    let launch = pay().launch().mini_program(&order(), &prepay()).await.unwrap();
    assert_eq!(names(&launch), ["nonceStr", "package", "paySign", "signType", "timeStamp"]);
    assert!(is_signed([APPID, &launch.time_stamp, &launch.nonce_str, &launch.package], &launch.pay_sign));
}

#[tokio::test]
async fn i12_an_app_signs_the_bare_prepay_id_and_each_platform_has_its_names() {
    let launch = pay().launch().app("wxapp", "1900000109", &prepay()).await.unwrap();
    assert_eq!(names(&launch), ["appid", "noncestr", "package", "partnerid", "prepayid", "sign", "timestamp"]);
    assert_eq!((launch.package.as_str(), launch.partnerid.as_str()), ("Sign=WXPay", "1900000109"));
    assert!(is_signed(["wxapp", &launch.timestamp, &launch.noncestr, PREPAY_ID], &launch.sign));
    let prefixed = format!("prepay_id={PREPAY_ID}");
    assert!(!is_signed(["wxapp", &launch.timestamp, &launch.noncestr, &prefixed], &launch.sign));

    let android = launch.clone().android();
    assert_eq!(names(&android), ["appId", "nonceStr", "packageValue", "partnerId", "prepayId", "sign", "timeStamp"]);
    assert_eq!((&android.sign, &android.prepay_id), (&launch.sign, &launch.prepayid));
}

#[tokio::test]
async fn i13_both_published_signatures_verify_over_our_messages_and_not_over_each_others() {
    let vector = vector("v9.json");
    let text = |name: &str| vector[name].as_str().unwrap();
    let key = rsa::PublicKey::from_public_key_pem(text("public_key")).unwrap();
    let verifies = |message: &str, signature: &str| {
        key.pkcs1v15_verify::<Sha256>(message.as_bytes(), &STANDARD.decode(text(signature)).unwrap()).is_ok()
    };

    // The nonce is new in every launch; the vector's takes its place.
    let with_published_nonce = |message: String| {
        let mut lines: Vec<_> = message.split('\n').collect();
        assert_eq!((lines.len(), lines[2].len()), (5, 32), "{message:?}");
        lines[2] = "593BEC0C930BF1AFEB40B4A08C8FB242";
        lines.join("\n")
    };
    let signer = Listening::default();
    signer.client_at(1_554_208_460).launch().jsapi(&order(), &prepay()).await.unwrap();
    let jsapi = with_published_nonce(signer.only());
    let signer = Listening::default();
    signer.client_at(1_554_208_460).launch().app(APPID, MCHID, &prepay()).await.unwrap();
    let app = with_published_nonce(signer.only());

    assert_eq!((jsapi.as_str(), app.as_str()), (text("jsapi_message"), text("app_message")));
    assert!(verifies(&jsapi, "jsapi_signature") && verifies(&app, "app_signature"));
    assert!(!verifies(&jsapi, "app_signature") && !verifies(&app, "jsapi_signature"));
}

#[tokio::test]
async fn openssl_verifies_the_signature_of_a_page() {
    let launch = pay().launch().jsapi(&order(), &prepay()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let signature = folder.path().join("signature");
    std::fs::write(&signature, STANDARD.decode(&launch.pay_sign).unwrap()).unwrap();
    let key = format!("{}/tests/data/keys/merchant.public.pem", env!("CARGO_MANIFEST_DIR"));
    let mut openssl = Command::new("openssl")
        .args(["dgst", "-sha256", "-verify", &key, "-signature", signature.to_str().unwrap()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the openssl program is installed");
    let message = format!("{APPID}\n{}\n{}\nprepay_id={PREPAY_ID}\n", launch.time_stamp, launch.nonce_str);
    openssl.stdin.take().unwrap().write_all(message.as_bytes()).unwrap();
    assert!(openssl.wait().unwrap().success());
}

#[tokio::test]
async fn the_time_is_a_text_of_seconds_and_every_launch_has_a_nonce_of_its_own() {
    let pay = pay();
    let (order, prepay) = (order(), prepay());
    let first = pay.launch().jsapi(&order, &prepay).await.unwrap();
    let second = pay.launch().mini_program(&order, &prepay).await.unwrap();
    let third = pay.launch().app(APPID, MCHID, &prepay).await.unwrap();
    for time in [&first.time_stamp, &second.time_stamp, &third.timestamp] {
        assert_eq!(*time, "1796097600");
    }
    assert!(first.nonce_str != second.nonce_str && second.nonce_str != third.noncestr);
    assert!(first.nonce_str.len() == 32 && first.nonce_str.bytes().all(|byte| byte.is_ascii_alphanumeric()));
}

#[tokio::test]
async fn a_partners_order_signs_with_the_app_of_the_sub_merchant_where_it_names_one() {
    for (sub_appid, signs) in [(Some("wxsub"), "wxsub"), (None, "wxsp"), (Some(""), "wxsp")] {
        let order = partner_order(sub_appid);
        let launch = pay().launch().jsapi(&order, &prepay()).await.unwrap();
        assert_eq!(launch.app_id, signs);
        assert!(is_signed([signs, &launch.time_stamp, &launch.nonce_str, &launch.package], &launch.pay_sign));
    }
}

#[test]
fn a_combined_order_signs_with_the_app_of_the_whole() {
    let page = CreateCombineJsapiTransactionRequest::builder()
        .combine_appid("wxcombined")
        .combine_mchid(MCHID)
        .combine_out_trade_no("C1")
        .sub_orders(Vec::<CombineSubOrder>::new())
        .combine_payer_info(CombineJsapiPayer::builder().openid("o1"))
        .notify_url("https://shop.example/paid")
        .build();
    assert_eq!(LaunchOrder::<scene::Jsapi>::appid(&page), Some("wxcombined"));
    assert_eq!(LaunchOrder::<scene::MiniProgram>::appid(&page), Some("wxcombined"));
    let _: fn(&CreateCombineMiniProgramTransactionRequest) -> Option<&str> = LaunchOrder::<scene::MiniProgram>::appid;
    let app: CombinePrepay = answer(json!({ "prepay_id": PREPAY_ID }));
    assert_eq!(LaunchAnswer::<scene::App>::handle(&app), Some(PREPAY_ID));
}

#[tokio::test]
async fn chosen_instalments_stand_in_the_package_and_are_signed_with_it() {
    let package = format!("prepay_id={PREPAY_ID}&subsidy_period_type=PERIOD&selected_installment_number=6");
    let page = pay().launch().jsapi(&order(), &prepay()).instalments(6).await.unwrap();
    assert_eq!(page.package, package);
    assert!(is_signed([APPID, &page.time_stamp, &page.nonce_str, &package], &page.pay_sign));
    let mini = pay().launch().mini_program(&order(), &prepay()).instalments(6).await.unwrap();
    assert!(is_signed([APPID, &mini.time_stamp, &mini.nonce_str, &package], &mini.pay_sign));
}

#[tokio::test]
async fn an_app_has_chosen_instalments_in_its_package_and_signs_the_session_alone() {
    let app = pay().launch().app(APPID, MCHID, &prepay()).await.unwrap().instalments(6);
    assert_eq!(app.package, "Sign=WXPay&subsidy_period_type=PERIOD&selected_installment_number=6");
    assert!(is_signed([APPID, &app.timestamp, &app.noncestr, PREPAY_ID], &app.sign));
    assert_eq!(app.clone().android().package_value, app.package);
}

#[tokio::test]
async fn a_remote_signer_signs_a_launch_and_its_failure_is_told() {
    let signer = Listening::default();
    let pay = signer.client_at(NOW);
    let launch = tokio::spawn(pay.launch().jsapi(&order(), &prepay()).into_future()).await.unwrap().unwrap();
    assert_eq!(signer.only(), format!("{APPID}\n{NOW}\n{}\nprepay_id={PREPAY_ID}\n", launch.nonce_str));
    assert!(is_signed([APPID, &launch.time_stamp, &launch.nonce_str, &launch.package], &launch.pay_sign));

    struct Broken;
    impl Sign for Broken {
        fn sign<'a>(&'a self, _: &'a [u8]) -> Signing<'a> {
            Box::pin(async { Err("the HSM is gone".into()) })
        }
    }
    let merchant = Merchant::with_signer(MCHID.parse().unwrap(), SERIAL.parse().unwrap(), Broken);
    let pay = WechatPay::builder(merchant, trust()).build().unwrap();
    let error = pay.launch().jsapi(&order(), &prepay()).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Sign, Outcome::NotSent));
}

#[tokio::test]
async fn a_launch_expires_as_documented_after_the_answer_by_its_own_time() {
    let prepay = Reply::signed_at(200, json!({ "prepay_id": PREPAY_ID }).to_string(), &(NOW - 100).to_string());
    let wire = Wire::always(prepay).await;
    let pay = wire.client();
    let prepay = placed(&pay).await;
    let two_hours = Some(at(NOW - 100 + 7200));
    let launch = pay.launch();
    assert_eq!(launch.jsapi(&order(), &prepay).await.unwrap().expires_at(), two_hours);
    assert_eq!(launch.mini_program(&order(), &prepay).await.unwrap().expires_at(), two_hours);
    assert_eq!(launch.app(APPID, MCHID, &prepay).await.unwrap().expires_at(), two_hours);
    // Out of its response, nobody knows how old it is.
    assert_eq!(launch.jsapi(&order(), &prepay.into_inner()).await.unwrap().expires_at(), None);
}

/// An answer of five minutes ago.
struct Stamped<T>(T);

impl<S, T: LaunchAnswer<S>> LaunchAnswer<S> for Stamped<T> {
    fn handle(&self) -> Option<&str> {
        self.0.handle()
    }

    fn answered_at(&self) -> Option<std::time::SystemTime> {
        Some(at(NOW))
    }
}

#[test]
fn a_browser_comes_back_to_an_encoded_address_of_the_shop() {
    let h5_url = "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx2016&package=1037687096";
    let prepay: H5Prepay = answer(json!({ "h5_url": h5_url }));
    let launch = pay().launch().h5(&Stamped(prepay)).unwrap();
    assert_eq!(names(&launch), ["h5_url"]);
    assert_eq!(launch.h5_url, h5_url);
    assert_eq!(launch.expires_at(), Some(at(NOW) + Duration::from_secs(300)));
    let back = launch.clone().redirect_url("https://www.wechatpay.com.cn").unwrap();
    // As the official page writes it.
    assert_eq!(back.h5_url, format!("{h5_url}&redirect_url=https%3A%2F%2Fwww.wechatpay.com.cn"));
    let back = launch.clone().redirect_url("https://shop.example/paid?a=1&b=中").unwrap();
    assert!(back.h5_url.ends_with("&redirect_url=https%3A%2F%2Fshop.example%2Fpaid%3Fa%3D1%26b%3D%E4%B8%AD"));
    for wrong in ["", "shop.example/paid", "javascript:alert(1)"] {
        let error = launch.clone().redirect_url(wrong).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent));
    }
}

#[test]
fn a_qr_code_holds_the_code_url_for_two_hours() {
    let prepay: NativePrepay = answer(json!({ "code_url": "weixin://wxpay/bizpayurl?pr=p4lpSuKzz" }));
    let launch = pay().launch().native(&Stamped(prepay)).unwrap();
    assert_eq!(names(&launch), ["code_url"]);
    assert_eq!(launch.code_url, "weixin://wxpay/bizpayurl?pr=p4lpSuKzz");
    assert_eq!(launch.expires_at(), Some(at(NOW) + Duration::from_secs(7200)));
}

#[tokio::test]
async fn what_would_change_the_signed_lines_is_refused_before_anything_is_signed() {
    for wrong in ["", "wx1\nwx2", "wx 1", "微信"] {
        let signer = Listening::default();
        let pay = signer.client_at(NOW);
        let prepay_of: Prepay = answer(json!({ "prepay_id": wrong }));
        let mut order_of = order();
        order_of.appid = wrong.to_owned();
        let errors = [
            pay.launch().jsapi(&order(), &prepay_of).await.unwrap_err(),
            pay.launch().mini_program(&order_of, &prepay()).await.unwrap_err(),
            pay.launch().app(wrong, MCHID, &prepay()).await.unwrap_err(),
            pay.launch().app(APPID, wrong, &prepay()).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent), "{error}");
        }
        assert!(signer.0.lock().unwrap().is_empty());
    }
}

/// An order of medical insurance; whether the rest of it is right does not matter to the phone.
fn med_ins_order(openid: Option<&str>, sub_openid: Option<&str>, prepay_id: Option<&str>) -> CreateMedInsOrderRequest {
    CreateMedInsOrderRequest::builder()
        .mix_pay_type("CASH_AND_INSURANCE")
        .order_type("REG_PAY")
        .appid("wxmed")
        .sub_appid("wxsub")
        .maybe_openid(openid)
        .maybe_sub_openid(sub_openid)
        .payer(MedInsPerson::builder().name("张三").id_digest("1").card_type("ID_CARD"))
        .out_trade_no("M1")
        .serial_no("S1")
        .city_id("150100")
        .med_inst_name("医院")
        .med_inst_no("1")
        .total_fee(1)
        .callback_url("https://shop.example/med")
        .maybe_prepay_id(prepay_id)
        .build()
}

#[tokio::test]
async fn medical_insurance_has_the_members_of_a_payment_where_the_user_pays_a_part() {
    let mixed: MedInsOrder =
        answer(json!({ "mix_trade_no": "1217752501201407033233368318", "mix_pay_status": "MIX_PAY_CREATED" }));
    let order = med_ins_order(Some("o1"), None, Some(PREPAY_ID));
    let page = pay().launch().med_ins(&order, &mixed).await.unwrap();
    assert_eq!(names(&page), ["appid", "mixTradeNo", "nonceStr", "package", "paySign", "signType", "timeStamp"]);
    assert_eq!(page.mix_trade_no, "1217752501201407033233368318");
    let payment: &MiniProgramLaunch = page.payment.as_ref().unwrap();
    assert!(is_signed(["wxmed", &payment.time_stamp, &payment.nonce_str, &payment.package], &payment.pay_sign));
    assert_eq!(payment.package, format!("prepay_id={PREPAY_ID}"));
    let mini = page.mini_program();
    assert_eq!(names(&mini), ["mixTradeNo", "nonceStr", "package", "paySign", "signType", "timeStamp"]);

    let order = med_ins_order(None, Some("o1"), None);
    let page = pay().launch().med_ins(&order, &mixed).await.unwrap();
    assert_eq!(names(&page), ["appid", "mixTradeNo"]);
    assert_eq!(page.appid.as_deref(), Some("wxsub"));
}
