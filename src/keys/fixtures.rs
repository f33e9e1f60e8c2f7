//! The keys and vectors of `tests/data`, and openssl as an independent judge.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::{Certificate, Merchant, PrivateKey, PublicKey, Trust};

/// 2026-01-01, within the validity of `platform.certificate.pem`.
pub(crate) const NOW: u64 = 1_767_225_600;
pub(crate) const KEY_ID: &str = "PUB_KEY_ID_0119000000012026";

pub(crate) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/keys").join(name)
}

pub(crate) fn pem(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap()
}

pub(crate) fn private_key(name: &str) -> PrivateKey {
    PrivateKey::from_pem_file(path(name)).unwrap()
}

pub(crate) fn public_key(name: &str) -> PublicKey {
    PublicKey::from_pem_file(path(name)).unwrap()
}

pub(crate) fn certificate(name: &str) -> Certificate {
    Certificate::from_pem_file(path(name)).unwrap()
}

pub(crate) fn merchant() -> Merchant {
    let serial = "3775B6A45ACD588826D15E583A95F5DD3775B6A4".parse().unwrap();
    Merchant::new("1900000001".parse().unwrap(), serial, private_key("merchant.pkcs8.pem"))
}

pub(crate) fn public_key_trust() -> Trust {
    Trust::public_key(KEY_ID.parse().unwrap(), public_key("platform.public.pem"))
}

/// A file of `tests/data/vectors`.
pub(crate) fn vector(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/vectors").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Runs openssl with this standard input, in the folder of the keys.
pub(crate) fn openssl(arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
    let mut command = Command::new("openssl");
    command.args(arguments).current_dir(path(""));
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("tests need openssl");
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    if output.status.success() { Ok(output.stdout) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// What openssl says of a signature by the private half of a public key file.
pub(crate) fn openssl_verifies(public_key: &str, message: &[u8], signature: &[u8]) -> bool {
    let file = TempFile::new(signature);
    openssl(&["dgst", "-sha256", "-verify", public_key, "-signature", file.0.to_str().unwrap()], message).is_ok()
}

/// A file that is removed when dropped.
pub(crate) struct TempFile(pub(crate) PathBuf);

impl TempFile {
    pub(crate) fn new(content: &[u8]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("wechatpay-sdk-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, content).unwrap();
        Self(path)
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
