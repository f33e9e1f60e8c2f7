//! From a built request to a typed answer: the part that all operations share.

use http::{HeaderMap, StatusCode};
use progenitor_client::{ClientHooks, OperationInfo};
use tracing::Instrument as _;

use super::{Built, Decode, Effect, Form, attempts};
use crate::client::Core;
use crate::observe::{CallWatch, Facts};
use crate::rates::Rate;
use crate::rules::{Object, Parameter};
use crate::verify::VerifiedBy;
use crate::{Error, Response, Result, Role};

/// What the shared code knows of an operation; build.rs writes one for each.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: &'static str,
    /// The operation of the same family that tells what became of this one.
    pub(crate) query_with: Option<&'static str>,
    pub(crate) effect: Effect,
    /// How often it may be called; `None` where that is not documented.
    pub(crate) rate: Option<Rate>,
    /// What clients of other roles call in its place: role, family, operation.
    pub(crate) instead: &'static [(Role, &'static str, &'static str)],
    /// The access point of operations that the main one does not have.
    pub(crate) host: Option<&'static str>,
    /// The field whose number makes a repeat with the same content safe.
    pub(crate) idempotent_by: Option<&'static str>,
    /// The path with its parameters in braces.
    pub(crate) path: &'static str,
    pub(crate) parameters: &'static [Parameter],
    /// Groups of query parameters of which one is given.
    pub(crate) one_of: &'static [&'static [&'static str]],
    /// Of an upload, the members of its meta that a caller gives.
    pub(crate) body: Option<&'static Object>,
    pub(crate) upload: Option<&'static Form>,
}

impl Operation {
    pub(crate) fn reads(&self) -> bool {
        self.effect == Effect::Read
    }

    /// Whether a repeat with the same content has no second effect.
    pub(crate) fn reenters(&self) -> bool {
        self.reads() || self.effect == Effect::Upload || self.idempotent_by.is_some()
    }
}

/// A success answer whose signature is right.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: bytes::Bytes,
    pub(super) verified_by: VerifiedBy,
}

/// Waits until the client has a key of WeChat Pay, for an operation that it may call.
pub(crate) async fn ready<C: ClientHooks<Core>>(client: &C, operation: &'static Operation) -> Result<()> {
    client.inner().check_role(operation)?;
    client.inner().ready().await
}

/// Sends one call through the hooks of its client and reads the answer.
pub(crate) async fn send<C, T>(client: C, request: Result<Built>, operation: &'static Operation) -> Result<Response<T>>
where
    C: ClientHooks<Core>,
    T: Decode,
{
    call(&client, operation, async { checked(&client, request?, operation).await }).await
}

/// One call, watched from the making of its request to the reading of its answer.
pub(super) async fn call<C, T>(
    client: &C,
    operation: &'static Operation,
    request: impl Future<Output = Result<reqwest::Request>>,
) -> Result<Response<T>>
where
    C: ClientHooks<Core>,
    T: Decode,
{
    let watch = CallWatch::begin(client.inner(), operation);
    let exchanged = async { attempts::make(client, request.await?, operation, None, &watch).await };
    let exchanged = exchanged.instrument(watch.span()).await;
    let answered = exchanged.and_then(read).map_err(|error| error.with_operation(operation));
    watch.end(&Facts::of_call(&answered));
    answered
}

/// Sends what was checked when it was prepared.
pub(crate) async fn send_prepared<C, T>(
    client: C,
    mut request: reqwest::Request,
    operation: &'static Operation,
) -> Result<Response<T>>
where
    C: ClientHooks<Core>,
    T: Decode,
{
    let shaped = async {
        shape(&client, &mut request, operation).await?;
        Ok(request)
    };
    call(&client, operation, shaped).await
}

/// Holds a request to the rules of its operation, and shapes it.
pub(super) async fn checked<C: ClientHooks<Core>>(
    client: &C,
    Built { mut request, offences }: Built,
    operation: &'static Operation,
) -> Result<reqwest::Request> {
    client.inner().check_role(operation)?;
    client.inner().check(&request, operation, &[], offences)?;
    shape(client, &mut request, operation).await?;
    Ok(request)
}

/// The headers that every request has.
async fn shape<C: ClientHooks<Core>>(
    client: &C,
    request: &mut reqwest::Request,
    operation: &'static Operation,
) -> Result<()> {
    client.inner().ready().await?;
    let info = OperationInfo { operation_id: operation.id };
    let shaped = client.pre::<()>(request, &info).await;
    shaped.map_err(|error| Error::request("the request is refused").with_source(error))
}

pub(super) fn read<T: Decode>(answer: Answer) -> Result<Response<T>> {
    let Answer { status, headers, body, verified_by } = answer;
    match T::decode_body(&body) {
        Ok(value) => Ok(Response::new(value, status, headers, verified_by, body)),
        Err(error) => Err(Error::decode(format!("the answer does not fit the specification: {error}"))
            .with_status(status)
            .with_request_id(&headers)
            .with_body(&body)),
    }
}
