//! A journal that can be read and not written, as on a full disk: nothing is sent without it, and nothing is told wrongly.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kr_billing::journal::{Before, Entry, Intent, Journal, JournalError, MemoryJournal, Outcome, Subject};
use kr_billing::{
    Answer, Charge, Clock, CodeClass, DoubtCause, ErrorKind, MockScheduler, PaymentId, Reach, Recovered, Resolved, Schedule,
    Ticket,
};

use crate::support::*;

/// Some of its writes fail while it is full.
struct Broken {
    writes: &'static [&'static str],
    full: AtomicBool,
    inner: MemoryJournal,
}

impl Broken {
    fn new(writes: &'static [&'static str]) -> Arc<Self> {
        Arc::new(Self { writes, full: AtomicBool::new(true), inner: MemoryJournal::new() })
    }

    fn has_room(&self) {
        self.full.store(false, Ordering::SeqCst);
    }

    fn write(&self, name: &str) -> Result<(), JournalError> {
        let fails = self.full.load(Ordering::SeqCst) && self.writes.contains(&name);
        if fails { Err(JournalError::new("the disk is full")) } else { Ok(()) }
    }
}

#[async_trait::async_trait]
impl Journal for Broken {
    async fn before_send(&self, intent: &Intent) -> Result<Before, JournalError> {
        self.write("before_send")?;
        self.inner.before_send(intent).await
    }
    async fn settle(&self, subject: &Subject, ticket: &Ticket, outcome: &Outcome) -> Result<(), JournalError> {
        self.write("settle")?;
        self.inner.settle(subject, ticket, outcome).await
    }
    async fn find(&self, subject: &Subject) -> Result<Option<Entry>, JournalError> {
        self.inner.find(subject).await
    }
    async fn open(&self) -> Result<Vec<Intent>, JournalError> {
        self.inner.open().await
    }
    async fn amend(&self, subject: &Subject, ticket: &Ticket, learnt: &Ticket) -> Result<(), JournalError> {
        self.write("amend")?;
        self.inner.amend(subject, ticket, learnt).await
    }
    async fn charge_of(&self, payment: &PaymentId) -> Result<Option<Intent>, JournalError> {
        self.inner.charge_of(payment).await
    }
}

#[tokio::test]
async fn without_a_journal_nothing_is_sent_and_after_the_answer_it_changes_nothing() {
    let mut pg = gateway();
    pg.expect_charge().times(0);
    let billing = builder(pg, quick()).journal(Broken::new(&["before_send"])).build().unwrap();
    let error = billing.charge(request(9_900)).await.unwrap_err();
    assert_eq!((error.error().kind(), error.error().reach()), (ErrorKind::Journal, Reach::NotSent));

    let mut pg = gateway();
    pg.expect_charge().times(1).returning(|_| answer(record("imps_1", "Paid", 9_900)));
    let billing = builder(pg, quick()).journal(Broken::new(&["settle"])).build().unwrap();
    assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::Paid(_))));
}

/// "Not charged" would let the merchant take another order id while the open payment may still go through.
#[tokio::test]
async fn a_payment_that_stands_open_is_a_doubt_even_where_the_journal_cannot_list_it() {
    let open = || {
        let mut pg = bare_gateway();
        pg.expect_check_charge().returning(|_| Ok(()));
        pg.expect_payments().returning(|_| Ok(vec![record("imps_1", "Ready", 9_900)]));
        pg
    };
    let billing = builder(open(), quick()).journal(Broken::new(&["before_send"])).build().unwrap();
    let Ok(Charge::InDoubt(doubt)) = billing.charge(request(9_900)).await else { panic!("no doubt") };
    assert_eq!(doubt.cause, DoubtCause::EarlierAttempt);
    assert!(matches!(billing.resume(&doubt.ticket).await, Ok(Resolved::StillInDoubt(_))));

    let mut pg = open();
    let scheduler: &'static MockScheduler = Box::leak(Box::new(failed_booking()));
    pg.expect_scheduler().returning(move || Some(scheduler));
    let billing = builder(pg, quick()).journal(Broken::new(&["before_send"])).build().unwrap();
    let key = request(1).key().cloned().unwrap();
    assert!(matches!(billing.retry_schedule(&key, &order()).await, Ok(Charge::InDoubt(_))));
}

fn failed_booking() -> MockScheduler {
    let json = serde_json::json!({
        "order": order(), "key": "member-1", "at": 1_790_000_000, "amount": 9_900, "status": "Executed", "payment": null,
        "executed_at": null, "revoked_at": null, "name": null, "payment_status": "Failed", "failure": null, "pg_provider": null,
        "pg_id": null
    });
    let booking: Schedule = serde_json::from_value(json).unwrap();
    let mut scheduler = MockScheduler::new();
    scheduler.expect_entry().returning(move |_| Ok(Some(booking.clone())));
    scheduler
}

/// What the provider has claimed is on the ticket, then, and goes into the journal as soon as it can be written.
#[tokio::test]
async fn a_claim_that_could_not_be_stored_is_not_cleared_by_silence() {
    let mut pg = gateway();
    pg.expect_charge().times(1).returning(|_| Ok(Answer::Refused(failure(CodeClass::Duplicate))));
    pg.expect_payments().returning(|_| Ok(vec![]));
    let (clock, journal) = (Arc::new(StillClock::default()), Broken::new(&["amend"]));
    let billing = builder(pg, quick()).journal(journal.clone()).clock(clock.clone()).build().unwrap();
    let Ok(Charge::InDoubt(doubt)) = billing.charge(request(9_900)).await else { panic!("no doubt") };
    clock.sleep(Duration::from_secs(86_400)).await;
    let still = async || matches!(billing.resume(&doubt.ticket).await, Ok(Resolved::StillInDoubt(_)));
    assert!(still().await, "with a full disk");
    journal.has_room();
    assert!(still().await, "with room again");
    let listed = billing.recover().await.unwrap();
    assert!(matches!(&listed[..], [Recovered::Charge(_, Resolved::StillInDoubt(_))]), "{listed:?}");
}
