//! The contract of kr-billing: what a payment gateway adapter promises and what a merchant gets back.
//!
//! This crate does no I/O. It holds the [`BillingGateway`] trait, the domain types in the field's own words, the outcome of a
//! charge ([`Charge`]) and the [`Error`] that says how far a request got. Merchants depend on the facade, `kr-billing`, which
//! owns every policy; contributors implement the traits of [`gateway`].
//!
//! | word here | PortOne V1's word |
//! |---|---|
//! | [`OrderId`] | `merchant_uid` |
//! | [`BillingKeyId`] | `customer_uid` |
//! | [`PaymentId`] | `imp_uid` |
#![forbid(unsafe_code)]

pub mod card;
pub mod clock;
pub mod codes;
pub mod decline;
pub mod error;
pub mod gateway;
pub mod ids;
pub mod key;
pub mod matrix;
pub mod money;
pub mod outcome;
pub mod payment;
pub mod profile;
pub mod request;
pub mod schedule;
pub mod text;
pub mod time;
pub mod window;

pub use card::{Card, Expiry};
pub use clock::Clock;
pub use codes::CodeTable;
pub use decline::{CodeClass, Decline, DeclineReason, Failure, Recovery};
pub use error::{Error, ErrorKind, Operation, Reach};
pub use gateway::{BillingGateway, CheckoutWindow, IssuePath, KeyIn, Scheduler};
#[cfg(feature = "test-util")]
pub use gateway::{MockBillingGateway, MockCheckoutWindow, MockKeyIn, MockScheduler};
pub use ids::{BillingKeyId, ChannelName, OrderId, PaymentId};
pub use key::{BillingKey, StoredKey};
pub use money::{Amount, Currency, DisplayAmount, Krw};
pub use outcome::{Answer, Attempt, Charge, Claim, Doubt, DoubtCause, IssueAnswer, KeyStored, Paid, Resolved, Ticket};
pub use payment::{Cancellation, Payment, PaymentStatus};
pub use profile::{Fact, Profile};
pub use request::{ChargeMethod, ChargeRequest, Installment, IssueRequest, RefundRequest, TaxSplit};
pub use schedule::{Schedule, ScheduleEntry, ScheduleRequest, ScheduleStatus, TimeWindow};
pub use text::{Buyer, Invalid, OrderName, RawText};
pub use time::UnixSeconds;
pub use window::{Language, ServicePeriod, WindowHint, WindowParams, WindowRequest};
