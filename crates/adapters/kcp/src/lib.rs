//! NHN KCP behind PortOne V1: `kcp_billing` opens the window in which a buyer's card is stored, `kcp` does the same from card data
//! that the merchant's server holds. Both charge by key.
//!
//! Everything that tells KCP from other PGs is here: [`facts`] with their sources, KCP's codes, its window options and its
//! configuration. The protocol is `kr-billing-portone-v1`'s.
//!
//! A channel whose configuration has a `window` hands out the parameters for `IMP.request_pay`:
//!
//! ```
//! use kr_billing_core::{Error, WindowParams, WindowRequest};
//!
//! fn parameters(channel: &kr_billing_kcp::Kcp, request: &WindowRequest) -> Result<Option<WindowParams>, Error> {
//!     channel.window().map(|window| window.parameters(request)).transpose()
//! }
//! ```
#![forbid(unsafe_code)]

mod codes;
mod config;
pub mod facts;
mod provider;

pub use config::{KcpConfig, KeyInConfig, WindowConfig};
pub use provider::KcpProvider;

/// A KCP channel.
pub type Kcp = kr_billing_portone_v1::Channel<KcpProvider>;
