//! A month's charges. The run may be killed and started again at any time: order ids are made from what is charged, not from when,
//! so nobody is charged twice. Each decline says what helps.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use kr_billing::{
    AttemptEnd, Billing, BillingKey, Charge, ChargeRequest, Decline, Krw, OrderName, Recovery, UnixSeconds, order_ids,
};
use kr_billing_examples::{Shop, Trouble};

/// How often a month is tried at most.
const MOST_ATTEMPTS: u32 = 3;

/// A subscription, as a shop's database has it.
struct Subscription {
    id: &'static str,
    key: BillingKey,
    won: u64,
    /// The day the member subscribed: the day of the month on which each charge is due.
    since: Date,
    /// How often this month was tried and certainly not charged, plus one.
    attempt: u32,
}

#[tokio::main]
async fn main() -> Result<(), Trouble> {
    let shop = Shop::open().await?;
    let today = today(shop.billing.now())?;
    let subscriptions = subscriptions(&shop, today).await?;
    // The second run finds everything as the first has left it: nothing is charged again.
    for run in 1..=2 {
        println!("run {run} of {today}");
        for subscription in &subscriptions {
            if due_this_month(subscription.since, today)? <= today {
                println!("  {}: {}", subscription.id, charge(&shop.billing, subscription, today).await?);
            }
        }
    }
    Ok(())
}

// ANCHOR: month
/// Which day it is for a member in Korea.
fn today(now: UnixSeconds) -> Result<Date, Trouble> {
    let now = Timestamp::from_second(i64::try_from(now.0)?)?;
    Ok(now.to_zoned(TimeZone::get("Asia/Seoul")?).date())
}

/// The day on which this month's charge is due: the member's day, or the month's last where it has no such day. Counted from the
/// first day of all, so that a member of the 31st is charged on 28 February and then on 31 March.
fn due_this_month(since: Date, today: Date) -> Result<Date, Trouble> {
    let months = (i32::from(today.year()) - i32::from(since.year())) * 12 + i32::from(today.month()) - i32::from(since.month());
    Ok(since.checked_add(months.months())?)
}
// ANCHOR_END: month

// ANCHOR: charge
/// Charges this month's sum and says what is to be done next.
async fn charge(billing: &Billing, subscription: &Subscription, today: Date) -> Result<String, Trouble> {
    let period = today.strftime("%Y%m").to_string();
    let order = order_ids::order_id(subscription.id, &period, subscription.attempt)?;
    let name = OrderName::new(format!("Monthly plan {period}"))?;
    let request = ChargeRequest::by_key(subscription.key.clone(), order, Krw::new(subscription.won)?, name);
    Ok(match billing.charge(request).await {
        Ok(Charge::Paid(paid)) => format!("paid {} won, {}", paid.payment.amount, paid.payment.id),
        Ok(Charge::Declined(decline)) => dunning(&decline, subscription.attempt, today)?,
        // Store the ticket and resume it (see resume_doubt). Until then this month has no new attempt.
        Ok(Charge::InDoubt(doubt)) => format!("in doubt: {}", doubt.detail),
        // Certainly not charged: the next run sends the same order id again.
        Err(not_charged) => not_charged.to_string(),
    })
}

/// What to do after a decline. Only a decline allows another attempt under a new order id, and only some make sense.
fn dunning(decline: &Decline, attempt: u32, today: Date) -> Result<String, Trouble> {
    let code = decline.pg_code.as_deref().unwrap_or("no code");
    let next = order_ids::next_attempt(attempt, AttemptEnd::Declined).filter(|next| *next <= MOST_ATTEMPTS);
    let todo = match (decline.recovery(), next) {
        (Recovery::TryLater, Some(next)) => format!("try attempt {next} on {}", today.checked_add(3.days())?),
        (Recovery::OtherCard | Recovery::TryLater, _) => "ask the member for another card".to_owned(),
        (Recovery::HolderMustCall, _) => "ask the member to call the card company".to_owned(),
        (Recovery::Never, _) => "end the subscription".to_owned(),
        (Recovery::FixSetup, _) => "wake somebody up: no member can mend this".to_owned(),
    };
    Ok(format!("declined, {:?} ({code}): {todo}", decline.reason))
}
// ANCHOR_END: charge

/// The sandbox's members. Their test cards are declined in ways that the sandbox's page lists.
async fn subscriptions(shop: &Shop, today: Date) -> Result<Vec<Subscription>, Trouble> {
    if shop.sandbox().is_none() {
        return Err("put your own subscriptions here before you run this on your account".into());
    }
    let members = [
        ("sub-1", "1234-1234-1234-1234"),
        ("sub-2", "4000-0000-0000-0001"),
        ("sub-3", "4000-0000-0000-0020"),
        ("sub-4", "4000-0000-0000-0030"),
    ];
    let mut subscriptions = Vec::new();
    for (id, card) in members {
        let key = shop.member(&format!("{id}.card"), card).await?;
        let since = today.checked_sub(1.year())?;
        subscriptions.push(Subscription { id, key, won: 9_900, since, attempt: 1 });
    }
    Ok(subscriptions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_of_the_31st_is_charged_once_in_each_month() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let since = day("2026-08-31");
        for (today, due) in [("2026-08-31", "2026-08-31"), ("2027-02-10", "2027-02-28"), ("2027-03-01", "2027-03-31")] {
            assert_eq!(due_this_month(since, day(today)).unwrap(), day(due), "{today}");
        }
    }

    #[test]
    fn the_day_is_korea_s() {
        let at = |text: &str| UnixSeconds(text.parse::<Timestamp>().unwrap().as_second().unsigned_abs());
        assert_eq!(today(at("2026-11-30T15:00:00Z")).unwrap().to_string(), "2026-12-01");
        assert_eq!(today(at("2026-11-30T14:59:59Z")).unwrap().to_string(), "2026-11-30");
    }
}
