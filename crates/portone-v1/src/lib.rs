//! One HTTP client for the PortOne V1 REST API, generic over a payment gateway's facts.
#![forbid(unsafe_code)]

pub mod provider;

pub use provider::{Extra, Phase, Provider, WindowProvider};
