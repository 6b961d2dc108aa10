//! The answer to a charge is lost after the money moved. It is found again and not repeated.

use kr_billing::{Charge, OrderId};
use kr_billing_sandbox::{Effect, Fault, Moment, Operation};

use super::{End, paid};
use crate::demo::account::Account;
use crate::demo::stage::{Pg, Stage, krw};
use crate::demo::texts::{Check, Fact};

const WON: u64 = 9_900;

pub(super) async fn answer(stage: &Stage, pg: Pg, account: &mut Account) -> End {
    stage.sandbox.add_fault(Fault::new(Operation::Again, Moment::AfterCommit, Effect::Drop))?;
    let sent_before = sends(stage);
    let charge = stage.billing.charge(pg.charge_member("lost", krw(WON)?)?).await?;
    stage.sandbox.clear_faults();
    account.tell(&Fact::AnswerLost);
    account.check(Check::FoundByLookUp, &true, &matches!(&charge, Charge::Paid(paid) if paid.found));
    let payment = paid(account, charge, WON)?;
    account.check(Check::SentOnce, &1, &(sends(stage) - sent_before));
    asked_again(stage, pg, account, sent_before).await?;
    account.money(stage, &payment.order, WON, &[]);
    account.check(Check::OneRecord, &1, &records(stage, pg, &payment.order).await?);
    Ok(())
}

/// The merchant's program asks for the same charge again, as after a crash: it gets the known outcome, and nothing is sent.
async fn asked_again(stage: &Stage, pg: Pg, account: &mut Account, sent_before: usize) -> End {
    let again = stage.billing.charge(pg.charge_member("lost", krw(WON)?)?).await?;
    account.check(Check::SameOutcome, &true, &matches!(again, Charge::Paid(_)));
    account.check(Check::StillSentOnce, &1, &(sends(stage) - sent_before));
    Ok(())
}

/// How many charges by key the sandbox has received.
fn sends(stage: &Stage) -> usize {
    stage.sandbox.requests().iter().filter(|request| request.operation == Some(Operation::Again)).count()
}

async fn records(stage: &Stage, pg: Pg, order: &OrderId) -> Result<usize, crate::demo::Failure> {
    Ok(stage.billing.payments(&pg.channel()?, order).await?.len())
}
