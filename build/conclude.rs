//! How the outcome of a call is found out where it is unknown, from `x-settle` and `x-query-with`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::names::{pascal_case, snake_case};
use super::requests::path;
use super::spec::{Document, Location, Operation, Parameter, Shape, Type, template_names};

/// The words of `x-settle`.
pub(crate) const WAYS: [&str; 4] = ["reenter", "query", "query-then-reenter", "none"];

/// How the outcome of a call is found.
pub(crate) struct Settling<'a> {
    query: Option<Query<'a>>,
    reenters: bool,
}

/// The operation that tells what became of another, and how it is called with what that one has.
struct Query<'a> {
    operation: &'a Operation,
    answer: &'a Type,
    /// Path parameters, in their order.
    arguments: Vec<TokenStream>,
    setters: Vec<TokenStream>,
}

/// The way of an operation; `None` where there is none.
///
/// Without `x-settle` it follows from the rest: an answer that a phone opens comes again only with the request, and so does
/// the effect on something that is there already; what takes money from a payer is not sent again.
pub(crate) fn settling<'a>(
    operation: &'a Operation,
    document: &'a Document,
    common: &'a Document,
) -> Option<Settling<'a>> {
    let query = query(operation, document, common);
    let way = operation.settle.as_deref().unwrap_or_else(|| follows_with(operation, query.is_some(), document, common));
    match way {
        "reenter" => Some(Settling { query: None, reenters: true }),
        "query" => Some(Settling { query: Some(query?), reenters: false }),
        "query-then-reenter" => Some(Settling { query: Some(query?), reenters: true }),
        _ => None,
    }
}

/// The way that follows from what else the spec says.
pub(crate) fn follows(operation: &Operation, document: &Document, common: &Document) -> &'static str {
    follows_with(operation, query(operation, document, common).is_some(), document, common)
}

fn follows_with(operation: &Operation, has_query: bool, document: &Document, common: &Document) -> &'static str {
    if operation.effect == "read" || operation.upload.is_some() {
        return "none";
    }
    let number = operation.idempotent_by.as_deref();
    let answer = operation.answer.as_ref().and_then(|answer| document.find(common, answer));
    let opens = answer.is_some_and(|answer| !answer.relations.launch.is_empty());
    let acts_on_it = number.is_some_and(|number| template_names(&operation.path).contains(&number));
    match (number.is_some(), has_query) {
        (true, _) if opens || acts_on_it => "reenter",
        (_, true) if operation.effect == "money-in" => "query",
        (true, true) => "query-then-reenter",
        (true, false) => "reenter",
        (false, true) => "query",
        (false, false) => "none",
    }
}

/// The query of an operation, where everything it needs is in the call.
fn query<'a>(operation: &'a Operation, document: &'a Document, common: &'a Document) -> Option<Query<'a>> {
    let id = operation.query_with.as_deref()?;
    let query = document.operations.iter().find(|other| other.id == id)?;
    let answer = query.answer.as_ref()?;
    let given = |parameter: &Parameter| source(parameter, operation, document, common);
    let mut arguments = Vec::new();
    for name in template_names(&query.path) {
        let parameter = query.parameters.iter().find(|other| other.location == Location::Path && other.name == name)?;
        match given(parameter)? {
            Source::Always(value) => arguments.push(value),
            Source::Maybe(_) => return None,
        }
    }
    let mut setters = Vec::new();
    let mut set = Vec::new();
    for parameter in query.parameters.iter().filter(|parameter| parameter.location == Location::Query) {
        let name = snake_case(&parameter.name);
        let (setter, maybe) = (format_ident!("{name}"), format_ident!("maybe_{name}"));
        match (given(parameter), parameter.required) {
            (Some(Source::Always(value)), _) => setters.push(quote!(.#setter(#value))),
            (Some(Source::Maybe(value)), false) => setters.push(quote!(.#maybe(#value))),
            // What is asked for beside the state is not needed.
            (None, true) if parameter.ty == Type::Boolean => setters.push(quote!(.#setter(false))),
            (_, true) => return None,
            (None, false) => continue,
        }
        set.push(&parameter.name);
    }
    let is_whole = query.one_of.iter().all(|group| group.iter().any(|name| set.contains(&name)));
    is_whole.then_some(Query { operation: query, answer, arguments, setters })
}

/// Where a call has a value.
enum Source {
    Always(TokenStream),
    Maybe(TokenStream),
}

fn source(wanted: &Parameter, operation: &Operation, document: &Document, common: &Document) -> Option<Source> {
    let field = format_ident!("{}", snake_case(&wanted.name));
    let is_same = |name: &str, ty: &Type| name == wanted.name && *ty == wanted.ty && *ty != Type::Sensitive;
    if let Some(own) = operation.parameters.iter().find(|own| is_same(&own.name, &own.ty)) {
        let value = quote!(self.#field.clone());
        return Some(if own.required { Source::Always(value) } else { Source::Maybe(value) });
    }
    let Shape::Object(members) = &document.find(common, &operation.body.as_ref()?.ty)?.shape else { return None };
    let member = members.iter().find(|member| is_same(&member.name, &member.ty))?;
    let value = quote!(self.body.#field.clone());
    Some(if member.required { Source::Always(value) } else { Source::Maybe(value) })
}

impl Settling<'_> {
    /// The method `conclude` of a call.
    pub(crate) fn emit(&self, handle: &str, answer: &TokenStream, bounds: &TokenStream) -> TokenStream {
        let reenters = self.reenters;
        let (doc, found, lookup) = match &self.query {
            Some(query) => {
                let handle = format_ident!("{}", pascal_case(handle));
                let (method, found) = (format_ident!("{}", snake_case(&query.operation.id)), path(query.answer));
                let (arguments, setters) = (&query.arguments, &query.setters);
                let query = quote!(super::#handle { client: self.client.clone() }.#method(#(#arguments),*) #(#setters)*);
                let doc = format!(
                    " Sends the call and finds out what became of it, with `{method}`{}; see [`Conclusion`](crate::Conclusion).",
                    if reenters { " and by sending it again under the same number" } else { "" },
                );
                (doc, found, quote!({ let query = #query; Some(move || query.clone().send()) }))
            }
            None => (
                " Sends the call until there is an answer, the same bytes each time; see [`Conclusion`](crate::Conclusion)."
                    .to_owned(),
                quote!(::std::convert::Infallible),
                quote!(None::<fn() -> crate::Sending<::std::convert::Infallible>>),
            ),
        };
        quote! {
            #[doc = #doc]
            ///
            /// # Errors
            ///
            /// What the call fails with where its outcome is known: nothing was sent, or it was refused.
            #[inline]
            pub async fn conclude(self, within: ::std::time::Duration) -> crate::Result<crate::Conclusion<#answer, #found>>
            #bounds
            {
                let lookup = #lookup;
                self.start().conclude(within, lookup, #reenters).await
            }
        }
    }
}
