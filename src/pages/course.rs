//! Which page comes after which, and when it is over.

use std::collections::HashSet;

use bytes::Bytes;

use crate::rt::{Operation, Place, Turning};
use crate::{Error, Result};

/// Where a stream stands.
pub(crate) struct Course {
    operation: &'static Operation,
    by: Turning,
    limit: Option<i64>,
    /// Number of the page that is being read.
    number: i64,
    /// How many items stand before the first page, if that can be told.
    before: Option<i64>,
    /// How many items came.
    taken: i64,
    /// How many there are by the last answer that could be believed.
    total: Option<i64>,
    /// The cursors that were sent.
    cursors: HashSet<String>,
    /// The page before, byte by byte.
    last: Bytes,
}

impl Course {
    pub(crate) fn new(operation: &'static Operation, by: Turning, place: Option<Place>, limit: Option<i64>) -> Self {
        let first = if let Turning::Page { first } = by { first } else { 0 };
        let (mut number, mut cursors) = (first, HashSet::new());
        match place {
            Some(Place::Number(given)) => number = given,
            Some(Place::Cursor(cursor)) => drop(cursors.insert(cursor)),
            None => {}
        }
        let before = match by {
            Turning::Page { .. } if number != first => {
                limit.map(|limit| number.saturating_sub(first).saturating_mul(limit))
            }
            Turning::Page { .. } => Some(0),
            Turning::Offset | Turning::Cursor => Some(number),
        };
        Self { operation, by, limit, number, before, taken: 0, total: None, cursors, last: Bytes::new() }
    }

    pub(super) fn operation(&self) -> &'static str {
        self.operation.id
    }

    /// The page after one with so many items; none when there is none.
    pub(super) fn after(
        &mut self,
        count: usize,
        total: Option<i64>,
        next: Option<String>,
        body: Bytes,
    ) -> Result<Option<Place>> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let place = match self.by {
            Turning::Cursor => self.cursor(count, next),
            Turning::Offset | Turning::Page { .. } => self.number(count, total, &body),
        };
        let place = place.map_err(|message| {
            Error::decode(format!("the pages do not fit together: {message}"))
                .with_operation(self.operation)
                .with_body(&body)
        })?;
        self.last = body;
        Ok(place)
    }

    fn cursor(&mut self, count: i64, next: Option<String>) -> Result<Option<Place>, String> {
        let Some(next) = next.filter(|next| !next.is_empty()) else { return Ok(None) };
        if count == 0 {
            return Err("an empty page names another one".to_owned());
        }
        match self.cursors.insert(next.clone()) {
            true => Ok(Some(Place::Cursor(next))),
            false => Err("a page names one that was there before".to_owned()),
        }
    }

    fn number(&mut self, count: i64, total: Option<i64>, body: &Bytes) -> Result<Option<Place>, String> {
        self.taken = self.taken.saturating_add(count);
        let seen = self.before.map(|before| before.saturating_add(self.taken));
        // Some answers count on the first page only and say 0 later: a page with items is not beyond their number.
        let is_credible = |total: &i64| if count == 0 { *total > 0 } else { Some(*total) >= seen };
        self.total = total.filter(is_credible).or(self.total).or(total.filter(|_| count == 0));
        match (seen.zip(self.total), count) {
            (Some((seen, total)), _) if seen >= total => return Ok(None),
            (Some((seen, total)), 0) => return Err(format!("a page is empty though {seen} of {total} items came")),
            (Some(_), _) => {}
            (None, 0) => return Ok(None),
            (None, count) if self.limit.is_some_and(|limit| count < limit) => return Ok(None),
            (None, _) => {}
        }
        if *body == self.last {
            return Err("a page is the one before it once more".to_owned());
        }
        let step = if let Turning::Page { .. } = self.by { 1 } else { count };
        self.number = self.number.saturating_add(step);
        Ok(Some(Place::Number(self.number)))
    }
}
