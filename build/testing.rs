//! A small spec for the tests of the passes.

use super::Specs;
use super::lint::Problem;
use super::spec::COMMON;

pub(crate) const SHOP: &str = include_str!("testing/shop.yaml");
/// The same for uploads and downloads.
pub(crate) const FILES: &str = include_str!("testing/files.yaml");
pub(crate) const SHARED: &str = include_str!("testing/common.yaml");

/// The specs of two texts, or what is wrong with them.
pub(crate) fn specs(shop: &str, shared: &str) -> Result<Specs, Vec<Problem>> {
    Specs::read([(COMMON, Ok(shared.to_owned())), ("shop", Ok(shop.to_owned()))])
}

/// The module generated for the shop.
pub(crate) fn module(shop: &str) -> String {
    let specs = specs(shop, SHARED).unwrap_or_else(|problems| panic!("{problems:?}"));
    let outputs = specs.generate(&[]).unwrap_or_else(|problems| panic!("{problems:?}"));
    outputs.into_iter().find(|(name, _)| name == "shop.rs").map(|(_, text)| text).unwrap_or_default()
}
