//! The download of the platform certificates: the one answer that brings the key it is signed with.

use http::{Method, StatusCode};
use tracing::Instrument as _;

use super::{Answered, collect, exchange, set_headers, sign};
use crate::client::Core;
use crate::observe::{CallWatch, Facts};
use crate::request::raw;
use crate::rt::{Effect, Operation};
use crate::trust::read_list;
use crate::verify::verify;
use crate::{Certificate, Error, Result};

/// The access point of merchants outside the mainland, where the list has another path.
const OVERSEAS: &str = "https://apihk.mch.weixin.qq.com";

/// What observers are told was called.
static DOWNLOAD: Operation = Operation { path: "/v3/certificates", ..raw("download_certificates", Effect::Read) };

/// Downloads the list, opens it with the APIv3 key, and verifies the answer with the certificates that it holds. Nothing of
/// it is believed before that.
pub(crate) async fn download_certificates(core: &Core) -> Result<Vec<Certificate>> {
    let path = if core.base() == OVERSEAS { "/v3/global/certificates" } else { "/v3/certificates" };
    let built = core.http().request(Method::GET, format!("{}{path}", core.base())).build();
    let request = built.map_err(|error| Error::request("the request cannot be built").with_source(error))?;
    let call = CallWatch::begin(core, &DOWNLOAD);
    let attempt = call.attempt(&request);
    let result = ask(core, request).instrument(attempt.span()).await;
    let facts = result.as_ref().err().map_or_else(Facts::default, Facts::failure);
    attempt.end(&facts);
    call.end(&facts);
    result
}

async fn ask(core: &Core, mut request: reqwest::Request) -> Result<Vec<Certificate>> {
    set_headers(core, &mut request);
    sign(core, &mut request, None).await?;
    let Answered { status, headers, response } = exchange(core, request).await?;
    let (body, is_whole) = collect(response, status).await?;
    let refusal = || Error::api_answer(status, false, &body).with_request_id(&headers);
    // A proxy refuses too, but not with a code of WeChat Pay.
    if matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) && refusal().code().is_some() {
        return Err(Error::config(format!(
            "this merchant has no platform certificates ({}): take the public key of the merchant portal and use \
             `Trust::public_key`",
            refusal().message()
        )));
    }
    if !status.is_success() {
        return Err(refusal());
    }
    if !is_whole {
        return Err(Error::decode("the list of certificates is too large"));
    }
    let certificates = read_list(&body, &core.api_v3_keys()).map_err(Error::decode)?;
    let now = core.clock().now();
    if !certificates.iter().any(|certificate| certificate.is_effective(now)) {
        return Err(Error::decode("none of the certificates in the list is in effect: check this machine's clock"));
    }
    let trust = core.trust().with_downloaded(certificates.clone());
    trust.check_against(&core.merchant())?;
    verify(&trust, core.merchant().scheme, &headers, &body, now).map_err(Error::verify)?;
    Ok(certificates)
}
