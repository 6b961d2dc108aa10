//! Schedules as V1 tells them. `[oa def ScheduleResult]`

use std::fmt;

use kr_billing_core::{Buyer, Currency, Error, PaymentStatus, Schedule, ScheduleStatus};
use secrecy::{ExposeSecret, SecretString};
use serde_json::value::RawValue;

use crate::answer::{Context, text, time, wire};
use crate::failure::{Words, unclassified};

/// A booked charge, and what V1 tells beyond what billing decides by.
#[derive(Clone)]
pub struct ScheduleRecord {
    /// The schedule.
    pub schedule: Schedule,
    /// The buyer's id at the merchant.
    pub customer_id: Option<String>,
    /// The currency; absent means won.
    pub currency: Option<Currency>,
    /// The promotion.
    pub promotion_id: Option<String>,
    custom_data: Option<SecretString>,
    /// Why it failed.
    pub(crate) words: Words,
}

impl ScheduleRecord {
    /// The merchant's own text. `Debug` leaves it out.
    pub fn custom_data(&self) -> Option<&str> {
        self.custom_data.as_ref().map(ExposeSecret::expose_secret)
    }
}

impl fmt::Debug for ScheduleRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScheduleRecord")
            .field("schedule", &self.schedule)
            .field("currency", &self.currency)
            .field("promotion_id", &self.promotion_id)
            .finish_non_exhaustive()
    }
}

wire!(ScheduleWire {
    customer_uid,
    merchant_uid,
    imp_uid,
    pg_provider,
    pg_id,
    customer_id,
    schedule_at,
    executed_at,
    revoked_at,
    amount,
    currency,
    name,
    buyer_name,
    buyer_email,
    buyer_tel,
    buyer_addr,
    buyer_postcode,
    custom_data,
    schedule_status,
    payment_status,
    fail_reason,
    promotion_id,
});

/// Reads a schedule. No field is formally required; one without order, amount or status cannot be used.
pub(crate) fn read(context: &Context<'_>, record: &RawValue) -> Result<ScheduleRecord, Error> {
    let wire: ScheduleWire<'_> = context.fields(record)?;
    let payment_status = context.word(wire.payment_status).map(|word| PaymentStatus::from_word(&word));
    let failed = payment_status == Some(PaymentStatus::Failed);
    let words = Words::new(text(wire.fail_reason).unwrap_or_default());
    let payment = match context.word(wire.imp_uid) {
        Some(_) => Some(context.id("imp_uid", wire.imp_uid)?),
        None => None,
    };
    Ok(ScheduleRecord {
        schedule: Schedule {
            order: context.id("merchant_uid", wire.merchant_uid)?,
            key: context.word(wire.customer_uid),
            payment,
            at: time(wire.schedule_at),
            executed_at: time(wire.executed_at),
            revoked_at: time(wire.revoked_at),
            amount: context.need("amount", context.amount(wire.amount))?,
            name: context.kept(wire.name),
            status: ScheduleStatus::from_word(&context.need("schedule_status", context.word(wire.schedule_status))?),
            failure: failed.then(|| unclassified(&words, context.mask)),
            payment_status,
            pg_provider: context.word(wire.pg_provider),
            pg_id: context.word(wire.pg_id),
            buyer: Buyer::from_answer(
                context.name(wire.buyer_name),
                context.kept(wire.buyer_tel),
                context.kept(wire.buyer_email),
                context.kept(wire.buyer_addr),
                context.kept(wire.buyer_postcode),
            ),
            raw: context.raw(record),
        },
        customer_id: context.kept(wire.customer_id),
        currency: context.word(wire.currency).map(Currency::new),
        promotion_id: context.kept(wire.promotion_id),
        custom_data: context.kept(wire.custom_data).map(SecretString::from),
        words,
    })
}
