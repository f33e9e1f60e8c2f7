//! Answers that tell where a file is: each has a file.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::names::{constant_case, snake_case};
use super::spec::{Document, Location, Operation, Schema, Shape, template_names};
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
        let continued = member("continued_by").map(|call| quote!(.continued_by(#call)));
        match member("hash") {
            Some(_) => quote!(crate::FileSource::answered(#url, #hash_type, #hash)#sealed),
            None => quote!(crate::FileSource::without_hash(#url)#continued),
        }
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
pub(crate) fn is_right(schema: &Schema, document: &Document) -> bool {
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
        ["url"] | ["url", "hash_type", "hash"] => true,
        ["url", "continued_by"] => {
            let call = file.iter().find(|(key, _)| key == "continued_by").map(|(_, call)| call);
            document.files.iter().any(|file| file.continues && Some(&file.id) == call)
        }
        ["url", "hash_type", "hash", "sequence", "key", "nonce"] => {
            file.iter().skip(3).all(|(_, name)| required(name) == Some(true))
        }
        _ => false,
    };
    is_known && file.iter().filter(|(key, _)| key != "continued_by").all(|(_, name)| required(name).is_some())
}

/// The headers that can prove a file, and what each is for the shared code.
pub(crate) const PROVING: [(&str, &str); 2] = [("Wechatpay-Statement-Sha1", "SignedSha1"), ("SM3-Digest", "Sm3")];

/// Whether the call of a file has more values than those of its path, so that it has setters.
pub(crate) fn has_values(operation: &Operation) -> bool {
    operation.continues || operation.parameters.iter().any(|parameter| parameter.location != Location::Path)
}

/// The address of an operation's file, begun; what is to prove it is known with it.
pub(crate) fn address(operation: &Operation, core: &TokenStream, begin: &TokenStream) -> TokenStream {
    let constant = format_ident!("{}", constant_case(&operation.id));
    let header = operation.proven_by.as_ref();
    let proving = PROVING.iter().find(|(name, _)| header.is_some_and(|header| header == name)).map(|(_, proving)| {
        let proving = format_ident!("{proving}");
        quote!(.proven_by(crate::rt::Proving::#proving))
    });
    quote!(crate::rt::FileAddress::new(&#core, &operations::#constant).#begin #proving)
}

/// The call of a file whose values all stand in the path.
pub(crate) fn method(operation: &Operation) -> TokenStream {
    let name = format_ident!("{}", snake_case(&operation.id));
    let description = docs::searchable(&docs::operation(operation), &operation.description);
    let names = template_names(&operation.path);
    let idents: Vec<_> = names.iter().map(|name| format_ident!("{}", snake_case(name))).collect();
    let begin = quote!(path(&[#((#names, #idents.as_ref().to_owned())),*]));
    let address = address(operation, &quote!(self.client.inner), &begin);
    quote! {
        #description
        pub fn #name(&self, #(#idents: impl AsRef<str>),*) -> crate::Download {
            #address.download()
        }
    }
}
