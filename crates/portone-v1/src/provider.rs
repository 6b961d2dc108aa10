//! What differs between PG modules on one wire: facts, code tables and small hooks.

use kr_billing_core::{ChargeRequest, CodeClass, Error, IssueRequest, Profile, ScheduleEntry, TaxSplit, WindowRequest};
use serde_json::{Map, Value};

/// What a text with a code was the answer to. NICE uses some codes twice, with another meaning for a cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// A charge, or storing a card.
    Charge,
    /// A cancel.
    Refund,
}

/// Fields an adapter adds to a request. It cannot reach those that decide about money: order, amount, key, checksum, card.
#[derive(Debug, Default)]
pub struct Extra(pub(crate) Map<String, Value>);

impl Extra {
    /// Sets a field of the request's JSON object.
    ///
    /// # Panics
    /// On a field that only the wire may set: a mistake in an adapter, found by its conformance run.
    pub fn set(&mut self, field: &'static str, value: impl Into<Value>) {
        assert!(!RESERVED.contains(&field), "an adapter may not set `{field}`");
        self.0.insert(field.to_owned(), value.into());
    }
}

/// What only the wire may set.
pub(crate) const RESERVED: &[&str] = &[
    "merchant_uid",
    "customer_uid",
    "amount",
    "currency",
    "checksum",
    "imp_uid",
    "card_number",
    "expiry",
    "birth",
    "pwd_2digit",
    "pg",
    "channel_key",
    "channelKey",
    "schedule_at",
];

/// One PG on this wire: its facts, its code table, its checks. No method sends anything.
pub trait Provider: Send + Sync + 'static {
    /// The PG's facts.
    fn profile(&self) -> &'static Profile;

    /// What a code of this PG means. `None` for a code that its table does not list.
    fn classify_code(&self, code: &str, phase: Phase) -> Option<CodeClass>;

    /// What a text means, for a PG that hides its reason in words. `code` is the PG's code, if the text had one.
    fn classify_words(&self, code: Option<&str>, text: &str) -> Option<CodeClass>;

    /// Checks a charge against rules of this PG that the profile's fields do not express.
    ///
    /// # Errors
    /// Reach `NotSent`.
    fn check_charge(&self, request: &ChargeRequest) -> Result<(), Error>;

    /// Checks a scheduled charge, likewise.
    ///
    /// # Errors
    /// Reach `NotSent`.
    fn check_entry(&self, entry: &ScheduleEntry) -> Result<(), Error>;

    /// Checks an issuance by card, likewise.
    ///
    /// # Errors
    /// Reach `NotSent`.
    fn check_issue(&self, request: &IssueRequest) -> Result<(), Error>;

    /// Checks a refund's tax parts, likewise.
    ///
    /// # Errors
    /// Reach `NotSent`.
    fn check_refund(&self, tax: Option<TaxSplit>) -> Result<(), Error>;
}

/// A PG whose window issues keys. A provider that does not say this has no window on its channel type: asking for one does not
/// compile.
#[diagnostic::on_unimplemented(
    message = "`{Self}` issues no billing key in a checkout window",
    note = "use key-in: this PG has no issuing window for cards on PortOne V1"
)]
pub trait WindowProvider: Provider {
    /// Checks a window's request and adds this PG's own fields (`bypass`, `period`, …).
    ///
    /// # Errors
    /// Reach `NotSent`: a field is missing, or an option is one that this window does not have.
    fn window_fields(&self, request: &WindowRequest, extra: &mut Extra) -> Result<(), Error>;
}
