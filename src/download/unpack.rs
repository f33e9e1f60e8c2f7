//! Unpacking gzip piece by piece, never beyond a limit.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;

use crate::{Error, Result};

/// How a gzip file begins.
const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Packed bytes that are unpacked at once: gzip makes at most about a thousand times as much of them.
const STEP: usize = 1024;

/// A layer that is unpacked where it is gzip, and passed on where not.
pub(super) enum Unpack {
    /// The first bytes tell.
    Undecided(Vec<u8>),
    Plain,
    Gzip(Box<MultiGzDecoder<Room>>),
}

/// What came out and was not taken yet.
pub(super) struct Room {
    bytes: Vec<u8>,
    left: u64,
    is_full: bool,
}

impl Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.left.checked_sub(bytes.len() as u64) {
            Some(left) => {
                self.left = left;
                self.bytes.extend_from_slice(bytes);
                Ok(bytes.len())
            }
            None => {
                self.is_full = true;
                Err(io::Error::other("the limit is reached"))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Unpack {
    pub(super) fn new() -> Self {
        Self::Undecided(Vec::new())
    }

    /// Takes a packed piece and gives what it unpacks to; `limit` is of all that comes out.
    pub(super) fn push(&mut self, piece: Bytes, limit: u64) -> Result<Bytes> {
        match self {
            Self::Undecided(first) => {
                first.extend_from_slice(&piece);
                if first.len() < MAGIC.len() {
                    return Ok(Bytes::new());
                }
                let first = Bytes::from(std::mem::take(first));
                *self = match first.starts_with(&MAGIC) {
                    true => {
                        let room = Room { bytes: Vec::new(), left: limit, is_full: false };
                        Self::Gzip(Box::new(MultiGzDecoder::new(room)))
                    }
                    false => Self::Plain,
                };
                self.push(first, limit)
            }
            Self::Plain => Ok(piece),
            Self::Gzip(decoder) => {
                for step in piece.chunks(STEP) {
                    if let Err(error) = decoder.write_all(step) {
                        return Err(failure(decoder.get_ref().is_full, limit, error));
                    }
                }
                Ok(std::mem::take(&mut decoder.get_mut().bytes).into())
            }
        }
    }

    /// What is left at the end; a packed file that is cut off is an error.
    pub(super) fn finish(&mut self, limit: u64) -> Result<Bytes> {
        match self {
            Self::Undecided(first) => Ok(std::mem::take(first).into()),
            Self::Plain => Ok(Bytes::new()),
            Self::Gzip(decoder) => match decoder.try_finish() {
                Ok(()) => Ok(std::mem::take(&mut decoder.get_mut().bytes).into()),
                Err(error) => Err(failure(decoder.get_ref().is_full, limit, error)),
            },
        }
    }
}

fn failure(is_full: bool, limit: u64, error: io::Error) -> Error {
    match is_full {
        true => too_large(limit),
        false => Error::download("the file is packed with gzip and cannot be unpacked").with_source(error),
    }
}

pub(super) fn too_large(limit: u64) -> Error {
    Error::download(format!("the file has more than {limit} bytes; `max_bytes` says how many are taken"))
}
