//! What the specs say of requests, as tables that build.rs writes, and the check of a request against them.
//!
//! The tables stand beside the types of each family. The SDK reads them before it sends, the simulator when it receives.

mod body;
mod notify_url;
mod offence;
mod pattern;
mod value;

use serde_json::Value;

pub(crate) use self::body::check as check_body;
pub(crate) use self::offence::Offences;
pub use self::offence::{Offence, Rule};
pub(crate) use self::pattern::Pattern;
use crate::types::TimeFormat;

/// An object in a request body, with every member that its spec knows.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) fields: &'static [Field],
    /// Groups of optional fields of which one is given.
    pub(crate) one_of: &'static [&'static [&'static str]],
    pub(crate) sums: &'static [Sum],
    /// The first amount is not above the second.
    pub(crate) at_most: &'static [(&'static str, &'static str)],
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) is_required: bool,
    pub(crate) kind: Kind,
}

/// A path or query parameter; every one that the spec knows is listed.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) in_path: bool,
    pub(crate) kind: Kind,
}

/// An amount that is the sum of others, each the end of names joined by dots, through lists.
#[derive(Debug)]
pub(crate) struct Sum {
    pub(crate) total: &'static str,
    pub(crate) plus: &'static [&'static str],
    pub(crate) minus: &'static [&'static str],
}

#[derive(Debug)]
pub(crate) enum Kind {
    Text(Text),
    /// Is checked when it is encrypted.
    Sensitive,
    Time(TimeFormat),
    /// An amount or a count.
    Number {
        min: Option<i64>,
        max: Option<i64>,
    },
    Object(&'static Object),
    /// JSON inside a text.
    Json(&'static Kind),
    List(&'static List),
    /// No limit is documented.
    Any,
}

#[derive(Debug)]
pub(crate) struct List {
    pub(crate) item: Kind,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
}

/// The limits of a text; it is never empty.
#[derive(Debug)]
pub(crate) struct Text {
    /// In characters.
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
    /// In bytes of UTF-8.
    pub(crate) max_bytes: Option<i64>,
    pub(crate) pattern: Option<&'static Pattern>,
    pub(crate) is_notify_url: bool,
    /// Is, or is not, the number of the merchant that signs.
    pub(crate) is_merchant: Option<bool>,
}

impl Text {
    pub(crate) const ANY: Self =
        Self { min: None, max: None, max_bytes: None, pattern: None, is_notify_url: false, is_merchant: None };
}

/// What the rules have to know of the client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    /// The merchant that signs; a brand has no such number.
    pub(crate) mchid: Option<&'a str>,
    /// The gateway is on this machine, so it can call addresses here.
    pub(crate) is_loopback: bool,
}

/// Checks the parameters of a request, given with their texts, and that one of each group is there.
pub(crate) fn check_parameters(
    parameters: &'static [Parameter],
    one_of: &'static [&'static [&'static str]],
    given: &[(String, String)],
    context: Context<'_>,
    offences: &mut Offences,
) {
    for parameter in parameters {
        for (_, text) in given.iter().filter(|(name, _)| name == parameter.name) {
            let value = match &parameter.kind {
                Kind::Number { .. } => text.parse::<i64>().map_or(Value::Null, Value::from),
                _ => Value::from(text.as_str()),
            };
            offences.at(parameter.name, |offences| {
                // A list in a query is its name several times.
                let kind = if let Kind::List(list) = &parameter.kind { &list.item } else { &parameter.kind };
                value::check(kind, &value, context, offences);
            });
        }
    }
    for group in one_of {
        let count = group.iter().filter(|name| given.iter().any(|(given, _)| given == *name)).count();
        let is_unknown = |name: &str| !parameters.iter().any(|parameter| parameter.name == name);
        let has_unknown = given.iter().any(|(name, _)| is_unknown(name));
        if let Some(first) = group.first() {
            offences.at(*first, |offences| offences.alternatives(group, count, has_unknown));
        }
    }
}
