//! What is under way when somebody presses Ctrl-C.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use kr_billing::journal::{Before, Entry, Intent, Journal, JournalError, Outcome, Subject};
use kr_billing::{PaymentId, TaxSplit, Ticket};

/// A journal that remembers the last intent it stored: from then on its call may be under way.
pub(crate) struct Watched {
    inner: Arc<dyn Journal>,
    armed: Armed,
}

/// The ticket of the call that may be under way.
#[derive(Clone, Default)]
pub(crate) struct Armed(Arc<Mutex<Option<Ticket>>>);

impl Armed {
    /// The ticket, if an intent was stored.
    pub(crate) fn ticket(&self) -> Option<Ticket> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, ticket: Ticket) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(ticket);
    }
}

impl Watched {
    /// Watches `inner`.
    pub(crate) fn new(inner: Arc<dyn Journal>, armed: Armed) -> Self {
        Self { inner, armed }
    }
}

#[async_trait]
impl Journal for Watched {
    async fn before_send(&self, intent: &Intent) -> Result<Before, JournalError> {
        let before = self.inner.before_send(intent).await?;
        if matches!(before, Before::New) {
            self.armed.set(intent.ticket.clone());
        }
        Ok(before)
    }

    async fn settle(&self, subject: &Subject, ticket: &Ticket, outcome: &Outcome) -> Result<(), JournalError> {
        self.inner.settle(subject, ticket, outcome).await
    }

    async fn find(&self, subject: &Subject) -> Result<Option<Entry>, JournalError> {
        self.inner.find(subject).await
    }

    async fn open(&self) -> Result<Vec<Intent>, JournalError> {
        self.inner.open().await
    }

    async fn tax_of(&self, payment: &PaymentId) -> Result<Option<TaxSplit>, JournalError> {
        self.inner.tax_of(payment).await
    }
}

/// Waits for `call`, or for Ctrl-C or a termination signal: then `None`, and the call is dropped where it stands.
pub(crate) async fn unless_interrupted<T>(call: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        answer = call => Some(answer),
        () = interrupted() => None,
    }
}

/// Waits for Ctrl-C or a termination signal. Without a way to hear of them it waits for ever.
pub(crate) async fn interrupted() {
    tokio::select! {
        heard = tokio::signal::ctrl_c() => if heard.is_err() { std::future::pending::<()>().await },
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
