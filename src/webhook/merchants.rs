//! One address for the notifications of several merchants.

use http::HeaderMap;

use super::{Notification, opened, verified};
use crate::verify::{VerifyFailure, serial_of};
use crate::{Error, Result, WechatPay};

/// The clients of several merchants whose notifications come to one address.
///
/// Whose a notification is, is told by the key that it names in `Wechatpay-Serial`, which each merchant has of its own;
/// never by trying all.
#[derive(Clone, Debug)]
pub struct Merchants(Vec<WechatPay>);

impl Merchants {
    /// The clients of these merchants.
    ///
    /// # Errors
    ///
    /// A `Config` error when there is none, or two are of the same merchant.
    pub fn new(clients: impl IntoIterator<Item = WechatPay>) -> Result<Self> {
        let clients: Vec<WechatPay> = clients.into_iter().collect();
        if clients.is_empty() {
            return Err(Error::config("no client was given"));
        }
        for (index, client) in clients.iter().enumerate() {
            if clients.iter().take(index).any(|other| other.mchid() == client.mchid()) {
                return Err(Error::config(format!("two clients are of the merchant {}", client.mchid())));
            }
        }
        Ok(Self(clients))
    }

    /// Verifies, opens and reads a notification of one of the merchants;
    /// [`received_by`](Notification::received_by) says which.
    ///
    /// # Errors
    ///
    /// As [`Webhooks::parse`](super::Webhooks::parse); a `Verify` error when no merchant has the key, or when what it holds
    /// names another of these merchants than the one whose key it is signed with.
    pub async fn parse(&self, headers: &HeaderMap, body: &[u8]) -> Result<Notification> {
        let serial = serial_of(headers).map_err(Error::unverified_notification)?;
        let mut receiver = self.0.iter().find(|client| client.core.trust().has(serial));
        if receiver.is_none() {
            // Certificates may have to be downloaded first; the one that finds the serial among its own is meant.
            for client in self.0.iter().filter(|client| client.core.trust().refresh().is_some()) {
                if verified(&client.core, headers, body).await.is_ok() {
                    receiver = Some(client);
                    break;
                }
            }
        }
        let Some(client) = receiver else {
            let trusted = self.0.iter().flat_map(|client| client.core.trust().ids()).collect();
            return Err(Error::unverified_notification(VerifyFailure::unknown_serial(serial, trusted)));
        };
        let verified_by = verified(&client.core, headers, body).await?;
        let notification = opened(&client.core, headers, body, verified_by)?;
        let others = self.0.iter().filter(|other| other.mchid() != client.mchid());
        if !notification.names(client.mchid()) && others.into_iter().any(|other| notification.names(other.mchid())) {
            return Err(Error::decode_notification("the notification is signed for one merchant and names another"));
        }
        Ok(notification)
    }
}
