//! A call that is complete: sent, kept for later, or followed until its outcome is known.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use progenitor_client::ClientHooks;
use tokio::time::Instant;

use super::send::{Operation, call, checked};
use super::{Built, Decode};
use crate::client::Core;
use crate::conclude::{Absence, Pauses};
use crate::{Conclusion, Error, Outcome, Prepared, Response, Result, Sending};

/// A call with its request.
pub(crate) struct Start<C> {
    pub(crate) client: C,
    pub(crate) request: Building,
    pub(crate) operation: &'static Operation,
}

/// A request that is built, or will be once there is a key to encrypt with.
pub(crate) enum Building {
    Built(Box<Result<Built>>),
    Sealing(Pin<Box<dyn Future<Output = Result<Built>> + Send>>),
}

impl Building {
    async fn built(self) -> Result<Built> {
        match self {
            Self::Built(built) => *built,
            Self::Sealing(sealing) => sealing.await,
        }
    }
}

impl<C: ClientHooks<Core>> Start<C> {
    pub(crate) async fn send<T: Decode>(self) -> Result<Response<T>> {
        let Self { client, request, operation } = self;
        super::send(client, request.built().await, operation).await
    }

    /// The request as it will be sent, but for its signature.
    pub(crate) async fn prepare(self) -> Result<Prepared> {
        let Self { client, request, operation } = self;
        let prepared = async {
            let built = request.built().await?;
            // Without encrypted members the key of the day is named when the request is sent.
            let key = built.request.headers().get(crate::verify::SERIAL).cloned();
            let request = checked(&client, built, operation).await?;
            Prepared::new(client.inner(), &request, key.as_ref(), operation)
        };
        prepared.await.map_err(|error| error.with_operation(operation))
    }

    /// Sends the call and, where its outcome is unknown, asks and sends again until it is known.
    pub(crate) async fn conclude<T, Q, L>(
        self,
        within: Duration,
        lookup: Option<L>,
        reenters: bool,
    ) -> Result<Conclusion<T, Q>>
    where
        T: Decode,
        L: Fn() -> Sending<Q>,
    {
        let Self { client, request, operation } = self;
        let mut pauses = Pauses::until(Instant::now() + within);
        let first = async { checked(&client, request.built().await?, operation).await };
        let request = first.await.map_err(|error| error.with_operation(operation))?;
        let attempt = async || {
            // The body is bytes, so that there is always a copy.
            let copy = request.try_clone().ok_or_else(|| Error::request("the request cannot be sent twice"))?;
            call(&client, operation, async { Ok(copy) }).await
        };
        let mut error = match attempt().await {
            Ok(answer) => return Ok(Conclusion::Done(answer)),
            Err(error) if error.outcome() != Outcome::Unknown => return Err(error),
            Err(error) => error,
        };
        let (mut absence, mut may_send) = (Absence::default(), reenters);
        while pauses.next().await {
            if let Some(lookup) = &lookup {
                let is_absent = match lookup().await {
                    Ok(found) => return Ok(Conclusion::Exists(found)),
                    Err(failure) => absence.is_sure_after(&failure),
                };
                match (is_absent, may_send) {
                    (false, _) => continue,
                    (true, false) => return Ok(Conclusion::Absent(error)),
                    (true, true) => absence = Absence::default(),
                }
            }
            match attempt().await {
                Ok(answer) => return Ok(Conclusion::Done(answer)),
                Err(failure) => {
                    // What was refused now would be refused again; it says nothing about the attempt before.
                    may_send = failure.is_retryable() || failure.outcome() == Outcome::Unknown;
                    error = failure.after_unknown();
                }
            }
            if lookup.is_none() && !may_send {
                break;
            }
        }
        Ok(Conclusion::StillUnknown(error))
    }
}
