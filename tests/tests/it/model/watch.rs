//! What a case sees of itself: a log of events in their true order, a journal that writes into it, and a clock that can be moved.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use kr_billing::journal::{Before, Entry, Intent, Journal, JournalError, Outcome, Subject};
use kr_billing::{Clock, PaymentId, Ticket};
use kr_billing_sandbox::Handle;
use tokio::sync::Notify;

use super::site::Desk;

/// Something that happened, in the order of its happening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// An intent was stored under this subject, for the ticket of this time.
    Armed(String, u64),
    /// The journal would not take an intent under this subject.
    NotTaken(String),
    /// An outcome was stored under this subject.
    Settled(String),
    /// The bytes of a money call have arrived, when the order's captures were so many.
    Sent { id: u64, subject: Sending, captures: usize },
    /// A money call was answered in a way that proves that it did not act.
    Refused(u64),
    /// A caller has read the journal about an order, when its captures were so many.
    Asked { caller: u64, order: String, captures: usize },
    /// A caller was told that this order is not charged.
    Claimed { order: String, how: &'static str },
    /// From here on a booking may charge this order by itself.
    Booked(String),
}

tokio::task_local! {
    /// Tells concurrent callers apart.
    pub static CALLER: u64;
}

/// Who is at work; 0 for nobody in particular.
pub fn caller() -> u64 {
    CALLER.try_with(|caller| *caller).unwrap_or(0)
}

/// What a money call on the wire is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sending {
    /// A charge of this order.
    Charge(String),
    /// The retry of this order's schedule.
    Retry(String),
    /// A refund of this payment from this balance, if it says from which.
    Refund(String, Option<i64>),
}

impl Sending {
    /// Whether a journal's subject is the one of this call.
    pub fn is(&self, subject: &str) -> bool {
        match self {
            Self::Charge(order) => subject == format!("charge {order}"),
            Self::Retry(order) => subject.strip_prefix("retry ").is_some_and(|rest| rest.split(' ').next() == Some(order)),
            Self::Refund(payment, Some(balance)) => subject == format!("refund {payment} {balance}"),
            Self::Refund(payment, None) => subject.starts_with(&format!("refund {payment} ")),
        }
    }

    /// Whether a journal's subject is about the same order, or a refund of the same payment.
    pub fn competes(&self, subject: &str) -> bool {
        match self {
            Self::Charge(order) | Self::Retry(order) => {
                subject.strip_prefix("charge ").or_else(|| subject.strip_prefix("retry ")) == Some(order)
            }
            Self::Refund(payment, _) => subject.starts_with(&format!("refund {payment} ")),
        }
    }

    /// The order, for what moves money in.
    pub fn order(&self) -> Option<&str> {
        match self {
            Self::Charge(order) | Self::Retry(order) => Some(order),
            Self::Refund(..) => None,
        }
    }
}

/// The events of a case.
#[derive(Debug, Default)]
pub struct Watch(Mutex<Vec<Event>>);

impl Watch {
    /// Writes one down and returns its place.
    pub fn note(&self, event: Event) -> usize {
        let mut events = self.lock();
        events.push(event);
        events.len()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// A copy of all from a place on.
    pub fn since(&self, place: usize) -> Vec<Event> {
        self.lock().get(place..).unwrap_or_default().to_vec()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Event>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a journal call fails, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JournalTrouble {
    /// The intent is not stored, and the journal says so.
    IntentLost,
    /// The intent is stored, and the journal fails to say so.
    IntentKept,
    /// The outcome is lost.
    OutcomeLost,
    /// The intent is stored, and then the program stands still for long.
    Asleep,
}

/// Where a program that stands still waits, and where it is woken.
#[derive(Debug, Default)]
pub struct Bed {
    pub asleep: Notify,
    pub wake: Notify,
}

/// A journal that writes what it did into the case's log, and fails when it is told to.
pub struct WatchedJournal {
    inner: Arc<dyn Journal>,
    ledger: Handle,
    watch: Arc<Watch>,
    trouble: Arc<Mutex<Option<JournalTrouble>>>,
    bed: Arc<Bed>,
}

impl WatchedJournal {
    pub fn new(inner: Arc<dyn Journal>, ledger: Handle, desk: &Desk) -> Self {
        let (watch, trouble, bed) = (Arc::clone(&desk.watch), Arc::clone(&desk.trouble), Arc::clone(&desk.bed));
        Self { inner, ledger, watch, trouble, bed }
    }

    /// Notes what the ledger has of an order before its caller reads about it.
    fn asked(&self, subject: &Subject) {
        let order = subject.as_str().strip_prefix("charge ").or_else(|| subject.as_str().strip_prefix("retry "));
        if let (Some(order), caller @ 1..) = (order, caller()) {
            let captures = self.ledger.totals(order).captures;
            self.watch.note(Event::Asked { caller, order: order.to_owned(), captures });
        }
    }

    fn meets(&self, fits: impl Fn(JournalTrouble) -> bool) -> Option<JournalTrouble> {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.take_if(|next| fits(*next))
    }
}

#[async_trait::async_trait]
impl Journal for WatchedJournal {
    async fn before_send(&self, intent: &Intent) -> Result<Before, JournalError> {
        let trouble = self.meets(|next| next != JournalTrouble::OutcomeLost);
        if trouble == Some(JournalTrouble::IntentLost) {
            self.watch.note(Event::NotTaken(intent.subject.as_str().to_owned()));
            return Err(JournalError::new("the disk is full"));
        }
        let before = self.inner.before_send(intent).await?;
        if trouble == Some(JournalTrouble::IntentKept) {
            return Err(JournalError::new("the disk did not answer"));
        }
        if matches!(before, Before::New) {
            self.watch.note(Event::Armed(intent.subject.as_str().to_owned(), intent.ticket.sent_at_ms));
        }
        if trouble == Some(JournalTrouble::Asleep) {
            self.bed.asleep.notify_one();
            self.bed.wake.notified().await;
        }
        Ok(before)
    }

    async fn settle(&self, subject: &Subject, ticket: &Ticket, outcome: &Outcome) -> Result<(), JournalError> {
        if self.meets(|next| next == JournalTrouble::OutcomeLost).is_some() {
            return Err(JournalError::new("the disk is full"));
        }
        // Written down first: whoever finds the outcome may send at once.
        self.watch.note(Event::Settled(subject.as_str().to_owned()));
        self.inner.settle(subject, ticket, outcome).await
    }

    async fn find(&self, subject: &Subject) -> Result<Option<Entry>, JournalError> {
        self.asked(subject);
        self.inner.find(subject).await
    }

    async fn open(&self) -> Result<Vec<Intent>, JournalError> {
        self.inner.open().await
    }

    async fn amend(&self, subject: &Subject, ticket: &Ticket, learnt: &Ticket) -> Result<(), JournalError> {
        self.inner.amend(subject, ticket, learnt).await
    }
    async fn charge_of(&self, payment: &PaymentId) -> Result<Option<Intent>, JournalError> {
        self.inner.charge_of(payment).await
    }
}

/// The machine's time, at an offset that a case may change.
pub struct MovedClock {
    start: Instant,
    offset_ms: AtomicI64,
}

impl MovedClock {
    pub fn new() -> Self {
        Self { start: Instant::now(), offset_ms: AtomicI64::new(0) }
    }

    /// Shows the machine's time plus this.
    pub fn set_offset(&self, ms: i64) {
        self.offset_ms.store(ms, Ordering::Relaxed);
    }

    /// Is set back.
    pub fn set_back(&self, by: Duration) {
        self.offset_ms.fetch_sub(i64::try_from(by.as_millis()).unwrap_or(0), Ordering::Relaxed);
    }

    /// Jumps ahead.
    pub fn jump(&self, by: Duration) {
        self.offset_ms.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::Relaxed);
    }
}

#[async_trait::async_trait]
impl Clock for MovedClock {
    fn wall(&self) -> SystemTime {
        let offset = self.offset_ms.load(Ordering::Relaxed);
        let by = Duration::from_millis(offset.unsigned_abs());
        if offset < 0 { SystemTime::now() - by } else { SystemTime::now() + by }
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}
