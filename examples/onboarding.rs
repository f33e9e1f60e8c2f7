//! A seller joins an e-commerce platform: eight pictures, an application with encrypted names and numbers, its state.
//!
//! `cargo run --features full,simulator --example onboarding`.

use std::collections::HashMap;

use wechatpay_sdk::ecommerce_applyment::{
    CreateEcommerceApplymentRequest, EcommerceApplymentState, EcommerceApplymentStatus, EcommerceBankAccountType,
    EcommerceBusinessLicense, EcommerceContact, EcommerceContactType, EcommerceIdCard, EcommerceIdentificationType,
    EcommerceOrganizationType, EcommerceSettlementAccount, EcommerceShop, MerchantRepresentative,
};
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::{MediaId, Role, Upload, WechatPay};

const ID_CARD: EcommerceIdentificationType = EcommerceIdentificationType::IdentificationTypeMainlandIdcard;
const PICTURES: [&str; 8] = [
    "licence.jpg",
    "owner-front.jpg",
    "owner-back.jpg",
    "admin-front.jpg",
    "admin-back.jpg",
    "letter.jpg",
    "shop-code.png",
    "food-permit.jpg",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> wechatpay_sdk::Result<()> {
    let gateway = Gateway::start().await?;
    // Whoever is a platform says so, and is told when it calls what is for others.
    let pay = gateway.client_with(|builder| builder.role(Role::Ecommerce))?;

    let pictures = PICTURES.map(|name| Upload::new(name, format!("the picture {name}")));
    let media = uploaded(&pay, pictures).await?;
    println!("{} pictures uploaded", media.len());

    // The number is the seller's, so that a repeat is the same application.
    let number = "APPLYMENT_00000000001";
    let receipt = pay.ecommerce_applyment().create_applyment(application(number, &media)).await?;
    println!("application {:?} is taken in", receipt.applyment_id);

    let status = pay.ecommerce_applyment().get_applyment_by_out_request_no(number).await?;
    println!("{}", what_next(&status));
    Ok(())
}

/// Uploads the pictures, four at a time; the id of each by its name.
async fn uploaded(
    pay: &WechatPay,
    pictures: impl IntoIterator<Item = Upload, IntoIter: Send + 'static>,
) -> wechatpay_sdk::Result<HashMap<String, MediaId>> {
    let family = pay.media();
    let calls = pictures.into_iter().map(move |picture| (picture.name().to_owned(), family.upload_file(picture)));
    let mut uploads = pay.upload_all(calls, 4);
    let mut media = HashMap::new();
    while let Some((name, uploaded)) = uploads.next().await {
        media.insert(name, uploaded?.into_inner().media_id);
    }
    Ok(media)
}

/// The whole application. Names, numbers and the telephone are given as they are: the SDK encrypts them on their way.
fn application(number: &str, media: &HashMap<String, MediaId>) -> CreateEcommerceApplymentRequest {
    let picture = |name: &str| media.get(name).cloned();
    CreateEcommerceApplymentRequest::builder()
        .out_request_no(number)
        .organization_type(EcommerceOrganizationType::Enterprise)
        .business_license_info(
            EcommerceBusinessLicense::builder()
                .maybe_business_license_copy(picture("licence.jpg"))
                .business_license_number("91440300708461136T")
                .merchant_name("深圳市花满楼鲜花有限公司")
                .legal_person("张三")
                .business_time(["2014-01-01", "长期"]),
        )
        .id_holder_type(MerchantRepresentative::Legal)
        .id_doc_type(ID_CARD)
        .id_card_info(
            EcommerceIdCard::builder()
                .maybe_id_card_copy(picture("owner-front.jpg"))
                .maybe_id_card_national(picture("owner-back.jpg"))
                .id_card_name("张三")
                .id_card_number("430102199003071234")
                .id_card_valid_time_begin("2019-06-06")
                .id_card_valid_time("2039-06-06"),
        )
        .owner(true)
        .account_info(
            EcommerceSettlementAccount::builder()
                .bank_account_type(EcommerceBankAccountType::Corporate)
                .account_bank("工商银行")
                .account_name("深圳市花满楼鲜花有限公司")
                .bank_address_code("440300")
                .bank_branch_id("402713354941")
                .account_number("4000020200000000000"),
        )
        .contact_info(
            EcommerceContact::builder()
                .contact_type(EcommerceContactType::Agent)
                .contact_name("王五")
                .contact_id_doc_type(ID_CARD)
                .contact_id_card_number("430102198805051234")
                .maybe_contact_id_doc_copy(picture("admin-front.jpg"))
                .maybe_contact_id_doc_copy_back(picture("admin-back.jpg"))
                .contact_id_doc_period_begin("2019-06-06")
                .contact_id_doc_period_end("长期")
                .maybe_business_authorization_letter(picture("letter.jpg"))
                .mobile_phone("13900000000"),
        )
        .sales_scene_info(
            EcommerceShop::builder()
                .store_name("花满楼")
                .store_url("https://shop.example/flowers")
                .maybe_store_qr_code(picture("shop-code.png")),
        )
        .merchant_shortname("花满楼")
        .qualifications(picture("food-permit.jpg"))
        .build()
}

/// What the platform has to do for the application to get on.
fn what_next(status: &EcommerceApplymentStatus) -> String {
    match &status.applyment_state {
        EcommerceApplymentState::Rejected => {
            let reasons = status.audit_detail.iter().map(|detail| {
                let part = |text: &Option<String>| text.clone().unwrap_or_default();
                format!("{}: {}", part(&detail.param_name), part(&detail.reject_reason))
            });
            format!("rejected, to be corrected under the same number: {}", reasons.collect::<Vec<_>>().join("; "))
        }
        EcommerceApplymentState::AccountNeedVerify => "the seller verifies its bank account".to_owned(),
        EcommerceApplymentState::NeedSign => "the seller signs the contract".to_owned(),
        EcommerceApplymentState::Finish => format!("the seller is {:?}", status.sub_mchid),
        other => format!("{other}: nothing to do yet"),
    }
}
