//! The wire against a server that does what it is told.

#![allow(clippy::unwrap_used, reason = "tests")]

mod channel;
mod hostile;
mod reads;
mod support;
mod tokens;
