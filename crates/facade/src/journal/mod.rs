//! What was about to be sent, written down before the first byte leaves, and what came of it.
//!
//! The journal is what makes two senders one: an order is sent by whoever wrote its intent first, and everybody else gets the
//! known outcome. It never holds card data: two requests are "the same" when order, amount, currency, channel, key (or "card"),
//! name, tax parts and installments are the same.

use std::fmt;

use async_trait::async_trait;
use kr_billing_core::outcome::Attempt;
use kr_billing_core::{Decline, OrderId, Paid, Payment, PaymentId, TaxSplit, Ticket};
use serde::{Deserialize, Serialize};

mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use memory::MemoryJournal;
#[cfg(feature = "sqlite")]
pub use sqlite::{Durability, SqliteJournal};

/// What an intent is about: the one thing that may not be sent twice.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject(String);

impl Subject {
    /// The charge of an order.
    pub fn charge(order: &OrderId) -> Self {
        Self(format!("charge {order}"))
    }

    /// The retry of a schedule. It may be repeated once it was declined: that is what it is for.
    pub fn retry(order: &OrderId) -> Self {
        Self(format!("retry {order}"))
    }

    /// The refund of a payment from a balance. A balance is left once, so a second refund from it is the same one, or a mistake.
    pub fn refund(payment: &PaymentId, expected_balance: u64) -> Self {
        Self(format!("refund {payment} {expected_balance}"))
    }

    /// Whether this outcome leaves the subject free for `body` again.
    fn freed_by(&self, outcome: &Outcome, same_body: bool) -> bool {
        match outcome {
            // The provider's own compare-and-swap guards a refund, so one that was not made stands in nobody's way.
            Outcome::NotRefunded => true,
            Outcome::Declined { .. } => self.0.starts_with("retry "),
            Outcome::NotCharged => same_body,
            Outcome::Paid { .. } | Outcome::Refunded { .. } | Outcome::Dismissed => false,
        }
    }

    /// The text it is stored under.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A send that is about to happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// What may not be sent twice.
    pub subject: Subject,
    /// What was asked for, without card data: two intents with one subject and one body are one request.
    pub body: String,
    /// The question to ask when its outcome is not known.
    pub ticket: Ticket,
    /// After this moment nobody sends it any more, in milliseconds since 1970.
    pub send_by_ms: u64,
    /// The tax parts, which a refund must repeat and a payment record does not carry. `None` where nobody here knows them, as for
    /// the retry of a schedule.
    pub tax: Option<TaxSplit>,
}

/// What came of an intent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Charged as asked for.
    Paid {
        /// The charge.
        paid: Box<Paid>,
    },
    /// Declined.
    Declined {
        /// Why.
        decline: Decline,
    },
    /// Nothing was charged, and nothing will be: the subject is free again.
    NotCharged,
    /// Refunded.
    Refunded {
        /// The payment afterwards.
        payment: Box<Payment>,
    },
    /// Nothing was refunded: the subject is free again.
    NotRefunded,
    /// A person has looked at it and closed it. Its subject stays taken.
    Dismissed,
}

impl Outcome {
    /// The payment that a refund may later be about.
    pub fn paid_payment(&self) -> Option<&PaymentId> {
        match self {
            Self::Paid { paid } => Some(&paid.payment.id),
            _ => None,
        }
    }
}

/// An intent, and what came of it if that is known.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// The intent.
    pub intent: Intent,
    /// Its outcome; `None` while it is open.
    pub outcome: Option<Outcome>,
}

/// A journal's answer before a send.
#[derive(Debug)]
pub enum Before {
    /// The intent is stored, durably as far as this journal goes: send.
    New,
    /// The same request is known: do not send. An entry without an outcome is still open.
    Replay(Box<Entry>),
    /// Another request stands under this subject: do not send.
    Conflict(Box<Entry>),
}

impl Before {
    /// The rule every journal follows when `earlier` stands where `intent` wants to be: a freed subject takes the same request
    /// again (`None`: store it), everything else is a replay or a conflict.
    pub fn judge(intent: &Intent, earlier: Entry) -> Option<Self> {
        Self::known(&intent.subject, &intent.body, earlier)
    }

    /// The same, for a request that is not an intent yet.
    pub(crate) fn known(subject: &Subject, body: &str, earlier: Entry) -> Option<Self> {
        let same = earlier.intent.body == body;
        match &earlier.outcome {
            Some(outcome) if subject.freed_by(outcome, same) => None,
            _ if same => Some(Self::Replay(Box::new(earlier))),
            _ => Some(Self::Conflict(Box::new(earlier))),
        }
    }
}

/// A journal that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct JournalError {
    message: String,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl JournalError {
    /// What went wrong, without any value from the journal.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    /// With the error behind it.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

/// Where intents are kept. All senders of one account should share one.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Stores an intent unless its subject is taken, atomically among all who share the journal. When it answers
    /// [`Before::New`] the intent survives whatever this journal promises to survive.
    ///
    /// # Errors
    /// Nothing was stored, or it may have been: in both cases nothing is sent.
    async fn before_send(&self, intent: &Intent) -> Result<Before, JournalError>;

    /// Stores an outcome. It applies to the attempt whose ticket it is given and to no later one; a stored outcome is not replaced.
    ///
    /// # Errors
    /// The outcome may be lost: the intent stays open and is settled again later.
    async fn settle(&self, subject: &Subject, ticket: &Ticket, outcome: &Outcome) -> Result<(), JournalError>;

    /// What stands under a subject.
    ///
    /// # Errors
    /// The journal could not be read.
    async fn find(&self, subject: &Subject) -> Result<Option<Entry>, JournalError>;

    /// All intents without an outcome.
    ///
    /// # Errors
    /// The journal could not be read.
    async fn open(&self) -> Result<Vec<Intent>, JournalError>;

    /// Replaces the ticket of an attempt that is still open, with what was learnt about it.
    ///
    /// # Errors
    /// What was learnt may be lost.
    async fn amend(&self, subject: &Subject, ticket: &Ticket, learnt: &Ticket) -> Result<(), JournalError>;

    /// The intent that led to a payment, if this journal has seen the charge.
    ///
    /// # Errors
    /// The journal could not be read.
    async fn charge_of(&self, payment: &PaymentId) -> Result<Option<Intent>, JournalError>;
}

/// The subject a ticket speaks of. Storing a card moves no money and has none.
pub(crate) fn subject_of(ticket: &Ticket) -> Option<Subject> {
    match &ticket.attempt {
        Attempt::Charge { order, .. } => Some(Subject::charge(order)),
        Attempt::Retry { order, .. } => Some(Subject::retry(order)),
        Attempt::Refund { payment, expected_balance, .. } => Some(Subject::refund(payment, expected_balance.won())),
        _ => None,
    }
}
