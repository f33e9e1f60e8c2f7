//! The client of requests that no family has: the same hooks as every generated client.

use progenitor_client::{ClientHooks, ClientInfo};

use crate::client::Core;

/// A client without operations.
pub(crate) struct Raw(pub(crate) Core);

impl ClientInfo<Core> for Raw {
    fn api_version() -> &'static str {
        ""
    }

    fn baseurl(&self) -> &str {
        self.0.base()
    }

    fn client(&self) -> &reqwest::Client {
        self.0.http()
    }

    fn inner(&self) -> &Core {
        &self.0
    }
}

impl ClientHooks<Core> for Raw {
    async fn pre<E>(
        &self,
        request: &mut reqwest::Request,
        _: &progenitor_client::OperationInfo,
    ) -> Result<(), progenitor_client::Error<E>> {
        super::set_headers(&self.0, request);
        Ok(())
    }

    async fn exec(
        &self,
        request: reqwest::Request,
        _: &progenitor_client::OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        super::attempt(&self.0, request).await
    }
}
