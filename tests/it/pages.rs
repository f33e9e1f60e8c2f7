//! Lists that come in pages, as one stream of items.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_core::Stream;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use wechatpay_sdk::merchant_risk::QueryRiskTradesRequest;
use wechatpay_sdk::{Error, ErrorKind, Outcome, Pages, Retry};

use crate::support::*;

/// The value of a query parameter.
fn query(request: &Received, name: &str) -> Option<String> {
    let (_, query) = request.target.split_once('?')?;
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    Some(percent_decode_str(value).decode_utf8().unwrap().into_owned())
}

fn number(request: &Received, name: &str) -> Option<usize> {
    query(request, name)?.parse().ok()
}

fn signed(page: Value) -> Vec<u8> {
    Reply::signed(200, page.to_string()).bytes()
}

/// A gateway with so many complaints, of which a page has at most two.
async fn complaints(count: usize) -> Wire {
    Wire::answering(move |request| {
        let from = number(request, "offset").unwrap_or(0);
        let data: Vec<Value> = (from..count.min(from + 2))
            .map(|at| json!({ "complaint_id": at.to_string(), "complaint_state": "PENDING" }))
            .collect();
        signed(json!({ "data": data, "limit": 2, "offset": from, "total_count": count }))
    })
    .await
}

/// Everything up to the end or an error.
async fn all<T>(mut pages: Pages<T>, name: impl Fn(T) -> String) -> (Vec<String>, Option<Error>) {
    let mut items = Vec::new();
    while let Some(item) = pages.next().await {
        match item {
            Ok(item) => items.push(name(item)),
            Err(error) => {
                assert!(pages.next().await.is_none(), "an error is the end");
                return (items, Some(error));
            }
        }
    }
    assert!(pages.next().await.is_none(), "the end is the end");
    (items, None)
}

async fn listed(wire: &Wire) -> (Vec<String>, Option<Error>) {
    let call = wire.client().complaints().list_complaints().begin_date("2026-11-01").end_date("2026-11-24");
    all(call.limit(2).stream(), |complaint| complaint.complaint_id).await
}

#[tokio::test]
async fn a_stream_gives_every_item_of_every_page_and_asks_for_no_page_too_many() {
    for (count, requests) in [(0, 1), (1, 1), (2, 1), (3, 2), (4, 2), (7, 4)] {
        let wire = complaints(count).await;
        let (items, error) = listed(&wire).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(items, (0..count).map(|at| at.to_string()).collect::<Vec<_>>());
        let received = wire.received();
        assert_eq!(received.len(), requests, "{count} items");
        assert!(received.iter().all(Received::is_signed));
        assert!(received.iter().all(|request| query(request, "begin_date").as_deref() == Some("2026-11-01")));
        let offsets: Vec<_> = received.iter().map(|request| number(request, "offset")).collect();
        let expected = (0..requests).map(|page| (page > 0).then_some(page * 2));
        assert_eq!(offsets, expected.collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_stream_is_a_stream_begins_where_the_call_does_and_waits_to_be_asked() {
    let wire = complaints(9).await;
    let call = wire.client().complaints().list_complaints().begin_date("2026-11-01").end_date("2026-11-24");
    let mut stream = pin!(call.offset(6).limit(2).stream());
    assert!(wire.received().is_empty());
    let mut items = Vec::new();
    while let Some(item) = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await {
        items.push(item.unwrap().complaint_id);
        assert_eq!(wire.received().len(), if items.len() > 2 { 2 } else { 1 }, "no page before it is needed");
    }
    assert_eq!(items, ["6", "7", "8"]);
}

#[tokio::test]
async fn a_total_that_changes_between_the_pages_is_believed() {
    let pages = AtomicUsize::new(0);
    let wire = Wire::answering(move |request| {
        let from = number(request, "offset").unwrap_or(0);
        let page = pages.fetch_add(1, Ordering::SeqCst);
        let count = [3, 5, 5][page];
        let data: Vec<Value> = (from..count.min(from + 2))
            .map(|at| json!({ "complaint_id": at.to_string(), "complaint_state": "PENDING" }))
            .collect();
        signed(json!({ "data": data, "total_count": count }))
    })
    .await;
    let (items, error) = listed(&wire).await;
    assert_eq!((items.len(), error.is_none()), (5, true), "{items:?}");
}

#[tokio::test]
async fn an_empty_page_before_the_end_is_an_error_and_not_the_end() {
    let wire = Wire::always(Reply::signed(200, r#"{"data":[],"total_count":3}"#)).await;
    let (items, error) = listed(&wire).await;
    let error = error.unwrap();
    assert_eq!((items.len(), error.kind(), wire.received().len()), (0, ErrorKind::Decode, 1));
    assert_eq!(error.operation(), Some("list_complaints"));
    assert!(error.to_string().contains("empty though 0 of 3 items came"), "{error}");
}

#[tokio::test]
async fn a_gateway_that_always_gives_the_same_page_is_not_asked_for_ever() {
    let page = r#"{"application_list":[{"out_parking_lot_id":"1"}]}"#;
    let wire = Wire::always(Reply::signed(200, page)).await;
    let stream = wire.client().parking().list_lot_applications().out_parking_lot_id("1").stream();
    let (items, error) = all(stream, |_| String::new()).await;
    assert_eq!((items.len(), wire.received().len()), (1, 2));
    assert!(error.unwrap().to_string().contains("once more"));
}

/// A gateway that gives one coupon on each page, and of each page says which is next.
async fn coupons(next: &'static [(&'static str, Option<&'static str>)]) -> Wire {
    Wire::answering(move |request| {
        let at = query(request, "page_token").unwrap_or_default();
        let (_, next) = next.iter().find(|(known, _)| *known == at).unwrap();
        let coupon = json!({ "coupon_code": format!("after {at}"), "coupon_state": "EFFECTIVE" });
        signed(json!({ "user_coupon_list": [coupon], "next_page_token": next }))
    })
    .await
}

async fn codes(wire: &Wire) -> (Vec<String>, Option<Error>) {
    let call = wire.client().product_coupon().list_coupons("o1").brand_id("1").appid("wx1");
    all(call.stream(), |coupon| coupon.coupon_code).await
}

#[tokio::test]
async fn cursors_are_followed_until_there_is_none() {
    for end in [None, Some("")] {
        let last: &'static [_] = Box::leak(Box::new([("", Some("b")), ("b", Some("c/+")), ("c/+", end)]));
        let wire = coupons(last).await;
        let (items, error) = codes(&wire).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(items, ["after ", "after b", "after c/+"]);
    }
}

#[tokio::test]
async fn a_cursor_that_was_there_before_is_an_error() {
    let wire = coupons(&[("", Some("b")), ("b", Some("c")), ("c", Some("b"))]).await;
    let (items, error) = codes(&wire).await;
    assert_eq!((items.len(), wire.received().len()), (3 - 1, 3), "the page that leads back is not used");
    assert!(error.unwrap().to_string().contains("there before"));
}

#[tokio::test]
async fn numbered_pages_are_turned_in_a_query_and_in_a_body() {
    let wire = Wire::answering(|request| {
        let page = number(request, "offset").unwrap();
        let items = [json!(["a", "b"]), json!(["c"])][page].clone();
        signed(json!({ "data": items, "total_count": 3 }))
    })
    .await;
    // Which page is the first need not be said.
    let call = wire.client().cash_coupons().list_available_items("1").stock_creator_mchid("1900000001").limit(2);
    let (items, error) = all(call.stream(), |item| item).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(items, ["a", "b", "c"]);

    let wire = Wire::answering(|request| {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!((body["mchid"].as_str(), body["page_size"].as_i64()), (Some(MCHID), Some(1)));
        let page = body["page_index"].as_i64().unwrap_or(1);
        signed(json!({ "total_num": 2, "risk_trade_list": [{ "out_trade_no": page.to_string() }] }))
    })
    .await;
    let request = QueryRiskTradesRequest::builder().mchid(MCHID).page_size(1);
    let stream = wire.client().merchant_risk().query_risk_trades(request).stream();
    let (items, error) = all(stream, |trade| trade.out_trade_no.unwrap_or_default()).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(items, ["1", "2"]);
}

#[tokio::test]
async fn a_page_that_is_not_believed_ends_the_stream_before_its_items() {
    let wire = Wire::answering(|request| {
        let from = number(request, "offset").unwrap_or(0);
        let page = json!({
            "data": [{ "complaint_id": from.to_string(), "complaint_state": "PENDING" }],
            "total_count": 3,
        });
        let reply = Reply::signed(200, page.to_string());
        if from == 0 { reply.bytes() } else { reply.replace("Wechatpay-Nonce", "another").bytes() }
    })
    .await;
    let (items, error) = listed(&wire).await;
    let error = error.unwrap();
    assert_eq!((items.as_slice(), error.kind()), (["0".to_owned()].as_slice(), ErrorKind::Verify));
    assert_eq!(wire.received().len(), 2);
}

#[tokio::test]
async fn every_page_is_attempted_as_the_stream_says() {
    let answers = AtomicUsize::new(0);
    let wire = Wire::answering(move |_| match answers.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::bare(503, "").bytes(),
        _ => signed(json!({ "data": [], "total_count": 0 })),
    })
    .await;
    let (_, error) = listed(&wire).await;
    assert_eq!(error.unwrap().outcome(), Outcome::Unknown, "the client makes one attempt");
    let call = wire.client().complaints().list_complaints().begin_date("2026-11-01").end_date("2026-11-24");
    assert!(call.stream().retry(Retry::default()).timeout(std::time::Duration::from_secs(9)).next().await.is_none());
}
