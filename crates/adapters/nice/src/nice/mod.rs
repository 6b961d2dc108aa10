//! The old module, `nice`: recurring by API only.

mod config;
pub mod facts;
mod provider;

pub use config::NiceConfig;
pub use provider::NiceProvider;

/// A channel of the module `nice`. It has no window.
pub type Nice = kr_billing_portone_v1::Channel<NiceProvider>;
