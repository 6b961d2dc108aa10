//! The built command against a sandbox in this process, as operators and programs run it.
#![allow(clippy::unwrap_used, reason = "tests")]

mod bad_input;
mod bench;
mod doubt;
mod exits;
mod korean;
#[cfg(target_os = "linux")]
mod prompt;
mod sandbox;
mod secrets;
#[cfg(unix)]
mod signals;
mod verbs;
