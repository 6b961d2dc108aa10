//! What became of a charge.

use serde::{Deserialize, Serialize};

use crate::decline::{Decline, Failure};
use crate::ids::{BillingKeyId, ChannelName, OrderId, PaymentId};
use crate::key::StoredKey;
use crate::money::Krw;
use crate::payment::Payment;

/// What an adapter heard after sending a charge once. It decides nothing: the facade does.
#[derive(Debug)]
pub enum Answer {
    /// A payment record, whatever its status.
    Recorded(Box<Payment>),
    /// A non-zero code and no record.
    Refused(Failure),
}

/// What an adapter heard after asking to store a card.
#[derive(Debug)]
pub enum IssueAnswer {
    /// It is stored.
    Stored(Box<StoredKey>),
    /// A non-zero code and no record.
    Refused(Failure),
}

/// The outcome of a charge. Exhaustive on purpose: each arm is a decision a merchant must take.
#[derive(Debug)]
#[must_use = "a charge that is in doubt may have moved money"]
pub enum Charge {
    /// What was asked for was paid.
    Paid(Box<Paid>),
    /// It was certainly not paid.
    Declined(Decline),
    /// It may have been paid. Store the ticket and resume it later; do not charge under another order id.
    InDoubt(Box<Doubt>),
}

/// A charge that went through.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Paid {
    /// The payment: order, amount and currency are what was asked for.
    pub payment: Payment,
    /// True when it was found by look-up, after a lost answer or a refusal as a duplicate.
    pub found: bool,
    /// For a charge that was to store its card: whether it did.
    pub key: KeyStored,
}

/// Whether a charge's card was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyStored {
    /// It was not asked for.
    NotAsked,
    /// It is stored.
    Stored,
    /// It is not stored, though the charge went through: issue a key.
    NotStored,
    /// Not known, or kept on another channel than the one that was charged: look the key up before charging it.
    Unknown,
}

/// Why a charge is in doubt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DoubtCause {
    /// No answer, half an answer, or one that says that the server failed.
    AnswerLost,
    /// The PG says that it does not know, or gave a code that no table lists.
    UnknownOutcome,
    /// The provider says that the order was made before, and no look-up shows by whom.
    Duplicate,
    /// Paid, but not what was asked for. A person must look at it.
    Mismatch {
        /// The payment.
        payment: PaymentId,
        /// The fields that differ, by their wire names.
        fields: Vec<String>,
    },
    /// Another charge stands under this order id: this one was not sent, or was refused as a duplicate.
    OrderTaken {
        /// The payment that has it, when it is known.
        payment: Option<PaymentId>,
    },
    /// An earlier attempt under this order id is itself in doubt; this one was not sent.
    EarlierAttempt,
    /// A person has closed an earlier doubt about this very request without knowing its outcome; nothing was sent now, and the
    /// provider shows no payment.
    Dismissed,
}

/// A charge that nobody can vouch for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Doubt {
    /// Resumes the question later, after a restart too.
    pub ticket: Ticket,
    /// Why it is in doubt.
    pub cause: DoubtCause,
    /// In words, for a log.
    pub detail: String,
}

impl Doubt {
    /// The ticket to store.
    pub fn ticket(&self) -> &Ticket {
        &self.ticket
    }
}

/// What a ticket asks about. Holds no card data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Attempt {
    /// Was this order charged?
    Charge {
        /// The order.
        order: OrderId,
        /// The amount asked for.
        amount: Krw,
        /// The key charged, or `None` for a card.
        key: Option<BillingKeyId>,
        /// The id the card was to be stored under.
        keep: Option<BillingKeyId>,
    },
    /// Did this schedule's retry charge it?
    Retry {
        /// The schedule's order.
        order: OrderId,
        /// The amount it is booked for.
        amount: Krw,
        /// The key it charges.
        key: BillingKeyId,
    },
    /// Was this refund made?
    Refund {
        /// The payment.
        payment: PaymentId,
        /// How much was to be refunded.
        amount: Krw,
        /// The balance before.
        expected_balance: Krw,
    },
    /// Was this card stored?
    Issue {
        /// The key.
        key: BillingKeyId,
    },
}

/// What the provider has said of a doubtful charge that no later silence can take back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Claim {
    /// That this order was made before.
    Duplicate,
    /// A payment that is not what was asked for.
    Mismatch,
}

/// A question to be asked again: serialise it and store it. Versioned, without any card data or secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The format's version: [`Ticket::VERSION`].
    pub version: u8,
    /// The channel.
    pub channel: ChannelName,
    /// A print of the account, where there is one: another account's silence is no proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<u32>,
    /// What it asks about.
    pub attempt: Attempt,
    /// When the attempt was sent, in milliseconds since 1970 on this machine's clock.
    pub sent_at_ms: u64,
    /// From when on "not found" is proof, in milliseconds since 1970: the send can be over by then, and the settle time too.
    pub settled_at_ms: u64,
    /// Payments under the order that were there before: never this attempt's.
    pub known: Vec<PaymentId>,
    /// What the provider has claimed: with a claim, silence is never proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
}

impl Ticket {
    /// The version this build writes.
    pub const VERSION: u8 = 1;

    /// The order, if it is the ticket of a charge or of a schedule's retry.
    pub fn order(&self) -> Option<&OrderId> {
        match &self.attempt {
            Attempt::Charge { order, .. } | Attempt::Retry { order, .. } => Some(order),
            _ => None,
        }
    }
}

/// What became of a doubtful charge. Exhaustive on purpose.
#[derive(Debug)]
#[must_use = "the charge may still be in doubt"]
pub enum Resolved {
    /// It was paid, as asked for.
    Paid(Box<Paid>),
    /// It was declined.
    Declined(Decline),
    /// Nothing was charged, and after the settle time nothing will be: the order id may be sent again, or given up.
    NotCharged,
    /// Something was paid under this order, but not what was asked for. A person must look at it.
    Mismatch {
        /// The payment.
        payment: Box<Payment>,
        /// The fields that differ, by their wire names.
        fields: Vec<String>,
    },
    /// Not known yet: ask again later.
    StillInDoubt(Ticket),
}
