//! Refunds, by API and from the provider's console (fact sheet, section 8.1).

use super::World;
use super::model::{Cancel, LedgerKind, Payment, Status};
use super::views;
use crate::answer::{Outcome, Refusal, Reply};
use crate::config::PartialRefundStatus;
use crate::declines;
use crate::messages;
use crate::params::Params;

/// A refund as asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wish {
    pub(crate) amount: Option<i64>,
    pub(crate) tax_free: Option<i64>,
    pub(crate) vat_amount: Option<i64>,
    pub(crate) checksum: Option<i64>,
    pub(crate) reason: Option<String>,
}

impl Wish {
    /// Fills in the tax split, as the console does: tax-free money goes back first.
    pub(crate) fn with_tax_of(self, payment: &Payment) -> Self {
        let amount = self.amount.unwrap_or_else(|| payment.balance());
        let vat_amount = payment.order.vat_amount.map(|_| 0);
        Self { tax_free: Some(amount.clamp(0, payment.tax_free_left())), vat_amount, ..self }
    }
}

impl World {
    pub(crate) fn cancel(&mut self, params: &Params) -> Outcome {
        let wish = Wish {
            amount: params.integer("amount")?,
            tax_free: params.integer("tax_free")?,
            vat_amount: params.integer("vat_amount")?,
            checksum: params.integer("checksum")?,
            reason: params.text("reason")?,
        };
        let imp_uid = self.to_cancel(params)?;
        self.check_provider_demands(&imp_uid, &wish, params)?;
        self.refund(&imp_uid, &wish, params.flag("enable_webhook")?)
    }

    /// imp_uid wins when both are given, even when it is wrong [oa cancel].
    fn to_cancel(&self, params: &Params) -> Result<String, Refusal> {
        let unknown = || Refusal::business(1, messages::NOTHING_TO_CANCEL);
        let settled = |payment: &&Payment| payment.burns();
        let payment = match (params.text("imp_uid")?, params.text("merchant_uid")?) {
            (Some(imp_uid), _) => self.books.payment(&imp_uid).filter(settled),
            (None, Some(order)) => self.books.of_order(&order).into_iter().rev().find(settled),
            (None, None) => return Err(Refusal::business(1, messages::NOTHING_NAMED)),
        };
        payment.map(|payment| payment.imp_uid.clone()).ok_or_else(unknown)
    }

    /// Refunds a payment, writes the ledger, and tells the merchant when asked to.
    pub(crate) fn refund(&mut self, imp_uid: &str, wish: &Wish, webhook: bool) -> Outcome {
        let payment = self.books.payment(imp_uid).ok_or_else(|| Refusal::business(1, messages::NOTHING_TO_CANCEL))?;
        let amount = check(payment, wish)?;
        let now = self.now();
        let number = self.books.next_number();
        let partial_keeps_paid = self.config.partial_refund_status == PartialRefundStatus::Paid;
        let cancellation_id = format!("cancellation_{number:012}");
        let Some(payment) = self.books.payment_mut(imp_uid) else {
            return Err(Refusal::business(1, messages::NOTHING_TO_CANCEL));
        };
        payment.cancels.push(Cancel {
            cancellation_id: cancellation_id.clone(),
            pg_tid: payment.pg_tid.clone(),
            amount,
            tax_free: wish.tax_free.unwrap_or(0),
            cancelled_at: now,
            reason: wish.reason.clone().unwrap_or_default(),
        });
        payment.cancel_amount += amount;
        payment.cancelled_at = now;
        payment.updated_at = now;
        if payment.balance() == 0 || !partial_keeps_paid {
            payment.status = Status::Cancelled;
        }
        let reply = Reply::new(views::payment(payment));
        self.books.enter(LedgerKind::Refund, imp_uid, amount, now);
        if webhook {
            self.notify_payment(imp_uid, Some(&cancellation_id));
        }
        Ok(reply)
    }

    /// Naver Pay wants a reason and a requester on each refund [oa cancel].
    fn check_provider_demands(&self, imp_uid: &str, wish: &Wish, params: &Params) -> Result<(), Refusal> {
        let naver = self.books.payment(imp_uid).is_some_and(|payment| payment.channel.provider == "naverpay");
        if naver && wish.reason.is_none() {
            return Err(Refusal::missing("reason"));
        }
        if naver && params.object_text("extra", "requester").is_none() {
            return Err(Refusal::missing("extra.requester"));
        }
        Ok(())
    }
}

/// What the refund comes to, or why it is not done. Omitted and 0 mean all that is left [oa cancel].
fn check(payment: &Payment, wish: &Wish) -> Result<i64, Refusal> {
    let refuse = |text: &str| Err(Refusal::business(1, text));
    if !payment.captured {
        return refuse(messages::ISSUANCE_ONLY);
    }
    let balance = payment.balance();
    if balance == 0 {
        return refuse(messages::FULLY_CANCELLED);
    }
    if wish.checksum.is_some_and(|checksum| checksum != balance) {
        return refuse(messages::CHECKSUM_DIFFERS);
    }
    let amount = match wish.amount.unwrap_or(0) {
        0 => balance,
        amount => amount,
    };
    if !(1..=balance).contains(&amount) {
        return refuse(messages::CANCEL_TOO_MUCH);
    }
    check_tax(payment, wish, amount)?;
    let rule = super::charge::rule_of(&payment.channel);
    match declines::refund_refusal(payment.order.amount, rule.family) {
        Some(text) => refuse(&text),
        None => Ok(amount),
    }
}

/// Which PGs do not default `tax_free`, and which want `vat_amount` repeated [oa cancel].
fn check_tax(payment: &Payment, wish: &Wish, amount: i64) -> Result<(), Refusal> {
    let provider = payment.channel.provider.as_str();
    let in_part = amount < payment.balance();
    let no_default = matches!(provider, "kcp" | "kcp_billing" | "kicc" | "nice" | "payco") || provider == "smartro_v2" && in_part;
    let tax_free_left = payment.tax_free_left();
    if no_default && tax_free_left > 0 && wish.tax_free.is_none() {
        return Err(Refusal::business(1, messages::CANCEL_TAX_MISSING));
    }
    let repeats_vat = matches!(provider, "nice" | "nice_v2" | "html5_inicis" | "welcome") || provider == "tosspay_v2" && in_part;
    if repeats_vat && payment.order.vat_amount.is_some() && wish.vat_amount.is_none() {
        return Err(Refusal::business(1, messages::CANCEL_VAT_MISSING));
    }
    let tax_free = wish.tax_free.unwrap_or(0);
    let vat = wish.vat_amount.unwrap_or(0);
    if tax_free < 0 || vat < 0 || tax_free > tax_free_left || tax_free + vat > amount {
        return Err(Refusal::business(1, messages::BAD_TAX));
    }
    Ok(())
}
