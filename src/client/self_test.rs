//! The test of keys, signatures and encryption against the gateway, without money.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::Value;

use super::WechatPay;
use crate::request::raw;
use crate::rt::{Effect, Operation};
use crate::sign::nonce;
use crate::verify::VerifiedBy;
use crate::{Error, Result, Retry};

static SELF_TEST: Operation = raw("self_test", Effect::Read);

/// What a [self-test](WechatPay::self_test) has shown to work, beside the merchant's signature and WeChat Pay's.
#[derive(Clone, Debug)]
pub struct SelfTest {
    verified_by: VerifiedBy,
    is_decrypted: bool,
}

impl SelfTest {
    /// The key that verified the answer: the one to look for while a merchant switches to the public key.
    pub fn verified_by(&self) -> &VerifiedBy {
        &self.verified_by
    }

    /// Whether the merchant's key opened what WeChat Pay encrypted. Not tried where it is not in this process.
    pub fn is_decrypted(&self) -> bool {
        self.is_decrypted
    }
}

impl WechatPay {
    /// Tries out everything that keys do, in one call that moves no money: before going live, and after each change of
    /// keys.
    ///
    /// WeChat Pay checks the merchant's signature, opens a text that was encrypted for it, encrypts it again for the
    /// merchant, and signs the answer; all four must fit.
    ///
    /// ```no_run
    /// # async fn example(pay: wechatpay_sdk::WechatPay) -> wechatpay_sdk::Result<()> {
    /// let works = pay.self_test().await?;
    /// println!("answers are verified by {}", works.verified_by());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [官方文档](https://pay.weixin.qq.com/doc/v3/merchant/4014551946)
    ///
    /// # Errors
    ///
    /// As every call, and a `Decrypt` error when the answer does not open with the merchant's keys.
    pub async fn self_test(&self) -> Result<SelfTest> {
        let (message, secret) = (nonce()?, nonce()?);
        let body = serde_json::json!({ "echo_message": message });
        let request = self.request(Method::POST, "/v3/security/echo").json(&body);
        let request = request.sensitive("/encrypted_echo_message", secret.as_str());
        // A second attempt would hide what is to be found.
        let answer = request.send_as(&SELF_TEST).retry(Retry::OFF).await?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
        let unlike = |what: &str| Error::decode(format!("the answer's {what} is not what was sent"));
        let failed = |error: Error| error.with_operation(&SELF_TEST);
        if text("echo_message") != message {
            return Err(failed(unlike("echo_message")));
        }
        // Earlier keys open what was stored; the answer is for the current one.
        let merchant = self.core.merchant();
        if let Some(key) = merchant.local_key() {
            let opened = STANDARD.decode(text("encrypted_echo_message")).ok().and_then(|bytes| key.decrypt(&bytes));
            let opened = opened.ok_or_else(|| {
                failed(
                    Error::decrypt("the answer does not open with the key of the merchant's certificate").of_answer(),
                )
            })?;
            if opened.as_slice() != secret.as_bytes() {
                return Err(failed(unlike("encrypted_echo_message")));
            }
        }
        Ok(SelfTest { verified_by: answer.verified_by().clone(), is_decrypted: merchant.local_key().is_some() })
    }
}
