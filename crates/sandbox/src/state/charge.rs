//! Charges: by card (`onetime`), by key (`again`), and what both share with schedules.

use super::World;
use super::events::Event;
use super::model::{ChannelRef, LedgerKind, Order, Payment, Status, StoredCard, Usage};
use super::orders::{KEY_ID_LIMIT, check_length};
use super::views;
use crate::answer::{Outcome, Refusal, Reply};
use crate::declines::{self, Behaviour, LATE_MS, Money, Row, Way};
use crate::messages;
use crate::params::{BadField, Params};
use crate::rules::{self, INSTALMENT_MINIMUM, PgRule};

/// A charge that is about to happen.
pub(crate) struct Attempt {
    pub(crate) order: Order,
    pub(crate) channel: ChannelRef,
    pub(crate) card: StoredCard,
    pub(crate) customer_uid: Option<String>,
    pub(crate) usage: Option<Usage>,
}

impl World {
    /// Charges a card. With a `customer_uid` the card is kept under it, if the charge was paid [obs: the
    /// deprecated Java and Go clients say so].
    pub(crate) fn onetime(&mut self, params: &Params) -> Outcome {
        let order = Order::read(params)?;
        let (customer_uid, customer_id) = (params.text("customer_uid")?, params.text("customer_id")?);
        if let Some(uid) = &customer_uid {
            check_length("customer_uid", uid, KEY_ID_LIMIT)?;
        }
        if self.taken(&order.merchant_uid) {
            return Err(Refusal::business(1, messages::ORDER_TAKEN));
        }
        let (channel, card) = self.card_to_charge(params, customer_uid.is_some())?;
        let rule = rule_of(&channel);
        if let Some(field) = order.lacks(rule.onetime_needs) {
            return Err(Refusal::missing(field));
        }
        if customer_uid.is_some() && !rule.keeps_on_onetime {
            return Err(Refusal::business(1, "customer_uid를 지원하지 않는 PG입니다."));
        }
        let holder = order.buyer.clone();
        let usage = customer_uid.as_ref().map(|_| Usage::Payment);
        let attempt = Attempt { order, channel: channel.clone(), card: card.clone(), customer_uid: customer_uid.clone(), usage };
        let imp_uid = self.charge(attempt)?;
        if let Some(uid) = customer_uid.filter(|_| self.books.payment(&imp_uid).is_some_and(Payment::burns)) {
            self.keep_key(&uid, channel, card, customer_id, holder);
        }
        self.paid_reply(&imp_uid)
    }

    /// The code for an unknown key is a CONFLICT (22): 1 was seen with a `name`, -1 without.
    pub(crate) fn again(&mut self, params: &Params) -> Outcome {
        let uid = params.text("customer_uid")?.ok_or_else(|| Refusal::missing("customer_uid"))?;
        let order = Order::read(params)?;
        let Some(key) = self.books.keys.get(&uid) else {
            let code = if order.name.is_some() { 1 } else { -1 };
            return Err(Refusal::business(code, messages::UNKNOWN_BUYER));
        };
        let attempt = Attempt {
            order,
            channel: key.channel.clone(),
            card: key.card.clone(),
            customer_uid: Some(uid),
            usage: Some(Usage::Payment),
        };
        if let Some(field) = attempt.order.lacks(rule_of(&attempt.channel).again_needs) {
            return Err(Refusal::missing(field));
        }
        if self.used_up(&attempt.order.merchant_uid, &attempt.channel.provider) {
            return Err(Refusal::business(1, messages::ORDER_TAKEN));
        }
        let imp_uid = self.charge(attempt)?;
        self.paid_reply(&imp_uid)
    }

    fn paid_reply(&self, imp_uid: &str) -> Outcome {
        self.books.payment(imp_uid).map(|p| Reply::new(views::payment(p))).ok_or_else(|| Refusal::not_found(messages::NO_PAYMENT))
    }

    /// Charges: one paid or failed record, or a refusal. The lock is held throughout, so of several
    /// concurrent requests with one merchant_uid at most one captures.
    pub(crate) fn charge(&mut self, mut attempt: Attempt) -> Result<String, Refusal> {
        let rule = rule_of(&attempt.channel);
        if !rule.vat_amount {
            attempt.order.vat_amount = None;
        }
        let order = &attempt.order;
        if self.taken(&order.merchant_uid) {
            return Err(Refusal::business(1, messages::ORDER_TAKEN));
        }
        check_by_pg(order, &attempt.channel)?;
        if attempt.card.good_until.is_some_and(|end| end <= self.now()) {
            return Ok(self.record(attempt, Err(rule.expired())));
        }
        let of_card = attempt.card.behaviour;
        match of_card.or_else(|| declines::behaviour_of_amount(order.amount)) {
            None => Ok(self.record(attempt, Ok(()))),
            Some(behaviour) => self.decline(attempt, behaviour, rule),
        }
    }

    fn decline(&mut self, attempt: Attempt, behaviour: Behaviour, rule: &PgRule) -> Result<String, Refusal> {
        let Some(row) = declines::row_of(behaviour.row) else { return Ok(self.record(attempt, Ok(()))) };
        let text = row.text(rule.family, behaviour.way);
        // A refusal by text alone leaves no record, unless money moves: then there is one to find.
        if row.money == Money::Stays {
            match behaviour.way {
                Way::RefusedOne => return Err(Refusal::business(1, text)),
                Way::RefusedMinusOne => {
                    return Err(Refusal::business(-1, format!("{} {text}", messages::CARD_REFUSED)));
                }
                Way::Failed | Way::FailedTextOnly | Way::RefusedWithRecord => {}
            }
        }
        let imp_uid = self.record(attempt, Err(text.clone()));
        self.move_money_anyway(&imp_uid, row);
        match behaviour.way {
            Way::Failed | Way::FailedTextOnly => Ok(imp_uid),
            Way::RefusedMinusOne => Err(Refusal::business(-1, format!("{} {text}", messages::CARD_REFUSED))),
            Way::RefusedOne | Way::RefusedWithRecord => Err(Refusal::business(1, text)),
        }
    }

    /// The money of an "unknown outcome" row moves after the answer was made: at once, or later.
    fn move_money_anyway(&mut self, imp_uid: &str, row: &Row) {
        let delay = match row.money {
            Money::Stays => return,
            Money::Moves => 0,
            Money::MovesLate => LATE_MS,
        };
        let due = self.clock.now_ms().saturating_add(delay);
        self.events.push(due, Event::Settle { imp_uid: imp_uid.to_owned() });
    }

    /// Turns a failed or ready record into a paid one, unless its order was paid meanwhile and numbers burn.
    pub(crate) fn settle(&mut self, imp_uid: &str) -> bool {
        let now = self.now();
        let Some(payment) = self.books.payment(imp_uid) else { return false };
        if payment.burns() || self.taken(&payment.order.merchant_uid) {
            return false;
        }
        let amount = payment.order.amount;
        if let Some(payment) = self.books.payment_mut(imp_uid) {
            payment.status = Status::Paid;
            payment.captured = true;
            payment.paid_at = now;
            payment.failed_at = 0;
            payment.updated_at = now;
            payment.fail_reason = None;
        }
        self.books.enter(LedgerKind::Capture, imp_uid, amount, now);
        self.notify_payment(imp_uid, None);
        true
    }

    /// Writes the record of a charge, with its ledger entry and webhook.
    pub(crate) fn record(&mut self, attempt: Attempt, result: Result<(), String>) -> String {
        let Attempt { order, channel, card, customer_uid, usage } = attempt;
        let mut payment = self.blank("imps", "api", order, channel);
        let now = payment.started_at;
        payment.card = Some(card);
        payment.customer_uid = customer_uid;
        payment.usage = usage;
        match result {
            Ok(()) => {
                payment.captured = true;
                payment.status = Status::Paid;
                payment.paid_at = now;
            }
            Err(reason) => return self.add_failed(payment, reason),
        }
        let (imp_uid, amount) = (payment.imp_uid.clone(), payment.order.amount);
        self.books.add_payment(payment);
        self.books.enter(LedgerKind::Capture, &imp_uid, amount, now);
        self.notify_payment(&imp_uid, None);
        imp_uid
    }

    /// Adds a record as failed. Failures are silent, except those of schedules [docs webhook-v1].
    pub(crate) fn add_failed(&mut self, mut payment: Payment, reason: String) -> String {
        payment.status = Status::Failed;
        payment.failed_at = payment.started_at;
        payment.apply_num.clear();
        payment.fail_reason = Some(reason);
        let (imp_uid, scheduled) = (payment.imp_uid.clone(), payment.usage == Some(Usage::Scheduled));
        self.books.add_payment(payment);
        if scheduled {
            self.notify_payment(&imp_uid, None);
        }
        imp_uid
    }

    /// A payment that was just started. `imp_` and 12 digits from windows, `imps_` from the API
    /// [help content29].
    pub(crate) fn blank(&mut self, prefix: &str, device: &str, order: Order, channel: ChannelRef) -> Payment {
        let now = self.now();
        let number = self.books.next_number();
        Payment {
            imp_uid: format!("{prefix}_{number:012}"),
            status: Status::Ready,
            device: device.to_owned(),
            pay_method: "card".to_owned(),
            pg_tid: format!("{}-tid-{number:012}", channel.provider),
            apply_num: format!("{:08}", number % 100_000_000),
            order,
            channel,
            card: None,
            customer_uid: None,
            usage: None,
            captured: false,
            cancel_amount: 0,
            cancels: Vec::new(),
            started_at: now,
            paid_at: 0,
            failed_at: 0,
            cancelled_at: 0,
            updated_at: now,
            fail_reason: None,
        }
    }
}

pub(crate) fn rule_of(channel: &ChannelRef) -> &'static PgRule {
    rules::rule(&channel.provider).unwrap_or(&rules::RULES[0])
}

/// What the PG refuses before it asks the issuer. Chosen: such refusals come as code 1 and null.
pub(crate) fn check_by_pg(order: &Order, channel: &ChannelRef) -> Result<(), Refusal> {
    let rule = rule_of(channel);
    if order.amount < channel.min_amount {
        return Err(Refusal::business(1, rule.below_minimum()));
    }
    if order.vat_amount.is_some_and(|vat| rule.too_much_vat(vat, order.amount)) {
        return Err(Refusal::business(1, messages::BAD_TAX));
    }
    if order.card_quota >= 2 && order.amount < INSTALMENT_MINIMUM {
        return Err(Refusal::business(1, rule.bad_instalment()));
    }
    if order.product_type.as_deref().is_some_and(|kind| !rule.takes_product_type(kind)) {
        return Err(BadField("product_type".to_owned()).into());
    }
    match rule.text_problem(&order.merchant_uid, order.name.as_deref()) {
        Some(text) => Err(Refusal::business(1, text)),
        None => Ok(()),
    }
}
