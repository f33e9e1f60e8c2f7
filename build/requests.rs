//! Builders of request bodies: a missing required field is a compile error that names it.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::docs;
use super::scope;
use super::spec::{Schema, Type};
use super::structs::Field;

/// How a value of a type goes into a setter: the argument's type, and the expression that makes the field's value.
pub(crate) struct Argument {
    pub(crate) ty: TokenStream,
    pub(crate) value: TokenStream,
}

impl Argument {
    /// The value of a field that holds an `Option`, made of an argument that is one.
    pub(crate) fn optional(&self, name: &Ident) -> TokenStream {
        let value = &self.value;
        if *name == value.to_string() { quote!(#name) } else { quote!(#name.map(|#name| #value)) }
    }
}

/// `&str`, nested builders and enums' words go in as they are; money and flags only as what they are, because
/// `impl Into<i64>` would take `true`.
pub(crate) fn argument(ty: &Type, name: &Ident) -> Argument {
    let into = |target: TokenStream| Argument { ty: quote!(impl Into<#target>), value: quote!(#name.into()) };
    match ty {
        Type::Text => into(quote!(String)),
        Type::Integer => Argument { ty: quote!(i64), value: quote!(#name) },
        Type::Boolean => Argument { ty: quote!(bool), value: quote!(#name) },
        Type::Any => into(quote!(::serde_json::Value)),
        Type::Sensitive | Type::Ciphertext => into(path(ty)),
        Type::JsonText(inside) => {
            let Argument { ty, value } = argument(inside, name);
            Argument { ty, value: quote!(crate::types::JsonText::from(#value)) }
        }
        Type::Component { .. } => into(path(ty)),
        Type::List(item) => match item.as_ref() {
            Type::Integer | Type::Boolean | Type::List(_) => {
                let item = path(item);
                Argument {
                    ty: quote!(impl IntoIterator<Item = #item>),
                    value: quote!(#name.into_iter().collect::<Vec<_>>()),
                }
            }
            item => {
                let item = path(item);
                Argument {
                    ty: quote!(impl IntoIterator<Item = impl Into<#item>>),
                    value: quote!(#name.into_iter().map(Into::into).collect::<Vec<_>>()),
                }
            }
        },
    }
}

/// The Rust type of a spec type, seen from its own module.
pub(crate) fn path(ty: &Type) -> TokenStream {
    match ty {
        Type::Text => quote!(String),
        Type::Integer => quote!(i64),
        Type::Boolean => quote!(bool),
        Type::Any => quote!(::serde_json::Value),
        Type::JsonText(inside) => {
            let inside = path(inside);
            quote!(crate::types::JsonText<#inside>)
        }
        Type::Sensitive => quote!(crate::types::Sensitive),
        Type::Ciphertext => quote!(crate::types::Ciphertext),
        Type::List(item) => {
            let item = path(item);
            quote!(Vec<#item>)
        }
        Type::Component { common, name } => {
            let ident = format_ident!("{name}");
            if super::lint::schemas::SCALARS.contains(&name.as_str()) {
                quote!(crate::types::#ident)
            } else if *common {
                quote!(crate::common::#ident)
            } else {
                quote!(#ident)
            }
        }
    }
}

pub(crate) fn emit(schema: &Schema, fields: &[Field<'_>]) -> TokenStream {
    let name = format_ident!("{}", schema.name);
    let builder = format_ident!("{}Builder", schema.name);
    let required: Vec<&Field<'_>> = fields.iter().filter(|field| field.property.required).collect();
    let states: Vec<Ident> = (0..required.len()).map(|index| format_ident!("S{index}")).collect();
    let missing = required.iter().map(|field| {
        let ident = &field.ident;
        quote!(crate::required::missing::#ident)
    });
    let setters = fields.iter().map(|field| {
        let at = required.iter().position(|other| other.ident == field.ident);
        setter(field, at, &builder, &states)
    });
    let values = fields.iter().map(|field| (field.property.name.as_str(), &field.property.ty, field.property.required));
    let names: Vec<Ident> = required.iter().map(|field| field.ident.clone()).collect();
    let scope = scope::emit(values, &builder, &names, &states);
    let title = format!(" Builds a [`{name}`]; `build` exists once every required field is given.");
    let begin = format!(" Begins a [`{name}`].");
    quote! {
        impl #name {
            #[doc = #begin]
            pub fn builder() -> #builder {
                #builder(crate::rt::Blank::blank(), ::std::marker::PhantomData)
            }
        }

        #[doc = #title]
        #[must_use = "a builder does nothing until its value is sent"]
        #[derive(Clone)]
        pub struct #builder<#(#states = #missing),*>(#name, ::std::marker::PhantomData<(#(#states,)*)>);

        impl<#(#states),*> #builder<#(#states),*> {
            #(#setters)*

            #scope

            /// Adds a member that the specification lacks, or takes the place of one that it has. It is sent and signed
            /// like every other.
            pub fn extra(mut self, name: impl Into<String>, value: impl Into<::serde_json::Value>) -> Self {
                self.0.extra.insert(name.into(), value.into());
                self
            }

            /// The finished value.
            pub fn build(self) -> #name
            where
                #(#states: crate::required::IsGiven,)*
            {
                self.0
            }
        }

        impl<#(#states),*> From<#builder<#(#states),*>> for #name
        where
            #(#states: crate::required::IsGiven,)*
        {
            fn from(builder: #builder<#(#states),*>) -> Self {
                builder.0
            }
        }

        impl<#(#states),*> ::std::fmt::Debug for #builder<#(#states),*> {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                self.0.fmt(f)
            }
        }
    }
}

/// `at` is the position among the required fields.
fn setter(field: &Field<'_>, at: Option<usize>, builder: &Ident, states: &[Ident]) -> TokenStream {
    let ident = &field.ident;
    let description = docs::attributes(&docs::with_limits(&field.property.description, &field.property.limits));
    let mut argument = argument(&field.property.ty, ident);
    if is_boxed(&field.ty) {
        let value = argument.value;
        argument.value = quote!(Box::new(#value));
    }
    let optional = argument.optional(ident);
    let Argument { ty, value } = argument;
    if let Some(at) = at {
        let after = given(states, at);
        return quote! {
            #description
            pub fn #ident(mut self, #ident: #ty) -> #builder<#(#after),*> {
                self.0.#ident = #value;
                #builder(self.0, ::std::marker::PhantomData)
            }
        };
    }
    let (maybe, maybe_doc) = self::maybe(ident);
    // An absent list is an empty one.
    let (value, optional) = match field.is_list() {
        true => (value, quote!(#optional.unwrap_or_default())),
        false => (quote!(Some(#value)), optional),
    };
    quote! {
        #description
        pub fn #ident(mut self, #ident: #ty) -> Self {
            self.0.#ident = #value;
            self
        }

        #maybe_doc
        pub fn #maybe(mut self, #ident: Option<#ty>) -> Self {
            self.0.#ident = #optional;
            self
        }
    }
}

/// The state of a builder or call whose required value number `at` was just given.
pub(crate) fn given(states: &[Ident], at: usize) -> Vec<TokenStream> {
    let state = |(index, state): (usize, &Ident)| match index == at {
        true => quote!(crate::required::Given),
        false => quote!(#state),
    };
    states.iter().enumerate().map(state).collect()
}

/// Name and docs of the setter that takes an `Option`.
pub(crate) fn maybe(ident: &Ident) -> (Ident, TokenStream) {
    let doc = format!(" The same as [`{ident}`](Self::{ident}), from an `Option`.");
    (format_ident!("maybe_{}", ident.to_string().trim_end_matches('_')), quote!(#[doc = #doc]))
}

/// progenitor boxes what would otherwise contain itself.
fn is_boxed(ty: &syn::Type) -> bool {
    let text = quote!(#ty).to_string().replace(' ', "");
    text.starts_with("::std::boxed::Box") || text.starts_with("::std::option::Option<::std::boxed::Box")
}
