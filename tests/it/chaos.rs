//! The example `chaos`, shorter.

use wechatpay_sdk::simulator::Gateway;

#[allow(dead_code, reason = "its `main` is for the command line")]
#[path = "../../examples/chaos.rs"]
pub(crate) mod example;

#[tokio::test(start_paused = true)]
async fn transfers_under_random_faults_are_neither_lost_nor_doubled_and_all_are_settled() {
    const TRANSFERS: usize = 300;
    let gateway = Gateway::start().await.unwrap();
    let told = example::chaos(&gateway, &gateway.client().unwrap(), TRANSFERS, 1).await;
    let unsettled: Vec<_> = told.iter().filter(|(_, is_settled)| !**is_settled).collect();
    assert!(unsettled.is_empty(), "{unsettled:?}");
    let ledger = example::ledger(&gateway, &told);
    assert_eq!((ledger.executed, ledger.lost, ledger.doubled), (TRANSFERS, 0, 0));
    let sent = gateway.requests().iter().filter(|request| request.method() == "POST").count();
    assert!(sent > TRANSFERS, "nothing went wrong: {sent} requests");
}
