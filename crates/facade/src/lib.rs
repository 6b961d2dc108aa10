//! Recurring card billing (정기결제) for Korean merchants: the client that does not charge twice.
//!
//! [`Billing`] issues billing keys, charges them, books charges, refunds and reconciles, through NHN KCP, KG Inicis and NICE
//! Payments over the PortOne V1 REST API. It owns every policy; adapters only state facts and send once.
//!
//! ```no_run
//! use kr_billing::{Billing, BillingKey, Charge, ChargeRequest, Krw, OrderName};
//!
//! # async fn store_ticket(_: &kr_billing::Ticket) -> Result<(), Box<dyn std::error::Error>> { Ok(()) }
//! # async fn month(key: BillingKey) -> Result<(), Box<dyn std::error::Error>> {
//! let billing = Billing::from_env().await?;
//! let order = kr_billing::order_ids::order_id("sub-1042", "202611", 1)?;
//! let request = ChargeRequest::by_key(key, order, Krw::new(9_900)?, OrderName::new("November")?);
//! match billing.charge(request).await {
//!     Ok(Charge::Paid(paid)) => println!("paid: {}", paid.payment.id),
//!     Ok(Charge::Declined(decline)) => println!("declined: {:?}", decline.recovery()),
//!     Ok(Charge::InDoubt(doubt)) => store_ticket(doubt.ticket()).await?, // may have been charged; resume it later
//!     Err(not_charged) => println!("{not_charged}"),                    // certainly not charged
//! }
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod billing;
mod booked;
mod builder;
mod charge;
pub mod config;
mod earlier;
mod issue;
pub mod journal;
mod judge;
mod ladder;
mod limits;
pub mod order_ids;
mod outcome;
mod pace;
mod policy;
mod recover;
mod refund;
mod resolve;
mod schedule;

pub use billing::Billing;
pub use builder::{AdapterFactory, BillingBuilder};
pub use config::Config;
pub use issue::{Issuing, KeyInIssuer, WindowIssuer};
#[doc(inline)]
pub use kr_billing_core as contract;
pub use kr_billing_core::{
    Amount, Answer, Attempt, BillingGateway, BillingKey, BillingKeyId, Buyer, Cancellation, Card, ChannelName, Charge,
    ChargeMethod, ChargeRequest, CheckoutWindow, Claim, Clock, CodeClass, Currency, Decline, DeclineReason, DisplayAmount, Doubt,
    DoubtCause, Error, ErrorKind, Expiry, Fact, Failure, Installment, Invalid, IssueAnswer, IssuePath, IssueRequest, KeyIn,
    KeyStored, Krw, Language, Operation, OrderId, OrderName, Paid, Payment, PaymentId, PaymentStatus, Profile, RawText, Reach,
    Recovery, RefundRequest, Resolved, Schedule, ScheduleEntry, ScheduleRequest, ScheduleStatus, Scheduler, ServicePeriod,
    StoredKey, TaxSplit, Ticket, TimeWindow, UnixSeconds, WindowHint, WindowParams, WindowRequest,
};
#[cfg(feature = "test-util")]
pub use kr_billing_core::{MockBillingGateway, MockCheckoutWindow, MockKeyIn, MockScheduler};
#[cfg(feature = "inicis")]
pub use kr_billing_inicis as inicis;
#[cfg(feature = "kcp")]
pub use kr_billing_kcp as kcp;
#[cfg(feature = "nice")]
pub use kr_billing_nice as nice;
pub use kr_billing_portone_v1 as portone_v1;
pub use outcome::{AttemptEnd, Issuance, Issued, NotCharged, Recovered, Refund, ResolvedRefund, WindowOutcome};
pub use policy::{Policy, PolicyConfig};
