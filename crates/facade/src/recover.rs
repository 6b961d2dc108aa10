//! After a crash: settling every intent that has no outcome.

use kr_billing_core::outcome::Attempt;
use kr_billing_core::{Error, ErrorKind, Operation, Ticket};

use crate::billing::Billing;
use crate::charge::journal_error;
use crate::journal::{Outcome, subject_of};
use crate::outcome::Recovered;

impl Billing {
    /// Looks at every open intent of the journal and settles it, or reports it as still in doubt.
    ///
    /// An intent is left alone until nobody can be sending it any more and the settle time has passed: its sender may live in
    /// another process. Call this at the start of a program and from time to time.
    ///
    /// # Errors
    /// The journal could not be read. Trouble with a look-up leaves that intent in doubt.
    pub async fn recover(&self) -> Result<Vec<Recovered>, Error> {
        let mut recovered = Vec::new();
        for intent in self.inner.journal.open().await.map_err(journal_error)? {
            let ticket = intent.ticket;
            if self.wall_ms() < ticket.settled_at_ms {
                recovered.push(Recovered::TooEarly(ticket));
                continue;
            }
            match self.recover_one(&ticket).await {
                Ok(one) => recovered.push(one),
                Err(error) => {
                    tracing::warn!(%error, "an open intent cannot be settled here");
                    recovered.push(Recovered::Foreign(ticket));
                }
            }
        }
        Ok(recovered)
    }

    /// Closes a doubt that no look-up can settle, such as a payment of another amount, after a person has looked at it. It is no
    /// longer listed by [`Billing::recover`]; its order id, or its refund's balance, stays taken.
    ///
    /// # Errors
    /// The ticket is foreign, or the journal could not be written.
    pub async fn dismiss(&self, ticket: &Ticket) -> Result<(), Error> {
        self.ticket_channel(ticket)?;
        let ticket = &self.as_stored(ticket).await;
        let Some(subject) = subject_of(ticket) else { return Ok(()) };
        let entry = self.inner.journal.find(&subject).await.map_err(journal_error)?;
        if entry.is_some_and(|entry| entry.intent.ticket != *ticket) {
            let text = "the journal has another attempt under this order; dismiss the ticket that `recover` lists";
            return Err(Error::not_sent(Operation::Resume, ErrorKind::InvalidInput, text));
        }
        self.inner.journal.settle(&subject, ticket, &Outcome::Dismissed).await.map_err(journal_error)
    }

    async fn recover_one(&self, ticket: &Ticket) -> Result<Recovered, Error> {
        Ok(match ticket.attempt {
            Attempt::Refund { .. } => Recovered::Refund(ticket.clone(), self.resume_refund(ticket).await?),
            _ => Recovered::Charge(ticket.clone(), self.resume(ticket).await?),
        })
    }
}
