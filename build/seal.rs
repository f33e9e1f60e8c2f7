//! The walk to the encrypted members of a request body.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::names::constant_case;
use super::spec::{Document, Shape, Type};
use super::structs::Field;

/// The objects of a file that hold or reach something to encrypt, by name.
pub(crate) fn sealed(document: &Document, common: &Document) -> BTreeSet<String> {
    let mut sealed = BTreeSet::new();
    // A shared component reaches only shared ones, so a family needs those first.
    let of_common = if document.is_common() { BTreeSet::new() } else { self::sealed(common, common) };
    loop {
        let before = sealed.len();
        for schema in &document.schemas {
            if let Shape::Object(properties) = &schema.shape
                && properties.iter().any(|property| reaches(&property.ty, document, &sealed, &of_common))
            {
                sealed.insert(schema.name.clone());
            }
        }
        if sealed.len() == before {
            return sealed;
        }
    }
}

/// Whether a request body of this type has anything to encrypt.
pub(crate) fn is_sealed(ty: &Type, document: &Document, common: &Document) -> bool {
    reaches(ty, document, &sealed(document, common), &sealed(common, common))
}

fn reaches(ty: &Type, document: &Document, own: &BTreeSet<String>, of_common: &BTreeSet<String>) -> bool {
    match ty {
        Type::Sensitive => true,
        Type::List(item) => reaches(item, document, own, of_common),
        Type::Component { common, name } if *common && !document.is_common() => of_common.contains(name),
        Type::Component { name, .. } => own.contains(name),
        _ => false,
    }
}

pub(crate) fn emit(name: &str, fields: &[Field<'_>], document: &Document, common: &Document) -> TokenStream {
    let table = format_ident!("{}", constant_case(name));
    let name = format_ident!("{name}");
    let walk = fields.iter().filter(|field| is_sealed(&field.property.ty, document, common)).map(|field| {
        let ident = &field.ident;
        let wire = &field.property.name;
        quote!(sealer.field(#wire, &mut self.#ident, &self.extra);)
    });
    quote! {
        impl crate::rt::Seal for #name {
            fn seal(&mut self, sealer: &mut crate::rt::Sealer<'_>) {
                #(#walk)*
                // What stands in the place of a member has to be encrypted too.
                sealer.extra(&rules::#table, &mut self.extra);
            }
        }
    }
}
