//! The facade's own outcomes, beside [`Charge`](kr_billing_core::Charge).

use std::fmt;

use kr_billing_core::{Charge, ChargeRequest, Doubt, Error, Failure, Payment, PaymentId, Resolved, StoredKey, Ticket};

use crate::journal::Outcome;

/// Nothing was charged, and no paid or open payment is known under this order id. Gives the request back.
#[derive(Debug)]
pub struct NotCharged(Box<Parts>);

#[derive(Debug)]
struct Parts {
    error: Error,
    request: Option<ChargeRequest>,
    earlier: Option<Box<Outcome>>,
}

impl NotCharged {
    pub(crate) fn new(error: Error, request: Option<ChargeRequest>) -> Self {
        Self(Box::new(Parts { error, request, earlier: None }))
    }

    pub(crate) fn with_earlier(mut self, earlier: Option<Box<Outcome>>) -> Self {
        self.0.earlier = earlier;
        self
    }

    /// Why.
    pub fn error(&self) -> &Error {
        &self.0.error
    }

    /// The request, to be sent again or dropped. `None` for the retry of a schedule, which has none.
    pub fn into_request(self) -> Option<ChargeRequest> {
        self.0.request
    }

    /// What became of the earlier request under the same order id, when this one was refused because of it.
    pub fn earlier(&self) -> Option<&Outcome> {
        self.0.earlier.as_deref()
    }
}

impl fmt::Display for NotCharged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not charged: {}", self.0.error)
    }
}

impl std::error::Error for NotCharged {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.0.error)
    }
}

/// How an attempt to charge ended, for [`next_attempt`](crate::order_ids::next_attempt).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptEnd {
    /// It was paid.
    Paid,
    /// It was declined.
    Declined,
    /// It was never charged.
    NotCharged,
    /// Nobody knows yet.
    InDoubt,
}

impl AttemptEnd {
    /// How a call to `charge` ended.
    pub fn of(result: &Result<Charge, NotCharged>) -> Self {
        match result {
            Ok(Charge::Paid(_)) => Self::Paid,
            Ok(Charge::Declined(_)) => Self::Declined,
            Ok(Charge::InDoubt(_)) => Self::InDoubt,
            Err(refused) if matches!(refused.earlier(), Some(Outcome::Declined { .. })) => Self::Declined,
            Err(_) => Self::NotCharged,
        }
    }
}

impl From<&Resolved> for AttemptEnd {
    fn from(resolved: &Resolved) -> Self {
        match resolved {
            Resolved::Paid(_) => Self::Paid,
            Resolved::Declined(_) => Self::Declined,
            Resolved::NotCharged => Self::NotCharged,
            Resolved::Mismatch { .. } | Resolved::StillInDoubt(_) => Self::InDoubt,
        }
    }
}

/// The outcome of a refund. An `Err` means that this refund was not made.
#[derive(Debug)]
#[must_use = "a refund that is in doubt may have moved money"]
pub enum Refund {
    /// It was made; the payment as it stands now.
    Done(Box<Payment>),
    /// It may have been made. Resume the ticket later.
    InDoubt(Box<Doubt>),
}

/// What became of a doubtful refund.
#[derive(Debug)]
#[must_use = "the refund may still be in doubt"]
pub enum ResolvedRefund {
    /// It was made.
    Done(Box<Payment>),
    /// It was not made, and will not be: the balance is what it was.
    NotRefunded(Box<Payment>),
    /// Another refund has changed the balance; whether ours was made cannot be told. A person must look at it.
    Unclear(Box<Payment>),
    /// Not known yet.
    StillInDoubt(Ticket),
}

/// The outcome of storing a card.
#[derive(Debug)]
#[must_use = "the card may not be stored"]
pub enum Issuance {
    /// It is stored.
    Stored(Box<Issued>),
    /// It was refused.
    Refused(Failure),
    /// It may be stored. Resume the ticket later.
    InDoubt(Box<Doubt>),
}

/// A key that was just stored.
#[derive(Debug, Clone)]
pub struct Issued {
    /// What to charge: store this with the member.
    pub key: kr_billing_core::BillingKey,
    /// What the provider tells about the card.
    pub stored: StoredKey,
}

/// What became of a window, after a look-up.
#[derive(Debug)]
#[must_use = "the window may not have issued a key"]
pub enum WindowOutcome {
    /// The key is there and its issuance record is the one that was asked for. Charge it under another order id.
    Issued(Box<Issued>),
    /// There is no key: the buyer gave up, or the PG refused.
    NotIssued {
        /// The failed record, where there is one.
        payment: Option<PaymentId>,
        /// What the browser or the record said.
        reason: Option<String>,
    },
    /// The provider's record does not fit what was asked for. Do not use the key.
    Mismatch {
        /// The payment.
        payment: PaymentId,
        /// The fields that differ.
        fields: Vec<String>,
    },
    /// Nothing is known yet: look again when the webhook comes, or later.
    Pending,
}

/// One open intent that [`Billing::recover`](crate::Billing::recover) has looked at.
#[derive(Debug)]
pub enum Recovered {
    /// A charge.
    Charge(Ticket, Resolved),
    /// A refund.
    Refund(Ticket, ResolvedRefund),
    /// Still within its time: another process may be sending it. Left alone.
    TooEarly(Ticket),
    /// Of a channel that is not configured here. It stays open.
    Foreign(Ticket),
}
