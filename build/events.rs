//! The events of all enabled families as one enum, and the reader that finds the right variant.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::docs;
use super::requests::path;
use super::spec::{Document, Event, Type};

/// An event type and the family that has it, enabled or not.
pub(crate) type Known = (String, String);

/// The module `events.rs`.
pub(crate) fn emit(families: &[Document], known: &[Known]) -> Result<String, String> {
    let mut events: Vec<(&Document, &Event)> =
        families.iter().flat_map(|family| family.events.iter().map(move |event| (family, event))).collect();
    events.sort_by(|(_, one), (_, other)| one.variant.cmp(&other.variant));
    let variants = events.iter().map(|(family, event)| {
        let name = format_ident!("{}", event.variant);
        let ty = payload(family, event);
        let docs = docs::searchable(&text(event), &event.description);
        quote!(#docs #name(Box<#ty>),)
    });
    let names = events.iter().map(|(_, event)| {
        let (name, word) = (format_ident!("{}", event.variant), &event.event_type);
        quote!(Self::#name(_) => #word,)
    });
    let shapes = shapes(&events);
    let known = known.iter().map(|(event, family)| quote!((#event, #family)));
    super::emit::unparse(quote! {
        /// What has happened: one variant for each event of the enabled families, and for each shape that an event comes in.
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum Event {
            #(#variants)*
            /// An event, or a shape of one, that no enabled family knows.
            Unrecognized(crate::webhook::UnrecognizedEvent),
        }

        impl Event {
            /// The word of WeChat Pay, such as `REFUND.SUCCESS`.
            pub fn event_type(&self) -> &str {
                match self {
                    #(#names)*
                    Self::Unrecognized(event) => event.event_type(),
                }
            }
        }

        pub(crate) static SHAPES: &[crate::webhook::Shape] = &[#(#shapes),*];

        /// Every event type of the specs and the family it belongs to, enabled or not.
        pub(crate) static KNOWN: &[(&str, &str)] = &[#(#known),*];
    })
}

/// How each variant is recognised and read; those that ask for more come first.
fn shapes(events: &[(&Document, &Event)]) -> Vec<TokenStream> {
    let mut sorted = events.to_vec();
    sorted.sort_by_key(|(_, event)| std::cmp::Reverse(event.shape.weight()));
    let shape = |(family, event): &(&Document, &Event)| {
        let (word, variant) = (&event.event_type, format_ident!("{}", event.variant));
        let (types, has, lacks) = (&event.shape.original_types, &event.shape.has, &event.shape.lacks);
        let ty = payload(family, event);
        quote! {
            crate::webhook::Shape {
                event_type: #word,
                original_types: &[#(#types),*],
                has: &[#(#has),*],
                lacks: &[#(#lacks),*],
                read: |value| {
                    let payload: #ty = crate::rt::Decode::decode(value)?;
                    Ok(Event::#variant(Box::new(payload)))
                },
            }
        }
    };
    sorted.iter().map(shape).collect()
}

/// The Rust type of what an event carries.
fn payload(family: &Document, event: &Event) -> TokenStream {
    match &event.ty {
        Type::Component { common: false, name } => {
            let (family, name) = (format_ident!("{}", family.family), format_ident!("{name}"));
            quote!(crate::#family::#name)
        }
        shared => path(shared),
    }
}

fn text(event: &Event) -> String {
    format!("{}\n\n`{}` · [official page]({})", event.description.trim(), event.event_type, event.page)
}

/// The examples of the specs, for the test that reads each event.
pub(crate) fn examples(families: &[Document]) -> Result<String, String> {
    let rows = families.iter().flat_map(|family| &family.events).map(|event| {
        let (word, variant, example) = (&event.event_type, &event.variant, event.example.to_string());
        let original_type = event.shape.original_types.first().map_or(quote!(None), |word| quote!(Some(#word)));
        quote!((#word, #original_type, #variant, #example))
    });
    super::emit::unparse(quote! {
        /// Event type, original type, variant and plaintext.
        pub(crate) static EXAMPLES: &[(&str, Option<&str>, &str, &str)] = &[#(#rows),*];
    })
}
