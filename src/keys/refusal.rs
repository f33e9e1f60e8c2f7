//! What is wrong with a key, in one sentence that says the fix and nothing of the key.

use super::pem::Kind;

/// What the caller wanted to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    PrivateKey,
    PublicKey,
    Certificate,
}

/// Why it was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Empty,
    NotPem,
    CutOff,
    SeveralBlocks,
    Holds(Kind),
    Damaged,
    EllipticCurve,
    NotRsa,
    TooShort { bits: u32 },
    TooLong { bits: u32 },
    Exponent,
    Serial,
}

impl Slot {
    fn name(self) -> &'static str {
        match self {
            Self::PrivateKey => "the private key",
            Self::PublicKey => "the WeChat Pay public key",
            Self::Certificate => "the certificate",
        }
    }

    /// What belongs here.
    fn wanted(self) -> &'static str {
        match self {
            Self::PrivateKey => "apiclient_key.pem",
            Self::PublicKey => "pub_key.pem of the merchant portal",
            Self::Certificate => "the PEM file of one certificate",
        }
    }
}

impl Refusal {
    /// One sentence for the operator.
    pub(super) fn message(self, slot: Slot) -> String {
        let (name, wanted) = (slot.name(), slot.wanted());
        match self {
            Self::Empty => format!("{name} is empty: pass the content of {wanted}"),
            Self::NotPem => format!(
                "{name} is not PEM text: pass the whole content of {wanted} with its BEGIN and END lines, \
                 or its path to `from_pem_file`"
            ),
            Self::CutOff => format!("{name} has no END line that fits its BEGIN line: copy {wanted} again"),
            Self::SeveralBlocks => format!("{name} comes with further PEM blocks: pass {wanted} alone"),
            Self::Damaged => format!("{name} is damaged, its content cannot be decoded: copy {wanted} again"),
            Self::EllipticCurve => format!("{name} is for elliptic curves, WeChat Pay uses RSA: pass {wanted}"),
            Self::NotRsa => format!("{name} is not for RSA signatures: pass {wanted}"),
            Self::TooShort { bits } => format!("{name} has {bits} bits, fewer than 2048: have a new one issued"),
            Self::TooLong { bits } => format!("{name} has {bits} bits, more than 8192: have a new one issued"),
            Self::Exponent => {
                format!("{name} has a public exponent that is even, below 3 or above 33 bits: pass {wanted}")
            }
            Self::Serial => format!("{name} has no usable serial number: pass {wanted}"),
            Self::Holds(kind) => holds(slot, kind),
        }
    }
}

fn holds(slot: Slot, kind: Kind) -> String {
    let (name, wanted) = (slot.name(), slot.wanted());
    match (kind, slot) {
        (Kind::Encrypted, Slot::PrivateKey) => format!(
            "{name} is encrypted with a password: decrypt it first with `openssl pkey -in <file> -out {wanted}`"
        ),
        (Kind::Pkcs8 | Kind::Pkcs1 | Kind::Encrypted, _) => {
            format!("a private key was given as {name}: keep it for the merchant and pass {wanted}")
        }
        (Kind::Spki | Kind::Pkcs1Public, Slot::Certificate) => {
            format!("a public key was given as {name}: it goes to `Trust::public_key` with its id")
        }
        (Kind::Spki | Kind::Pkcs1Public, _) => format!("a public key was given as {name}: pass {wanted}"),
        (Kind::Certificate, Slot::PublicKey) => {
            format!("a certificate was given as {name}: a platform certificate goes to `Trust::certificates`")
        }
        (Kind::Certificate, _) => format!("a certificate was given as {name}: pass {wanted}"),
        (Kind::EllipticCurve, _) => Refusal::EllipticCurve.message(slot),
        (Kind::Other, _) => format!("{name} is in a PEM block of another kind: pass {wanted}"),
    }
}
