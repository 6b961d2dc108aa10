//! What the provider shows of an order since its charge was settled as unpaid: a booking of the order may have run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kr_billing::{AttemptEnd, Billing, Charge, DoubtCause, Error, ErrorKind, Operation, Payment, Reach, Recovered, Resolved};

use crate::support::*;

/// Whether what happens since has happened.
#[derive(Clone, Default)]
struct Since(Arc<AtomicBool>);

impl Since {
    fn happens(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn otherwise<T>(&self, before: T, since: T) -> T {
        if self.0.load(Ordering::SeqCst) { since } else { before }
    }
}

/// A `Billing` whose one charge is declined, and what a look-up shows since.
fn declined_and(since: &Since, shows: impl Fn() -> Result<Vec<Payment>, Error> + Send + Sync + 'static) -> Billing {
    let mut pg = bare_gateway();
    pg.expect_check_charge().returning(|_| Ok(()));
    pg.expect_charge().times(1).returning(|_| answer(failed("imps_1", no_funds())));
    let since = since.clone();
    pg.expect_payments().returning(move |_| since.otherwise(Ok(vec![]), shows()));
    billing(pg, quick())
}

fn paid_by_a_booking() -> Result<Vec<Payment>, Error> {
    Ok(vec![failed("imps_1", no_funds()), record("imps_2", "Paid", 9_900)])
}

#[tokio::test]
async fn a_settled_ticket_is_looked_up_before_unpaid_is_said_again() {
    let (since, clock) = (Since::default(), Arc::new(StillClock::default()));
    let mut pg = bare_gateway();
    pg.expect_check_charge().returning(|_| Ok(()));
    pg.expect_charge().times(1).returning(|_| Err(lost()));
    let (paid, dark) = (since.clone(), Since::default());
    let nobody_sees = dark.clone();
    pg.expect_payments().returning(move |_| {
        let shown = paid.otherwise(Ok(vec![]), paid_by_a_booking());
        nobody_sees.otherwise(shown, Err(Error::new(Operation::LookUpPayment, Reach::Unclear, ErrorKind::ServerFailure, "502")))
    });
    let billing = builder(pg, quick()).clock(clock.clone()).build().unwrap();
    let Ok(Charge::InDoubt(doubt)) = billing.charge(request(9_900)).await else { panic!("no doubt") };
    clock.pass(Duration::from_secs(3_600));
    // One worker settles it, and it is true then; another still has the ticket.
    let recovered = billing.recover().await.unwrap();
    assert!(matches!(&recovered[..], [Recovered::Charge(_, Resolved::NotCharged)]), "{recovered:?}");
    assert!(matches!(billing.resume(&doubt.ticket).await, Ok(Resolved::NotCharged)));
    since.happens();
    assert!(matches!(billing.resume(&doubt.ticket).await, Ok(Resolved::Paid(_))));
    dark.happens();
    assert!(matches!(billing.resume(&doubt.ticket).await, Ok(Resolved::StillInDoubt(_))));
}

#[tokio::test]
async fn a_decline_is_not_said_again_when_nobody_can_look_the_order_up() {
    let since = Since::default();
    let dark = || Err(Error::new(Operation::LookUpPayment, Reach::Unclear, ErrorKind::ServerFailure, "502"));
    let billing = declined_and(&since, dark);
    assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::Declined(_))));
    since.happens();
    for won in [9_900, 5_000] {
        let again = billing.charge(request(won)).await;
        assert!(kr_billing::order_ids::next_attempt(1, AttemptEnd::of(&again)).is_none(), "another id: {again:?}");
        assert!(matches!(again, Ok(Charge::InDoubt(doubt)) if doubt.cause == DoubtCause::EarlierAttempt));
    }
}

#[tokio::test]
async fn a_declined_order_is_never_sent_again_whatever_stood_open_since() {
    let (open, over, clock) = (Since::default(), Since::default(), Arc::new(StillClock::default()));
    let mut pg = bare_gateway();
    pg.expect_check_charge().returning(|_| Ok(()));
    pg.expect_charge().times(1).returning(|_| answer(failed("imps_1", no_funds())));
    let (opened, given_up) = (open.clone(), over.clone());
    pg.expect_payments().returning(move |_| {
        let since = |status| vec![failed("imps_1", no_funds()), record("imps_2", status, 9_900)];
        Ok(given_up.otherwise(opened.otherwise(vec![], since("Ready")), since("Failed")))
    });
    let billing = builder(pg, quick()).clock(clock.clone()).build().unwrap();
    assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::Declined(_))));
    // A payment window that somebody opened under the same order, and gave up.
    open.happens();
    assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::InDoubt(_))));
    over.happens();
    clock.pass(Duration::from_secs(3_600));
    assert!(billing.recover().await.unwrap().is_empty());
    assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::Declined(_))));
}
