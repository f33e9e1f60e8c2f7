//! The letter carrier: one attempt after another, each signed when it is made.

use std::sync::Arc;
use std::time::Duration;

use http::header::CONTENT_LENGTH;
use url::{Host, Url};

use super::{Attempt, Letter, Next};
use crate::simulator::desk::Desk;
use crate::simulator::fault::Fault;

/// An application answers within five seconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Delivers what is due, until it is dropped.
pub(in crate::simulator) async fn run(desk: Arc<Desk>, http: reqwest::Client) {
    loop {
        // From here on nothing is missed, however long the rest takes.
        let heard = desk.post.bell.count();
        let next_job = desk.catch_up();
        let now = desk.clock.unix();
        let until = match desk.post.next(now) {
            Next::Carry(letter) => {
                carry(&desk, &http, *letter).await;
                continue;
            }
            Next::WaitUntil(due) => Some(next_job.map_or(due, |job| job.min(due))),
            Next::Rest => next_job,
        };
        match until.map(|until| until.saturating_sub(now)) {
            // A clock that stands still is moved by the test, which is news.
            Some(seconds) if desk.clock.is_running() => {
                let wait = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
                let _ = tokio::time::timeout(wait, desk.post.bell.after(heard)).await;
            }
            _ => {
                desk.post.bell.after(heard).await;
            }
        }
    }
}

async fn carry(desk: &Desk, http: &reqwest::Client, letter: Letter) {
    let at = desk.clock.unix();
    let fault = letter.plan.fault.clone().filter(|_| letter.sent.attempts.is_empty());
    let is_probe = matches!(fault, Some(Fault::Probe | Fault::Forged));
    let headers = desk.notification_headers(&letter.body, fault.as_ref());
    let status = match (headers, &letter.target) {
        (Ok(mut headers), Some(target)) => {
            headers.insert(CONTENT_LENGTH, letter.body.len().into());
            let request = http.post(target).headers(headers).body(letter.body.clone()).timeout(PATIENCE);
            request.send().await.ok().map(|answer| answer.status())
        }
        _ => None,
    };
    desk.post.put_back(letter, Attempt { at, status, is_probe });
}

/// Whether an address is on this machine, so that the gateway may call it.
pub(super) fn is_on_this_machine(address: &str) -> bool {
    match Url::parse(address).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_machine_are_called() {
        for address in ["http://127.0.0.1:8080/a", "http://127.8.0.1/a", "http://localhost/a", "http://[::1]:1/a"] {
            assert!(is_on_this_machine(address), "{address}");
        }
        for address in
            ["https://shop.example/a", "http://10.0.0.1/a", "http://127.0.0.1.shop.example/a", "localhost", ""]
        {
            assert!(!is_on_this_machine(address), "{address}");
        }
    }
}
