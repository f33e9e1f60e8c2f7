//! A regular expression of a spec, compiled when it is first needed.

use std::fmt;
use std::sync::OnceLock;

use regex_lite::Regex;

pub(crate) struct Pattern {
    text: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub(crate) const fn new(text: &'static str) -> Self {
        Self { text, compiled: OnceLock::new() }
    }

    /// Whether the text fits. The lint of the specs has compiled the pattern before; one that does not compile fits all.
    pub(crate) fn fits(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| Regex::new(self.text).ok());
        compiled.as_ref().is_none_or(|regex| regex.is_match(text))
    }

    pub(crate) fn as_str(&self) -> &'static str {
        self.text
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}
