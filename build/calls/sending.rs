//! The ends of a call: sent, kept, followed until it is known, or, of a file, where it is to go.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{FnArg, ImplItemFn, Pat, Type as RustType};

use super::super::downloads;
use super::super::names::{constant_case, snake_case};
use super::super::spec::{Location, Type};
use super::{Call, ident};

impl Call<'_> {
    /// The method that ends the call of a file.
    pub(super) fn file(&self, states: &[Ident]) -> TokenStream {
        let names = self.names();
        let segments = self.path.iter().map(|parameter| {
            let (ident, wire) = (ident(parameter), &parameter.name);
            quote!((#wire, #ident.to_string()))
        });
        let values = self.values(Location::Query);
        let begin = match self.operation.continues {
            true => quote!(continuing(file)),
            false => quote!(path(&[#(#segments),*])),
        };
        let address = downloads::address(self.operation, &quote!(client.inner), &begin);
        quote! {
            /// The file, which is not asked for yet.
            pub fn file(self) -> crate::Download
            where
                #(#states: crate::required::IsGiven,)*
            {
                let Self { client, #(#names,)* given: _ } = self;
                #address.query(vec![#(#values),*], extra).download()
            }
        }
    }

    /// The methods that send the call, or get it ready to be sent.
    pub(super) fn sending(&self, method: &ImplItemFn, states: &[Ident], answer: &TokenStream) -> TokenStream {
        let constant = format_ident!("{}", constant_case(&self.operation.id));
        let names = self.names();
        let take = quote!(let Self { client, #(#names,)* given: _ } = self;);
        let bounds = quote!(where #(#states: crate::required::IsGiven,)*);
        let request = self.request(method);
        let mutable = self.mutable();
        if self.operation.upload.is_some() {
            let fields = self.values(Location::Form);
            let extra = if self.operation.body.is_some() { quote!(crate::Extra::new()) } else { quote!(extra) };
            let parts = quote!(crate::rt::Parts { file, extra: #extra, fields: vec![#(#fields),*] });
            let upload = quote!(crate::rt::upload(client, request, &operations::#constant, #parts));
            let send = match mutable.is_empty() {
                true => quote! {
                    let request = #request;
                    crate::Sending::new(#upload)
                },
                false => quote! {
                    crate::Sending::new(async move {
                        #(#mutable)*
                        let request = crate::rt::ready(&client, &operations::#constant).await.and_then(|()| #request);
                        #upload.await
                    })
                },
            };
            return quote! {
                /// Sends the call: the named future of `.await`, for `spawn` and `join`.
                #[inline]
                pub fn send(self) -> crate::Sending<#answer>
                #bounds
                {
                    #take
                    #send
                }
            };
        }
        let prepare = self.operation.idempotent_by.as_ref().filter(|_| self.operation.effect != "read").map(|number| {
            let doc = format!(
                " Builds and checks the request and sends nothing: a row to keep before it is sent, with the same `{number}` and the same bytes every time; see [`Prepared`](crate::Prepared)."
            );
            quote! {
                #[doc = #doc]
                ///
                /// # Errors
                ///
                /// What [`send`](Self::send) would refuse before anything is sent.
                #[inline]
                pub async fn prepare(self) -> crate::Result<crate::Prepared>
                #bounds
                {
                    self.start().prepare().await
                }
            }
        });
        let conclude = self.settling.as_ref().map(|settling| settling.emit(self.handle, answer, &bounds));
        let request = match self.sealed().is_empty() {
            true => quote! {
                let request = #request;
                let request = crate::rt::Building::Built(Box::new(request));
            },
            // The key that encrypts may have to be downloaded first.
            false => {
                quote! {
                    let sealing = client.clone();
                    let request = crate::rt::Building::Sealing(Box::pin(async move {
                        let client = sealing;
                        #(#mutable)*
                        crate::rt::ready(&client, &operations::#constant).await.and_then(|()| #request)
                    }));
                }
            }
        };
        quote! {
            /// Sends the call: the named future of `.await`, for `spawn` and `join`.
            #[inline]
            pub fn send(self) -> crate::Sending<#answer>
            #bounds
            {
                crate::Sending::new(self.start().send())
            }

            #prepare

            #conclude

            #[inline]
            fn start(self) -> crate::rt::Start<client::Client> {
                #take
                #request
                crate::rt::Start { client, request, operation: &operations::#constant }
            }
        }
    }

    /// What is encrypted in its place.
    fn mutable(&self) -> Vec<TokenStream> {
        let sealed = self.sealed();
        let mut mutable: Vec<TokenStream> = sealed.iter().map(|(name, _)| quote!(let mut #name = #name;)).collect();
        if self.operation.body.is_none() && !sealed.is_empty() {
            mutable.push(quote!(let mut extra = extra;));
        }
        mutable
    }

    /// Checks the values and builds the request.
    fn request(&self, method: &ImplItemFn) -> TokenStream {
        let name = format_ident!("{}", snake_case(&self.operation.id));
        let checks = self.path.iter().filter_map(|parameter| {
            let ident = ident(parameter);
            let wire = &parameter.name;
            match parameter.ty {
                Type::Text => Some(quote!(.path(#wire, &#ident))),
                Type::Component { .. } => Some(quote!(.path(#wire, #ident.as_str()))),
                _ => None,
            }
        });
        let sealed = self.sealed();
        let has_query = self.operation.body.is_none() && self.operation.upload.is_none();
        let query = has_query.then(|| quote!(.query(extra)));
        let walk = sealed.iter().map(|(_, step)| step);
        let seal = (!sealed.is_empty()).then(|| {
            quote! {
                .seal(&client, |sealer| {
                    #(#walk)*
                })
            }
        });
        let arguments = method.sig.inputs.iter().filter_map(pass);
        quote! {
            crate::rt::Checks::new()
                #(#checks)*
                #seal
                #query
                .then(|| client.#name(#(#arguments),*))
        }
    }
}

pub(super) fn awaiting(name: &Ident, states: &[Ident], answer: &TokenStream) -> TokenStream {
    quote! {
        impl<#(#states),*> ::std::future::IntoFuture for #name<#(#states),*>
        where
            #(#states: crate::required::IsGiven,)*
        {
            type Output = crate::Result<crate::Response<#answer>>;
            type IntoFuture = crate::Sending<#answer>;

            // Without `inline` every operation's state machine would be compiled here, used or not.
            #[inline]
            fn into_future(self) -> Self::IntoFuture {
                self.send()
            }
        }
    }
}

/// How a value of the call goes into progenitor's method, by the type of that method's argument.
fn pass(argument: &FnArg) -> Option<TokenStream> {
    let FnArg::Typed(argument) = argument else { return None };
    let Pat::Ident(name) = argument.pat.as_ref() else { return None };
    let name = &name.ident;
    let ty = argument.ty.as_ref();
    let text = quote!(#ty).to_string().replace(' ', "");
    Some(match ty {
        RustType::Reference(_) => quote!(&#name),
        _ if text.contains("Option<&'astr>") => quote!(#name.as_deref()),
        _ if text.contains("Option<&'a") => quote!(#name.as_ref()),
        _ => quote!(#name),
    })
}
