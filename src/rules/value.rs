//! One value against its rule.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::offence::{Offences, Rule};
use super::{Context, Kind, List, Text, body, notify_url};

/// A value of another type is let through: `extra` may be right where the spec is wrong.
pub(super) fn check(kind: &'static Kind, value: &Value, context: Context<'_>, offences: &mut Offences) {
    match (kind, value) {
        (Kind::Text(rule), Value::String(text)) => self::text(rule, text, context, offences),
        (Kind::Sensitive, Value::String(text)) if !is_ciphertext(text) => offences.add(Rule::NotEncrypted),
        (Kind::Time(_), Value::String(text)) if text.is_empty() => offences.add(Rule::Empty),
        (Kind::Time(format), Value::String(text)) if !format.accepts(text) => {
            offences.add(Rule::Time { expected: format.expected() });
        }
        (Kind::Number { min, max }, value) => number(*min, *max, value, offences),
        (Kind::Json(kind), Value::String(text)) => {
            if let Ok(inside) = serde_json::from_str(text) {
                check(kind, &inside, context, offences);
            }
        }
        (Kind::Object(object), value) => body::check(object, value, context, offences),
        (Kind::List(list), Value::Array(items)) => self::list(list, items, context, offences),
        _ => {}
    }
}

/// Whether this can be what a key of at least 2048 bits made.
fn is_ciphertext(text: &str) -> bool {
    STANDARD.decode(text).is_ok_and(|bytes| bytes.len() >= 256)
}

fn text(rule: &Text, text: &str, context: Context<'_>, offences: &mut Offences) {
    if text.is_empty() {
        return offences.add(Rule::Empty);
    }
    let count = || text.chars().count();
    if let Some(min) = rule.min.filter(|min| is_below(count(), *min)) {
        offences.add(Rule::TooShort { min, actual: count() });
    }
    // A text has at least as many bytes as characters, so most need no counting.
    if let Some(max) = rule.max.filter(|max| is_above(text.len(), *max) && is_above(count(), *max)) {
        offences.add(Rule::TooLong { max, actual: count() });
    }
    if let Some(max) = rule.max_bytes.filter(|max| is_above(text.len(), *max)) {
        offences.add(Rule::TooManyBytes { max, actual: text.len() });
    }
    if let Some(pattern) = rule.pattern.filter(|pattern| !pattern.fits(text)) {
        offences.add(Rule::Pattern { pattern: pattern.as_str() });
    }
    if rule.is_notify_url
        && let Some(problem) = notify_url::problem(text, context.is_loopback)
    {
        offences.add(Rule::NotifyUrl { problem });
    }
    if let (Some(should_be), Some(mchid)) = (rule.is_merchant, context.mchid)
        && should_be != (text == mchid)
    {
        offences.add(if should_be { Rule::NotTheMerchant } else { Rule::TheMerchant });
    }
}

fn number(min: Option<i64>, max: Option<i64>, value: &Value, offences: &mut Offences) {
    let Some(number) = value.as_i64() else { return };
    if let Some(min) = min.filter(|min| number < *min) {
        offences.add(Rule::TooSmall { min });
    }
    if let Some(max) = max.filter(|max| number > *max) {
        offences.add(Rule::TooLarge { max });
    }
}

fn list(list: &'static List, items: &[Value], context: Context<'_>, offences: &mut Offences) {
    if let Some(min) = list.min.filter(|min| is_below(items.len(), *min)) {
        offences.add(Rule::TooFew { min, actual: items.len() });
    }
    if let Some(max) = list.max.filter(|max| is_above(items.len(), *max)) {
        offences.add(Rule::TooMany { max, actual: items.len() });
    }
    for (index, item) in items.iter().enumerate() {
        offences.within(index.to_string(), |offences| match item {
            Value::Null => offences.add(Rule::Null),
            item => check(&list.item, item, context, offences),
        });
    }
}

fn is_below(actual: usize, min: i64) -> bool {
    i64::try_from(actual).is_ok_and(|actual| actual < min)
}

fn is_above(actual: usize, max: i64) -> bool {
    i64::try_from(actual).is_ok_and(|actual| actual > max)
}
