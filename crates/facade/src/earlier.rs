//! What an earlier attempt under the same order means for this one: its outcome, a doubt, or nothing at all.

use kr_billing_core::outcome::Attempt;
use kr_billing_core::{ChannelName, Charge, DoubtCause, Error, ErrorKind, Operation, Ticket};

use crate::billing::{Billing, Channel};
use crate::charge::{Refused, in_doubt, journal_error};
use crate::journal::{Before, Entry, Intent, Outcome, Subject};

impl Billing {
    /// The answer the journal has for this request, before anything is asked of the provider. What it has as unpaid, or closed by a
    /// person, is looked up once: a booking, or the provider's own recovery, may have paid the order since.
    pub(crate) async fn known_answer(
        &self,
        channel: &Channel,
        subject: &Subject,
        body: &str,
        attempt: &Attempt,
    ) -> Result<Option<Charge>, Refused> {
        let entry = self.inner.journal.find(subject).await.map_err(|error| (journal_error(error), None))?;
        let Some(known) = entry.and_then(|entry| Before::known(subject, body, entry)) else { return Ok(None) };
        let earlier = match &known {
            Before::Replay(entry) | Before::Conflict(entry) => {
                entry.outcome.as_ref().map(|outcome| (outcome, &entry.intent.ticket))
            }
            Before::New => None,
        };
        let unpaid = |outcome: &Outcome| matches!(outcome, Outcome::Dismissed | Outcome::Declined { .. } | Outcome::NotCharged);
        if let Attempt::Charge { order, .. } = attempt
            && let Some((outcome, ticket)) = earlier.filter(|(outcome, _)| unpaid(outcome))
        {
            match self.standing(channel, attempt, order).await {
                Ok(Err(found)) => return Ok(Some(found)),
                // Said again now, "declined" would allow another order id for what may be paid.
                Err(_) if !matches!(outcome, Outcome::Dismissed) => {
                    let ticket = Ticket { attempt: attempt.clone(), channel: channel.name.clone(), ..ticket.clone() };
                    return Ok(Some(in_doubt(ticket, DoubtCause::EarlierAttempt)));
                }
                _ => {}
            }
        }
        let ticket = match &known {
            Before::Replay(entry) => Some(entry.intent.ticket.clone()),
            _ => None,
        };
        Ok(Some(match (earlier_answer(known, Some(&channel.name), attempt.clone())?, ticket) {
            (Charge::Paid(paid), Some(ticket)) => Charge::Paid(self.with_key_asked(channel, &ticket, paid).await),
            (answer, _) => answer,
        }))
    }

    /// The answer to a request that names no channel of ours: an order that is or may be paid is no plain error even then.
    pub(crate) async fn despite(&self, subject: &Subject, attempt: Attempt, error: Error) -> Result<Charge, Refused> {
        let entry = self.inner.journal.find(subject).await.map_err(|error| (journal_error(error), None))?;
        let Some(entry) = entry else { return Err((error, None)) };
        match earlier_answer(Before::Conflict(Box::new(entry)), None, attempt) {
            Ok(doubt) => Ok(doubt),
            Err((_, earlier)) => Err((error, earlier)),
        }
    }

    /// Gives way to an attempt of the other kind under the same order that is open or paid, the charge to a schedule's retry and
    /// the retry to a charge. Both store their intent first and look then, so at least one of them sees the other.
    pub(crate) async fn gives_way(&self, intent: &Intent, other: &Subject) -> Result<Option<Charge>, Error> {
        let doubt = self.in_the_way(other, Some(&intent.ticket.channel), &intent.ticket.attempt).await?;
        if doubt.is_some() {
            self.write_down(intent, &Outcome::NotCharged).await;
        }
        Ok(doubt)
    }

    /// The doubt about an attempt when the journal has one of the other kind, open or paid, under its order. It asks about this attempt,
    /// since the other's payment may be another sum, by another key.
    pub(crate) async fn in_the_way(
        &self,
        other: &Subject,
        channel: Option<&ChannelName>,
        attempt: &Attempt,
    ) -> Result<Option<Charge>, Error> {
        let Some(Entry { intent: theirs, outcome }) = self.taken(other).await? else { return Ok(None) };
        let ticket = about(channel, attempt.clone(), theirs.ticket);
        Ok(Some(match outcome {
            None => in_doubt(ticket, DoubtCause::EarlierAttempt),
            Some(outcome) => in_doubt(ticket, DoubtCause::OrderTaken { payment: outcome.paid_payment().cloned() }),
        }))
    }

    /// What the journal has under a subject that may not be sent: an attempt that is open, paid, or closed by a person.
    pub(crate) async fn taken(&self, subject: &Subject) -> Result<Option<Entry>, Error> {
        let entry = self.inner.journal.find(subject).await.map_err(journal_error)?;
        let takes = |outcome: &Outcome| matches!(outcome, Outcome::Paid { .. } | Outcome::Dismissed);
        Ok(entry.filter(|entry| entry.outcome.as_ref().is_none_or(takes)))
    }

    /// The answer of an attempt that is not sent, when somebody else has taken its subject over meanwhile: while this program stood
    /// still, another may have recovered the intent and sent the order itself.
    pub(crate) async fn overtaker(&self, intent: &Intent) -> Option<Charge> {
        let entry = self.taken(&intent.subject).await.ok()??;
        if entry.intent.ticket == intent.ticket {
            return None;
        }
        let known = Before::known(&intent.subject, &intent.body, entry)?;
        earlier_answer(known, Some(&intent.ticket.channel), intent.ticket.attempt.clone()).ok()
    }
}

/// The answer when somebody was there before: the known outcome for the same request, doubt for an order that is or may be paid,
/// and a refusal with the earlier outcome only where it is known that nothing was charged.
///
/// A doubt about another request's order asks about *this* request, on its channel if it has one of ours, so that resuming it can
/// never take the other's payment for this one's.
pub(crate) fn earlier_answer(before: Before, channel: Option<&ChannelName>, attempt: Attempt) -> Result<Charge, Refused> {
    let (entry, same) = match before {
        Before::Replay(entry) => (entry, true),
        Before::Conflict(entry) => (entry, false),
        Before::New => {
            let text = "the journal contradicts itself";
            return Err((Error::not_sent(Operation::Journal, ErrorKind::Journal, text), None));
        }
    };
    let Entry { intent, outcome } = *entry;
    let ticket = if same { intent.ticket } else { about(channel, attempt, intent.ticket) };
    match (outcome, same) {
        (None, _) => Ok(in_doubt(ticket, DoubtCause::EarlierAttempt)),
        (Some(Outcome::Dismissed), true) => Ok(in_doubt(ticket, DoubtCause::Dismissed)),
        (Some(Outcome::Dismissed), false) => Ok(in_doubt(ticket, DoubtCause::OrderTaken { payment: None })),
        (Some(Outcome::Paid { paid }), true) => Ok(Charge::Paid(paid)),
        (Some(Outcome::Declined { decline }), true) => Ok(Charge::Declined(decline)),
        (Some(Outcome::Paid { paid }), false) => Ok(in_doubt(ticket, DoubtCause::OrderTaken { payment: Some(paid.payment.id) })),
        (Some(earlier), _) => {
            let text = "the order id stands for another request, which was not charged; take a new order id for a changed one";
            Err((Error::not_sent(Operation::Charge, ErrorKind::OrderConflict, text), Some(Box::new(earlier))))
        }
    }
}

/// The question of another request under the order that a ticket is about.
fn about(channel: Option<&ChannelName>, attempt: Attempt, theirs: Ticket) -> Ticket {
    let channel = channel.cloned().unwrap_or(theirs.channel);
    Ticket { channel, attempt, ..theirs }
}
