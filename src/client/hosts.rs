//! Which access point a call goes to: the main one, the backup while the main one fails, or the one of its region.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::Url;
use tokio::time::Instant;

use super::Core;
use crate::rt::Operation;

/// How long calls go to the backup after the main host has failed; then the main host is tried again.
const PINNED: Duration = Duration::from_secs(60);

/// The hosts of a client beside its main one.
#[derive(Debug)]
pub(super) struct Hosts {
    /// `https://host`.
    pub(super) backup: Option<String>,
    /// Operations of other regions go to their own access point: not where the caller has named one.
    pub(super) follows_regions: bool,
    pub(super) pinned_until: Mutex<Option<Instant>>,
}

/// The way of one call.
pub(crate) struct Route<'c> {
    core: &'c Core,
    main: &'c str,
    backup: Option<&'c str>,
    is_on_backup: bool,
    has_switched: bool,
}

impl Core {
    /// Where a call of this operation goes first, and where else it may go.
    pub(crate) fn route(&self, operation: &Operation) -> Route<'_> {
        let hosts = &self.0.hosts;
        let region = operation.host.filter(|_| hosts.follows_regions);
        let backup = if region.is_some() { None } else { hosts.backup.as_deref() };
        let pinned = *hosts.pinned_until.lock().unwrap_or_else(PoisonError::into_inner);
        Route {
            core: self,
            main: region.unwrap_or(self.base()),
            is_on_backup: backup.is_some() && pinned.is_some_and(|until| Instant::now() < until),
            backup,
            has_switched: false,
        }
    }
}

impl Route<'_> {
    /// `https://host` of this attempt.
    pub(crate) fn origin(&self) -> &str {
        self.backup.filter(|_| self.is_on_backup).unwrap_or(self.main)
    }

    /// Directs a request to the host of this attempt. Path and query stay as they are: they are what is signed.
    pub(crate) fn direct(&self, request: &mut reqwest::Request) {
        let origin = self.origin();
        if let Some(target) = request.url().as_str().strip_prefix(self.core.base())
            && let Ok(url) = Url::parse(&format!("{origin}{target}"))
        {
            *request.url_mut() = url;
        }
    }

    /// Takes the other host for the next attempt; false where there is none, or both were tried.
    pub(crate) fn switch(&mut self) -> bool {
        let may = self.backup.is_some() && !self.has_switched;
        if may {
            self.has_switched = true;
            self.is_on_backup = !self.is_on_backup;
        }
        may
    }

    /// Remembers which host works.
    pub(crate) fn succeeded(&self) {
        if self.has_switched {
            let until = self.is_on_backup.then(|| Instant::now() + PINNED);
            *self.core.0.hosts.pinned_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
        }
    }
}
