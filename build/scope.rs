//! `.scope(&partner)`: the numbers of a partner and its sub-merchant, given in one call.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::names::snake_case;
use super::requests::{given, maybe};
use super::spec::Type;

/// What a scope holds. It may be without the last one, which therefore stays with the caller where it is required.
const MEMBERS: [&str; 4] = ["sp_mchid", "sp_appid", "sub_mchid", "sub_appid"];
const OPTIONAL: &str = "sub_appid";

/// A value of a builder or call: its name, type, and whether it is required.
pub(crate) type Value<'a> = (&'a str, &'a Type, bool);

/// The method of a builder or call of the type `name` whose `required` values have `states`.
pub(crate) fn emit<'a>(
    values: impl Iterator<Item = Value<'a>>,
    name: &Ident,
    required: &[Ident],
    states: &[Ident],
) -> Option<TokenStream> {
    let values: Vec<Value<'_>> = values.collect();
    // A value of this name has its setter.
    if values.iter().any(|(name, ..)| *name == "scope") {
        return None;
    }
    let is_ours = |(name, ty, required): &&Value<'_>| {
        MEMBERS.contains(name) && **ty == Type::Text && (*name != OPTIONAL || !required)
    };
    let ours: Vec<_> = values.iter().filter(is_ours).collect();
    if ours.is_empty() {
        return None;
    }
    let mut after: Vec<TokenStream> = states.iter().map(|state| quote!(#state)).collect();
    let setters = ours.iter().map(|(name, _, is_required)| {
        let ident = format_ident!("{}", snake_case(name));
        if let Some(at) = required.iter().position(|known| *known == ident).filter(|_| *is_required) {
            let with_this = given(states, at);
            if let (Some(state), Some(given)) = (after.get_mut(at), with_this.get(at)) {
                *state = given.clone();
            }
        }
        match *name {
            OPTIONAL => {
                let (setter, _) = maybe(&ident);
                quote!(.#setter(scope.sub_appid()))
            }
            _ => quote!(.#ident(scope.#ident())),
        }
    });
    let setters: Vec<TokenStream> = setters.collect();
    let names: Vec<String> = ours.iter().map(|(name, ..)| format!("`{name}`")).collect();
    let doc = format!(" Gives {} of a [`PartnerScope`](crate::PartnerScope).", names.join(", "));
    Some(quote! {
        #[doc = #doc]
        pub fn scope(self, scope: &crate::PartnerScope) -> #name<#(#after),*> {
            self #(#setters)*
        }
    })
}
