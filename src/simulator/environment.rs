//! What other processes have to know: the simulated merchant as environment variables, and the events there are.

use super::gateway::Gateway;
use super::identity;
use crate::Merchant;
use crate::webhook;

impl Gateway {
    /// The variables of [`WechatPay::from_env`](crate::WechatPay::from_env) that make a client of this gateway, keys and
    /// certificates as PEM text: `Command::new("shop").envs(gateway.environment())`.
    ///
    /// Other processes have the system's clock: [`start_on`](Self::start_on) makes a gateway that goes by it.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("WECHATPAY_MCHID", identity::MCHID.to_owned()),
            ("WECHATPAY_SERIAL", identity::SERIAL.to_owned()),
            ("WECHATPAY_PRIVATE_KEY", include_str!("keys/merchant.key.pem").to_owned()),
            ("WECHATPAY_CERTIFICATE", include_str!("keys/merchant.certificate.pem").to_owned()),
            ("WECHATPAY_PUBLIC_KEY_ID", identity::PUBLIC_KEY_ID.to_owned()),
            ("WECHATPAY_PUBLIC_KEY", include_str!("keys/gateway.public.pem").to_owned()),
            ("WECHATPAY_PLATFORM_CERTIFICATE", include_str!("keys/platform.first.certificate.pem").to_owned()),
            ("WECHATPAY_API_V3_KEY", identity::API_V3_KEY.to_owned()),
            ("WECHATPAY_BASE_URL", format!("http://{}", self.address())),
        ]
    }

    /// The events that [`notify`](Self::notify) can send: those of the enabled families, in the order of their names.
    pub fn event_types(&self) -> Vec<&'static str> {
        webhook::event_types()
    }
}

/// Whether this is the simulator's own merchant, whose signatures are worth nothing elsewhere.
pub(crate) fn is_simulated(merchant: &Merchant) -> bool {
    merchant.mchid().as_str() == identity::MCHID && merchant.serial().is(identity::SERIAL)
}
