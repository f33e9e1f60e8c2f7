//! From start to drop.

use std::time::Duration;

use super::*;

#[tokio::test]
async fn it_listens_on_loopback_and_every_task_ends_when_it_is_dropped() {
    let gateway = Gateway::start().await.unwrap();
    assert!(gateway.address().ip().is_loopback());
    let family = gateway.client().unwrap().partner_payscore();
    let quota = family.get_service_quota(SERVICE).sub_mchid("1").appid("2").risk_level_version(1);
    quota.await.unwrap();

    // Both the listening task and the client's idle connection hold the desk.
    let desk = gateway.watch();
    assert!(desk.strong_count() >= 3);
    drop(gateway);
    for _ in 0..1_000 {
        if desk.strong_count() == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("a task outlives its gateway");
}

#[tokio::test]
async fn two_gateways_share_nothing() {
    let (first, _) = with_completed_order("1").await;
    let second = Gateway::start().await.unwrap();
    assert_ne!(first.address(), second.address());
    assert!(second.order("1").is_none() && second.requests().is_empty());
    second.next_answer().lost();
    first.client().unwrap().partner_payscore().sync_service_order("1", paid_in_cash()).await.unwrap();
}

#[tokio::test]
async fn requests_at_once_are_carried_out_one_after_another() {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let family = gateway.client().unwrap().partner_payscore();
    let calls: Vec<_> = (0..20).map(|_| tokio::spawn(family.create_service_order(creation("1")).send())).collect();
    let mut ids = Vec::new();
    for call in calls {
        ids.push(call.await.unwrap().unwrap().order_id.clone());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "one order was created");
    assert_eq!(gateway.requests().len(), 20);
}

#[tokio::test]
async fn the_clock_is_the_tests() {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let family = gateway.client().unwrap().partner_payscore();
    family.create_service_order(creation("1")).await.unwrap();
    gateway.clock().advance(Duration::from_secs(30 * 86_400));
    assert_eq!(gateway.order("1").unwrap().state(), "EXPIRED");
    // The client's clock went with it: its signature is still in time.
    let error = family.complete_service_order("1", completion()).await.unwrap_err();
    assert!(error.is_code("INVALID_ORDER_STATE"), "{error}");
}

#[tokio::test]
async fn a_client_with_settings_of_its_own_is_held_to_the_gateways_clock() {
    let gateway = Gateway::start_at(MORNING).await.unwrap();
    let slow = super::super::SimulatedClock::stopped_at(MORNING - 301);
    let pay = gateway.client_with(|builder| builder.clock(slow).timeout(Duration::from_secs(5))).unwrap();
    let error = pay.partner_payscore().create_service_order(creation("1")).await.unwrap_err();
    assert!(error.is_code("SIGN_ERROR") && !error.verified(), "{error}");
    assert!(error.to_string().contains("301 s behind the gateway's clock"), "{error}");
}

#[tokio::test]
async fn another_merchant_or_trust_is_refused() {
    let gateway = Gateway::start().await.unwrap();
    let key = crate::PrivateKey::from_pem(include_str!("../keys/stranger.key.pem")).unwrap();
    let known = gateway.merchant();
    let impostor = crate::Merchant::new(known.mchid().clone(), known.serial().clone(), key.clone());
    let pay = gateway.client_of(impostor, gateway.trust()).unwrap();
    let error = pay.partner_payscore().create_service_order(creation("1")).await.unwrap_err();
    assert!(error.to_string().contains("by another key"), "{error}");

    let id = identity::PUBLIC_KEY_ID.parse().unwrap();
    let trust = crate::Trust::public_key(id, key.public_key().clone());
    let pay = gateway.client_of(gateway.merchant(), trust).unwrap();
    let error = pay.partner_payscore().create_service_order(creation("1")).await.unwrap_err();
    assert_eq!(error.verify_failure(), Some(&crate::VerifyFailure::WrongSignature));
}

#[tokio::test]
async fn nothing_it_prints_holds_key_material() {
    let gateway = Gateway::start().await.unwrap();
    let _ = gateway.client().unwrap().partner_payscore().create_service_order(creation("1")).await;
    let printed = format!("{gateway:?} {:?} {:?}", gateway.requests(), gateway.order("1"));
    assert!(!printed.contains("PRIVATE KEY") && !printed.contains("/notify"), "{printed}");
}
