//! Where a file is, and what proves it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::seal::SealedKey;
use crate::client::Core;
use crate::digest::Algorithm;
use crate::rt::Proving;
use crate::{Ciphertext, Error, Response, Result};

/// Where a file is, and what proves that it is the right one.
///
/// Every answer with a `download_url` has one: `pay.download(&bill)`.
#[derive(Clone)]
pub struct FileSource {
    parts: Vec<Part>,
    /// How many parts there are, where an answer says so.
    count: Option<i64>,
    /// The call that adds what the address lacks.
    continued_by: Option<&'static str>,
}

/// One file behind one address.
#[derive(Clone)]
pub(crate) struct Part {
    sequence: i64,
    url: Option<String>,
    proof: Proof,
    seal: Option<(Ciphertext, String)>,
}

#[derive(Clone)]
#[allow(dead_code, reason = "used by families with files only")]
enum Proof {
    Digest {
        algorithm: String,
        digest: String,
    },
    /// An answer that should have given one did not.
    Missing,
    /// It comes with the file.
    Stated(Proving),
    None,
}

#[allow(dead_code, reason = "used by families with files only")]
impl FileSource {
    /// A file that WeChat Pay gives no digest for, such as the `media_url` of a complaint's picture. What comes is not
    /// proven by anything but the connection.
    pub fn unproven(url: impl Into<String>) -> Self {
        Self::of(Part { sequence: 1, url: Some(url.into()), proof: Proof::None, seal: None })
    }

    /// A file with this digest, in hexadecimal digits; `hash_type` is `SHA1`, `SHA256`, `SM3` or `MD5`.
    pub fn new(url: impl Into<String>, hash_type: impl Into<String>, hash: impl Into<String>) -> Self {
        let proof = Proof::Digest { algorithm: hash_type.into(), digest: hash.into() };
        Self::of(Part { sequence: 1, url: Some(url.into()), proof, seal: None })
    }

    /// A file of which an answer gives the address only.
    pub(crate) fn without_hash(url: Option<&str>) -> Self {
        Self::of(Part { sequence: 1, url: url.map(str::to_owned), proof: Proof::None, seal: None })
    }

    /// The address lacks what this call adds.
    pub(crate) fn continued_by(self, call: &'static str) -> Self {
        Self { continued_by: Some(call), ..self }
    }

    /// The file comes with its digest.
    pub(crate) fn prove_by(&mut self, proving: Proving) {
        for part in &mut self.parts {
            part.proof = Proof::Stated(proving);
        }
    }

    /// Adds values to the address, which stays as it is.
    pub(crate) fn add_query(&mut self, pairs: &str) {
        self.continued_by = None;
        for url in self.parts.iter_mut().filter_map(|part| part.url.as_mut()) {
            let sign = match url.split_once('?') {
                None => "?",
                Some((_, "")) => "",
                Some(_) => "&",
            };
            url.push_str(sign);
            url.push_str(pairs);
        }
    }

    /// What an answer says of a file.
    pub(crate) fn answered(url: Option<&str>, hash_type: Option<&str>, hash: Option<&str>) -> Self {
        let proof = match (hash_type, hash) {
            (Some(algorithm), Some(digest)) => {
                Proof::Digest { algorithm: algorithm.to_owned(), digest: digest.to_owned() }
            }
            _ => Proof::Missing,
        };
        Self::of(Part { sequence: 1, url: url.map(str::to_owned), proof, seal: None })
    }

    /// The same as a part of an encrypted file.
    pub(crate) fn sealed(mut self, sequence: i64, key: &Ciphertext, nonce: &str) -> Self {
        for part in &mut self.parts {
            part.sequence = sequence;
            part.seal = Some((key.clone(), nonce.to_owned()));
        }
        self
    }

    /// A file in parts.
    pub(crate) fn joined(count: i64, parts: impl Iterator<Item = Self>) -> Self {
        Self { parts: parts.flat_map(|part| part.parts).collect(), count: Some(count), continued_by: None }
    }

    fn of(part: Part) -> Self {
        Self { parts: vec![part], count: None, continued_by: None }
    }

    /// The parts in their order, none missing.
    pub(super) fn in_order(&self) -> Result<Vec<&Part>> {
        if let Some(call) = self.continued_by {
            return Err(Error::request(format!("the address of the file is not whole: `{call}` adds what it lacks")));
        }
        let mut parts: Vec<&Part> = self.parts.iter().collect();
        parts.sort_by_key(|part| part.sequence);
        let is_counted = self.count.is_none_or(|count| usize::try_from(count) == Ok(parts.len()));
        let is_gapless = parts.iter().zip(1..).all(|(part, place)| part.sequence == place);
        match parts.is_empty() || !is_counted || !is_gapless {
            true => Err(Error::request("the file has not all its parts, numbered from 1, so nothing was downloaded")),
            false => Ok(parts),
        }
    }
}

impl Part {
    pub(super) fn url(&self) -> &str {
        self.url.as_deref().unwrap_or_default()
    }

    pub(super) fn is_sealed(&self) -> bool {
        self.seal.is_some()
    }

    /// How the file is to be hashed, and what is to come out.
    pub(super) fn digest(&self) -> Result<Option<(Algorithm, String)>> {
        match &self.proof {
            Proof::None | Proof::Stated(_) => Ok(None),
            Proof::Missing => Err(Error::request("the answer gives no hash of the file; is the file made already?")),
            Proof::Digest { algorithm, digest } => match Algorithm::named(algorithm) {
                Some(known) => Ok(Some((known, digest.clone()))),
                None => {
                    Err(Error::request(format!("the hash {algorithm:?} is not known, so the file cannot be proven")))
                }
            },
        }
    }

    /// The header that comes with the file and proves it.
    pub(super) fn proving(&self) -> Option<Proving> {
        match self.proof {
            Proof::Stated(proving) => Some(proving),
            _ => None,
        }
    }

    /// The key of an encrypted file.
    pub(super) fn open(&self, core: &Core) -> Result<Option<SealedKey>> {
        let Some((key, nonce)) = &self.seal else { return Ok(None) };
        let wrapped = STANDARD.decode(key.as_str()).ok();
        let opened =
            wrapped.and_then(|bytes| core.merchant().all_decryption_keys().find_map(|key| key.decrypt(&bytes)));
        let opened =
            opened.ok_or_else(|| Error::decrypt("the key of the file does not open with the merchant's keys"))?;
        SealedKey::new(&opened, nonce.as_bytes()).map(Some)
    }
}

/// Something that tells where a file is: an answer with a `download_url`, or a [`FileSource`].
pub trait HasFile {
    /// Where the file is, and what proves it.
    fn file(&self) -> FileSource;
}

impl HasFile for FileSource {
    fn file(&self) -> FileSource {
        self.clone()
    }
}

impl<T: HasFile> HasFile for Response<T> {
    fn file(&self) -> FileSource {
        T::file(self)
    }
}

impl fmt::Debug for FileSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An address holds a token that reads the file.
        f.debug_struct("FileSource").field("parts", &self.parts.len()).finish_non_exhaustive()
    }
}
