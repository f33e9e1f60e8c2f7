//! What is checked before a request is built.

use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use progenitor_client::ClientHooks;

use super::extra_query::ExtraQuery;
use super::seal::{Sealer, seal};
use crate::client::Core;
use crate::rules::{Offences, Rule};
use crate::verify::SERIAL;
use crate::{Error, Result};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes a path segment or a query value, exactly once: `/` is `%2F`, `%20` is `%2520`, a space is `%20`.
pub(crate) fn encode(value: &str) -> String {
    utf8_percent_encode(value, &RESERVED).to_string()
}

/// A path with its values encoded; none when a value would reach another endpoint.
pub(crate) fn path(template: &str, values: &[(&str, &str)]) -> Option<String> {
    let mut path = template.to_owned();
    for (name, value) in values {
        if matches!(*value, "" | "." | "..") {
            return None;
        }
        path = path.replace(&format!("{{{name}}}"), &encode(value));
    }
    Some(path)
}

/// A request that is built, and what is already known to be wrong with it.
pub(crate) struct Built {
    pub(crate) request: reqwest::Request,
    pub(crate) offences: Offences,
}

/// What has to be seen to before a request is built.
pub(crate) struct Checks {
    failure: Option<Error>,
    offences: Offences,
    query: ExtraQuery,
    /// The serial of the key that encrypted something.
    serial: Option<HeaderValue>,
}

impl Checks {
    pub(crate) fn new() -> Self {
        Self { failure: None, offences: Offences::default(), query: ExtraQuery::new(), serial: None }
    }

    /// A path value names one segment: empty, `.` and `..` would reach another endpoint.
    pub(crate) fn path(mut self, name: &'static str, value: &str) -> Self {
        if matches!(value, "" | "." | "..") {
            self.offences.at(name, |offences| offences.add(Rule::PathSegment));
        }
        self
    }

    /// Parameters that the spec lacks.
    pub(crate) fn query(mut self, extra: ExtraQuery) -> Self {
        for name in extra.nulls() {
            self.offences.at(name.to_owned(), |offences| offences.add(Rule::Null));
        }
        self.query = extra;
        self
    }

    /// Encrypts what is sensitive, found by a walk through parameters and body.
    pub(crate) fn seal<C: ClientHooks<Core>>(mut self, client: &C, walk: impl FnOnce(&mut Sealer<'_>)) -> Self {
        match seal(client.inner(), &mut self.offences, walk) {
            Ok(serial) => self.serial = Some(serial),
            Err(error) => self.failure = Some(error),
        }
        self
    }

    /// Builds the request, with all that is known to be wrong with it.
    pub(crate) fn then(
        self,
        build: impl FnOnce() -> Result<reqwest::Request, progenitor_client::Error<()>>,
    ) -> Result<Built> {
        if let Some(error) = self.failure {
            return Err(error);
        }
        let built = build().map_err(|error| Error::request("the request cannot be built").with_source(error));
        let mut request = built?;
        self.query.apply(request.url_mut());
        if let Some(serial) = self.serial {
            request.headers_mut().insert(SERIAL, serial);
        }
        Ok(Built { request, offences: self.offences })
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
