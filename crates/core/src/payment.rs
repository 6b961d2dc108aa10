//! Payment records as the provider tells them.

use serde::{Deserialize, Serialize};

use crate::decline::Failure;
use crate::ids::{OrderId, PaymentId};
use crate::money::{Amount, Currency};
use crate::text::{Buyer, RawText};
use crate::time::UnixSeconds;

/// The provider's word for a payment's state. Unknown words are kept: they are neither success nor failure.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum PaymentStatus {
    /// Begun, not finished.
    Ready,
    /// Captured. For a window's issuance record of a display-only PG: registered, no money moved.
    Paid,
    /// Captured, then refunded, wholly or in part: see [`Payment::balance`].
    Cancelled,
    /// Not captured.
    Failed,
    /// A word this version does not know.
    Other(String),
}

impl PaymentStatus {
    /// Reads the wire's word.
    pub fn from_word(word: &str) -> Self {
        match word {
            "ready" => Self::Ready,
            "paid" => Self::Paid,
            "cancelled" => Self::Cancelled,
            "failed" => Self::Failed,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The wire's word.
    pub fn as_word(&self) -> &str {
        match self {
            Self::Ready => "ready",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Other(word) => word,
        }
    }

    /// Whether money moved at some time: paid, or paid and refunded.
    pub fn was_captured(&self) -> bool {
        matches!(self, Self::Paid | Self::Cancelled)
    }
}

/// What a payment has to do with a billing key. `[oa def Payment]` `customer_uid_usage`
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum KeyUse {
    /// The record of a key's issuance in a window.
    Issue,
    /// A charge by key.
    Payment,
    /// A scheduled charge by key.
    Scheduled,
    /// A word this version does not know.
    Other(String),
}

/// One payment record. Required by the wire are id, order, amount, cancelled amount, currency and status; everything else may
/// be absent. `[oa def Payment]`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Payment {
    /// PortOne's number (`imp_uid`).
    pub id: PaymentId,
    /// The merchant's order number (`merchant_uid`).
    pub order: OrderId,
    /// What was asked for, in won.
    pub amount: Amount,
    /// What was refunded so far, in won.
    pub cancelled: Amount,
    /// The currency.
    pub currency: Currency,
    /// Its state.
    pub status: PaymentStatus,
    /// Whether a test channel made it. Absent before January 2026.
    pub sandbox: Option<bool>,
    /// The PG module, as the provider writes it. Inicis may answer `inicis` or `html5_inicis`.
    pub pg_provider: Option<String>,
    /// The MID.
    pub pg_id: Option<String>,
    /// The PG's own transaction number.
    pub pg_tid: Option<String>,
    /// `card` and the like.
    pub pay_method: Option<String>,
    /// The card company's approval number.
    pub approval_number: Option<String>,
    /// The card company's code.
    pub card_code: Option<String>,
    /// The card company's name.
    pub card_name: Option<String>,
    /// The number as the provider masks it.
    pub card_number: Option<String>,
    /// Months of installment, 0 for a lump sum.
    pub installment_months: Option<u32>,
    /// The order's name.
    pub name: Option<String>,
    /// The billing key it was charged to (`customer_uid`).
    pub key: Option<String>,
    /// What it has to do with that key.
    pub key_use: Option<KeyUse>,
    /// When it was begun.
    pub started_at: Option<UnixSeconds>,
    /// When it was captured.
    pub paid_at: Option<UnixSeconds>,
    /// When it failed.
    pub failed_at: Option<UnixSeconds>,
    /// When it was last refunded.
    pub cancelled_at: Option<UnixSeconds>,
    /// Why it failed, when it did.
    pub failure: Option<Failure>,
    /// Why it was refunded, when it was.
    pub cancel_reason: Option<String>,
    /// Where the buyer sees a receipt.
    pub receipt_url: Option<String>,
    /// Each refund.
    pub cancellations: Vec<Cancellation>,
    /// The buyer as the merchant told it.
    #[serde(skip)]
    pub buyer: Buyer,
    /// The record as it came.
    #[serde(skip)]
    pub raw: RawText,
}

impl Payment {
    /// What is left to refund, in won: amount − cancelled. `None` when one of them is not whole won, or more was refunded than
    /// paid: then nothing should be decided from it.
    pub fn balance(&self) -> Option<u64> {
        self.amount.won()?.checked_sub(self.cancelled.won()?)
    }

    /// Whether this is a window's issuance record and not a charge.
    pub fn is_issuance(&self) -> bool {
        self.key_use == Some(KeyUse::Issue)
    }
}

/// One refund. `[oa def PaymentCancel]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// PortOne's number of it. Absent before February 2024.
    pub id: Option<String>,
    /// How much, in won.
    pub amount: Amount,
    /// When.
    pub at: Option<UnixSeconds>,
    /// Why, in the caller's words.
    pub reason: Option<String>,
    /// The PG's transaction number.
    pub pg_tid: Option<String>,
    /// Where the buyer sees a receipt.
    pub receipt_url: Option<String>,
}
