//! What a spec says beyond members and types: alternatives, sums, names and meanings of words.

use super::load::Node;
use super::names::pascal_case;

/// What holds between the members of an object, and what they say together.
#[derive(Debug, Default)]
pub(crate) struct Relations {
    /// Groups of members of which one is given.
    pub(crate) one_of: Vec<Vec<String>>,
    pub(crate) sums: Vec<Sum>,
    /// The first amount is not above the second.
    pub(crate) at_most: Vec<(String, String)>,
    /// Where the word stands that tells how far the money is: names, through lists.
    pub(crate) progress: Option<String>,
    /// Where the values stand that are compared with the own order: of `CHECKED`, as far as there are any.
    pub(crate) check: Vec<(String, String)>,
    /// The three members that tell the stage of a Pay Score order.
    pub(crate) stage: Vec<String>,
    /// The scenes in which a phone opens something with it: words of `launch::SCENES`.
    pub(crate) launch: Vec<String>,
    /// The members that tell where a file is and what proves it.
    pub(crate) download: Vec<(String, String)>,
}

/// An amount that is the sum of others.
#[derive(Debug)]
pub(crate) struct Sum {
    pub(crate) total: String,
    pub(crate) plus: Vec<String>,
    pub(crate) minus: Vec<String>,
}

/// A word of an enum.
#[derive(Debug)]
pub(crate) struct Word {
    pub(crate) text: String,
    /// Its name, where the word itself is none.
    pub(crate) name: String,
    /// What it means for the money: a key of `x-states`.
    pub(crate) state: Option<String>,
}

impl Relations {
    pub(crate) fn read(node: &Node) -> Self {
        let entries = |key: &str| node.get(key).map(Node::entries).unwrap_or_default();
        let pairs = |key: &str| pairs(node, key);
        Self {
            one_of: groups(node),
            sums: entries("x-sum")
                .iter()
                .map(|sum| {
                    let (minus, plus): (Vec<String>, Vec<String>) =
                        sum.value.texts().into_iter().partition(|part| part.starts_with('-'));
                    let minus = minus.iter().map(|part| part.trim_start_matches('-').to_owned()).collect();
                    Sum { total: sum.key.clone(), plus, minus }
                })
                .collect(),
            at_most: pairs("x-at-most"),
            check: pairs("x-check"),
            download: pairs("x-download"),
            progress: node.text_at("x-progress").map(str::to_owned),
            stage: node.texts_at("x-stage"),
            launch: node.texts_at("x-launch"),
        }
    }
}

/// The texts of a mapping by their keys.
pub(crate) fn pairs(node: &Node, key: &str) -> Vec<(String, String)> {
    let entries = node.get(key).map(Node::entries).unwrap_or_default().iter();
    entries.filter_map(|pair| Some((pair.key.clone(), pair.value.text()?.to_owned()))).collect()
}

/// The groups of `x-one-of`.
pub(crate) fn groups(node: &Node) -> Vec<Vec<String>> {
    node.get("x-one-of").map(Node::items).unwrap_or_default().iter().map(Node::texts).collect()
}

/// The words of an enum with their names and meanings.
pub(crate) fn words(node: &Node) -> Vec<Word> {
    let names = node.texts_at("x-enum-names");
    let states = node.get("x-states").map(Node::entries).unwrap_or_default();
    let state = |text: &String| states.iter().find(|state| state.value.texts().contains(text));
    let words = node.texts_at("enum").into_iter().enumerate();
    words
        .map(|(index, text)| Word {
            name: names.get(index).cloned().unwrap_or_else(|| pascal_case(&text)),
            state: state(&text).map(|state| state.key.clone()),
            text,
        })
        .collect()
}
