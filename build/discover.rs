//! Which families are there, and which of them are enabled.

use std::path::Path;

use super::spec::COMMON;

/// All families of `openapi/`, sorted: every YAML file but `common.yaml` and hidden ones.
pub(crate) fn all(root: &Path) -> std::io::Result<Vec<String>> {
    let mut families = Vec::new();
    for entry in std::fs::read_dir(root.join("openapi"))? {
        let name = entry?.file_name();
        if let Some(family) = name.to_str().and_then(|name| name.strip_suffix(".yaml"))
            && family != COMMON
            && !family.starts_with('.')
        {
            families.push(family.to_owned());
        }
    }
    families.sort();
    Ok(families)
}

/// The families whose cargo feature is on; `is_on` gets the name of cargo's variable.
pub(crate) fn enabled(all: &[String], is_on: impl Fn(&str) -> bool) -> Vec<String> {
    all.iter().filter(|family| is_on(&format!("CARGO_FEATURE_{}", family.to_uppercase()))).cloned().collect()
}
