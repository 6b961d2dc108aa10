//! A charge that PortOne makes a month later, its webhook, and the look-up that believes it.

use kr_billing::portone_v1::hint::WebhookHint;
use kr_billing::{OrderId, PaymentStatus, ScheduleEntry, ScheduleRequest, ScheduleStatus, UnixSeconds};

use super::End;
use crate::demo::account::Account;
use crate::demo::seoul;
use crate::demo::stage::{MEMBER, Pg, Stage, krw, order_name};
use crate::demo::texts::{Check, Fact};

const MONTH_WON: u64 = 9_900;

/// Books a charge for the same day of the next month, lets that month pass, and takes the webhook.
pub(super) async fn month_ahead(stage: &Stage, pg: Pg, account: &mut Account) -> End {
    let (key, order) = (pg.key(MEMBER)?, pg.order("month-2")?);
    let now = stage.billing.now();
    let due = seoul::a_month_after(now)?;
    let entry = ScheduleEntry::new(order.clone(), due, krw(MONTH_WON)?, order_name()?).with_notice_url(stage.receiver.url());
    let booked = stage.billing.schedule(&ScheduleRequest::new(key, vec![entry], now)?).await?;
    account.tell(&Fact::Booked { won: MONTH_WON, order: &order, at: &seoul::shown(due) });
    let waiting = booked.iter().map(|entry| entry.status.clone()).collect::<Vec<_>>();
    account.check(Check::ScheduleWaits, &vec![ScheduleStatus::Scheduled], &waiting);

    stage.receiver.take();
    advance_to(stage, due).await?;
    account.tell(&Fact::ClockAdvanced { from: &seoul::shown(now), to: &seoul::shown(stage.billing.now()) });
    let webhooks = stage.receiver.take();
    account.check(Check::WebhookCame, &vec![Some(order.clone())], &webhooks.iter().map(|hint| hint.order.clone()).collect());
    for hint in &webhooks {
        confirm(stage, pg, account, hint).await?;
    }
    settled(stage, pg, account, &order).await
}

/// Moves the sandbox's clock just past a time; schedules fire and their webhooks are carried on the way.
async fn advance_to(stage: &Stage, due: UnixSeconds) -> End {
    stage.sandbox.set_clock(i64::try_from(due.0)? + 1).await;
    Ok(())
}

/// A webhook only says where to look.
async fn confirm(stage: &Stage, pg: Pg, account: &mut Account, hint: &WebhookHint) -> End {
    account.tell(&Fact::Webhook { hint });
    let id = hint.payment.as_ref().ok_or("the webhook names no payment")?;
    let payment = stage.billing.payment(&pg.channel()?, id).await?.ok_or("the payment of the webhook is not there")?;
    account.tell(&Fact::LookedUp { status: payment.status.as_word(), won: payment.amount.won(), payment: &payment.id });
    account.check(Check::LookUpSaysPaid, &(PaymentStatus::Paid, Some(MONTH_WON)), &(payment.status, payment.amount.won()));
    Ok(())
}

async fn settled(stage: &Stage, pg: Pg, account: &mut Account, order: &OrderId) -> End {
    let entry = stage.billing.scheduled(&pg.key(MEMBER)?, order).await?.ok_or("the booking is gone")?;
    let expected = (ScheduleStatus::Executed, Some(PaymentStatus::Paid));
    account.check(Check::ScheduleExecuted, &expected, &(entry.status, entry.payment_status));
    account.money(stage, order, MONTH_WON, &[]);
    Ok(())
}
