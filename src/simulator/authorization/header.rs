//! The parts of an Authorization header.

use std::fmt;

/// The only scheme of merchants with RSA keys.
const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048";
/// How much of a nonce or signature people get to see, in characters.
const SHOWN: usize = 6;

/// Who sends a request, and how it is signed: the five parameters, as they stand in the header.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::simulator) struct Credentials<'h> {
    pub(super) mchid: &'h str,
    pub(super) nonce_str: &'h str,
    pub(super) timestamp: &'h str,
    pub(super) serial_no: &'h str,
    pub(super) signature: &'h str,
}

impl<'h> Credentials<'h> {
    /// Reads `WECHATPAY2-SHA256-RSA2048 mchid="…",nonce_str="…",timestamp="…",serial_no="…",signature="…"`, the
    /// parameters in any order. The error says what is wrong and quotes nothing secret.
    pub(in crate::simulator) fn parse(header: &'h str) -> Result<Self, String> {
        let Some((scheme, parameters)) = header.split_once(' ') else {
            return Err(format!("Authorization must be \"{SCHEME}\", one space, and five parameters"));
        };
        if scheme != SCHEME {
            return Err(format!("the scheme of Authorization must be {SCHEME}"));
        }
        let mut found = [const { None }; NAMES.len()];
        let mut rest = parameters;
        loop {
            let (name, value, after) = parameter(rest)?;
            let place = NAMES.iter().position(|known| *known == name);
            let Some(slot) = place.and_then(|place| found.get_mut(place)) else {
                return Err(format!("Authorization has a parameter of another name than {}", NAMES.join(", ")));
            };
            if slot.replace(value).is_some() {
                return Err(format!("Authorization has the parameter {name} more than once"));
            }
            match after.strip_prefix(',') {
                Some(next) => rest = next,
                None if after.is_empty() => break,
                None => return Err("the parameters of Authorization are separated by commas, without spaces".into()),
            }
        }
        let missing = |name: &str| format!("Authorization lacks the parameter {name}");
        let [mchid, nonce_str, timestamp, serial_no, signature] = found;
        let credentials = Self {
            mchid: mchid.ok_or_else(|| missing("mchid"))?,
            nonce_str: nonce_str.ok_or_else(|| missing("nonce_str"))?,
            timestamp: timestamp.ok_or_else(|| missing("timestamp"))?,
            serial_no: serial_no.ok_or_else(|| missing("serial_no"))?,
            signature: signature.ok_or_else(|| missing("signature"))?,
        };
        match credentials.nonce_str {
            "" => Err("the parameter nonce_str of Authorization is empty".to_owned()),
            _ => Ok(credentials),
        }
    }
}

const NAMES: [&str; 5] = ["mchid", "nonce_str", "timestamp", "serial_no", "signature"];

/// Splits `name="value"` from what follows it.
fn parameter(text: &str) -> Result<(&str, &str, &str), String> {
    if text.starts_with(' ') || text.is_empty() {
        return Err("the parameters of Authorization are separated by one comma, without spaces".to_owned());
    }
    let quoted = |text| Err(format!("{text} of Authorization must be written as name=\"value\""));
    let Some((name, rest)) = text.split_once('=') else { return quoted("a parameter") };
    let Some(rest) = rest.strip_prefix('"') else { return quoted("each parameter") };
    let Some((value, after)) = rest.split_once('"') else { return quoted("each parameter") };
    if value.contains('\\') {
        return Err("the parameters of Authorization hold no backslash".to_owned());
    }
    Ok((name, value, after))
}

/// The header for people: nonce and signature are cut.
impl fmt::Display for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mchid, nonce_str, timestamp, serial_no, signature } = self;
        let (nonce_str, signature) = (cut(nonce_str), cut(signature));
        write!(
            f,
            "{SCHEME} mchid=\"{mchid}\",nonce_str=\"{nonce_str}\",timestamp=\"{timestamp}\",\
             serial_no=\"{serial_no}\",signature=\"{signature}\""
        )
    }
}

fn cut(secret: &str) -> String {
    let shown: String = secret.chars().take(SHOWN).collect();
    format!("{shown}… ({} characters)", secret.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RIGHT: &str = "WECHATPAY2-SHA256-RSA2048 mchid=\"1\",nonce_str=\"n\",timestamp=\"2\",serial_no=\"A\",\
                         signature=\"cw==\"";

    #[test]
    fn the_five_parameters_are_read_in_any_order() {
        let expected =
            Credentials { mchid: "1", nonce_str: "n", timestamp: "2", serial_no: "A", signature: "cw==" };
        assert!(Credentials::parse(RIGHT) == Ok(expected));
        let turned = "WECHATPAY2-SHA256-RSA2048 signature=\"cw==\",serial_no=\"A\",timestamp=\"2\",nonce_str=\"n\",\
                      mchid=\"1\"";
        assert!(Credentials::parse(turned) == Ok(expected));
    }

    #[test]
    fn any_other_header_is_refused_with_the_reason() {
        let cases = [
            ("", "one space"),
            ("WECHATPAY2-SHA256-RSA2048", "one space"),
            ("WECHATPAY2-SHA256-RSA2048 ", "without spaces"),
            (&RIGHT.replace("RSA2048 ", "RSA2048  "), "without spaces"),
            (&RIGHT.replace("WECHATPAY2", "wechatpay2"), "scheme"),
            (&RIGHT.replace("WECHATPAY2-SHA256-RSA2048", "Bearer"), "scheme"),
            (&RIGHT.replace("\",n", "\", n"), "without spaces"),
            (&RIGHT.replace("\",n", "\";n"), "separated by commas"),
            (&RIGHT.replace("mchid=\"1\",", ""), "lacks the parameter mchid"),
            (&RIGHT.replace("nonce_str=\"n\",", ""), "lacks the parameter nonce_str"),
            (&RIGHT.replace("nonce_str=\"n\"", "nonce_str=\"\""), "nonce_str of Authorization is empty"),
            (&RIGHT.replace("mchid=\"1\"", "mchid=1"), "name=\"value\""),
            (&RIGHT.replace("cw==\"", "cw=="), "name=\"value\""),
            (&RIGHT.replace("mchid", "brand_id"), "another name"),
            (&RIGHT.replace("serial_no", "mchid"), "mchid more than once"),
            (&format!("{RIGHT},"), "without spaces"),
            (&format!("{RIGHT} "), "separated by commas"),
            (&RIGHT.replace("\"n\"", "\"n\\\""), "no backslash"),
        ];
        for (header, reason) in cases {
            let error = Credentials::parse(header).err().unwrap_or_else(|| panic!("accepted: {header}"));
            assert!(error.contains(reason), "{header}: {error}");
        }
    }

    #[test]
    fn people_see_neither_nonce_nor_signature_in_full() {
        let header = RIGHT.replace("\"n\"", "\"0123456789\"").replace("cw==", "c2lnbmF0dXJl");
        let shown = Credentials::parse(&header).unwrap_or_else(|error| panic!("{error}")).to_string();
        assert_eq!(
            shown,
            "WECHATPAY2-SHA256-RSA2048 mchid=\"1\",nonce_str=\"012345… (10 characters)\",timestamp=\"2\",\
             serial_no=\"A\",signature=\"c2lnbm… (12 characters)\""
        );
    }
}
