//! Which families are there, and which of them are enabled.

use std::path::Path;

use super::events::Known;
use super::spec::COMMON;

/// What recurring fields are called; no spec.
pub(crate) const GLOSSARY: &str = "glossary";

/// All families of `openapi/`, sorted: every YAML file but `common.yaml`, `glossary.yaml` and hidden ones.
pub(crate) fn all(root: &Path) -> std::io::Result<Vec<String>> {
    let mut families = Vec::new();
    for entry in std::fs::read_dir(root.join("openapi"))? {
        let name = entry?.file_name();
        if let Some(family) = name.to_str().and_then(|name| name.strip_suffix(".yaml"))
            && ![COMMON, GLOSSARY].contains(&family)
            && !family.starts_with('.')
        {
            families.push(family.to_owned());
        }
    }
    families.sort();
    Ok(families)
}

/// The event types of all families, enabled or not, each with its family. The files are not parsed for it: an event is a
/// line of its own below `x-webhooks`.
pub(crate) fn events(root: &Path) -> std::io::Result<Vec<Known>> {
    let mut events = Vec::new();
    for family in all(root)? {
        let text = std::fs::read_to_string(root.join("openapi").join(format!("{family}.yaml")))?;
        let lines = text.lines().skip_while(|line| *line != "x-webhooks:").skip(1);
        for line in lines.take_while(|line| line.is_empty() || line.starts_with([' ', '#'])) {
            let key = line.strip_prefix("  ").filter(|line| !line.starts_with([' ', '#']));
            if let Some(key) = key.and_then(|key| key.trim_end().strip_suffix(':')) {
                let event = key.split(" (").next().unwrap_or(key);
                events.push((event.to_owned(), family.clone()));
            }
        }
    }
    events.sort();
    events.dedup();
    Ok(events)
}

/// The families whose cargo feature is on; `is_on` gets the name of cargo's variable.
pub(crate) fn enabled(all: &[String], is_on: impl Fn(&str) -> bool) -> Vec<String> {
    all.iter().filter(|family| is_on(&format!("CARGO_FEATURE_{}", family.to_uppercase()))).cloned().collect()
}
