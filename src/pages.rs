//! Items of answers that come in pages, as one stream.

mod course;
#[cfg(test)]
mod tests;

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;

pub(crate) use self::course::Course;
use crate::rt::{Page, Place};
use crate::sending::CallOptions;
use crate::{Result, Retry};

type Fetching<T> = Pin<Box<dyn Future<Output = Result<(Page<T>, Bytes)>> + Send>>;
/// Sends the call of a page: the one that its caller asked for, or that at a place.
pub(crate) type Fetch<T> = Box<dyn FnMut(Option<Place>, CallOptions) -> Fetching<T> + Send>;

/// All items of an operation that answers in pages, from the `stream` of its call.
///
/// It is a [`Stream`], and [`next`](Self::next) needs no other crate. A page is asked for when the items before it are
/// used up, signed and verified as every call. The first is the one that the call asks for, without an offset the very
/// first.
///
/// It ends behind the last page: when as many items came as the answers count, where they do not count with a page that
/// is shorter than the limit, or with the last cursor. It ends with its first error, too, and an answer that would send
/// it round in circles is one: an empty page though there should be more, a cursor that was there before, the same page
/// twice. So after `None` without an error every page was read. A list that changes meanwhile can show an item twice or
/// not at all: what is decided by it is queried by its own number first.
///
/// ```no_run
/// # #[cfg(feature = "complaints")]
/// # async fn example(pay: wechatpay_sdk::WechatPay) -> wechatpay_sdk::Result<()> {
/// let mut complaints = pay.complaints().list_complaints().begin_date("2026-11-01").end_date("2026-11-24").stream();
/// while let Some(complaint) = complaints.next().await {
///     println!("{}", complaint?.complaint_id);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent until the items are asked for"]
pub struct Pages<T> {
    course: Course,
    fetch: Fetch<T>,
    options: CallOptions,
    state: State<T>,
}

enum State<T> {
    /// The next page is not asked for yet.
    At(Option<Place>),
    Fetching(Fetching<T>),
    /// Items of a page, and where the next one is.
    Reading(std::vec::IntoIter<T>, Option<Place>),
    Done,
}

impl<T> Pages<T> {
    pub(crate) fn new(course: Course, fetch: Fetch<T>) -> Self {
        Self { course, fetch, options: CallOptions::default(), state: State::At(None) }
    }

    /// How often the call of each page is attempted, in the place of what its client says.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.options.retry = Some(retry);
        self
    }

    /// How long the call of each page may take with all its attempts and pauses, in the place of what its client says.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// The next item; `None` behind the last one, and after an error.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|context| self.poll_item(context)).await
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            match &mut self.state {
                State::At(place) => {
                    let place = place.take();
                    self.state = State::Fetching((self.fetch)(place, self.options.clone()));
                }
                State::Fetching(page) => {
                    let page = ready!(page.as_mut().poll(context));
                    let page = page.and_then(|(page, body)| {
                        let next = self.course.after(page.items.len(), page.total, page.next, body)?;
                        Ok(State::Reading(page.items.into_iter(), next))
                    });
                    match page {
                        Ok(reading) => self.state = reading,
                        Err(error) => {
                            self.state = State::Done;
                            return Poll::Ready(Some(Err(error)));
                        }
                    }
                }
                State::Reading(items, next) => match (items.next(), next.take()) {
                    (Some(item), place) => {
                        *next = place;
                        return Poll::Ready(Some(Ok(item)));
                    }
                    (None, Some(place)) => self.state = State::At(Some(place)),
                    (None, None) => self.state = State::Done,
                },
                State::Done => return Poll::Ready(None),
            }
        }
    }
}

// Nothing in it is pinned: what is fetched has a box of its own.
impl<T> Unpin for Pages<T> {}

impl<T> Stream for Pages<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(context)
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("operation", &self.course.operation()).finish_non_exhaustive()
    }
}
