//! NICE Payments behind PortOne V1, in two modules that differ in fields and limits: [`nice`] and [`nice_v2`]. A module is named,
//! never guessed.
//!
//! Neither issues a card's key in a window, so neither channel has one:
//!
//! ```compile_fail
//! fn open(channel: &kr_billing_nice::Nice) {
//!     channel.window();
//! }
//! ```
//!
//! ```compile_fail
//! fn open(channel: &kr_billing_nice::NiceV2) {
//!     channel.window();
//! }
//! ```
#![forbid(unsafe_code)]

mod amounts;
mod codes;
pub mod nice;
pub mod nice_v2;
mod no_window;
mod silence;
mod words;

pub use nice::{Nice, NiceConfig, NiceProvider};
pub use nice_v2::{NiceV2, NiceV2Config, NiceV2Provider};
