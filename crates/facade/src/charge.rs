//! Charging: intent first, one send, and no answer believed that was not compared with the question.

use std::time::Duration;

use kr_billing_core::outcome::Attempt;
use kr_billing_core::{
    Answer, Charge, ChargeMethod, ChargeRequest, Claim, CodeClass, Doubt, DoubtCause, Error, ErrorKind, Failure, Operation,
    OrderId, Paid, Payment, PaymentId, PaymentStatus, Reach, TaxSplit, Ticket,
};
use tokio::sync::SemaphorePermit;
use tracing::instrument;

use crate::billing::{Billing, Channel, millis};
use crate::earlier::earlier_answer;
use crate::journal::{Before, Intent, Outcome, Subject};
use crate::judge::{Question, Verdict, read};
use crate::outcome::NotCharged;
use crate::resolve::Found;

/// An intent that is stored, and when it was.
pub(crate) struct Armed {
    pub(crate) intent: Intent,
    stored_at: Duration,
}

/// Why nothing was charged, with the outcome of the earlier request that stood in the way.
pub(crate) type Refused = (Error, Option<Box<Outcome>>);

/// What a money call comes to: an outcome, or the error that proves that nothing happened.
pub(crate) type Concluded = Result<Charge, Error>;

impl Billing {
    /// Charges.
    ///
    /// `Ok` holds the three outcomes a merchant must tell apart. `Err` means that nothing was charged and that no paid or open
    /// payment is known under this order id; it gives the request back.
    ///
    /// The same request under the same order id returns the known outcome and sends nothing, among all who share the journal.
    ///
    /// # Errors
    /// [`NotCharged`]: refused by a check, by the journal (the order id stands for another request), by the provider with proof
    /// that it did not act, or not sent at all.
    #[instrument(name = "charge", skip_all, fields(order = %request.order))]
    pub async fn charge(&self, request: ChargeRequest) -> Result<Charge, NotCharged> {
        let answer = self.try_charge(&request).await;
        if matches!(answer, Ok(Charge::Paid(_) | Charge::InDoubt(_))) {
            return answer.map_err(|(error, _)| NotCharged::new(error, None));
        }
        // Where a retry of the order's schedule is open or paid, there is neither a decline nor a plain error.
        let channel = self.charge_channel(&request).ok().map(|channel| &channel.name);
        match self.in_the_way(&Subject::retry(&request.order), channel, &attempt(&request)).await {
            Ok(Some(doubt)) => Ok(doubt),
            _ => answer.map_err(|(error, earlier)| NotCharged::new(error, Some(request)).with_earlier(earlier)),
        }
    }

    async fn try_charge(&self, request: &ChargeRequest) -> Result<Charge, Refused> {
        let plain = |error| (error, None);
        let subject = Subject::charge(&request.order);
        let attempt = attempt(request);
        let channel = match self.charge_channel(request) {
            Ok(channel) => channel,
            Err(error) => return self.despite(&subject, attempt, error).await,
        };
        let body = self.body(request, channel);
        if let Some(answer) = self.known_answer(channel, &subject, &body, &attempt).await? {
            return Ok(answer);
        }
        let tax = Some(request.tax);
        let (_place, known) = match self.prepared(channel, request, &attempt).await {
            Ok((place, Ok(known))) => (place, known),
            Ok((_, Err(answer))) => return Ok(self.listed(channel, subject, body, tax, answer).await),
            // Another call for the same may have been sent while this one waited: then its outcome is the answer.
            Err(error) => {
                let known = self.known_answer(channel, &subject, &body, &attempt).await?;
                return known.ok_or((error, None));
            }
        };
        let armed = match self.arm(channel, subject, body, attempt.clone(), known, tax).await.map_err(plain)? {
            Ok(armed) => armed,
            Err(entry) => return earlier_answer(entry, Some(&channel.name), attempt),
        };
        if let Some(doubt) = self.gives_way(&armed.intent, &Subject::retry(&request.order)).await.map_err(plain)? {
            return Ok(doubt);
        }
        let in_time = || self.in_time(&armed);
        let answer = self.send(Operation::Charge, in_time, || channel.gateway.charge(request)).await;
        self.conclude(channel, &armed.intent, answer).await.map_err(plain)
    }

    /// Everything that comes before the intent: checks, the account's channel for a card, a turn, a place, a token, and what stands under
    /// the order and the key.
    async fn prepared(
        &self,
        channel: &Channel,
        request: &ChargeRequest,
        attempt: &Attempt,
    ) -> Result<(SemaphorePermit<'_>, Result<Vec<PaymentId>, Charge>), Error> {
        channel.gateway.check_charge(request)?;
        let by_card = !matches!(request.method, ChargeMethod::Key(_));
        if by_card && let Some(key_in) = channel.gateway.issue_path().key_in() {
            self.look(Operation::ReadAccount, || key_in.ready()).await?;
        }
        let place = self.admitted(channel, Operation::Charge).await?;
        self.look(Operation::Token, || channel.gateway.ready()).await?;
        let standing = self.standing(channel, attempt, &request.order).await?;
        if standing.is_ok() {
            self.key_is_free(channel, request).await?;
        }
        Ok((place, standing))
    }

    /// What makes two requests the same: everything that decides about money, and no card data.
    fn body(&self, request: &ChargeRequest, channel: &Channel) -> String {
        let method = match &request.method {
            ChargeMethod::Key(key) => format!("key {}", key.id),
            ChargeMethod::Card { .. } => "card".to_owned(),
            ChargeMethod::CardAndKeep { key, .. } => format!("card, kept as {key}"),
        };
        let parts = serde_json::json!([
            "charge",
            self.inner.account,
            channel.name,
            request.order,
            request.amount,
            "KRW",
            method,
            request.name,
            request.tax,
            request.installment,
            request.interest_free,
            request.use_card_point
        ]);
        parts.to_string()
    }

    fn charge_channel(&self, request: &ChargeRequest) -> Result<&Channel, Error> {
        match &request.method {
            ChargeMethod::Key(key) => self.channel(&key.channel, Operation::Charge),
            ChargeMethod::Card { channel, .. } | ChargeMethod::CardAndKeep { channel, .. } => {
                self.issuing_channel(channel.as_ref(), Operation::Charge)
            }
        }
    }

    /// A card that is to be kept must get an id of its own, else nobody could tell whether it was stored.
    async fn key_is_free(&self, channel: &Channel, request: &ChargeRequest) -> Result<(), Error> {
        let ChargeMethod::CardAndKeep { key, .. } = &request.method else { return Ok(()) };
        let used = self.look(Operation::LookUpKey, || channel.gateway.billing_key(key)).await;
        if used.map_err(|error| error.with_reach(Reach::NotSent))?.is_none() {
            return Ok(());
        }
        let text = format!("the billing key id {key} is in use; take a new one for another card");
        Err(Error::not_sent(Operation::Charge, ErrorKind::InvalidInput, text))
    }

    /// The payments that stand under this order before the send, by one look-up: what failed before is never this attempt's. The
    /// inner `Err` is the answer when one of them is paid or open: then nothing is sent.
    pub(crate) async fn standing(
        &self,
        channel: &Channel,
        attempt: &Attempt,
        order: &OrderId,
    ) -> Result<Result<Vec<PaymentId>, Charge>, Error> {
        let ask = || channel.gateway.payments(order);
        let records = self.look(Operation::LookUpPayment, ask).await.map_err(|error| error.with_reach(Reach::NotSent))?;
        let known: Vec<_> = records.iter().map(|record| record.id.clone()).collect();
        let ticket = self.ticket(channel, attempt.clone(), known.clone());
        let Some(question) = Question::of(&ticket) else { return Ok(Ok(known)) };
        Ok(match read(&question, records, channel.gateway.as_ref()) {
            Verdict::NothingCaptured { .. } => Ok(known),
            Verdict::Paid(payment) => {
                let paid = self.paid(channel, &ticket, payment, true).await;
                Err(Charge::Paid(Box::new(paid)))
            }
            Verdict::Mismatch(payment, _) => {
                let cause = DoubtCause::OrderTaken { payment: Some(payment.id) };
                Err(in_doubt(Ticket { claim: Some(Claim::Mismatch), ..ticket }, cause))
            }
            Verdict::Open => Err(in_doubt(ticket, DoubtCause::EarlierAttempt)),
        })
    }

    /// A doubt about a payment that stands open at the provider goes into the journal, too, as an intent that nobody sends: so
    /// `recover` lists it until it is settled. Where the journal cannot be written, it is a doubt all the same.
    pub(crate) async fn listed(
        &self,
        channel: &Channel,
        subject: Subject,
        body: String,
        tax: Option<TaxSplit>,
        answer: Charge,
    ) -> Charge {
        let doubt = match answer {
            Charge::InDoubt(doubt) if doubt.cause == DoubtCause::EarlierAttempt => doubt,
            other => return other,
        };
        let Ticket { attempt, known, .. } = doubt.ticket.clone();
        match self.arm(channel, subject, body, attempt, known, tax).await {
            Ok(Ok(armed)) => return in_doubt(armed.intent.ticket, DoubtCause::EarlierAttempt),
            Ok(Err(_earlier)) => {}
            Err(error) => tracing::error!(%error, "the doubt could not be written to the journal"),
        }
        Charge::InDoubt(doubt)
    }

    /// The question to ask later about an attempt that starts now.
    pub(crate) fn ticket(&self, channel: &Channel, attempt: Attempt, known: Vec<PaymentId>) -> Ticket {
        let now = self.wall_ms();
        Ticket {
            version: Ticket::VERSION,
            channel: channel.name.clone(),
            account: self.inner.account,
            attempt,
            sent_at_ms: now,
            settled_at_ms: now.saturating_add(millis(self.inner.policy.proof_after())),
            known,
            claim: None,
        }
    }

    /// Stores the intent. The inner `Err` is the journal's own answer: somebody was there before.
    pub(crate) async fn arm(
        &self,
        channel: &Channel,
        subject: Subject,
        body: String,
        attempt: Attempt,
        known: Vec<PaymentId>,
        tax: Option<TaxSplit>,
    ) -> Result<Result<Armed, Before>, Error> {
        let stored_at = self.inner.clock.monotonic();
        let ticket = self.ticket(channel, attempt, known);
        let send_by_ms = ticket.sent_at_ms.saturating_add(millis(self.inner.policy.send_within));
        let intent = Intent { subject, body, ticket, send_by_ms, tax };
        match self.inner.journal.before_send(&intent).await.map_err(journal_error)? {
            Before::New => Ok(Ok(Armed { intent, stored_at })),
            earlier => Ok(Err(earlier)),
        }
    }

    /// Whether a stored intent may still be sent, by both clocks.
    pub(crate) fn in_time(&self, armed: &Armed) -> bool {
        let passed = self.inner.clock.monotonic().saturating_sub(armed.stored_at);
        passed <= self.inner.policy.send_within && self.wall_ms() <= armed.intent.send_by_ms
    }

    /// Turns what was heard into an outcome, and writes it down.
    pub(crate) async fn conclude(&self, channel: &Channel, intent: &Intent, answer: Result<Answer, Error>) -> Concluded {
        let learnt = self.claimed(channel, intent, &answer).await;
        let intent = learnt.as_ref().unwrap_or(intent);
        let found = match answer {
            Ok(Answer::Recorded(payment)) => self.weigh_record(channel, intent, *payment).await,
            Ok(Answer::Refused(failure)) => {
                let cause = match failure.class {
                    CodeClass::Duplicate => DoubtCause::Duplicate,
                    _ => DoubtCause::UnknownOutcome,
                };
                self.resolve(channel, &intent.ticket, Some(failure), cause).await
            }
            Err(error) if error.reach() == Reach::Unclear => {
                tracing::warn!(kind = ?error.kind(), "no usable answer; looking the order up");
                self.resolve(channel, &intent.ticket, None, DoubtCause::AnswerLost).await
            }
            Err(error) => match self.weigh_error(channel, intent, &error).await {
                Some(found) => found,
                None => {
                    self.write_down(intent, &Outcome::NotCharged).await;
                    return self.overtaker(intent).await.ok_or(error);
                }
            },
        };
        self.outcome(channel, intent, found).await
    }

    /// What the provider claims goes into the journal before anything else is asked: a caller that leaves now would leave a silence
    /// behind that clears it. `None` when nothing is claimed, or the journal fails.
    async fn claimed(&self, channel: &Channel, intent: &Intent, answer: &Result<Answer, Error>) -> Option<Intent> {
        let claim = match answer {
            Ok(Answer::Refused(failure)) if failure.class == CodeClass::Duplicate => Claim::Duplicate,
            Ok(Answer::Recorded(payment)) => {
                let differs = |question: Question<'_>| !question.differences(payment, channel.gateway.as_ref()).is_empty();
                Question::of(&intent.ticket).is_some_and(differs).then_some(Claim::Mismatch)?
            }
            _ => return None,
        };
        let ticket = Ticket { claim: Some(claim), ..intent.ticket.clone() };
        let written = self.write_claim(&intent.subject, &intent.ticket, &ticket).await;
        written.then(|| Intent { ticket, ..intent.clone() })
    }

    /// An error that says that this call did not act says nothing of the order: somebody else, the provider's own scheduler among
    /// them, may have paid it meanwhile. One look-up tells; `None` when nothing is paid or open.
    async fn weigh_error(&self, channel: &Channel, intent: &Intent, error: &Error) -> Option<Found> {
        if error.reach() != Reach::Refused || matches!(error.kind(), ErrorKind::Unauthorized | ErrorKind::RateLimited) {
            return None;
        }
        self.stands(channel, &intent.ticket).await
    }

    /// What stands under a ticket's order by one look-up: a payment, or a doubt. `None` when nothing is paid or open.
    pub(crate) async fn stands(&self, channel: &Channel, ticket: &Ticket) -> Option<Found> {
        let question = Question::of(ticket)?;
        let ask = || channel.gateway.payments(question.order);
        let Ok(records) = self.look(Operation::LookUpPayment, ask).await else {
            return Some(Found::Doubt(DoubtCause::UnknownOutcome));
        };
        match read(&question, records, channel.gateway.as_ref()) {
            Verdict::Paid(payment) => Some(Found::Paid { payment, by_look_up: true }),
            Verdict::Mismatch(payment, fields) => Some(Found::Mismatch { payment, fields }),
            Verdict::Open => Some(Found::Doubt(DoubtCause::UnknownOutcome)),
            Verdict::NothingCaptured { .. } => None,
        }
    }

    async fn weigh_record(&self, channel: &Channel, intent: &Intent, payment: Payment) -> Found {
        let ticket = &intent.ticket;
        let Some(question) = Question::of(ticket) else { return Found::Doubt(DoubtCause::UnknownOutcome) };
        let fields = question.differences(&payment, channel.gateway.as_ref());
        if !fields.is_empty() {
            tracing::error!(payment = %payment.id, ?fields, "the answer is not about what was asked for");
            let cause = DoubtCause::Mismatch { payment: payment.id, fields };
            return self.resolve(channel, ticket, None, cause).await;
        }
        let ours = !ticket.known.contains(&payment.id);
        match (&payment.status, &payment.failure) {
            (PaymentStatus::Paid | PaymentStatus::Cancelled, _) => Found::Paid { payment, by_look_up: !ours },
            (PaymentStatus::Failed, Some(Failure { class: CodeClass::Decline(_), .. })) if ours => {
                Found::Declined(question.decline(payment.failure.as_ref(), Some(payment.id.clone())))
            }
            _ => self.resolve(channel, ticket, None, DoubtCause::UnknownOutcome).await,
        }
    }

    async fn outcome(&self, channel: &Channel, intent: &Intent, found: Found) -> Concluded {
        match found {
            Found::Paid { payment, by_look_up } => {
                let paid = self.paid(channel, &intent.ticket, payment, by_look_up).await;
                self.write_down(intent, &Outcome::Paid { paid: Box::new(paid.clone()) }).await;
                Ok(Charge::Paid(Box::new(paid)))
            }
            Found::Declined(decline) => {
                self.write_down(intent, &Outcome::Declined { decline: decline.clone() }).await;
                Ok(self.overtaker(intent).await.unwrap_or(Charge::Declined(decline)))
            }
            Found::NotCharged => {
                self.write_down(intent, &Outcome::NotCharged).await;
                let text = "no answer came, and after the settle time the provider has no such payment";
                let error = || Error::new(Operation::Charge, Reach::Refused, ErrorKind::Timeout, text);
                self.overtaker(intent).await.ok_or_else(error)
            }
            Found::Mismatch { payment, fields } => {
                Ok(self.stays_in_doubt(intent, DoubtCause::Mismatch { payment: payment.id, fields }).await)
            }
            Found::Doubt(cause) => Ok(self.stays_in_doubt(intent, cause).await),
        }
    }

    /// Hands a doubt out. What the provider has claimed goes with the ticket, here and in the journal, so that a later silence
    /// can never clear it.
    async fn stays_in_doubt(&self, intent: &Intent, cause: DoubtCause) -> Charge {
        let claim = match cause {
            DoubtCause::Duplicate => Some(Claim::Duplicate),
            DoubtCause::Mismatch { .. } | DoubtCause::OrderTaken { .. } => Some(Claim::Mismatch),
            _ => None,
        };
        let learnt = Ticket { claim: claim.or(intent.ticket.claim), ..intent.ticket.clone() };
        if claim.is_some() {
            self.write_claim(&intent.subject, &intent.ticket, &learnt).await;
        }
        in_doubt(learnt, cause)
    }

    /// A captured payment, with the second question of a card that was to be kept.
    pub(crate) async fn paid(&self, channel: &Channel, ticket: &Ticket, payment: Payment, found: bool) -> Paid {
        let key = self.key_stored(channel, ticket, found).await;
        Paid { payment, found, key }
    }

    /// Writes an outcome. A journal that fails now never turns a known outcome into an error: the intent stays open and is
    /// settled by [`Billing::recover`].
    pub(crate) async fn write_down(&self, intent: &Intent, outcome: &Outcome) {
        if let Err(error) = self.inner.journal.settle(&intent.subject, &intent.ticket, outcome).await {
            tracing::error!(subject = %intent.subject, %error, "the outcome could not be written to the journal");
        }
    }
}

/// What a charge's ticket asks about.
fn attempt(request: &ChargeRequest) -> Attempt {
    let (key, keep) = match &request.method {
        ChargeMethod::Key(key) => (Some(key.id.clone()), None),
        ChargeMethod::Card { .. } => (None, None),
        ChargeMethod::CardAndKeep { key, .. } => (None, Some(key.clone())),
    };
    Attempt::Charge { order: request.order.clone(), amount: request.amount, key, keep }
}

pub(crate) fn in_doubt(ticket: Ticket, cause: DoubtCause) -> Charge {
    let detail = match &cause {
        DoubtCause::AnswerLost => "no answer came, and the provider does not show the order yet",
        DoubtCause::UnknownOutcome => "the PG does not say whether the charge went through",
        DoubtCause::Duplicate => "the provider says that the order was made before, and shows no payment",
        DoubtCause::Mismatch { .. } => "the provider shows a payment that is not what was asked for; look at it yourself",
        DoubtCause::OrderTaken { .. } => "the order id belongs to another payment; this charge was not made",
        DoubtCause::Dismissed => "this order was closed by hand with its outcome unknown; nothing was sent now",
        _ => "an earlier attempt under this order id is still in doubt; nothing was sent",
    };
    tracing::warn!(?cause, "in doubt");
    Charge::InDoubt(Box::new(Doubt { ticket, cause, detail: detail.to_owned() }))
}

pub(crate) fn journal_error(error: crate::journal::JournalError) -> Error {
    let text = "the journal could not be read or written; nothing is sent without it";
    Error::not_sent(Operation::Journal, ErrorKind::Journal, text).with_source(error)
}
