//! A value that all clones of a client see, and that is replaced as a whole.

use std::sync::{PoisonError, RwLock};

/// Readers take a clone, which is cheap, and keep it for as long as they need one and the same value.
#[derive(Debug)]
pub(crate) struct Shared<T>(RwLock<T>);

impl<T: Clone> Shared<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(RwLock::new(value))
    }

    pub(crate) fn get(&self) -> T {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts another value in its place, made of the one that is there: nothing gets between.
    pub(crate) fn update<R>(&self, change: impl FnOnce(&T) -> (T, R)) -> R {
        let mut place = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let (value, result) = change(&place);
        *place = value;
        result
    }
}
