//! Payments in tables and JSON.

use kr_billing::{Amount, Payment, PaymentStatus, UnixSeconds};
use serde_json::{Value, json};

use super::{facts, mask, table, time, word};
use crate::texts::Texts;

/// A payment for programs, by the wire's names. The buyer stands only in answers about a record that was asked for.
pub(crate) fn json(payment: &Payment, with_buyer: bool) -> Value {
    let mut value = json!({
        "imp_uid": payment.id,
        "merchant_uid": payment.order,
        "status": payment.status.as_word(),
        "amount": payment.amount,
        "cancel_amount": payment.cancelled,
        "balance": captured(payment).then(|| payment.balance()).flatten(),
        "currency": payment.currency.as_str(),
        "sandbox": payment.sandbox,
        "pg_provider": payment.pg_provider,
        "pg_id": payment.pg_id,
        "pg_tid": payment.pg_tid,
        "pay_method": payment.pay_method,
        "apply_num": payment.approval_number,
        "card_code": payment.card_code,
        "card_name": payment.card_name,
        "card_number": payment.card_number,
        "card_quota": payment.installment_months,
        "name": payment.name,
        "customer_uid": payment.key,
        "customer_uid_usage": payment.key_use.as_ref().map(word),
        "started_at": payment.started_at,
        "paid_at": payment.paid_at,
        "failed_at": payment.failed_at,
        "cancelled_at": payment.cancelled_at,
        "fail_reason": payment.failure.as_ref().map(|failure| &failure.message),
        "pg_code": payment.failure.as_ref().and_then(|failure| failure.pg_code.as_ref()),
        "cancel_reason": payment.cancel_reason,
        "receipt_url": payment.receipt_url,
        "cancel_history": payment.cancellations.iter().map(cancellation).collect::<Vec<_>>(),
    });
    if with_buyer {
        value["buyer"] = mask::json(&payment.buyer);
    }
    value
}

fn cancellation(cancel: &kr_billing::Cancellation) -> Value {
    json!({
        "cancellation_id": cancel.id,
        "amount": cancel.amount,
        "cancelled_at": cancel.at,
        "reason": cancel.reason,
        "pg_tid": cancel.pg_tid,
        "receipt_url": cancel.receipt_url,
    })
}

/// One payment for people.
pub(crate) fn one(payment: &Payment, texts: &Texts) -> String {
    let some = |text: &str| Some(text.to_owned());
    let pg = match (&payment.pg_provider, &payment.pg_id) {
        (Some(pg), Some(mid)) => Some(format!("{pg} ({mid})")),
        (pg, _) => pg.clone(),
    };
    let mut rows = vec![
        (texts.payment, some(payment.id.as_str())),
        (texts.order, some(payment.order.as_str())),
        (texts.status, Some(status(payment, texts))),
        (texts.amount, Some(won(&payment.amount, texts))),
        (texts.refunded, refunded(payment).then(|| won(&payment.cancelled, texts))),
        (texts.balance, refunded(payment).then(|| balance(payment, texts))),
        (texts.order_name, payment.name.clone()),
        (texts.billing_key, payment.key.clone()),
        (texts.pg, pg),
        (texts.card, card(payment)),
        (texts.approval, payment.approval_number.clone()),
        (texts.installment, payment.installment_months.filter(|months| *months > 1).map(|months| months.to_string())),
        (texts.paid_at, payment.paid_at.map(time::shown)),
        (texts.failed_at, payment.failed_at.map(time::shown)),
        (texts.cancelled_at, payment.cancelled_at.map(time::shown)),
        (texts.reason, payment.failure.as_ref().map(|failure| failure.message.clone())),
        (texts.cancel_reason, payment.cancel_reason.clone()),
        (texts.receipt, payment.receipt_url.clone()),
        (texts.test_payment, payment.sandbox.filter(|test| *test).map(|_| texts.yes.to_owned())),
    ];
    rows.extend(mask::rows(&payment.buyer, texts));
    facts(rows)
}

/// Several payments for people.
pub(crate) fn many<'a>(payments: impl IntoIterator<Item = &'a Payment>, texts: &Texts) -> String {
    let row = |payment: &Payment| {
        let at = payment.cancelled_at.or(payment.paid_at).or(payment.failed_at).or(payment.started_at);
        vec![
            payment.id.to_string(),
            payment.order.to_string(),
            status(payment, texts),
            payment.amount.to_string(),
            payment.cancelled.to_string(),
            payment.pg_provider.clone().unwrap_or_default(),
            at.map_or_else(String::new, |at: UnixSeconds| time::shown(at)),
        ]
    };
    let rows: Vec<_> = payments.into_iter().map(row).collect();
    if rows.is_empty() {
        return texts.nothing_found.to_owned();
    }
    let head = [texts.payment, texts.order, texts.status, texts.amount, texts.refunded, texts.pg, texts.when];
    table(&head, rows)
}

/// A sum with its unit.
pub(crate) fn won(amount: &Amount, texts: &Texts) -> String {
    format!("{amount}{}", texts.won)
}

/// What is left, with its unit.
pub(crate) fn balance(payment: &Payment, texts: &Texts) -> String {
    payment.balance().map_or_else(|| texts.unknown.to_owned(), |left| won(&Amount::Won(left), texts))
}

/// Whether money came: only then is there a balance.
fn captured(payment: &Payment) -> bool {
    payment.status.was_captured() && !payment.is_issuance()
}

fn refunded(payment: &Payment) -> bool {
    payment.cancelled.won() != Some(0)
}

/// The state in words; a window's issuance record is named as such, since its "paid" moved no money.
pub(crate) fn status(payment: &Payment, texts: &Texts) -> String {
    if payment.is_issuance() && payment.status == PaymentStatus::Paid {
        return texts.status_issued.to_owned();
    }
    if captured(payment) && refunded(payment) && payment.balance().is_some_and(|left| left > 0) {
        return texts.status_partly.to_owned();
    }
    status_word(&payment.status, texts)
}

/// A state in words.
pub(crate) fn status_word(status: &PaymentStatus, texts: &Texts) -> String {
    match status {
        PaymentStatus::Ready => texts.status_ready.to_owned(),
        PaymentStatus::Paid => texts.status_paid.to_owned(),
        PaymentStatus::Cancelled => texts.status_cancelled.to_owned(),
        PaymentStatus::Failed => texts.status_failed.to_owned(),
        other => other.as_word().to_owned(),
    }
}

fn card(payment: &Payment) -> Option<String> {
    match (&payment.card_name, &payment.card_number) {
        (Some(name), Some(number)) => Some(format!("{name} {number}")),
        (name, number) => name.clone().or_else(|| number.clone()),
    }
}
