//! Enums that stay open: a word this version does not know is kept, never an error.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::docs;
use super::names::pascal_case;
use super::relations::Word;

/// The enum and everything a user does with it.
pub(crate) fn emit(name: &str, description: &str, known: &[Word]) -> TokenStream {
    let text = name;
    let name = format_ident!("{name}");
    let variant_docs = known.iter().map(|word| docs::attributes(&meaning(description, &word.text)));
    let description = docs::searchable(description, description);
    let variants: Vec<Ident> = known.iter().map(|word| format_ident!("{}", word.name)).collect();
    let words: Vec<&str> = known.iter().map(|word| word.text.as_str()).collect();
    let progress = progress(&name, known);
    quote! {
        #description
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#variant_docs #variants,)*
            /// A word that this version of the SDK does not know.
            Unrecognized(String),
        }

        impl #name {
            /// The word on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#variants => #words,)*
                    Self::Unrecognized(word) => word,
                }
            }
        }

        #progress

        impl From<&str> for #name {
            fn from(word: &str) -> Self {
                match word {
                    #(#words => Self::#variants,)*
                    other => Self::Unrecognized(other.to_owned()),
                }
            }
        }

        impl From<String> for #name {
            fn from(word: String) -> Self {
                match Self::from(word.as_str()) {
                    Self::Unrecognized(_) => Self::Unrecognized(word),
                    known => known,
                }
            }
        }

        impl ::std::fmt::Display for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::rt::deserialize(deserializer)
            }
        }

        impl crate::rt::Decode for #name {
            fn decode(value: ::serde_json::Value) -> Result<Self, crate::rt::DecodeError> {
                String::decode(value).map(Self::from)
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for #name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                #text.into()
            }

            fn schema_id() -> ::std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", #text).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                // The set of words is open, so they are examples and not the only ones.
                ::schemars::json_schema!({ "type": "string", "examples": [#(#words),*] })
            }
        }

        impl crate::rt::Blank for #name {
            fn blank() -> Self {
                Self::Unrecognized(String::new())
            }
        }
    }
}

/// What the words mean for the money, where the spec says so.
fn progress(name: &Ident, words: &[Word]) -> Option<TokenStream> {
    let states: Vec<Ident> = words
        .iter()
        .map(|word| Some(format_ident!("{}", pascal_case(word.state.as_deref()?))))
        .collect::<Option<_>>()?;
    let variants = words.iter().map(|word| format_ident!("{}", word.name));
    Some(quote! {
        impl #name {
            /// What this word means for the money.
            pub fn progress(&self) -> crate::Progress {
                match self {
                    #(Self::#variants => crate::Progress::#states,)*
                    Self::Unrecognized(_) => crate::Progress::Unrecognized,
                }
            }
        }
    })
}

/// What the description's list says of a word, as `` - `CREATED`: waits for the user to confirm``.
fn meaning(description: &str, word: &str) -> String {
    let start = format!("- `{word}`: ");
    match description.lines().find_map(|line| line.trim().strip_prefix(&start)) {
        Some(meaning) => format!("`{word}`: {meaning}"),
        None => format!("`{word}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_says_what_the_list_of_the_enum_says_of_its_word() {
        let description = "State.\n\n- `DONE`: paid; final\n- `OPEN`: not yet\n\n「状态」";
        assert_eq!(meaning(description, "DONE"), "`DONE`: paid; final");
        assert_eq!(meaning(description, "NEW"), "`NEW`");
    }
}
