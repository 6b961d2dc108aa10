//! The policy alone, over mocked gateways and a clock that only sleeping moves.
#![allow(unreachable_pub, reason = "a test binary has no public items")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod broken;
mod charges;
mod configuration;
mod earlier;
mod journals;
mod refunds;
mod schedules;
mod since;
mod support;
mod waiting;
