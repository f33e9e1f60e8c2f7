//! Rules for events: each is described, has a page and an example, and is one variant.

use std::collections::BTreeSet;

use super::super::load::Node;
use super::super::spec::{Document, Shape};
use super::{Report, extensions};

const KEYWORDS: [&str; 5] = ["allOf", "anyOf", "description", "externalDocs", "example"];

pub(super) fn tree(report: &mut Report<'_>, root: &Node) {
    for entry in root.get("x-webhooks").map(Node::entries).unwrap_or_default() {
        let node = &entry.value;
        for keyword in node.entries() {
            if !KEYWORDS.contains(&keyword.key.as_str()) && !keyword.key.starts_with("x-") {
                report.add(keyword.line, "event-keyword", format!("`{}` is not used in events", keyword.key));
            }
        }
        extensions::known(report, node, &["x-shape"]);
        report.description(node, entry.line, "an event");
        if node.at(&["externalDocs", "url"]).and_then(Node::text).is_none_or(|url| !url.starts_with("https://")) {
            report.add(entry.line, "official-page", "externalDocs.url names the official page");
        }
        if node.get("example").is_none_or(|example| example.entries().is_empty()) {
            report.add(entry.line, "example", "an event has an example of what it carries");
        }
        for keyword in node.get("x-shape").map(Node::entries).unwrap_or_default() {
            if !["original_type", "has", "lacks"].contains(&keyword.key.as_str()) {
                report.add(keyword.line, "x-shape", "a shape has `original_type`, `has` and `lacks`");
            }
        }
        let (word, shape) = entry.key.split_once(" (").unwrap_or((&entry.key, ")"));
        let is_word = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '.' | '_');
        if !word.chars().all(is_word) || !shape.ends_with(')') {
            report.add(entry.line, "event-type", "an event is `WORD.WORD`, one of its shapes `WORD.WORD (shape)`");
        }
    }
}

pub(super) fn check(report: &mut Report<'_>, document: &Document, common: &Document) {
    let mut variants = BTreeSet::new();
    for event in &document.events {
        let Some(Shape::Object(properties)) = document.find(common, &event.ty).map(|schema| &schema.shape) else {
            report.add(event.line, "event-component", "an event carries a component that is an object");
            continue;
        };
        if !variants.insert(&event.variant) {
            report.add(event.line, "name-clash", format!("two events are both `{}`", event.variant));
        }
        for name in &event.shape.has {
            if !properties.iter().any(|property| &property.name == name) {
                report.add(event.line, "x-shape", format!("the component has no `{name}`"));
            }
        }
    }
}
