//! Bookings in tables and JSON.

use kr_billing::{Schedule, ScheduleStatus};
use serde_json::{Value, json};

use super::payment::{status_word, won};
use super::{facts, mask, table, time};
use crate::texts::Texts;

/// A booking for programs, by the wire's names.
pub(crate) fn json(entry: &Schedule) -> Value {
    json!({
        "merchant_uid": entry.order,
        "customer_uid": entry.key,
        "imp_uid": entry.payment,
        "schedule_at": entry.at,
        "executed_at": entry.executed_at,
        "revoked_at": entry.revoked_at,
        "amount": entry.amount,
        "name": entry.name,
        "schedule_status": entry.status.as_word(),
        "payment_status": entry.payment_status.as_ref().map(|status| status.as_word()),
        "fail_reason": entry.failure.as_ref().map(|failure| &failure.message),
        "pg_code": entry.failure.as_ref().and_then(|failure| failure.pg_code.as_ref()),
        "pg_provider": entry.pg_provider,
        "pg_id": entry.pg_id,
    })
}

/// Bookings for programs.
pub(crate) fn list_json(entries: &[Schedule]) -> Value {
    json!({ "schedules": entries.iter().map(json).collect::<Vec<_>>() })
}

/// One booking for people.
pub(crate) fn one(entry: &Schedule, texts: &Texts) -> String {
    let mut rows = vec![
        (texts.order, Some(entry.order.to_string())),
        (texts.billing_key, entry.key.clone()),
        (texts.status, Some(status(entry, texts))),
        (texts.amount, Some(won(&entry.amount, texts))),
        (texts.order_name, entry.name.clone()),
        (texts.due, entry.at.map(time::shown)),
        (texts.executed_at, entry.executed_at.map(time::shown)),
        (texts.revoked_at, entry.revoked_at.map(time::shown)),
        (texts.payment, entry.payment.as_ref().map(ToString::to_string)),
        (texts.reason, entry.failure.as_ref().map(|failure| failure.message.clone())),
        (texts.pg, entry.pg_provider.clone()),
    ];
    rows.extend(mask::rows(&entry.buyer, texts));
    facts(rows)
}

/// Several bookings for people.
pub(crate) fn many(entries: &[Schedule], texts: &Texts) -> String {
    if entries.is_empty() {
        return texts.nothing_found.to_owned();
    }
    let row = |entry: &Schedule| {
        let due = entry.at.map(time::shown).unwrap_or_default();
        let payment = entry.payment.as_ref().map(ToString::to_string).unwrap_or_default();
        vec![entry.order.to_string(), due, entry.amount.to_string(), status(entry, texts), payment]
    };
    let head = [texts.order, texts.due, texts.amount, texts.status, texts.payment];
    table(&head, entries.iter().map(row).collect())
}

/// The state in words. "Executed" does not mean paid, so what came of it stands beside it.
fn status(entry: &Schedule, texts: &Texts) -> String {
    match (&entry.status, &entry.payment_status) {
        (ScheduleStatus::Scheduled, _) => texts.schedule_waiting.to_owned(),
        (ScheduleStatus::Revoked, _) => texts.schedule_revoked.to_owned(),
        (ScheduleStatus::Executed, Some(payment)) => format!("{} ({})", texts.schedule_executed, status_word(payment, texts)),
        (ScheduleStatus::Executed, None) => texts.schedule_executed.to_owned(),
        (other, _) => other.as_word().to_owned(),
    }
}
