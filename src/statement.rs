//! Bills 「账单」 as rows: a day's trades, money movements and splits, read one by one.
//!
//! ```no_run
//! use wechatpay_sdk::statement::Rows;
//!
//! for row in Rows::open("2026-08-15.csv")? {
//!     let trade = row?.trade()?;
//!     println!("{} {} {:?}", trade.transaction_id, trade.trade_state, trade.total);
//! }
//! # Ok::<(), wechatpay_sdk::Error>(())
//! ```
//!
//! Columns are found by their Chinese names, never by their places: bills of merchants, partners and platforms have
//! different ones, and WeChat Pay adds more. A column that no type has is still there: [`Row::get`].
//!
//! A bill ends with a summary. The iterator counts and adds up what it has read and compares: where they differ, or the
//! summary is missing, the last item is an error, and what came before is not the whole day.
//!
//! Memory is that of one row, whatever the size of the bill.

mod row;
mod state;
mod summary;
mod typed;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

pub use self::row::Row;
use self::row::{Columns, split};
pub use self::state::BillState;
use self::summary::Sums;
pub use self::typed::{FundFlow, HundredThousandths, ProfitSharing, Trade};
use crate::{Error, Result};

/// Longest row in bytes. A product's name has at most 128 characters.
const ROW_LIMIT: usize = 64 * 1024;

/// The rows of a bill, in their order.
pub struct Rows<R> {
    reader: R,
    line: u64,
    columns: Option<Arc<Columns>>,
    sums: Sums,
    /// The line behind a row, which was read to see whether the row goes on.
    ahead: Option<String>,
    is_over: bool,
}

impl Rows<BufReader<File>> {
    /// Opens a bill that was downloaded.
    ///
    /// # Errors
    ///
    /// A `Statement` error when the file cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let file =
            File::open(path).map_err(|error| Error::statement("the bill cannot be opened").with_source(error))?;
        Ok(Self::new(BufReader::with_capacity(256 * 1024, file)))
    }
}

impl<R: BufRead> Rows<R> {
    /// Reads a bill that was downloaded and unpacked.
    pub fn new(reader: R) -> Self {
        Self { reader, line: 0, columns: None, sums: Sums::default(), ahead: None, is_over: false }
    }

    /// How many rows have been read.
    pub fn count(&self) -> u64 {
        self.sums.count()
    }

    fn read(&mut self) -> Result<Option<Row>> {
        let columns = match &self.columns {
            Some(columns) => Arc::clone(columns),
            None => {
                let Some(line) = self.line()? else { return Err(Error::statement("the bill is empty")) };
                let columns = Arc::new(Columns::read(&line)?);
                self.sums = Sums::of(&columns);
                self.columns = Some(Arc::clone(&columns));
                columns
            }
        };
        let Some(mut text) = self.line()? else {
            self.sums.finish_without_summary()?;
            return Ok(None);
        };
        if !text.starts_with('`') {
            return self.summary(&text).map(|()| None);
        }
        let at = self.line;
        // A line break inside a value goes on in the next line, which then does not begin a row.
        while split(&text).len() < columns.len() {
            match self.line()? {
                Some(next) if !next.starts_with('`') && text.len() + next.len() < ROW_LIMIT => {
                    text.push('\n');
                    text.push_str(&next);
                }
                next => {
                    self.ahead = next;
                    break;
                }
            }
        }
        let row = Row::read(&columns, &text, at)?;
        self.sums.add(&row)?;
        Ok(Some(row))
    }

    /// The last two lines of a bill.
    fn summary(&mut self, names: &str) -> Result<()> {
        let Some(values) = self.line()? else { return Err(Error::statement("the summary of the bill is cut off")) };
        self.sums.compare(names, &values)
    }

    /// The next line that is not empty, without its end and the mark of UTF-8.
    fn line(&mut self) -> Result<Option<String>> {
        if let Some(line) = self.ahead.take() {
            return Ok(Some(line));
        }
        loop {
            let mut bytes = Vec::new();
            let mut limited = std::io::Read::take(&mut self.reader, ROW_LIMIT as u64);
            let read = limited.read_until(b'\n', &mut bytes);
            let read = read.map_err(|error| Error::statement("the bill cannot be read").with_source(error))?;
            if read == 0 {
                return Ok(None);
            }
            if read == ROW_LIMIT && !bytes.ends_with(b"\n") {
                return Err(Error::statement(format!(
                    "a row of the bill has more than {ROW_LIMIT} bytes: it is no bill"
                )));
            }
            self.line += 1;
            let text = String::from_utf8(bytes);
            let text = text.map_err(|_| Error::statement(format!("line {}: the bill is not UTF-8", self.line)))?;
            let text = text.trim_end_matches(['\r', '\n']).trim_start_matches('\u{feff}');
            if !text.is_empty() {
                return Ok(Some(text.to_owned()));
            }
        }
    }
}

impl<R: BufRead> Iterator for Rows<R> {
    type Item = Result<Row>;

    fn next(&mut self) -> Option<Result<Row>> {
        if self.is_over {
            return None;
        }
        let row = self.read().transpose();
        self.is_over = !matches!(row, Some(Ok(_)));
        row
    }
}

impl<R> std::fmt::Debug for Rows<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("line", &self.line).finish_non_exhaustive()
    }
}
