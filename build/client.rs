//! progenitor's client, kept crate-private: its methods build the request and leave sending to the shared code.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{ImplItem, ImplItemFn, Item, Pat, Stmt, parse_quote};

use super::generate::Generated;

/// The hidden module `client` of a family.
pub(crate) fn emit(generated: &Generated) -> Result<TokenStream, String> {
    let mut items = generated.client.clone();
    for item in &mut items {
        hide(item);
    }
    let methods = generated.methods.values().map(cut).collect::<Result<Vec<_>, _>>()?;
    Ok(quote! {
        pub(crate) mod client {
            use progenitor_client::{ClientHooks, ClientInfo, Error};

            #[allow(unused_imports, reason = "only a family with path parameters encodes any")]
            use crate::rt::encode as encode_path;

            #(#items)*

            impl Client {
                #(#methods)*
            }
        }
    })
}

/// The client is an implementation detail: no docs, crate visibility, and only the constructor that is used.
fn hide(item: &mut Item) {
    match item {
        Item::Struct(item) => {
            item.vis = parse_quote!(pub(crate));
            item.attrs = vec![parse_quote!(#[derive(Clone)])];
        }
        Item::Impl(item) if item.trait_.is_none() => {
            item.items.retain(|item| matches!(item, ImplItem::Fn(method) if method.sig.ident == "new_with_client"));
            for item in &mut item.items {
                if let ImplItem::Fn(method) = item {
                    method.vis = parse_quote!(pub(crate));
                    method.attrs.clear();
                }
            }
        }
        Item::Const(item) => Allows.visit_item_const_mut(item),
        _ => {}
    }
}

/// Keeps what builds the request and drops what sends it and reads the answer.
///
/// progenitor begins the second half with `let info = OperationInfo { … }`. A generator whose methods lack that
/// statement is one this pass does not know, which stops the build.
fn cut(method: &ImplItemFn) -> Result<ImplItemFn, String> {
    let mut method = method.clone();
    let sends = method.block.stmts.iter().position(|statement| {
        matches!(statement, Stmt::Local(local) if matches!(&local.pat, Pat::Ident(name) if name.ident == "info"))
    });
    let Some(sends) = sends else {
        return Err(format!("the generated method `{}` has no `let info`", method.sig.ident));
    };
    method.block.stmts.truncate(sends);
    let request = match method.block.stmts.last() {
        Some(Stmt::Local(local)) => match &local.pat {
            Pat::Ident(name) => name.ident.clone(),
            _ => return Err(format!("the generated method `{}` does not end with its request", method.sig.ident)),
        },
        _ => return Err(format!("the generated method `{}` does not end with its request", method.sig.ident)),
    };
    if let Some(Stmt::Local(local)) = method.block.stmts.last_mut() {
        local.attrs.clear();
        local.pat = parse_quote!(#request);
    }
    method.block.stmts.push(Stmt::Expr(parse_quote!(Ok(#request)), None));
    method.sig.asyncness = None;
    method.sig.output = parse_quote!(-> Result<reqwest::Request, Error<()>>);
    method.vis = parse_quote!(pub(super));
    method.attrs.clear();
    Types.visit_impl_item_fn_mut(&mut method);
    Ok(method)
}

/// The generator's `allow` says no reason.
struct Allows;

impl VisitMut for Allows {
    fn visit_attribute_mut(&mut self, attribute: &mut syn::Attribute) {
        if attribute.path().is_ident("allow") {
            *attribute = parse_quote!(#[allow(dead_code, reason = "checked by the compiler, never called")]);
        }
    }
}

/// `types::X` is `super::X`: the types stand in the family's module itself.
struct Types;

impl VisitMut for Types {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        if let Some(first) = path.segments.first_mut()
            && first.ident == "types"
        {
            first.ident = format_ident!("super");
        }
        visit_mut::visit_path_mut(self, path);
    }
}
