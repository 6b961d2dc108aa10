//! The records that the books hold. Times are UNIX seconds, amounts whole won.

use serde::{Deserialize, Serialize};

use crate::card::Card;
use crate::channels::Channel;
use crate::declines::Behaviour;

/// The part of a channel that a record remembers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChannelRef {
    pub(crate) provider: String,
    pub(crate) mid: String,
    pub(crate) sandbox: bool,
    pub(crate) min_amount: i64,
}

impl From<&Channel> for ChannelRef {
    fn from(channel: &Channel) -> Self {
        Self {
            provider: channel.provider.clone(),
            mid: channel.mid.clone(),
            sandbox: channel.sandbox,
            min_amount: channel.min_amount,
        }
    }
}

/// A card as records keep it: masked, with the behaviour that its number asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredCard {
    pub(crate) masked: String,
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) behaviour: Option<Behaviour>,
    /// The first second at which the card is expired.
    pub(crate) good_until: Option<i64>,
}

impl From<&Card> for StoredCard {
    fn from(card: &Card) -> Self {
        Self {
            masked: card.masked.clone(),
            code: card.issuer.code.to_owned(),
            name: card.issuer.name.to_owned(),
            behaviour: card.behaviour,
            good_until: card.expiry.map(|(year, month)| month_end(year, month)),
        }
    }
}

/// The second in which the month after this one starts, Korean time (UTC+9).
fn month_end(year: i32, month: u8) -> i64 {
    let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days_before(i64::from(year), i64::from(month)) * 86_400 - 9 * 3_600
}

/// Days from 1970-01-01 to the first of a month in the proleptic Gregorian calendar.
fn days_before(year: i64, month: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719_468
}

/// The buyer's fields of a payment or schedule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Buyer {
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) tel: Option<String>,
    pub(crate) addr: Option<String>,
    pub(crate) postcode: Option<String>,
}

/// A billing key under its `customer_uid`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) customer_uid: String,
    pub(crate) channel: ChannelRef,
    pub(crate) card: StoredCard,
    pub(crate) customer_id: Option<String>,
    /// Not in the state file: who buys is nobody's business there.
    #[serde(skip)]
    pub(crate) holder: Buyer,
    pub(crate) inserted: i64,
    pub(crate) updated: i64,
}

/// The status of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Started, not settled.
    Ready,
    /// Captured.
    Paid,
    /// Captured and then refunded, wholly or in part.
    Cancelled,
    /// Not captured.
    Failed,
}

impl Status {
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// Reads the word on the wire.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Ready, Self::Paid, Self::Cancelled, Self::Failed].into_iter().find(|status| status.word() == word)
    }
}

/// What a payment has to do with a billing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Usage {
    #[serde(rename = "issue")]
    Issue,
    #[serde(rename = "payment")]
    Payment,
    #[serde(rename = "payment.scheduled")]
    Scheduled,
}

/// What was ordered: the fields that `onetime`, `again`, schedules and windows share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) merchant_uid: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) name: Option<String>,
    /// Not in the state file.
    #[serde(skip)]
    pub(crate) buyer: Buyer,
    pub(crate) tax_free: i64,
    pub(crate) vat_amount: Option<i64>,
    pub(crate) card_quota: i64,
    pub(crate) custom_data: Option<String>,
    pub(crate) notice_url: Vec<String>,
    pub(crate) product_type: Option<String>,
}

/// One refund of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cancel {
    pub(crate) cancellation_id: String,
    pub(crate) pg_tid: String,
    pub(crate) amount: i64,
    pub(crate) tax_free: i64,
    pub(crate) cancelled_at: i64,
    pub(crate) reason: String,
}

/// A payment record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub(crate) imp_uid: String,
    pub(crate) order: Order,
    pub(crate) status: Status,
    pub(crate) channel: ChannelRef,
    /// `api`, `pc` or `mobile`.
    pub(crate) device: String,
    pub(crate) pay_method: String,
    pub(crate) pg_tid: String,
    pub(crate) apply_num: String,
    pub(crate) card: Option<StoredCard>,
    pub(crate) customer_uid: Option<String>,
    pub(crate) usage: Option<Usage>,
    /// False for the issuance record of a window that moves no money.
    pub(crate) captured: bool,
    pub(crate) cancel_amount: i64,
    pub(crate) cancels: Vec<Cancel>,
    pub(crate) started_at: i64,
    pub(crate) paid_at: i64,
    pub(crate) failed_at: i64,
    pub(crate) cancelled_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) fail_reason: Option<String>,
}

impl Payment {
    /// What can still be refunded.
    pub(crate) fn balance(&self) -> i64 {
        self.order.amount - self.cancel_amount
    }

    /// What of it can still be refunded without tax.
    pub(crate) fn tax_free_left(&self) -> i64 {
        self.order.tax_free - self.cancels.iter().map(|cancel| cancel.tax_free).sum::<i64>()
    }

    /// Whether this record burns its merchant_uid: paid or cancelled does [obs].
    pub(crate) fn burns(&self) -> bool {
        matches!(self.status, Status::Paid | Status::Cancelled)
    }
}

/// The state of a schedule; executed does not mean paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ScheduleStatus {
    Scheduled,
    Executed,
    Revoked,
}

impl ScheduleStatus {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Executed => "executed",
            Self::Revoked => "revoked",
        }
    }
}

/// One booked charge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Schedule {
    pub(crate) customer_uid: String,
    pub(crate) order: Order,
    pub(crate) schedule_at: i64,
    pub(crate) executed_at: i64,
    pub(crate) revoked_at: i64,
    pub(crate) status: ScheduleStatus,
    pub(crate) imp_uid: Option<String>,
    /// Why an execution left no payment record, such as a deleted key.
    pub(crate) fail_reason: Option<String>,
    /// The buyer's id at the merchant.
    #[serde(default)]
    pub(crate) customer_id: Option<String>,
    pub(crate) channel: Option<ChannelRef>,
}

/// An amount registered for a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Prepared {
    pub(crate) amount: i64,
    pub(crate) currency: Option<String>,
}

/// What happened to the money, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Its place in the ledger, from 1.
    pub seq: u64,
    /// Whether money came or went.
    pub kind: LedgerKind,
    /// The payment.
    pub imp_uid: String,
    /// The order.
    pub merchant_uid: String,
    /// The billing key, where one was used.
    pub customer_uid: Option<String>,
    /// Won, always positive.
    pub amount: i64,
    /// UNIX seconds on the sandbox's clock.
    pub at: i64,
    /// True when the channel is a test one.
    pub sandbox: bool,
}

/// Whether money came or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LedgerKind {
    /// The buyer was charged.
    Capture,
    /// The buyer got money back.
    Refund,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_good_until_its_month_is_over_in_korea() {
        assert_eq!(month_end(2025, 12), 1_767_225_600 - 9 * 3_600);
        assert_eq!(month_end(2024, 2), 1_709_251_200 - 9 * 3_600);
        assert_eq!(month_end(1969, 12), -9 * 3_600);
    }
}
