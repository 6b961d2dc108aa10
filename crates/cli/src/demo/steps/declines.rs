//! Declined cards: the PG's own code, the reason read from it, and what helps.

use kr_billing::{Charge, ChargeRequest, DeclineReason, Recovery};

use super::End;
use crate::demo::account::Account;
use crate::demo::stage::{Pg, Stage, buyer, card, krw, order_name};
use crate::demo::texts::{Check, Fact};

const WON: u64 = 9_900;

/// The sandbox's test cards: what they are declined for, and what helps.
const CARDS: [(&str, &str, DeclineReason, Recovery); 3] = [
    ("4000-0000-0000-0001", "no-funds", DeclineReason::InsufficientFunds, Recovery::TryLater),
    ("4000-0001-0000-0010", "expired", DeclineReason::Expired, Recovery::OtherCard),
    ("4000-0000-0000-0020", "lost-card", DeclineReason::LostOrStolen, Recovery::Never),
];

pub(super) async fn declined(stage: &Stage, pg: Pg, account: &mut Account) -> End {
    for (number, what, reason, recovery) in CARDS {
        let order = pg.order(what)?;
        let request = ChargeRequest::by_card(card(number)?, order.clone(), krw(WON)?, order_name()?);
        let charge = stage.billing.charge(request.on_channel(pg.channel()?)?.with_buyer(buyer()?)).await?;
        let Charge::Declined(decline) = charge else { return Err(format!("{charge:?}").into()) };
        account.tell(&Fact::Declined { won: WON, decline: &decline });
        account.check(Check::ReasonAndRecovery, &(reason, recovery), &(decline.reason.clone(), decline.recovery()));
        account.money(stage, &order, 0, &[]);
    }
    Ok(())
}
