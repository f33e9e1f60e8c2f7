//! A merchant whose private key stays in a KMS or HSM.
//!
//! `cargo run --features simulator --example kms_signer`: the KMS is played by the `rsa` crate, WeChat Pay by the
//! simulator. In your program only `Kms` is another one.

use rsa::pkcs8::DecodePrivateKey as _;
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::{Merchant, Sign, Signing};

/// Signs each request with one call of the KMS. This is all there is to write.
struct KmsSigner {
    kms: Kms,
    key: &'static str,
}

impl Sign for KmsSigner {
    fn sign<'a>(&'a self, message: &'a [u8]) -> Signing<'a> {
        Box::pin(async move { Ok(self.kms.rsassa_pkcs1_v1_5_sha256(self.key, message).await?) })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::start().await?;
    let at_the_gateway = gateway.merchant();

    let signer = KmsSigner { kms: Kms::connect()?, key: "wechat-pay-2026" };
    let merchant = Merchant::with_signer(at_the_gateway.mchid().clone(), at_the_gateway.serial().clone(), signer);
    let pay = gateway.client_of(merchant, gateway.trust())?;

    let order = pay
        .partner_payscore()
        .get_service_order()
        .service_id("2002000000000558128851361561536")
        .sub_mchid("1900000109")
        .out_order_no("1234323JKHDFE1243252");
    match order.await {
        Ok(order) => println!("the order is {}", order.state),
        Err(error) if error.is_code("ORDER_NOT_EXIST") => println!("the gateway took the KMS's signature: {error}"),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Stands for the client of a real KMS.
struct Kms(rsa::PrivateKey);

impl Kms {
    fn connect() -> Result<Self, Box<dyn std::error::Error>> {
        let pem = include_str!("../src/simulator/keys/merchant.key.pem");
        Ok(Self(rsa::PrivateKey::from_pkcs8_pem(pem)?))
    }

    async fn rsassa_pkcs1_v1_5_sha256(&self, _key: &str, message: &[u8]) -> rsa::Result<Vec<u8>> {
        self.0.pkcs1v15_sign::<rsa::sha2::Sha256>(message)
    }
}
