//! Bookings: a refusal says nothing of what an earlier call, whose answer was lost, has done.

use std::sync::{Arc, Mutex};

use kr_billing::journal::{Intent, MemoryJournal, Subject};
use kr_billing::{
    Attempt, BillingKey, Charge, Clock, Error, ErrorKind, MockScheduler, Operation, OrderId, OrderName, PaymentStatus, Policy,
    Reach, Schedule, ScheduleEntry, ScheduleRequest, Ticket, UnixSeconds,
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

fn with(scheduler: MockScheduler) -> (kr_billing::Billing, BillingKey) {
    let scheduler: &'static MockScheduler = Box::leak(Box::new(scheduler));
    let mut pg = gateway();
    pg.expect_scheduler().returning(move || Some(scheduler));
    (billing(pg, quick()), request(1).key().cloned().unwrap())
}

/// A `Billing` whose provider refuses every booking and move, and has this on its list.
fn refusing(stands: Option<Schedule>) -> (kr_billing::Billing, BillingKey) {
    let mut scheduler = MockScheduler::new();
    scheduler.expect_schedule().returning(|_| Err(refused()));
    scheduler.expect_reschedule().returning(|_, _| Err(refused()));
    scheduler.expect_entry().returning(move |_| Ok(stands.clone()));
    with(scheduler)
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

fn lost_call(operation: Operation) -> Error {
    Error::new(operation, Reach::Unclear, ErrorKind::Interrupted, "the connection broke")
}

/// A `Billing` whose provider loses each answer, and then has these on its list, one look-up after the other.
fn losing(policy: Policy, mut stands: Vec<Option<Schedule>>) -> (kr_billing::Billing, BillingKey) {
    let mut scheduler = MockScheduler::new();
    scheduler.expect_schedule().times(0..=1).returning(|_| Err(lost_call(Operation::Schedule)));
    scheduler.expect_change_time().times(0..=1).returning(|_, _| Err(lost_call(Operation::MoveSchedule)));
    scheduler.expect_cancel().times(0..=1).returning(|_, _| Err(lost_call(Operation::CancelSchedule)));
    scheduler.expect_cancel_all().times(0..=1).returning(|_| Err(lost_call(Operation::CancelSchedule)));
    stands.reverse();
    let stands = Arc::new(Mutex::new(stands));
    // The last one stays.
    let next = move || {
        let mut stands = stands.lock().unwrap();
        if stands.len() > 1 { stands.pop().unwrap() } else { stands[0].clone() }
    };
    let soon = next.clone();
    scheduler.expect_entry().returning(move |_| Ok(next()));
    scheduler.expect_entries().returning(move |_, window| {
        let in_it = window.from() <= AT && AT < window.to();
        Ok(if in_it { soon().into_iter().collect() } else { Vec::new() })
    });
    let scheduler: &'static MockScheduler = Box::leak(Box::new(scheduler));
    let mut pg = gateway();
    pg.expect_scheduler().returning(move || Some(scheduler));
    (billing(pg, policy), request(1).key().cloned().unwrap())
}

#[tokio::test]
async fn a_booking_whose_answer_is_lost_is_looked_up_for_a_while() {
    let entry = || ScheduleEntry::new(order(), AT, krw(9_900), OrderName::new("November").unwrap());
    let there = || Some(found("Scheduled", AT));
    let cases = [
        (quick(), vec![None, None, there()], None),
        // Given up before the settle time, silence says nothing; after it, it does.
        (quick(), vec![None], Some(Reach::Unclear)),
        (patient(), vec![None], Some(Reach::Refused)),
        (patient(), vec![Some(found("Executed", AT))], Some(Reach::Unclear)),
    ];
    for (policy, stands, reach) in cases {
        let shown = format!("{stands:?}");
        let (billing, key) = losing(policy, stands);
        let booking = ScheduleRequest::new(key, vec![entry()], billing.now()).unwrap();
        let ended = billing.schedule(&booking).await;
        assert_eq!(ended.err().map(|error| error.reach()), reach, "{shown}");
    }
}

#[tokio::test]
async fn a_move_and_a_cancel_whose_answer_is_lost_are_looked_up_for_a_while() {
    let (before, moved) = (|| Some(found("Scheduled", AT)), || Some(found("Scheduled", AT.plus(60))));
    let (billing, key) = losing(quick(), vec![before(), before(), moved()]);
    assert_eq!(billing.change_schedule_time(&key, &order(), AT.plus(60)).await.unwrap().at, Some(AT.plus(60)));

    let gone = || Some(found("Revoked", AT));
    for (policy, stands, reach) in [
        (quick(), vec![before(), before(), gone()], None),
        (quick(), vec![before()], Some(Reach::Unclear)),
        (patient(), vec![before()], Some(Reach::Refused)),
    ] {
        let (billing, key) = losing(policy.clone(), stands.clone());
        let ended = billing.cancel_schedules(&key, &[order()]).await;
        assert_eq!(ended.map(|list| list.len()).map_err(|error| error.reach()), reach.map_or(Ok(1), Err), "{stands:?}");
        let (billing, key) = losing(policy, stands.clone());
        let ended = billing.cancel_all_schedules(&key).await;
        assert_eq!(ended.map(|list| list.len()).map_err(|error| error.reach()), reach.map_or(Ok(1), Err), "all: {stands:?}");
    }
}

#[tokio::test]
async fn what_is_half_taken_back_is_never_called_untouched() {
    let (gone, other) = (Some(found("Revoked", AT)), OrderId::new("another").unwrap());
    let (billing, key) = losing(patient(), vec![gone]);
    let error = billing.cancel_schedules(&key, &[order(), other]).await.unwrap_err();
    assert_eq!(error.reach(), Reach::Unclear);
    // Nothing that waits was seen before the call, and its answer is lost: there is nothing to look up.
    let (billing, key) = losing(patient(), vec![None]);
    assert_eq!(billing.cancel_all_schedules(&key).await.unwrap_err().reach(), Reach::Unclear);
}

#[tokio::test]
async fn a_look_up_that_began_before_the_settle_time_proves_nothing() {
    let clock = Arc::new(StillClock::default());
    let slow = clock.clone();
    let mut scheduler = MockScheduler::new();
    scheduler.expect_schedule().returning(|_| Err(lost_call(Operation::Schedule)));
    scheduler.expect_entry().returning(move |_| {
        slow.pass(std::time::Duration::from_secs(3));
        Ok(None)
    });
    let scheduler: &'static MockScheduler = Box::leak(Box::new(scheduler));
    let mut pg = gateway();
    pg.expect_scheduler().returning(move || Some(scheduler));
    let billing = builder(pg, quick()).clock(clock).build().unwrap();
    let entry = ScheduleEntry::new(order(), AT, krw(9_900), OrderName::new("November").unwrap());
    let booking = ScheduleRequest::new(request(1).key().cloned().unwrap(), vec![entry], billing.now()).unwrap();
    assert_eq!(billing.schedule(&booking).await.unwrap_err().reach(), Reach::Unclear);
}

#[tokio::test]
async fn a_booking_that_another_one_stands_in_the_way_of_is_a_conflict_and_no_doubt() {
    let entry = || ScheduleEntry::new(order(), AT, krw(9_900), OrderName::new("November").unwrap());
    let another_sum = || Schedule { amount: record("imp_1", "Paid", 5_000).amount, ..found("Scheduled", AT) };
    for other in [found("Scheduled", AT.plus(60)), another_sum(), found("Executed", AT.plus(60)), found("Revoked", AT)] {
        let (billing, key) = refusing(Some(other.clone()));
        let booking = ScheduleRequest::new(key, vec![entry()], billing.now()).unwrap();
        let error = billing.schedule(&booking).await.unwrap_err();
        assert_eq!((error.reach(), error.kind()), (Reach::Refused, ErrorKind::OrderConflict), "{other:?}");
        assert!(error.message().contains("has a booking already"), "{error}");
    }
}

#[tokio::test]
async fn a_declined_retry_is_no_decline_while_a_charge_of_its_order_is_under_way() {
    for refused in [false, true] {
        let mut scheduler = MockScheduler::new();
        scheduler.expect_entry().returning(|_| {
            let stands = Schedule { payment_status: Some(PaymentStatus::Failed), ..found("Executed", AT) };
            Ok(Some(stands))
        });
        scheduler.expect_retry().times(1).returning(move |_| match refused {
            false => answer(failed("imps_1", no_funds())),
            true => Err(Error::new(Operation::RetrySchedule, Reach::Refused, ErrorKind::Rejected, "400")),
        });
        let scheduler: &'static MockScheduler = Box::leak(Box::new(scheduler));
        let mut pg = bare_gateway();
        pg.expect_payments().returning(|_| Ok(vec![]));
        pg.expect_scheduler().returning(move || Some(scheduler));
        let charged = |intent: Intent| {
            let attempt = Attempt::Charge { order: order(), amount: krw(9_900), key: None, keep: None };
            let ticket = Ticket { attempt, ..intent.ticket };
            Intent { subject: Subject::charge(&order()), body: "charge".into(), ticket, ..intent }
        };
        let billing = builder(pg, quick()).journal(Arc::new(SentMeanwhile(MemoryJournal::new(), charged))).build().unwrap();
        let key = request(1).key().cloned().unwrap();
        let ended = billing.retry_schedule(&key, &order()).await;
        assert!(matches!(ended, Ok(Charge::InDoubt(_))), "refused {refused}: {ended:?}");
    }
}

fn booking(order: &str, key: &str, status: &str) -> Schedule {
    Schedule { order: OrderId::new(order).unwrap(), key: Some(key.into()), ..found(status, AT) }
}

#[tokio::test]
async fn all_bookings_are_not_called_taken_back_while_one_still_waits() {
    let answers = [vec![], vec![booking("a", "member-1", "Revoked")], vec![booking("a", "member-1", "Scheduled")]];
    for answered in answers {
        let mut scheduler = MockScheduler::new();
        scheduler.expect_entries().returning(|_, window| {
            let waiting = vec![booking("a", "member-1", "Scheduled"), booking("b", "member-1", "Scheduled")];
            Ok(if window.from() <= AT && AT < window.to() { waiting } else { vec![] })
        });
        scheduler.expect_cancel_all().returning(move |_| Ok(answered.clone()));
        scheduler.expect_entry().returning(|order| {
            let status = if order.as_str() == "a" { "Revoked" } else { "Scheduled" };
            Ok(Some(booking(order.as_str(), "member-1", status)))
        });
        let (billing, key) = with(scheduler);
        let ended = billing.cancel_all_schedules(&key).await;
        assert_eq!(ended.unwrap_err().reach(), Reach::Unclear, "b waits and will be charged");
    }
}

#[tokio::test]
async fn another_keys_booking_is_not_moved() {
    let mut scheduler = MockScheduler::new();
    scheduler.expect_entry().returning(|order| Ok(Some(booking(order.as_str(), "member-2", "Revoked"))));
    scheduler.expect_reschedule().times(0);
    scheduler.expect_change_time().times(0);
    let (billing, key) = with(scheduler);
    for ended in
        [billing.reschedule(&key, &order(), AT.plus(60)).await, billing.change_schedule_time(&key, &order(), AT.plus(60)).await]
    {
        assert_eq!(ended.unwrap_err().kind(), ErrorKind::Mismatch, "another member's card would be charged");
    }
}

#[tokio::test]
async fn a_time_that_has_passed_meanwhile_is_not_booked() {
    let clock = std::sync::Arc::new(StillClock::default());
    let stands = [(None, Some(Reach::NotSent)), (Some("Executed"), Some(Reach::Unclear)), (Some("Scheduled"), None)];
    for (status, reach) in stands {
        let mut scheduler = MockScheduler::new();
        scheduler.expect_schedule().times(0);
        let at = UnixSeconds(1_790_000_000).plus(clock.monotonic().as_secs() + 10);
        // An earlier call of the same, whose answer was lost, may have booked it when there was time.
        scheduler.expect_entry().returning(move |_| Ok(status.map(|status| found(status, at))));
        let scheduler: &'static MockScheduler = Box::leak(Box::new(scheduler));
        let mut pg = gateway();
        pg.expect_scheduler().returning(move || Some(scheduler));
        let billing = builder(pg, quick()).clock(clock.clone()).build().unwrap();
        let entry = ScheduleEntry::new(order(), at, krw(9_900), OrderName::new("November").unwrap());
        let request = ScheduleRequest::new(request(1).key().cloned().unwrap(), vec![entry], billing.now()).unwrap();
        clock.pass(std::time::Duration::from_secs(60));
        let ended = billing.schedule(&request).await;
        assert_eq!(ended.err().map(|error| error.reach()), reach, "{status:?}");
    }
}

#[tokio::test]
async fn a_move_that_leaves_nothing_waiting_is_not_done() {
    let mut scheduler = MockScheduler::new();
    let gone = || Schedule { at: Some(AT.plus(60)), ..booking(order().as_str(), "member-1", "Revoked") };
    scheduler.expect_change_time().returning(move |_, _| Ok(gone()));
    scheduler.expect_entry().times(1).returning(|order| Ok(Some(booking(order.as_str(), "member-1", "Scheduled"))));
    scheduler.expect_entry().returning(move |_| Ok(Some(gone())));
    let (billing, key) = with(scheduler);
    let ended = billing.change_schedule_time(&key, &order(), AT.plus(60)).await;
    assert_eq!(ended.unwrap_err().reach(), Reach::Unclear);
}

/// V1 refuses it, and at the time that it has already nobody could tell that refusal from a move that was taken back since.
#[tokio::test]
async fn what_does_not_wait_any_more_is_not_moved_and_no_doubt() {
    for status in ["Revoked", "Executed"] {
        let mut scheduler = MockScheduler::new();
        scheduler.expect_change_time().times(0);
        scheduler.expect_entry().returning(move |order| Ok(Some(booking(order.as_str(), "member-1", status))));
        let (billing, key) = with(scheduler);
        let error = billing.change_schedule_time(&key, &order(), AT).await.unwrap_err();
        assert_eq!((error.kind(), error.reach()), (ErrorKind::OrderConflict, Reach::NotSent), "{status}");
    }
}
