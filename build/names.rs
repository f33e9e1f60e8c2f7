//! Names of the specs as Rust names, by the same rules as the generator's.

use heck::{ToPascalCase, ToSnakeCase};

pub(crate) fn pascal_case(name: &str) -> String {
    name.to_pascal_case()
}

/// Whether a name can stand in Rust as it is. `gen` is a keyword that the parser does not know yet.
pub(crate) fn is_identifier(name: &str) -> bool {
    syn::parse_str::<syn::Ident>(name).is_ok() && name != "gen"
}

/// Snake case; a keyword gets a trailing underscore, as in `type_`.
pub(crate) fn snake_case(name: &str) -> String {
    let snake = name.to_snake_case();
    if syn::parse_str::<syn::Ident>(&snake).is_ok() { snake } else { format!("{snake}_") }
}

/// Upper snake case, for constants.
pub(crate) fn constant_case(name: &str) -> String {
    name.to_snake_case().to_uppercase()
}

pub(crate) fn is_snake_case(name: &str) -> bool {
    !name.is_empty() && name.to_snake_case() == name
}

pub(crate) fn is_pascal_case(name: &str) -> bool {
    !name.is_empty() && name.to_pascal_case() == name
}
