//! Keys and certificates: read once, checked when read, never printed.
//!
//! The `rsa` crate parses and checks every key; [`backend`] signs and verifies with it.

pub(crate) mod aead;
mod api_v2_key;
mod api_v3_key;
mod backend;
mod certificate;
mod pem;
mod portal_key;
mod private_key;
mod public_key;
mod refusal;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

pub use self::api_v2_key::ApiV2Key;
pub use self::api_v3_key::ApiV3Key;
pub use self::certificate::Certificate;
pub use self::private_key::PrivateKey;
pub use self::public_key::PublicKey;
use self::refusal::{Refusal, Slot};
use crate::error::{Error, Result};

/// More than any PEM file of a key or a certificate.
const FILE_LIMIT: usize = 64 * 1024;

/// Shorter than the base64 of any private key, in bytes.
const LONGEST_SHOWN: usize = 512;

/// Reads a file into its slot; every error begins with the path.
fn load<T>(path: &Path, slot: Slot, parse: fn(&str) -> Result<T, Refusal>) -> Result<T> {
    let bytes = read(path).map_err(|cause| unreadable(path, cause))?;
    let refuse = |refusal: Refusal| Error::config(format!("{}: {}", shown(path), refusal.message(slot)));
    if bytes.len() > FILE_LIMIT {
        return Err(refuse(Refusal::NotPem));
    }
    let text = str::from_utf8(&bytes).map_err(|_| refuse(Refusal::NotPem))?;
    let parsed = parse(text).map_err(refuse)?;
    if slot == Slot::PrivateKey && is_open_to_others(path) {
        tracing::warn!(target: "wechatpay_sdk", path = %shown(path), "others can read the private key: chmod 600 it");
    }
    Ok(parsed)
}

/// Whether the file can be read by anyone but its owner.
#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o044 != 0)
}

/// Other systems have no such bits.
#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}

/// Reads at most one byte more than the limit, into one buffer that is wiped when dropped.
fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(FILE_LIMIT + 1));
    file.take(FILE_LIMIT as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(path: &Path, cause: io::Error) -> Error {
    let problem = match cause.kind() {
        io::ErrorKind::NotFound => "there is no such file",
        io::ErrorKind::PermissionDenied => "this process has no permission to read the file",
        io::ErrorKind::IsADirectory => "this is a directory, name the file in it",
        _ => "the file cannot be read",
    };
    Error::config(format!("{}: {problem}", shown(path))).with_source(cause)
}

/// A path for a message. A key that was given in the place of one is not printed.
fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if text.contains("-----BEGIN") || text.len() > LONGEST_SHOWN {
        return "what was given is no path, it may be a key: `from_pem` takes PEM text".to_owned();
    }
    text.into_owned()
}

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod tests;
