//! Tells those who wait that something has happened.

use std::sync::Arc;

use tokio::sync::watch;

/// Rings when something has happened, and counts how often. Clones are one bell.
#[derive(Clone, Debug, Default)]
pub(super) struct Bell(Arc<watch::Sender<u64>>);

impl Bell {
    pub(super) fn ring(&self) {
        self.0.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// How often it has rung.
    pub(super) fn count(&self) -> u64 {
        *self.0.borrow()
    }

    /// Waits until it has rung other than this often; how often it has then.
    pub(super) async fn after(&self, heard: u64) -> u64 {
        let mut receiver = self.0.subscribe();
        // The sender is held here: it does not end.
        let _ = receiver.wait_for(|count| *count != heard).await;
        self.count()
    }
}
