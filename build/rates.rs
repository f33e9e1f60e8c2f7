//! How often an operation may be called, from `x-rate`.

use proc_macro2::TokenStream;
use quote::quote;

/// Calls in a minute, and how many of them may fail where that is documented: `150/s`, `1000/min`, `150/s, 6/s failing`.
pub(crate) fn parse(text: &str) -> Option<(u32, Option<u32>)> {
    let (all, failing) = match text.split_once(", ") {
        Some((all, failing)) => (all, Some(per_minute(failing.strip_suffix(" failing")?)?)),
        None => (text, None),
    };
    Some((per_minute(all)?, failing))
}

fn per_minute(text: &str) -> Option<u32> {
    let (number, unit) = text.split_once('/')?;
    let number: u32 = number.parse().ok().filter(|number| *number > 0)?;
    match unit {
        "s" => number.checked_mul(60),
        "min" => Some(number),
        _ => None,
    }
}

pub(crate) fn emit(rate: Option<&str>) -> TokenStream {
    let Some((per_minute, failing)) = rate.and_then(parse) else { return quote!(None) };
    let failing = match failing {
        Some(failing) => quote!(Some(#failing)),
        None => quote!(None),
    };
    quote!(Some(crate::rates::Rate { per_minute: #per_minute, failing_per_minute: #failing }))
}
