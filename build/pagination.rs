//! Pages: which member of a request turns them, and what of an answer says whether there are more.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::load::Node;
use super::names::{constant_case, snake_case};
use super::requests::path;
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

/// A family, and what all share.
type Specs<'a> = (&'a Document, &'a Document);

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
    specs: Specs<'_>,
    call: &Ident,
    (required, states): (&[&Parameter], &[Ident]),
    names: &[Ident],
) -> Option<TokenStream> {
    let Some(Pagination::Pages(pages)) = &operation.pagination else { return None };
    let answer = operation.answer.as_ref()?;
    let Type::List(item) = &property(answer, &pages.items, specs.0, specs.1)?.ty else { return None };
    let turned = Member::find(pages.by.member(), operation, specs.0, specs.1)?;
    // Where the first page is need not be said.
    let is_said = |at: &usize| required.get(*at).is_none_or(|known| turned.is_in_body || known.name != turned.name);
    let bounds = states.iter().enumerate().filter(|(at, _)| is_said(at)).map(|(_, state)| state);
    let all_given = states.iter().map(|_| quote!(crate::required::Given));
    let ty = quote!(#call<#(#all_given),*>);
    let with_all_given = match states.is_empty() {
        true => quote!(self),
        false => quote! {
            #call { client: self.client, #(#names: self.#names,)* given: ::std::marker::PhantomData }
        },
    };
    let paged = paged(operation, pages, &turned, specs);
    let (item, answer) = (path(item), path(answer));
    let doc = format!(
        " The items of this page and of all after it, one by one: `{}` of one answer after another, each signed and\n \
         verified as every call. See [`Pages`](crate::Pages).",
        pages.items
    );
    let doc = doc.lines();
    Some(quote! {
        impl<#(#states),*> #call<#(#states),*> {
            #(#[doc = #doc])*
            #[inline]
            pub fn stream(self) -> crate::Pages<#item>
            where
                #(#bounds: crate::required::IsGiven,)*
            {
                crate::rt::stream::<#ty>(#with_all_given)
            }
        }

        impl crate::rt::Paged for #ty {
            type Answer = #answer;
            type Item = #item;

            #paged
        }
    })
}

/// The members of `Paged`: where the place, the limit and the parts of the answer are.
fn paged(operation: &Operation, pages: &Pages, turned: &Member<'_>, (document, common): Specs<'_>) -> TokenStream {
    let constant = format_ident!("{}", constant_case(&operation.id));
    let (by, kind) = match &pages.by {
        Turning::Offset(_) => (quote!(Offset), quote!(Number)),
        Turning::Page { first, .. } => (quote!(Page { first: #first }), quote!(Number)),
        Turning::Cursor { .. } => (quote!(Cursor), quote!(Cursor)),
    };
    let place = turned.place();
    let (read, write) = match turned.required {
        true => (quote!(Some(crate::rt::Place::#kind(#place.clone()))), quote!(#place = to)),
        false => (quote!(#place.clone().map(crate::rt::Place::#kind)), quote!(#place = Some(to))),
    };
    let limit = pages.limit.as_ref().and_then(|name| Member::find(name, operation, document, common));
    let limit = match limit.map(|member| (member.place(), member.required)) {
        Some((place, true)) => quote!(Some(#place)),
        Some((place, false)) => place,
        None => quote!(None),
    };
    let of_answer = |name: Option<&String>| {
        let found = name.zip(operation.answer.as_ref()).and_then(|(name, ty)| property(ty, name, document, common));
        let Some(found) = found else { return quote!(None) };
        let ident = format_ident!("{}", snake_case(&found.name));
        if found.required { quote!(Some(answer.#ident)) } else { quote!(answer.#ident) }
    };
    let items = format_ident!("{}", snake_case(&pages.items));
    let total = of_answer(pages.total.as_ref());
    let next = of_answer(match &pages.by {
        Turning::Cursor { next, .. } => Some(next),
        _ => None,
    });
    quote! {
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
}
