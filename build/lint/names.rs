//! Rules for names: each becomes one Rust item, and no two become the same.

use std::collections::BTreeMap;

use super::super::names::{pascal_case, snake_case};
use super::super::spec::{Document, Shape};
use super::Report;

pub(super) fn check(report: &mut Report<'_>, document: &Document, common: &Document) {
    let mut types: BTreeMap<String, String> = BTreeMap::new();
    let handle = pascal_case(&document.family);
    types.insert(handle.clone(), format!("the handle `{handle}`"));
    if !document.is_common() {
        for schema in &common.schemas {
            types.insert(pascal_case(&schema.name), format!("`{}` of common.yaml", schema.name));
        }
    }
    for schema in &document.schemas {
        claim(report, &mut types, pascal_case(&schema.name), format!("`{}`", schema.name), schema.line);
        if matches!(schema.shape, Shape::Object(_)) {
            let builder = format!("{}Builder", pascal_case(&schema.name));
            claim(report, &mut types, builder, format!("the builder of `{}`", schema.name), schema.line);
        }
        match &schema.shape {
            Shape::Object(properties) => {
                let mut fields = BTreeMap::new();
                for property in properties {
                    claim(
                        report,
                        &mut fields,
                        snake_case(&property.name),
                        format!("`{}`", property.name),
                        property.line,
                    );
                }
            }
            Shape::Enum(words) => enum_words(report, words, schema.line),
            Shape::Scalar => {}
        }
    }
    let mut operations = BTreeMap::new();
    for operation in &document.operations {
        claim(report, &mut operations, pascal_case(&operation.id), format!("`{}`", operation.id), operation.line);
    }
}

fn enum_words(report: &mut Report<'_>, words: &[String], line: usize) {
    if words.is_empty() {
        report.add(line, "enum-words", "an enum lists its words as text");
    }
    let mut variants = BTreeMap::new();
    variants.insert("Unrecognized".to_owned(), "the catch-all `Unrecognized`".to_owned());
    for word in words {
        claim(report, &mut variants, pascal_case(word), format!("`{word}`"), line);
    }
}

fn claim(report: &mut Report<'_>, taken: &mut BTreeMap<String, String>, rust: String, what: String, line: usize) {
    if rust.is_empty() {
        report.add(line, "name", format!("{what} gives no Rust name"));
    } else if let Some(other) = taken.get(&rust) {
        report.add(line, "name-clash", format!("{what} and {other} are both `{rust}` in Rust"));
    } else {
        taken.insert(rust, what);
    }
}
