//! How long things are waited for: places, turns, the budget for asking again, and silence that is not proof yet.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use kr_billing::journal::{Intent, MemoryJournal};
use kr_billing::{Charge, Clock, ErrorKind, OrderId, Reach, Recovered, Resolved, Ticket};
use tokio::sync::Notify;

use crate::support::*;

/// A clock on which waits of one length never end, and all others are over at once.
struct Parked {
    length: Duration,
    parked: Notify,
}

#[async_trait]
impl Clock for Parked {
    fn wall(&self) -> SystemTime {
        StillClock::default().wall()
    }
    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
    async fn sleep(&self, time: Duration) {
        if time == self.length {
            self.parked.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

#[tokio::test]
async fn a_charge_holds_its_place_until_it_ends() {
    let mut pg = bare_gateway();
    pg.expect_check_charge().returning(|_| Ok(()));
    pg.expect_payments().returning(|_| Ok(vec![]));
    pg.expect_charge().returning(|_| Err(unreachable()));
    let mut policy = quick();
    policy.concurrent_sends = 1;
    let clock = Arc::new(Parked { length: policy.first_wait, parked: Notify::new() });
    let billing = builder(pg, policy).clock(clock.clone()).build().unwrap();
    let first = tokio::spawn({
        let billing = billing.clone();
        async move { billing.charge(request(9_900)).await }
    });
    clock.parked.notified().await;
    let mut other = request(9_900);
    other.order = OrderId::new("another").unwrap();
    let ended = tokio::select! {
        ended = billing.charge(other) => ended.unwrap_err(),
        () = clock.parked.notified() => panic!("sent beside the first"),
    };
    assert_eq!((ended.error().kind(), ended.error().reach()), (ErrorKind::Exhausted, Reach::NotSent));
    first.abort();
}

#[cfg(feature = "rate-limit")]
#[tokio::test]
async fn a_channel_with_a_pace_makes_its_charges_wait() {
    struct Sleepless(Notify);
    #[async_trait]
    impl Clock for Sleepless {
        fn wall(&self) -> SystemTime {
            StillClock::default().wall()
        }
        fn monotonic(&self) -> Duration {
            Duration::ZERO
        }
        async fn sleep(&self, time: Duration) {
            // The bound on waiting for a place is no turn.
            if time < Duration::from_secs(2) {
                self.0.notify_one();
            }
            std::future::pending::<()>().await;
        }
    }
    let mut pg = bare_gateway();
    pg.expect_check_charge().returning(|_| Ok(()));
    pg.expect_payments().returning(|_| Ok(vec![]));
    pg.expect_charge().times(1).returning(|_| Ok(kr_billing::Answer::Recorded(Box::new(record("imps_1", "Paid", 9_900)))));
    let clock = Arc::new(Sleepless(Notify::new()));
    let one = std::num::NonZeroU32::new(1).unwrap();
    let billing = builder(pg, quick()).requests_per_second(channel(), one).clock(clock.clone()).build().unwrap();
    assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::Paid(_))));
    let mut other = request(9_900);
    other.order = OrderId::new("another").unwrap();
    tokio::select! {
        ended = billing.charge(other) => panic!("the second did not wait: {ended:?}"),
        () = clock.0.notified() => {}
    }
}

#[tokio::test]
async fn look_ups_in_an_outage_spend_the_budget_and_then_the_doubt_is_handed_out() {
    for (budget, looks) in [(0, 1), (3, 4)] {
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let mut pg = gateway();
        pg.expect_charge().times(1).returning(|_| Err(lost()));
        pg.expect_payments().returning(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            Err(unreachable())
        });
        let mut policy = patient();
        policy.retry_budget = budget;
        assert!(matches!(billing(pg, policy).charge(request(9_900)).await, Ok(Charge::InDoubt(_))));
        assert_eq!(asked.load(Ordering::SeqCst), looks, "with a budget of {budget}");
    }
}

#[tokio::test]
async fn nobody_calls_silence_proof_while_a_send_may_be_under_way() {
    let mut pg = gateway();
    pg.expect_charge().times(1).returning(|_| Err(lost()));
    pg.expect_payments().returning(|_| Ok(vec![]));
    let clock = Arc::new(StillClock::default());
    let policy = quick();
    let (settle, send) = (policy.settle_after, policy.send_within + policy.send_timeout);
    let billing = builder(pg, policy).clock(clock.clone()).build().unwrap();
    let Ok(Charge::InDoubt(_)) = billing.charge(request(9_900)).await else { panic!("no doubt") };
    clock.sleep(settle + send).await;
    // The settle time after the intent is over; a second send, with a new token after a 401, may have begun only now.
    assert!(matches!(billing.recover().await.unwrap().as_slice(), [Recovered::TooEarly(_)]));
    clock.sleep(send * 3).await;
    let recovered = billing.recover().await.unwrap();
    assert!(matches!(recovered.as_slice(), [Recovered::Charge(_, Resolved::NotCharged)]), "{recovered:?}");
}

#[tokio::test]
async fn not_charged_is_not_said_while_somebody_else_sends_the_order_again() {
    let mut pg = gateway();
    pg.expect_charge().times(1).returning(|_| Err(lost()));
    pg.expect_payments().returning(|_| Ok(vec![]));
    let clock = Arc::new(StillClock::default());
    let again = |intent: Intent| {
        let ticket = Ticket { sent_at_ms: intent.ticket.sent_at_ms + 1, ..intent.ticket.clone() };
        Intent { ticket, ..intent }
    };
    let journal = Arc::new(SentMeanwhile(MemoryJournal::new(), again));
    let billing = builder(pg, quick()).clock(clock.clone()).journal(journal).build().unwrap();
    let Ok(Charge::InDoubt(doubt)) = billing.charge(request(9_900)).await else { panic!("no doubt") };
    clock.sleep(Duration::from_secs(3_600)).await;
    assert!(matches!(billing.resume(&doubt.ticket).await, Ok(Resolved::StillInDoubt(_))));
}
