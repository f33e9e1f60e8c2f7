//! Everything about the specs that can be checked without compiling the SDK.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::build::names::pascal_case;
use crate::build::spec::Document;
use crate::build::{Specs, bundle, discover};

pub(crate) fn run(root: &Path) -> Result<(), String> {
    let families = discover::all(root).map_err(|error| error.to_string())?;
    let specs = Specs::load(root, &families).map_err(|problems| lines(&problems))?;
    let known = discover::events(root).map_err(|error| error.to_string())?;
    specs.generate(&known).map_err(|problems| lines(&problems))?;
    let mut problems = Vec::new();
    for document in &specs.families {
        problems.extend(examples(document, &specs.common));
    }
    let documents: Vec<&Document> = std::iter::once(&specs.common).chain(&specs.families).collect();
    problems.extend(documents.iter().flat_map(|document| crate::wording::check(document)));
    problems.extend(crate::glossary::check(root, &documents)?);
    problems.extend(crate::shapes::check(root, &specs)?);
    problems.extend(variants(&specs.families));
    problems.extend(tables(root, &specs.families)?);
    problems.extend(crate::docs::stale(root, &specs)?);
    problems.extend(crate::errors::check(root).err());
    if !problems.is_empty() {
        return Err(lines(&problems));
    }
    let operations: usize = specs.families.iter().map(|document| document.operations.len()).sum();
    let events: usize = specs.families.iter().map(|document| document.events.len()).sum();
    println!("{} families, {operations} operations, {events} events: no problems", families.len());
    Ok(())
}

pub(crate) fn lines(problems: &[impl Display]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Request and response examples fit their schemas, limits included and without unknown members.
fn examples(document: &Document, common: &Document) -> Vec<String> {
    let schemas = bundle::schemas(document, common);
    let mut problems = Vec::new();
    for operation in &document.operations {
        let body = operation.body.as_ref().map(|body| ("request", &body.ty, &body.example));
        let meta = operation.upload.as_ref().map(|upload| (upload.meta.as_str(), &upload.meta_example));
        let body = match meta {
            // Of the meta a caller gives a part.
            Some((name, example)) => Some(("request", name, example)),
            None => body.and_then(|(what, ty, example)| Some((what, ty.component()?.1, example))),
        };
        let answer = operation
            .answer
            .as_ref()
            .and_then(|answer| Some(("response", answer.component()?.1, &operation.answer_example)));
        for (what, name, example) in body.into_iter().chain(answer) {
            let schema = json!({ "$ref": format!("#/schemas/{name}"), "schemas": schemas });
            for error in misfits(&schema, example) {
                problems.push(format!("{}:{}: example: {what}{error}", document.name, operation.line));
            }
        }
        for parameter in &operation.parameters {
            let mut schema = bundle::closed(&parameter.schema);
            if let Some(members) = schema.as_object_mut() {
                members.insert("schemas".to_owned(), schemas.clone());
            }
            for error in misfits(&schema, &parameter.example) {
                problems.push(format!("{}:{}: example: {}{error}", document.name, operation.line, parameter.name));
            }
        }
    }
    for event in &document.events {
        let Some((_, name)) = event.ty.component() else { continue };
        let schema = json!({ "$ref": format!("#/schemas/{name}"), "schemas": schemas });
        for error in misfits(&schema, &event.example) {
            problems.push(format!("{}:{}: example: {}{error}", document.name, event.line, event.event_type));
        }
    }
    problems
}

/// All events become variants of one enum.
fn variants(families: &[Document]) -> Vec<String> {
    let mut known = BTreeMap::new();
    let mut problems = Vec::new();
    for (family, event) in families.iter().flat_map(|family| family.events.iter().map(move |event| (family, event))) {
        if let Some(other) = known.insert(&event.variant, &family.name) {
            problems.push(format!("{}:{}: name-clash: `{}` is in {other} too", family.name, event.line, event.variant));
        }
    }
    problems
}

fn misfits(schema: &Value, example: &Value) -> Vec<String> {
    match jsonschema::draft4::new(schema) {
        Ok(validator) => {
            validator.iter_errors(example).map(|error| format!("{}: {error}", error.instance_path())).collect()
        }
        Err(error) => vec![format!(": the schema is wrong: {error}")],
    }
}

/// The family table of `src/api.rs`, the features of `Cargo.toml` and the files of `openapi/` name the same families.
fn tables(root: &Path, families: &[Document]) -> Result<Vec<String>, String> {
    let read = |name: &str| fs::read_to_string(root.join(name)).map_err(|error| format!("{name}: {error}"));
    let (api, manifest) = (read("src/api.rs")?, read("Cargo.toml")?);
    let mut problems = Vec::new();
    for document in families {
        let family = &document.family;
        let feature = family.replace('_', "-");
        let handle = if document.operations.is_empty() { String::new() } else { format!(": {}", pascal_case(family)) };
        let line = format!("#[cfg(feature = \"{feature}\")]\n    {family}{handle},");
        if !api.contains(&line) {
            problems.push(format!("src/api.rs: families: there is no line `{}`", line.replace("\n   ", "")));
        }
        if !manifest.contains(&format!("\n{feature} = []\n")) {
            problems.push(format!("Cargo.toml: features: there is no `{feature} = []`"));
        }
    }
    let names: Vec<&str> = families.iter().map(|document| document.family.as_str()).collect();
    problems.extend(crate::manifest::check(root, &manifest, &names)?);
    problems.extend(crate::new::unfilled(root, &names)?);
    let listed = api.matches("#[cfg(feature = \"").count() - api.matches("#[cfg(feature = \"simulator\")]").count();
    if listed != families.len() {
        problems.push(format!("src/api.rs: families: {listed} lines for {} files of openapi/", families.len()));
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specs_of_the_project_have_no_problem() {
        run(&crate::root()).unwrap_or_else(|problems| panic!("{problems}"));
    }

    #[test]
    fn an_example_that_does_not_fit_its_schema_is_reported() {
        let shop = crate::build::testing::SHOP.replace("amount: { total: 1 }", "amount: { total: x }, new: 1");
        let specs = crate::build::testing::specs(&shop, crate::build::testing::SHARED).expect("the spec is clean");
        let problems = examples(&specs.families[0], &specs.common);
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems.iter().any(|problem| problem.contains("request/amount/total: ")), "{problems:?}");
    }
}
