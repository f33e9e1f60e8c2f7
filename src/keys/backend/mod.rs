//! The RSA arithmetic: aws-lc-rs where the feature `aws-lc-rs` is on, the `rsa` crate where it is off.
//!
//! Both offer the same types. A key comes in parsed and checked, is converted once, and then signs or verifies
//! (RSASSA-PKCS1-v1_5 with SHA-256) or encrypts (OAEP with SHA-1), nothing else. Tests compile both and hold them to the
//! same vectors.

#[cfg(any(test, feature = "aws-lc-rs"))]
mod aws_lc;
#[cfg(any(test, not(feature = "aws-lc-rs")))]
mod rust_crypto;

#[cfg(feature = "aws-lc-rs")]
pub(super) use self::aws_lc::{DecryptingKey, EncryptingKey, SigningKey, VerifyingKey};
#[cfg(not(feature = "aws-lc-rs"))]
pub(super) use self::rust_crypto::{DecryptingKey, EncryptingKey, SigningKey, VerifyingKey};

/// What a backend says when it fails.
pub(super) type Failure = Box<dyn std::error::Error + Send + Sync>;

#[cfg(test)]
mod tests;
