//! Charges booked for later. A channel without a scheduler passes by having none.

use std::time::Duration;

use kr_billing_core::{
    BillingGateway, BillingKey, PaymentStatus, ScheduleEntry, ScheduleRequest, ScheduleStatus, Scheduler, TimeWindow, UnixSeconds,
};
use kr_billing_sandbox::Handle;

use crate::desk::{PRICE, buyer, channel, key_id, krw, name, order, store_card};

const DAY: u64 = 86_400;

/// Three charges are booked, found, one of them moved and one taken back; when their time comes two are made.
pub async fn life(gateway: &dyn BillingGateway, sandbox: &Handle) {
    let Some(scheduler) = gateway.scheduler() else { return };
    store_card(gateway, sandbox, "member-1").await;
    let now = UnixSeconds(u64::try_from(sandbox.now()).expect("a time after 1970"));
    book(scheduler, now).await;

    let found = scheduler.entry(&order("month-1")).await.expect("a look-up").expect("the entry that was just booked");
    assert_eq!((found.status, found.amount.won(), found.at), (ScheduleStatus::Scheduled, Some(PRICE), Some(now.plus(30 * DAY))));
    assert!(scheduler.entry(&order("month-9")).await.expect("a look-up").is_none());
    let window = TimeWindow::new(now, now.plus(80 * DAY)).expect("a span");
    let listed = scheduler.entries(&key_id("member-1"), window).await.expect("a list");
    assert_eq!(listed.len(), 2, "two of the three lie within 80 days");

    let moved = scheduler.change_time(&order("month-2"), now.plus(40 * DAY)).await.expect("a change of time");
    assert_eq!(moved.at, Some(now.plus(40 * DAY)));
    scheduler.cancel(&key_id("member-1"), &[order("month-3")]).await.expect("a cancellation");
    scheduler.cancel(&key_id("member-1"), &[]).await.expect_err("an empty list would take all of the key's back");
    let revoked = scheduler.entry(&order("month-3")).await.expect("a look-up").expect("the entry that was taken back");
    assert_eq!(revoked.status, ScheduleStatus::Revoked);

    sandbox.advance(Duration::from_secs(100 * DAY)).await;
    let captured = ["month-1", "month-2", "month-3"].map(|order| sandbox.totals(order).captured);
    assert_eq!(captured, [12_900, 12_900, 0]);
    let made = scheduler.entry(&order("month-1")).await.expect("a look-up").expect("the entry that was made");
    assert_eq!((made.status, made.payment_status), (ScheduleStatus::Executed, Some(PaymentStatus::Paid)));
}

/// Books a charge 30, 60 and 90 days ahead.
async fn book(scheduler: &dyn Scheduler, now: UnixSeconds) {
    let entry = |month: u64| {
        let at = now.plus(month * 30 * DAY);
        ScheduleEntry::new(order(&format!("month-{month}")), at, krw(PRICE), name()).with_buyer(buyer())
    };
    let key = BillingKey::new(channel(), key_id("member-1"));
    let request = ScheduleRequest::new(key, vec![entry(1), entry(2), entry(3)], now).expect("three entries");
    assert_eq!(scheduler.schedule(&request).await.expect("a booking").len(), 3);
}
