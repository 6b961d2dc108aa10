//! The old module, `nice`: recurring by API only.

pub mod facts;
mod provider;

pub use provider::NiceProvider;
