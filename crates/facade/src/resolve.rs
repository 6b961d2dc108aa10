//! Clearing a doubt: looking an order up until the provider shows what became of it, for a bounded time.

use kr_billing_core::outcome::Attempt;
use kr_billing_core::{
    Claim, CodeClass, Decline, DoubtCause, Error, ErrorKind, Failure, KeyStored, Operation, Paid, Payment, Reach, Resolved,
    Ticket,
};
use tracing::instrument;

use crate::billing::{Billing, Channel, belongs};
use crate::journal::{self, Intent, Outcome, Subject};
use crate::judge::{Question, Verdict, read};
use crate::ladder::Ladder;

/// What was found out about a charge.
#[derive(Debug)]
pub(crate) enum Found {
    Paid { payment: Payment, by_look_up: bool },
    Declined(Decline),
    NotCharged,
    Mismatch { payment: Payment, fields: Vec<String> },
    Doubt(DoubtCause),
}

impl Billing {
    /// Looks an order up on a ladder of waits. `answered` is the refusal the provider gave, if it gave one: a listed decline
    /// needs one look-up, everything else needs the settle time.
    pub(crate) async fn resolve(
        &self,
        channel: &Channel,
        ticket: &Ticket,
        answered: Option<Failure>,
        cause: DoubtCause,
    ) -> Found {
        let mut ladder = Ladder::start(self);
        loop {
            match self.look_once(channel, ticket, answered.as_ref(), &cause, ladder.settled()).await {
                Ok(Some(found)) => return found,
                Ok(None) => self.inner.limits.earned(),
                Err(error) => {
                    tracing::warn!(kind = ?error.kind(), "the look-up failed");
                    if !self.inner.limits.may_ask_again() {
                        return Found::Doubt(cause);
                    }
                }
            }
            if !ladder.next().await {
                return Found::Doubt(cause);
            }
        }
    }

    /// One look-up. `None`: nothing can be said yet. `settled`: the settle time has passed, so silence is proof.
    async fn look_once(
        &self,
        channel: &Channel,
        ticket: &Ticket,
        answered: Option<&Failure>,
        cause: &DoubtCause,
        settled: bool,
    ) -> Result<Option<Found>, Error> {
        let Some(question) = Question::of(ticket) else { return Ok(None) };
        let records = channel.gateway.payments(question.order).await?;
        let refusal = answered.filter(|failure| matches!(failure.class, CodeClass::Decline(_)));
        let claim = match cause {
            DoubtCause::Duplicate => Some(Claim::Duplicate),
            DoubtCause::Mismatch { .. } => Some(Claim::Mismatch),
            _ => ticket.claim,
        };
        Ok(match read(&question, records, channel.gateway.as_ref()) {
            Verdict::Paid(payment) => Some(Found::Paid { payment, by_look_up: true }),
            Verdict::Mismatch(payment, _) if matches!(cause, DoubtCause::Duplicate) => {
                Some(Found::Doubt(DoubtCause::OrderTaken { payment: Some(payment.id) }))
            }
            Verdict::Mismatch(payment, fields) => Some(Found::Mismatch { payment, fields }),
            Verdict::Open => None,
            // A window's, most likely. Nobody says that a charge which stored its card is not recorded so, too.
            Verdict::NothingCaptured { failed: None, issued: Some(payment) } if claim == Some(Claim::Duplicate) => {
                Some(Found::Doubt(DoubtCause::OrderTaken { payment: Some(payment) }))
            }
            Verdict::NothingCaptured { failed, .. } => {
                let payment = failed.as_ref().map(|record| record.id.clone());
                let failure = failed.as_ref().and_then(|record| record.failure.as_ref());
                // What was claimed stays open, unless a failed record says the very same of itself.
                let unclaimed = match claim {
                    None => true,
                    Some(Claim::Duplicate) => failure.is_some_and(|failure| failure.class == CodeClass::Duplicate),
                    Some(_) => false,
                };
                match (refusal, failed.is_some()) {
                    // A listed no; a failed record that says the same is its own.
                    (Some(no), _) => {
                        let same = failure.is_some_and(|failure| failure.pg_code == no.pg_code);
                        Some(Found::Declined(question.decline(Some(no), payment.filter(|_| same))))
                    }
                    (None, true) if settled && unclaimed => Some(Found::Declined(question.decline(failure, payment))),
                    (None, false) if settled && claim.is_none() => Some(match answered {
                        Some(_) => Found::Declined(question.decline(answered, None)),
                        None => Found::NotCharged,
                    }),
                    _ => None,
                }
            }
        })
    }

    /// Whether a kept card was stored: a question of its own. After a lost answer "not there" is not yet proof.
    pub(crate) async fn key_stored(&self, channel: &Channel, ticket: &Ticket, found: bool) -> KeyStored {
        let Attempt::Charge { keep: Some(keep), .. } = &ticket.attempt else { return KeyStored::NotAsked };
        let ask = || channel.gateway.billing_key(keep);
        match self.look(Operation::LookUpKey, ask).await {
            Ok(Some(stored)) if belongs(&stored, channel.gateway.as_ref()) => KeyStored::Stored,
            Ok(Some(_)) => {
                tracing::error!(key = %keep, "the card is kept on another channel than the one that was charged");
                KeyStored::Unknown
            }
            Ok(None) if !found || self.wall_ms() >= ticket.settled_at_ms => KeyStored::NotStored,
            _ => KeyStored::Unknown,
        }
    }

    /// A known payment, with the question of its kept card asked again where it was left open.
    pub(crate) async fn with_key_asked(&self, channel: &Channel, ticket: &Ticket, mut paid: Box<Paid>) -> Box<Paid> {
        if paid.key == KeyStored::Unknown {
            paid.key = self.key_stored(channel, ticket, true).await;
        }
        paid
    }

    /// Asks again what became of a charge that was in doubt, after a restart too. One look-up; call it from a worker until it is
    /// settled. What the journal has as unpaid is looked up, too, before it is said again.
    ///
    /// # Errors
    /// Only for a ticket that is unreadable or foreign: another version, another kind, or a channel that is not configured. A
    /// look-up that fails is [`Resolved::StillInDoubt`].
    #[instrument(name = "resume", skip_all, fields(order = ticket.order().map(tracing::field::display)))]
    pub async fn resume(&self, ticket: &Ticket) -> Result<Resolved, Error> {
        let channel = self.ticket_channel(ticket)?;
        let ticket = &self.as_stored(ticket).await;
        if Question::of(ticket).is_none() {
            let text = "this is not the ticket of a charge; use resume_refund or resume_issue";
            return Err(Error::not_sent(Operation::Resume, ErrorKind::InvalidInput, text));
        }
        let beside = self.other_kind_is_taken(ticket).await;
        match self.settled_before(ticket).await {
            Some(Resolved::Paid(paid)) => return Ok(Resolved::Paid(self.with_key_asked(channel, ticket, paid).await)),
            Some(open @ Resolved::StillInDoubt(_)) if !beside => return Ok(open),
            // A booking, or somebody else, may have paid the order since.
            Some(unpaid) if !beside => {
                return Ok(match self.stands(channel, ticket).await {
                    Some(found) => self.resolved(channel, ticket, found).await,
                    None => unpaid,
                });
            }
            // What became of this attempt says nothing of the order any more.
            _ => {}
        }
        let settled = self.wall_ms() >= ticket.settled_at_ms;
        let look = || self.look_once(channel, ticket, None, &DoubtCause::AnswerLost, settled);
        let resolved = match self.look(Operation::LookUpPayment, look).await {
            Ok(Some(found)) => self.resolved(channel, ticket, found).await,
            Ok(None) | Err(_) => Resolved::StillInDoubt(ticket.clone()),
        };
        self.write_resolved(ticket, &resolved).await;
        let unpaid = matches!(resolved, Resolved::Declined(_) | Resolved::NotCharged);
        if unpaid && (beside || self.overtaken(ticket).await) {
            return Ok(Resolved::StillInDoubt(ticket.clone()));
        }
        Ok(resolved)
    }

    async fn resolved(&self, channel: &Channel, ticket: &Ticket, found: Found) -> Resolved {
        match found {
            Found::Paid { payment, by_look_up } => {
                Resolved::Paid(Box::new(self.paid(channel, ticket, payment, by_look_up).await))
            }
            Found::Declined(decline) => Resolved::Declined(decline),
            Found::NotCharged => Resolved::NotCharged,
            Found::Mismatch { payment, fields } => Resolved::Mismatch { payment: Box::new(payment), fields },
            Found::Doubt(_) => Resolved::StillInDoubt(ticket.clone()),
        }
    }

    /// Whether the journal has an attempt of the other kind, open or paid, under a ticket's order: a retry for a charge, or a charge for
    /// a retry.
    async fn other_kind_is_taken(&self, ticket: &Ticket) -> bool {
        let other = match &ticket.attempt {
            Attempt::Charge { order, .. } => Subject::retry(order),
            Attempt::Retry { order, .. } => Subject::charge(order),
            _ => return false,
        };
        matches!(self.taken(&other).await, Ok(Some(_)))
    }

    /// Whether somebody has sent this order again since, and may have been paid: resumed once more, the ticket will tell.
    async fn overtaken(&self, ticket: &Ticket) -> bool {
        let Some(subject) = journal::subject_of(ticket) else { return false };
        let taken = self.taken(&subject).await;
        taken.is_ok_and(|entry| entry.is_some_and(|entry| entry.intent.ticket != *ticket))
    }

    /// The ticket as the journal has it: what was claimed of its attempt may have been learnt after the ticket was handed out. What
    /// only the ticket knows, since the journal could not be written then, goes into the journal now, and counts in any case.
    pub(crate) async fn as_stored(&self, ticket: &Ticket) -> Ticket {
        let plain = |ticket: &Ticket| Ticket { claim: None, ..ticket.clone() };
        let Some(subject) = journal::subject_of(ticket) else { return ticket.clone() };
        match self.inner.journal.find(&subject).await {
            Ok(Some(entry)) if plain(&entry.intent.ticket) == plain(ticket) => {
                let stored = entry.intent.ticket;
                let paid = matches!(entry.outcome, Some(Outcome::Paid { .. }));
                if paid || stored.claim.is_some() || ticket.claim.is_none() {
                    return stored;
                }
                self.write_claim(&subject, &stored, ticket).await;
                ticket.clone()
            }
            _ => ticket.clone(),
        }
    }

    /// Writes what the provider has claimed of an open attempt. Whether it could be: if not, it is on the ticket that is handed out.
    pub(crate) async fn write_claim(&self, subject: &Subject, stored: &Ticket, learnt: &Ticket) -> bool {
        let written = self.inner.journal.amend(subject, stored, learnt).await;
        written.inspect_err(|error| tracing::error!(%subject, %error, "the claim could not be written to the journal")).is_ok()
    }

    /// A ticket's channel, if the ticket is one of ours.
    pub(crate) fn ticket_channel(&self, ticket: &Ticket) -> Result<&Channel, Error> {
        if ticket.version != Ticket::VERSION {
            let text = format!("the ticket has version {}, this build reads version {}", ticket.version, Ticket::VERSION);
            return Err(Error::not_sent(Operation::Resume, ErrorKind::InvalidInput, text));
        }
        if let (Some(theirs), Some(ours)) = (ticket.account, self.inner.account)
            && theirs != ours
        {
            let text = "the ticket is of another account than this one (imp_key); only that one knows what became of it";
            return Err(Error::not_sent(Operation::Resume, ErrorKind::InvalidInput, text));
        }
        self.channel(&ticket.channel, Operation::Resume)
    }

    /// The outcome that the journal already has for this very attempt.
    async fn settled_before(&self, ticket: &Ticket) -> Option<Resolved> {
        let subject = journal::subject_of(ticket)?;
        let entry = self.inner.journal.find(&subject).await.ok()??;
        if entry.intent.ticket != *ticket {
            // Another attempt under this order is open: whatever became of this one, the order may still be paid.
            return entry.outcome.is_none().then(|| Resolved::StillInDoubt(ticket.clone()));
        }
        Some(match entry.outcome? {
            Outcome::Paid { paid } => Resolved::Paid(paid),
            Outcome::Declined { decline } => Resolved::Declined(decline),
            Outcome::NotCharged => Resolved::NotCharged,
            Outcome::Refunded { .. } | Outcome::NotRefunded | Outcome::Dismissed => return None,
        })
    }

    async fn write_resolved(&self, ticket: &Ticket, resolved: &Resolved) {
        let outcome = match resolved {
            Resolved::Paid(paid) => Outcome::Paid { paid: paid.clone() },
            Resolved::Declined(decline) => Outcome::Declined { decline: decline.clone() },
            Resolved::NotCharged => Outcome::NotCharged,
            Resolved::Mismatch { .. } | Resolved::StillInDoubt(_) => return,
        };
        self.settle_ticket(ticket, &outcome).await;
    }

    /// Writes the outcome of a ticket's attempt, if a journal knows it.
    pub(crate) async fn settle_ticket(&self, ticket: &Ticket, outcome: &Outcome) {
        let Some(subject) = journal::subject_of(ticket) else { return };
        let intent = Intent { subject, body: String::new(), ticket: ticket.clone(), send_by_ms: 0, tax: None };
        self.write_down(&intent, outcome).await;
    }

    /// The error of a call that must not be made because something is unclear.
    pub(crate) fn unclear(operation: Operation, text: impl Into<String>) -> Error {
        Error::new(operation, Reach::Unclear, ErrorKind::Timeout, text)
    }
}
