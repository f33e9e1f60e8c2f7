//! The documented limits of requests as tables: what `src/rules.rs` checks before anything is sent.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::limits::{Limits, Marks};
use super::names::constant_case;
use super::reach::{Component, Reach};
use super::spec::{Document, Location, Operation, Property, Schema, Shape, Type};

/// The module `rules` of a file: one table for each object that requests reach, one list for each operation.
pub(crate) fn emit(document: &Document, common: &Document, reach: &Reach) -> TokenStream {
    let mut tables = Tables { document, common, patterns: TokenStream::new(), count: 0 };
    let mut statics = TokenStream::new();
    for schema in &document.schemas {
        let component: Component = (document.is_common(), schema.name.clone());
        if let Shape::Object(properties) = &schema.shape
            && reach.requests.contains(&component)
        {
            statics.extend(tables.object(schema, properties));
        }
    }
    for operation in document.all_operations() {
        statics.extend(tables.parameters(operation));
    }
    let patterns = tables.patterns;
    quote! {
        pub(crate) mod rules {
            #[allow(unused_imports, reason = "which kinds of rules there are depends on the spec")]
            use crate::rules::{Field, Kind, List, Object, Parameter, Pattern, Sum, Text};

            #patterns
            #statics
        }
    }
}

/// Where the table of an object stands, seen from the module of a family.
pub(crate) fn table(ty: &Type) -> Option<TokenStream> {
    let (common, name) = ty.component()?;
    let name = format_ident!("{}", constant_case(name));
    Some(if common { quote!(crate::common::rules::#name) } else { quote!(rules::#name) })
}

/// The list of an operation's parameters.
pub(crate) fn parameters(operation: &Operation) -> Ident {
    format_ident!("{}_PARAMETERS", constant_case(&operation.id))
}

struct Tables<'a> {
    document: &'a Document,
    common: &'a Document,
    patterns: TokenStream,
    count: usize,
}

impl Tables<'_> {
    fn object(&mut self, schema: &Schema, properties: &[Property]) -> TokenStream {
        let name = format_ident!("{}", constant_case(&schema.name));
        let fields = properties.iter().map(|property| {
            let kind = self.kind(&property.ty, &property.limits, &property.marks);
            let Property { name, required, .. } = property;
            quote!(Field { name: #name, is_required: #required, kind: #kind })
        });
        let fields: Vec<TokenStream> = fields.collect();
        let one_of = groups(&schema.relations.one_of);
        let sums = schema.relations.sums.iter().map(|sum| {
            let (total, plus, minus) = (&sum.total, &sum.plus, &sum.minus);
            quote!(Sum { total: #total, plus: &[#(#plus),*], minus: &[#(#minus),*] })
        });
        let at_most = schema.relations.at_most.iter().map(|(low, high)| quote!((#low, #high)));
        quote! {
            pub(crate) static #name: Object =
                Object { fields: &[#(#fields),*], one_of: #one_of, sums: &[#(#sums),*], at_most: &[#(#at_most),*] };
        }
    }

    fn parameters(&mut self, operation: &Operation) -> TokenStream {
        let list = parameters(operation);
        let mut rules = Vec::new();
        for parameter in &operation.parameters {
            let kind = self.kind(&parameter.ty, &parameter.limits, &parameter.marks);
            let name = &parameter.name;
            let in_path = parameter.location == Location::Path;
            rules.push(quote!(Parameter { name: #name, in_path: #in_path, kind: #kind }));
        }
        quote!(pub(super) static #list: &[Parameter] = &[#(#rules),*];)
    }

    fn kind(&mut self, ty: &Type, limits: &Limits, marks: &Marks) -> TokenStream {
        match ty {
            Type::Boolean | Type::Any | Type::Ciphertext => quote!(Kind::Any),
            Type::Sensitive => quote!(Kind::Sensitive),
            Type::Text => self.text(limits, marks),
            Type::JsonText(inside) => {
                let inside = self.item(inside, limits, marks);
                quote!(Kind::Json(&#inside))
            }
            Type::Integer => number(limits),
            Type::List(item) => {
                let item = self.item(item, limits, marks);
                let (min, max) = (option(limits.min_items), option(limits.max_items));
                quote!(Kind::List(&List { item: #item, min: #min, max: #max }))
            }
            Type::Component { common: true, name } if name == "Fen" => number(limits),
            Type::Component { common, name } => {
                let format = time_format(name).filter(|_| *common).map(|format| format_ident!("{format}"));
                match (format, self.document.find(self.common, ty).map(|schema| &schema.shape)) {
                    (Some(format), _) => quote!(Kind::Time(crate::types::TimeFormat::#format)),
                    (None, Some(Shape::Object(_))) => {
                        let table = format_ident!("{}", constant_case(name));
                        let is_elsewhere = *common && !self.document.is_common();
                        if is_elsewhere {
                            quote!(Kind::Object(&crate::common::rules::#table))
                        } else {
                            quote!(Kind::Object(&#table))
                        }
                    }
                    (None, _) => quote!(Kind::Text(Text::ANY)),
                }
            }
        }
    }

    /// What is in a list, or in a text that holds JSON.
    fn item(&mut self, ty: &Type, limits: &Limits, marks: &Marks) -> TokenStream {
        let none = Limits::default();
        self.kind(ty, limits.items.as_deref().unwrap_or(&none), marks)
    }

    fn text(&mut self, limits: &Limits, marks: &Marks) -> TokenStream {
        let mut members = Vec::new();
        for (name, limit) in [("min", limits.min_length), ("max", limits.max_length), ("max_bytes", limits.max_bytes)] {
            if limit.is_some() {
                let (name, limit) = (format_ident!("{name}"), option(limit));
                members.push(quote!(#name: #limit));
            }
        }
        if let Some(pattern) = &limits.pattern {
            let name = format_ident!("PATTERN_{}", self.count);
            self.count += 1;
            self.patterns.extend(quote!(static #name: Pattern = Pattern::new(#pattern);));
            members.push(quote!(pattern: Some(&#name)));
        }
        if marks.notify_url {
            members.push(quote!(is_notify_url: true));
        }
        if let Some(is_merchant) = marks.is_merchant {
            members.push(quote!(is_merchant: Some(#is_merchant)));
        }
        if members.is_empty() {
            quote!(Kind::Text(Text::ANY))
        } else {
            quote!(Kind::Text(Text { #(#members,)* ..Text::ANY }))
        }
    }
}

fn number(limits: &Limits) -> TokenStream {
    let (min, max) = (option(limits.minimum), option(limits.maximum));
    quote!(Kind::Number { min: #min, max: #max })
}

fn option(limit: Option<i64>) -> TokenStream {
    match limit {
        Some(limit) => quote!(Some(#limit)),
        None => quote!(None),
    }
}

pub(crate) fn groups(groups: &[Vec<String>]) -> TokenStream {
    let groups = groups.iter().map(|group| quote!(&[#(#group),*]));
    quote!(&[#(#groups),*])
}

/// The time format of a scalar component.
fn time_format(component: &str) -> Option<&'static str> {
    Some(match component {
        "Rfc3339Time" => "Rfc3339",
        "BeijingTime" => "BeijingTime",
        "BeijingDate" => "BeijingDate",
        "BeijingIsoDate" => "BeijingIsoDate",
        "BeijingHour" => "BeijingHour",
        "PayscoreTime" => "Payscore",
        _ => return None,
    })
}
