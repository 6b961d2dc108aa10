//! What a case knows while it runs: what callers were told, and at once whether the ledger agrees.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kr_billing::contract::outcome::Attempt;
use kr_billing::{
    Charge, DoubtCause, KeyStored, NotCharged, OrderId, Paid, PaymentId, Reach, Recovered, Refund, Resolved, ResolvedRefund,
    Ticket,
};
use kr_billing_sandbox::{Handle, LedgerKind, Totals};

use super::script::{Pg, Script};
use super::site::Desk;
use super::watch::{self, Event};

/// One case at work.
pub struct Case {
    pub pg: Pg,
    /// Whether bookings stand under the orders of charges.
    pub shared: bool,
    pub prefix: String,
    pub handle: Handle,
    pub desk: Desk,
    facts: Mutex<Facts>,
}

/// What was told, and what is wrong.
#[derive(Default)]
pub struct Facts {
    /// The payment of each order that was said to be paid.
    pub paid: BTreeMap<String, PaymentId>,
    /// Every ticket that was handed out.
    pub tickets: Vec<Ticket>,
    /// Tickets of charges that were not made, since their order is another's.
    pub taken: Vec<Ticket>,
    pub refunds: Vec<RefundTold>,
    /// Orders that a planted record has captured, and whether this was before we sent them: then no attempt of ours was declined.
    pub captured_before: BTreeMap<String, bool>,
    /// Booked orders: the provider may charge them by itself.
    pub booked: BTreeSet<String>,
    /// Booked orders whose booking may run again.
    pub rebooked: BTreeSet<String>,
    pub keys: BTreeMap<String, KeyBelief>,
    pub problems: Vec<String>,
    /// What callers heard, in words.
    pub story: Vec<String>,
    pub doubts: u64,
    pub outcomes: BTreeMap<&'static str, u64>,
}

/// What one refund call was told.
#[derive(Debug, Clone)]
pub struct RefundTold {
    /// Tells two calls for one refund apart.
    pub call: usize,
    pub order: String,
    pub payment: PaymentId,
    pub expected: u64,
    pub amount: u64,
    pub told: Told,
}

/// A refund's outcome as its caller heard it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Done,
    Not,
    /// In doubt, or the caller left.
    Unknown,
}

/// What should be true of a stored key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyBelief {
    There,
    Gone,
    /// Some call about it was not clear.
    Unknown,
}

impl Case {
    pub fn new(script: &Script, prefix: String, handle: Handle, desk: Desk) -> Arc<Self> {
        Arc::new(Self { pg: script.pg, shared: script.shared, prefix, handle, desk, facts: Mutex::default() })
    }

    pub fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn problem(&self, text: String) {
        self.facts().problems.push(text);
    }

    /// The order of a charge by its number in the script.
    pub fn order(&self, number: u8) -> OrderId {
        OrderId::new(format!("{}-{number}", self.prefix)).expect("an order id")
    }

    /// The order of a booking.
    pub fn booking(&self, number: u8) -> OrderId {
        if self.shared {
            return self.order(number);
        }
        OrderId::new(format!("{}-s{number}", self.prefix)).expect("an order id")
    }

    pub fn totals(&self, order: &str) -> Totals {
        self.handle.totals(order)
    }

    /// Refunds of an order as the ledger has them: the balance each came from, and how much it was.
    pub fn refunded(&self, order: &str) -> Vec<(u64, u64)> {
        let mut balance = 0;
        let mut refunds = Vec::new();
        for entry in self.handle.ledger().iter().filter(|entry| entry.merchant_uid == order) {
            let amount = u64::try_from(entry.amount).expect("ledger amounts are positive");
            match entry.kind {
                LedgerKind::Capture => balance += amount,
                LedgerKind::Refund => {
                    refunds.push((balance, amount));
                    balance = balance.saturating_sub(amount);
                }
            }
        }
        refunds
    }

    /// A charge or a retry has come back. `alone`: nobody else was after this order meanwhile. `before`: the payments under the
    /// order before the call, if they are to be told apart from this attempt's.
    pub fn heard(&self, order: &str, won: u64, result: Result<Charge, NotCharged>, alone: bool, before: Option<&[PaymentId]>) {
        self.tell(match &result {
            Ok(Charge::Paid(paid)) => format!("{order} is paid by {}, found: {}", paid.payment.id, paid.found),
            Ok(Charge::Declined(decline)) => format!("{order} is declined: {:?}, payment {:?}", decline.reason, decline.payment),
            Ok(Charge::InDoubt(doubt)) => format!("{order} is in doubt: {:?}", doubt.cause),
            Err(not) => format!("{order} is not charged: {}", not.error()),
        });
        match result {
            Ok(Charge::Paid(paid)) => self.heard_paid(order, won, &paid),
            Ok(Charge::Declined(decline)) => {
                self.count("declined");
                self.claim(order, "declined", !self.may_run(order));
                if let (Some(before), Some(cited)) = (before, &decline.payment)
                    && before.contains(cited)
                {
                    self.problem(format!("{order}: declined because of {cited}, which was there before the attempt"));
                }
            }
            Ok(Charge::InDoubt(doubt)) => {
                self.count("in doubt");
                let mut facts = self.facts();
                match doubt.cause {
                    // No doubt about money: this charge was not made, and the other one has an entry of its own.
                    DoubtCause::OrderTaken { .. } => facts.taken.push(doubt.ticket),
                    _ => {
                        facts.doubts += 1;
                        facts.tickets.push(doubt.ticket);
                    }
                }
            }
            Err(not) => {
                self.count("not charged");
                // A booking may have run or still run: an error of a call that was not even looked up says nothing of it.
                let waits = self.facts().booked.contains(order) && not.error().reach() == Reach::NotSent;
                match alone {
                    _ if waits => {}
                    true => self.claim(order, "an error", !self.may_run(order)),
                    // Another caller may have charged since this one has last read the journal.
                    false => self.knew_of_none(order),
                }
            }
        }
    }

    pub fn heard_paid(&self, order: &str, won: u64, paid: &Paid) {
        self.count("paid");
        let totals = self.totals(order);
        let payment = &paid.payment;
        if (totals.captures, totals.captured) != (1, i64::try_from(won).unwrap_or(i64::MAX)) {
            self.problem(format!("{order}: said to be paid with {won} won, but the ledger has {totals:?}"));
        }
        let ours = match self.pg {
            Pg::Kcp => &["kcp"][..],
            Pg::Inicis => &["inicis", "html5_inicis"],
            Pg::Nice => &["nice"],
        };
        let pg = payment.pg_provider.as_deref().is_none_or(|pg| ours.contains(&pg));
        if payment.order.as_str() != order || payment.amount.won() != Some(won) || !payment.currency.is_krw() || !pg {
            self.problem(format!("{order}: the payment is not what was asked for: {payment:?}"));
        }
        self.facts().paid.insert(order.to_owned(), payment.id.clone());
    }

    /// Somebody was told that this order is not charged. It must be so now and, if that can be said, until somebody sends it again.
    pub fn claim(&self, order: &str, how: &'static str, lasting: bool) {
        let before = self.facts().not_ours(order, how);
        if lasting {
            self.desk.watch.note(Event::Claimed { order: order.to_owned(), how });
        }
        let totals = self.totals(order);
        if totals.captures > before {
            self.problem(format!("{order}: said not to be charged ({how}), but the ledger has {totals:?}"));
        }
    }

    /// This caller was told that the order is not charged, beside another caller. When it last read the journal, that was so.
    fn knew_of_none(&self, order: &str) {
        let before = self.facts().not_ours(order, "an error");
        let caller = watch::caller();
        let asked = self.desk.watch.since(0).into_iter().rev().find_map(|event| match event {
            Event::Asked { caller: who, order: about, captures } if who == caller && about == order => Some(captures),
            _ => None,
        });
        if asked.is_some_and(|captures| captures > before) {
            self.problem(format!("{order}: an error, although it was captured when its caller last read the journal"));
        }
    }

    /// Whether the provider may charge this order by itself, whatever became of a call.
    fn may_run(&self, order: &str) -> bool {
        self.shared && self.facts().booked.contains(order)
    }

    /// A ticket was resumed, by its holder or by `recover`.
    pub fn heard_again(&self, ticket: &Ticket, resolved: &Resolved) {
        self.tell(match resolved {
            Resolved::Paid(paid) => format!("resumed: paid by {}", paid.payment.id),
            Resolved::Declined(decline) => format!("resumed: declined: {:?}, payment {:?}", decline.reason, decline.payment),
            Resolved::NotCharged => "resumed: not charged".to_owned(),
            Resolved::Mismatch { payment, fields } => format!("resumed: {} differs in {fields:?}", payment.id),
            Resolved::StillInDoubt(_) => "resumed: still in doubt".to_owned(),
        });
        let (Attempt::Charge { order, amount, .. } | Attempt::Retry { order, amount, .. }) = &ticket.attempt else { return };
        match resolved {
            Resolved::Paid(paid) => self.heard_paid(order.as_str(), amount.won(), paid),
            Resolved::Declined(decline) => {
                self.count("declined");
                // The provider may have run a booking of the order since.
                if !self.may_run(order.as_str()) {
                    self.claim(order.as_str(), "declined", true);
                }
                if decline.payment.as_ref().is_some_and(|cited| ticket.known.contains(cited)) {
                    self.problem(format!("{order}: resumed as declined because of a payment from before"));
                }
            }
            Resolved::NotCharged => {
                self.count("not charged");
                // Somebody may have sent it again since, or run a booking.
                if self.newest(ticket) && !self.may_run(order.as_str()) {
                    self.claim(order.as_str(), "resumed as not charged", true);
                }
            }
            Resolved::Mismatch { .. } | Resolved::StillInDoubt(_) => self.count("still in doubt"),
        }
    }

    /// Whether no later attempt of this ticket's order is known.
    fn newest(&self, ticket: &Ticket) -> bool {
        let Some(order) = ticket.order() else { return false };
        let (charge, retry) = (format!("charge {order}"), format!("retry {order}"));
        let later = |event: &Event| match event {
            Event::Armed(subject, at) => (*subject == charge || *subject == retry) && *at > ticket.sent_at_ms,
            _ => false,
        };
        !self.desk.watch.since(0).iter().any(later)
    }

    pub fn heard_refund(&self, mut told: RefundTold, result: Result<Refund, kr_billing::Error>, alone: bool) {
        let what = format!("{} of {}, refunded from {}", told.amount, told.order, told.expected);
        self.tell(match &result {
            Ok(Refund::Done(_)) => format!("{what}: done"),
            Ok(Refund::InDoubt(doubt)) => format!("{what}: in doubt: {:?}", doubt.cause),
            Err(error) => format!("{what}: {error}"),
        });
        match result {
            Ok(Refund::Done(_)) => {
                self.count("refunded");
                told.told = Told::Done;
            }
            Ok(Refund::InDoubt(doubt)) => {
                self.count("refund in doubt");
                let mut facts = self.facts();
                facts.doubts += 1;
                facts.tickets.push(doubt.ticket);
            }
            Err(_) => {
                self.count("not refunded");
                told.told = Told::Not;
                let else_said =
                    |earlier: &RefundTold| earlier.same(&told) && earlier.call != told.call && earlier.told != Told::Not;
                let said_else = self.facts().refunds.iter().any(else_said);
                if alone && !said_else && self.refunded(&told.order).contains(&(told.expected, told.amount)) {
                    self.problem(format!("{}: a refund of {} was said not to be made, but it was", told.order, told.amount));
                }
            }
        }
        let mut facts = self.facts();
        facts.refunds.retain(|earlier| earlier.call != told.call);
        facts.refunds.push(told);
    }

    /// A doubtful refund was resumed. Its later word replaces the doubt.
    pub fn heard_refund_again(&self, ticket: &Ticket, resolved: &ResolvedRefund) {
        let Attempt::Refund { payment, amount, expected_balance } = &ticket.attempt else { return };
        let told = match resolved {
            ResolvedRefund::Done(_) => Told::Done,
            ResolvedRefund::NotRefunded(_) => Told::Not,
            ResolvedRefund::Unclear(_) | ResolvedRefund::StillInDoubt(_) => return,
        };
        let mut facts = self.facts();
        for refund in &mut facts.refunds {
            let same = (&refund.payment, refund.amount, refund.expected) == (payment, amount.won(), expected_balance.won());
            if same && refund.told == Told::Unknown {
                refund.told = told;
            }
        }
    }

    pub fn heard_recovered(&self, recovered: &Recovered) {
        match recovered {
            Recovered::Charge(ticket, resolved) => self.heard_again(ticket, resolved),
            Recovered::Refund(ticket, resolved) => self.heard_refund_again(ticket, resolved),
            Recovered::TooEarly(_) | Recovered::Foreign(_) => {}
        }
    }

    /// A call about a key has come back; `None` when it was not clear.
    pub fn heard_key(&self, key: &str, belief: Option<KeyBelief>) {
        let mut facts = self.facts();
        let now = facts.keys.get(key).copied();
        let next = match (now, belief) {
            (Some(KeyBelief::Unknown), _) | (_, None) => KeyBelief::Unknown,
            (_, Some(belief)) => belief,
        };
        facts.keys.insert(key.to_owned(), next);
    }

    /// What a kept card's charge says about its key.
    pub fn key_belief(result: &Result<Charge, NotCharged>) -> Option<KeyBelief> {
        match result {
            Ok(Charge::Paid(paid)) if paid.key == KeyStored::Stored => Some(KeyBelief::There),
            Ok(Charge::Paid(paid)) if paid.key == KeyStored::NotStored => Some(KeyBelief::Gone),
            _ => None,
        }
    }

    /// A line of the story that a failure tells.
    pub fn tell(&self, line: String) {
        self.facts().story.push(line);
    }

    pub fn count(&self, what: &'static str) {
        *self.facts().outcomes.entry(what).or_default() += 1;
    }
}

impl Facts {
    /// How many captures of an order are none of ours, as far as a claim may leave them out.
    pub fn not_ours(&self, order: &str, how: &str) -> usize {
        usize::from(self.captured_before.get(order).is_some_and(|first| !first || how != "declined"))
    }
}

impl RefundTold {
    /// Whether two calls ask for the same refund.
    pub fn same(&self, other: &Self) -> bool {
        (&self.payment, self.expected, self.amount) == (&other.payment, other.expected, other.amount)
    }
}
