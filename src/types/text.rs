//! What all values that are a text have in common: the text is kept exactly as it was given or received.

/// Shows and reads a struct around a `String`.
macro_rules! text_value {
    ($name:ident) => {
        impl $name {
            /// The text on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::rt::deserialize(deserializer)
            }
        }

        impl $crate::rt::Decode for $name {
            fn decode(value: ::serde_json::Value) -> Result<Self, $crate::rt::DecodeError> {
                <String as $crate::rt::Decode>::decode(value).map(Self)
            }
        }

        impl $crate::rt::Blank for $name {
            fn blank() -> Self {
                Self(String::new())
            }
        }
    };
}

pub(super) use text_value;
