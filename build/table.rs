//! The operation table of a family: what the shared code, and the simulator, know of each operation.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::names::{constant_case, pascal_case};
use super::spec::{Document, Operation};
use super::{rates, rules, uploads};

pub(crate) fn emit(document: &Document) -> TokenStream {
    let rows = document.all_operations().map(row);
    let all = document.operations.iter().map(|operation| {
        let method = operation.method.to_uppercase();
        let constant = format_ident!("{}", constant_case(&operation.id));
        quote!((#method, &#constant))
    });
    quote! {
        pub(crate) mod operations {
            use super::rules;
            #[allow(unused_imports, reason = "only a family with uploads has forms")]
            use crate::rt::{Effect, Form, Made, Operation};

            #(#rows)*

            /// Those that are answered with JSON, with their methods.
            pub(crate) static ALL: &[(&str, &Operation)] = &[#(#all),*];
        }
    }
}

fn row(operation: &Operation) -> TokenStream {
    let constant = format_ident!("{}", constant_case(&operation.id));
    let id = &operation.id;
    let option = |name: &Option<String>| match name {
        Some(name) => quote!(Some(#name)),
        None => quote!(None),
    };
    let query_with = option(&operation.query_with);
    let idempotent_by = option(&operation.idempotent_by);
    let effect = format_ident!("{}", pascal_case(&operation.effect));
    let rate = rates::emit(operation.rate.as_deref());
    let host = option(&operation.host);
    let upload = match &operation.upload {
        Some(upload) => {
            let form = uploads::emit(upload);
            quote!(Some(&#form))
        }
        None => quote!(None),
    };
    let instead = operation.instead.iter().filter_map(|(role, name)| {
        let (role, (family, id)) = (format_ident!("{}", pascal_case(role)), name.split_once('.')?);
        Some(quote!((crate::Role::#role, #family, #id)))
    });
    let path = &operation.path;
    let parameters = rules::parameters(operation);
    let one_of = rules::groups(&operation.one_of);
    let body = match operation.body.as_ref().and_then(|body| rules::table(&body.ty)) {
        Some(table) => quote!(Some(&#table)),
        None => quote!(None),
    };
    quote! {
        pub(super) static #constant: Operation = Operation {
            id: #id,
            query_with: #query_with,
            effect: Effect::#effect,
            instead: &[#(#instead),*],
            rate: #rate,
            host: #host,
            idempotent_by: #idempotent_by,
            path: #path,
            parameters: rules::#parameters,
            one_of: #one_of,
            body: #body,
            upload: #upload,
        };
    }
}
