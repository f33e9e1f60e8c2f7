//! A file as it comes: unpacked, hashed, and judged at its end.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use super::Progress;
use super::seal::{Opening, SealedKey};
use super::unpack::{Unpack, too_large};
use crate::digest::{Algorithm, Hasher};
use crate::hooks::Arriving;
use crate::rt::Operation;
use crate::{Error, Result};

/// The pieces of a file, in their order. The file is good only when `next` says that it has ended.
pub struct Pieces {
    operation: &'static Operation,
    arriving: Arriving,
    idle: Duration,
    progress: Option<Arc<Progress>>,
    received: u64,
    /// What the server packed without being asked.
    encoding: Option<Unpack>,
    opening: Option<Opening>,
    packing: Unpack,
    hash: Option<Hash>,
    delivered: u64,
    limit: u64,
    is_over: bool,
}

/// Digests that are made while the file comes, and the one that is to come out.
struct Hash {
    expected: String,
    of_file: Hasher,
    /// Of an encrypted file it is not documented which form is hashed: as it comes, decrypted, or unpacked.
    of_sealed: Option<(Hasher, Hasher)>,
}

impl Pieces {
    pub(super) fn new(
        operation: &'static Operation,
        arriving: Arriving,
        digest: Option<(Algorithm, String)>,
        key: Option<SealedKey>,
        limit: u64,
        idle: Duration,
        progress: Option<Arc<Progress>>,
    ) -> Result<Self> {
        let encoding = encoding(&arriving.headers)?;
        if digest.is_none() && is_json(&arriving.headers) {
            return Err(Error::download("the answer is JSON where a file was expected"));
        }
        let hash = digest.map(|(algorithm, expected)| Hash {
            expected,
            of_file: Hasher::new(algorithm),
            of_sealed: key.as_ref().map(|_| (Hasher::new(algorithm), Hasher::new(algorithm))),
        });
        let opening = key.map(Opening::new);
        let packing = Unpack::new();
        let (received, delivered, is_over) = (0, 0, false);
        Ok(Self {
            operation,
            arriving,
            idle,
            progress,
            received,
            encoding,
            opening,
            packing,
            hash,
            delivered,
            limit,
            is_over,
        })
    }

    /// The next piece, never empty; `None` when the file has ended and is the right one.
    ///
    /// # Errors
    ///
    /// `Download` when the file is not the right one or too large, `Transport` when the connection fails. What came before
    /// is not to be used then.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        self.take().await.map_err(|error| error.with_operation(self.operation))
    }

    pub(super) async fn take(&mut self) -> Result<Option<Bytes>> {
        while !self.is_over {
            let piece = match self.arriving.next(self.idle).await? {
                Some(piece) => {
                    self.received += piece.len() as u64;
                    if let Some(progress) = &self.progress {
                        progress(self.received);
                    }
                    self.push(piece)?
                }
                None => self.finish()?,
            };
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }

    fn push(&mut self, piece: Bytes) -> Result<Bytes> {
        let limit = self.limit;
        let piece = match &mut self.encoding {
            Some(encoding) => encoding.push(piece, limit)?,
            None => piece,
        };
        self.inside(piece)
    }

    /// A piece of the file as it lies at WeChat Pay.
    fn inside(&mut self, piece: Bytes) -> Result<Bytes> {
        let piece = match &mut self.opening {
            Some(opening) => {
                let plain = opening.push(&piece)?;
                self.hash_sealed(Some(&piece), &plain);
                plain
            }
            None => piece,
        };
        self.unpack(piece)
    }

    fn hash_sealed(&mut self, ciphertext: Option<&[u8]>, plaintext: &[u8]) {
        if let Some((of_ciphertext, of_plaintext)) = self.hash.as_mut().and_then(|hash| hash.of_sealed.as_mut()) {
            of_ciphertext.update(ciphertext.unwrap_or_default());
            of_plaintext.update(plaintext);
        }
    }

    fn unpack(&mut self, piece: Bytes) -> Result<Bytes> {
        let file = self.packing.push(piece, self.limit)?;
        self.deliver(file)
    }

    fn deliver(&mut self, file: Bytes) -> Result<Bytes> {
        self.delivered += file.len() as u64;
        if self.delivered > self.limit {
            return Err(too_large(self.limit));
        }
        if let Some(hash) = &mut self.hash {
            hash.of_file.update(&file);
        }
        Ok(file)
    }

    /// The last piece, and the judgement.
    fn finish(&mut self) -> Result<Bytes> {
        self.is_over = true;
        let limit = self.limit;
        let mut last = Vec::new();
        if let Some(encoding) = &mut self.encoding {
            let rest = encoding.finish(limit)?;
            last.extend_from_slice(&self.inside(rest)?);
        }
        if let Some(opening) = self.opening.take() {
            let plain = opening.finish()?;
            self.hash_sealed(None, &plain);
            last.extend_from_slice(&self.unpack(plain)?);
        }
        let rest = self.packing.finish(limit)?;
        last.extend_from_slice(&self.deliver(rest)?);
        self.hash.take().map_or(Ok(()), Hash::compare)?;
        Ok(last.into())
    }
}

impl Hash {
    fn compare(self) -> Result<()> {
        let mut found = vec![self.of_file.finish()];
        if let Some((of_ciphertext, of_plaintext)) = self.of_sealed {
            found.extend([of_ciphertext.finish(), of_plaintext.finish()]);
        }
        match found.iter().any(|digest| digest.eq_ignore_ascii_case(self.expected.trim())) {
            true => Ok(()),
            false => Err(Error::download(
                "the hash of the file is not the one that WeChat Pay gave: the file is wrong or cut off",
            )),
        }
    }
}

/// The layer that a server adds by itself.
fn encoding(headers: &HeaderMap) -> Result<Option<Unpack>> {
    match headers.get(CONTENT_ENCODING).map(|value| value.as_bytes()) {
        None | Some(b"identity") => Ok(None),
        Some(b"gzip" | b"x-gzip") => Ok(Some(Unpack::new())),
        Some(_) => Err(Error::download("the file is compressed in a way that was not asked for")),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/json"))
}

impl fmt::Debug for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pieces").field("delivered", &self.delivered).finish_non_exhaustive()
    }
}
