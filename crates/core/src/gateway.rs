//! The traits an adapter implements. An adapter sends once: it has no loop and no sleep, and decides no policy.

use async_trait::async_trait;

use crate::error::Error;
use crate::ids::{BillingKeyId, OrderId, PaymentId};
use crate::key::StoredKey;
use crate::outcome::{Answer, IssueAnswer};
use crate::payment::Payment;
use crate::profile::Profile;
use crate::request::{ChargeRequest, IssueRequest, RefundRequest, TaxSplit};
use crate::schedule::{Schedule, ScheduleRequest, TimeWindow};
use crate::time::UnixSeconds;
use crate::window::{WindowParams, WindowRequest};

/// One channel of one PG. Merchants hold the facade's `Billing`; this is what stands behind it.
///
/// No method has a default body: whoever wraps a gateway forwards everything or does not compile.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait BillingGateway: Send + Sync {
    /// The facts of this PG, with their sources.
    fn profile(&self) -> &Profile;

    /// How a key can be had here, under this merchant's contract.
    #[allow(clippy::needless_lifetimes, reason = "mockall needs it spelled out")]
    fn issue_path<'a>(&'a self) -> IssuePath<'a>;

    /// Whether this channel is a test one: its payments are marked `sandbox`. `[help notice-v1-api-2025-11-25]`
    fn is_test_channel(&self) -> bool;

    /// The MIDs this channel may charge through (a window's and key-in's may differ); an answer's `pg_id` must be one of them.
    /// Empty when one of them is not known, as with a channel key: then nothing is compared.
    fn mids(&self) -> Vec<String>;

    /// Checks a charge against the PG's rules and the channel's contract. Sends nothing.
    ///
    /// # Errors
    /// Reach `NotSent`: a field is missing, or an option is one that this PG does not have.
    fn check_charge(&self, request: &ChargeRequest) -> Result<(), Error>;

    /// Gets ready to send: a token is held afterwards. Called before the intent of a money call is stored, so that its
    /// failure is certainly `NotSent`.
    ///
    /// # Errors
    /// Reach `NotSent`, always.
    async fn ready(&self) -> Result<(), Error>;

    /// Sends a charge, once.
    ///
    /// # Errors
    /// Whatever kept an answer away; `reach` says how far the charge got.
    async fn charge(&self, request: &ChargeRequest) -> Result<Answer, Error>;

    /// Sends a refund, once, with its amount, its expected balance and the tax parts. `tax` is what caller or journal knows;
    /// `None` means that nobody does, and is refused where the PG needs it.
    ///
    /// # Errors
    /// Reach `Refused` when the provider said no; `reach` says how far it got otherwise.
    async fn refund(&self, request: &RefundRequest, tax: Option<TaxSplit>) -> Result<Payment, Error>;

    /// Looks a payment up by its id. `None` when the provider does not know it.
    ///
    /// # Errors
    /// The look-up failed; it never acts.
    async fn payment(&self, id: &PaymentId) -> Result<Option<Payment>, Error>;

    /// All payments the provider knows under an order id. Empty is an answer.
    ///
    /// # Errors
    /// The look-up failed; it never acts.
    async fn payments(&self, order: &OrderId) -> Result<Vec<Payment>, Error>;

    /// Looks a key up. `None` when the provider does not know it.
    ///
    /// # Errors
    /// The look-up failed; it never acts.
    async fn billing_key(&self, id: &BillingKeyId) -> Result<Option<StoredKey>, Error>;

    /// Deletes a key. A key that is not there counts as deleted.
    ///
    /// # Errors
    /// The key may still be there.
    async fn delete_billing_key(&self, id: &BillingKeyId, reason: Option<String>) -> Result<(), Error>;

    /// The part that books charges for later, where the provider has one.
    #[allow(clippy::needless_lifetimes, reason = "mockall needs it spelled out")]
    fn scheduler<'a>(&'a self) -> Option<&'a dyn Scheduler>;
}

/// How a key can be had on a channel. Exhaustive on purpose: each arm is a decision.
#[derive(Clone, Copy)]
pub enum IssuePath<'a> {
    /// Only in the PG's window.
    Window(&'a dyn CheckoutWindow),
    /// Only from card data that the merchant's server holds.
    KeyIn(&'a dyn KeyIn),
    /// Both, under this contract.
    Either {
        /// The window.
        window: &'a dyn CheckoutWindow,
        /// Key-in.
        key_in: &'a dyn KeyIn,
    },
}

impl<'a> IssuePath<'a> {
    /// The window, where there is one.
    pub fn window(self) -> Option<&'a dyn CheckoutWindow> {
        match self {
            Self::Window(window) | Self::Either { window, .. } => Some(window),
            Self::KeyIn(_) => None,
        }
    }

    /// Key-in, where there is one.
    pub fn key_in(self) -> Option<&'a dyn KeyIn> {
        match self {
            Self::KeyIn(key_in) | Self::Either { key_in, .. } => Some(key_in),
            Self::Window(_) => None,
        }
    }
}

/// A checkout window in which the buyer gives a card to the PG.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait CheckoutWindow: Send + Sync {
    /// Gets ready to show the window: the account has this channel, as far as its provider tells, since a window may silently open on
    /// another channel for one that the provider does not know. An adapter asks once and remembers a yes.
    ///
    /// # Errors
    /// Reach `NotSent`, always: the account has no such channel (`Configuration`), or could not be asked.
    async fn ready(&self) -> Result<(), Error>;

    /// The exact parameter object for `IMP.request_pay`.
    ///
    /// # Errors
    /// Reach `NotSent`: a field is missing, or an option is one that this PG's window does not have.
    fn parameters(&self, request: &WindowRequest) -> Result<WindowParams, Error>;
}

/// Storing a card from its data.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait KeyIn: Send + Sync {
    /// Checks a request against the PG's rules and the channel's contract. Sends nothing.
    ///
    /// # Errors
    /// Reach `NotSent`: a field that the contract needs is missing.
    fn check(&self, request: &IssueRequest) -> Result<(), Error>;

    /// Gets ready to send a card: the account has this channel, as far as its provider tells. Called before each card that is
    /// stored or charged, since a provider may silently take another channel for one that it does not know; an adapter asks once and
    /// remembers a yes.
    ///
    /// # Errors
    /// Reach `NotSent`, always: the account has no such channel (`Configuration`), or could not be asked.
    async fn ready(&self) -> Result<(), Error>;

    /// Asks to store the card, once.
    ///
    /// # Errors
    /// Whatever kept an answer away; `reach` says how far it got.
    async fn issue(&self, request: &IssueRequest) -> Result<IssueAnswer, Error>;
}

/// Charges booked for later.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait Scheduler: Send + Sync {
    /// Books the charges, once.
    ///
    /// # Errors
    /// `reach` says how far it got; a `Refused` one booked nothing.
    async fn schedule(&self, request: &ScheduleRequest) -> Result<Vec<Schedule>, Error>;

    /// Looks one up by its order.
    ///
    /// # Errors
    /// The look-up failed.
    async fn entry(&self, order: &OrderId) -> Result<Option<Schedule>, Error>;

    /// All of a key within a span, newest first.
    ///
    /// # Errors
    /// The look-up failed.
    async fn entries(&self, key: &BillingKeyId, window: TimeWindow) -> Result<Vec<Schedule>, Error>;

    /// Changes the time of a waiting one.
    ///
    /// # Errors
    /// `reach` says how far it got.
    async fn change_time(&self, order: &OrderId, at: UnixSeconds) -> Result<Schedule, Error>;

    /// Books a failed or revoked one again.
    ///
    /// # Errors
    /// `reach` says how far it got.
    async fn reschedule(&self, order: &OrderId, at: UnixSeconds) -> Result<Schedule, Error>;

    /// Charges a failed or revoked one now. It moves money.
    ///
    /// # Errors
    /// As for a charge.
    async fn retry(&self, order: &OrderId) -> Result<Answer, Error>;

    /// Takes the named ones back. Refuses an empty list, since V1 would take all of the key's.
    ///
    /// # Errors
    /// `reach` says how far it got.
    async fn cancel(&self, key: &BillingKeyId, orders: &[OrderId]) -> Result<Vec<Schedule>, Error>;

    /// Takes all of a key back.
    ///
    /// # Errors
    /// `reach` says how far it got.
    async fn cancel_all(&self, key: &BillingKeyId) -> Result<Vec<Schedule>, Error>;
}
