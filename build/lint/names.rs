//! Rules for names: each becomes one Rust item, and no two become the same.

use std::collections::BTreeMap;

use super::super::names::{is_identifier, pascal_case, snake_case};
use super::super::relations::Word;
use super::super::spec::{Document, Shape};
use super::Report;

pub(super) fn check(report: &mut Report<'_>, document: &Document, common: &Document) {
    let mut types = reserved(&PRELUDE);
    let handle = pascal_case(&document.family);
    types.insert(handle.clone(), format!("the handle `{handle}`"));
    if !document.is_common() {
        for schema in &common.schemas {
            types.insert(pascal_case(&schema.name), format!("`{}` of common.yaml", schema.name));
        }
    }
    for schema in &document.schemas {
        if schema.name.strip_prefix('S').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())) {
            report.add(schema.line, "name-clash", format!("`{}` is a type parameter of the builders", schema.name));
        }
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
    let mut operations = reserved(&HANDLE_METHODS);
    for operation in document.all_operations() {
        let name = snake_case(&operation.id);
        claim(report, &mut operations, name, format!("`{}`", operation.id), operation.line);
        let call = pascal_case(&operation.id);
        if let Some(other) = types.get(&call) {
            report.add(
                operation.line,
                "name-clash",
                format!("{other} and the call `{}` are both `{call}`", operation.id),
            );
        }
        let mut parameters = reserved(&CALL_NAMES);
        for parameter in &operation.parameters {
            let name = snake_case(&parameter.name);
            if name.starts_with("maybe_") {
                report.add(operation.line, "reserved-name", format!("a parameter `{name}` would hide a setter"));
            }
            claim(report, &mut parameters, name, format!("the parameter `{}`", parameter.name), operation.line);
        }
    }
}

/// What a handle has besides its operations.
const HANDLE_METHODS: [&str; 4] = ["new", "clone", "into", "fmt"];
/// What a call has besides its parameters.
const CALL_NAMES: [&str; 11] =
    ["client", "given", "body", "extra", "file", "send", "stream", "clone", "into_future", "into", "fmt"];
/// Types that emitted code names without a path.
const PRELUDE: [&str; 18] = [
    "Box",
    "Ciphertext",
    "Clone",
    "Debug",
    "Err",
    "From",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "None",
    "Ok",
    "Option",
    "Result",
    "Self",
    "Sensitive",
    "Some",
    "String",
    "Vec",
];

fn reserved(names: &[&str]) -> BTreeMap<String, String> {
    names.iter().map(|name| ((*name).to_owned(), format!("the SDK's own `{name}`"))).collect()
}

fn enum_words(report: &mut Report<'_>, words: &[Word], line: usize) {
    if words.is_empty() {
        report.add(line, "enum-words", "an enum lists its words as text");
    }
    let mut variants = BTreeMap::new();
    variants.insert("Unrecognized".to_owned(), "the catch-all `Unrecognized`".to_owned());
    for word in words {
        claim(report, &mut variants, word.name.clone(), format!("`{}`", word.text), line);
    }
}

fn claim(report: &mut Report<'_>, taken: &mut BTreeMap<String, String>, rust: String, what: String, line: usize) {
    if !is_identifier(&rust) {
        report.add(line, "name", format!("{what} gives `{rust}`, which is no name in Rust"));
    } else if let Some(other) = taken.get(&rust) {
        report.add(line, "name-clash", format!("{what} and {other} are both `{rust}` in Rust"));
    } else {
        taken.insert(rust, what);
    }
}
