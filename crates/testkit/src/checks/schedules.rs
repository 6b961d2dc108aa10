//! Charges booked for later. A channel without a scheduler passes by having none.

use std::time::Duration;

use kr_billing_core::{
    Answer, BillingGateway, BillingKey, CodeClass, DeclineReason, PaymentStatus, ScheduleEntry, ScheduleRequest, ScheduleStatus,
    Scheduler, TimeWindow, UnixSeconds,
};
use kr_billing_sandbox::Handle;

use crate::account::has_own_codes;
use crate::desk::{GOOD_CARD, NO_CODES, PRICE, buyer, channel, key_id, krw, name, order, skipped, store_card, test_card};

const NO_SCHEDULER: &str = "this channel has no scheduler";

const DAY: u64 = 86_400;

/// Three charges are booked, found, one of them moved and one taken back; when their time comes two are made.
pub async fn life(gateway: &dyn BillingGateway, sandbox: &Handle) {
    let Some(scheduler) = gateway.scheduler() else { return skipped("booked charges", NO_SCHEDULER) };
    store_card(gateway, sandbox, "member1").await;
    let now = UnixSeconds(u64::try_from(sandbox.now()).expect("a time after 1970"));
    book(scheduler, now).await;

    let found = scheduler.entry(&order("month1")).await.expect("a look-up").expect("the entry that was just booked");
    assert_eq!((found.status, found.amount.won(), found.at), (ScheduleStatus::Scheduled, Some(PRICE), Some(now.plus(30 * DAY))));
    assert!(scheduler.entry(&order("month9")).await.expect("a look-up").is_none());
    let window = TimeWindow::new(now, now.plus(80 * DAY)).expect("a span");
    let listed = scheduler.entries(&key_id("member1"), window).await.expect("a list");
    assert_eq!(listed.len(), 2, "two of the three lie within 80 days");

    let moved = scheduler.change_time(&order("month2"), now.plus(40 * DAY)).await.expect("a change of time");
    assert_eq!(moved.at, Some(now.plus(40 * DAY)));
    scheduler.cancel(&key_id("member1"), &[order("month3")]).await.expect("a cancellation");
    scheduler.cancel(&key_id("member1"), &[]).await.expect_err("an empty list would take all of the key's back");
    let revoked = scheduler.entry(&order("month3")).await.expect("a look-up").expect("the entry that was taken back");
    assert_eq!(revoked.status, ScheduleStatus::Revoked);

    sandbox.advance(Duration::from_secs(100 * DAY)).await;
    let captured = ["month1", "month2", "month3"].map(|order| sandbox.totals(order).captured);
    assert_eq!(captured, [12_900, 12_900, 0]);
    let made = scheduler.entry(&order("month1")).await.expect("a look-up").expect("the entry that was made");
    assert_eq!((made.status, made.payment_status), (ScheduleStatus::Executed, Some(PaymentStatus::Paid)));
}

/// A booked charge that fails says why, and can be tried again under its own order: it pays once.
pub async fn retry(gateway: &dyn BillingGateway, sandbox: &Handle) {
    let Some(scheduler) = gateway.scheduler() else { return skipped("a booked charge that fails", NO_SCHEDULER) };
    store_card(gateway, sandbox, "member1").await;
    book(scheduler, UnixSeconds(u64::try_from(sandbox.now()).expect("a time after 1970"))).await;
    sandbox.change_card("member1", &test_card(0, 1)).expect("a card without money");
    sandbox.advance(Duration::from_secs(31 * DAY)).await;

    let failed = scheduler.entry(&order("month1")).await.expect("a look-up").expect("the entry that failed");
    assert_eq!((failed.status, failed.payment_status), (ScheduleStatus::Executed, Some(PaymentStatus::Failed)));
    let class = failed.failure.expect("a failed entry says why").class;
    match has_own_codes(gateway, sandbox) {
        true => assert_eq!(class, CodeClass::Decline(DeclineReason::InsufficientFunds)),
        false => skipped("the reason of a booked charge that fails", NO_CODES),
    }

    sandbox.change_card("member1", GOOD_CARD).expect("a good card");
    match scheduler.retry(&order("month1")).await.expect("an answer to a retry") {
        Answer::Recorded(payment) => assert_eq!(payment.status, PaymentStatus::Paid),
        Answer::Refused(failure) => panic!("a good retry was refused: {}", failure.message),
    }
    assert_eq!(sandbox.totals("month1").captures, 1);
    let found = gateway.payments(&order("month1")).await.expect("a look-up by order");
    assert_eq!(found.len(), 2, "the failed attempt and the paid one are both under the order");
}

/// Books a charge 30, 60 and 90 days ahead.
async fn book(scheduler: &dyn Scheduler, now: UnixSeconds) {
    let entry = |month: u64| {
        let at = now.plus(month * 30 * DAY);
        ScheduleEntry::new(order(&format!("month{month}")), at, krw(PRICE), name()).with_buyer(buyer())
    };
    let key = BillingKey::new(channel(), key_id("member1"));
    let request = ScheduleRequest::new(key, vec![entry(1), entry(2), entry(3)], now).expect("three entries");
    assert_eq!(scheduler.schedule(&request).await.expect("a booking").len(), 3);
}
