//! Encrypted files: AES-256-GCM with nonces of any length, over files of any size.
//!
//! What is on the market opens a ciphertext that is whole in memory. Bills have up to 16 GB, so the parts of GCM are put
//! together here: counter mode, GHASH over the ciphertext, and the tag at the end (NIST SP 800-38D). What is given before
//! the tag was checked must stay where nobody sees it.

use aes::Aes256;
use aes::cipher::{BlockCipherEncrypt as _, InnerIvInit as _, KeyInit as _, StreamCipher as _};
use bytes::Bytes;
use ctr::{Ctr32BE, CtrCore};
use ghash::GHash;
use ghash::universal_hash::UniversalHash as _;

use crate::{Error, Result};

const BLOCK: usize = 16;
const TAG: usize = 16;

/// Key and nonce of a file.
pub(super) struct SealedKey {
    cipher: Aes256,
    /// The first counter block, J0.
    first: [u8; BLOCK],
    hash: GHash,
}

impl SealedKey {
    pub(super) fn new(key: &[u8], nonce: &[u8]) -> Result<Self> {
        if key.len() == 16 {
            return Err(Error::decrypt(
                "the file is encrypted with SM4, which is not supported; ask for AEAD_AES_256_GCM",
            ));
        }
        let cipher = Aes256::new_from_slice(key).map_err(|_| Error::decrypt("the key of the file has not 32 bytes"))?;
        let mut zero = [0; BLOCK].into();
        cipher.encrypt_block(&mut zero);
        let hash = GHash::new(&zero);
        let first = match <[u8; 12]>::try_from(nonce) {
            Ok(nonce) => {
                let mut first = [0; BLOCK];
                let counter = nonce.iter().copied().chain([0, 0, 0, 1]);
                first.iter_mut().zip(counter).for_each(|(to, from)| *to = from);
                first
            }
            Err(_) => {
                let mut of_nonce = hash.clone();
                of_nonce.update_padded(nonce);
                of_nonce.update(&[lengths(0, nonce.len() as u64).into()]);
                of_nonce.finalize().into()
            }
        };
        Ok(Self { cipher, first, hash })
    }
}

/// Lengths in bytes as the last block of GHASH has them, in bits.
fn lengths(first: u64, second: u64) -> [u8; BLOCK] {
    ((u128::from(first.wrapping_mul(8)) << 64) | u128::from(second.wrapping_mul(8))).to_be_bytes()
}

/// A file that is being decrypted.
pub(super) struct Opening {
    counter: Ctr32BE<Aes256>,
    /// The first counter block encrypted, which hides the tag.
    mask: [u8; BLOCK],
    hash: GHash,
    length: u64,
    /// Ciphertext that does not fill a block yet, and the tag, which nobody knows to be one before the end.
    rest: Vec<u8>,
}

impl Opening {
    pub(super) fn new(SealedKey { cipher, first, hash }: SealedKey) -> Self {
        let mut mask = first.into();
        cipher.encrypt_block(&mut mask);
        // The counter is the last four bytes, and the first block of it is that of the tag.
        let begin = u128::from_be_bytes(first);
        let begin = (begin & !u128::from(u32::MAX)) | u128::from((begin as u32).wrapping_add(1));
        let core = CtrCore::inner_iv_init(cipher, &begin.to_be_bytes().into());
        let counter = Ctr32BE::from_core(core);
        Self { counter, mask: mask.into(), hash, length: 0, rest: Vec::new() }
    }

    /// Takes a piece of the ciphertext and gives what it decrypts to, unproven.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<Bytes> {
        self.rest.extend_from_slice(piece);
        let whole = self.rest.len().saturating_sub(TAG) / BLOCK * BLOCK;
        let rest = self.rest.split_off(whole);
        let blocks = std::mem::replace(&mut self.rest, rest);
        self.decrypt(blocks)
    }

    /// The end of the file, if the tag is right: then everything before was right too.
    pub(super) fn finish(mut self) -> Result<Bytes> {
        let wrong = || Error::decrypt("the file is not what was encrypted: its tag is wrong, or it is cut off");
        let end = self.rest.len().checked_sub(TAG).ok_or_else(wrong)?;
        let tag = self.rest.split_off(end);
        let rest = std::mem::take(&mut self.rest);
        let last = self.decrypt(rest)?;
        self.hash.update(&[lengths(0, self.length).into()]);
        let hash: [u8; BLOCK] = self.hash.finalize().into();
        let expected = hash.iter().zip(self.mask).map(|(hash, mask)| hash ^ mask);
        let difference = expected.zip(tag).fold(0, |difference, (one, other)| difference | (one ^ other));
        if difference == 0 { Ok(last) } else { Err(wrong()) }
    }

    fn decrypt(&mut self, mut bytes: Vec<u8>) -> Result<Bytes> {
        self.length += bytes.len() as u64;
        self.hash.update_padded(&bytes);
        let decrypted = self.counter.try_apply_keystream(&mut bytes);
        decrypted.map_err(|_| Error::decrypt("the file is longer than one key can encrypt"))?;
        Ok(bytes.into())
    }
}
