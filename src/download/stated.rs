//! Digests that come with a file, in a header of its answer.

use crate::client::Core;
use crate::digest::Algorithm;
use crate::hooks::Arriving;
use crate::rt::Proving;
use crate::{Error, Result, Trust};

const STATEMENT_SHA1: &str = "wechatpay-statement-sha1";
const SM3: &str = "sm3-digest";

/// How the file is to be hashed, and what is to come out. The digest of a statement is what its answer signs, in the place
/// of a body.
pub(super) async fn digest(
    core: &Core,
    trust: &Trust,
    proving: Proving,
    arriving: &Arriving,
) -> Result<(Algorithm, String)> {
    let (algorithm, name, digits) = match proving {
        Proving::SignedSha1 => (Algorithm::Sha1, STATEMENT_SHA1, 40),
        Proving::Sm3 => (Algorithm::Sm3, SM3, 64),
    };
    let headers = &arriving.headers;
    let mut values = headers.get_all(name).iter();
    let value = values.next().filter(|_| values.next().is_none()).and_then(|value| value.to_str().ok());
    let is_digest = |text: &&str| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let Some(digest) = value.map(str::trim).filter(is_digest) else {
        return Err(Error::download(format!("the answer has not one header `{name}` with a hash of the file")));
    };
    if proving == Proving::SignedSha1 {
        let signed = format!(r#"{{"sha1":"{digest}"}}"#);
        let verified_by = core.verify(trust, headers, signed.as_bytes()).await;
        core.observe_signature(&verified_by.map_err(|failure| Error::verify(failure).with_request_id(headers))?);
    }
    Ok((algorithm, digest.to_owned()))
}
