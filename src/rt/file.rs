//! From the values of an operation to the address of its file.

use super::{ExtraQuery, Operation, encode, path};
use crate::client::Core;
use crate::rules::{Offences, Rule};
use crate::{Download, FileSource};

/// What proves a file beside a hash that was given before it: a header that comes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proving {
    /// `Wechatpay-Statement-Sha1`: in the place of the file, it is what is signed.
    SignedSha1,
    /// `SM3-Digest`, which is not signed.
    Sm3,
}

/// The address of a file, as far as it is put together.
pub(crate) struct FileAddress {
    core: Core,
    operation: &'static Operation,
    source: FileSource,
    offences: Offences,
}

impl FileAddress {
    pub(crate) fn new(core: &Core, operation: &'static Operation) -> Self {
        let source = FileSource::without_hash(None);
        Self { core: core.clone(), operation, source, offences: Offences::default() }
    }

    /// The address is the path of the operation.
    pub(crate) fn path(mut self, values: &[(&'static str, String)]) -> Self {
        for (name, _) in values.iter().filter(|(_, value)| matches!(value.as_str(), "" | "." | "..")) {
            self.offences.at(*name, |offences| offences.add(Rule::PathSegment));
        }
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let target = path(self.operation.path, &values).unwrap_or_default();
        let url = format!("{}{target}", self.core.usual_route(self.operation).origin());
        Self { source: FileSource::unproven(url), ..self }
    }

    /// Another answer has given the address, and further values follow.
    pub(crate) fn continuing(self, source: FileSource) -> Self {
        Self { source, ..self }
    }

    pub(crate) fn proven_by(mut self, proving: Proving) -> Self {
        self.source.prove_by(proving);
        self
    }

    pub(crate) fn query(mut self, values: Vec<(&'static str, Option<String>)>, extra: ExtraQuery) -> Self {
        for name in extra.nulls() {
            self.offences.at(name.to_owned(), |offences| offences.add(Rule::Null));
        }
        let values = values.into_iter().filter_map(|(name, value)| value.map(|value| (name.to_owned(), value)));
        let mut pairs: Vec<(String, String)> = values.filter(|(name, _)| !extra.has(name)).collect();
        pairs.extend(extra.texts());
        let pairs: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        if !pairs.is_empty() {
            self.source.add_query(&pairs.join("&"));
        }
        self
    }

    pub(crate) fn download(self) -> Download {
        Download::of_operation(&self.core, self.operation, self.source, self.offences)
    }
}
