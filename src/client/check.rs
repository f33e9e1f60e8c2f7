//! What is known offline about a request that WeChat Pay would refuse or mangle.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{FourByteCharacters, Validation};
use crate::rt::Operation;
use crate::rules::{self, Context, Offences, Rule};
use crate::{Error, Result};

/// Bodies are UTF-8 with at most three bytes a character; a fourth begins with one of these.
const FOUR_BYTE_LEAD: u8 = 0xF0;

#[derive(Clone, Copy, Debug)]
pub(super) struct Checks {
    pub(super) four_byte_characters: FourByteCharacters,
    pub(super) validation: Validation,
}

impl Checks {
    /// `fields` are the parts of a form beside the file and its meta, `offences` those that were found before the request was built.
    pub(super) fn request(
        self,
        request: &reqwest::Request,
        operation: &Operation,
        fields: &[(&str, String)],
        context: Context<'_>,
        mut offences: Offences,
    ) -> Result<()> {
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        if self.four_byte_characters == FourByteCharacters::Refuse {
            four_byte_characters(body, &mut offences);
        }
        if self.validation != Validation::Off {
            let path = if offences.break_path() { "" } else { request.url().path() };
            let mut given = parameters(path, request.url(), operation);
            given.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
            rules::check_parameters(operation.parameters, operation.one_of, &given, context, &mut offences);
            if let Some(rules) = operation.body {
                let body: Value = serde_json::from_slice(body).unwrap_or_default();
                rules::check_body(rules, &body, context, &mut offences);
            }
        }
        if offences.is_empty() {
            return Ok(());
        }
        if self.validation == Validation::Enforce || offences.are_certain() {
            return Err(Error::broken_rules(offences));
        }
        for offence in offences.into_found() {
            tracing::warn!(target: "wechatpay_sdk", operation = operation.id, %offence, "a documented rule is broken");
        }
        Ok(())
    }
}

/// The values of a request's path and query, decoded, by name.
fn parameters(path: &str, url: &reqwest::Url, operation: &Operation) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let segments = operation.path.split('/').zip(path.split('/'));
    let in_path = segments.filter_map(|(name, value)| {
        let name = name.strip_prefix('{')?.strip_suffix('}')?;
        Some((name.to_owned(), decode(value)))
    });
    in_path.chain(url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned()))).collect()
}

/// Where the body has such characters: as four bytes, or as the escape of a surrogate, which only
/// [`json_text`](crate::RawRequest::json_text) can bring.
fn four_byte_characters(body: &[u8], offences: &mut Offences) {
    let has_bytes = body.iter().any(|byte| *byte >= FOUR_BYTE_LEAD);
    let has_escape = body.windows(3).any(|part| matches!(part, [b'\\', b'u', b'd' | b'D']));
    if !has_bytes && !has_escape {
        return;
    }
    match serde_json::from_slice(body) {
        Ok(value) => find(&value, offences),
        Err(_) if has_bytes => offences.add(Rule::FourByteCharacter),
        Err(_) => {}
    }
}

fn find(value: &Value, offences: &mut Offences) {
    let is_wide = |text: &str| text.bytes().any(|byte| byte >= FOUR_BYTE_LEAD);
    match value {
        Value::String(text) if is_wide(text) => offences.add(Rule::FourByteCharacter),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                offences.within(index.to_string(), |offences| find(item, offences));
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                offences.within(name.clone(), |offences| match is_wide(name) {
                    true => offences.add(Rule::FourByteCharacter),
                    false => find(member, offences),
                });
            }
        }
        _ => {}
    }
}
