//! What a release build warns of: the operation, the place and the rule, never the value.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use wechatpay_sdk::Validation;
use wechatpay_sdk::payments::{CreateNativeTransactionRequest, OrderAmount};

use crate::support::*;

/// Keeps the warnings of this SDK as text.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.push_str(&format!("{field}={value:?} "));
    }
}

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "wechatpay_sdk" && *metadata.level() == Level::WARN
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = String::new();
        event.record(&mut Line(&mut line));
        self.0.lock().unwrap().push(line);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
#[cfg(unix)]
fn a_private_key_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("apiclient_key.pem");
    std::fs::write(&path, key_file("merchant.pkcs8.pem")).unwrap();
    let warnings = |mode: u32| {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let warnings = Warnings::default();
        let _guard = tracing::subscriber::set_default(warnings.clone());
        wechatpay_sdk::PrivateKey::from_pem_file(&path).unwrap();
        warnings.0.lock().unwrap().clone()
    };
    assert!(warnings(0o600).is_empty());
    for mode in [0o640, 0o604] {
        let lines = warnings(mode);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].contains("apiclient_key.pem") && !lines[0].contains("PRIVATE KEY-----"), "{lines:?}");
    }
}

#[tokio::test]
async fn a_broken_limit_is_sent_and_warned_of_without_its_value() {
    let wire = Wire::always(Reply::signed(200, r#"{"code_url":"weixin://x"}"#)).await;
    let pay = builder().validation(Validation::Warn).build_for_loopback(wire.address()).unwrap();
    let order = CreateNativeTransactionRequest::builder()
        .appid("wxd678efh567hg6787")
        .mchid(MCHID)
        .description("secret".repeat(30))
        .out_trade_no("A-20261201")
        .notify_url("https://shop.example/wechat/notify")
        .amount(OrderAmount::builder().total(0));

    let warnings = Warnings::default();
    let guard = tracing::subscriber::set_default(warnings.clone());
    pay.payments().create_native_transaction(order).await.unwrap();
    drop(guard);

    let lines = warnings.0.lock().unwrap().clone();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("/description: at most 127 characters, has 180"), "{lines:?}");
    assert!(lines[1].contains("/amount/total: at least 1"), "{lines:?}");
    assert!(lines.iter().all(|line| line.contains("create_native_transaction") && !line.contains("secret")));
    assert_eq!(wire.received().len(), 1);
}
