//! Text that was encrypted on its way to us.

use std::fmt;
use std::ops::Deref;

use zeroize::Zeroizing;

/// What a [`Ciphertext`](crate::Ciphertext) held: the name, number or account of a person. From
/// [`WechatPay::decrypt`](crate::WechatPay::decrypt).
///
/// It derefs to `str`. `Debug` shows `***`, there is no `Display`, and its memory is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Plaintext(Zeroizing<String>);

impl Plaintext {
    pub(crate) fn from_utf8(bytes: &[u8]) -> Option<Self> {
        str::from_utf8(bytes).ok().map(|text| Self(Zeroizing::new(text.to_owned())))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Plaintext {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
