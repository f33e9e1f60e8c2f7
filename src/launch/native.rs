//! A user scans a QR code.

use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::{Launch, LaunchAnswer, expires_at, handle, scene};
use crate::Result;

/// How long the code is good.
const VALID: Duration = Duration::from_secs(2 * 60 * 60);

/// The text of the QR code that the user scans. Never open it as an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NativeLaunch {
    /// What the QR code holds.
    pub code_url: String,
    #[serde(skip)]
    expires_at: Option<SystemTime>,
}

impl Launch {
    /// A user scans the payment 「Native调起支付」. The picture is made by a library of your choice; `examples/native_qr.rs`
    /// prints one in the terminal.
    ///
    /// ```
    /// # #[cfg(feature = "payments")]
    /// # async fn code(pay: wechatpay_sdk::WechatPay, order: wechatpay_sdk::payments::CreateNativeTransactionRequest) -> wechatpay_sdk::Result<()> {
    /// let prepay = pay.payments().create_native_transaction(order).await?;
    /// let launch = pay.launch().native(&prepay)?;
    /// println!("{}", launch.code_url);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A `Request` error where the answer has no usable text.
    pub fn native(&self, prepay: &impl LaunchAnswer<scene::Native>) -> Result<NativeLaunch> {
        Ok(NativeLaunch { code_url: handle(prepay, "code_url")?, expires_at: expires_at(prepay, VALID) })
    }
}

impl NativeLaunch {
    /// Until when the code is good: two hours after the order was placed, by WeChat Pay's clock. `None` where the answer was
    /// taken out of its [`Response`](crate::Response) before.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }
}
