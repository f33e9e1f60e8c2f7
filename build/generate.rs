//! Runs progenitor and takes its output apart.

use std::collections::BTreeMap;

use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle, TypeImpl};
use quote::quote;
use serde_json::Value;
use syn::{ImplItem, ImplItemFn, Item, ItemStruct};

use super::lint::schemas::SCALARS;
use super::spec::Document;

/// What progenitor made of one spec, by name.
#[derive(Default)]
pub(crate) struct Generated {
    pub(crate) structs: BTreeMap<String, ItemStruct>,
    /// The request-building methods of the client, by operation.
    pub(crate) methods: BTreeMap<String, ImplItemFn>,
    /// The client itself, its constructors and the check that it has hooks.
    pub(crate) client: Vec<Item>,
}

/// `replaced` are the components whose Rust type stands elsewhere: name and path.
pub(crate) fn generate(openapi: Value, replaced: &BTreeMap<String, String>) -> Result<Generated, String> {
    let openapi: openapiv3::OpenAPI =
        serde_json::from_value(openapi).map_err(|error| format!("not OpenAPI 3.0: {error}"))?;
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(crate::client::Core));
    for (name, path) in replaced {
        settings.with_replacement(name, path, [TypeImpl::Display, TypeImpl::FromStr].into_iter());
    }
    let tokens = Generator::new(&settings).generate_tokens(&openapi).map_err(|error| error.to_string())?;
    let file: syn::File = syn::parse2(tokens).map_err(|error| error.to_string())?;
    let mut generated = Generated::default();
    for item in file.items {
        generated.take(item);
    }
    Ok(generated)
}

/// Components whose Rust type stands elsewhere: the scalars in `src/types`, and for a family what `common.yaml` has.
pub(crate) fn replaced_types(common: &Document, from_common: bool) -> BTreeMap<String, String> {
    let mut replaced: BTreeMap<String, String> =
        SCALARS.iter().map(|name| ((*name).to_owned(), format!("crate::types::{name}"))).collect();
    for schema in &common.schemas {
        if !from_common {
            replaced.entry(schema.name.clone()).or_insert_with(|| format!("crate::common::{}", schema.name));
        }
    }
    replaced
}

impl Generated {
    fn take(&mut self, item: Item) {
        match item {
            Item::Mod(module) if module.ident == "types" => {
                for item in module.content.into_iter().flat_map(|(_, items)| items) {
                    // Enums are emitted from the words of the spec; conversions and defaults where they are wanted.
                    if let Item::Struct(item) = item {
                        self.structs.insert(item.ident.to_string(), item);
                    }
                }
            }
            Item::Impl(item) if item.trait_.is_none() && has_operations(&item) => {
                for item in item.items {
                    if let ImplItem::Fn(method) = item {
                        self.methods.insert(method.sig.ident.to_string(), method);
                    }
                }
            }
            Item::Struct(_) | Item::Impl(_) | Item::Const(_) => self.client.push(item),
            _ => {}
        }
    }
}

fn has_operations(item: &syn::ItemImpl) -> bool {
    item.items.iter().any(|item| matches!(item, ImplItem::Fn(method) if method.sig.asyncness.is_some()))
}
