//! The new module, `nice_v2`: card keys by API only.

pub mod facts;
mod provider;

pub use provider::{FORBIDDEN_MARKS, NAME_BYTES, NiceV2Provider};
