//! What is known offline about a request that WeChat Pay would refuse or mangle.

use serde_json::Value;

use super::FourByteCharacters;
use crate::{Error, MchId, Result};

/// Bodies are UTF-8 with at most three bytes a character; a fourth begins with one of these.
const FOUR_BYTE_LEAD: u8 = 0xF0;
const OWN_NUMBER: [&str; 2] = ["mchid", "sp_mchid"];

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Checks {
    pub(super) four_byte_characters: FourByteCharacters,
    pub(super) mchid: bool,
}

impl Checks {
    pub(super) fn request(self, mchid: Option<&MchId>, request: &reqwest::Request) -> Result<()> {
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        if self.four_byte_characters == FourByteCharacters::Refuse
            && let Some(place) = wide(body)
        {
            return Err(Error::request(format!(
                "{place} holds a character outside the Basic Multilingual Plane, such as an emoji, which WeChat Pay does \
                 not support"
            )));
        }
        if self.mchid
            && let Some(mchid) = mchid
        {
            let object: Value = serde_json::from_slice(body).unwrap_or_default();
            let in_body = OWN_NUMBER.iter().filter_map(|name| Some((*name, object.get(name)?.as_str()?.to_owned())));
            let in_query = request
                .url()
                .query_pairs()
                .filter_map(|(name, value)| Some((*OWN_NUMBER.iter().find(|own| **own == name)?, value.into_owned())));
            for (name, value) in in_body.chain(in_query) {
                if value != mchid.as_str() {
                    return Err(Error::request(format!("`{name}` is not the merchant {mchid} that signs the request")));
                }
            }
        }
        Ok(())
    }
}

/// Where the body has such a character: as four bytes, or as the escape of a surrogate, which only
/// [`json_text`](crate::RawRequest::json_text) can bring.
fn wide(body: &[u8]) -> Option<String> {
    fn find(value: &Value, pointer: &mut String) -> bool {
        let is_wide = |text: &str| text.bytes().any(|byte| byte >= FOUR_BYTE_LEAD);
        let length = pointer.len();
        let within = |name: &str, value: &Value, pointer: &mut String| {
            pointer.push('/');
            pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
            let is_found = is_wide(name) || find(value, pointer);
            if !is_found {
                pointer.truncate(length);
            }
            is_found
        };
        match value {
            Value::String(text) => is_wide(text),
            Value::Array(items) => {
                items.iter().enumerate().any(|(index, item)| within(&index.to_string(), item, pointer))
            }
            Value::Object(members) => members.iter().any(|(name, member)| within(name, member, pointer)),
            _ => false,
        }
    }
    let has_bytes = body.iter().any(|byte| *byte >= FOUR_BYTE_LEAD);
    let has_escape = body.windows(3).any(|part| matches!(part, [b'\\', b'u', b'd' | b'D']));
    if !has_bytes && !has_escape {
        return None;
    }
    let mut pointer = String::new();
    match serde_json::from_slice(body) {
        Ok(value) if find(&value, &mut pointer) && !pointer.is_empty() => Some(format!("the field `{pointer}`")),
        _ => has_bytes.then(|| "the body".to_owned()),
    }
}
