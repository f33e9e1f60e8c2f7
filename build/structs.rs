//! Objects as structs: fields in the order of the spec, `extra` for the rest, and a `Debug` that keeps secrets.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ItemStruct;

use super::docs;
use super::names::snake_case;
use super::requests::path;
use super::spec::{Property, Schema, Type};

/// A field of the generated struct together with its property in the spec.
pub(crate) struct Field<'a> {
    pub(crate) property: &'a Property,
    pub(crate) ident: Ident,
    /// The type progenitor chose, with `Option`, `Vec` and `Box` as needed.
    pub(crate) ty: syn::Type,
}

impl Field<'_> {
    pub(crate) fn is_list(&self) -> bool {
        matches!(self.property.ty, Type::List(_))
    }

    /// Absent means `None`; an optional list is an empty `Vec` instead.
    pub(crate) fn is_option(&self) -> bool {
        !self.property.required && !self.is_list()
    }
}

/// Pairs properties with the fields progenitor made of them.
pub(crate) fn fields<'a>(
    schema: &Schema,
    properties: &'a [Property],
    generated: &ItemStruct,
) -> Result<Vec<Field<'a>>, String> {
    properties
        .iter()
        .map(|property| {
            let name = snake_case(&property.name);
            let field = generated
                .fields
                .iter()
                .find(|field| field.ident.as_ref().is_some_and(|ident| ident == &name))
                .ok_or_else(|| format!("the generator lost the field `{}` of `{}`", property.name, schema.name))?;
            let ty = match &property.ty {
                // The generator sees a text; what is in it is ours.
                Type::JsonText(_) if property.required => syn::parse2(path(&property.ty)),
                Type::JsonText(_) => {
                    let ty = path(&property.ty);
                    syn::parse2(quote!(Option<#ty>))
                }
                _ => Ok(field.ty.clone()),
            };
            let ty = ty.map_err(|error| format!("the type of `{}` does not parse: {error}", property.name))?;
            Ok(Field { property, ident: format_ident!("{name}"), ty })
        })
        .collect()
}

/// The struct, its `Debug` and its blank value.
pub(crate) fn emit(schema: &Schema, fields: &[Field<'_>]) -> TokenStream {
    let name = format_ident!("{}", schema.name);
    let description = docs::searchable(&docs::component(schema), &schema.description);
    let members = fields.iter().map(|field| {
        let Field { property, ident, ty } = field;
        let description = docs::attributes(&property.description);
        let wire = &property.name;
        let rename = (ident != wire).then(|| quote!(#[cfg_attr(feature = "schemars", schemars(rename = #wire))]));
        let default = (field.is_list() && !property.required)
            .then(|| quote!(#[cfg_attr(feature = "schemars", schemars(default))]));
        quote!(#description #rename #default pub #ident: #ty,)
    });
    let writes = fields.iter().map(|field| {
        let Field { property, ident, .. } = field;
        let wire = &property.name;
        if field.is_option() {
            quote!(.optional(#wire, &self.#ident)?)
        } else if field.is_list() && !property.required {
            quote!(.list(#wire, &self.#ident)?)
        } else {
            quote!(.required(#wire, &self.#ident)?)
        }
    });
    let debug = debug(&schema.name, fields);
    let blanks = fields.iter().map(|field| {
        let ident = &field.ident;
        quote!(#ident: crate::rt::Blank::blank(),)
    });
    quote! {
        #description
        #[derive(Clone, PartialEq)]
        #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
        #[non_exhaustive]
        pub struct #name {
            #(#members)*
            /// Members that this version of the SDK does not know, as they came or as they are to be sent.
            #[cfg_attr(feature = "schemars", schemars(flatten))]
            pub extra: crate::Extra,
        }

        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                crate::rt::Members::new(serializer, &self.extra)? #(#writes)* .finish()
            }
        }

        impl ::std::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                #debug
            }
        }

        impl crate::rt::Blank for #name {
            fn blank() -> Self {
                Self { #(#blanks)* extra: crate::rt::Blank::blank() }
            }
        }
    }
}

fn debug(name: &str, fields: &[Field<'_>]) -> TokenStream {
    let lines = fields.iter().map(|field| {
        let Field { property, ident, .. } = field;
        let wire = &property.name;
        // What an untyped member holds is as unknown as a member that the spec lacks.
        let is_hidden = property.marks.personal || property.ty == Type::Any;
        match (is_hidden, field.is_option()) {
            (true, true) => quote!(.hidden(#wire, self.#ident.is_some())),
            (true, false) => quote!(.hidden(#wire, true)),
            (false, true) => quote!(.optional(#wire, &self.#ident)),
            (false, false) => quote!(.field(#wire, &self.#ident)),
        }
    });
    quote!(crate::rt::Fields::new(f, #name) #(#lines)* .finish(&self.extra))
}
