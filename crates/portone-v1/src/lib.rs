//! One HTTP client for the PortOne V1 REST API, generic over a payment gateway's facts.
//!
//! - [`Client`] speaks the protocol: one token for all, one attempt a call, answers read strictly where they decide. It reads
//!   what there is; what acts is behind [`Client::raw_money`].
//! - [`Channel`] is the contract of `kr-billing-core` for one PG under one merchant's contract. An adapter states a
//!   [`Provider`]'s facts and gets the rest from here.
//! - [`hint`] reads what browsers and webhooks claim.
//!
//! Nothing here decides policy: no retry, no journal, no resolving. That is the facade's.
#![forbid(unsafe_code)]

mod answer;
mod api;
mod channel;
mod client;
mod clock;
mod config;
mod failure;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
pub mod hint;
mod mask;
mod money;
pub mod provider;
mod request;
mod send;
mod settings;
mod token;
pub mod types;
mod window;

pub use channel::Channel;
pub use client::{Client, Reply};
pub use clock::SystemClock;
pub use config::{ClientConfig, Credentials, DEFAULT_BASE_URL};
pub use failure::Refusal;
pub use money::RawMoney;
pub use provider::{Extra, Phase, Provider, WindowProvider};
pub use settings::{CardField, ChannelSettings, KeyInSettings, ModuleRoute};
pub use types::account::{PgSetting, Purpose, StandardCode, TierInfo, TokenStatus};
pub use types::key::{CardDetails, FailedChannel, KeyRecord, OneKey, Requester, SucceededChannel, SuperKey};
pub use types::list::{Found, Page, ScheduleQuery, ScheduleSorting, Sorting, StatusFilter, StatusQuery};
pub use types::payment::{Balance, CancelOptions, Deposit, PaymentRecord, Prepared, Promotion, VirtualAccount};
pub use types::schedule::ScheduleRecord;
