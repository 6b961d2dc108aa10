//! What crosses crates. One binary; each module says what it shows.
#![allow(unreachable_pub, reason = "a test binary has no public items")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]
mod bad_input;
mod codes;
mod compile;
mod corpus;
mod crash;
mod crash_moments;
mod docs;
mod end_to_end;
mod hostile;
mod leaks;
mod load;
mod model;
mod support;
