//! `docs/ENDPOINTS.md`: every operation and every event, a table for each family.

use std::collections::BTreeSet;

use super::{cell, split_name};
use crate::build::load::Node;
use crate::build::names::{pascal_case, snake_case};
use crate::build::spec::{Document, Event, Location, METHODS, Operation, template_names};

const HEAD: &str = "\
# Endpoints

Every operation and every event that has a type, by family. Search this page for the Chinese name of an official page
or for a path. `(…, body)` is a request with a builder, `.name(..)` behind a call a query value that it cannot do without.

Written by `cargo xtask docs` from `openapi/`; do not edit.
";

/// The whole page.
pub(super) fn page(families: &[Document]) -> String {
    let Totals { families: all, operations, events, shapes } = Totals::of(families);
    let mut text = format!("{HEAD}\n{all} families, {operations} operations, {events} events in {shapes} shapes:\n\n");
    for family in families {
        let (title, chinese) = heading(family);
        text.push_str(&format!("- [`{}`](#{}) {title} 「{chinese}」\n", family.family, family.family));
    }
    for family in families {
        let (title, chinese) = heading(family);
        // The heading is the anchor, so it is the name alone.
        text.push_str(&format!("\n## {}\n\n{title} 「{chinese}」\n", family.family));
        let rows = rows(family);
        if !rows.is_empty() {
            text.push_str("\n| product | operation | Rust call | method and path | audience | page |\n");
            text.push_str("|---|---|---|---|---|---|\n");
            text.extend(rows);
        }
        if !family.events.is_empty() {
            text.push_str("\n| event | variant of `webhook::Event` | what has happened | page |\n|---|---|---|---|\n");
            text.extend(family.events.iter().map(event));
        }
    }
    text
}

/// How much there is.
#[derive(Debug)]
pub(super) struct Totals {
    pub(super) families: usize,
    pub(super) operations: usize,
    /// Words in `event_type`.
    pub(super) events: usize,
    /// Variants: some events come in several shapes.
    pub(super) shapes: usize,
}

impl Totals {
    pub(super) fn of(families: &[Document]) -> Self {
        let events = || families.iter().flat_map(|family| &family.events);
        let words: BTreeSet<&str> = events().map(|event| event.event_type.as_str()).collect();
        Self {
            families: families.len(),
            operations: families.iter().map(|family| rows(family).len()).sum(),
            events: words.len(),
            shapes: events().count(),
        }
    }
}

/// The English and the Chinese name of a family.
pub(super) fn heading(family: &Document) -> (String, String) {
    let info = family.root.get("info");
    let text = |key: &str| info.and_then(|info| info.text_at(key)).unwrap_or_default();
    (text("title").to_owned(), split_name(text("description")).1.to_owned())
}

/// The operations of a family in URL order. The nodes are read: a file whose address comes from another answer is no
/// operation of the document, but is one of the official list.
pub(super) fn rows(family: &Document) -> Vec<String> {
    let mut operations = Vec::new();
    for path in family.root.get("paths").map(Node::entries).unwrap_or_default() {
        for method in METHODS {
            operations.extend(path.value.get(method).map(|node| (path.key.as_str(), method, node)));
        }
    }
    operations.sort_by_key(|(path, ..)| *path);
    operations.into_iter().map(|(path, method, node)| row(family, path, method, node)).collect()
}

fn row(family: &Document, path: &str, method: &str, node: &Node) -> String {
    let text = |key: &str| node.text_at(key).unwrap_or_default();
    let (_, chinese) = split_name(text("description"));
    format!(
        "| {} | {} 「{}」 | `{}` | `{} {path}` | {} | [page]({}) |\n",
        cell(&node.texts_at("tags").join(", ")),
        cell(text("summary")),
        cell(chinese),
        call(family, text("operationId"), path),
        method.to_uppercase(),
        node.texts_at("x-role").join(", "),
        node.at(&["externalDocs", "url"]).and_then(Node::text).unwrap_or_default(),
    )
}

/// How it is called: by its method, or as the file of the answer that names its address.
fn call(family: &Document, id: &str, path: &str) -> String {
    let is_called = |operation: &&Operation| operation.id == id;
    let operation = family.operations.iter().find(is_called);
    if operation.or_else(|| family.files.iter().find(is_called)).is_none() {
        return "pay.download(&answer)".to_owned();
    }
    let mut arguments: Vec<String> = template_names(path).into_iter().map(snake_case).collect();
    if let Some(operation) = operation {
        let body = operation.body.as_ref();
        // A body that may be left out has a setter.
        arguments.extend(body.filter(|body| body.required).map(|_| "body".to_owned()));
        arguments.extend(operation.upload.as_ref().map(|_| "file".to_owned()));
    }
    let parameters = operation.map(|operation| operation.parameters.as_slice()).unwrap_or_default();
    let needed = parameters.iter().filter(|parameter| parameter.required && parameter.location != Location::Path);
    let setters: String = needed.map(|parameter| format!(".{}(..)", snake_case(&parameter.name))).collect();
    format!("pay.{}().{}({}){setters}", family.family, snake_case(id), arguments.join(", "))
}

fn event(event: &Event) -> String {
    let (description, chinese) = split_name(&event.description);
    let first = description.split_inclusive(". ").next().unwrap_or_default().trim_end_matches(['.', ' ']);
    format!(
        "| `{}` | `{}` | {} 「{}」 | [page]({}) |\n",
        event.event_type,
        pascal_case(&event.variant),
        cell(first),
        cell(chinese),
        event.page
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::testing::{SHARED, SHOP, specs};

    fn shop() -> String {
        page(&specs(SHOP, SHARED).expect("the spec is clean").families)
    }

    #[test]
    fn an_operation_is_found_by_its_chinese_name_and_by_its_path() {
        let page = shop();
        let line = page.lines().find(|line| line.contains("「关单」")).expect("a row");
        assert_eq!(
            line,
            "| Orders | Close an order 「关单」 | `pay.shop().close_order(out_trade_no, body)` | \
             `POST /v3/orders/{out_trade_no}/close` | merchant, partner | [page](https://pay.weixin.qq.com/2) |"
        );
    }

    #[test]
    fn a_query_value_that_is_needed_stands_behind_the_call() {
        assert!(shop().contains("`pay.shop().list_orders().mchid(..).offset(..)`"), "{}", shop());
    }

    #[test]
    fn a_file_whose_address_is_answered_is_downloaded_with_that_answer() {
        assert!(shop().contains("| `pay.download(&answer)` | `GET /v3/orders/file` |"), "{}", shop());
    }

    #[test]
    fn each_shape_of_an_event_is_a_row() {
        let page = shop();
        assert!(page.contains("| `ORDER.PAID` | `OrderPaid` | It is paid 「支付成功」 |"), "{page}");
        assert!(
            page.contains("| `ORDER.PAID` | `SharedOrderPaid` | One of several is paid 「合单支付成功」 |"),
            "{page}"
        );
    }
}
