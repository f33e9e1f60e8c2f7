//! Recurring fields are worded the same in all files: `openapi/glossary.yaml` says how.

use std::fs;
use std::path::Path;

use crate::build::load::{self, Node};
use crate::build::spec::{Document, Shape};

const FILE: &str = "openapi/glossary.yaml";

/// How the descriptions of one field begin and end.
#[derive(Debug)]
struct Term {
    name: String,
    line: usize,
    english: Vec<String>,
    chinese: Vec<String>,
}

/// The English beginning or the Chinese name, and the line of its term.
type Used<'a> = (&'a str, usize, &'a str);

pub(crate) fn check(root: &Path, documents: &[&Document]) -> Result<Vec<String>, String> {
    let text = fs::read_to_string(root.join(FILE)).map_err(|error| format!("{FILE}: {error}"))?;
    let terms = load::parse(&text, FILE).map_err(|problem| problem.to_string())?;
    Ok(problems(&terms, documents))
}

fn problems(glossary: &Node, documents: &[&Document]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut terms = Vec::new();
    for entry in glossary.entries() {
        let variants = entry.value.get("variants").map(Node::entries).unwrap_or_default();
        for variant in variants.iter().filter(|variant| variant.value.text().is_none_or(str::is_empty)) {
            problems.push(format!("{FILE}:{}: reason: a variant says why it is needed", variant.line));
        }
        let mut english = entry.value.texts_at("english");
        english.extend(variants.iter().map(|variant| variant.key.clone()));
        let chinese = entry.value.texts_at("chinese");
        terms.push(Term { name: entry.key.clone(), line: entry.line, english, chinese });
    }
    let mut used: Vec<Used<'_>> = Vec::new();
    for (document, line, name, description) in documents.iter().flat_map(|document| described(document)) {
        let Some(term) = terms.iter().find(|term| term.name == name) else { continue };
        let (english, chinese) = description.rsplit_once('「').unwrap_or((description, ""));
        let chinese = chinese.trim_end().trim_end_matches('」');
        let english = english.split_whitespace().collect::<Vec<_>>().join(" ");
        match term.english.iter().filter(|start| begins(&english, start)).max_by_key(|start| start.len()) {
            Some(start) => used.push((start, term.line, "english")),
            None => problems.push(format!(
                "{}:{line}: glossary: `{name}` begins with `{}`",
                document.name,
                term.english.join("` or `")
            )),
        }
        match term.chinese.iter().find(|known| *known == chinese) {
            Some(known) => used.push((known, term.line, "chinese")),
            None => problems.push(format!("{}:{line}: glossary: `{name}` is not called 「{chinese}」", document.name)),
        }
    }
    for term in &terms {
        let words = term.english.iter().map(|word| (word.as_str(), term.line, "english"));
        for word in words.chain(term.chinese.iter().map(|word| (word.as_str(), term.line, "chinese"))) {
            if !used.contains(&word) {
                problems.push(format!("{FILE}:{}: stale: nothing says `{}` of `{}`", term.line, word.0, term.name));
            }
        }
    }
    problems
}

/// The fields and parameters of a file with their descriptions.
fn described(document: &Document) -> Vec<(&Document, usize, &str, &str)> {
    let parameters = document.operations.iter().flat_map(|operation| {
        operation
            .parameters
            .iter()
            .map(|parameter| (document, operation.line, parameter.name.as_str(), parameter.description.as_str()))
    });
    let properties = document.schemas.iter().flat_map(|schema| match &schema.shape {
        Shape::Object(properties) => properties.as_slice(),
        Shape::Enum(_) | Shape::Scalar => &[],
    });
    let properties =
        properties.map(|property| (document, property.line, property.name.as_str(), property.description.as_str()));
    parameters.chain(properties).collect()
}

/// Whether a sentence begins with these words, and not only with their letters.
fn begins(sentence: &str, start: &str) -> bool {
    sentence.strip_prefix(start).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::testing::{SHARED, SHOP, specs};

    fn of(glossary: &str) -> Vec<String> {
        let specs = specs(SHOP, SHARED).expect("the spec is clean");
        problems(&load::parse(glossary, FILE).expect("YAML"), &[&specs.families[0]])
    }

    #[test]
    fn a_field_begins_and_is_called_as_the_glossary_says() {
        assert_eq!(of("limit: { english: [At most], chinese: [数量] }"), [] as [&str; 0]);
        let wrong = of("limit: { english: [Most], chinese: [大小] }");
        assert!(wrong.iter().any(|problem| problem.contains("`limit` begins with `Most`")), "{wrong:?}");
        assert!(wrong.iter().any(|problem| problem.contains("`limit` is not called 「数量」")), "{wrong:?}");
    }

    #[test]
    fn a_word_that_nothing_says_any_more_is_stale() {
        let stale = of("limit: { english: [At most, How many], chinese: [数量] }");
        assert_eq!(stale, ["openapi/glossary.yaml:1: stale: nothing says `How many` of `limit`"]);
    }

    #[test]
    fn a_variant_needs_a_reason() {
        let bare = of("limit: { english: [Most], chinese: [数量], variants: { At most: '' } }");
        assert!(bare.iter().any(|problem| problem.contains("says why it is needed")), "{bare:?}");
    }

    #[test]
    fn letters_are_not_words() {
        assert!(begins("App of the merchant", "App") && begins("App", "App"));
        assert!(!begins("Application", "App") && !begins("Sub-merchant", "Sub"));
    }
}
