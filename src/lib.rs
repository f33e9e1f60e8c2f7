//! WeChat Pay APIv3 for Rust.

mod clock;
mod error;
mod keys;
mod merchant;
mod sign;
mod trust;
mod verify;

pub use self::clock::Clock;
pub use self::error::{ApiError, Error, ErrorCode, ErrorDetail, ErrorKind, Outcome, Result};
pub use self::keys::{ApiV3Key, Certificate, PrivateKey, PublicKey};
pub use self::merchant::{CertificateSerial, MchId, Merchant};
pub use self::sign::{Sign, Signing};
pub use self::trust::{PublicKeyId, Trust};
pub use self::verify::{VerifiedBy, VerifyFailure};
