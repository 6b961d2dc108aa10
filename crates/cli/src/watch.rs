//! What is under way when somebody presses Ctrl-C, or a termination signal comes.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use kr_billing::journal::{Before, Entry, Intent, Journal, JournalError, Outcome, Subject};
use kr_billing::{PaymentId, Ticket};

/// A journal that remembers the last intent it stored: from then on its call may be under way.
pub(crate) struct Watched {
    inner: Arc<dyn Journal>,
    armed: Armed,
}

/// What a signal would break off.
#[derive(Clone, Default)]
pub(crate) enum Underway {
    /// Nothing that acts was sent yet.
    #[default]
    Nothing,
    /// A call that may have been sent, and that this ticket asks about.
    Call(Box<Ticket>),
    /// A call that may have been sent, and that may safely be repeated.
    Repeatable,
}

/// What is under way in this run.
#[derive(Clone, Default)]
pub(crate) struct Armed(Arc<Mutex<Underway>>);

impl Armed {
    /// What a signal would break off now.
    pub(crate) fn underway(&self) -> Underway {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on something may be sent.
    pub(crate) fn set(&self, underway: Underway) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = underway;
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
            self.armed.set(Underway::Call(Box::new(intent.ticket.clone())));
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

    async fn amend(&self, subject: &Subject, ticket: &Ticket, learnt: &Ticket) -> Result<(), JournalError> {
        self.inner.amend(subject, ticket, learnt).await
    }
    async fn charge_of(&self, payment: &PaymentId) -> Result<Option<Intent>, JournalError> {
        self.inner.charge_of(payment).await
    }
}

/// Waits for `call`, or for Ctrl-C or a termination signal: then `None`, and the call is dropped where it stands.
pub(crate) async fn unless_interrupted<T>(call: impl Future<Output = T>) -> Option<T> {
    let signals = Signals::listen();
    tokio::select! {
        biased;
        answer = call => Some(answer),
        () = signals.heard() => None,
    }
}

/// Does what may wait for long without the runtime, such as a read of standard input, on a thread of its own: on the runtime's own
/// no signal would be heard meanwhile.
pub(crate) async fn apart<T: Send + 'static>(read: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(read).await {
        Ok(read) => read,
        Err(broken) => std::panic::resume_unwind(broken.into_panic()),
    }
}

/// Ctrl-C and the termination signal, heard of from [`Signals::listen`] on and no longer deadly.
pub(crate) struct Signals {
    #[cfg(unix)]
    heard: [Option<tokio::signal::unix::Signal>; 2],
}

#[cfg(unix)]
impl Signals {
    /// Starts listening. It must be called within a tokio runtime.
    pub(crate) fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self { heard: [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok()) }
    }

    /// Waits for one of them. Without a way to hear of them it waits for ever.
    pub(crate) async fn heard(self) {
        async fn one(signal: Option<tokio::signal::unix::Signal>) {
            match signal {
                Some(mut signal) => {
                    signal.recv().await;
                }
                None => std::future::pending().await,
            }
        }
        let [interrupt, terminate] = self.heard;
        tokio::select! {
            () = one(interrupt) => {}
            () = one(terminate) => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Starts listening, as far as this system lets it before the first wait.
    pub(crate) fn listen() -> Self {
        Self {}
    }

    /// Waits for Ctrl-C. Without a way to hear of it it waits for ever.
    pub(crate) async fn heard(self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
