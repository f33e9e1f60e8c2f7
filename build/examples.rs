//! Emits the examples of the specs as calls, for the test that makes every call of every family.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use super::downloads;
use super::names::snake_case;
use super::requests::path;
use super::spec::{Document, Location, Operation, Parameter, Shape, Type, template_names};

/// The test module of a family: one call for each operation, its body built as a user would.
pub(crate) fn emit(document: &Document, common: &Document) -> Result<String, String> {
    let calls = document.operations.iter().map(|operation| example(document, common, operation));
    let files =
        document.files.iter().filter(|file| !downloads::has_values(file)).map(|operation| file(document, operation));
    super::emit::unparse(quote! {
        #[allow(unused_imports, reason = "there may be no requests")]
        use super::*;

        pub(crate) fn examples() -> Vec<crate::every_operation::Example> {
            vec![#(#calls),*]
        }

        pub(crate) fn files() -> Vec<crate::every_operation::FileExample> {
            vec![#(#files),*]
        }
    })
}

fn example(document: &Document, common: &Document, operation: &Operation) -> TokenStream {
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
    let mut fields = Vec::new();
    for parameter in operation.parameters.iter().filter(|parameter| parameter.location == Location::Form) {
        let (setter, value, name, text) = (
            format_ident!("{}", snake_case(&parameter.name)),
            value(parameter),
            &parameter.name,
            text(&parameter.example),
        );
        setters.push(quote!(.#setter(#value)));
        fields.push(quote!((#name, #text)));
    }
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
            let built = built(&body.ty, &body.example, document, common);
            if body.required {
                arguments.push(built);
            } else {
                setters.push(quote!(.body(#built)));
            }
            let text = body.example.to_string();
            quote!(Some(#text))
        }
        None => quote!(None),
    };
    let upload = match &operation.upload {
        Some(upload) => {
            let name = format!("example.{}", upload.endings.first().map_or("png", String::as_str));
            arguments.push(quote!(crate::Upload::new(#name, "abc")));
            let part = &upload.part;
            let meta = upload.meta_example.to_string();
            quote!(Some(crate::every_operation::Form { part: #part, name: #name, meta: #meta, fields: &[#(#fields),*] }))
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
            upload: #upload,
            status: #status,
            answer: #answer,
            call: |pay| {
                let call = pay.#family().#call(#(#arguments),*) #(#setters)*;
                Box::pin(async move {
                    let answer = call.await?;
                    Ok(serde_json::to_value(&*answer).expect("an answer is JSON"))
                })
            },
        }
    }
}

/// A file that has an address of its own.
fn file(document: &Document, operation: &Operation) -> TokenStream {
    let (id, family) = (&operation.id, format_ident!("{}", document.family));
    let call = format_ident!("{}", snake_case(id));
    let mut target = operation.path.clone();
    let mut arguments = Vec::new();
    for name in template_names(&operation.path) {
        let parameter = operation.parameters.iter().find(|parameter| parameter.name == name);
        let value = parameter.map(|parameter| text(&parameter.example)).unwrap_or_default();
        target = target.replace(&format!("{{{name}}}"), &value);
        arguments.push(value);
    }
    quote! {
        crate::every_operation::FileExample {
            id: #id,
            path: #target,
            call: |pay| pay.#family().#call(#(#arguments),*),
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A parameter's example as an argument.
fn value(parameter: &Parameter) -> TokenStream {
    literal(&parameter.ty, &parameter.example)
}

/// An example as the expression that a user would write: builders of objects, literals of everything else.
fn built(ty: &Type, example: &Value, document: &Document, common: &Document) -> TokenStream {
    let schema = document.find(common, ty).map(|schema| &schema.shape);
    match (ty, schema, example) {
        (Type::Component { .. }, Some(Shape::Object(properties)), Value::Object(members)) => {
            let name = path(ty);
            let setters = properties.iter().filter_map(|property| {
                let value = built(&property.ty, members.get(&property.name)?, document, common);
                let setter = format_ident!("{}", snake_case(&property.name));
                Some(quote!(.#setter(#value)))
            });
            quote!(#name::builder() #(#setters)*)
        }
        (Type::List(item), _, Value::Array(items)) if !items.is_empty() => {
            let items = items.iter().map(|example| built(item, example, document, common));
            quote!([#(#items),*])
        }
        (Type::List(item), _, Value::Array(_)) => {
            let item = path(item);
            quote!(Vec::<#item>::new())
        }
        (Type::JsonText(inside), _, Value::String(text)) => {
            let example = serde_json::from_str(text).unwrap_or_default();
            built(inside, &example, document, common)
        }
        (Type::Any, _, example) => {
            let text = example.to_string();
            quote!(serde_json::from_str::<serde_json::Value>(#text).expect("an example is JSON"))
        }
        (ty, _, example) => literal(ty, example),
    }
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
