//! Two components of one shape are one component under two names, also across files, unless a reason is written down.
//!
//! Request bodies are named after their operations and are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::build::Specs;
use crate::build::load::{self, Node};
use crate::build::spec::{COMMON, Document, Schema, Shape, Type};

/// Groups of equal shapes that stay apart, each with its reason.
pub(crate) const REASONS: &str = "openapi/.equal-shapes.yaml";

pub(crate) fn check(root: &Path, specs: &Specs) -> Result<Vec<String>, String> {
    let text = fs::read_to_string(root.join(REASONS)).map_err(|error| format!("{REASONS}: {error}"))?;
    let reasons = load::parse(&text, REASONS).map_err(|problem| problem.to_string())?;
    Ok(problems(&groups(specs), &reasons))
}

fn problems(groups: &[BTreeSet<String>], reasons: &Node) -> Vec<String> {
    let mut problems = Vec::new();
    let mut reasoned = Vec::new();
    for entry in reasons.items() {
        let types: BTreeSet<String> = entry.texts_at("types").into_iter().collect();
        if entry.text_at("reason").is_none_or(str::is_empty) {
            problems.push(format!("{REASONS}:{}: reason: an entry says why", entry.line));
        }
        if types.len() < 2 || !groups.iter().any(|group| types.is_subset(group)) {
            problems.push(format!("{REASONS}:{}: stale: these have not one shape", entry.line));
        }
        reasoned.push(types);
    }
    for group in groups.iter().filter(|group| !reasoned.iter().any(|types| group.is_subset(types))) {
        let names: Vec<&str> = group.iter().map(String::as_str).collect();
        problems.push(format!("{REASONS}: equal-shapes: {} have one shape", names.join(", ")));
    }
    problems
}

/// Components of equal shape, each as `family.Name`.
fn groups(specs: &Specs) -> Vec<BTreeSet<String>> {
    let mut shapes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let bodies: BTreeSet<(&str, &str)> = specs.families.iter().flat_map(bodies).collect();
    for document in specs.families.iter().chain([&specs.common]) {
        // `x-distinct` says why in the spec itself.
        for schema in document.schemas.iter().filter(|schema| !schema.distinct) {
            if bodies.contains(&(document.family.as_str(), schema.name.as_str())) {
                continue;
            }
            if let Some(shape) = shape(document, &specs.common, schema, &mut Vec::new()) {
                shapes.entry(shape).or_default().insert(format!("{}.{}", document.family, schema.name));
            }
        }
    }
    shapes.into_values().filter(|names| names.len() > 1).collect()
}

/// The request bodies of a family, each by its file and name.
fn bodies(document: &Document) -> impl Iterator<Item = (&str, &str)> {
    let bodies = document.operations.iter().filter_map(|operation| operation.body.as_ref()?.ty.component());
    bodies.map(|(is_common, name)| (if is_common { COMMON } else { document.family.as_str() }, name))
}

/// What a component holds: names, types and requiredness of its members, down to scalars; or the words of an enum.
fn shape(home: &Document, common: &Document, schema: &Schema, above: &mut Vec<String>) -> Option<String> {
    let name = format!("{}.{}", home.family, schema.name);
    if above.contains(&name) {
        return Some("itself".to_owned());
    }
    above.push(name);
    let text = match &schema.shape {
        Shape::Object(properties) => {
            let mut members: Vec<String> = properties
                .iter()
                .map(|member| {
                    format!("{} {} {}", member.name, of_type(home, common, &member.ty, above), member.required)
                })
                .collect();
            members.sort();
            Some(format!("{{{}}}", members.join("; ")))
        }
        Shape::Enum(words) => {
            let mut words: Vec<String> = words.iter().map(|word| format!("{} {:?}", word.text, word.state)).collect();
            words.sort();
            Some(format!("<{}>", words.join("|")))
        }
        Shape::Scalar => None,
    };
    above.pop();
    text
}

fn of_type(home: &Document, common: &Document, ty: &Type, above: &mut Vec<String>) -> String {
    match ty {
        Type::List(item) => format!("[{}]", of_type(home, common, item, above)),
        Type::JsonText(inside) => format!("json {}", of_type(home, common, inside, above)),
        Type::Component { common: is_common, name } => {
            let home = if *is_common { common } else { home };
            let inner = home.schema(name).and_then(|schema| shape(home, common, schema, above));
            inner.unwrap_or_else(|| name.clone())
        }
        scalar => format!("{scalar:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::testing::{SHARED, SHOP, specs};

    /// A second family whose only component of its own is `shape`.
    fn two_shops(shape: &str) -> Specs {
        let shared = format!("{SHARED}    Twin:\n      type: object\n      description: A twin 「双」\n{shape}");
        specs(SHOP, &shared).unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    const TWIN: &str = "      required: [currency]\n      properties:\n        currency:\n          type: string\n          \
                        description: Another text 「币种」\n";

    fn of(shape: &str, reasons: &str) -> Vec<String> {
        problems(&groups(&two_shops(shape)), &load::parse(reasons, REASONS).expect("YAML"))
    }

    #[test]
    fn equal_shapes_of_two_files_need_a_reason() {
        assert_eq!(of(TWIN, "[]").len(), 1, "{:?}", of(TWIN, "[]"));
        assert!(of(TWIN, "[]")[0].contains("common.Twin, shop.PaidMoney"), "{:?}", of(TWIN, "[]"));
        assert_eq!(of(TWIN, "- { types: [common.Twin, shop.PaidMoney], reason: chance }"), [] as [&str; 0]);
    }

    #[test]
    fn a_member_that_one_may_leave_out_is_another_shape() {
        assert_eq!(of(&TWIN.replace("      required: [currency]\n", ""), "[]"), [] as [&str; 0]);
    }

    #[test]
    fn a_reason_for_shapes_that_differ_by_now_is_stale() {
        let reasons = "- { types: [common.Twin, shop.Order], reason: chance }";
        assert!(of(TWIN, reasons)[0].contains("stale"), "{:?}", of(TWIN, reasons));
    }
}
