//! Answers that tell where a file is: each has a file.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::names::snake_case;
use super::spec::{Document, Operation, Schema, Shape, template_names};
use super::{docs, states};

pub(crate) fn emit(schema: &Schema, document: &Document, common: &Document) -> Option<TokenStream> {
    let name = format_ident!("{}", schema.name);
    let file = &schema.relations.download;
    let member = |key: &str| file.iter().find(|(known, _)| known == key).map(|(_, path)| path.as_str());
    let field = |path: &str| format_ident!("{}", snake_case(path));
    let source = if let (Some(parts), Some(count)) = (member("parts"), member("count")) {
        let (parts, count) = (field(parts), field(count));
        quote!(crate::FileSource::joined(self.#count, self.#parts.iter().map(crate::HasFile::file)))
    } else {
        let text = |key: &str| match member(key) {
            Some(path) => states::text(schema, path, quote!(self), document, common),
            None => quote!(None),
        };
        member("url")?;
        let (url, hash_type, hash) = (text("url"), text("hash_type"), text("hash"));
        let sealed = match (member("sequence"), member("key"), member("nonce")) {
            (Some(sequence), Some(key), Some(nonce)) => {
                let (sequence, key, nonce) = (field(sequence), field(key), field(nonce));
                quote!(.sealed(self.#sequence, &self.#key, &self.#nonce))
            }
            _ => TokenStream::new(),
        };
        quote!(crate::FileSource::answered(#url, #hash_type, #hash)#sealed)
    };
    Some(quote! {
        impl crate::HasFile for #name {
            fn file(&self) -> crate::FileSource {
                #source
            }
        }
    })
}

/// Whether every member that a component's `x-download` names is there, and is what it has to be.
pub(crate) fn is_right(schema: &Schema) -> bool {
    let file = &schema.relations.download;
    let required = |name: &str| match &schema.shape {
        Shape::Object(properties) => {
            properties.iter().find(|property| property.name == name).map(|found| found.required)
        }
        _ => None,
    };
    let keys: Vec<&str> = file.iter().map(|(key, _)| key.as_str()).collect();
    let is_known = match keys.as_slice() {
        ["parts", "count"] => file.iter().any(|(key, name)| key == "count" && required(name) == Some(true)),
        ["url", "hash_type", "hash"] => true,
        ["url", "hash_type", "hash", "sequence", "key", "nonce"] => {
            file.iter().skip(3).all(|(_, name)| required(name) == Some(true))
        }
        _ => false,
    };
    is_known && file.iter().all(|(_, name)| required(name).is_some())
}

/// The call of a file that has an address of its own: one whose values all stand in the path.
pub(crate) fn method(operation: &Operation) -> TokenStream {
    let name = format_ident!("{}", snake_case(&operation.id));
    let description = docs::searchable(&docs::operation(operation), &operation.description);
    let path = &operation.path;
    let names = template_names(path);
    let idents: Vec<_> = names.iter().map(|name| format_ident!("{}", snake_case(name))).collect();
    quote! {
        #description
        pub fn #name(&self, #(#idents: impl AsRef<str>),*) -> crate::Download {
            let path = crate::rt::path(#path, &[#((#names, #idents.as_ref())),*]);
            crate::Download::of_operation(&self.client.inner, path)
        }
    }
}
