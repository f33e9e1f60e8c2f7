//! Texts of the specs as doc comments: trimmed, escaped, and never a doctest by accident.

use proc_macro2::TokenStream;
use quote::quote;

use super::limits::Limits;
use super::spec::{Operation, Parameter, Schema};

/// Doc attributes, one per line of the text.
pub(crate) fn attributes(text: &str) -> TokenStream {
    let lines = escape(text);
    let lines = lines.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote!(#(#[doc = #lines])*)
}

/// The same, and the official Chinese name 「…」 that the spec's description ends with as a word that the
/// documentation's search finds.
pub(crate) fn searchable(text: &str, description: &str) -> TokenStream {
    let attributes = attributes(text);
    let alias = description.rsplit_once('「').and_then(|(_, rest)| rest.split_once('」')).map(|(name, _)| name);
    // rustdoc takes neither quotes nor blanks in an alias.
    let alias = alias.filter(|name| !name.is_empty() && !name.contains(['"', '\'', ' ']));
    let alias = alias.map(|alias| quote!(#[doc(alias = #alias)]));
    quote!(#attributes #alias)
}

/// What the type of a component says.
pub(crate) fn component(schema: &Schema) -> String {
    let mut text = schema.description.clone();
    for group in &schema.relations.one_of {
        let names: Vec<String> = group.iter().map(|name| format!("`{name}`")).collect();
        text.push_str(&format!("\n\nOne of {} is given.", names.join(", ")));
    }
    text
}

/// What the method of an operation says.
pub(crate) fn operation(operation: &Operation) -> String {
    let mut text = format!("{}.\n\n{}\n\n", operation.summary, operation.description.trim());
    text.push_str(&format!(
        "`{} {}` · {} · [official page]({})\n",
        operation.method.to_uppercase(),
        operation.path,
        operation.roles.join(", "),
        operation.page
    ));
    if let Some(rate) = &operation.rate {
        text.push_str(&format!("\nAt most {rate} for a merchant number.\n"));
    }
    for parameter in &operation.parameters {
        text.push_str(&format!("\n- {}", self::parameter(parameter)));
    }
    if let Some(upload) = &operation.upload {
        text.push_str(&format!("\n- `file`: {}", upload.description.split_whitespace().collect::<Vec<_>>().join(" ")));
        let kinds = upload.endings.join(", ");
        text.push_str(&if kinds.is_empty() { String::new() } else { format!("; {kinds}") });
        text.push_str(&upload.max_bytes.map(|max| format!("; at most {max} bytes")).unwrap_or_default());
    }
    if !operation.parameters.is_empty() || operation.upload.is_some() {
        text.push('\n');
    }
    for group in &operation.one_of {
        let names: Vec<_> = group.iter().map(|name| format!("`{name}`")).collect();
        text.push_str(&format!("\nOne of {} is given.\n", names.join(", ")));
    }
    if operation.upload.is_some() {
        text.push_str("\nRepeating the call is safe.\n");
    }
    if let Some(number) = &operation.idempotent_by {
        text.push_str(&format!("\nRepeating the call with the same `{number}` and the same content is safe.\n"));
    }
    text.push_str("\n# Errors\n\n");
    match &operation.query_with {
        Some(query) => text.push_str(&format!(
            "See [`Error::outcome`](crate::Error::outcome). Where it is unknown, `{query}` tells what happened.\n"
        )),
        None => {
            text.push_str("See [`Error::outcome`](crate::Error::outcome) and [`Error::code`](crate::Error::code).\n")
        }
    }
    text
}

/// A description, and the documented limits of the value in a line of their own.
pub(crate) fn with_limits(description: &str, limits: &Limits) -> String {
    let lengths = |min, max, unit: &str| match (min, max) {
        (Some(min), Some(max)) => Some(format!("{min} to {max}{unit}")),
        (Some(min), None) => Some(format!("at least {min}{unit}")),
        (None, Some(max)) => Some(format!("at most {max}{unit}")),
        (None, None) => None,
    };
    let parts = [
        lengths(limits.min_length, limits.max_length, " characters"),
        lengths(None, limits.max_bytes, " bytes"),
        lengths(limits.minimum, limits.maximum, ""),
        lengths(limits.min_items, limits.max_items, " members"),
        limits.pattern.as_ref().map(|pattern| format!("matches `{pattern}`")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    match parts.is_empty() {
        true => description.to_owned(),
        false => format!("{}\n\nLimits: {}.", description.trim_end(), parts.join(", ")),
    }
}

fn parameter(parameter: &Parameter) -> String {
    let presence = if parameter.required { "" } else { " (optional)" };
    format!(
        "`{}`{presence}: {}",
        parameter.name,
        parameter.description.split_whitespace().collect::<Vec<_>>().join(" ")
    )
}

/// Lines without leading blanks (four of them begin a code block, which rustdoc would compile as a test), with what
/// rustdoc would take for a tag, a link or a bare address made harmless.
fn escape(text: &str) -> Vec<String> {
    text.trim().lines().map(|line| escape_line(line.trim())).collect()
}

fn escape_line(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len());
    for (index, part) in line.split('`').enumerate() {
        if index > 0 {
            escaped.push('`');
        }
        // Odd parts stand between backticks and are shown as they are.
        if index % 2 == 1 {
            escaped.push_str(part);
            continue;
        }
        for word in part.split_inclusive(' ') {
            let (word, blank) = word.strip_suffix(' ').map_or((word, ""), |word| (word, " "));
            let is_link = word.contains("](");
            if word.starts_with("http://") || word.starts_with("https://") {
                escaped.push_str(&format!("<{word}>"));
            } else if is_link || word.starts_with('[') {
                escaped.push_str(word);
            } else {
                escaped.push_str(&word.replace('<', "\\<").replace('>', "\\>").replace('[', "\\[").replace(']', "\\]"));
            }
            escaped.push_str(blank);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_so_that_no_indented_line_becomes_a_doctest() {
        assert_eq!(escape("  first\n      indented\n"), ["first", "indented"]);
    }

    #[test]
    fn tags_brackets_and_bare_addresses_are_made_harmless() {
        assert_eq!(escape_line("a <b> c[0] `<x>[1]`"), "a \\<b\\> c\\[0\\] `<x>[1]`");
        assert_eq!(escape_line("see https://pay.weixin.qq.com now"), "see <https://pay.weixin.qq.com> now");
    }

    #[test]
    fn the_chinese_name_is_searchable() {
        let attributes = searchable("Close an order.\n\n- `x`: A 「甲」", "Closes it 「关单」").to_string();
        assert!(attributes.contains(r#"doc (alias = "关单")"#), "{attributes}");
        assert!(!searchable("x", "no name").to_string().contains("alias"));
    }

    #[test]
    fn links_stay_links() {
        assert_eq!(escape_line("· [official page](https://x.y)"), "· [official page](https://x.y)");
        assert_eq!(escape_line("See [`Error`](crate::Error)."), "See [`Error`](crate::Error).");
    }
}
