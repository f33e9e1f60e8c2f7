//! Texts of the specs: each says something in English and gives the Chinese name.

use crate::build::names::snake_case;
use crate::build::spec::{Document, Shape};

/// Words that say nothing in a description.
const FILLERS: [&str; 6] = ["a", "an", "the", "of", "its", "this"];
/// Nouns that tell nothing about the field when nothing else stands with its name.
const NOUNS: [&str; 4] = ["field", "value", "parameter", "info"];

pub(crate) fn check(document: &Document) -> Vec<String> {
    let mut problems = Vec::new();
    let mut text = |line: usize, name: &str, what: &str, description: &str| {
        problems.extend(problem(name, description).map(|rule| format!("{}:{line}: {rule} of {what}", document.name)));
    };
    for operation in &document.operations {
        text(operation.line, &operation.id, &format!("`{}`", operation.id), &operation.description);
        for parameter in &operation.parameters {
            let what = format!("`{}` of `{}`", parameter.name, operation.id);
            text(operation.line, &parameter.name, &what, &parameter.description);
        }
    }
    for schema in &document.schemas {
        text(schema.line, "", &format!("`{}`", schema.name), &schema.description);
        if let Shape::Object(properties) = &schema.shape {
            for property in properties {
                text(property.line, &property.name, &format!("`{}`", property.name), &property.description);
            }
        }
    }
    for event in &document.events {
        text(event.line, "", &format!("`{}`", event.event_type), &event.description);
    }
    for schema in &document.schemas {
        if is_made_up(&schema.name) {
            let name = &schema.name;
            problems
                .push(format!("{}:{}: component-name: `{name}` is numbered, not named", document.name, schema.line));
        }
    }
    problems
}

/// What is wrong with the description of something that is called `name` on the wire.
fn problem(name: &str, description: &str) -> Option<&'static str> {
    let (english, chinese) = description.rsplit_once('「').unwrap_or((description, ""));
    if !chinese.trim_end().ends_with('」') || !chinese.chars().any(is_chinese_or_capital) {
        return Some("chinese-name: no official name ends the description");
    }
    if english.trim().is_empty() || !english.chars().any(|c| c.is_ascii_alphabetic()) {
        return Some("english: there is no English in the description");
    }
    // Chinese names of things may stand in the text; whole sentences do not.
    let characters = english.chars().filter(|c| is_chinese(*c)).count();
    if characters > english.chars().filter(char::is_ascii_alphabetic).count() {
        return Some("english: there is more Chinese than English in the description");
    }
    let said = words(english);
    (!name.is_empty() && !said.is_empty() && said.iter().all(|word| words(name).contains(word)))
        .then_some("repeats-name: nothing is said beyond the name in the description")
}

/// The words that say something: of a sentence, or of a name in snake case.
fn words(text: &str) -> Vec<String> {
    let text = snake_case(text).replace('_', " ");
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.filter(|word| !FILLERS.contains(word) && !NOUNS.contains(word)).map(str::to_owned).collect()
}

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Some official names are words such as `IMEI`.
fn is_chinese_or_capital(c: char) -> bool {
    is_chinese(c) || c.is_ascii_alphabetic()
}

/// Names that a generator makes: `Item2`, `InlineObject3`, `Data1`.
fn is_made_up(name: &str) -> bool {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    stem != name
        && ["Item", "Data", "Info", "Object", "Detail", "Inner", "Request", "Response", "Model"]
            .iter()
            .any(|end| stem.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_says_more_than_the_name() {
        assert!(
            problem("total_amount", "Total amount 「总金额」").is_some_and(|rule| rule.starts_with("repeats-name"))
        );
        assert!(problem("total_amount", "The amount, in total 「总金额」").is_none());
        assert!(problem("total_amount", "Price of the order, in fen 「总金额」").is_none());
    }

    #[test]
    fn a_description_has_both_languages() {
        assert!(problem("x", "Price 「」").is_some_and(|rule| rule.starts_with("chinese-name")));
        assert!(problem("x", "Price").is_some_and(|rule| rule.starts_with("chinese-name")));
        assert!(problem("x", "「总金额」").is_some_and(|rule| rule.starts_with("english")));
        assert!(problem("x", "订单总金额，单位为分 fen 「总金额」").is_some_and(|rule| rule.starts_with("english")));
        assert!(problem("x", "What 「银联」 charges 「手续费」").is_none());
    }

    #[test]
    fn a_number_is_no_name() {
        assert!(is_made_up("CreateTransactionRequestDetailItem2") && is_made_up("Data1"));
        assert!(!is_made_up("Apply4Subject") && !is_made_up("DiscountCardV1") && !is_made_up("Item"));
    }
}
