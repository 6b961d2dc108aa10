//! A part of a payment is refunded, then the rest. Each refund names the balance it starts from.

use kr_billing::{Payment, Refund, RefundRequest};

use super::{End, paid};
use crate::demo::Failure;
use crate::demo::account::Account;
use crate::demo::stage::{Pg, Stage, krw};
use crate::demo::texts::{Check, Fact};

const PAID_WON: u64 = 30_000;
const PART_WON: u64 = 10_000;
const REST_WON: u64 = PAID_WON - PART_WON;

pub(super) async fn part_and_rest(stage: &Stage, pg: Pg, account: &mut Account) -> End {
    let charge = stage.billing.charge(pg.charge_member("refunded", krw(PAID_WON)?)?).await?;
    let payment = paid(account, charge, PAID_WON)?;

    let part = RefundRequest::partial(pg.channel()?, payment.id.clone(), krw(PART_WON)?, krw(PAID_WON)?)?;
    let after_part = refund(stage, account, &part.with_reason("one week unused")).await?;
    account.check(Check::Balance, &Some(REST_WON), &after_part.balance());

    let rest = RefundRequest::full(pg.channel()?, payment.id.clone(), krw(REST_WON)?);
    let after_rest = refund(stage, account, &rest.with_reason("subscription ended")).await?;
    account.check(Check::Balance, &Some(0), &after_rest.balance());
    account.money(stage, &payment.order, PAID_WON, &[PART_WON, REST_WON]);
    Ok(())
}

async fn refund(stage: &Stage, account: &Account, request: &RefundRequest) -> Result<Payment, Failure> {
    match stage.billing.refund(request).await? {
        Refund::Done(payment) => {
            account.tell(&Fact::Refunded { won: request.amount.won(), payment: &payment.id, left: payment.balance() });
            Ok(*payment)
        }
        Refund::InDoubt(doubt) => Err(doubt.detail.into()),
    }
}
