//! A small spec for the tests of the passes.

use super::lint::Problem;
use super::spec::{COMMON, Document};
use super::{Specs, lint, load};

pub(crate) const SHOP: &str = include_str!("testing/shop.yaml");
pub(crate) const SHARED: &str = include_str!("testing/common.yaml");

/// The specs of two texts, or what is wrong with them.
pub(crate) fn specs(shop: &str, shared: &str) -> Result<Specs, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut documents = Vec::new();
    for (family, name, text) in [(COMMON, "openapi/common.yaml", shared), ("shop", "openapi/shop.yaml", shop)] {
        match load::parse(text, name) {
            Ok(tree) => {
                problems.extend(lint::tree(name, &tree));
                match Document::read(family, name, tree) {
                    Ok(document) => documents.push(document),
                    Err(problem) => problems.push(problem),
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    Specs::check(documents, problems)
}

/// The module generated for the shop.
pub(crate) fn module(shop: &str) -> String {
    let specs = specs(shop, SHARED).unwrap_or_else(|problems| panic!("{problems:?}"));
    let outputs = specs.generate().unwrap_or_else(|problems| panic!("{problems:?}"));
    outputs.into_iter().find(|(name, _)| name == "shop.rs").map(|(_, text)| text).unwrap_or_default()
}
