//! What is wrong with a request, where, and by how much; never the value itself.

use std::borrow::Cow;
use std::fmt;

/// A documented rule that a request breaks. `Display` is one line: place, limit and how far off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offence {
    place: String,
    in_body: bool,
    rule: Rule,
    is_certain: bool,
}

impl Offence {
    /// Where: a JSON pointer into the body such as `/amount/total`, or the name of a path or query parameter. It goes on
    /// into JSON that is inside a text.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Whether the place is in the body.
    pub fn is_in_body(&self) -> bool {
        self.in_body
    }

    /// The rule that is broken.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// Whether it cannot be sent, or WeChat Pay refuses it for certain, so that it is not sent under
    /// [`Validation::Warn`](crate::Validation::Warn) either.
    pub fn is_certain(&self) -> bool {
        self.is_certain
    }
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.place.as_str(), self.in_body) {
            ("", _) => {}
            (place, true) => write!(f, "{place}: ")?,
            (place, false) => write!(f, "parameter `{place}`: ")?,
        }
        self.rule.fmt(f)
    }
}

/// The rules of the specs. Lengths are in characters unless they say bytes, amounts in fen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// A required member is missing.
    Required,
    /// Text is never empty: what is not meant is left out.
    Empty,
    /// `null` is never sent: what is not meant is left out.
    Null,
    /// None of these alternatives is given.
    NoneOf {
        /// Their names.
        names: &'static [&'static str],
    },
    /// More than one of these alternatives is given.
    SeveralOf {
        /// Their names.
        names: &'static [&'static str],
    },
    /// The text is too short.
    TooShort {
        /// The documented minimum.
        min: i64,
        /// What it has.
        actual: usize,
    },
    /// The text is too long.
    TooLong {
        /// The documented maximum.
        max: i64,
        /// What it has.
        actual: usize,
    },
    /// The text has too many bytes in UTF-8.
    TooManyBytes {
        /// The documented maximum.
        max: i64,
        /// What it has.
        actual: usize,
    },
    /// The text has more bytes than WeChat Pay's key can encrypt.
    TooLongToEncrypt {
        /// What the key can encrypt.
        max: usize,
        /// What it has.
        actual: usize,
    },
    /// The text has to be encrypted and is not; only a request by hand can have one.
    NotEncrypted,
    /// Only text can be encrypted.
    NotText,
    /// The text has a character of four bytes in UTF-8, such as an emoji, which WeChat Pay does not support; see
    /// [`FourByteCharacters`](crate::FourByteCharacters).
    FourByteCharacter,
    /// A path value that is empty, `.` or `..` would reach another endpoint.
    PathSegment,
    /// The text has characters, or a form, that are not allowed.
    Pattern {
        /// The regular expression that it has to match.
        pattern: &'static str,
    },
    /// The text is not a time of the field's format.
    Time {
        /// What is expected.
        expected: &'static str,
    },
    /// A file without any bytes.
    EmptyFile,
    /// The file is too large.
    FileTooLarge {
        /// The documented maximum in bytes.
        max: usize,
        /// What it has.
        actual: usize,
    },
    /// The name of the file does not say that it is of a kind that is taken.
    FileEnding {
        /// How it may end.
        endings: &'static [&'static str],
    },
    /// The number is too small.
    TooSmall {
        /// The documented minimum.
        min: i64,
    },
    /// The number is too large.
    TooLarge {
        /// The documented maximum.
        max: i64,
    },
    /// The list has too few members.
    TooFew {
        /// The documented minimum.
        min: i64,
        /// What it has.
        actual: usize,
    },
    /// The list has too many members.
    TooMany {
        /// The documented maximum.
        max: i64,
        /// What it has.
        actual: usize,
    },
    /// WeChat Pay could not call this address.
    NotifyUrl {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// It must be the number of the merchant that signs, and is another.
    NotTheMerchant,
    /// It must not be the number of the merchant that signs, such as a sub-merchant's.
    TheMerchant,
    /// The amount is not the sum of the others.
    Sum {
        /// How the sum is made, as `post_payments.amount - post_discounts.amount`.
        parts: String,
    },
    /// The amount is above another.
    Above {
        /// The other amount.
        other: &'static str,
    },
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Required => f.write_str("is required"),
            Self::Empty => f.write_str("is empty; leave it out instead"),
            Self::Null => f.write_str("is null; leave it out instead"),
            Self::NoneOf { names } => write!(f, "one of {} must be given", listed(names)),
            Self::SeveralOf { names } => write!(f, "only one of {} can be given", listed(names)),
            Self::TooShort { min, actual } => write!(f, "at least {min} characters, has {actual}"),
            Self::TooLong { max, actual } => write!(f, "at most {max} characters, has {actual}"),
            Self::TooManyBytes { max, actual } => write!(f, "at most {max} bytes, has {actual}"),
            Self::TooLongToEncrypt { max, actual } => {
                write!(f, "at most {max} bytes can be encrypted, has {actual}")
            }
            Self::NotEncrypted => f.write_str("is not encrypted"),
            Self::NotText => f.write_str("must be encrypted, which only text can be"),
            Self::FourByteCharacter => f.write_str(
                "has a character outside the Basic Multilingual Plane, such as an emoji, which WeChat Pay does not support",
            ),
            Self::PathSegment => f.write_str("is empty, `.` or `..`, and so would reach another endpoint"),
            Self::Pattern { pattern } => write!(f, "does not match {pattern}"),
            Self::Time { expected } => write!(f, "is not {expected}"),
            Self::EmptyFile => f.write_str("is empty"),
            Self::FileTooLarge { max, actual } => write!(f, "at most {max} bytes, has {actual}"),
            Self::FileEnding { endings } => write!(f, "its name ends in one of {}", listed(endings)),
            Self::TooSmall { min } => write!(f, "at least {min}"),
            Self::TooLarge { max } => write!(f, "at most {max}"),
            Self::TooFew { min, actual } => write!(f, "at least {min} members, has {actual}"),
            Self::TooMany { max, actual } => write!(f, "at most {max} members, has {actual}"),
            Self::NotifyUrl { problem } => write!(f, "WeChat Pay cannot call this address: {problem}"),
            Self::NotTheMerchant => f.write_str("is not the merchant that signs the request"),
            Self::TheMerchant => f.write_str("is the merchant that signs the request, and must be another"),
            Self::Sum { parts } => write!(f, "is not the sum {parts}"),
            Self::Above { other } => write!(f, "is above `{other}`"),
        }
    }
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// All that is wrong with one request, found on a walk through it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Offences {
    found: Vec<Offence>,
    /// Where the walk is: names and positions, from the outside in.
    place: Vec<Cow<'static, str>>,
    /// The parameter that is looked at, and not the body.
    parameter: Option<Cow<'static, str>>,
}

impl Offences {
    pub(crate) fn add(&mut self, rule: Rule) {
        let is_certain = matches!(
            rule,
            Rule::Empty
                | Rule::Null
                | Rule::NoneOf { .. }
                | Rule::TooLongToEncrypt { .. }
                | Rule::NotText
                | Rule::FourByteCharacter
                | Rule::PathSegment
        );
        self.push(rule, is_certain);
    }

    fn push(&mut self, rule: Rule, is_certain: bool) {
        let (place, in_body) = match &self.parameter {
            Some(name) => (name.clone().into_owned(), false),
            None => (self.pointer(), true),
        };
        // What could not be encrypted has said why.
        if rule == Rule::NotEncrypted && self.found.iter().any(|known| known.place == place && known.in_body == in_body)
        {
            return;
        }
        self.found.push(Offence { place, in_body, rule, is_certain });
    }

    /// What is found meanwhile stands at this member of the body.
    pub(crate) fn within(&mut self, segment: impl Into<Cow<'static, str>>, walk: impl FnOnce(&mut Self)) {
        self.enter(segment);
        walk(self);
        self.leave();
    }

    pub(crate) fn enter(&mut self, segment: impl Into<Cow<'static, str>>) {
        self.place.push(segment.into());
    }

    pub(crate) fn leave(&mut self) {
        self.place.pop();
    }

    /// What is found meanwhile stands at this parameter.
    pub(crate) fn at(&mut self, parameter: impl Into<Cow<'static, str>>, walk: impl FnOnce(&mut Self)) {
        self.enter_parameter(parameter);
        walk(self);
        self.leave_parameter();
    }

    pub(crate) fn enter_parameter(&mut self, name: impl Into<Cow<'static, str>>) {
        self.parameter = Some(name.into());
    }

    pub(crate) fn leave_parameter(&mut self) {
        self.parameter = None;
    }

    /// Of a group of alternatives this many are given. An alternative that the spec lacks may stand beside them.
    pub(super) fn alternatives(&mut self, names: &'static [&'static str], count: usize, has_unknown: bool) {
        match count {
            0 => self.push(Rule::NoneOf { names }, !has_unknown),
            1 => {}
            _ => self.add(Rule::SeveralOf { names }),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether a path value is none, so that the path cannot be read.
    pub(crate) fn break_path(&self) -> bool {
        self.found.iter().any(|offence| offence.rule == Rule::PathSegment)
    }

    /// Whether WeChat Pay refuses the request for certain.
    pub(crate) fn are_certain(&self) -> bool {
        self.found.iter().any(Offence::is_certain)
    }

    pub(crate) fn into_found(self) -> Vec<Offence> {
        self.found
    }

    fn pointer(&self) -> String {
        self.place.iter().map(|segment| format!("/{}", segment.replace('~', "~0").replace('/', "~1"))).collect()
    }
}
