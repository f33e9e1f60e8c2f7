//! Rules for `x-pagination`: what it names is there and of the right type, and no pages go unmarked.

use super::super::load::Node;
use super::super::pagination::{Member, Pages, Pagination, Turning, property};
use super::super::spec::{Document, METHODS, Operation, Shape, Type};
use super::Report;

const RULE: &str = "x-pagination";
/// Members of requests that turn pages.
const TURNING: [&str; 10] = [
    "offset",
    "cursor",
    "page",
    "page_index",
    "page_no",
    "page_num",
    "page_number",
    "page_token",
    "next_cursor",
    "next_page_token",
];
const KEYS: [&str; 8] = ["offset", "page", "first", "cursor", "next", "limit", "items", "total"];

pub(super) fn tree(report: &mut Report<'_>, root: &Node) {
    for path in root.get("paths").map(Node::entries).unwrap_or_default() {
        for mark in METHODS.iter().filter_map(|method| path.value.at(&[method, RULE])) {
            let has = |key: &str| mark.get(key).is_some();
            for entry in mark.entries().iter().filter(|entry| !KEYS.contains(&entry.key.as_str())) {
                report.add(entry.line, RULE, format!("`{}` is not a part of x-pagination", entry.key));
            }
            let is_sentence = mark.text().is_some_and(|text| text.contains(' '));
            let ways = ["offset", "page", "cursor"].iter().filter(|key| has(key)).count();
            if !is_sentence && (ways != 1 || !has("items")) {
                report.add(
                    mark.line,
                    RULE,
                    "x-pagination names items and one of offset, page, cursor, or says why not",
                );
            }
            if has("cursor") != has("next") || (has("first") && !has("page")) {
                report.add(mark.line, RULE, "`next` belongs to `cursor`, `first` to `page`");
            }
        }
    }
}

pub(super) fn check(report: &mut Report<'_>, document: &Document, common: &Document) {
    for operation in &document.operations {
        match &operation.pagination {
            Some(Pagination::Pages(pages)) => names_what_is_there(report, operation, pages, document, common),
            Some(Pagination::Not) => {}
            None => is_marked(report, operation, document, common),
        }
    }
}

fn names_what_is_there(
    report: &mut Report<'_>,
    operation: &Operation,
    pages: &Pages,
    document: &Document,
    common: &Document,
) {
    let mut expect = |is_right: bool, name: &str, what: &str| {
        if !is_right {
            report.add(operation.line, RULE, format!("`{name}` is not {what}"));
        }
    };
    let name = pages.by.member();
    let turned = Member::find(name, operation, document, common);
    let is_cursor = matches!(pages.by, Turning::Cursor { .. });
    let (ty, what) = match is_cursor {
        true => (Type::Text, "a text of the request"),
        false => (Type::Integer, "an integer of the request"),
    };
    expect(turned.as_ref().is_some_and(|member| *member.ty == ty), name, what);
    if let Turning::Page { first, .. } = pages.by {
        // Where the caller says nothing, a required number is 0.
        expect(first == 0 || turned.is_none_or(|member| !member.required), name, "optional, though its first is not 0");
    }
    if let Some(limit) = &pages.limit {
        let member = Member::find(limit, operation, document, common);
        expect(member.is_some_and(|member| *member.ty == Type::Integer), limit, "an integer of the request");
    }
    let of_answer = |name: &str| operation.answer.as_ref().and_then(|ty| property(ty, name, document, common));
    let is_list = of_answer(&pages.items).is_some_and(|property| matches!(property.ty, Type::List(_)));
    expect(is_list, &pages.items, "a list of the answer");
    if let Some(total) = &pages.total {
        let is_integer = of_answer(total).is_some_and(|property| property.ty == Type::Integer);
        expect(is_integer, total, "an integer of the answer");
    }
    if let Turning::Cursor { next, .. } = &pages.by {
        expect(of_answer(next).is_some_and(|property| property.ty == Type::Text), next, "a text of the answer");
    }
}

fn is_marked(report: &mut Report<'_>, operation: &Operation, document: &Document, common: &Document) {
    let body = operation.body.as_ref().and_then(|body| document.find(common, &body.ty));
    let members = match body.map(|schema| &schema.shape) {
        Some(Shape::Object(properties)) => properties.as_slice(),
        _ => &[],
    };
    let mut names =
        operation.parameters.iter().map(|known| &known.name).chain(members.iter().map(|property| &property.name));
    if let Some(name) = names.find(|name| TURNING.contains(&name.as_str())) {
        let message = format!("`{name}` turns pages: x-pagination says how, or why the SDK does not");
        report.add(operation.line, RULE, message);
    }
}
