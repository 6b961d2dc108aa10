//! Bookings: a refusal says nothing of what an earlier call, whose answer was lost, has done.

use std::sync::Arc;

use kr_billing::journal::{Before, Entry, Intent, Journal, JournalError, MemoryJournal, Outcome, Subject};
use kr_billing::{
    Attempt, BillingKey, Charge, Error, ErrorKind, MockScheduler, Operation, OrderName, PaymentId, PaymentStatus, Reach,
    Schedule, ScheduleEntry, ScheduleRequest, Ticket, UnixSeconds,
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

/// A journal in which another program charges the order as soon as its retry is settled.
struct ChargedMeanwhile(MemoryJournal);

#[async_trait::async_trait]
impl Journal for ChargedMeanwhile {
    async fn before_send(&self, intent: &Intent) -> Result<Before, JournalError> {
        self.0.before_send(intent).await
    }
    async fn settle(&self, subject: &Subject, ticket: &Ticket, outcome: &Outcome) -> Result<(), JournalError> {
        self.0.settle(subject, ticket, outcome).await?;
        let attempt = Attempt::Charge { order: order(), amount: krw(9_900), key: None, keep: None };
        let ticket = Ticket { attempt, ..ticket.clone() };
        let charge = Intent { subject: Subject::charge(&order()), body: "charge".into(), ticket, send_by_ms: 1, tax: None };
        self.0.before_send(&charge).await.map(drop)
    }
    async fn find(&self, subject: &Subject) -> Result<Option<Entry>, JournalError> {
        self.0.find(subject).await
    }
    async fn open(&self) -> Result<Vec<Intent>, JournalError> {
        self.0.open().await
    }
    async fn amend(&self, subject: &Subject, ticket: &Ticket, learnt: &Ticket) -> Result<(), JournalError> {
        self.0.amend(subject, ticket, learnt).await
    }
    async fn charge_of(&self, payment: &PaymentId) -> Result<Option<Intent>, JournalError> {
        self.0.charge_of(payment).await
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
        let billing = builder(pg, quick()).journal(Arc::new(ChargedMeanwhile(MemoryJournal::new()))).build().unwrap();
        let key = request(1).key().cloned().unwrap();
        let ended = billing.retry_schedule(&key, &order()).await;
        assert!(matches!(ended, Ok(Charge::InDoubt(_))), "refused {refused}: {ended:?}");
    }
}
