//! A row: values by the names of their columns.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::{Error, Result};

/// The names of a bill's columns.
#[derive(Debug)]
pub(super) struct Columns {
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Columns {
    pub(super) fn read(line: &str) -> Result<Self> {
        let names: Vec<String> = line.split(',').map(|name| clean(name).to_owned()).collect();
        if names.len() < 2 || line.starts_with('`') {
            return Err(Error::statement("the bill does not begin with the names of its columns; is it still packed?"));
        }
        let places = names.iter().enumerate().map(|(place, name)| (name.clone(), place)).collect();
        Ok(Self { names, places })
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }
}

/// A name or value without blanks, tabs and the backtick that keeps spreadsheets from reading numbers.
pub(super) fn clean(text: &str) -> &str {
    text.trim().trim_start_matches('`').trim()
}

/// The places of a row's values. Every value begins with a backtick, so a comma inside of one separates nothing.
pub(super) fn split(text: &str) -> Vec<Range<usize>> {
    let mut values = Vec::with_capacity(32);
    let mut from = 0;
    for (at, _) in text.match_indices(",`") {
        values.push(from..at);
        from = at + 1;
    }
    values.push(from..text.len());
    values
}

/// One row of a bill.
#[derive(Clone)]
pub struct Row {
    columns: Arc<Columns>,
    text: String,
    values: Vec<Range<usize>>,
    line: u64,
}

impl Row {
    pub(super) fn read(columns: &Arc<Columns>, text: &str, line: u64) -> Result<Self> {
        let values = split(text);
        if values.len() != columns.len() {
            return Err(Error::statement(format!(
                "line {line}: {} values for {} columns",
                values.len(),
                columns.len()
            )));
        }
        Ok(Self { columns: Arc::clone(columns), text: text.to_owned(), values, line })
    }

    /// The value of a column by its Chinese name, such as `商户订单号`. `None` when the bill has no such column; empty where
    /// it has no value.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.at(self.columns.place(column)?)
    }

    /// Columns and values in the order of the bill.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.columns.names.iter().enumerate().filter_map(|(place, name)| Some((name.as_str(), self.at(place)?)))
    }

    /// How many bytes of the bill it has.
    pub fn bytes(&self) -> u64 {
        self.text.len() as u64
    }

    /// The number of the line in the bill, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    pub(super) fn at(&self, place: usize) -> Option<&str> {
        self.text.get(self.values.get(place)?.clone()).map(clean)
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The values are those of payers.
        f.debug_struct("Row").field("line", &self.line).finish_non_exhaustive()
    }
}
