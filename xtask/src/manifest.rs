//! The lists of features in `Cargo.toml`, and which families belong to which persona.

use std::fs;
use std::path::Path;

use crate::build::load::{self, Node};

/// Bundles of families, one for each kind of caller, in the order of README.
pub(crate) const PERSONAS: [&str; 3] = ["merchant", "partner", "ecommerce"];
/// The families that no persona has, each with its reason.
pub(crate) const SINGLE: &str = "openapi/.single-families.yaml";

/// The features that a feature of `Cargo.toml` switches on; none if it is not there.
pub(crate) fn bundle<'a>(manifest: &'a str, feature: &str) -> Vec<&'a str> {
    let list = manifest.split_once(&format!("\n{feature} = [")).and_then(|(_, rest)| rest.split_once(']'));
    list.map(|(list, _)| list.split('"').skip(1).step_by(2).collect()).unwrap_or_default()
}

/// Every family is in a persona or alone for a reason, and bundles name families only.
pub(crate) fn check(root: &Path, manifest: &str, families: &[&str]) -> Result<Vec<String>, String> {
    let text = fs::read_to_string(root.join(SINGLE)).map_err(|error| format!("{SINGLE}: {error}"))?;
    let alone = load::parse(&text, SINGLE).map_err(|problem| problem.to_string())?;
    Ok(problems(manifest, &alone, families))
}

fn problems(manifest: &str, alone: &Node, families: &[&str]) -> Vec<String> {
    let mut problems = Vec::new();
    let features: Vec<String> = families.iter().map(|family| family.replace('_', "-")).collect();
    for persona in PERSONAS.into_iter().chain(["full"]) {
        let bundle = bundle(manifest, persona);
        if !bundle.is_sorted() {
            problems.push(format!("Cargo.toml: features: `{persona}` is sorted"));
        }
        for name in bundle.iter().filter(|name| !features.iter().any(|feature| feature == *name)) {
            problems.push(format!("Cargo.toml: features: `{persona}` names `{name}`, which is no family"));
        }
    }
    for (family, feature) in families.iter().zip(&features) {
        let of = PERSONAS.iter().find(|persona| bundle(manifest, persona).contains(&feature.as_str()));
        match (of, alone.text_at(family)) {
            (None, None) => problems.push(format!("Cargo.toml: features: no persona has `{feature}`; see {SINGLE}")),
            (Some(persona), Some(_)) => problems.push(format!("{SINGLE}: `{family}` is in `{persona}`")),
            _ => {}
        }
        if !bundle(manifest, "full").contains(&feature.as_str()) {
            problems.push(format!("Cargo.toml: features: `full` lacks `{feature}`"));
        }
    }
    for entry in alone.entries().iter().filter(|entry| !families.contains(&entry.key.as_str())) {
        problems.push(format!("{SINGLE}:{}: there is no family `{}`", entry.line, entry.key));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str =
        "\nmerchant = [\"shop\"]\npartner = [\n    \"shop\",\n]\nfull = [\n    \"gate\",\n    \"shop\",\n]\n";

    fn of(manifest: &str, alone: &str) -> Vec<String> {
        problems(manifest, &load::parse(alone, SINGLE).expect("YAML"), &["gate", "shop"])
    }

    #[test]
    fn a_family_is_in_a_persona_or_alone_for_a_reason() {
        assert_eq!(of(MANIFEST, "gate: for gates only\n"), [] as [&str; 0]);
        assert!(of(MANIFEST, "{}")[0].contains("no persona has `gate`"));
        assert!(of(MANIFEST, "gate: x\nshop: y\n")[0].contains("`shop` is in `merchant`"));
    }

    #[test]
    fn full_has_every_family_and_bundles_have_nothing_else() {
        let lacking = MANIFEST.replace("    \"gate\",\n", "");
        assert!(of(&lacking, "gate: x\n")[0].contains("`full` lacks `gate`"));
        let odd = MANIFEST.replace("merchant = [", "merchant = [\"rustls\", ");
        assert!(of(&odd, "gate: x\n")[0].contains("`rustls`, which is no family"));
    }
}
