//! What an answer says of the money, read from the members that its spec names: `.progress()`, `.stage()` and `.check()`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::names::snake_case;
use super::spec::{Document, Property, Schema, Shape, Type};

pub(crate) fn emit(schema: &Schema, document: &Document, common: &Document) -> Option<TokenStream> {
    let name = format_ident!("{}", schema.name);
    let progress = schema.relations.progress.as_ref().map(|path| {
        let read = progress(schema, path, quote!(self), document, common);
        let doc = format!(" How far the money is, read from `{path}`.");
        quote! {
            #[doc = #doc]
            pub fn progress(&self) -> crate::Progress {
                #read
            }
        }
    });
    let stage = match schema.relations.stage.as_slice() {
        [state, description, collection] => {
            let parts = [state, description, collection].map(|path| text(schema, path, quote!(self), document, common));
            Some(quote! {
                /// Where the order stands: state, state description and collection state read together.
                pub fn stage(&self) -> crate::PayscoreStage {
                    crate::PayscoreStage::of(#(#parts),*)
                }
            })
        }
        _ => None,
    };
    let check = check(schema, document, common);
    if progress.is_none() && stage.is_none() && check.is_none() {
        return None;
    }
    Some(quote!(impl #name { #progress #stage #check }))
}

/// The comparison with the own order.
fn check(schema: &Schema, document: &Document, common: &Document) -> Option<TokenStream> {
    let paths = &schema.relations.check;
    let path = |key: &str| paths.iter().find(|(known, _)| known == key).map(|(_, path)| path.as_str());
    let text = |key: &str| match path(key) {
        Some(path) => text(schema, path, quote!(self), document, common),
        None => quote!(None),
    };
    let (number, sub_mchid, currency) = (text("number"), text("sub_mchid"), text("currency"));
    let total = value(schema, path("total")?, quote!(self), document, common);
    let listed: Vec<_> = paths.iter().map(|(_, path)| format!("`{path}`")).collect();
    let doc = format!(
        " Compares {} with what your own records say. Act on what comes out, not on what came in.",
        listed.join(", ")
    );
    Some(quote! {
        #[doc = #doc]
        ///
        /// # Errors
        ///
        /// [`Mismatch`](crate::ErrorKind::Mismatch) names all that differs or is missing.
        pub fn check(self, expected: &crate::Expected) -> crate::Result<crate::Checked<Self>> {
            let found = crate::Found { number: #number, total: #total.copied(), sub_mchid: #sub_mchid, currency: #currency };
            expected.compare(&found)?;
            Ok(crate::Checked::new(self))
        }
    })
}

/// An expression for the progress at the end of a path that the lints have followed.
fn progress(schema: &Schema, path: &str, on: TokenStream, document: &Document, common: &Document) -> TokenStream {
    let (first, rest) = split(path);
    let Some(property) = property(schema, first) else { return quote!(crate::Progress::Unrecognized) };
    let field = format_ident!("{}", snake_case(first));
    let inner = |on: TokenStream| match (rest, document.find(common, &property.ty)) {
        (Some(rest), Some(next)) => progress(next, rest, on, document, common),
        _ => quote!(#on.progress()),
    };
    if matches!(property.ty, Type::List(_)) {
        let of_item = inner(quote!(item));
        quote!(crate::Progress::of_all(#on.#field.iter().map(|item| #of_item)))
    } else if property.required {
        inner(quote!(#on.#field))
    } else {
        let of_value = inner(quote!(value));
        quote!(#on.#field.as_ref().map_or(crate::Progress::Unrecognized, |value| #of_value))
    }
}

/// An expression for the word at the end of a path: `Option<&str>`.
pub(crate) fn text(
    schema: &Schema,
    path: &str,
    on: TokenStream,
    document: &Document,
    common: &Document,
) -> TokenStream {
    let value = value(schema, path, on, document, common);
    quote!(#value.map(|word| word.as_str()))
}

/// An expression for the value at the end of a path: an `Option` of a reference.
fn value(schema: &Schema, path: &str, on: TokenStream, document: &Document, common: &Document) -> TokenStream {
    let (first, rest) = split(path);
    let Some(property) = property(schema, first) else { return quote!(None) };
    let field = format_ident!("{}", snake_case(first));
    let value = if property.required { quote!(Some(&#on.#field)) } else { quote!(#on.#field.as_ref()) };
    match (rest, document.find(common, &property.ty)) {
        (Some(rest), Some(next)) => {
            let of_value = self::value(next, rest, quote!(value), document, common);
            quote!(#value.and_then(|value| #of_value))
        }
        _ => value,
    }
}

fn split(path: &str) -> (&str, Option<&str>) {
    path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)))
}

fn property<'a>(schema: &'a Schema, name: &str) -> Option<&'a Property> {
    match &schema.shape {
        Shape::Object(properties) => properties.iter().find(|property| property.name == name),
        _ => None,
    }
}
