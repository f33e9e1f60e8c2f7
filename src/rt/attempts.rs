//! The attempts of one call: the same bytes, each signed anew, until one has an answer that can be believed.

use std::time::Duration;

use http::StatusCode;
use progenitor_client::{ClientHooks, OperationInfo};
use tokio::time::Instant;
use tracing::Instrument as _;

use super::send::{Answer, Operation};
use crate::client::Core;
use crate::hooks::{self, Checked, FormBody};
use crate::observe::{self, CallWatch, Facts};
use crate::retry::pause;
use crate::sending::CallOptions;
use crate::{Error, ErrorKind, Outcome, Result};

/// The form of an upload, and what of it is signed.
pub(super) struct SignedForm {
    pub(super) meta: Vec<u8>,
    pub(super) body: FormBody,
}

/// The request of an upload has no body; each attempt gets the form anew.
pub(super) async fn make<C: ClientHooks<Core>>(
    client: &C,
    request: reqwest::Request,
    operation: &'static Operation,
    form: Option<&SignedForm>,
    watch: &CallWatch,
) -> Result<Answer> {
    let core = client.inner();
    let options = CallOptions::of_this_call();
    let retry = options.retry.unwrap_or(core.retry());
    let timeout = options.timeout.unwrap_or(core.timeout());
    let deadline = Instant::now() + timeout;
    let mut route = core.route(operation, options.base_url.as_deref())?;
    let (mut attempts, mut is_unknown) = (0, false);
    let mut next = request;
    loop {
        let mut request = next;
        if let Some(pacer) = core.pacer()
            && let Err(error) = pacer.turn(operation, options.is_background, deadline - timeout / 2).await
        {
            return Err(error.after(attempts, is_unknown && !operation.reads()));
        }
        attempts += 1;
        // A body that cannot be sent twice is sent once.
        let spare = if retry.allows_after(attempts) { request.try_clone() } else { None };
        route.direct(&mut request);
        let left = deadline.saturating_duration_since(Instant::now());
        *request.timeout_mut() = Some(core.attempt_timeout().min(left));
        let watched = watch.attempt(&request);
        let result = attempt(client, request, operation, form).instrument(watched.span()).await;
        watched.end(&match &result {
            Ok(answer) => Facts::success(answer.status, &answer.headers, Some(&answer.verified_by)),
            Err(error) => Facts::failure(error),
        });
        if let Some(pacer) = core.pacer() {
            pacer.answered(operation, &result);
        }
        let error = match result {
            Ok(answer) => {
                core.budget().earn();
                route.succeeded();
                return Ok(answer);
            }
            Err(error) => error,
        };
        is_unknown |= error.outcome() == Outcome::Unknown;
        let pause = match spare.is_some() && may_repeat(operation, &error) {
            false => None,
            // The other host is tried at once.
            true if error.outcome() != Outcome::Refused && route.switch() => Some(Duration::ZERO),
            true => Some(error.retry_after().unwrap_or_else(|| pause(attempts))),
        };
        let in_time = |pause: &Duration| *pause < deadline.saturating_duration_since(Instant::now());
        match (spare, pause.filter(in_time)) {
            (Some(spare), Some(pause)) if core.budget().take() => {
                let (kind, code) = (error.kind(), observe::code(&error));
                tracing::debug!(target: "wechatpay_sdk", operation = operation.id, attempts, ?kind, code, "another attempt follows");
                tokio::time::sleep(pause).await;
                next = spare;
            }
            // What one attempt left open no later refusal closes.
            _ => return Err(error.after(attempts, is_unknown && !operation.reads())),
        }
    }
}

async fn attempt<C: ClientHooks<Core>>(
    client: &C,
    mut request: reqwest::Request,
    operation: &'static Operation,
    form: Option<&SignedForm>,
) -> Result<Answer> {
    if let Some(SignedForm { meta, body }) = form {
        *request.body_mut() = Some(reqwest::Body::wrap(body.clone()));
        return judge(hooks::attempt_upload(client.inner(), request, meta).await?);
    }
    let info = OperationInfo { operation_id: operation.id };
    let result = client.exec(request, &info).await;
    client
        .post::<()>(&result, &info)
        .await
        .map_err(|error| Error::decode("the answer is refused").with_source(error))?;
    judge(hooks::take(result)?)
}

/// Only a success status with a right signature becomes an [`Answer`].
fn judge(checked: Checked) -> Result<Answer> {
    let Checked { status, headers, body, verdict } = checked;
    match verdict {
        Some(verified_by) if status.is_success() => Ok(Answer { status, headers, body, verified_by }),
        verdict => Err(Error::api_answer(status, verdict.is_some(), &body)
            .with_request_id(&headers)
            .with_retry_after(&headers)
            .with_body(&body)),
    }
}

/// Whether another attempt cannot have a second effect, and may do better.
fn may_repeat(operation: &Operation, error: &Error) -> bool {
    match error.outcome() {
        Outcome::NotSent => error.kind() == ErrorKind::Transport,
        Outcome::Refused => error.status() == Some(StatusCode::TOO_MANY_REQUESTS),
        Outcome::Unknown => {
            error.kind() != ErrorKind::Decode && operation.effect.repeats_unknown(operation.idempotent_by.is_some())
        }
        Outcome::NoRequest => false,
    }
}
