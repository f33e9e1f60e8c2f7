//! Encrypting what is sensitive in a request body: once for each call, with one key.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use serde_json::Value;

use super::extra_query::ExtraQuery;
use crate::client::Core;
use crate::keys::PublicKey;
use crate::rules::{Kind, Object, Offences, Rule};
use crate::types::Sensitive;
use crate::{Error, Extra, Result};

/// Something that holds sensitive texts.
pub(crate) trait Seal {
    fn seal(&mut self, sealer: &mut Sealer<'_>);

    /// Whether it stands for nothing; an optional member that does is left out.
    fn is_nothing(&self) -> bool {
        false
    }
}

/// The key that encrypts, and what could not be encrypted.
pub(crate) struct Sealer<'a> {
    key: &'a PublicKey,
    offences: Offences,
    failure: Option<Error>,
}

/// Encrypts what a walk finds, all with one key. Gives the serial of that key, for `Wechatpay-Serial`.
pub(crate) fn seal(core: &Core, walk: impl FnOnce(&mut Sealer<'_>)) -> Result<(HeaderValue, Offences)> {
    let (serial, key) = core.encryption_key().ok_or_else(|| {
        Error::request("no key of WeChat Pay is in effect, so the sensitive fields of this call cannot be encrypted")
    })?;
    let mut sealer = Sealer { key, offences: Offences::default(), failure: None };
    walk(&mut sealer);
    match sealer.failure {
        Some(error) => Err(error),
        None => Ok((serial, sealer.offences)),
    }
}

impl Sealer<'_> {
    pub(crate) fn field(&mut self, name: &'static str, member: &mut impl Seal) {
        self.within(name, |sealer| member.seal(sealer));
    }

    /// A query parameter.
    pub(crate) fn parameter(&mut self, name: &'static str, value: &mut impl Seal) {
        self.offences.enter_parameter(name);
        value.seal(self);
        self.offences.leave_parameter();
    }

    /// Members that `.extra` has put in the place of those of an object, as deep as the specs know sensitive ones.
    pub(crate) fn extra(&mut self, object: &'static Object, extra: &mut Extra) {
        if !extra.is_empty() {
            self.members(object, extra);
        }
    }

    fn members(&mut self, object: &'static Object, members: &mut Extra) {
        for field in object.fields {
            if let Some(member) = members.get_mut(field.name) {
                self.within(field.name, |sealer| sealer.value(&field.kind, member));
            }
        }
    }

    fn value(&mut self, kind: &'static Kind, value: &mut Value) {
        match (kind, value) {
            (Kind::Sensitive, Value::String(text)) => self.text(text),
            (Kind::Object(object), Value::Object(members)) => self.members(object, members),
            (Kind::List(list), Value::Array(items)) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.within(index.to_string(), |sealer| sealer.value(&list.item, item));
                }
            }
            _ => {}
        }
    }

    /// A query parameter that `.extra` has put in the place of a sensitive one.
    pub(crate) fn extra_parameter(&mut self, name: &'static str, extra: &mut ExtraQuery) {
        if let Some(Value::String(text)) = extra.get_mut(name) {
            self.offences.enter_parameter(name);
            self.text(text);
            self.offences.leave_parameter();
        }
    }

    fn text(&mut self, text: &mut String) {
        let mut sensitive = Sensitive::from(std::mem::take(text));
        sensitive.seal(self);
        *text = sensitive.into_sealed().unwrap_or_default();
    }

    fn within(&mut self, segment: impl Into<Cow<'static, str>>, walk: impl FnOnce(&mut Self)) {
        self.offences.enter(segment);
        walk(self);
        self.offences.leave();
    }
}

impl Seal for Sensitive {
    fn seal(&mut self, sealer: &mut Sealer<'_>) {
        let Some(text) = self.plain() else { return };
        if text.is_empty() {
            return sealer.offences.add(Rule::Empty);
        }
        let max = sealer.key.max_plaintext();
        if text.len() > max {
            return sealer.offences.add(Rule::TooLongToEncrypt { max, actual: text.len() });
        }
        match sealer.key.encrypt(text.as_bytes()) {
            Ok(ciphertext) => self.set_sealed(STANDARD.encode(ciphertext)),
            Err(error) => sealer.failure = Some(error),
        }
    }

    fn is_nothing(&self) -> bool {
        self.plain().is_some_and(str::is_empty)
    }
}

impl<T: Seal> Seal for Option<T> {
    fn seal(&mut self, sealer: &mut Sealer<'_>) {
        match self {
            Some(value) if value.is_nothing() => *self = None,
            Some(value) => value.seal(sealer),
            None => {}
        }
    }
}

impl<T: Seal> Seal for Vec<T> {
    fn seal(&mut self, sealer: &mut Sealer<'_>) {
        for (index, item) in self.iter_mut().enumerate() {
            sealer.within(index.to_string(), |sealer| item.seal(sealer));
        }
    }
}

impl<T: Seal> Seal for Box<T> {
    fn seal(&mut self, sealer: &mut Sealer<'_>) {
        self.as_mut().seal(sealer);
    }
}
