//! The checks. Each takes the gateway and the sandbox's handle, and panics with what is wrong.

pub mod accounts;
pub mod cards;
pub mod charges;
pub mod keys;
pub mod profile;
pub mod refunds;
pub mod schedules;
pub mod windows;
