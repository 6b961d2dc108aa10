//! Bookings: a refusal says nothing of what an earlier call, whose answer was lost, has done.

use kr_billing::{
    BillingKey, Error, ErrorKind, MockScheduler, Operation, OrderName, Reach, Schedule, ScheduleEntry, ScheduleRequest,
    UnixSeconds,
};

use crate::support::*;

const AT: UnixSeconds = UnixSeconds(1_790_086_400);

fn found(status: &str, at: UnixSeconds) -> Schedule {
    let json = serde_json::json!({
        "order": order(), "key": "member-1", "at": at, "amount": 9_900, "status": status, "payment": null, "executed_at": null,
        "revoked_at": null, "name": null, "payment_status": null, "failure": null, "pg_provider": null, "pg_id": null
    });
    serde_json::from_value(json).unwrap()
}

fn refused() -> Error {
    Error::new(Operation::Schedule, Reach::Refused, ErrorKind::Rejected, "no")
}

/// A `Billing` whose provider refuses every booking and move, and has this on its list.
fn refusing(stands: Option<Schedule>) -> (kr_billing::Billing, BillingKey) {
    let mut scheduler = MockScheduler::new();
    scheduler.expect_schedule().returning(|_| Err(refused()));
    scheduler.expect_reschedule().returning(|_, _| Err(refused()));
    scheduler.expect_entry().returning(move |_| Ok(stands.clone()));
    let scheduler: &'static MockScheduler = Box::leak(Box::new(scheduler));
    let mut pg = gateway();
    pg.expect_scheduler().returning(move || Some(scheduler));
    (billing(pg, quick()), request(1).key().cloned().unwrap())
}

#[tokio::test]
async fn a_refused_booking_is_looked_up() {
    let entry = || ScheduleEntry::new(order(), AT, krw(9_900), OrderName::new("November").unwrap());
    let cases = [(None, Some(Reach::Refused)), (Some("Executed"), Some(Reach::Unclear)), (Some("Scheduled"), None)];
    for (status, reach) in cases {
        let (billing, key) = refusing(status.map(|status| found(status, AT)));
        let booking = ScheduleRequest::new(key, vec![entry()], billing.now()).unwrap();
        let ended = billing.schedule(&booking).await;
        assert_eq!(ended.err().map(|error| error.reach()), reach, "{status:?}");
    }
}

#[tokio::test]
async fn a_booking_that_was_moved_by_an_earlier_call_is_not_called_refused() {
    let cases = [
        (None, AT, Some(Reach::Refused)),
        (Some("Scheduled"), AT.plus(60), Some(Reach::Refused)),
        (Some("Executed"), AT, Some(Reach::Unclear)),
        (Some("Scheduled"), AT, None),
    ];
    for (status, at, reach) in cases {
        let (billing, key) = refusing(status.map(|status| found(status, at)));
        let ended = billing.reschedule(&key, &order(), AT).await;
        assert_eq!(ended.err().map(|error| error.reach()), reach, "{status:?}");
    }
}
