//! From the call of one page to the items of all.

use std::future::IntoFuture;

use super::Operation;
use crate::pages::{Course, Fetch, Pages};
use crate::{Response, Result, Sending};

/// The call of an operation that answers in pages; build.rs writes how each is turned.
pub(crate) trait Paged:
    IntoFuture<Output = Result<Response<Self::Answer>>, IntoFuture = Sending<Self::Answer>> + Clone + Send + 'static
{
    type Answer: Send + 'static;
    type Item: Send + 'static;

    const OPERATION: &'static Operation;
    const BY: Turning;

    /// The page that the caller asks for, if it says one.
    fn place(&self) -> Option<Place>;
    /// How many items the caller wants in a page.
    fn limit(&self) -> Option<i64>;
    fn turn(&mut self, to: Place);
    fn page(answer: Self::Answer) -> Page<Self::Item>;
}

/// What changes from page to page.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Turning {
    /// How many items stand before the page.
    Offset,
    /// The number of the page; `first` is that of the first one.
    Page { first: i64 },
    /// What the answer before said.
    Cursor,
}

/// Which page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Number(i64),
    Cursor(String),
}

/// What an answer says of its page.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) total: Option<i64>,
    pub(crate) next: Option<String>,
}

/// The items of the call's page and of all after it.
pub(crate) fn stream<C: Paged>(call: C) -> Pages<C::Item> {
    let course = Course::new(C::OPERATION, C::BY, call.place(), call.limit());
    let fetch: Fetch<C::Item> = Box::new(move |place, options| {
        let mut call = call.clone();
        if let Some(place) = place {
            call.turn(place);
        }
        let sending = call.into_future().with(options);
        Box::pin(async move {
            let answer = sending.await?;
            let body = answer.bytes();
            Ok((C::page(answer.into_inner()), body))
        })
    });
    Pages::new(course, fetch)
}
