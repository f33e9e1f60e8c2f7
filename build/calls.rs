//! Operations as users call them: `pay.family().operation(path, body).optional(x).await`.

mod sending;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ImplItemFn;

use self::sending::awaiting;
use super::conclude::{self, Settling};
use super::docs;
use super::generate::Generated;
use super::names::{pascal_case, snake_case};
use super::requests::{Argument, argument, given, maybe, path};
use super::spec::{Document, Location, Operation, Parameter, Type, template_names};
use super::{downloads, pagination, scope, seal, table};

/// The handle of a family and, in `calls`, one struct for each operation.
pub(crate) fn emit(
    document: &Document,
    common: &Document,
    generated: &Generated,
    description: &str,
) -> Result<TokenStream, String> {
    let handle = format_ident!("{}", pascal_case(&document.family));
    let description = docs::attributes(description);
    let mut methods = Vec::new();
    let mut calls = Vec::new();
    for operation in &document.operations {
        let name = snake_case(&operation.id);
        let method = generated
            .methods
            .get(&name)
            .ok_or_else(|| format!("the generator lost the operation `{}`", operation.id))?;
        let call = Call::new(operation, Some(method), document, common)?;
        methods.push(call.method());
        calls.push(call.emit());
        let (name, names) = (call.name(), call.names());
        let specs = (document, common);
        calls.extend(pagination::emit(operation, specs, &name, (&call.required, &call.states()), &names));
    }
    for file in &document.files {
        if downloads::has_values(file) {
            let call = Call::new(file, None, document, common)?;
            methods.push(call.method());
            calls.push(call.emit());
        } else {
            methods.push(downloads::method(file));
        }
    }
    let table = table::emit(document);
    Ok(quote! {
        #description
        #[derive(Clone)]
        pub struct #handle {
            client: client::Client,
        }

        impl #handle {
            pub(crate) fn new(core: &crate::client::Core) -> Self {
                Self { client: client::Client::new_with_client(core.base(), core.http().clone(), core.clone()) }
            }

            #(#methods)*
        }

        impl ::std::fmt::Debug for #handle {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!(#handle)).finish_non_exhaustive()
            }
        }

        /// Calls that are not sent yet: set what is optional, then await, or of a file say where it is to go.
        pub mod calls {
            #[allow(unused_imports, reason = "only an operation with a body or a typed answer needs them")]
            use super::*;

            #(#calls)*
        }

        #table
    })
}

struct Call<'a> {
    operation: &'a Operation,
    /// The generator's method; there is none for a file.
    method: Option<&'a ImplItemFn>,
    path: Vec<&'a Parameter>,
    required: Vec<&'a Parameter>,
    optional: Vec<&'a Parameter>,
    /// The body has something to encrypt.
    seals: bool,
    handle: &'a str,
    settling: Option<Settling<'a>>,
}

impl<'a> Call<'a> {
    fn new(
        operation: &'a Operation,
        method: Option<&'a ImplItemFn>,
        document: &'a Document,
        common: &'a Document,
    ) -> Result<Self, String> {
        let of_query = |required| {
            operation
                .parameters
                .iter()
                .filter(move |parameter| parameter.location != Location::Path && parameter.required == required)
        };
        let of = |location, required| {
            operation
                .parameters
                .iter()
                .filter(move |parameter| parameter.location == location && parameter.required == required)
        };
        let path = template_names(&operation.path)
            .into_iter()
            .map(|name| {
                of(Location::Path, true)
                    .find(|parameter| parameter.name == name)
                    .ok_or_else(|| format!("`{}` has no parameter `{name}`", operation.id))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            operation,
            method,
            path,
            required: of_query(true).collect(),
            optional: of_query(false).collect(),
            seals: operation.body.as_ref().is_some_and(|body| seal::is_sealed(&body.ty, document, common)),
            handle: &document.family,
            settling: conclude::settling(operation, document, common),
        })
    }

    fn name(&self) -> Ident {
        format_ident!("{}", pascal_case(&self.operation.id))
    }

    fn states(&self) -> Vec<Ident> {
        (0..self.required.len()).map(|index| format_ident!("S{index}")).collect()
    }

    fn answer(&self) -> TokenStream {
        self.operation.answer.as_ref().map_or(quote!(()), path)
    }

    /// The method on the handle: path parameters and the body, nothing else, by position.
    fn method(&self) -> TokenStream {
        let name = self.name();
        let method = format_ident!("{}", snake_case(&self.operation.id));
        let description = docs::searchable(&docs::operation(self.operation), &self.operation.description);
        // Spelled out, not defaults of the struct: rustc leaves defaults out when it says what cannot be awaited.
        let missing = self.required.iter().map(|parameter| {
            let ident = ident(parameter);
            quote!(crate::required::missing::#ident)
        });
        let mut arguments = Vec::new();
        let mut values = Vec::new();
        for parameter in &self.path {
            let ident = ident(parameter);
            let Argument { ty, value } = argument(&parameter.ty, &ident);
            arguments.push(quote!(#ident: #ty));
            values.push(quote!(#ident: #value));
        }
        for parameter in &self.required {
            let ident = ident(parameter);
            values.push(quote!(#ident: crate::rt::Blank::blank()));
        }
        for parameter in &self.optional {
            let ident = ident(parameter);
            values.push(quote!(#ident: None));
        }
        if let Some(body) = &self.operation.body {
            if body.required {
                let ty = path(&body.ty);
                arguments.push(quote!(body: impl Into<#ty>));
                values.push(quote!(body: body.into()));
            } else {
                values.push(quote!(body: crate::rt::Blank::blank()));
            }
        } else {
            let ty = self.extra();
            values.push(quote!(extra: #ty::new()));
        }
        if self.operation.upload.is_some() {
            arguments.push(quote!(file: crate::Upload));
            values.push(quote!(file: file));
        }
        if self.operation.continues {
            arguments.push(quote!(file: &impl crate::HasFile));
            values.push(quote!(file: crate::HasFile::file(file)));
        }
        quote! {
            #description
            pub fn #method(&self, #(#arguments),*) -> calls::#name<#(#missing),*> {
                calls::#name { client: self.client.clone(), #(#values,)* given: ::std::marker::PhantomData }
            }
        }
    }

    fn emit(&self) -> TokenStream {
        let name = self.name();
        let states = self.states();
        let title = format!(" The call `{}`: {}.", self.operation.id, self.operation.summary);
        let title = docs::attributes(&title);
        let fields = self.fields();
        let names = self.names();
        let setters = self.setters(&name, &states, &names);
        let scope = self.scope(&name, &states);
        let debug = self.debug();
        let answer = self.answer();
        let (must_use, end, awaiting) = match self.method {
            Some(method) => (
                "a call is sent when it is awaited",
                self.sending(method, &states, &answer),
                awaiting(&name, &states, &answer),
            ),
            None => ("say where the file is to go", self.file(&states), TokenStream::new()),
        };
        quote! {
            #title
            #[must_use = #must_use]
            #[derive(Clone)]
            pub struct #name<#(#states),*> {
                pub(super) client: client::Client,
                #(#fields,)*
                pub(super) given: ::std::marker::PhantomData<(#(#states,)*)>,
            }

            impl<#(#states),*> #name<#(#states),*> {
                #(#setters)*

                #scope

                #end
            }

            #awaiting

            impl<#(#states),*> ::std::fmt::Debug for #name<#(#states),*> {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    #debug
                }
            }
        }
    }

    fn fields(&self) -> Vec<TokenStream> {
        let mut fields = Vec::new();
        for parameter in self.path.iter().chain(&self.required) {
            let ident = ident(parameter);
            let ty = path(&parameter.ty);
            fields.push(quote!(pub(super) #ident: #ty));
        }
        for parameter in &self.optional {
            let ident = ident(parameter);
            let ty = path(&parameter.ty);
            fields.push(quote!(pub(super) #ident: Option<#ty>));
        }
        if let Some(body) = &self.operation.body {
            let ty = path(&body.ty);
            fields.push(quote!(pub(super) body: #ty));
        } else {
            let ty = self.extra();
            fields.push(quote!(pub(super) extra: #ty));
        }
        if self.operation.upload.is_some() {
            fields.push(quote!(pub(super) file: crate::Upload));
        }
        if self.operation.continues {
            fields.push(quote!(pub(super) file: crate::FileSource));
        }
        fields
    }

    /// Where `.extra` goes without a body: into the query, of an upload into its meta.
    fn extra(&self) -> TokenStream {
        match self.operation.upload {
            Some(_) => quote!(crate::Extra),
            None => quote!(crate::rt::ExtraQuery),
        }
    }

    /// The fields other than `client` and `given`.
    fn names(&self) -> Vec<Ident> {
        let parameters = self.path.iter().chain(&self.required).chain(&self.optional);
        let last = if self.operation.body.is_some() { "body" } else { "extra" };
        let has_file = self.operation.upload.is_some() || self.operation.continues;
        let file = has_file.then(|| format_ident!("file"));
        parameters.map(|parameter| ident(parameter)).chain([format_ident!("{last}")]).chain(file).collect()
    }

    fn setters(&self, name: &Ident, states: &[Ident], names: &[Ident]) -> Vec<TokenStream> {
        let mut setters = Vec::new();
        for (at, parameter) in self.required.iter().enumerate() {
            let ident = ident(parameter);
            let description = docs::attributes(&docs::with_limits(&parameter.description, &parameter.limits));
            let Argument { ty, value } = argument(&parameter.ty, &ident);
            let after = given(states, at);
            let rest = names.iter().filter(|other| **other != ident);
            setters.push(quote! {
                #description
                pub fn #ident(self, #ident: #ty) -> #name<#(#after),*> {
                    #name {
                        client: self.client,
                        #ident: #value,
                        #(#rest: self.#rest,)*
                        given: ::std::marker::PhantomData,
                    }
                }
            });
        }
        for parameter in &self.optional {
            let ident = ident(parameter);
            let description = docs::attributes(&docs::with_limits(&parameter.description, &parameter.limits));
            let argument = argument(&parameter.ty, &ident);
            let optional = argument.optional(&ident);
            let Argument { ty, value } = argument;
            let (maybe, maybe_doc) = maybe(&ident);
            setters.push(quote! {
                #description
                pub fn #ident(mut self, #ident: #ty) -> Self {
                    self.#ident = Some(#value);
                    self
                }

                #maybe_doc
                pub fn #maybe(mut self, #ident: Option<#ty>) -> Self {
                    self.#ident = #optional;
                    self
                }
            });
        }
        if let Some(body) = self.operation.body.as_ref().filter(|body| !body.required) {
            let ty = path(&body.ty);
            setters.push(quote! {
                /// The body; without it an empty object is sent.
                pub fn body(mut self, body: impl Into<#ty>) -> Self {
                    self.body = body.into();
                    self
                }
            });
        }
        let (what, how, set) = match self.operation.body {
            None if self.operation.upload.is_some() => {
                ("a member of the meta", "", quote!(self.extra.insert(name.into(), value.into());))
            }
            Some(_) => ("a member of the body", "", quote!(self.body.extra.insert(name.into(), value.into());)),
            None => (
                "a query parameter",
                " A list is sent as its name several times.",
                quote!(self.extra.set(name.into(), value.into());),
            ),
        };
        let doc = format!(" Adds {what} that the specification lacks, or takes the place of one that it has.{how}");
        setters.push(quote! {
            #[doc = #doc]
            pub fn extra(mut self, name: impl Into<String>, value: impl Into<::serde_json::Value>) -> Self {
                #set
                self
            }
        });
        setters
    }

    fn scope(&self, name: &Ident, states: &[Ident]) -> Option<TokenStream> {
        let values = self.required.iter().chain(&self.optional);
        let values = values.map(|parameter| (parameter.name.as_str(), &parameter.ty, parameter.required));
        let required: Vec<Ident> = self.required.iter().map(|parameter| ident(parameter)).collect();
        scope::emit(values, name, &required, states)
    }

    fn debug(&self) -> TokenStream {
        let name = pascal_case(&self.operation.id);
        let mut lines = Vec::new();
        for parameter in self.path.iter().chain(&self.required).chain(&self.optional) {
            let ident = ident(parameter);
            let wire = &parameter.name;
            lines.push(match (parameter.marks.personal || parameter.ty == Type::Any, parameter.required) {
                (true, true) => quote!(.hidden(#wire, true)),
                (true, false) => quote!(.hidden(#wire, self.#ident.is_some())),
                (false, true) => quote!(.field(#wire, &self.#ident)),
                (false, false) => quote!(.optional(#wire, &self.#ident)),
            });
        }
        lines.extend(match (&self.operation.body, &self.operation.upload) {
            (Some(_), _) => Some(quote!(.field("body", &self.body))),
            (None, Some(_)) => None,
            (None, None) => Some(quote!(.extra(&self.extra))),
        });
        lines.extend(self.operation.upload.as_ref().map(|_| quote!(.field("file", &self.file))));
        quote!(crate::rt::Fields::new(f, #name) #(#lines)* .done())
    }

    /// What has something to encrypt, and the step of the walk that does.
    fn sealed(&self) -> Vec<(Ident, TokenStream)> {
        let query = self.required.iter().chain(&self.optional).filter(|parameter| parameter.ty == Type::Sensitive);
        let parameters = query.map(|parameter| {
            let (ident, wire) = (ident(parameter), &parameter.name);
            // What stands in its place has to be encrypted too.
            let extra = self.operation.body.is_none().then(|| quote!(sealer.extra_parameter(#wire, &mut extra);));
            let step = quote!(sealer.parameter(#wire, &mut #ident); #extra);
            (ident, step)
        });
        let body = self.seals.then(|| (format_ident!("body"), quote!(crate::rt::Seal::seal(&mut body, sealer);)));
        parameters.chain(body).collect()
    }

    /// The values of one place as texts: of a form the parts beside the file and its meta.
    fn values(&self, location: Location) -> Vec<TokenStream> {
        let parameters = self.required.iter().chain(&self.optional);
        let parameters = parameters.filter(|parameter| parameter.location == location);
        let part = |parameter: &&Parameter| {
            let (ident, wire) = (ident(parameter), &parameter.name);
            match parameter.required {
                true => quote!((#wire, Some(#ident.to_string()))),
                false => quote!((#wire, #ident.map(|value| value.to_string()))),
            }
        };
        parameters.map(part).collect()
    }
}

fn ident(parameter: &Parameter) -> Ident {
    format_ident!("{}", snake_case(&parameter.name))
}
