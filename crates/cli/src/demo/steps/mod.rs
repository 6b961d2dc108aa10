//! The steps, one flow each. A step does its flow, tells what happened and checks it; it stands on no local of another.

mod cards;
mod declines;
mod keys;
mod lost;
mod refunds;
mod schedules;
mod windows;

use kr_billing::{Charge, Payment};

use super::Failure;
use super::account::Account;
use super::stage::{Pg, Stage};
use super::texts::{Check, Fact, Step};

/// How a step ends: what it found wrong stands in the account, and an `Err` is what kept it from going on.
type End = Result<(), Failure>;

/// All flows of one PG.
pub(super) async fn run(stage: &Stage, pg: Pg, account: &mut Account) {
    account.step(Step::OneTime);
    let end = cards::one_time(stage, pg, account).await;
    account.ended(end);

    account.step(Step::Issue);
    let end = keys::issue(stage, pg, account).await;
    account.ended(end);

    account.step(Step::IssueAndCharge);
    let end = cards::charge_and_keep(stage, pg, account).await;
    account.ended(end);

    account.step(Step::ByKey);
    let end = keys::charge(stage, pg, account).await;
    account.ended(end);

    account.step(if pg.has_window { Step::Window } else { Step::NoWindow });
    let end = windows::window(stage, pg, account).await;
    account.ended(end);

    account.step(Step::Schedule);
    let end = schedules::month_ahead(stage, pg, account).await;
    account.ended(end);

    account.step(Step::Decline);
    let end = declines::declined(stage, pg, account).await;
    account.ended(end);

    account.step(Step::Refund);
    let end = refunds::part_and_rest(stage, pg, account).await;
    account.ended(end);

    account.step(Step::Lost);
    let end = lost::answer(stage, pg, account).await;
    account.ended(end);
}

/// The payment of a charge that must have gone through, told and checked.
fn paid(account: &mut Account, charge: Charge, won: u64) -> Result<Payment, Failure> {
    let Charge::Paid(paid) = charge else { return Err(format!("{charge:?}").into()) };
    let payment = paid.payment;
    account.tell(&Fact::Paid { won, order: &payment.order, payment: &payment.id });
    account.check(Check::AmountAsAsked, &Some(won), &payment.amount.won());
    Ok(payment)
}
