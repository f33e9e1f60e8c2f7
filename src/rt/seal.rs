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
    serial: &'a HeaderValue,
    refuses_four_byte_characters: bool,
    offences: &'a mut Offences,
    failure: Option<Error>,
}

/// Encrypts what a walk finds, all with one key. Gives the serial of that key, for `Wechatpay-Serial`.
pub(crate) fn seal(core: &Core, offences: &mut Offences, walk: impl FnOnce(&mut Sealer<'_>)) -> Result<HeaderValue> {
    let trust = core.trust();
    let (serial, key) = trust.encryption_key(core.clock().now()).ok_or_else(|| {
        Error::request("no key of WeChat Pay is in effect, so the sensitive fields of this call cannot be encrypted")
    })?;
    let refuses_four_byte_characters = core.refuses_four_byte_characters();
    let mut sealer = Sealer { key, serial: &serial, refuses_four_byte_characters, offences, failure: None };
    walk(&mut sealer);
    sealer.failure.map_or(Ok(()), Err)?;
    Ok(serial)
}

impl Sealer<'_> {
    /// A member, unless `extra` takes its place.
    pub(crate) fn field(&mut self, name: &'static str, member: &mut impl Seal, extra: &Extra) {
        if !extra.contains_key(name) {
            self.within(name, |sealer| member.seal(sealer));
        }
    }

    /// A query parameter.
    pub(crate) fn parameter(&mut self, name: &'static str, value: &mut impl Seal) {
        self.offences.enter_parameter(name);
        value.seal(self);
        self.offences.leave_parameter();
    }

    /// A text that is to stand at this JSON pointer.
    pub(crate) fn pointed(&mut self, pointer: &str, text: &mut Sensitive) {
        let segments = pointer.split('/').skip(1).map(|name| name.replace("~1", "/").replace("~0", "~"));
        let count = segments.map(|segment| self.offences.enter(segment)).count();
        text.seal(self);
        for _ in 0..count {
            self.offences.leave();
        }
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
            (kind, Value::Array(items)) => {
                let item_kind = if let Kind::List(list) = kind { &list.item } else { kind };
                for (index, item) in items.iter_mut().enumerate() {
                    self.within(index.to_string(), |sealer| sealer.value(item_kind, item));
                }
            }
            (Kind::List(list), value) => self.value(&list.item, value),
            (Kind::Object(object), Value::Object(members)) => self.members(object, members),
            (Kind::Sensitive, value) => self.sensitive(value),
            _ => {}
        }
    }

    /// A value in the place of a sensitive text. Whatever it is, it is not sent as it is.
    fn sensitive(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Number(number) => {
                let mut text = number.to_string();
                self.text(&mut text);
                *value = Value::from(text);
            }
            Value::Null => {}
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                self.offences.add(Rule::NotText);
                *value = Value::from("");
            }
        }
    }

    /// A query parameter that `.extra` has put in the place of a sensitive one.
    pub(crate) fn extra_parameter(&mut self, name: &'static str, extra: &mut ExtraQuery) {
        if let Some(value) = extra.get_mut(name) {
            self.offences.enter_parameter(name);
            self.value(&Kind::Sensitive, value);
            self.offences.leave_parameter();
        }
    }

    /// In base64. Of what cannot be encrypted nothing is left: its offence keeps the call from being sent, and those of
    /// the other members are still to be found.
    fn ciphertext(&mut self, text: &str) -> Option<String> {
        let max = self.key.max_plaintext();
        if text.is_empty() {
            self.offences.add(Rule::Empty);
        } else if text.len() > max {
            self.offences.add(Rule::TooLongToEncrypt { max, actual: text.len() });
        } else if self.refuses_four_byte_characters && text.chars().any(|character| character.len_utf8() == 4) {
            self.offences.add(Rule::FourByteCharacter);
        } else {
            match self.key.encrypt(text.as_bytes()) {
                Ok(ciphertext) => return Some(STANDARD.encode(ciphertext)),
                Err(error) => self.failure = Some(error),
            }
        }
        None
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
        let (serial, key) = (sealer.serial, sealer.key);
        self.seal_with(serial, key, |text| sealer.ciphertext(text));
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
