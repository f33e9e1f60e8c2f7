//! Who the client is to WeChat Pay.

use super::Core;
use crate::rt::Operation;
use crate::{Error, Result};

/// Who signs: which of two operations that do the same for different clients is the right one.
///
/// A client that says its role by [`role`](super::WechatPayBuilder::role) gets an error where it calls the other one,
/// and nothing is sent. Without a role nothing is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// A merchant that sells for itself (直连商户).
    Merchant,
    /// A service provider that acts for sub-merchants (普通服务商).
    Partner,
    /// An e-commerce platform with sub-merchants (电商收付通平台).
    Ecommerce,
    /// A payment institution or acquiring bank (从业机构).
    Institution,
}

impl Role {
    fn of_a_client(self) -> &'static str {
        match self {
            Self::Merchant => "merchants (直连商户)",
            Self::Partner => "service providers (服务商)",
            Self::Ecommerce => "e-commerce platforms (电商收付通)",
            Self::Institution => "institutions (从业机构)",
        }
    }
}

impl Core {
    /// Refuses an operation in whose place clients of this role call another one.
    pub(crate) fn check_role(&self, operation: &'static Operation) -> Result<()> {
        let Some(role) = self.0.role else { return Ok(()) };
        match operation.instead.iter().find(|(other, ..)| *other == role) {
            None => Ok(()),
            Some((_, family, id)) => Err(Error::request(format!(
                "this is not for {}: call `pay.{family}().{id}(..)`, of the feature `{}`",
                role.of_a_client(),
                family.replace('_', "-")
            ))
            .with_operation(operation)),
        }
    }
}
