//! Charges that PortOne is to make later.

use serde::{Deserialize, Serialize};

use crate::decline::Failure;
use crate::ids::{OrderId, PaymentId};
use crate::key::BillingKey;
use crate::money::{Amount, Krw};
use crate::payment::PaymentStatus;
use crate::request::{Installment, TaxSplit};
use crate::text::{Buyer, Invalid, OrderName, RawText};
use crate::time::UnixSeconds;

/// One charge to be made at a time.
#[derive(Debug, Clone)]
pub struct ScheduleEntry {
    /// Its order.
    pub order: OrderId,
    /// When.
    pub at: UnixSeconds,
    /// How much.
    pub amount: Krw,
    /// What for.
    pub name: OrderName,
    /// The tax parts.
    pub tax: TaxSplit,
    /// Lump sum or months.
    pub installment: Installment,
    /// Who buys. What is missing falls back to what is stored with the key. `[oa schedule]`
    pub buyer: Buyer,
    /// The merchant's own text.
    pub custom_data: Option<String>,
    /// Where its webhook goes.
    pub notice_url: Option<String>,
    /// The merchant bears the installments' interest. Needs an agreement; not every PG. `[oa def ScheduleAnnotation]`
    pub interest_free: bool,
    /// Pay with the card's points. Needs an agreement; not every PG. `[oa def ScheduleAnnotation]`
    pub use_card_point: bool,
}

impl ScheduleEntry {
    /// A charge of `amount` at `at`.
    pub fn new(order: OrderId, at: UnixSeconds, amount: Krw, name: OrderName) -> Self {
        Self {
            order,
            at,
            amount,
            name,
            tax: TaxSplit::default(),
            installment: Installment::default(),
            buyer: Buyer::default(),
            custom_data: None,
            notice_url: None,
            interest_free: false,
            use_card_point: false,
        }
    }

    /// With a webhook address of its own.
    #[must_use]
    pub fn with_notice_url(mut self, url: impl Into<String>) -> Self {
        self.notice_url = Some(url.into());
        self
    }

    /// With what is known of the buyer.
    #[must_use]
    pub fn with_buyer(mut self, buyer: Buyer) -> Self {
        self.buyer = buyer;
        self
    }

    /// With the merchant's own text.
    #[must_use]
    pub fn with_custom_data(mut self, text: impl Into<String>) -> Self {
        self.custom_data = Some(text.into());
        self
    }

    /// With the merchant bearing the interest.
    #[must_use]
    pub fn with_interest_free(mut self) -> Self {
        self.interest_free = true;
        self
    }

    /// With the card's points.
    #[must_use]
    pub fn with_card_points(mut self) -> Self {
        self.use_card_point = true;
        self
    }

    /// In installments.
    ///
    /// # Errors
    /// [`Invalid`] when the amount is below 50,000 won. `[oa def ScheduleAnnotation]`
    pub fn with_installment(mut self, installment: Installment) -> Result<Self, Invalid> {
        installment.check(self.amount)?;
        self.installment = installment;
        Ok(self)
    }

    /// With tax parts.
    ///
    /// # Errors
    /// [`Invalid`] when they are more than the amount.
    pub fn with_tax(mut self, tax: TaxSplit) -> Result<Self, Invalid> {
        tax.check(self.amount)?;
        self.tax = tax;
        Ok(self)
    }
}

/// Charges of one key to be made later: at least one.
#[derive(Debug, Clone)]
pub struct ScheduleRequest {
    /// The key to charge.
    pub key: BillingKey,
    entries: Vec<ScheduleEntry>,
}

/// Seconds in ten years: a time further off was most likely given in milliseconds, and V1 would take it and never run it.
/// `[developers.portone.io PR 169]`
const TEN_YEARS: u64 = 10 * 366 * 86_400;

impl ScheduleRequest {
    /// The charges to book.
    ///
    /// # Errors
    /// [`Invalid`] when there is none, when two have one order id, when one lies in the past, or when one lies more than ten
    /// years ahead (milliseconds in place of seconds).
    pub fn new(key: BillingKey, entries: Vec<ScheduleEntry>, now: UnixSeconds) -> Result<Self, Invalid> {
        if entries.is_empty() {
            return Err(Invalid::new("schedules", "is empty"));
        }
        for (i, entry) in entries.iter().enumerate() {
            check_time(entry.at, now)?;
            if entries[..i].iter().any(|earlier| earlier.order == entry.order) {
                return Err(Invalid::new("merchant_uid", format!("{} is there twice", entry.order)));
            }
        }
        Ok(Self { key, entries })
    }

    /// The entries, at least one.
    pub fn entries(&self) -> &[ScheduleEntry] {
        &self.entries
    }
}

/// Checks a time to charge at.
///
/// # Errors
/// [`Invalid`] when it lies in the past or more than ten years ahead.
pub fn check_time(at: UnixSeconds, now: UnixSeconds) -> Result<(), Invalid> {
    if at <= now {
        return Err(Invalid::new("schedule_at", "is not in the future"));
    }
    if at > now.plus(TEN_YEARS) {
        return Err(Invalid::new("schedule_at", "is more than ten years ahead; it is in seconds, not milliseconds"));
    }
    Ok(())
}

/// The provider's word for a schedule's state. `Executed` does not mean paid: see [`Schedule::payment_status`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ScheduleStatus {
    /// Waiting.
    Scheduled,
    /// Attempted.
    Executed,
    /// Taken back.
    Revoked,
    /// A word this version does not know.
    Other(String),
}

impl ScheduleStatus {
    /// Reads the wire's word.
    pub fn from_word(word: &str) -> Self {
        match word {
            "scheduled" => Self::Scheduled,
            "executed" => Self::Executed,
            "revoked" => Self::Revoked,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The wire's word.
    pub fn as_word(&self) -> &str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Executed => "executed",
            Self::Revoked => "revoked",
            Self::Other(word) => word,
        }
    }
}

/// A booked charge as the provider tells it. `[oa def ScheduleResult]`: no field is formally required, so an entry without order
/// or status cannot be used and is an unreadable answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Schedule {
    /// Its order.
    pub order: OrderId,
    /// The key (`customer_uid`).
    pub key: Option<String>,
    /// The payment it led to, once attempted.
    pub payment: Option<PaymentId>,
    /// When it is to be made.
    pub at: Option<UnixSeconds>,
    /// When it was attempted.
    pub executed_at: Option<UnixSeconds>,
    /// When it was taken back.
    pub revoked_at: Option<UnixSeconds>,
    /// How much.
    pub amount: Amount,
    /// What for.
    pub name: Option<String>,
    /// Its state.
    pub status: ScheduleStatus,
    /// What came of the attempt.
    pub payment_status: Option<PaymentStatus>,
    /// Why the attempt failed.
    pub failure: Option<Failure>,
    /// The PG module.
    pub pg_provider: Option<String>,
    /// The MID.
    pub pg_id: Option<String>,
    /// The buyer.
    #[serde(skip)]
    pub buyer: Buyer,
    /// The record as it came.
    #[serde(skip)]
    pub raw: RawText,
}

/// A span of time for a list: `from` included, `to` not. V1 takes at most three months. `[oa]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeWindow {
    from: UnixSeconds,
    to: UnixSeconds,
}

impl TimeWindow {
    /// The longest span, in seconds: the shortest three months there are (89 days).
    pub const MAX_SECONDS: u64 = 89 * 86_400;

    /// A span.
    ///
    /// # Errors
    /// [`Invalid`] when it is empty or longer than 89 days.
    pub fn new(from: UnixSeconds, to: UnixSeconds) -> Result<Self, Invalid> {
        match to.0.checked_sub(from.0) {
            Some(0) | None => Err(Invalid::new("to", "is not after `from`")),
            Some(span) if span > Self::MAX_SECONDS => Err(Invalid::new("to", "is more than 89 days after `from`; ask in parts")),
            Some(_) => Ok(Self { from, to }),
        }
    }

    /// The first second.
    pub fn from(self) -> UnixSeconds {
        self.from
    }

    /// The first second after it.
    pub fn to(self) -> UnixSeconds {
        self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{BillingKeyId, ChannelName};

    #[test]
    fn installments_of_a_booking_need_the_sum_for_it() {
        let entry = |won| {
            let (order, name) = (OrderId::new("o").unwrap(), OrderName::new("n").unwrap());
            ScheduleEntry::new(order, UnixSeconds(1), Krw::new(won).unwrap(), name)
        };
        let months = Installment::months(3).unwrap();
        assert!(entry(49_999).with_installment(months).is_err());
        assert_eq!(entry(50_000).with_installment(months).unwrap().installment, months);
        assert!(entry(1).with_installment(Installment::lump_sum()).is_ok());
    }

    #[test]
    fn milliseconds_the_past_and_twins_are_refused() {
        let now = UnixSeconds(1_790_000_000);
        let key = || BillingKey::new(ChannelName::new("kcp").unwrap(), BillingKeyId::new("k").unwrap());
        let entry = |order: &str, at| {
            let (order, name) = (OrderId::new(order).unwrap(), OrderName::new("n").unwrap());
            ScheduleEntry::new(order, UnixSeconds(at), Krw::new(1000).unwrap(), name)
        };
        let make = |entries| ScheduleRequest::new(key(), entries, now);
        assert!(make(vec![]).is_err());
        assert!(make(vec![entry("a", now.0)]).is_err());
        assert!(make(vec![entry("a", now.0 * 1000)]).unwrap_err().problem.contains("milliseconds"));
        assert!(make(vec![entry("a", now.0 + 60), entry("a", now.0 + 90)]).is_err());
        assert_eq!(make(vec![entry("a", now.0 + 60), entry("b", now.0 + 90)]).unwrap().entries().len(), 2);
    }
}
