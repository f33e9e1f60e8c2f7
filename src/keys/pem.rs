//! PEM as people have it: CRLF, blanks, text around the block, line breaks lost or escaped in an environment variable.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::Refusal;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// What a block holds, by its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Pkcs8,
    Pkcs1,
    Encrypted,
    EllipticCurve,
    Spki,
    Pkcs1Public,
    Certificate,
    Other,
}

/// The one block of a PEM text.
pub(super) struct Block {
    pub(super) kind: Kind,
    pub(super) der: Zeroizing<Vec<u8>>,
}

/// Reads a text of exactly one block.
///
/// A block that fits no slot is not decoded: its kind is enough to say what it is.
pub(super) fn parse(text: &str) -> Result<Block, Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    let (label, body, rest) = next(text)?.ok_or(Refusal::NotPem)?;
    let kind = Kind::of(label, body);
    if let Some((label, body, _)) = next(rest)?
        && kind != Kind::EllipticCurve
    {
        // `openssl ecparam -genkey` writes the parameters first.
        let elliptic = Kind::of(label, body) == Kind::EllipticCurve;
        return Err(if elliptic { Refusal::EllipticCurve } else { Refusal::SeveralBlocks });
    }
    let der = match kind {
        Kind::Pkcs8 | Kind::Pkcs1 | Kind::Spki | Kind::Pkcs1Public | Kind::Certificate => decode(body)?,
        Kind::Encrypted | Kind::EllipticCurve | Kind::Other => Zeroizing::default(),
    };
    Ok(Block { kind, der })
}

impl Kind {
    fn of(label: &str, body: &str) -> Self {
        match label {
            "PRIVATE KEY" => Self::Pkcs8,
            "RSA PRIVATE KEY" if body.contains(",ENCRYPTED") => Self::Encrypted,
            "RSA PRIVATE KEY" => Self::Pkcs1,
            "ENCRYPTED PRIVATE KEY" => Self::Encrypted,
            "EC PRIVATE KEY" | "EC PARAMETERS" => Self::EllipticCurve,
            "PUBLIC KEY" => Self::Spki,
            "RSA PUBLIC KEY" => Self::Pkcs1Public,
            "CERTIFICATE" => Self::Certificate,
            _ => Self::Other,
        }
    }
}

/// The first block's label and body, and the text after it.
fn next(text: &str) -> Result<Option<(&str, &str, &str)>, Refusal> {
    let Some((_, text)) = text.split_once(BEGIN) else {
        return Ok(None);
    };
    let (label, text) = text.split_once(DASHES).ok_or(Refusal::CutOff)?;
    let (body, text) = text.split_once(END).ok_or(Refusal::CutOff)?;
    let rest = text.strip_prefix(label).and_then(|text| text.strip_prefix(DASHES)).ok_or(Refusal::CutOff)?;
    Ok(Some((label, body, rest)))
}

/// Decodes the lines between BEGIN and END.
///
/// An environment variable may have turned the line breaks into blanks or into the two characters `\n`.
fn decode(body: &str) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let mut base64 = Zeroizing::new(Vec::with_capacity(body.len()));
    for (index, piece) in body.split('\\').enumerate() {
        let piece = if index == 0 { piece } else { piece.strip_prefix(['n', 'r']).ok_or(Refusal::Damaged)? };
        base64.extend(piece.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    }
    let mut der = Zeroizing::new(vec![0; base64::decoded_len_estimate(base64.len())]);
    let length = STANDARD.decode_slice(base64.as_slice(), &mut der).map_err(|_| Refusal::Damaged)?;
    der.truncate(length);
    Ok(der)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Vec<u8> {
        let block = parse(text).unwrap_or_else(|refusal| panic!("{refusal:?}: {text}"));
        assert_eq!(block.kind, Kind::Spki);
        block.der.to_vec()
    }

    #[test]
    fn c02_line_ends_blanks_and_escapes_do_not_matter() {
        let lines = ["-----BEGIN PUBLIC KEY-----", "bm90", "cmVhbGx5", "-----END PUBLIC KEY-----"];
        for separator in ["\n", "\r\n", "\r", " \t\n  ", " ", "\\n", "\\r\\n", "\n\n", ""] {
            let text = lines.join(separator);
            assert_eq!(parsed(&text), b"notreally", "{separator:?}");
            assert_eq!(parsed(&format!("\u{feff}\"Bag Attributes: <none>\n{text}\" \r\n")), b"notreally");
        }
    }

    #[test]
    fn what_is_not_one_whole_block_is_refused() {
        let block = "-----BEGIN PUBLIC KEY-----\nbm90\n-----END PUBLIC KEY-----\n";
        for (text, refusal) in [
            (String::new(), Refusal::Empty),
            (" \r\n\t".into(), Refusal::Empty),
            ("MIIEvQ==".into(), Refusal::NotPem),
            ("secrets/apiclient_key.pem".into(), Refusal::NotPem),
            ("-----BEGIN PUBLIC KEY".into(), Refusal::CutOff),
            ("-----BEGIN PUBLIC KEY-----\nbm90\n".into(), Refusal::CutOff),
            ("-----BEGIN PUBLIC KEY-----\nbm90\n-----END PRIVATE KEY-----".into(), Refusal::CutOff),
            ("-----BEGIN PUBLIC KEY-----\nbm90\n-----END PUBLIC KEY".into(), Refusal::CutOff),
            (block.repeat(2), Refusal::SeveralBlocks),
            (block.replace("bm90", "bm9"), Refusal::Damaged),
            (block.replace("bm90", "bm-_"), Refusal::Damaged),
            (block.replace("bm90", "bm\\t90"), Refusal::Damaged),
            (block.replace("bm90", "Comment: x\n\nbm90"), Refusal::Damaged),
        ] {
            assert_eq!(parse(&text).err(), Some(refusal), "{text}");
        }
    }
}
