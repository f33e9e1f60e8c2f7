//! The crate from outside: its public API over real HTTP on loopback.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod batches;
mod calls;
mod certificates;
mod chaos;
mod codepay;
mod conclude;
mod configuration;
mod downloads;
mod encrypted;
mod escape_hatch;
mod extra;
mod faults;
mod file_calls;
mod http_client;
mod launch;
mod lenient;
mod next_steps;
mod observability;
mod outcomes;
mod pages;
mod prepared;
mod progress;
mod rates;
mod readme;
mod retries;
mod roles;
mod rotation;
mod rules;
#[cfg(feature = "schemars")]
mod schemas;
mod scopes;
mod sealed_bills;
mod secrets;
mod signing;
mod statements;
mod support;
mod testing;
mod uploads;
mod verification;
mod warnings;
mod webhooks;
