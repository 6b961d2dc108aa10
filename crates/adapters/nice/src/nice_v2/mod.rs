//! The new module, `nice_v2`: card keys by API only.

mod config;
pub mod facts;
mod provider;

pub use config::NiceV2Config;
pub use provider::{FORBIDDEN_MARKS, NAME_BYTES, NiceV2Provider};

/// A channel of the module `nice_v2`. It has no window for cards.
pub type NiceV2 = kr_billing_portone_v1::Channel<NiceV2Provider>;
