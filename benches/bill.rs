//! A bill of 1 GiB: downloaded over loopback and proven, against its hash alone; then read row by row. And the memory it
//! takes.
//!
//! `cargo bench --bench bill --features bill,simulator`. Without `--bench`, as in tests, the bill has 1 MiB. It is made
//! while it is read and stands on no disk.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a benchmark fails by panicking")]

use std::io::{self, BufReader, Read, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use sha1::{Digest as _, Sha1};
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::statement::Rows;
use wechatpay_sdk::{FileSource, WechatPay};

const HEADER: &str = "\u{feff}交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,\
                      应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,\
                      手续费,费率,订单金额,申请退款金额,费率备注\r\n";
const ROW: &str = "`2026-08-15 12:00:00,`wxd678efh567hg6787,`1230000109,`1900000109,`,`4200000000000000000000000001,\
                   `A0000000000000001,`oUpF8uMuAJO_M2pxb1Q9zNjWeS6o,`JSAPI,`SUCCESS,`OTHERS,`CNY,`1.00,`0.00,`0,`0,`0.00,\
                   `0.00,`,`,`鲜花, 一束,`,`0.00600,`0.60%,`1.00,`0.00,`\r\n";
/// Rows that are copied at once.
const BLOCK: usize = 200;

/// A bill whose summary is right, as a reader.
struct Bill {
    head: &'static str,
    block: Vec<u8>,
    tail: String,
    size: usize,
    at: usize,
}

impl Bill {
    /// Of about this size in bytes.
    fn new(size: usize) -> Self {
        let block = ROW.repeat(BLOCK).into_bytes();
        let blocks = size / block.len();
        let (count, fee) = (blocks * BLOCK, blocks * BLOCK * 600);
        let tail = format!(
            "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n\
             `{count},`{count}.00,`0.00,`0.00,`{}.{:05},`{count}.00,`0.00\r\n",
            fee / 100_000,
            fee % 100_000
        );
        let size = HEADER.len() + blocks * block.len() + tail.len();
        Self { head: HEADER, block, tail, size, at: 0 }
    }
}

impl Read for Bill {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let tail = self.size - self.tail.len();
        let rest = match self.at {
            at if at < self.head.len() => &self.head.as_bytes()[at..],
            at if at < tail => &self.block[(at - self.head.len()) % self.block.len()..],
            at => &self.tail.as_bytes()[at - tail..],
        };
        let taken = rest.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&rest[..taken]);
        self.at += taken;
        Ok(taken)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let size = if is_bench { 1024 * 1024 * 1024 } else { 1024 * 1024 };

    let begun = Instant::now();
    let hash = hash(size);
    let alone = begun.elapsed();
    report("its hash alone (sha1)", size, alone, alone);

    let gateway = Gateway::start().await.unwrap();
    let pay = WechatPay::builder(gateway.merchant(), gateway.trust()).build_for_loopback(serve(size)).unwrap();
    let source = FileSource::new("https://api.mch.weixin.qq.com/v3/billdownload/file?token=x", "SHA1", &hash);
    let before = peak();
    let begun = Instant::now();
    let mut pieces = pay.download(&source).pieces().await.unwrap();
    while pieces.next().await.unwrap().is_some() {}
    report("downloaded and proven", size, begun.elapsed(), alone);
    let after = peak();

    let begun = Instant::now();
    let mut rows = 0;
    for row in Rows::new(BufReader::new(Bill::new(size))) {
        row.unwrap().trade().unwrap();
        rows += 1;
    }
    report(&format!("read as {rows} typed rows"), size, begun.elapsed(), alone);
    println!("peak memory: {before} kB before the download, {after} kB behind it, {} kB after all", peak());
}

fn hash(size: usize) -> String {
    let mut hasher = Sha1::new();
    let mut bill = Bill::new(size);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match bill.read(&mut buffer).unwrap() {
            0 => return hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
            read => hasher.update(&buffer[..read]),
        }
    }
}

/// Answers every connection with the bill.
fn serve(size: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]).unwrap();
            let mut bill = Bill::new(size);
            write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", bill.size).unwrap();
            io::copy(&mut bill, &mut stream).unwrap();
        }
    });
    address
}

fn report(what: &str, size: usize, took: Duration, alone: Duration) {
    let (seconds, ratio) = (took.as_secs_f64(), took.as_secs_f64() / alone.as_secs_f64());
    println!("{what:36} {:8.0} ms {:8.0} MB/s {ratio:6.2} x the hash", seconds * 1e3, size as f64 / seconds / 1e6);
}

/// `VmHWM` of this process in kB, where the system says it.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
