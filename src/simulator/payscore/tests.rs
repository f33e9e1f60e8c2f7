use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::simulator::validate::Call;

const SERVICE: &str = "2002000000000558128851361561536";
/// 2009-12-25 09:30:00 in Beijing.
const NOW: i64 = 1_261_704_600;

fn call(operation: &str, parameters: &[(&'static str, &str)], body: Value) -> Call<'static> {
    let parameters: BTreeMap<&str, Value> = parameters.iter().map(|(name, value)| (*name, (*value).into())).collect();
    Call::of(Box::leak(operation.to_owned().into_boxed_str()), parameters, body)
}

fn creation() -> Value {
    json!({
        "service_id": SERVICE, "appid": "wx1", "sub_mchid": "1900000109", "out_order_no": "1",
        "service_introduction": "x", "risk_fund": { "name": "DEPOSIT", "amount": 100 },
        "time_range": { "start_time": "20091225080000" }, "notify_url": "https://api.test.com",
    })
}

/// The member of `base` replaced or added.
fn with(mut base: Value, name: &str, value: Value) -> Value {
    base.as_object_mut().unwrap().insert(name.to_owned(), value);
    base
}

/// The body of a call to order 1, and what it says beside whose order it is.
fn body(members: Value) -> Value {
    let mut body = json!({ "service_id": SERVICE, "sub_mchid": "1900000109" });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    body
}

fn completion() -> Value {
    body(json!({ "post_payments": [{ "name": "a", "amount": 2 }], "post_discounts": [{ "name": "b", "amount": 1 }],
        "total_amount": 1 }))
}

fn synced(paid_time: &str) -> Value {
    body(json!({ "type": "Order_Paid", "detail": { "paid_time": paid_time } }))
}

/// The orders of one gateway at one time.
struct Book(Orders, i64);

impl Book {
    /// With order 1 in `CREATED`.
    fn created() -> Self {
        let mut book = Self(Orders::default(), NOW);
        book.create("create_service_order", creation()).unwrap();
        book
    }

    fn confirmed() -> Self {
        let mut book = Self::created();
        book.0.user("1", Action::Confirm, NOW).unwrap();
        book
    }

    fn completed() -> Self {
        let mut book = Self::confirmed();
        book.call("complete_service_order", completion()).unwrap();
        book
    }

    fn create(&mut self, operation: &str, body: Value) -> Result<Answer, Refusal> {
        self.0.call(&call(operation, &[], body), self.1).unwrap()
    }

    fn call(&mut self, operation: &str, body: Value) -> Result<Answer, Refusal> {
        self.0.call(&call(operation, &[("out_order_no", "1")], body), self.1).unwrap()
    }

    fn code(&mut self, operation: &str, body: Value) -> &'static str {
        self.call(operation, body).map_or_else(|refusal| refusal.code(), |_| "OK")
    }

    fn get(&mut self, parameters: &[(&'static str, &str)]) -> Result<Value, Refusal> {
        let owner = [("service_id", SERVICE), ("sub_mchid", "1900000109")];
        let parameters: Vec<_> = owner.into_iter().chain(parameters.iter().copied()).collect();
        let answer = self.0.call(&call("get_service_order", &parameters, Value::Null), self.1).unwrap()?;
        Ok(serde_json::from_slice(&answer.body).unwrap())
    }

    fn state(&mut self) -> String {
        OrderView::of(self.0.find("1", self.1).unwrap()).to_string()
    }
}

#[test]
fn an_order_goes_from_creation_to_payment() {
    let mut book = Book::created();
    assert_eq!(book.state(), "CREATED");
    book.0.user("1", Action::Confirm, NOW).unwrap();
    assert_eq!(book.state(), "DOING/USER_CONFIRM");
    assert_eq!(book.call("complete_service_order", completion()).unwrap().status, 204);
    assert_eq!(book.state(), "DOING/MCH_COMPLETE, collection USER_PAYING");
    assert_eq!(book.call("pay_service_order", body(json!({}))).unwrap().status, 204);
    assert_eq!(book.state(), "DOING/MCH_COMPLETE, collection USER_PAYING");
    book.0.user("1", Action::UserPays, NOW).unwrap();
    assert_eq!(book.state(), "DONE, collection USER_PAID (NEWTON)");
}

#[test]
fn every_call_in_every_state_answers_as_documented() {
    let revoked = || {
        let mut book = Book::created();
        book.call("cancel_service_order", body(json!({ "reason": "a" }))).unwrap();
        book
    };
    let done = || {
        let mut book = Book::completed();
        book.call("sync_service_order", synced("20091225091210")).unwrap();
        book
    };
    let expired = || {
        let mut book = Book::created();
        book.1 += 30 * 86_400;
        book
    };
    let modified = body(json!({ "post_payments": [], "total_amount": 0, "reason": "b" }));
    let calls = [
        ("cancel_service_order", body(json!({ "reason": "b" }))),
        ("complete_service_order", body(json!({ "post_payments": [], "total_amount": 0 }))),
        ("modify_service_order", modified),
        ("pay_service_order", body(json!({}))),
        ("sync_service_order", synced("20091225091210")),
    ];
    let state = "INVALID_ORDER_STATE";
    type InState<'b> = &'b dyn Fn() -> Book;
    let table: [(&str, InState<'_>, [&str; 5]); 6] = [
        ("created", &Book::created, ["OK", state, state, state, state]),
        ("confirmed", &Book::confirmed, ["OK", "OK", state, state, state]),
        ("completed", &Book::completed, [state, "INVALID_REQUEST", "OK", "OK", "OK"]),
        ("done", &done, ["ORDER_DONE"; 5]),
        ("revoked", &revoked, ["ORDER_CANCELED"; 5]),
        ("expired", &expired, [state; 5]),
    ];
    for (name, book, codes) in table {
        for ((operation, body), code) in calls.iter().zip(codes) {
            assert_eq!(book().code(operation, body.clone()), code, "{name}: {operation}");
        }
    }
}

#[test]
fn the_same_creation_enters_again_and_another_one_is_refused() {
    let mut book = Book::confirmed();
    let again = book.create("create_service_order", creation()).unwrap();
    let order: Value = serde_json::from_slice(&again.body).unwrap();
    assert_eq!((&order["state"], &order["state_description"]), (&json!("DOING"), &json!("USER_CONFIRM")));
    for other in [
        with(creation(), "attach", json!("x")),
        with(creation(), "sub_mchid", json!("1900000110")),
        with(creation(), "service_id", json!("1")),
    ] {
        assert_eq!(book.create("create_service_order", other).unwrap_err().code(), "INVALID_REQUEST");
    }
}

#[test]
fn an_order_without_confirmation_names_its_user_and_is_in_use_at_once() {
    let creation = with(creation(), "need_user_confirm", json!(false));
    let mut book = Book(Orders::default(), NOW);
    let both = with(with(creation.clone(), "openid", json!("o1")), "sub_openid", json!("o2"));
    for body in [creation.clone(), both] {
        assert_eq!(book.create("create_service_order", body).unwrap_err().field(), Some("/openid"));
    }
    book.create("create_service_order", with(creation, "openid", json!("o1"))).unwrap();
    assert_eq!(book.state(), "DOING/USER_CONFIRM");
}

#[test]
fn a_service_that_starts_on_acceptance_starts_when_the_user_confirms() {
    let mut book = Book(Orders::default(), NOW);
    let on_accept = with(creation(), "time_range", json!({ "start_time": "OnAccept", "start_time_remark": "x" }));
    book.create("create_service_order", on_accept).unwrap();
    book.0.user("1", Action::Confirm, NOW + 60).unwrap();
    let order = book.get(&[("out_order_no", "1")]).unwrap();
    assert_eq!(order["time_range"], json!({ "start_time": "20091225093100", "start_time_remark": "x" }));
}

#[test]
fn an_order_is_found_by_its_number_or_its_query_id_and_only_by_its_owner() {
    let mut book = Book::created();
    let query_id = OrderView::of(book.0.find("1", NOW).unwrap()).query_id().to_owned();
    assert_eq!(book.get(&[("out_order_no", "1")]).unwrap()["out_order_no"], "1");
    assert_eq!(book.get(&[("query_id", &query_id)]).unwrap()["out_order_no"], "1");
    for parameters in [("out_order_no", "2"), ("query_id", "1")] {
        assert_eq!(book.get(&[parameters]).unwrap_err().code(), "ORDER_NOT_EXIST");
    }
    let stranger = json!({ "service_id": SERVICE, "sub_mchid": "1900000110" });
    assert_eq!(book.code("pay_service_order", stranger), "ORDER_NOT_EXIST");
    let other_service = json!({ "service_id": "1", "sub_mchid": "1900000109" });
    assert_eq!(book.code("pay_service_order", other_service), "ORDER_NOT_EXIST");
}

#[test]
fn an_order_expires_after_30_days_without_confirmation() {
    let mut book = Book::created();
    book.1 = NOW + 30 * 86_400 - 1;
    assert_eq!(book.state(), "CREATED");
    book.1 += 1;
    assert_eq!(book.state(), "EXPIRED");
    assert_eq!(book.0.user("1", Action::Confirm, book.1).unwrap_err(), "the service order 1 is EXPIRED");
    let mut confirmed = Book::confirmed();
    confirmed.1 = NOW + 60 * 86_400;
    assert_eq!(confirmed.state(), "DOING/USER_CONFIRM");
}

#[test]
fn a_repeated_cancellation_or_completion_succeeds_without_effect() {
    let mut book = Book::created();
    for _ in 0..2 {
        assert_eq!(book.code("cancel_service_order", body(json!({ "reason": "a" }))), "OK");
    }
    let mut book = Book::completed();
    assert_eq!(book.code("complete_service_order", completion()), "OK");
    assert_eq!(book.state(), "DOING/MCH_COMPLETE, collection USER_PAYING");
}

#[test]
fn nothing_to_pay_is_done_at_once_without_a_collection() {
    let mut book = Book::confirmed();
    book.call("complete_service_order", body(json!({ "post_payments": [], "total_amount": 0 }))).unwrap();
    assert_eq!(book.state(), "DONE");
    let order = book.get(&[("out_order_no", "1")]).unwrap();
    assert_eq!((&order["need_collection"], order.get("collection")), (&json!(false), None));
}

#[test]
fn a_completion_is_bounded_by_the_deposit_and_the_present() {
    let mut book = Book::confirmed();
    let refused = book.call(
        "complete_service_order",
        body(json!({ "post_payments": [{ "name": "a", "amount": 101 }],
        "total_amount": 101 })),
    );
    assert_eq!(refused.unwrap_err().field(), Some("/total_amount"));
    let late = with(completion(), "time_range", json!({ "end_time": "20091225093001" }));
    assert_eq!(book.call("complete_service_order", late).unwrap_err().field(), Some("/time_range/end_time"));
    assert_eq!(book.state(), "DOING/USER_CONFIRM", "a refused call changes nothing");
}

#[test]
fn an_amount_is_only_ever_lowered() {
    let mut book = Book::completed();
    let modify = |total: i64| {
        body(json!({ "post_payments": [{ "name": "a", "amount": total }], "total_amount": total, "reason": "x" }))
    };
    for total in [1, 2] {
        assert_eq!(book.call("modify_service_order", modify(total)).unwrap_err().field(), Some("/total_amount"));
    }
    book.call("modify_service_order", modify(0)).unwrap();
    assert_eq!(book.state(), "DONE");
}

#[test]
fn a_sync_reports_a_payment_between_the_start_of_the_service_and_now() {
    for (paid_time, is_accepted) in [
        ("20091225080000", true),
        ("20091225093000", true),
        ("20091225075959", false),
        ("20091225093001", false),
        ("20091225", false),
        ("2009-12-25T09:12:10+08:00", false),
        ("OnAccept", false),
    ] {
        let mut book = Book::completed();
        let synced = book.call("sync_service_order", synced(paid_time));
        match synced {
            Ok(answer) => assert_eq!((answer.status.as_u16(), is_accepted), (204, true), "{paid_time}"),
            Err(refusal) => {
                assert_eq!((refusal.field(), is_accepted), (Some("/detail/paid_time"), false), "{paid_time}");
                assert_eq!(book.state(), "DOING/MCH_COMPLETE, collection USER_PAYING");
            }
        }
    }
    let mut book = Book::completed();
    book.call("sync_service_order", synced("20091225091210")).unwrap();
    let order = book.get(&[("out_order_no", "1")]).unwrap();
    let detail = json!({ "seq": 1, "amount": 1, "paid_type": "MCH", "paid_time": "20091225091210" });
    assert_eq!(order["state"], "DONE");
    assert_eq!(order["collection"]["details"], json!([detail]));
}

#[test]
fn an_order_is_created_and_completed_in_one_call() {
    let creation = json!({
        "service_id": SERVICE, "appid": "wx1", "sub_mchid": "1900000109", "out_order_no": "1",
        "service_introduction": "x", "post_payments": [{ "name": "a", "amount": 5 }], "total_amount": 5,
        "time_range": { "start_time": "20091225080000", "end_time": "20091225090000" }, "notify_url": "https://a.test",
    });
    let mut book = Book(Orders::default(), NOW);
    for _ in 0..2 {
        assert_eq!(book.create("create_completed_service_order", creation.clone()).unwrap().status, 204);
    }
    assert_eq!(book.state(), "DOING/MCH_COMPLETE, collection USER_PAYING");
    let other = with(creation.clone(), "total_amount", json!(4));
    assert_eq!(book.create("create_completed_service_order", other).unwrap_err().field(), Some("/total_amount"));
    let other = with(creation, "attach", json!("x"));
    assert_eq!(book.create("create_completed_service_order", other).unwrap_err().code(), "INVALID_REQUEST");
}

#[test]
fn what_it_shows_fits_the_spec() {
    let specs = crate::api::SPECS.iter().map(|text| serde_json::from_str::<Value>(text).unwrap());
    let spec = specs.into_iter().find(|spec| spec["family"] == "partner_payscore").unwrap();
    let mut schema = spec["schemas"]["ServiceOrder"].clone();
    schema.as_object_mut().unwrap().insert("schemas".to_owned(), spec["schemas"].clone());
    let schema = jsonschema::options().with_draft(jsonschema::Draft::Draft4).build(&schema).unwrap();
    let mut paid = Book::completed();
    paid.0.user("1", Action::UserPays, NOW).unwrap();
    let mut reported = Book::completed();
    reported.call("sync_service_order", synced("20091225091210")).unwrap();
    for mut book in [Book::created(), Book::confirmed(), Book::completed(), paid, reported] {
        let order = book.get(&[("out_order_no", "1")]).unwrap();
        let problems: Vec<String> = schema.iter_errors(&order).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{problems:?} in {order}");
    }
}

#[test]
fn a_view_shows_no_user() {
    let creation = with(creation(), "openid", json!("oSecret"));
    let mut book = Book(Orders::default(), NOW);
    book.create("create_service_order", creation).unwrap();
    let order = book.0.find("1", NOW).unwrap();
    let shown = format!("{order:?} {:?} {}", OrderView::of(order), OrderView::of(order));
    assert!(!shown.contains("oSecret"), "{shown}");
}
