//! Times as WeChat Pay writes them: the text is kept exactly, because its offset and precision mean something.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::rt::{Blank, Decode, DecodeError, deserialize};

macro_rules! time_text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
        pub struct $name(String);

        impl $name {
            /// The text on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserialize(deserializer)
            }
        }

        impl Decode for $name {
            fn decode(value: Value) -> Result<Self, DecodeError> {
                String::decode(value).map(Self)
            }
        }

        impl Blank for $name {
            fn blank() -> Self {
                Self(String::new())
            }
        }
    };
}

time_text! {
    /// Point in time as RFC 3339 with its offset, such as `2018-06-08T10:34:56+08:00`.
    Rfc3339Time
}

time_text! {
    /// Beijing time as `yyyyMMddHHmmss` or `yyyyMMdd`; as a start time also `OnAccept`.
    PayscoreTime
}

time_text! {
    /// Day in Beijing as `yyyyMMdd`.
    PayscoreDate
}
