//! Ids of files that were uploaded before.

use serde::Serialize;

use super::text::text_value;

/// Id of a file that was uploaded to WeChat Pay (媒体文件标识).
///
/// ```
/// use wechatpay_sdk::MediaId;
///
/// let id = MediaId::new("jTpGmxUX3FBWVQ5NJTZvlKX_gdU4cRz7z5NxpnFuAujqTfDyTZgfGbaTXRzHSC6L");
/// assert!(id.as_str().starts_with("jTpGmx"));
/// ```
///
/// Text does not become an id by itself, so that a path or an address where an uploaded file is due does not compile:
///
/// ```compile_fail,E0277
/// let id: wechatpay_sdk::MediaId = "licence.png".into();
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schemars", schemars(description = "Id of a file that was uploaded before"))]
pub struct MediaId(String);

impl MediaId {
    /// The id that an upload answered with.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }
}

text_value!(MediaId);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_id_is_a_text_on_the_wire_and_is_shown() {
        let id: MediaId = serde_json::from_value(json!("6uqyGjGrCf2GtyXP8bxrbuH9")).unwrap();
        assert_eq!(id, MediaId::new(String::from("6uqyGjGrCf2GtyXP8bxrbuH9")));
        assert_eq!(serde_json::to_value(&id).unwrap(), "6uqyGjGrCf2GtyXP8bxrbuH9");
        assert_eq!(id.to_string(), id.as_str());
        assert_eq!(format!("{id:?}"), r#"MediaId("6uqyGjGrCf2GtyXP8bxrbuH9")"#);
    }

    #[test]
    fn what_is_no_text_is_no_id() {
        for wrong in [json!(null), json!(true), json!(["a"]), json!({ "media_id": "a" })] {
            assert!(serde_json::from_value::<MediaId>(wrong).is_err());
        }
    }
}
