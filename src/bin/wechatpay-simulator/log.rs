//! What was received, one line each, with nothing secret in it.

use wechatpay_sdk::simulator::{Gateway, Received};

/// Prints each request, for ever.
pub(crate) async fn print(gateway: &Gateway) {
    let (mut revision, mut printed) = (gateway.revision(), 0);
    loop {
        for received in gateway.requests_after(printed) {
            let missed = received.number().saturating_sub(printed).saturating_sub(1);
            if missed > 0 {
                println!("({missed} more, too fast to be printed)");
            }
            println!("{}", line(&received));
            printed = received.number();
        }
        revision = gateway.changed_since(revision).await;
    }
}

/// Method, path without query, operation, verdict. Why a signature is wrong is told without what should have been signed,
/// since that holds the body.
fn line(received: &Received) -> String {
    let path = received.target().split('?').next().unwrap_or_default();
    let status = received.status().map_or("cut off".to_owned(), |status| status.as_u16().to_string());
    let operation = received.operation().unwrap_or("-");
    let verdict = match received.refusal() {
        Some(("SIGN_ERROR", why)) => format!("  SIGN_ERROR: {}", why.split(". Expected").next().unwrap_or_default()),
        Some((code, _)) => format!("  {code}"),
        None => String::new(),
    };
    format!("{status}  {} {path}  {operation}{verdict}", received.method())
}
