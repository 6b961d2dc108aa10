//! A key from card data, and a charge by it.

use kr_billing::{Issuance, IssueRequest};

use super::{End, paid};
use crate::demo::account::Account;
use crate::demo::stage::{GOOD_CARD, MEMBER, Pg, Stage, buyer, card, krw};
use crate::demo::texts::{Check, Fact};

const MONTH_WON: u64 = 9_900;

/// Stores a card. Nothing is charged.
pub(super) async fn issue(stage: &Stage, pg: Pg, account: &mut Account) -> End {
    let (channel, key) = (pg.channel()?, pg.key(MEMBER)?);
    let before = stage.sandbox.ledger().len();
    let key_in = stage.billing.issuing(Some(&channel))?.key_in().ok_or("the channel has no key-in")?;
    let request = IssueRequest::new(key.id.clone(), card(GOOD_CARD)?).with_holder(buyer()?);
    let issued = match key_in.issue(&request).await? {
        Issuance::Stored(issued) => issued,
        other => return Err(format!("{other:?}").into()),
    };
    let card = issued.stored.card_name.as_deref().unwrap_or("-");
    account.tell(&Fact::KeyIssued { key: &issued.key.id, card });
    account.check(Check::KeyFound, &true, &stage.billing.billing_key(&key).await?.is_some());
    account.check(Check::LedgerUntouched, &before, &stage.sandbox.ledger().len());
    Ok(())
}

/// A month's charge by that key.
pub(super) async fn charge(stage: &Stage, pg: Pg, account: &mut Account) -> End {
    let charge = stage.billing.charge(pg.charge_member("month-1", krw(MONTH_WON)?)?).await?;
    let payment = paid(account, charge, MONTH_WON)?;
    account.check(Check::ChargedKey, &Some(pg.key(MEMBER)?.id.to_string()), &payment.key);
    account.money(stage, &payment.order, MONTH_WON, &[]);
    Ok(())
}
