//! What must hold of a whole case: the five promises against the ledger, the journal's doings and the line's log.

use std::collections::BTreeMap;

use super::case::{Case, Facts, KeyBelief, RefundTold, Told};
use super::play::CONSOLE_WON;
use super::site::GOOD_CARD;
use super::watch::Event;

/// Everything that is wrong with a case that has come to its end.
pub fn judge(case: &Case) -> Vec<String> {
    let mut problems = case.facts().problems.clone();
    let events = case.desk.watch.since(0);
    problems.extend(one_capture_an_order(case));
    problems.extend(nothing_sent_under_doubt(&events));
    problems.extend(claims_are_kept(case, &events));
    problems.extend(refunds_are_what_was_told(case));
    problems.extend(keys_are_what_was_told(case));
    problems
}

fn one_capture_an_order(case: &Case) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for entry in case.handle.ledger() {
        if entry.merchant_uid.starts_with(&case.prefix) && entry.kind == kr_billing_sandbox::LedgerKind::Capture {
            *counts.entry(entry.merchant_uid).or_default() += 1;
        }
    }
    counts.into_iter().filter(|(_, count)| *count > 1).map(|(order, count)| format!("{order}: captured {count} times")).collect()
}

/// A stored intent, and the send that may still be acting.
#[derive(Default)]
struct Subject {
    armed: bool,
    pending: Option<u64>,
}

/// Each money call has a stored intent, and after one that nobody can vouch for there is none until its order is settled.
fn nothing_sent_under_doubt(events: &[Event]) -> Vec<String> {
    let mut subjects: BTreeMap<&str, Subject> = BTreeMap::new();
    let mut problems = Vec::new();
    for event in events {
        match event {
            Event::Armed(subject, _) => {
                subjects.insert(subject, Subject { armed: true, pending: None });
            }
            Event::Settled(subject) => {
                subjects.entry(subject).or_default().armed = false;
            }
            Event::Sent { id, subject, .. } => {
                let beside = |(name, state): &(&&str, &Subject)| {
                    subject.competes(name) && !subject.is(name) && state.armed && state.pending.is_some()
                };
                if let Some((name, _)) = subjects.iter().find(beside) {
                    problems.push(format!("{subject:?} was sent beside an open {name}"));
                }
                let armed = subjects.iter_mut().find(|(name, state)| state.armed && subject.is(name));
                match armed {
                    None => problems.push(format!("{subject:?} was sent without a stored intent")),
                    Some((name, state)) => {
                        if state.pending.is_some() {
                            problems.push(format!("{name}: sent again while in doubt"));
                        }
                        state.pending = Some(*id);
                    }
                }
            }
            Event::Refused(id) => {
                for state in subjects.values_mut().filter(|state| state.pending == Some(*id)) {
                    state.pending = None;
                }
            }
            Event::Claimed { .. } | Event::Booked(_) | Event::Asked { .. } | Event::NotTaken(_) => {}
        }
    }
    problems
}

/// Whoever was told that an order is not charged was told the truth, until somebody sent it again.
fn claims_are_kept(case: &Case, events: &[Event]) -> Vec<String> {
    let facts = case.facts();
    let mut claims: BTreeMap<&str, &'static str> = BTreeMap::new();
    let mut problems = Vec::new();
    for event in events {
        match event {
            Event::Claimed { order, how } => {
                claims.insert(order, how);
            }
            Event::Booked(order) => {
                claims.remove(order.as_str());
            }
            Event::Sent { subject, captures, .. } => {
                let Some(order) = subject.order() else { continue };
                if let Some(how) = claims.remove(order) {
                    problems.extend(broken(&facts, order, how, *captures));
                }
            }
            _ => {}
        }
    }
    for (order, how) in claims {
        problems.extend(broken(&facts, order, how, case.totals(order).captures));
    }
    problems
}

fn broken(facts: &Facts, order: &str, how: &str, captures: usize) -> Option<String> {
    let before = facts.not_ours(order, how);
    let excused = facts.rebooked.contains(order);
    (captures > before && !excused)
        .then(|| format!("{order}: money moved after a caller was told that it is not charged ({how})"))
}

/// Each refund in the ledger was asked for, from that balance; what was said to be made is there, and what was not is not.
fn refunds_are_what_was_told(case: &Case) -> Vec<String> {
    let facts = case.facts();
    let mut problems = Vec::new();
    let mut orders: Vec<&String> = facts.refunds.iter().map(|refund| &refund.order).collect();
    orders.sort();
    orders.dedup();
    for order in orders {
        let asked: Vec<&RefundTold> = facts.refunds.iter().filter(|refund| refund.order == *order).collect();
        let made = case.refunded(order);
        for (balance, amount) in made.iter().filter(|(_, amount)| *amount != CONSOLE_WON) {
            if !asked.iter().any(|refund| (refund.expected, refund.amount) == (*balance, *amount)) {
                problems.push(format!("{order}: {amount} won were refunded from a balance of {balance}, which nobody asked for"));
            }
        }
        for refund in &asked {
            let there = made.contains(&(refund.expected, refund.amount));
            let all_not = asked.iter().filter(|other| other.same(refund)).all(|other| other.told == Told::Not);
            if refund.told == Told::Done && !there || all_not && there {
                problems.push(format!("{order}: the ledger contradicts {refund:?}"));
            }
        }
        let totals = case.totals(order);
        if totals.refunded > totals.captured {
            problems.push(format!("{order}: more was refunded than paid: {totals:?}"));
        }
    }
    problems
}

fn keys_are_what_was_told(case: &Case) -> Vec<String> {
    let facts = case.facts();
    let wrong = |(key, belief): (&String, &KeyBelief)| {
        let there = case.handle.change_card(key, GOOD_CARD).is_ok();
        let right = match belief {
            KeyBelief::There => there,
            KeyBelief::Gone => !there,
            KeyBelief::Unknown => true,
        };
        (!right).then(|| format!("key {key}: it should be {belief:?}"))
    };
    facts.keys.iter().filter_map(wrong).collect()
}
