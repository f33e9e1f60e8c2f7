//! Pages: which member of a request turns them, and what of an answer says whether there are more.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::load::Node;
use super::names::{constant_case, snake_case};
use super::requests::{given, path};
use super::spec::{Document, Location, Operation, Parameter, Property, Shape, Type};

/// What `x-pagination` says.
#[derive(Debug)]
pub(crate) enum Pagination {
    Pages(Pages),
    /// They are not turned by the SDK; the spec says why.
    Not,
}

/// How the pages of an operation are turned.
#[derive(Debug)]
pub(crate) struct Pages {
    pub(crate) by: Turning,
    /// The member of the request that says how many items a page has.
    pub(crate) limit: Option<String>,
    /// The list of the answer.
    pub(crate) items: String,
    /// The member of the answer that counts the items of all pages.
    pub(crate) total: Option<String>,
}

#[derive(Debug)]
pub(crate) enum Turning {
    /// The member of the request that counts the items before the page.
    Offset(String),
    /// The member of the request that is the number of the page, and the number of the first one.
    Page { number: String, first: i64 },
    /// The member of the request that takes what the answer before had in `next`.
    Cursor { cursor: String, next: String },
}

impl Turning {
    /// The member of the request that is another one for each page.
    pub(crate) fn member(&self) -> &str {
        match self {
            Self::Offset(name) | Self::Page { number: name, .. } | Self::Cursor { cursor: name, .. } => name,
        }
    }
}

impl Pagination {
    /// None where there is no `x-pagination`; a map that names no way to turn pages is one that names nothing.
    pub(crate) fn read(node: &Node) -> Option<Self> {
        let node = node.get("x-pagination")?;
        if node.text().is_some() {
            return Some(Self::Not);
        }
        let text = |key: &str| node.text_at(key).map(str::to_owned);
        let by = match (text("offset"), text("page"), text("cursor")) {
            (None, Some(number), None) => Turning::Page { number, first: node.integer_at("first").unwrap_or_default() },
            (None, None, Some(cursor)) => Turning::Cursor { cursor, next: text("next").unwrap_or_default() },
            (offset, ..) => Turning::Offset(offset.unwrap_or_default()),
        };
        Some(Self::Pages(Pages {
            by,
            limit: text("limit"),
            items: text("items").unwrap_or_default(),
            total: text("total"),
        }))
    }
}

/// A member of the request: a query parameter, or a member of the body.
pub(crate) struct Member<'a> {
    pub(crate) name: &'a str,
    pub(crate) ty: &'a Type,
    pub(crate) required: bool,
    is_in_body: bool,
}

impl<'a> Member<'a> {
    pub(crate) fn find(
        name: &str,
        operation: &'a Operation,
        document: &'a Document,
        common: &'a Document,
    ) -> Option<Self> {
        let query = operation.parameters.iter().find(|known| known.name == name && known.location == Location::Query);
        if let Some(Parameter { name, ty, required, .. }) = query {
            return Some(Self { name, ty, required: *required, is_in_body: false });
        }
        let body = operation.body.as_ref()?;
        let Property { name, ty, required, .. } = property(&body.ty, name, document, common)?;
        Some(Self { name, ty, required: *required, is_in_body: true })
    }

    /// Where the call keeps it.
    fn place(&self) -> TokenStream {
        let ident = format_ident!("{}", snake_case(self.name));
        if self.is_in_body { quote!(self.body.#ident) } else { quote!(self.#ident) }
    }
}

/// A member of an object component.
pub(crate) fn property<'a>(
    ty: &Type,
    name: &str,
    document: &'a Document,
    common: &'a Document,
) -> Option<&'a Property> {
    match (ty, document.find(common, ty).map(|schema| &schema.shape)) {
        (Type::Component { .. }, Some(Shape::Object(properties))) => {
            properties.iter().find(|property| property.name == name)
        }
        _ => None,
    }
}

/// The method `stream` of a call, and how its pages are turned. `names` are the call's values, `required` those that
/// `states` tell of.
pub(crate) fn emit(
    operation: &Operation,
    (document, common): (&Document, &Document),
    call: &Ident,
    (required, states): (&[&Parameter], &[Ident]),
    names: &[Ident],
) -> Option<TokenStream> {
    let Some(Pagination::Pages(pages)) = &operation.pagination else { return None };
    let answer = operation.answer.as_ref()?;
    let items = property(answer, &pages.items, document, common)?;
    let Type::List(item) = &items.ty else { return None };
    let turned = Member::find(pages.by.member(), operation, document, common)?;
    let (item, answer_ty) = (path(item), path(answer));
    // Where the first page is need not be said.
    let unsaid = required.iter().position(|parameter| !turned.is_in_body && parameter.name == turned.name);
    let bounds: Vec<_> = states.iter().enumerate().filter(|(at, _)| Some(*at) != unsaid).map(|(_, s)| s).collect();
    let all_given: Vec<_> = states.iter().map(|_| quote!(crate::required::Given)).collect();
    let (impls, ty) = (given(states, states.len()), quote!(#call<#(#all_given),*>));
    let call_with_all = match states.is_empty() {
        true => quote!(self),
        false => quote! {
            #call { client: self.client, #(#names: self.#names,)* given: ::std::marker::PhantomData }
        },
    };
    let constant = format_ident!("{}", constant_case(&operation.id));
    let by = match &pages.by {
        Turning::Offset(_) => quote!(Offset),
        Turning::Page { first, .. } => quote!(Page { first: #first }),
        Turning::Cursor { .. } => quote!(Cursor),
    };
    let place = turned.place();
    let kind = match pages.by {
        Turning::Cursor { .. } => quote!(Cursor),
        _ => quote!(Number),
    };
    let (read, write) = match turned.required {
        true => (quote!(Some(crate::rt::Place::#kind(#place.clone()))), quote!(#place = to)),
        false => (quote!(#place.clone().map(crate::rt::Place::#kind)), quote!(#place = Some(to))),
    };
    let limit = pages.limit.as_ref().and_then(|name| Member::find(name, operation, document, common));
    let limit = match limit {
        Some(member) => {
            let place = member.place();
            if member.required { quote!(Some(#place)) } else { quote!(#place) }
        }
        None => quote!(None),
    };
    let items = format_ident!("{}", snake_case(&pages.items));
    let of_answer = |name: Option<&str>| {
        let Some(property) = name.and_then(|name| property(answer, name, document, common)) else {
            return quote!(None);
        };
        let ident = format_ident!("{}", snake_case(&property.name));
        if property.required { quote!(Some(answer.#ident)) } else { quote!(answer.#ident) }
    };
    let total = of_answer(pages.total.as_deref());
    let next = match &pages.by {
        Turning::Cursor { next, .. } => of_answer(Some(next)),
        _ => quote!(None),
    };
    let doc = format!(
        " The items of this page and of all after it, one by one: `{}` of one answer after another, each signed and\n \
         verified as every call. See [`Pages`](crate::Pages).",
        pages.items
    );
    let doc = doc.lines().map(|line| quote!(#[doc = #line]));
    Some(quote! {
        impl<#(#states),*> #call<#(#impls),*> {
            #(#doc)*
            #[inline]
            pub fn stream(self) -> crate::Pages<#item>
            where
                #(#bounds: crate::required::IsGiven,)*
            {
                crate::rt::stream::<#ty>(#call_with_all)
            }
        }

        impl crate::rt::Paged for #ty {
            type Answer = #answer_ty;
            type Item = #item;

            const OPERATION: &'static crate::rt::Operation = &operations::#constant;
            const BY: crate::rt::Turning = crate::rt::Turning::#by;

            fn place(&self) -> Option<crate::rt::Place> {
                #read
            }

            fn limit(&self) -> Option<i64> {
                #limit
            }

            fn turn(&mut self, to: crate::rt::Place) {
                if let crate::rt::Place::#kind(to) = to {
                    #write;
                }
            }

            fn page(answer: Self::Answer) -> crate::rt::Page<Self::Item> {
                crate::rt::Page { items: answer.#items, total: #total, next: #next }
            }
        }
    })
}
