//! Reading what the provider knows about an order. Pure: records in, verdict out.

use kr_billing_core::outcome::Attempt;
use kr_billing_core::{
    BillingGateway, BillingKeyId, CodeClass, Decline, DeclineReason, Failure, Krw, OrderId, Payment, PaymentId, PaymentStatus,
    Ticket,
};

/// What was asked for, against which every record is held.
#[derive(Debug, Clone)]
pub(crate) struct Question<'a> {
    pub(crate) order: &'a OrderId,
    pub(crate) amount: Krw,
    pub(crate) key: Option<&'a BillingKeyId>,
    pub(crate) known: &'a [PaymentId],
    /// The charge was to store its card.
    pub(crate) keeps: bool,
}

impl<'a> Question<'a> {
    /// The question of a charge's ticket.
    pub(crate) fn of(ticket: &'a Ticket) -> Option<Self> {
        match &ticket.attempt {
            Attempt::Charge { order, amount, key, keep } => {
                let (key, keeps) = (key.as_ref().or(keep.as_ref()), keep.is_some());
                Some(Self { order, amount: *amount, key, known: &ticket.known, keeps })
            }
            Attempt::Retry { order, amount, key } => {
                Some(Self { order, amount: *amount, key: Some(key), known: &ticket.known, keeps: false })
            }
            _ => None,
        }
    }

    /// The fields, by their wire names, in which a record differs from what was asked for. Order, amount and currency must be
    /// there and equal; PG, MID, key and test mark are compared where the record carries them.
    pub(crate) fn differences(&self, payment: &Payment, gateway: &dyn BillingGateway) -> Vec<String> {
        let checks = [
            ("merchant_uid", payment.order != *self.order),
            ("amount", !payment.amount.is(self.amount)),
            ("currency", !payment.currency.is_krw()),
            ("customer_uid", self.shows_another_key(payment)),
        ];
        let own = checks.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field);
        own.chain(Place::of(payment).elsewhere(gateway)).map(str::to_owned).collect()
    }

    fn shows_another_key(&self, payment: &Payment) -> bool {
        let shown = payment.key.as_deref().filter(|key| !key.is_empty());
        shown.zip(self.key).is_some_and(|(shown, asked)| shown != asked.as_str())
    }

    /// Whether a failed record shows that it was another request's: another sum or another key. A ticket may ask about a request
    /// that was never sent, since another one stood under its order.
    fn is_anothers(&self, payment: &Payment) -> bool {
        self.shows_another_key(payment) || !payment.amount.is(self.amount)
    }

    /// The decline of a failure that is definite, or is taken as definite because the settle time has passed.
    pub(crate) fn decline(&self, failure: Option<&Failure>, payment: Option<PaymentId>) -> Decline {
        let (reason, code, message, from_words) = match failure {
            None => (DeclineReason::Unstated, None, String::new(), false),
            Some(failure) => {
                let reason = match (&failure.class, &failure.pg_code) {
                    (CodeClass::Decline(reason), _) => reason.clone(),
                    (CodeClass::UnknownOutcome, _) => DeclineReason::NoAnswer,
                    (CodeClass::Duplicate, _) => DeclineReason::Duplicate,
                    (_, Some(code)) => DeclineReason::Other(code.clone()),
                    (_, None) => DeclineReason::Unstated,
                };
                (reason, failure.pg_code.clone(), failure.message.clone(), failure.from_words)
            }
        };
        Decline { reason, order: self.order.clone(), payment, pg_code: code, pg_message: message, from_words }
    }
}

/// Where the provider says that a record is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) pg: Option<&'a str>,
    pub(crate) mid: Option<&'a str>,
    pub(crate) test: Option<bool>,
}

impl<'a> Place<'a> {
    pub(crate) fn of(payment: &'a Payment) -> Self {
        Self { pg: payment.pg_provider.as_deref(), mid: payment.pg_id.as_deref(), test: payment.sandbox }
    }

    /// The fields, by their wire names, that show that it is not on this channel. What the provider leaves out shows nothing.
    pub(crate) fn elsewhere(self, gateway: &dyn BillingGateway) -> impl Iterator<Item = &'static str> {
        let said = |text: Option<&'a str>| text.filter(|text| !text.is_empty());
        let mids = gateway.mids();
        let checks = [
            ("pg_provider", said(self.pg).is_some_and(|pg| !gateway.profile().owns_provider(pg))),
            ("pg_id", said(self.mid).is_some_and(|mid| !mids.is_empty() && mids.iter().all(|own| own != mid))),
            ("sandbox", self.test.is_some_and(|test| test != gateway.is_test_channel())),
        ];
        checks.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field)
    }
}

/// What the records say.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// One captured payment, as asked for.
    Paid(Payment),
    /// A captured payment that is not what was asked for.
    Mismatch(Payment, Vec<String>),
    /// Nothing captured and nothing open.
    NothingCaptured {
        /// The newest failed record that was not known before, if there is one.
        failed: Option<Box<Payment>>,
        /// A record that says that it stored a card, and not that it charged one: it has used the order id up. `[docs webhook-v1]`
        issued: Option<PaymentId>,
    },
    /// A record that may still become paid.
    Open,
}

/// Reads all records under an order.
///
/// A captured one settles the order even when it is older than this attempt, since V1 burns the number `[obs]`. Failed ones from
/// before are never this attempt's. The record of a window's issuance is no charge; nobody says what `customer_uid_usage` a charge
/// carries that stores its card, so there every record counts; but an issuance from before the send is a window's, which may have
/// moved nothing.
pub(crate) fn read(question: &Question<'_>, records: Vec<Payment>, gateway: &dyn BillingGateway) -> Verdict {
    let issuance = records.iter().find(|record| record.is_issuance() && record.status.was_captured());
    let issued = issuance.filter(|_| !question.keeps).map(|record| record.id.clone());
    let mut charges: Vec<Payment> = records.into_iter().filter(|record| question.keeps || !record.is_issuance()).collect();
    let captured = charges.iter().filter(|record| record.status.was_captured()).count();
    if let Some(at) = charges.iter().position(|record| record.status.was_captured()) {
        let payment = charges.swap_remove(at);
        let mut fields = question.differences(&payment, gateway);
        if payment.is_issuance() && question.known.contains(&payment.id) {
            fields.push("customer_uid_usage".into());
        }
        if captured > 1 {
            fields.push("merchant_uid: paid more than once".into());
        }
        return if fields.is_empty() { Verdict::Paid(payment) } else { Verdict::Mismatch(payment, fields) };
    }
    if charges.iter().any(|record| record.status != PaymentStatus::Failed) {
        return Verdict::Open;
    }
    charges.retain(|record| !question.known.contains(&record.id) && !question.is_anothers(record));
    let newest = charges.into_iter().max_by_key(|record| record.started_at.max(record.failed_at));
    Verdict::NothingCaptured { failed: newest.map(Box::new), issued }
}
