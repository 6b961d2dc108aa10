//! The sandbox over real HTTP, as a merchant's client meets it.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod bodies;
mod burning;
mod charges;
mod client;
mod control;
mod docs;
mod faults;
mod guides;
mod keeping;
mod keys;
mod money;
mod raw;
mod receiver;
mod schedules;
mod tokens;
mod webhooks;
mod windows;
