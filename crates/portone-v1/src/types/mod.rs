//! What the V1 API tells, typed. The part that billing decides by is `kr-billing-core`'s; the rest is here.

pub mod account;
pub mod key;
pub mod list;
pub mod payment;
pub mod schedule;
