//! Rules for what components say beyond their members: alternatives, sums, names and meanings of words.

use super::super::launch;
use super::super::load::{Entry, Node};
use super::super::reach::Reach;
use super::super::spec::{Document, Property, Schema, Shape, Type};
use super::Report;

/// Keys of `x-states`: what a word means for the money.
pub(crate) const STATES: [&str; 5] = ["pending", "needs_user", "succeeded", "failed", "closed"];

/// Keys of `x-check`: what is compared with the own order. The first two are always.
pub(crate) const CHECKED: [&str; 4] = ["number", "total", "sub_mchid", "currency"];

/// Names and meanings of an enum's words cover the words, all of them and no others.
pub(super) fn tree(report: &mut Report<'_>, root: &Node) {
    for Entry { value: node, .. } in root.at(&["components", "schemas"]).map(Node::entries).unwrap_or_default() {
        let words = node.texts_at("enum");
        if let Some(names) = node.get("x-enum-names")
            && names.texts().len() != words.len()
        {
            report.add(names.line, "x-enum-names", "there is one name for each word, in the same order");
        }
        let Some(states) = node.get("x-states") else { continue };
        let mut meant: Vec<String> = Vec::new();
        for Entry { key, line, value } in states.entries() {
            if !STATES.contains(&key.as_str()) {
                report.add(*line, "x-states", format!("`{key}` is none of {}", STATES.join(", ")));
            }
            for word in value.texts() {
                if !words.contains(&word) || meant.contains(&word) {
                    report.add(*line, "x-states", format!("`{word}` is no word of this enum, or is listed twice"));
                }
                meant.push(word);
            }
        }
        if let Some(word) = words.iter().find(|word| !meant.contains(word)) {
            report.add(states.line, "x-states", format!("`{word}` has no meaning for the money"));
        }
    }
}

pub(super) fn check(report: &mut Report<'_>, document: &Document, common: &Document) {
    let reach = Reach::of(document);
    for schema in &document.schemas {
        let relations = &schema.relations;
        let Shape::Object(properties) = &schema.shape else { continue };
        let find = |name: &str| properties.iter().find(|property| property.name == name);
        let is_fen = |path: &str| leads_to(schema, path, document, common).is_some_and(|last| is_money(&last.ty));
        for name in relations.one_of.iter().flatten() {
            if find(name).is_none_or(|property| property.required) {
                report.add(
                    schema.line,
                    "x-one-of",
                    format!("`{name}` is not an optional property of `{}`", schema.name),
                );
            }
        }
        for sum in &relations.sums {
            for part in std::iter::once(&sum.total).chain(&sum.plus).chain(&sum.minus) {
                if !is_fen(part) {
                    report.add(schema.line, "x-sum", format!("`{part}` is not an amount in fen"));
                }
            }
        }
        for part in relations.at_most.iter().flat_map(|(low, high)| [low, high]) {
            if !is_fen(part) {
                report.add(schema.line, "x-at-most", format!("`{part}` is not an amount in fen"));
            }
        }
        for (key, path) in &relations.check {
            let is_right = match (CHECKED.contains(&key.as_str()), straight(schema, path, document, common)) {
                (true, Some(last)) if key == "total" => is_money(&last.ty),
                (true, Some(last)) => is_text(&last.ty, document, common),
                _ => false,
            };
            if !is_right {
                let message =
                    format!("`{key}: {path}` is none of {} with its type, outside of lists", CHECKED.join(", "));
                report.add(schema.line, "x-check", message);
            }
        }
        let is_checked = |key: &&str| relations.check.iter().any(|(known, _)| known == key);
        if !relations.check.is_empty() && !CHECKED.iter().take(2).all(is_checked) {
            report.add(schema.line, "x-check", "number and total are always compared");
        }
        if let Some(path) = &relations.progress {
            let words = leads_to(schema, path, document, common).and_then(|last| document.find(common, &last.ty));
            let has_states = words.is_some_and(|schema| match &schema.shape {
                Shape::Enum(words) => words.iter().all(|word| word.state.is_some()),
                _ => false,
            });
            if !has_states {
                report.add(schema.line, "x-progress", format!("`{path}` does not lead to an enum with x-states"));
            }
        }
        if !relations.stage.is_empty()
            && (relations.stage.len() != 3
                || relations.stage.iter().any(|path| leads_to(schema, path, document, common).is_none()))
        {
            report.add(schema.line, "x-stage", "x-stage names state, state description and collection state");
        }
        for scene in &relations.launch {
            if launch::part(schema, scene).is_none() {
                let message = format!("`{scene}` is no scene, or the component has neither its handle nor an appid");
                report.add(schema.line, "x-launch", message);
            }
        }
        let component = (document.is_common(), schema.name.clone());
        let has_encrypted = properties.iter().any(|property| matches!(property.ty, Type::Sensitive | Type::Ciphertext));
        if has_encrypted && reach.requests.contains(&component) && reach.answers.contains(&component) {
            let message = format!("`{}` has encrypted members and cannot be in requests and answers", schema.name);
            report.add(schema.line, "encrypted-both-ways", message);
        }
    }
    for (is_common, name) in &reach.answers {
        let has_encrypted = |schema: &Schema| match &schema.shape {
            Shape::Object(properties) => properties.iter().any(|property| property.ty == Type::Sensitive),
            _ => false,
        };
        if *is_common && !document.is_common() && common.schema(name).is_some_and(has_encrypted) {
            report.add(
                1,
                "encrypted-both-ways",
                format!("`{name}` of common.yaml has encrypted members: it is for requests"),
            );
        }
    }
}

fn is_money(ty: &Type) -> bool {
    *ty == Type::Component { common: true, name: "Fen".to_owned() }
}

fn is_text(ty: &Type, document: &Document, common: &Document) -> bool {
    *ty == Type::Text || document.find(common, ty).is_some_and(|schema| matches!(schema.shape, Shape::Enum(_)))
}

/// The property at the end of names joined by dots, through objects only.
fn straight<'a>(schema: &'a Schema, path: &str, document: &'a Document, common: &'a Document) -> Option<&'a Property> {
    let last = leads_to(schema, path, document, common)?;
    let ends = path.match_indices('.').map(|(end, _)| end);
    let lists = ends.filter_map(|end| leads_to(schema, path.get(..end)?, document, common));
    let has_list = lists.chain([last]).any(|property| matches!(property.ty, Type::List(_)));
    (!has_list).then_some(last)
}

/// The property at the end of names joined by dots, through objects and lists.
fn leads_to<'a>(schema: &'a Schema, path: &str, document: &'a Document, common: &'a Document) -> Option<&'a Property> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let Shape::Object(properties) = &schema.shape else { return None };
    let property = properties.iter().find(|property| property.name == first)?;
    match rest {
        Some(rest) => leads_to(document.find(common, &property.ty)?, rest, document, common),
        None => Some(property),
    }
}
