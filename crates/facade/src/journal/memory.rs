//! A journal for one process: it is gone when the process is.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use kr_billing_core::{PaymentId, Ticket};

use super::{Before, Entry, Intent, Journal, JournalError, Outcome, Subject};

/// Keeps every open intent and the newest 100,000 settled ones in memory.
///
/// It guards against sending twice within one process. After a restart it knows nothing: use the SQLite journal (feature
/// `sqlite`) where charges must survive a crash.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    entries: HashMap<Subject, Entry>,
    /// Settled attempts, oldest first. One whose subject was taken again since is counted as stale.
    settled: VecDeque<(Subject, Ticket)>,
    stale: usize,
    payments: HashMap<PaymentId, Subject>,
}

/// How many settled entries are kept.
const KEPT: usize = 100_000;

impl MemoryJournal {
    /// An empty journal.
    pub fn new() -> Self {
        Self::default()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn forget_oldest(&mut self) {
        while self.settled.len() - self.stale > KEPT {
            let Some((subject, ticket)) = self.settled.pop_front() else { return };
            let entry = self.entries.get(&subject).filter(|entry| entry.intent.ticket == ticket);
            let Some(outcome) = entry.and_then(|entry| entry.outcome.as_ref()) else {
                self.stale -= 1;
                continue;
            };
            if let Some(payment) = outcome.paid_payment() {
                self.payments.remove(payment);
            }
            self.entries.remove(&subject);
        }
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn before_send(&self, intent: &Intent) -> Result<Before, JournalError> {
        let mut books = self.books();
        if let Some(earlier) = books.entries.get(&intent.subject)
            && let Some(answer) = Before::judge(intent, earlier.clone())
        {
            return Ok(answer);
        }
        let freed = books.entries.insert(intent.subject.clone(), Entry { intent: intent.clone(), outcome: None });
        books.stale += usize::from(freed.is_some());
        Ok(Before::New)
    }

    async fn settle(&self, subject: &Subject, ticket: &Ticket, outcome: &Outcome) -> Result<(), JournalError> {
        let mut books = self.books();
        let Some(entry) = books.entries.get_mut(subject) else { return Ok(()) };
        if entry.outcome.is_some() || entry.intent.ticket != *ticket {
            return Ok(());
        }
        entry.outcome = Some(outcome.clone());
        if let Some(payment) = outcome.paid_payment() {
            books.payments.insert(payment.clone(), subject.clone());
        }
        books.settled.push_back((subject.clone(), ticket.clone()));
        books.forget_oldest();
        Ok(())
    }

    async fn find(&self, subject: &Subject) -> Result<Option<Entry>, JournalError> {
        Ok(self.books().entries.get(subject).cloned())
    }

    async fn open(&self) -> Result<Vec<Intent>, JournalError> {
        let open = |entry: &&Entry| entry.outcome.is_none();
        Ok(self.books().entries.values().filter(open).map(|entry| entry.intent.clone()).collect())
    }

    async fn amend(&self, subject: &Subject, ticket: &Ticket, learnt: &Ticket) -> Result<(), JournalError> {
        let mut books = self.books();
        let entry = books.entries.get_mut(subject).filter(|entry| entry.outcome.is_none() && entry.intent.ticket == *ticket);
        if let Some(entry) = entry {
            entry.intent.ticket = learnt.clone();
        }
        Ok(())
    }

    async fn charge_of(&self, payment: &PaymentId) -> Result<Option<Intent>, JournalError> {
        let books = self.books();
        let subject = books.payments.get(payment);
        Ok(subject.and_then(|subject| books.entries.get(subject)).map(|entry| entry.intent.clone()))
    }
}
