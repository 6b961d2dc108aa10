//! The PortOne V1 billing API (`api.iamport.kr`) on this machine: state, PG rules, declines, faults
//! and a virtual clock.
//!
//! What it does *not* imitate stands first in the project's `docs/sandbox.md`. Rules carry the tag
//! of their source, such as `[oa cancel]` for the OpenAPI's operation or `[obs]` for what clients'
//! test suites have seen; "chosen" marks an answer that nobody has documented.
//!
//! ```
//! # let runtime = tokio::runtime::Runtime::new().unwrap();
//! # runtime.block_on(async {
//! use std::time::Duration;
//! use kr_billing_sandbox::{Effect, Fault, Moment, Operation, Sandbox};
//!
//! let sandbox = Sandbox::start().await?;
//! println!("point your client at {}", sandbox.base_url());
//!
//! // The next charge by key moves the money and loses its answer.
//! let handle = sandbox.handle();
//! handle.add_fault(Fault::new(Operation::Again, Moment::AfterCommit, Effect::Drop)).unwrap();
//!
//! // A month goes by: schedules fire, webhooks go out, tokens expire.
//! handle.advance(Duration::from_secs(31 * 86_400)).await;
//! assert!(handle.ledger().is_empty());
//! sandbox.shutdown().await?;
//! # Ok::<(), kr_billing_sandbox::StartError>(())
//! # }).unwrap();
//! ```

#![forbid(unsafe_code)]

mod answer;
mod api;
mod body;
mod card;
mod channels;
mod clock;
mod codes;
mod config;
mod control;
mod declines;
mod engine;
mod faults;
mod form;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod handle;
mod messages;
mod ops;
mod params;
mod requests;
mod rules;
mod sandbox;
mod server;
mod state;
mod webhooks;

pub use card::CardField;
pub use channels::{Channel, ChannelError, Preset, presets};
pub use clock::ClockReading;
pub use config::{ChannelConfig, ClockConfig, PartialRefundStatus, SandboxConfig, WebhookConfig, WebhookFormat};
pub use declines::{decline_table_markdown, decline_table_markdown_ko};
pub use faults::{Effect, Fault, FaultError, FaultStatus, Moment};
pub use handle::{ControlError, Handle, Planted, Totals};
pub use ops::Operation;
pub use requests::RequestEntry;
pub use rules::{Pg, pgs};
pub use sandbox::{Builder, SAMPLE_KEY, SAMPLE_SECRET, Sandbox, StartError};
pub use state::model::{LedgerEntry, LedgerKind, Status};
pub use state::persist::StateError;
pub use state::windows::{Buyer, WindowReturn};
pub use webhooks::{DeliverySwitches, WebhookEntry, WebhookOutcome};
