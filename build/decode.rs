//! Readers of what WeChat Pay sends: tolerant of nulls, gaps and news, strict about the point of the call.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::structs::Field;

pub(crate) fn emit(name: &str, fields: &[Field<'_>]) -> TokenStream {
    let name = format_ident!("{name}");
    let reads = fields.iter().map(|field| {
        let ident = &field.ident;
        let wire = &field.property.name;
        if field.is_option() {
            quote!(#ident: object.optional(#wire)?,)
        } else if field.is_list() && !field.property.required {
            quote!(#ident: object.list(#wire)?,)
        } else {
            quote!(#ident: object.required(#wire)?,)
        }
    });
    quote! {
        impl crate::rt::Decode for #name {
            fn decode(value: ::serde_json::Value) -> Result<Self, crate::rt::DecodeError> {
                let mut object = crate::rt::Object::read(value)?;
                Ok(Self { #(#reads)* extra: object.rest() })
            }
        }

        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::rt::deserialize(deserializer)
            }
        }
    }
}
