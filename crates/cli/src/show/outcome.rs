//! What became of calls that act.

use kr_billing::contract::outcome::{Attempt, Claim};
use kr_billing::{
    BillingKey, Charge, Decline, DeclineReason, Doubt, DoubtCause, Failure, Issuance, KeyStored, Paid, Payment, Recovery, Refund,
    Resolved, ResolvedRefund, Ticket,
};
use serde_json::json;

use super::{Answer, facts, fill, key, payment, spoken, word};
use crate::exit::Exit;
use crate::texts::Texts;

/// A charge.
pub(crate) fn charge(charge: &Charge, texts: &Texts) -> Answer {
    charged(charge, false, texts)
}

/// A booking that was charged now.
pub(crate) fn retry(charge: &Charge, texts: &Texts) -> Answer {
    charged(charge, true, texts)
}

fn charged(charge: &Charge, retry: bool, texts: &Texts) -> Answer {
    match charge {
        Charge::Paid(paid) => self::paid(paid, texts),
        Charge::Declined(decline) => declined(decline, retry, texts),
        Charge::InDoubt(doubt) => in_doubt(doubt, texts),
    }
}

/// What a ticket asks about, in words: it stands before each of several answers.
pub(crate) fn subject(ticket: &Ticket, texts: &Texts) -> String {
    let what = match &ticket.attempt {
        Attempt::Charge { order, .. } | Attempt::Retry { order, .. } => format!("{} {order}", texts.order),
        Attempt::Refund { payment, amount, .. } => {
            format!("{} {payment}, {} {amount}{}", texts.payment, texts.refund_of, texts.won)
        }
        Attempt::Issue { key } => format!("{} {key}", texts.billing_key),
        _ => String::new(),
    };
    format!("{what}, {} {}", texts.channel, ticket.channel)
}

/// A doubt about a charge that was asked about again.
pub(crate) fn resolved(ticket: &Ticket, resolved: &Resolved, texts: &Texts) -> Answer {
    let retry = matches!(ticket.attempt, Attempt::Retry { .. });
    match resolved {
        Resolved::Paid(paid) => self::paid(paid, texts),
        Resolved::Declined(decline) => declined(decline, retry, texts),
        Resolved::NotCharged => Answer::with(Exit::Refused, json!({ "outcome": "not_charged" }), texts.proved_not_charged),
        Resolved::Mismatch { payment, fields } => {
            let json = json!({ "outcome": "mismatch", "fields": fields, "payment": payment::json(payment, false) });
            let text = format!("{}: {}\n{}", texts.mismatch, fields.join(", "), payment::one(payment, texts));
            Answer::with(Exit::InDoubt, json, text)
        }
        Resolved::StillInDoubt(ticket) => still_in_doubt(ticket, texts),
    }
}

/// A refund.
pub(crate) fn refund(refund: &Refund, texts: &Texts) -> Answer {
    match refund {
        Refund::Done(payment) => refunded(payment, texts),
        Refund::InDoubt(doubt) => in_doubt(doubt, texts),
    }
}

/// A doubt about a refund that was asked about again.
pub(crate) fn resolved_refund(resolved: &ResolvedRefund, texts: &Texts) -> Answer {
    let shown = |outcome: &str, exit, text: &str, payment: &Payment| {
        let json = json!({ "outcome": outcome, "payment": payment::json(payment, false) });
        Answer::with(exit, json, format!("{text}\n{}", payment::one(payment, texts)))
    };
    match resolved {
        ResolvedRefund::Done(payment) => refunded(payment, texts),
        ResolvedRefund::NotRefunded(payment) => shown("not_refunded", Exit::Refused, texts.proved_not_refunded, payment),
        ResolvedRefund::Unclear(payment) => shown("mismatch", Exit::InDoubt, texts.refund_unclear, payment),
        ResolvedRefund::StillInDoubt(ticket) => still_in_doubt(ticket, texts),
    }
}

/// A card that was to be stored.
pub(crate) fn issuance(issuance: &Issuance, texts: &Texts) -> Answer {
    match issuance {
        Issuance::Stored(issued) => {
            let BillingKey { channel, .. } = &issued.key;
            let json = json!({ "outcome": "stored", "key": key::json(&issued.stored, Some(channel), false) });
            Answer::done(json, format!("{}\n{}", texts.key_stored, key::one(&issued.stored, Some(channel), texts)))
        }
        Issuance::Refused(failure) => key_refused(failure, texts),
        Issuance::InDoubt(doubt) => in_doubt(doubt, texts),
    }
}

/// A card that is certainly not stored.
pub(crate) fn not_stored(texts: &Texts) -> Answer {
    Answer::with(Exit::Refused, json!({ "outcome": "not_stored" }), texts.proved_not_stored)
}

fn paid(paid: &Paid, texts: &Texts) -> Answer {
    let kept = match paid.key {
        KeyStored::NotAsked => None,
        KeyStored::Stored => Some(texts.card_kept),
        KeyStored::NotStored => Some(texts.card_not_kept),
        KeyStored::Unknown => Some(texts.card_kept_unknown),
    };
    let json = json!({
        "outcome": "paid",
        "found": paid.found,
        "key_stored": kept.map(|_| word(&paid.key)),
        "payment": payment::json(&paid.payment, false),
    });
    let head = if paid.found { texts.paid_found } else { texts.paid };
    let lines = [Some(head), kept].into_iter().flatten().collect::<Vec<_>>().join("\n");
    Answer::done(json, format!("{lines}\n{}", payment::one(&paid.payment, texts)))
}

fn declined(decline: &Decline, retry: bool, texts: &Texts) -> Answer {
    let to_do = if retry { recovery_of_retry(decline, texts) } else { recovery(decline, texts).to_owned() };
    let json = json!({
        "outcome": "declined",
        "reason": word(&decline.reason),
        "recovery": word(&decline.recovery()),
        "pg_code": decline.pg_code,
        "pg_message": decline.pg_message,
        "merchant_uid": decline.order,
        "imp_uid": decline.payment,
    });
    let rows = vec![
        (texts.order, Some(decline.order.to_string())),
        (texts.payment, decline.payment.as_ref().map(ToString::to_string)),
        (texts.pg_code, decline.pg_code.clone()),
        (texts.reason, Some(decline.pg_message.clone())),
        (texts.to_do, Some(to_do)),
    ];
    Answer::with(Exit::Refused, json, format!("{}\n{}", texts.declined, facts(rows)))
}

fn key_refused(failure: &Failure, texts: &Texts) -> Answer {
    let json = json!({ "outcome": "refused", "pg_code": failure.pg_code, "pg_message": failure.message });
    let rows = vec![(texts.pg_code, failure.pg_code.clone()), (texts.reason, Some(failure.message.clone()))];
    Answer::with(Exit::Refused, json, format!("{}\n{}", texts.key_refused, facts(rows)))
}

fn refunded(payment: &Payment, texts: &Texts) -> Answer {
    let json = json!({ "outcome": "refunded", "payment": payment::json(payment, false) });
    Answer::done(json, format!("{}\n{}", texts.refund_done, payment::one(payment, texts)))
}

/// A call that nobody can vouch for, with the ticket to ask again by.
pub(crate) fn in_doubt(doubt: &Doubt, texts: &Texts) -> Answer {
    let json = json!({
        "outcome": "in_doubt",
        "cause": word(&doubt.cause),
        "detail": spoken(&doubt.detail),
        "imp_uid": payment_of(&doubt.cause),
        "fields": fields(&doubt.cause),
        "ticket": doubt.ticket,
    });
    let taken = matches!(doubt.cause, DoubtCause::OrderTaken { .. });
    let (key, refunded, sum) = match &doubt.ticket.attempt {
        Attempt::Refund { payment, amount, .. } => (None, Some(payment.to_string()), Some(format!("{amount}{}", texts.won))),
        Attempt::Issue { key } => (Some(key.to_string()), None, None),
        _ => (None, None, None),
    };
    let rows = vec![
        (texts.order, doubt.ticket.order().map(ToString::to_string)),
        (texts.billing_key, key),
        (texts.payment, payment_of(&doubt.cause).or(refunded)),
        (texts.refund_of, sum),
        (texts.reason, Some(cause(doubt, texts))),
        (texts.fields, fields(&doubt.cause).map(|fields| fields.join(", "))),
        (texts.to_do, taken.then(|| look_at(doubt, texts))),
    ];
    let head = match doubt.cause {
        DoubtCause::OrderTaken { .. } => texts.not_made,
        DoubtCause::Mismatch { .. } => texts.paid_otherwise,
        _ => texts.in_doubt,
    };
    // Asking again would answer the same for ever, so that ticket is not offered.
    let text = match taken {
        true => format!("{head}\n{}", facts(rows)),
        false => format!("{head}\n{}\n{}\n{}", facts(rows), texts.keep_ticket, json!(doubt.ticket)),
    };
    Answer::with(Exit::InDoubt, json, text)
}

/// A call that was broken off by hand and may be under way.
pub(crate) fn interrupted(ticket: &Ticket, texts: &Texts) -> Answer {
    let json = json!({ "outcome": "in_doubt", "cause": "interrupted", "ticket": ticket });
    Answer::with(Exit::InDoubt, json, format!("{}\n{}\n{}", texts.interrupted, texts.keep_ticket, json!(ticket)))
}

/// A doubt that a look-up has not settled. What the provider has claimed no later silence settles: a person must look.
fn still_in_doubt(ticket: &Ticket, texts: &Texts) -> Answer {
    let json = json!({ "outcome": "in_doubt", "cause": ticket.claim.as_ref().map(word), "ticket": ticket });
    let text = match ticket.claim {
        None => texts.still_in_doubt.to_owned(),
        Some(Claim::Duplicate) => fill(texts.still_claimed, &[texts.cause_duplicate]),
        Some(_) => fill(texts.still_claimed, &[texts.cause_mismatch]),
    };
    Answer::with(Exit::InDoubt, json, format!("{text}\n{}", json!(ticket)))
}

/// Why nobody can vouch for it.
fn cause(doubt: &Doubt, texts: &Texts) -> String {
    let known = match doubt.cause {
        DoubtCause::AnswerLost => texts.cause_answer_lost,
        DoubtCause::UnknownOutcome => texts.cause_unknown,
        DoubtCause::Duplicate => texts.cause_duplicate,
        DoubtCause::Mismatch { .. } => texts.cause_mismatch,
        DoubtCause::OrderTaken { .. } => texts.cause_order_taken,
        DoubtCause::EarlierAttempt => texts.cause_earlier,
        DoubtCause::Dismissed => texts.cause_dismissed,
        _ => return spoken(&doubt.detail),
    };
    known.to_owned()
}

/// How to see the payment that an order id belongs to.
fn look_at(doubt: &Doubt, texts: &Texts) -> String {
    let order = doubt.ticket.order().map(ToString::to_string).unwrap_or_default();
    let verb = payment_of(&doubt.cause).map_or_else(|| format!("payments find {order}"), |id| format!("payments show {id}"));
    fill(texts.do_order_taken, &[&verb])
}

fn fields(cause: &DoubtCause) -> Option<&[String]> {
    match cause {
        DoubtCause::Mismatch { fields, .. } => Some(fields),
        _ => None,
    }
}

fn payment_of(cause: &DoubtCause) -> Option<String> {
    match cause {
        DoubtCause::Mismatch { payment, .. } => Some(payment.to_string()),
        DoubtCause::OrderTaken { payment } => payment.as_ref().map(ToString::to_string),
        _ => None,
    }
}

/// What helps after a booking was charged and declined: it keeps its order id.
fn recovery_of_retry(decline: &Decline, texts: &Texts) -> String {
    match decline.recovery() {
        Recovery::TryLater => texts.recovery_retry_later.to_owned(),
        Recovery::Never => texts.recovery_never.to_owned(),
        _ => fill(texts.recovery_retry_then, &[recovery(decline, texts)]),
    }
}

/// What helps after a decline.
fn recovery(decline: &Decline, texts: &Texts) -> &'static str {
    match decline.recovery() {
        _ if decline.reason == DeclineReason::BillingKeyUnusable => texts.do_unknown_key,
        Recovery::TryLater => texts.recovery_later,
        Recovery::OtherCard => texts.recovery_other_card,
        Recovery::HolderMustCall => texts.recovery_call,
        Recovery::Never => texts.recovery_never,
        Recovery::FixSetup => texts.recovery_setup,
    }
}
