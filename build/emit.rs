//! Puts the parts of a family together and formats them.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::generate::Generated;
use super::names::snake_case;
use super::reach::{Component, Reach};
use super::spec::{Document, Location, Shape};
use super::{calls, client, decode, downloads, enums, launch, requests, rules, seal, states, structs};

/// The module of a family.
pub(crate) fn family(
    document: &Document,
    common: &Document,
    generated: &Generated,
    reach: &Reach,
) -> Result<String, String> {
    let info = document.root.get("info");
    let description = info.and_then(|info| info.text_at("description")).unwrap_or_default();
    // A family may have nothing but events yet.
    let (client, calls) = match document.operations.is_empty() {
        true => (TokenStream::new(), TokenStream::new()),
        false => (client::emit(generated)?, calls::emit(document, common, generated, description)?),
    };
    let types = types(document, common, generated, reach)?;
    let rules = rules::emit(document, common, reach);
    let shared = shared(document, common);
    format(document, quote!(#shared #client #calls #types #rules))
}

/// The module of `common.yaml`: the components that enabled families reach.
pub(crate) fn common(document: &Document, generated: &Generated, reach: &Reach) -> Result<String, String> {
    let types = types(document, document, generated, reach)?;
    let rules = rules::emit(document, document, reach);
    format(document, quote!(#types #rules))
}

/// The shared components that a family reaches, so that its users find all its types in its module.
fn shared(document: &Document, common: &Document) -> Option<TokenStream> {
    let reach = Reach::of_common(common, std::slice::from_ref(document));
    let mut names = Vec::new();
    for schema in common.schemas.iter().filter(|schema| reach.contains(&(true, schema.name.clone()))) {
        let ident = format_ident!("{}", schema.name);
        match &schema.shape {
            Shape::Scalar => {}
            Shape::Object(_) if reach.requests.contains(&(true, schema.name.clone())) => {
                let builder = format_ident!("{}Builder", schema.name);
                names.extend([ident, builder]);
            }
            _ => names.push(ident),
        }
    }
    (!names.is_empty()).then(|| quote!(#[doc(inline)] pub use crate::common::{#(#names),*};))
}

fn types(document: &Document, common: &Document, generated: &Generated, reach: &Reach) -> Result<TokenStream, String> {
    let sealed = seal::sealed(document, common);
    let mut emitted = TokenStream::new();
    for schema in &document.schemas {
        let component: Component = (document.is_common(), schema.name.clone());
        if !reach.contains(&component) {
            continue;
        }
        match &schema.shape {
            Shape::Scalar => {}
            Shape::Enum(words) => emitted.extend(enums::emit(&schema.name, &schema.description, words)),
            Shape::Object(properties) => {
                let item = generated
                    .structs
                    .get(&schema.name)
                    .ok_or_else(|| format!("the generator lost the component `{}`", schema.name))?;
                let fields = structs::fields(schema, properties, item)?;
                emitted.extend(structs::emit(schema, &fields));
                if reach.requests.contains(&component) {
                    emitted.extend(requests::emit(schema, &fields));
                    if sealed.contains(&schema.name) {
                        emitted.extend(seal::emit(&schema.name, &fields, document, common));
                    }
                }
                emitted.extend(states::emit(schema, document, common));
                emitted.extend(downloads::emit(schema, document, common));
                emitted.extend(launch::emit(schema));
                if reach.answers.contains(&component) {
                    emitted.extend(decode::emit(&schema.name, &fields));
                }
            }
        }
    }
    Ok(emitted)
}

/// One marker for each required value of all enabled families; one name, one type, so that the compiler prints it
/// without its path.
pub(crate) fn missing(documents: &[(&Document, Reach)]) -> Result<String, String> {
    let mut names = BTreeSet::new();
    for (document, reach) in documents {
        for operation in document.all_operations() {
            let parameters = operation.parameters.iter();
            let required = parameters.filter(|parameter| parameter.required && parameter.location != Location::Path);
            names.extend(required.map(|parameter| snake_case(&parameter.name)));
        }
        for schema in &document.schemas {
            if let Shape::Object(properties) = &schema.shape
                && reach.requests.contains(&(document.is_common(), schema.name.clone()))
            {
                let required = properties.iter().filter(|property| property.required);
                names.extend(required.map(|property| snake_case(&property.name)));
            }
        }
    }
    let markers = names.iter().map(|name| {
        let ident = format_ident!("{name}");
        let doc = format!(" The required value `{name}` is not set.");
        quote! {
            #[doc = #doc]
            #[derive(Clone, Copy, Debug)]
            pub struct #ident;
        }
    });
    unparse(quote!(#(#markers)*))
}

fn format(document: &Document, tokens: TokenStream) -> Result<String, String> {
    let header = format!(
        "// Generated by build.rs from {} and openapi/common.yaml with progenitor 0.15.1.\n\
         // Do not edit: edit the YAML.\n\n",
        document.name
    );
    Ok(header + &unparse(tokens)?)
}

pub(crate) fn unparse(tokens: TokenStream) -> Result<String, String> {
    let file = syn::parse2(tokens).map_err(|error| format!("the emitted code does not parse: {error}"))?;
    Ok(prettyplease::unparse(&file))
}
