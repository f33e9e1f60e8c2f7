//! What others may know of calls and attempts: spans, and a trait for metrics. Nothing secret or personal is in either.

mod watch;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use self::watch::{CallWatch, Facts, code};
use crate::{ErrorKind, Outcome};

/// Is told how every attempt and every call has ended, for metrics.
///
/// Its methods are called in the task of the call, so they return at once: count, and leave the rest to others. What they
/// are given names operations, hosts, statuses, codes and keys, never an address, a body, a number of an order or anything
/// of a payer.
///
/// The same values are in spans of [`tracing`](https://docs.rs/tracing), target `wechatpay_sdk`, at the level INFO: one for
/// a call, one in it for each attempt, with the attribute names of OpenTelemetry.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use wechatpay_sdk::{CallEnd, Ending, Observer, WechatPayBuilder};
///
/// #[derive(Default)]
/// struct Failures(AtomicU64);
///
/// impl Observer for Failures {
///     fn call_ended(&self, call: &CallEnd<'_>) {
///         if matches!(call.ending, Ending::Failed { .. }) {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
///
/// # fn example(builder: WechatPayBuilder) -> WechatPayBuilder {
/// builder.observer(Failures::default())
/// # }
/// ```
pub trait Observer: Send + Sync {
    /// One request has ended, with or without an answer.
    fn attempt_ended(&self, attempt: &AttemptEnd<'_>) {
        let _ = attempt;
    }

    /// A call has ended, after all its attempts; also one that was refused before it was sent.
    fn call_ended(&self, call: &CallEnd<'_>) {
        let _ = call;
    }
}

impl<T: Observer + ?Sized> Observer for Arc<T> {
    fn attempt_ended(&self, attempt: &AttemptEnd<'_>) {
        T::attempt_ended(self, attempt);
    }

    fn call_ended(&self, call: &CallEnd<'_>) {
        T::call_ended(self, call);
    }
}

/// One attempt of a call, at its end.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AttemptEnd<'a> {
    /// Name of the operation, such as `create_refund`.
    pub operation: &'static str,
    /// The HTTP method.
    pub method: &'a str,
    /// The path with its parameters in braces, where the operation has a specification.
    pub url_template: Option<&'static str>,
    /// The host that was asked.
    pub host: &'a str,
    /// Which attempt of the call it was; the first is 1.
    pub number: u32,
    /// Serial of the merchant certificate whose key signs.
    pub signed_with: &'a str,
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// `Request-ID` of the answer.
    pub request_id: Option<&'a str>,
    /// Id of the key of WeChat Pay that verified the answer.
    pub verified_by: Option<&'a str>,
    /// How it ended.
    pub ending: Ending<'a>,
    /// From signing to the end of the answer; of a file to the head of it.
    pub duration: Duration,
}

/// A call, at its end.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallEnd<'a> {
    /// Name of the operation, such as `create_refund`.
    pub operation: &'static str,
    /// How many attempts were made; 0 when nothing was sent.
    pub attempts: u32,
    /// HTTP status of the last answer.
    pub status: Option<u16>,
    /// `Request-ID` of the last answer.
    pub request_id: Option<&'a str>,
    /// Id of the key of WeChat Pay that verified the answer.
    pub verified_by: Option<&'a str>,
    /// How it ended.
    pub ending: Ending<'a>,
    /// With all attempts and the pauses between them.
    pub duration: Duration,
}

/// How an attempt or a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending<'a> {
    /// With a verified success answer.
    Succeeded,
    /// With an error.
    #[non_exhaustive]
    Failed {
        /// What kind of error.
        kind: ErrorKind,
        /// What is known about the effect.
        outcome: Outcome,
        /// WeChat Pay's code; text that does not look like one is left out.
        code: Option<&'a str>,
    },
    /// Its future was dropped before the end, as by a timeout around it. What became of it is unknown.
    Dropped,
}
