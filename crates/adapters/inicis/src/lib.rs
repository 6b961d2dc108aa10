//! KG Inicis behind PortOne V1: `html5_inicis` opens the window in which a buyer's card is stored, `inicis` (or `html5_inicis`, for
//! accounts set up so) does the same from card data that the merchant's server holds. Both charge by key.
//!
//! Everything that tells Inicis from other PGs is here: [`facts`] with their sources, Inicis's codes, its window options and its
//! configuration. The protocol is `kr-billing-portone-v1`'s.
#![forbid(unsafe_code)]

mod codes;
mod config;
pub mod facts;
mod provider;

pub use config::{AuthType, InicisConfig, KeyInConfig, Module, WindowConfig};
pub use provider::InicisProvider;

/// An Inicis channel.
pub type Inicis = kr_billing_portone_v1::Channel<InicisProvider>;
