//! An object against its table: its members, and what holds between them.

use serde_json::{Map, Value};

use super::offence::{Offences, Rule};
use super::{Context, Object, Sum, value};

pub(crate) fn check(object: &'static Object, given: &Value, context: Context<'_>, offences: &mut Offences) {
    let Value::Object(members) = given else { return };
    for (name, _) in members.iter().filter(|(_, member)| member.is_null()) {
        offences.within(name.clone(), |offences| offences.add(Rule::Null));
    }
    for field in object.fields {
        offences.within(field.name, |offences| match members.get(field.name) {
            Some(member) => value::check(&field.kind, member, context, offences),
            None if field.is_required => offences.add(Rule::Required),
            None => {}
        });
    }
    for group in object.one_of {
        let count = group.iter().filter(|name| members.contains_key(**name)).count();
        let is_unknown = |name: &String| !object.fields.iter().any(|field| field.name == name);
        offences.alternatives(group, count, members.keys().any(is_unknown));
    }
    for (low, high) in object.at_most {
        if let (Some(Some(amount)), Some(Some(limit))) = (sum(members, &[low]), sum(members, &[high]))
            && amount > limit
        {
            offences.within(*low, |offences| offences.add(Rule::Above { other: high }));
        }
    }
    for rule in object.sums {
        self::total(rule, members, offences);
    }
}

/// A total is only compared when every part of it is there.
fn total(rule: &Sum, members: &Map<String, Value>, offences: &mut Offences) {
    let (Some(Some(total)), Some(plus), Some(minus)) =
        (sum(members, &[rule.total]), sum(members, rule.plus), sum(members, rule.minus))
    else {
        return;
    };
    let Some(plus) = plus else { return };
    if i128::from(total) != i128::from(plus) - i128::from(minus.unwrap_or_default()) {
        let mut parts = rule.plus.join(" + ");
        for minus in rule.minus {
            parts.push_str(" - ");
            parts.push_str(minus);
        }
        offences.within(rule.total, |offences| offences.add(Rule::Sum { parts }));
    }
}

/// The amounts at the ends of these paths, added up. The outer `None`: an amount is missing or no amount, so nothing can
/// be said; the inner one: the members that would hold amounts are absent altogether.
fn sum(members: &Map<String, Value>, paths: &[&str]) -> Option<Option<i64>> {
    let mut total = None;
    for path in paths {
        let (first, rest) = path.split_once('.').map_or((*path, None), |(first, rest)| (first, Some(rest)));
        let part = match (members.get(first), rest) {
            (None, _) => continue,
            (Some(amount), None) => amount.as_i64()?,
            (Some(Value::Object(inner)), Some(rest)) => sum(inner, &[rest])??,
            (Some(Value::Array(items)), Some(rest)) => {
                let mut amounts = items.iter().map(|item| sum(item.as_object()?, &[rest])?);
                amounts.try_fold(0_i64, |total, amount| total.checked_add(amount?))?
            }
            _ => return None,
        };
        total = Some(total.unwrap_or(0_i64).checked_add(part)?);
    }
    Some(total)
}
