//! Every operation with its examples: accepted as they are, refused with the right pointer once spoiled.

use std::collections::BTreeSet;

use http::header::CONTENT_TYPE;

use super::*;
use crate::simulator::answer::Refusal;
use crate::simulator::json;
use crate::simulator::spec::{Catalogue, Found};
use crate::simulator::validate;

#[tokio::test]
async fn every_operation_takes_the_example_of_its_spec() {
    for example in crate::api::examples() {
        // The examples share one order number; each gets a gateway without that order.
        let gateway = Gateway::start().await.unwrap();
        match (example.call)(&gateway.client().unwrap()).await {
            Ok(_) => {}
            // Many examples are about something that was made before, which here it was not.
            Err(error) if error.status() == Some(StatusCode::NOT_FOUND) && error.verified() => {}
            Err(error) => panic!("{}: {error}", example.id),
        }
        assert_eq!(gateway.requests().last().unwrap().operation(), Some(example.id));
    }
}

/// Checks a body against the spec of its operation, without HTTP.
fn refused(example: &crate::every_operation::Example, body: &[u8]) -> Option<Refusal> {
    let method = example.method.parse().unwrap();
    let catalogue = Catalogue::get().unwrap();
    let Found::Operation(operation, parameters) = catalogue.find(&method, example.path) else {
        panic!("{} is not found", example.id);
    };
    let query = example.query.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    let headers = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))].into_iter().collect();
    validate::check(operation, &parameters, Some(&query), &headers, body, None).err()
}

/// The example's body, where it is JSON, with a ciphertext in the place of what the specs want encrypted, and how many that were.
fn sealed(example: &crate::every_operation::Example) -> Option<(Value, usize)> {
    if example.upload.is_some() {
        return None;
    }
    let mut body: Value = serde_json::from_str(example.body?).unwrap();
    let mut count = 0;
    while let Some(refusal) = refused(example, body.to_string().as_bytes()) {
        assert!(format!("{refusal:?}").contains("is not encrypted"), "{}: {refusal:?}", example.id);
        *body.pointer_mut(refusal.field().unwrap()).unwrap() = Value::from("A".repeat(344));
        count += 1;
    }
    Some((body, count))
}

/// The pointers of a value and of everything in it.
fn pointers(value: &Value, pointer: &str, all: &mut BTreeSet<String>) {
    all.insert(pointer.to_owned());
    let mut within = |name: &str, value: &Value| {
        let mut deeper = pointer.to_owned();
        json::push(&mut deeper, name);
        pointers(value, &deeper, all);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| within(name, value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| within(&index.to_string(), value)),
        _ => {}
    }
}

#[test]
fn every_example_is_refused_once_spoiled_anywhere() {
    let (mut spoiled, mut ciphertexts) = (0, 0);
    for example in crate::api::examples() {
        let Some((body, count)) = sealed(&example) else { continue };
        ciphertexts += count;
        let mut all = BTreeSet::new();
        pointers(&body, "", &mut all);
        for pointer in all {
            let mut spoil = |change: &dyn Fn(&mut Value), expected: &str| {
                let mut body = body.clone();
                change(body.pointer_mut(&pointer).unwrap());
                let refusal = refused(&example, body.to_string().as_bytes());
                let refusal = refusal.unwrap_or_else(|| panic!("{} accepts {expected} in {body}", example.id));
                assert_eq!(
                    (refusal.code(), refusal.field()),
                    ("PARAM_ERROR", Some(expected)),
                    "{}: {body}",
                    example.id
                );
                spoiled += 1;
            };
            spoil(&|value| *value = Value::Null, &pointer);
            // A number that may have a fraction: the specs have no type for it.
            if (example.id, pointer.as_str()) == ("sync_catering_order_status", "/dish_list/0/count") {
                continue;
            }
            spoil(
                &|value| {
                    *value = if value.is_string() { json!(1) } else { json!("a text") };
                },
                &pointer,
            );
            if body.pointer(&pointer).unwrap().is_object() {
                let extra = format!("{pointer}/zz");
                spoil(&|value| drop(value.as_object_mut().unwrap().insert("zz".to_owned(), json!(1))), &extra);
            }
        }
    }
    assert!(spoiled > 500, "{spoiled}");
    assert!(ciphertexts > 15, "{ciphertexts}");
}

#[test]
fn every_required_member_is_missed() {
    let specs: Vec<Value> = crate::api::SPECS.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    let mut missed = 0;
    for example in crate::api::examples() {
        let Some((body, _)) = sealed(&example) else { continue };
        let spec = specs.iter().find(|spec| spec["family"] == example.family).unwrap();
        let operations = spec["operations"].as_array().unwrap();
        let operation = operations.iter().find(|operation| operation["id"] == example.id).unwrap();
        let schema = &spec["schemas"][operation["body"]["schema"].as_str().unwrap()];
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = name.as_str().unwrap();
            let mut body = body.clone();
            body.as_object_mut().unwrap().remove(name).expect("an example has every required member");
            let refusal = refused(&example, body.to_string().as_bytes()).unwrap();
            assert_eq!(refusal.field(), Some(format!("/{name}").as_str()), "{}", example.id);
            missed += 1;
        }
    }
    assert!(missed > 50, "{missed}");
}
