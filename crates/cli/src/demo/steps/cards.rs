//! Cards that are charged at once: one that is forgotten, and one that is kept.

use kr_billing::{Charge, ChargeRequest, KeyStored};

use super::{End, paid};
use crate::demo::account::Account;
use crate::demo::stage::{GOOD_CARD, Pg, Stage, buyer, card, krw, order_name};
use crate::demo::texts::{Check, Fact};

const ONCE_WON: u64 = 12_900;
const FIRST_WON: u64 = 9_900;

/// A one-time payment; afterwards there is no key, and none can be charged.
pub(super) async fn one_time(stage: &Stage, pg: Pg, account: &mut Account) -> End {
    let order = pg.order("once")?;
    let request = ChargeRequest::by_card(card(GOOD_CARD)?, order.clone(), krw(ONCE_WON)?, order_name()?);
    let charge = stage.billing.charge(request.on_channel(pg.channel()?)?.with_buyer(buyer()?)).await?;
    let payment = paid(account, charge, ONCE_WON)?;
    account.check(Check::CardNotKept, &None, &payment.key);
    account.money(stage, &order, ONCE_WON, &[]);
    again_is_refused(stage, pg, account).await
}

async fn again_is_refused(stage: &Stage, pg: Pg, account: &mut Account) -> End {
    let (key, order) = (pg.key("once")?, pg.order("once-again")?);
    account.check(Check::NoSuchKey, &false, &stage.billing.billing_key(&key).await?.is_some());
    let again = ChargeRequest::by_key(key.clone(), order.clone(), krw(ONCE_WON)?, order_name()?);
    let refused = match stage.billing.charge(again).await {
        Err(refused) => Some(refused.to_string()),
        Ok(Charge::Declined(decline)) => Some(decline.pg_message),
        Ok(Charge::Paid(_) | Charge::InDoubt(_)) => None,
    };
    account.tell(&Fact::AgainRefused { key: &key.id, answer: refused.as_deref().unwrap_or("-") });
    account.check(Check::AgainRefused, &true, &refused.is_some());
    account.money(stage, &order, 0, &[]);
    Ok(())
}

/// The first charge and the key in one call.
pub(super) async fn charge_and_keep(stage: &Stage, pg: Pg, account: &mut Account) -> End {
    let (key, order) = (pg.key("member-2")?, pg.order("first")?);
    let request =
        ChargeRequest::by_card_and_keep(card(GOOD_CARD)?, key.id.clone(), order.clone(), krw(FIRST_WON)?, order_name()?);
    let charge = stage.billing.charge(request.on_channel(pg.channel()?)?.with_buyer(buyer()?)).await?;
    let stored = match &charge {
        Charge::Paid(paid) => paid.key,
        _ => KeyStored::Unknown,
    };
    paid(account, charge, FIRST_WON)?;
    account.check(Check::KeyStored, &KeyStored::Stored, &stored);
    account.check(Check::KeyFound, &true, &stage.billing.billing_key(&key).await?.is_some());
    account.money(stage, &order, FIRST_WON, &[]);
    Ok(())
}
