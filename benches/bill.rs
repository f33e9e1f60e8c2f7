//! A bill of 1 GiB: downloaded and proven, against its hash alone; then read row by row. And the memory it takes.
//!
//! `cargo bench --bench bill --features bill,simulator`. Without `--bench`, as in tests, the bill has 1 MiB.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark fails by panicking")]

use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use sha1::{Digest as _, Sha1};
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::statement::Rows;
use wechatpay_sdk::{FileSource, WechatPay};

const HEADER: &str = "\u{feff}交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,\
                      应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,\
                      手续费,费率,订单金额,申请退款金额,费率备注\r\n";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let size = if is_bench { 1024 * 1024 * 1024 } else { 1024 * 1024 };
    let folder = tempfile::tempdir().unwrap();
    let (bill, target) = (folder.path().join("served.csv"), folder.path().join("bill.csv"));
    write(&bill, size);

    let begun = Instant::now();
    let hash = hash(&bill);
    report("hash alone (sha1 of the file)", size, begun.elapsed());

    let address = serve(&bill);
    let gateway = Gateway::start().await.unwrap();
    let pay = WechatPay::builder(gateway.merchant(), gateway.trust()).build_for_loopback(address).unwrap();
    let source = FileSource::new("https://api.mch.weixin.qq.com/v3/billdownload/file?token=x", "SHA1", &hash);
    let before = peak();
    let begun = Instant::now();
    pay.download(&source).to_file(&target).await.unwrap();
    report("downloaded, proven, on the disk", size, begun.elapsed());

    let begun = Instant::now();
    let mut pieces = pay.download(&source).pieces().await.unwrap();
    while pieces.next().await.unwrap().is_some() {}
    report("downloaded and proven only", size, begun.elapsed());

    let begun = Instant::now();
    let mut rows = 0;
    for row in Rows::open(&target).unwrap() {
        row.unwrap().trade().unwrap();
        rows += 1;
    }
    report(&format!("read as {rows} typed rows"), size, begun.elapsed());
    println!("peak memory of the process: {} kB before the download, {} kB after all", before, peak());
}

/// A bill of about this size whose summary is right.
fn write(path: &Path, size: usize) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    file.write_all(HEADER.as_bytes()).unwrap();
    let (mut written, mut count) = (HEADER.len(), 0_u64);
    while written < size {
        count += 1;
        let row = format!(
            "`2026-08-15 12:00:00,`wxd678efh567hg6787,`1230000109,`1900000109,`,`42000{count:020},`A{count:016},\
             `oUpF8uMuAJO_M2pxb1Q9zNjWeS6o,`JSAPI,`SUCCESS,`OTHERS,`CNY,`1.00,`0.00,`0,`0,`0.00,`0.00,`,`,`鲜花, 一束,`,\
             `0.00600,`0.60%,`1.00,`0.00,`\r\n"
        );
        file.write_all(row.as_bytes()).unwrap();
        written += row.len();
    }
    let fee = count * 600;
    write!(
        file,
        "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n\
         `{count},`{count}.00,`0.00,`0.00,`{}.{:05},`{count}.00,`0.00\r\n",
        fee / 100_000,
        fee % 100_000
    )
    .unwrap();
}

fn hash(path: &Path) -> String {
    let mut hasher = Sha1::new();
    let mut file = File::open(path).unwrap();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut buffer).unwrap();
        if read == 0 {
            return hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        }
        hasher.update(buffer.get(..read).unwrap());
    }
}

/// Answers every connection with the file.
fn serve(path: &Path) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let path = path.to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]).unwrap();
            let length = std::fs::metadata(&path).unwrap().len();
            write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n").unwrap();
            std::io::copy(&mut File::open(&path).unwrap(), &mut stream).unwrap();
        }
    });
    address
}

fn report(what: &str, size: usize, took: Duration) {
    println!("{what:40} {:8.0} ms {:8.0} MB/s", took.as_secs_f64() * 1e3, size as f64 / took.as_secs_f64() / 1e6);
}

/// `VmHWM` of this process in kB, where the system says it.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
