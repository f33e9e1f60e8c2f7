//! What is checked before a request is built.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{Error, Result};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes a path segment or a query value, exactly once: `/` is `%2F`, `%20` is `%2520`, a space is `%20`.
pub(crate) fn encode(value: &str) -> String {
    utf8_percent_encode(value, &RESERVED).to_string()
}

/// Collects the first thing that is wrong with a call's values.
pub(crate) struct Checks(Result<()>);

impl Checks {
    pub(crate) fn new() -> Self {
        Self(Ok(()))
    }

    /// A path value names one segment: empty, `.` and `..` would reach another endpoint.
    pub(crate) fn path(self, name: &str, value: &str) -> Self {
        Self(self.0.and_then(|()| match value {
            "" => Err(Error::request(format!("the path parameter `{name}` is empty"))),
            "." | ".." => Err(Error::request(format!("the path parameter `{name}` is `{value}`, which is no name"))),
            _ => Ok(()),
        }))
    }

    /// Of the named query parameters exactly one is given.
    pub(crate) fn one_of(self, group: &[(&str, bool)]) -> Self {
        Self(self.0.and_then(|()| {
            if group.iter().filter(|(_, is_given)| *is_given).count() == 1 {
                return Ok(());
            }
            let names: Vec<String> = group.iter().map(|(name, _)| format!("`{name}`")).collect();
            Err(Error::request(format!("exactly one of {} must be given", names.join(" and "))))
        }))
    }

    /// Builds the request when nothing was wrong.
    pub(crate) fn then(
        self,
        build: impl FnOnce() -> Result<reqwest::Request, progenitor_client::Error<()>>,
    ) -> Result<reqwest::Request> {
        self.0.and_then(|()| build().map_err(|error| Error::request("the request cannot be built").with_source(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a03_a_slash_in_a_path_value_stays_inside_its_segment() {
        assert_eq!(encode("a/b"), "a%2Fb");
    }

    #[test]
    fn a06_a_percent_sign_is_encoded_exactly_once() {
        assert_eq!(encode("a%20b"), "a%2520b");
        assert_eq!(encode("plain-Value_1.2~3"), "plain-Value_1.2~3");
    }

    #[test]
    fn everything_outside_the_unreserved_set_is_encoded() {
        assert_eq!(encode("| *@=+?#中😀"), "%7C%20%2A%40%3D%2B%3F%23%E4%B8%AD%F0%9F%98%80");
    }
}
