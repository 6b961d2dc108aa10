//! The books: every record, with the indexes that find them. Pure data, no clock, no network.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::hash::Hasher;

use serde::{Deserialize, Serialize};

use super::model::{ChannelRef, Key, LedgerEntry, LedgerKind, Payment, Prepared, Schedule, ScheduleStatus};

/// A token handed out for the account's one key pair. The state file holds its print only: after a restart it is still taken, and
/// the next `getToken` hands out another.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Token {
    #[serde(skip)]
    value: Option<String>,
    print: u64,
    pub(crate) expires_at: i64,
}

impl Token {
    pub(crate) fn new(value: String, expires_at: i64) -> Self {
        Self { print: Self::print_of(&value), value: Some(value), expires_at }
    }

    /// Its text, unless it was read from a state file.
    pub(crate) fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// Whether this text is the token.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.print == Self::print_of(text)
    }

    fn print_of(text: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        hasher.write(text.as_bytes());
        hasher.finish()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Every record of the account. This is what a state file holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Books {
    pub(crate) keys: BTreeMap<String, Key>,
    pub(crate) schedules: BTreeMap<String, Schedule>,
    pub(crate) prepared: BTreeMap<String, Prepared>,
    pub(crate) ledger: Vec<LedgerEntry>,
    pub(crate) token: Option<Token>,
    payments: Vec<Payment>,
    /// Numbers handed out so far, for identifiers.
    sequence: u64,
    #[serde(skip)]
    by_id: HashMap<String, usize>,
    #[serde(skip)]
    by_order: HashMap<String, Vec<usize>>,
    #[serde(skip)]
    due: BTreeSet<(i64, String)>,
}

impl Books {
    /// Rebuilds what a state file does not hold.
    pub(crate) fn reindex(&mut self) {
        self.by_id = self.payments.iter().enumerate().map(|(at, p)| (p.imp_uid.clone(), at)).collect();
        self.by_order.clear();
        for (at, payment) in self.payments.iter().enumerate() {
            self.by_order.entry(payment.order.merchant_uid.clone()).or_default().push(at);
        }
        let waiting = self.schedules.values().filter(|s| s.status == ScheduleStatus::Scheduled);
        self.due = waiting.map(|s| (s.schedule_at, s.order.merchant_uid.clone())).collect();
    }

    /// Drops every record but the token, and goes on counting.
    pub(crate) fn forget(&mut self) {
        *self = Self { sequence: self.sequence, token: self.token.take(), ..Self::default() };
    }

    pub(crate) fn next_number(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    pub(crate) fn payments(&self) -> &[Payment] {
        &self.payments
    }

    pub(crate) fn payment(&self, imp_uid: &str) -> Option<&Payment> {
        self.payments.get(*self.by_id.get(imp_uid)?)
    }

    pub(crate) fn payment_mut(&mut self, imp_uid: &str) -> Option<&mut Payment> {
        self.payments.get_mut(*self.by_id.get(imp_uid)?)
    }

    /// All records of an order, oldest first.
    pub(crate) fn of_order(&self, merchant_uid: &str) -> Vec<&Payment> {
        let places = self.by_order.get(merchant_uid).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|at| self.payments.get(*at)).collect()
    }

    /// Whether a record burns the order number: paid or cancelled does, failed does not [obs].
    pub(crate) fn burnt(&self, merchant_uid: &str) -> bool {
        self.of_order(merchant_uid).into_iter().any(Payment::burns)
    }

    pub(crate) fn add_payment(&mut self, payment: Payment) {
        let at = self.payments.len();
        self.by_id.insert(payment.imp_uid.clone(), at);
        self.by_order.entry(payment.order.merchant_uid.clone()).or_default().push(at);
        self.payments.push(payment);
    }

    /// Writes a capture or refund of a payment into the ledger.
    pub(crate) fn enter(&mut self, kind: LedgerKind, imp_uid: &str, amount: i64, at: i64) {
        let Some(payment) = self.payment(imp_uid) else { return };
        let entry = LedgerEntry {
            seq: self.ledger.len() as u64 + 1,
            kind,
            imp_uid: imp_uid.to_owned(),
            merchant_uid: payment.order.merchant_uid.clone(),
            customer_uid: payment.customer_uid.clone(),
            amount,
            at,
            sandbox: payment.channel.sandbox,
        };
        self.ledger.push(entry);
    }

    /// Stores a schedule and keeps the list of due ones right.
    pub(crate) fn put_schedule(&mut self, schedule: Schedule) {
        let uid = schedule.order.merchant_uid.clone();
        if let Some(old) = self.schedules.get(&uid) {
            self.due.remove(&(old.schedule_at, uid.clone()));
        }
        if schedule.status == ScheduleStatus::Scheduled {
            self.due.insert((schedule.schedule_at, uid.clone()));
        }
        self.schedules.insert(uid, schedule);
    }

    /// Notes on the pending schedules of a key that goes which channel it was on, for the records of their failures.
    pub(crate) fn remember_channel(&mut self, customer_uid: &str, channel: &ChannelRef) {
        let pending = |s: &&mut Schedule| s.status == ScheduleStatus::Scheduled && s.customer_uid == customer_uid;
        self.schedules.values_mut().filter(pending).for_each(|schedule| schedule.channel = Some(channel.clone()));
    }

    /// The schedule that is due first.
    pub(crate) fn first_due(&self) -> Option<(i64, &str)> {
        self.due.first().map(|(at, uid)| (*at, uid.as_str()))
    }
}
