//! Emits the examples of the specs as calls, for the test that makes every call of every family.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use super::generate::Generated;
use super::names::snake_case;
use super::reach::Reach;
use super::requests::path;
use super::spec::{Document, Location, Operation, Parameter, Shape, Type, template_names};
use super::{decode, structs};

/// The test module of a family: readers for request bodies, which users need not have, and one call per operation.
pub(crate) fn emit(document: &Document, generated: &Generated, reach: &Reach) -> Result<String, String> {
    let readers = readers(document, generated, reach)?;
    let calls = document.operations.iter().map(|operation| example(document, operation));
    super::emit::unparse(quote! {
        #[allow(unused_imports, reason = "there may be no requests")]
        use super::*;

        #readers

        pub(crate) fn examples() -> Vec<crate::every_operation::Example> {
            vec![#(#calls),*]
        }
    })
}

/// The test module of `common.yaml`: the same readers for what families share.
pub(crate) fn emit_common(document: &Document, generated: &Generated, reach: &Reach) -> Result<String, String> {
    let readers = readers(document, generated, reach)?;
    super::emit::unparse(quote! {
        #[allow(unused_imports, reason = "there may be nothing that only requests use")]
        use super::*;

        #readers
    })
}

fn readers(document: &Document, generated: &Generated, reach: &Reach) -> Result<TokenStream, String> {
    let mut readers = TokenStream::new();
    for schema in &document.schemas {
        let component = (document.is_common(), schema.name.clone());
        if let Shape::Object(properties) = &schema.shape
            && reach.requests.contains(&component)
            && !reach.answers.contains(&component)
            && let Some(item) = generated.structs.get(&schema.name)
        {
            readers.extend(decode::emit(&schema.name, &structs::fields(schema, properties, item)?));
        }
    }
    Ok(readers)
}

fn example(document: &Document, operation: &Operation) -> TokenStream {
    let Operation { id, status, answer_example, .. } = operation;
    let family = format_ident!("{}", document.family);
    let method = operation.method.to_uppercase();
    let mut target = operation.path.clone();
    let mut arguments = Vec::new();
    for name in template_names(&operation.path) {
        if let Some(parameter) = operation.parameters.iter().find(|parameter| parameter.name == name) {
            target = target.replace(&format!("{{{name}}}"), &text(&parameter.example));
            arguments.push(value(parameter));
        }
    }
    let mut setters = Vec::new();
    let mut query = Vec::new();
    for parameter in operation.parameters.iter().filter(|parameter| parameter.location == Location::Query) {
        let is_alternative =
            operation.one_of.iter().any(|group| group.iter().skip(1).any(|name| name == &parameter.name));
        if is_alternative {
            continue;
        }
        let setter = format_ident!("{}", snake_case(&parameter.name));
        let value = value(parameter);
        setters.push(quote!(.#setter(#value)));
        let name = &parameter.name;
        let texts = match &parameter.example {
            Value::Array(items) => items.iter().map(text).collect(),
            one => vec![text(one)],
        };
        query.extend(texts.into_iter().map(|text| quote!((#name, #text))));
    }
    let body = match &operation.body {
        Some(body) => {
            let ty = path(&body.ty);
            let read = quote!(crate::rt::Decode::decode(body).map(|body: #ty| body).expect("the example fits"));
            if body.required {
                arguments.push(read);
            } else {
                setters.push(quote!(.body(#read)));
            }
            let text = body.example.to_string();
            quote!(Some(#text))
        }
        None => quote!(None),
    };
    let answer = match answer_example {
        Value::Null => quote!(None),
        example => {
            let text = example.to_string();
            quote!(Some(#text))
        }
    };
    let call = format_ident!("{}", snake_case(id));
    quote! {
        crate::every_operation::Example {
            family: stringify!(#family),
            id: #id,
            method: #method,
            path: #target,
            query: &[#(#query),*],
            body: #body,
            status: #status,
            answer: #answer,
            call: |pay, body| {
                let _ = &body;
                let call = pay.#family().#call(#(#arguments),*) #(#setters)*;
                Box::pin(async move {
                    let answer = call.await?;
                    Ok(serde_json::to_value(&*answer).expect("an answer is JSON"))
                })
            },
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn value(parameter: &Parameter) -> TokenStream {
    literal(&parameter.ty, &parameter.example)
}

fn literal(ty: &Type, example: &Value) -> TokenStream {
    match (ty, example) {
        (Type::List(item), Value::Array(items)) => {
            let items = items.iter().map(|example| literal(item, example));
            quote!([#(#items),*])
        }
        // Text does not become an id of media by itself, as it becomes everything else.
        (Type::Component { name, .. }, Value::String(id)) if name == "MediaId" => quote!(crate::MediaId::new(#id)),
        (Type::Integer | Type::Component { .. }, Value::Number(number)) => {
            let number = number.as_i64().unwrap_or_default();
            quote!(#number)
        }
        (Type::Boolean, Value::Bool(flag)) => quote!(#flag),
        (_, example) => {
            let text = text(example);
            quote!(#text)
        }
    }
}
