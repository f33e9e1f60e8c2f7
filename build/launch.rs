//! What a phone opens: implementations of `launch::LaunchOrder` and `launch::LaunchAnswer`, from `x-launch`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::names::{pascal_case, snake_case};
use super::spec::{Property, Schema, Shape, Type};

/// The words of `x-launch`, and the member of an answer that the phone needs.
pub(crate) const SCENES: [(&str, &str); 9] = [
    ("app", "prepay_id"),
    ("h5", "h5_url"),
    ("jsapi", "prepay_id"),
    ("mini_program", "prepay_id"),
    ("native", "code_url"),
    ("payscore_order", "package"),
    ("payscore_permission", "apply_permissions_token"),
    ("payscore_plan", "package"),
    ("transfer", "package_info"),
];

/// The members of an order that name the app in which it is paid; the first that is given counts.
const APPIDS: [&str; 4] = ["sub_appid", "sp_appid", "appid", "combine_appid"];

/// How a component takes part in a scene.
pub(crate) enum Part<'a> {
    /// An answer with what the phone needs.
    Answer(&'a Property),
    /// An order that names the app.
    Order(Vec<&'a Property>),
}

/// The part that a component has in a scene; `None` where its members do not allow it.
pub(crate) fn part<'a>(schema: &'a Schema, scene: &str) -> Option<Part<'a>> {
    let Shape::Object(properties) = &schema.shape else { return None };
    let find = |name: &str| properties.iter().find(|property| property.name == name && property.ty == Type::Text);
    let (_, handle) = SCENES.iter().find(|(word, _)| *word == scene)?;
    if let Some(property) = find(handle) {
        return Some(Part::Answer(property));
    }
    // A transfer names the sub-merchant's app apart.
    let appids = APPIDS.into_iter().filter(|name| scene != "transfer" || *name != "sub_appid");
    let appids: Vec<_> = appids.filter_map(find).collect();
    (!appids.is_empty()).then_some(Part::Order(appids))
}

pub(crate) fn emit(schema: &Schema) -> TokenStream {
    let name = format_ident!("{}", schema.name);
    let scenes = schema.relations.launch.iter();
    let parts = scenes.filter_map(|scene| {
        let part = part(schema, scene)?;
        let scene_type = format_ident!("{}", pascal_case(scene));
        Some(match part {
            Part::Answer(property) => {
                let handle = value(property);
                let answered_at = answered_at(schema);
                quote! {
                    impl crate::launch::LaunchAnswer<crate::launch::scene::#scene_type> for #name {
                        fn handle(&self) -> Option<&str> {
                            #handle
                        }
                        #answered_at
                    }
                }
            }
            Part::Order(appids) => {
                let appids = appids.into_iter().map(value);
                let sub = (scene == "transfer").then(|| sub_merchant(schema));
                quote! {
                    impl crate::launch::LaunchOrder<crate::launch::scene::#scene_type> for #name {
                        fn appid(&self) -> Option<&str> {
                            [#(#appids),*].into_iter().flatten().find(|appid| !appid.is_empty())
                        }
                        #sub
                    }
                }
            }
        })
    });
    quote!(#(#parts)*)
}

/// The time that the answer itself names: an answer to a repeated request is younger than what it opens.
fn answered_at(schema: &Schema) -> Option<TokenStream> {
    let Shape::Object(properties) = &schema.shape else { return None };
    let time = Some((true, "Rfc3339Time"));
    let created =
        properties.iter().find(|property| property.name == "create_time" && property.ty.component() == time)?;
    let value = match created.required {
        true => quote!(Some(&self.create_time)),
        false => quote!(self.create_time.as_ref()),
    };
    Some(quote! {
        fn answered_at(&self) -> Option<::std::time::SystemTime> {
            #value.and_then(crate::launch::moment)
        }
    })
}

/// The sub-merchant of a transfer and its app, where the order names them.
fn sub_merchant(schema: &Schema) -> TokenStream {
    let Shape::Object(properties) = &schema.shape else { return TokenStream::new() };
    let named = properties.iter().filter(|property| ["sub_mchid", "sub_appid"].contains(&property.name.as_str()));
    let methods = named.map(|property| {
        let (name, value) = (format_ident!("{}", property.name), value(property));
        quote! {
            fn #name(&self) -> Option<&str> {
                #value
            }
        }
    });
    quote!(#(#methods)*)
}

/// A text member as an `Option<&str>`.
fn value(property: &Property) -> TokenStream {
    let field = format_ident!("{}", snake_case(&property.name));
    match property.required {
        true => quote!(Some(self.#field.as_str())),
        false => quote!(self.#field.as_deref()),
    }
}
