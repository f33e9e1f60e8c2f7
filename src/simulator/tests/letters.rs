//! Notifications: when they come, how often, and how they are wrong on purpose.

use std::time::Duration;

use super::orders::jsapi;
use super::*;

/// A gateway with an order that is paid as soon as the test says so, and an application.
async fn shop() -> (Gateway, App) {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let pay = gateway.client().unwrap();
    let app = App::start(pay.clone()).await;
    pay.payments().create_jsapi_transaction(jsapi("1000001", 100, &app.address)).await.unwrap();
    (gateway, app)
}

#[tokio::test]
async fn a_notification_is_repeated_on_the_documented_schedule_and_given_up_after_a_day() {
    let (gateway, app) = shop().await;
    app.fails_from_now_on();
    gateway.user_pays("1000001").unwrap();
    gateway.delivered().await;
    // 15s/15s/30s/3m/10m/20m/30m/30m/30m/60m/3h/3h/3h/6h/6h
    let minutes = |minutes: u64| 60 * minutes;
    let schedule = [15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, minutes(180), minutes(180), minutes(180)];
    for (index, wait) in schedule.into_iter().chain([minutes(360), minutes(360)]).enumerate() {
        gateway.advance(Duration::from_secs(wait - 1)).await;
        assert_eq!(app.seen().len(), index + 1);
        gateway.advance(Duration::from_secs(1)).await;
        assert_eq!(app.seen().len(), index + 2);
    }
    assert_eq!(gateway.clock().unix() - MORNING, 24 * 3_600 + 4 * 60);
    gateway.advance(Duration::from_secs(30 * 86_400)).await;
    let sent = &gateway.notifications()[0];
    assert_eq!((app.seen().len(), sent.attempts().len(), sent.is_taken()), (16, 16, false));
    let ids: std::collections::BTreeSet<String> = app.seen().into_iter().map(|(_, id, _)| id).collect();
    assert_eq!(ids.len(), 1, "all attempts have one id");
}

#[tokio::test]
async fn a_notification_that_is_taken_is_not_repeated() {
    let (gateway, app) = shop().await;
    app.fails_once();
    gateway.user_pays("1000001").unwrap();
    gateway.delivered().await;
    gateway.advance(Duration::from_secs(86_400)).await;
    assert_eq!(app.seen().len(), 2);
    let sent = &gateway.notifications()[0];
    let statuses: Vec<u16> = sent.attempts().iter().map(|attempt| attempt.status().unwrap().as_u16()).collect();
    assert_eq!((statuses.as_slice(), sent.is_taken()), (&[500, 204][..], true));
}

#[tokio::test]
async fn a_probe_is_refused_by_the_sdk_and_the_right_one_follows() {
    for forge in [false, true] {
        let (gateway, app) = shop().await;
        match forge {
            false => gateway.next_notification().probe(),
            true => gateway.next_notification().forged(),
        }
        gateway.user_pays("1000001").unwrap();
        gateway.delivered().await;
        assert_eq!((app.refused(), app.seen().len()), (1, 0));
        gateway.advance(Duration::from_secs(15)).await;
        assert_eq!((app.refused(), app.seen().len()), (1, 1));
        let attempts = gateway.notifications()[0].attempts().to_vec();
        assert!(attempts[0].is_probe() && !attempts[0].is_taken() && !attempts[1].is_probe());
    }
}

#[tokio::test]
async fn a_notification_comes_twice_late_or_never() {
    let (gateway, app) = shop().await;
    gateway.next_notification().twice();
    gateway.user_pays("1000001").unwrap();
    gateway.delivered().await;
    assert_eq!(app.seen().len(), 2);
    assert_eq!(app.seen()[0].1, app.seen()[1].1);

    gateway.next_notification().late(Duration::from_secs(60));
    gateway.next_notification().lost();
    gateway.notify("REFUND.CLOSED").to(&app.address).unwrap();
    gateway.notify("REFUND.SUCCESS").to(&app.address).unwrap();
    gateway.notify("REFUND.ABNORMAL").to(&app.address).unwrap();
    gateway.delivered().await;
    assert_eq!(app.events().last().unwrap(), "REFUND.ABNORMAL");
    gateway.advance(Duration::from_secs(60)).await;
    assert_eq!(app.events().last().unwrap(), "REFUND.CLOSED");
    assert_eq!(app.seen().len(), 4);
}

#[tokio::test]
async fn every_event_is_sent_and_read_by_the_sdk() {
    let (gateway, app) = shop().await;
    let mut count = 0;
    for (event_type, _, variant, text) in crate::webhook::event_examples() {
        gateway.notify(variant).to(&app.address).unwrap();
        gateway.delivered().await;
        count += 1;
        assert_eq!((app.events().last().unwrap().as_str(), app.seen().len()), (*event_type, count), "{variant}");
        assert_eq!(app.last(), serde_json::from_str::<Value>(text).unwrap());
    }
    assert!(count > 15);
    assert_eq!(app.refused(), 0);
    assert!(gateway.notify("NO.SUCH").to(&app.address).unwrap_err().to_string().contains("NO.SUCH"));
    gateway.notify("NO.SUCH").with(json!({ "a": 1 })).to(&app.address).unwrap();
    gateway.delivered().await;
    assert_eq!(app.last(), json!({ "a": 1 }));
}

#[tokio::test]
async fn what_is_not_for_this_machine_is_written_down_and_only_sent_where_a_test_says() {
    let (gateway, app) = shop().await;
    gateway.notify("REFUND.SUCCESS").to("https://shop.example/notify").unwrap();
    gateway.delivered().await;
    let sent = &gateway.notifications()[0];
    assert_eq!((sent.is_deliverable(), sent.attempts().len()), (false, 0));
    assert_eq!(sent.plaintext()["refund_status"], json!("SUCCESS"));

    let base = app.address.trim_end_matches("notify");
    assert!(gateway.deliver_instead("https://shop.example/", "https://other.example/").is_err());
    gateway.deliver_instead("https://shop.example/", base).unwrap();
    gateway.notify("REFUND.SUCCESS").to("https://shop.example/notify").unwrap();
    gateway.delivered().await;
    assert_eq!(app.events(), ["REFUND.SUCCESS"]);
}

#[tokio::test]
async fn an_application_that_is_not_there_is_tried_again() {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/notify", listener.local_addr().unwrap());
    drop(listener);
    gateway.notify("REFUND.SUCCESS").to(&address).unwrap();
    gateway.advance(Duration::from_secs(30)).await;
    let sent = &gateway.notifications()[0];
    assert_eq!(sent.attempts().iter().map(|attempt| attempt.status()).collect::<Vec<_>>(), [None, None, None]);
}

#[tokio::test]
async fn an_echo_is_answered_and_told() {
    let (gateway, app) = shop().await;
    let echo = crate::certificates::EchoSecurityRequest::builder().notify_url(&app.address).echo_message("hello");
    let pay = gateway.client().unwrap();
    pay.certificates().echo_security(echo.encrypted_echo_message("secret")).await.unwrap();
    gateway.delivered().await;
    assert_eq!(
        (app.events(), &app.last()["echo_message"]),
        (vec!["SECURITY_ECHO.SUCCESS".to_owned()], &json!("hello"))
    );
    let sealed = crate::Ciphertext::from(app.last()["encrypt_echo_message"].as_str().unwrap());
    assert_eq!(&*pay.decrypt(&sealed).unwrap(), "secret");
}
