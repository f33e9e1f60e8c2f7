//! Compares a day's bill with the application's own orders.
//!
//! `cargo run --release --features bill,simulator --example reconcile -- 2026-08-15.csv orders.csv`, where each line of
//! `orders.csv` is `sub_mchid,number,fen,state`: of an order its `out_trade_no` and `SUCCESS`, of a refund its
//! `out_refund_no` and `REFUND`. Without arguments it downloads a bill of the simulated WeChat Pay.
//!
//! Each difference is a line of one of four classes: missing here, missing there, amount, state. The program ends with 1
//! when there is any, and with 2 when it could not compare. Both sides are first dealt out by number into files, and one
//! file of each is compared at a time, so that ten million rows need no more memory than a few hundred thousand:
//! `RECONCILE_ROWS=10000000`, without arguments, makes a bill and orders of so many rows, with five differences in
//! every million.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::fs::File;
use std::hash::{Hash as _, Hasher as _};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::statement::{Rows, Trade};

/// Files that each side is dealt out into.
const HEAPS: usize = 128;

type Error = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let folder = std::env::temp_dir().join(format!("reconcile-{}", std::process::id()));
    let result = match std::fs::create_dir(&folder) {
        Ok(()) => run(&folder).await,
        Err(error) => Err(error.into()),
    };
    // What is left there is named after this process, and nobody reads it.
    let _ = std::fs::remove_dir_all(&folder);
    match result {
        Ok(0) => ExitCode::SUCCESS,
        Ok(differences) => {
            eprintln!("{differences} differences");
            ExitCode::from(1)
        }
        Err(error) => {
            eprintln!("not compared: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(folder: &Path) -> Result<usize, Error> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let (bill, orders) = match (arguments.as_slice(), std::env::var("RECONCILE_ROWS")) {
        ([bill, orders], _) => (bill.clone(), orders.clone()),
        ([], Ok(rows)) => {
            let rows: u64 = rows.parse()?;
            // A row has about 101 bytes.
            let bill = Rows::new(BufReader::new(Made::new(rows)));
            return reconcile(bill, rows * 101, (0..rows).filter_map(order).map(Ok), folder);
        }
        ([], Err(_)) => demonstrate(folder).await?,
        _ => return Err("a bill and orders are compared: two files".into()),
    };
    let lines = BufReader::new(File::open(orders)?).lines();
    reconcile(Rows::open(&bill)?, std::fs::metadata(&bill)?.len(), lines, folder)
}

/// One side's word about a payment or refund.
struct Entry {
    /// Sub-merchant and number.
    key: (String, String),
    fen: i64,
    state: String,
}

impl Entry {
    fn of(trade: &Trade) -> Option<Self> {
        let is_refund = trade.trade_state == "REFUND";
        let number = if is_refund { trade.out_refund_no.clone()? } else { trade.out_trade_no.clone() };
        let amount = if is_refund { trade.refund } else { trade.total.or(trade.settlement_total) };
        let key = (trade.sub_mchid.clone().unwrap_or_default(), number);
        Some(Self { key, fen: amount?.get(), state: trade.trade_state.clone() })
    }

    fn parse(line: &str) -> Option<Self> {
        let mut parts = line.trim().split(',');
        let mut next = || parts.next().map(str::to_owned);
        Some(Self { key: (next()?, next()?), fen: next()?.parse().ok()?, state: next()? })
    }

    fn line(&self) -> String {
        format!("{},{},{},{}\n", self.key.0, self.key.1, self.fen, self.state)
    }
}

/// Prints what differs, and gives how much. The bill has about `size` bytes.
fn reconcile(
    bill: Rows<impl BufRead>,
    size: u64,
    orders: impl Iterator<Item = io::Result<String>>,
    folder: &Path,
) -> Result<usize, Error> {
    let mut theirs = Heaps::create(folder, "bill")?;
    let mut bar = Bar::new(size);
    // The last item is an error unless the bill adds up.
    for row in bill {
        let trade = row?.trade()?;
        bar.step(&trade)?;
        theirs.put(&Entry::of(&trade).ok_or("a row of the bill has no amount")?)?;
    }
    bar.finish();
    // Closed before the others are opened: a process may not have many files open.
    let theirs = theirs.finish()?;
    let mut ours = Heaps::create(folder, "orders")?;
    for line in orders {
        ours.put(&Entry::parse(&line?).ok_or("a line of the orders is not sub_mchid,number,fen,state")?)?;
    }
    let ours = ours.finish()?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut differences = 0;
    for (theirs, ours) in theirs.iter().zip(&ours) {
        differences += compare(theirs, ours, &mut out)?;
    }
    out.flush()?;
    Ok(differences)
}

fn compare(theirs: &Path, ours: &Path, out: &mut impl Write) -> Result<usize, Error> {
    let mut differences = 0;
    let mut open: HashMap<(String, String), Entry> = HashMap::new();
    for line in BufReader::new(File::open(ours)?).lines() {
        let entry = Entry::parse(&line?).ok_or("a line cannot be read again")?;
        // A bill has a number once.
        if let Some(again) = open.insert(entry.key.clone(), entry) {
            writeln!(
                out,
                "missing there: {} {} {} fen {}, a second time",
                again.key.0, again.key.1, again.fen, again.state
            )?;
            differences += 1;
        }
    }
    for line in BufReader::new(File::open(theirs)?).lines() {
        let there = Entry::parse(&line?).ok_or("a line cannot be read again")?;
        let (merchant, number) = &there.key;
        let what = match open.remove(&there.key) {
            None => Some(format!("missing here: {merchant} {number} {} fen {}", there.fen, there.state)),
            Some(here) if here.fen != there.fen => {
                Some(format!("amount: {merchant} {number} is {} fen here and {} there", here.fen, there.fen))
            }
            Some(here) if here.state != there.state => {
                Some(format!("state: {merchant} {number} is {} here and {} there", here.state, there.state))
            }
            Some(_) => None,
        };
        if let Some(what) = what {
            writeln!(out, "{what}")?;
            differences += 1;
        }
    }
    for here in open.values() {
        writeln!(out, "missing there: {} {} {} fen {}", here.key.0, here.key.1, here.fen, here.state)?;
        differences += 1;
    }
    Ok(differences)
}

/// Entries dealt out by their keys, so that both sides of a key are in files of one number.
struct Heaps {
    files: Vec<BufWriter<File>>,
    paths: Vec<PathBuf>,
}

impl Heaps {
    fn create(folder: &Path, name: &str) -> io::Result<Self> {
        let paths: Vec<PathBuf> = (0..HEAPS).map(|number| folder.join(format!("{name}-{number}"))).collect();
        let files = paths.iter().map(|path| File::create(path).map(BufWriter::new)).collect::<io::Result<_>>()?;
        Ok(Self { files, paths })
    }

    fn put(&mut self, entry: &Entry) -> Result<(), Error> {
        let mut hasher = DefaultHasher::new();
        entry.key.hash(&mut hasher);
        let heap = usize::try_from(hasher.finish() % HEAPS as u64)?;
        let file = self.files.get_mut(heap).ok_or("there is no such heap")?;
        Ok(file.write_all(entry.line().as_bytes())?)
    }

    fn finish(self) -> io::Result<Vec<PathBuf>> {
        for mut file in self.files {
            file.flush()?;
        }
        Ok(self.paths)
    }
}

/// How much of the bill is read, on the error stream.
struct Bar {
    size: u64,
    read: u64,
    shown: u64,
}

impl Bar {
    fn new(size: u64) -> Self {
        Self { size: size.max(1), read: 0, shown: 0 }
    }

    fn finish(&self) {
        if self.shown > 0 {
            eprintln!();
        }
    }

    fn step(&mut self, trade: &Trade) -> io::Result<()> {
        self.read += trade.row.bytes();
        let percent = (self.read * 100 / self.size).min(100);
        if percent > self.shown {
            self.shown = percent;
            let done = usize::try_from(percent / 5).unwrap_or_default();
            eprint!("\r[{:<20}] {percent} %", "#".repeat(done));
            io::stderr().flush()?;
        }
        Ok(())
    }
}

/// A bill of the simulated WeChat Pay, and orders that differ from it in each way.
async fn demonstrate(folder: &Path) -> Result<(PathBuf, PathBuf), Error> {
    let gateway = Gateway::start().await?;
    gateway.give_bill(
        "2026-08-15",
        "\u{feff}交易时间,特约商户号,微信订单号,商户订单号,交易状态,应结订单金额,订单金额\r\n\
         `2026-08-15 09:00:00,`1900000109,`4200001,`A1,`SUCCESS,`128.00,`128.00\r\n\
         `2026-08-15 09:30:00,`1900000109,`4200002,`A2,`SUCCESS,`6.90,`6.90\r\n\
         `2026-08-15 10:00:00,`1900000109,`4200003,`A3,`SUCCESS,`1.00,`1.00\r\n\
         `2026-08-15 10:30:00,`1900000109,`4200004,`A4,`REVOKED,`2.00,`2.00\r\n\
         总交易单数,应结订单总金额,订单总金额\r\n`4,`137.90,`137.90\r\n",
    );
    let pay = gateway.client()?;
    let bill = folder.join("bill.csv");
    let asked = pay.bill().get_trade_bill().bill_date("2026-08-15").tar_type("GZIP").await?;
    pay.download(&asked).to_file(&bill).await?;
    let orders = folder.join("orders.csv");
    let ours = ["A1,12800,SUCCESS", "A2,960,SUCCESS", "A4,200,SUCCESS", "A5,100,SUCCESS"];
    std::fs::write(&orders, ours.map(|order| format!("1900000109,{order}\n")).concat())?;
    Ok((bill, orders))
}

const COLUMNS: &str = "\u{feff}交易时间,特约商户号,微信订单号,商户订单号,交易状态,应结订单金额,订单金额\r\n";

/// A bill that is made while it is read.
struct Made {
    rows: u64,
    next: u64,
    fen: u64,
    line: io::Cursor<String>,
}

impl Made {
    fn new(rows: u64) -> Self {
        Self { rows, next: 0, fen: 0, line: io::Cursor::new(COLUMNS.to_owned()) }
    }
}

impl Read for Made {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.line.read(buffer)?;
        if read > 0 || self.next > self.rows {
            return Ok(read);
        }
        let (number, price) = (self.next, price(self.next));
        let yuan = |fen: u64| format!("{}.{:02}", fen / 100, fen % 100);
        self.line = io::Cursor::new(if number == self.rows {
            let total = yuan(self.fen);
            format!("总交易单数,应结订单总金额,订单总金额\r\n`{number},`{total},`{total}\r\n")
        } else {
            let price = yuan(price);
            format!(
                "`2026-08-15 12:00:00,`1900000109,`4200000000000000{number:012},`A{number:016},`SUCCESS,`{price},`{price}\r\n"
            )
        });
        self.fen += price;
        self.next += 1;
        self.line.read(buffer)
    }
}

fn price(number: u64) -> u64 {
    number % 1_000 + 1
}

/// The application's order of a row; in a million one is missing, one is unknown to the bill, and two differ.
fn order(number: u64) -> Option<String> {
    let line = |letter: char, fen: u64, state: &str| Some(format!("1900000109,{letter}{number:016},{fen},{state}"));
    match number % 1_000_000 {
        1 => None,
        2 => line('A', price(number) + 1, "SUCCESS"),
        3 => line('A', price(number), "REVOKED"),
        4 => line('B', price(number), "SUCCESS"),
        _ => line('A', price(number), "SUCCESS"),
    }
}
