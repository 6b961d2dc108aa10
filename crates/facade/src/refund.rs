//! Refunds: each is a compare-and-swap on the payment's balance, so a resent one cannot refund twice.

use kr_billing_core::outcome::Attempt;
use kr_billing_core::{
    Amount, Doubt, DoubtCause, Error, ErrorKind, Operation, Payment, PaymentId, Reach, RefundRequest, TaxSplit, Ticket,
};
use tracing::instrument;

use crate::billing::{Billing, Channel};
use crate::charge::{Armed, journal_error};
use crate::journal::{Before, Intent, Outcome, Subject, subject_of};
use crate::judge::Place;
use crate::ladder::Ladder;
use crate::outcome::{Refund, ResolvedRefund};

/// How a payment stands against a refund that was asked for.
enum Standing {
    /// The balance is what it was: not made (yet).
    Untouched,
    /// The balance is what this refund leaves, and the refund is in the history.
    Made,
    /// Anything else: another refund came between.
    Other,
}

fn standing(payment: &Payment, amount: u64, expected_balance: u64) -> Standing {
    let Some(balance) = payment.balance() else { return Standing::Other };
    // The newest refund must be ours: an older one of the same sum is another's.
    let newest = payment.cancellations.iter().map(|cancel| cancel.at).max();
    let ours = newest.is_none_or(|newest| {
        payment.cancellations.iter().any(|cancel| cancel.at == newest && cancel.amount.won() == Some(amount))
    });
    match expected_balance.checked_sub(amount) {
        _ if balance == expected_balance => Standing::Untouched,
        Some(left) if balance == left && ours => Standing::Made,
        _ => Standing::Other,
    }
}

impl Billing {
    /// Looks a payment up by its id. `None` when the provider does not know it.
    ///
    /// # Errors
    /// The channel is unknown, or the look-up failed.
    pub async fn payment(&self, channel: &kr_billing_core::ChannelName, id: &PaymentId) -> Result<Option<Payment>, Error> {
        let channel = self.channel(channel, Operation::LookUpPayment)?;
        self.look(Operation::LookUpPayment, || channel.gateway.payment(id)).await
    }

    /// All payments the provider knows under an order id. Empty is an answer.
    ///
    /// # Errors
    /// The channel is unknown, or the look-up failed.
    pub async fn payments(
        &self,
        channel: &kr_billing_core::ChannelName,
        order: &kr_billing_core::OrderId,
    ) -> Result<Vec<Payment>, Error> {
        let channel = self.channel(channel, Operation::LookUpPayment)?;
        self.look(Operation::LookUpPayment, || channel.gateway.payments(order)).await
    }

    /// Refunds a part of a payment or all that is left of it.
    ///
    /// The amount and the expected balance go out together; the provider refuses when the balance is another. So two concurrent
    /// partial refunds from one balance refund once. Asked again from the same balance, this answers with what it did before.
    ///
    /// # Errors
    /// This refund was not made: refused by a check (tax parts that nobody knows, a payment of another PG or test mark), because the
    /// balance is another already, or was asked for by another refund (`BalanceChanged`), or by the provider.
    #[instrument(name = "refund", skip_all, fields(payment = %request.payment))]
    pub async fn refund(&self, request: &RefundRequest) -> Result<Refund, Error> {
        let subject = Subject::refund(&request.payment, request.expected_balance.won());
        let parts = (&request.channel, &request.payment, request.amount, request.expected_balance, request.tax);
        let body = serde_json::json!(["refund", self.inner.account, parts]).to_string();
        if let Some(known) = self.known_answer_of_refund(&subject, &body).await? {
            return known;
        }
        let error = match self.try_refund(request, subject.clone(), body.clone()).await {
            Ok(refund) => return Ok(refund),
            Err(error) => error,
        };
        // The same refund may have been sent by another call meanwhile: then its outcome is the answer.
        match self.known_answer_of_refund(&subject, &body).await {
            Ok(Some(Ok(known))) => Ok(known),
            _ => Err(error),
        }
    }

    async fn known_answer_of_refund(&self, subject: &Subject, body: &str) -> Result<Option<Result<Refund, Error>>, Error> {
        let entry = self.inner.journal.find(subject).await.map_err(journal_error)?;
        Ok(entry.and_then(|entry| Before::known(subject, body, entry)).map(earlier_refund))
    }

    async fn try_refund(&self, request: &RefundRequest, subject: Subject, body: String) -> Result<Refund, Error> {
        let channel = self.channel(&request.channel, Operation::Refund)?;
        let tax = self.refund_tax(request).await?;
        let attempt = Attempt::Refund {
            payment: request.payment.clone(),
            amount: request.amount,
            expected_balance: request.expected_balance,
        };
        let _place = self.admitted(channel, Operation::Refund).await?;
        self.look(Operation::Token, || channel.gateway.ready()).await?;
        let before = self.is_here(channel, &request.payment).await?;
        let armed = match self.arm(channel, subject, body, attempt, Vec::new(), tax).await? {
            Ok(armed) => armed,
            Err(earlier) => return earlier_refund(earlier),
        };
        if let Some(open) = self.other_refund(&armed.intent, &request.payment).await? {
            self.write_down(&armed.intent, &Outcome::NotRefunded).await;
            return Ok(refund_in_doubt(open.ticket, DoubtCause::EarlierAttempt));
        }
        // A balance never comes back, so the provider would refuse [oa cancel]; and if that refusal were lost, the refund that somebody
        // else made before would be taken for this one.
        if let Some(balance) = before.balance().filter(|balance| *balance != request.expected_balance.won()) {
            self.write_down(&armed.intent, &Outcome::NotRefunded).await;
            let (is, not) = (Amount::Won(balance), request.expected_balance);
            let text = format!("the balance is {is} won and not {not}; read the payment again");
            return Err(Error::not_sent(Operation::Refund, ErrorKind::BalanceChanged, text));
        }
        self.send_refund(channel, &armed, request, tax).await
    }

    /// A refund of this payment whose outcome is open, from another balance. Whoever reads the balance anew after a crash may read
    /// it with that refund in it, and would refund a second time. Both store their intent first and look then.
    async fn other_refund(&self, ours: &Intent, payment: &PaymentId) -> Result<Option<Intent>, Error> {
        let open = self.inner.journal.open().await.map_err(journal_error)?;
        let other = |intent: &Intent| {
            let same = matches!(&intent.ticket.attempt, Attempt::Refund { payment: theirs, .. } if theirs == payment);
            same && intent.subject != ours.subject
        };
        Ok(open.into_iter().find(other))
    }

    /// The tax parts to state: the caller's, else those the journal has from the charge. A part of a mixed sum cannot be guessed.
    async fn refund_tax(&self, request: &RefundRequest) -> Result<Option<TaxSplit>, Error> {
        let charge = self.inner.journal.charge_of(&request.payment).await.map_err(journal_error)?;
        let Some(Intent { ticket, tax: Some(charged), .. }) = charge else { return Ok(request.tax) };
        if let Some(tax) = request.tax {
            return not_less_said(tax, charged).map(Some);
        }
        let sum = match ticket.attempt {
            Attempt::Charge { amount, .. } => Some(amount),
            _ => None,
        };
        // All of the payment at once, and so all of its parts; a rest after an earlier refund is a part.
        let whole = request.is_full() && sum == Some(request.expected_balance);
        // What has no parts has none in any share of it; what the charge left unsaid is left unsaid again.
        let simple = charged == TaxSplit::unsaid() || charged == TaxSplit::taxable();
        if simple || whole {
            return Ok(Some(charged));
        }
        let free = charged.tax_free.unwrap_or(0);
        let text = match charged.vat {
            Some(vat) => {
                format!("tax: the charge stated {free} won tax-free and {vat} won VAT; say how much of each this part holds")
            }
            None => format!("tax: the charge stated {free} won tax-free; say how much of it this part holds"),
        };
        Err(Error::not_sent(Operation::Refund, ErrorKind::InvalidInput, text))
    }

    /// Refuses to refund a payment of another PG, whose tax rules are others, or of a test channel on a live one. Another MID is no harm: it
    /// may be one that this channel had before.
    async fn is_here(&self, channel: &Channel, id: &PaymentId) -> Result<Payment, Error> {
        let refuse = |kind, text: String| Err(Error::not_sent(Operation::Refund, kind, text));
        let found = self.look(Operation::LookUpPayment, || channel.gateway.payment(id)).await;
        let Some(payment) = found.map_err(|error| error.with_reach(Reach::NotSent))? else {
            return refuse(ErrorKind::NotFound, format!("the provider does not know the payment {id}"));
        };
        let place = Place { mid: None, ..Place::of(&payment) };
        let fields: Vec<_> = place.elsewhere(channel.gateway.as_ref()).collect();
        if fields.is_empty() {
            return Ok(payment);
        }
        let text = format!("the payment {id} is on another channel than {}: its {} differ", channel.name, fields.join(", "));
        refuse(ErrorKind::Mismatch, text)
    }

    async fn send_refund(
        &self,
        channel: &Channel,
        armed: &Armed,
        request: &RefundRequest,
        tax: Option<TaxSplit>,
    ) -> Result<Refund, Error> {
        let send = || channel.gateway.refund(request, tax);
        let sent = self.send(Operation::Refund, || self.in_time(armed), send).await;
        let (amount, balance) = (request.amount.won(), request.expected_balance.won());
        match sent {
            Ok(payment) if payment.id == request.payment && matches!(standing(&payment, amount, balance), Standing::Made) => {
                self.write_down(&armed.intent, &Outcome::Refunded { payment: Box::new(payment.clone()) }).await;
                Ok(Refund::Done(Box::new(payment)))
            }
            Err(error) if error.reach() != Reach::Unclear => {
                self.write_down(&armed.intent, &Outcome::NotRefunded).await;
                Err(error)
            }
            Ok(_) | Err(_) => self.resolve_refund(channel, &armed.intent).await,
        }
    }

    /// Reads the payment until it shows what became of the refund, for a bounded time.
    async fn resolve_refund(&self, channel: &Channel, intent: &Intent) -> Result<Refund, Error> {
        let mut ladder = Ladder::start(self);
        loop {
            match self.read_refund(channel, &intent.ticket, ladder.settled()).await {
                ResolvedRefund::Done(payment) => return Ok(Refund::Done(payment)),
                ResolvedRefund::NotRefunded(_) => {
                    let text = "no answer came, and after the settle time the balance is unchanged";
                    return Err(Error::new(Operation::Refund, Reach::Refused, ErrorKind::Timeout, text));
                }
                ResolvedRefund::Unclear(payment) => {
                    let cause = DoubtCause::Mismatch { payment: payment.id, fields: vec!["cancel_amount".into()] };
                    return Ok(refund_in_doubt(intent.ticket.clone(), cause));
                }
                ResolvedRefund::StillInDoubt(_) => {}
            }
            if !ladder.next().await {
                return Ok(refund_in_doubt(intent.ticket.clone(), DoubtCause::AnswerLost));
            }
        }
    }

    async fn read_refund(&self, channel: &Channel, ticket: &Ticket, settled: bool) -> ResolvedRefund {
        let Attempt::Refund { payment: id, amount, expected_balance } = &ticket.attempt else {
            return ResolvedRefund::StillInDoubt(ticket.clone());
        };
        let read = self.look(Operation::LookUpPayment, || channel.gateway.payment(id)).await;
        let Ok(Some(payment)) = read else { return ResolvedRefund::StillInDoubt(ticket.clone()) };
        let payment = Box::new(payment);
        match standing(&payment, amount.won(), expected_balance.won()) {
            Standing::Made => {
                self.settle_ticket(ticket, &Outcome::Refunded { payment: payment.clone() }).await;
                ResolvedRefund::Done(payment)
            }
            Standing::Untouched if settled => {
                self.settle_ticket(ticket, &Outcome::NotRefunded).await;
                ResolvedRefund::NotRefunded(payment)
            }
            Standing::Untouched => ResolvedRefund::StillInDoubt(ticket.clone()),
            Standing::Other => ResolvedRefund::Unclear(payment),
        }
    }

    /// Asks again what became of a refund that was in doubt, after a restart too.
    ///
    /// # Errors
    /// Only for a ticket that is unreadable or foreign.
    #[instrument(name = "resume_refund", skip_all)]
    pub async fn resume_refund(&self, ticket: &Ticket) -> Result<ResolvedRefund, Error> {
        let channel = self.ticket_channel(ticket)?;
        if !matches!(ticket.attempt, Attempt::Refund { .. }) {
            let text = "this is not the ticket of a refund";
            return Err(Error::not_sent(Operation::Resume, ErrorKind::InvalidInput, text));
        }
        let known = self.known_refund(ticket).await;
        if let Some(Outcome::Refunded { payment }) = known {
            return Ok(ResolvedRefund::Done(payment));
        }
        Ok(match self.read_refund(channel, ticket, self.wall_ms() >= ticket.settled_at_ms).await {
            // The balance has changed since, by another refund.
            ResolvedRefund::Unclear(payment) if matches!(known, Some(Outcome::NotRefunded)) => {
                ResolvedRefund::NotRefunded(payment)
            }
            resolved => resolved,
        })
    }

    /// The outcome that the journal already has for this very refund.
    async fn known_refund(&self, ticket: &Ticket) -> Option<Outcome> {
        let entry = self.inner.journal.find(&subject_of(ticket)?).await.ok()??;
        match entry.outcome? {
            outcome if entry.intent.ticket == *ticket => Some(outcome),
            // A balance is left once: another refund from it was made, so this one was not.
            Outcome::Refunded { .. } if entry.intent.ticket.attempt != ticket.attempt => Some(Outcome::NotRefunded),
            _ => None,
        }
    }
}

/// Refuses parts that leave out what the charge has stated: a PG that was told must be told again. `[oa cancel]`
fn not_less_said(tax: TaxSplit, charged: TaxSplit) -> Result<TaxSplit, Error> {
    let refuse = |field| {
        let text = format!("tax: the charge stated its {field}, so this refund must state its own, 0 if it has none");
        Err(Error::not_sent(Operation::Refund, ErrorKind::InvalidInput, text))
    };
    match (charged, tax) {
        (TaxSplit { vat: Some(_), .. }, TaxSplit { vat: None, .. }) => refuse("VAT"),
        (TaxSplit { tax_free: Some(1..), .. }, TaxSplit { tax_free: None, .. }) => refuse("tax-free part"),
        _ => Ok(tax),
    }
}

/// The answer when a refund from this balance stands in the journal.
fn earlier_refund(before: Before) -> Result<Refund, Error> {
    let (entry, same) = match before {
        Before::Replay(entry) => (entry, true),
        Before::Conflict(entry) => (entry, false),
        Before::New => return Err(Error::not_sent(Operation::Journal, ErrorKind::Journal, "the journal contradicts itself")),
    };
    match (entry.outcome, same) {
        (Some(Outcome::Refunded { payment }), true) => Ok(Refund::Done(payment)),
        (None, _) => Ok(refund_in_doubt(entry.intent.ticket, DoubtCause::EarlierAttempt)),
        (Some(Outcome::Dismissed), true) => Ok(refund_in_doubt(entry.intent.ticket, DoubtCause::Dismissed)),
        _ => {
            let text = "another refund was asked for from this balance; read the payment again and start from its balance";
            Err(Error::not_sent(Operation::Refund, ErrorKind::BalanceChanged, text))
        }
    }
}

fn refund_in_doubt(ticket: Ticket, cause: DoubtCause) -> Refund {
    let detail = match cause {
        DoubtCause::EarlierAttempt => "an earlier refund of this payment is in doubt; nothing was sent; resume that one's ticket",
        DoubtCause::Dismissed => "this refund was closed by hand with its outcome unknown; nothing was sent now",
        _ => "it is not known whether the refund was made; resume the ticket later",
    };
    Refund::InDoubt(Box::new(Doubt { ticket, cause, detail: detail.to_owned() }))
}
