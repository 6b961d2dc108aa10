//! What came before: outcomes that are known, doubts that are open, and payments that were there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kr_billing::contract::IssuePath;
use kr_billing::journal::{Before, Entry, Intent, Journal, JournalError, MemoryJournal, Outcome, Subject};
use kr_billing::{
    Answer, Attempt, BillingKey, BillingKeyId, Card, ChannelName, Charge, ChargeRequest, CodeClass, DoubtCause, Error, ErrorKind,
    Expiry, Fact, MockBillingGateway, MockCheckoutWindow, MockScheduler, Operation, OrderName, Payment, Profile, Reach, Resolved,
    Ticket,
};

use crate::support::*;

#[tokio::test]
async fn the_same_request_again_gives_the_known_outcome_and_sends_nothing() {
    let mut pg = gateway();
    pg.expect_charge().times(1).returning(|_| answer(record("imps_1", "Paid", 9_900)));
    let billing = billing(pg, quick());
    for _ in 0..3 {
        assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::Paid(_))));
    }
    let Ok(Charge::InDoubt(doubt)) = billing.charge(request(5_000)).await else { panic!("another body was charged") };
    assert_eq!(doubt.cause, DoubtCause::OrderTaken { payment: Some(id("imps_1")) });
}

#[tokio::test]
async fn another_request_under_a_declined_order_is_refused_with_the_earlier_outcome() {
    let mut pg = bare_gateway();
    pg.expect_check_charge().returning(|_| Ok(()));
    pg.expect_payments().returning(|_| Ok(vec![]));
    pg.expect_charge().times(1).returning(|_| answer(failed("imps_1", no_funds())));
    let billing = billing(pg, quick());
    assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::Declined(_))));
    let refused = billing.charge(request(5_000)).await.unwrap_err();
    assert_eq!(refused.error().kind(), ErrorKind::OrderConflict);
    assert!(matches!(refused.earlier(), Some(Outcome::Declined { .. })));
}

#[tokio::test]
async fn nothing_is_sent_while_its_order_is_in_doubt() {
    let mut pg = gateway();
    pg.expect_charge().times(1).returning(|_| Err(lost()));
    pg.expect_payments().returning(|_| Ok(vec![]));
    let billing = billing(pg, quick());
    let Ok(Charge::InDoubt(first)) = billing.charge(request(9_900)).await else { panic!("no doubt") };
    for won in [9_900, 5_000] {
        let Ok(Charge::InDoubt(again)) = billing.charge(request(won)).await else { panic!("sent again") };
        assert_eq!(again.cause, DoubtCause::EarlierAttempt);
        assert_eq!(again.ticket == first.ticket, won == 9_900, "a ticket asks about its own request");
    }
}

#[tokio::test]
async fn another_requests_payment_is_never_taken_for_this_ones() {
    let mut pg = gateway();
    pg.expect_charge().times(1).returning(|_| answer(record("imps_1", "Paid", 9_900)));
    pg.expect_payments().returning(|_| Ok(vec![record("imps_1", "Paid", 9_900)]));
    let billing = billing(pg, quick());
    assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::Paid(_))));
    let Ok(Charge::InDoubt(taken)) = billing.charge(request(5_000)).await else { panic!("another body was charged") };
    assert!(matches!(billing.resume(&taken.ticket).await, Ok(Resolved::Mismatch { .. })));
}

#[tokio::test]
async fn a_doubt_that_a_person_closed_is_listed_no_more_and_stays_taken() {
    let mut pg = gateway();
    pg.expect_charge().times(1).returning(|_| answer(record("imps_1", "Paid", 1)));
    pg.expect_payments().returning(|_| Ok(vec![record("imps_1", "Paid", 1)]));
    let billing = billing(pg, quick());
    let Ok(Charge::InDoubt(doubt)) = billing.charge(request(9_900)).await else { panic!("no doubt") };
    assert_eq!(billing.recover().await.unwrap().len(), 1);
    billing.dismiss(&doubt.ticket).await.unwrap();
    assert_eq!(billing.recover().await.unwrap().len(), 0);
    assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::InDoubt(_))));
}

#[tokio::test]
async fn a_request_whose_doubt_was_closed_is_looked_up_when_it_comes_again() {
    for (records, found) in [(vec![record("imps_1", "Paid", 9_900)], true), (vec![], false)] {
        let mut pg = gateway();
        pg.expect_charge().times(1).returning(|_| Err(lost()));
        pg.expect_payments().times(1..).returning(move |_| if found { Err(unreachable()) } else { Ok(vec![]) });
        let journal = Arc::new(MemoryJournal::new());
        let first = builder(pg, quick()).journal(journal.clone()).build().unwrap();
        let Ok(Charge::InDoubt(doubt)) = first.charge(request(9_900)).await else { panic!("no doubt") };
        first.dismiss(&doubt.ticket).await.unwrap();
        let mut pg = bare_gateway();
        pg.expect_payments().returning(move |_| Ok(records.clone()));
        match builder(pg, quick()).journal(journal).build().unwrap().charge(request(9_900)).await {
            Ok(Charge::Paid(paid)) => assert!(found && paid.found),
            Ok(Charge::InDoubt(doubt)) => assert!(!found && doubt.cause == DoubtCause::Dismissed, "{:?}", doubt.cause),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_open_payment_from_before_stops_the_send_and_is_listed() {
    let mut pg = bare_gateway();
    pg.expect_check_charge().returning(|_| Ok(()));
    pg.expect_payments().returning(|_| Ok(vec![record("imps_1", "Ready", 9_900)]));
    let billing = billing(pg, quick());
    assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::InDoubt(_))));
    assert_eq!(billing.recover().await.unwrap().len(), 1);
}

/// A journal in which a schedule's retry of another sum is open under the order.
async fn with_open_retry() -> Arc<MemoryJournal> {
    let journal = Arc::new(MemoryJournal::new());
    let retry = Attempt::Retry { order: order(), amount: krw(50_000), key: BillingKeyId::new("member-9").unwrap() };
    let ticket = Ticket {
        version: Ticket::VERSION,
        channel: channel(),
        attempt: retry,
        sent_at_ms: 1,
        settled_at_ms: 2,
        known: vec![],
        claim: None,
        account: None,
    };
    let intent = Intent { subject: Subject::retry(&order()), body: "retry".into(), ticket, send_by_ms: 1, tax: None };
    journal.before_send(&intent).await.unwrap();
    journal
}

#[tokio::test]
async fn a_charge_that_cannot_be_sent_is_no_plain_error_while_a_retry_of_its_order_is_open() {
    let mut pg = bare_gateway();
    pg.expect_check_charge().returning(|_| Err(Error::not_sent(Operation::Charge, ErrorKind::InvalidInput, "birth")));
    let billing = builder(pg, quick()).journal(with_open_retry().await).build().unwrap();
    let elsewhere = BillingKey::new(ChannelName::new("gone").unwrap(), BillingKeyId::new("member-1").unwrap());
    let nowhere = ChargeRequest::by_key(elsewhere, order(), krw(9_900), OrderName::new("November").unwrap());
    for request in [request(9_900), nowhere] {
        let Ok(Charge::InDoubt(doubt)) = billing.charge(request).await else { panic!("a plain error for an open order") };
        assert_eq!(doubt.cause, DoubtCause::EarlierAttempt);
    }
}

#[tokio::test]
async fn a_retry_that_cannot_be_sent_is_no_plain_error_while_a_charge_of_its_order_is_open() {
    let mut pg = gateway();
    pg.expect_charge().returning(|_| Err(lost()));
    pg.expect_payments().returning(|_| Ok(vec![]));
    let mut scheduler = MockScheduler::new();
    scheduler.expect_entry().returning(|_| Err(unreachable()));
    let scheduler: &'static MockScheduler = Box::leak(Box::new(scheduler));
    pg.expect_scheduler().returning(move || Some(scheduler));
    let billing = billing(pg, quick());
    assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::InDoubt(_))));
    let key = request(1).key().cloned().unwrap();
    let Ok(Charge::InDoubt(doubt)) = billing.retry_schedule(&key, &order()).await else { panic!("a plain error") };
    assert_eq!(doubt.cause, DoubtCause::EarlierAttempt);
}

#[tokio::test]
async fn giving_way_to_a_retry_asks_about_this_charge_and_not_about_that_one() {
    let mut pg = bare_gateway();
    pg.expect_check_charge().returning(|_| Ok(()));
    let mut looks = 0;
    pg.expect_payments().returning(move |_| {
        looks += 1;
        Ok(if looks == 1 { vec![] } else { vec![record("imps_1", "Paid", 50_000)] })
    });
    let journal = with_open_retry().await;
    let billing = builder(pg, quick()).journal(journal).build().unwrap();
    let Ok(Charge::InDoubt(doubt)) = billing.charge(request(9_900)).await else { panic!("sent beside a retry") };
    assert_eq!(doubt.cause, DoubtCause::EarlierAttempt);
    assert!(matches!(billing.resume(&doubt.ticket).await, Ok(Resolved::Mismatch { .. })), "another sum was taken for this one");
}

/// A journal in which another caller's charge is paid while this one is on its way to its send.
struct PaidMeanwhile {
    inner: MemoryJournal,
    finds: std::sync::atomic::AtomicUsize,
    paid: Entry,
}

#[async_trait::async_trait]
impl Journal for PaidMeanwhile {
    async fn before_send(&self, intent: &Intent) -> Result<Before, JournalError> {
        self.inner.before_send(intent).await
    }
    async fn settle(&self, subject: &Subject, ticket: &Ticket, outcome: &Outcome) -> Result<(), JournalError> {
        self.inner.settle(subject, ticket, outcome).await
    }
    async fn find(&self, _: &Subject) -> Result<Option<Entry>, JournalError> {
        let first = self.finds.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        Ok((!first).then(|| self.paid.clone()))
    }
    async fn open(&self) -> Result<Vec<Intent>, JournalError> {
        self.inner.open().await
    }
    async fn amend(&self, subject: &Subject, ticket: &Ticket, learnt: &Ticket) -> Result<(), JournalError> {
        self.inner.amend(subject, ticket, learnt).await
    }
    async fn charge_of(&self, payment: &kr_billing::PaymentId) -> Result<Option<Intent>, JournalError> {
        self.inner.charge_of(payment).await
    }
}

#[tokio::test]
async fn a_charge_that_cannot_be_sent_asks_the_journal_once_more_before_it_says_so() {
    // What the journal holds after the same charge was paid.
    let mut pg = gateway();
    pg.expect_charge().times(1).returning(|_| answer(record("imps_1", "Paid", 9_900)));
    let journal = Arc::new(MemoryJournal::new());
    let first = builder(pg, quick()).journal(journal.clone()).build().unwrap();
    assert!(matches!(first.charge(request(9_900)).await, Ok(Charge::Paid(_))));
    let paid = journal.find(&Subject::charge(&order())).await.unwrap().unwrap();
    let meanwhile = PaidMeanwhile { inner: MemoryJournal::new(), finds: 0.into(), paid };
    let mut pg = bare_gateway();
    pg.expect_check_charge().returning(|_| Ok(()));
    pg.expect_payments().returning(|_| Err(unreachable()));
    let billing = builder(pg, quick()).journal(Arc::new(meanwhile)).build().unwrap();
    assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::Paid(_))));
}

#[tokio::test]
async fn an_order_that_is_paid_stays_paid_whatever_is_wrong_with_the_next_request() {
    let mut pg = bare_gateway();
    pg.expect_payments().times(1).returning(|_| Ok(vec![]));
    pg.expect_charge().times(1).returning(|_| answer(record("imps_1", "Paid", 9_900)));
    let mut checks = 0;
    pg.expect_check_charge().returning(move |_| {
        checks += 1;
        if checks == 1 { Ok(()) } else { Err(Error::not_sent(Operation::Charge, ErrorKind::InvalidInput, "birth")) }
    });
    let billing = billing(pg, quick());
    for _ in 0..2 {
        assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::Paid(_))));
    }
    let elsewhere = BillingKey::new(ChannelName::new("gone").unwrap(), BillingKeyId::new("member-1").unwrap());
    let request = ChargeRequest::by_key(elsewhere, order(), krw(9_900), OrderName::new("November").unwrap());
    let Ok(Charge::InDoubt(doubt)) = billing.charge(request).await else { panic!("a plain error for a paid order") };
    assert!(matches!(doubt.cause, DoubtCause::OrderTaken { payment: Some(_) }));
}

#[tokio::test]
async fn a_failed_record_from_before_is_never_this_attempts() {
    let mut pg = gateway();
    let mut sent = 0;
    pg.expect_charge().times(2).returning(move |_| {
        sent += 1;
        Err(if sent == 1 { Error::new(Operation::Charge, Reach::Refused, ErrorKind::Unauthorized, "401") } else { lost() })
    });
    pg.expect_payments().returning(|_| Ok(vec![failed("imps_old", no_funds())]));
    let billing = billing(pg, patient());
    let first = billing.charge(request(9_900)).await.unwrap_err();
    // The old record is known before the second send: after the settle time it proves that nothing was charged, no more.
    let second = billing.charge(first.into_request().unwrap()).await.unwrap_err();
    assert_eq!(second.error().kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn an_old_decline_is_not_believed_when_the_pg_does_not_know() {
    // The journal is new, so nobody knew of the old record; this attempt's own refusal says "unknown".
    let mut pg = gateway();
    pg.expect_charge().times(1).returning(|_| Ok(Answer::Refused(failure(CodeClass::UnknownOutcome))));
    pg.expect_payments().returning(|_| Ok(vec![failed("imps_old", no_funds())]));
    assert!(matches!(billing(pg, quick()).charge(request(9_900)).await, Ok(Charge::InDoubt(_))));
}

#[tokio::test]
async fn what_was_paid_late_is_found_before_anything_is_sent_again() {
    let late = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let mut pg = gateway();
    pg.expect_charge().times(1).returning(|_| Err(lost()));
    let paid = late.clone();
    pg.expect_payments().returning(move |_| {
        let paid = paid.load(std::sync::atomic::Ordering::SeqCst);
        Ok(if paid { vec![record("imps_late", "Paid", 9_900)] } else { vec![] })
    });
    let billing = billing(pg, patient());
    let first = billing.charge(request(9_900)).await.unwrap_err();
    late.store(true, std::sync::atomic::Ordering::SeqCst);
    let again = billing.charge(first.into_request().unwrap()).await;
    assert!(matches!(again, Ok(Charge::Paid(paid)) if paid.found));
}

#[tokio::test]
async fn an_old_ticket_says_nothing_while_a_newer_attempt_is_open() {
    let mut pg = gateway();
    pg.expect_charge().times(2).returning(|_| Err(lost()));
    pg.expect_payments().returning(|_| Ok(vec![]));
    let clock = Arc::new(StillClock::default());
    let billing = builder(pg, quick()).clock(clock.clone()).build().unwrap();
    let Ok(Charge::InDoubt(first)) = billing.charge(request(9_900)).await else { panic!("no doubt") };
    kr_billing::Clock::sleep(clock.as_ref(), std::time::Duration::from_secs(3_600)).await;
    assert!(matches!(billing.resume(&first.ticket).await.unwrap(), Resolved::NotCharged));
    assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::InDoubt(_))));
    assert!(matches!(billing.resume(&first.ticket).await.unwrap(), Resolved::StillInDoubt(_)));
}

#[tokio::test]
async fn a_declined_charge_is_no_decline_any_more_once_a_retry_of_its_order_is_under_way() {
    let mut pg = bare_gateway();
    pg.expect_check_charge().returning(|_| Ok(()));
    pg.expect_charge().times(1).returning(|_| answer(failed("imps_1", no_funds())));
    pg.expect_payments().returning(|_| Ok(vec![]));
    let journal = Arc::new(MemoryJournal::new());
    let billing = builder(pg, quick()).journal(journal.clone()).build().unwrap();
    assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::Declined(_))));
    let declined = journal.find(&Subject::charge(&order())).await.unwrap().unwrap().intent.ticket;
    let open = with_open_retry().await.find(&Subject::retry(&order())).await.unwrap().unwrap().intent;
    journal.before_send(&open).await.unwrap();
    assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::InDoubt(_))), "another order id would be charged next");
    assert!(matches!(billing.resume(&declined).await, Ok(Resolved::StillInDoubt(_))));
}

#[tokio::test]
async fn an_order_that_was_paid_by_others_since_is_not_called_unpaid() {
    for changed in [false, true] {
        let mut pg = bare_gateway();
        pg.expect_check_charge().returning(|_| Ok(()));
        pg.expect_charge().times(1).returning(|_| answer(failed("imps_1", no_funds())));
        let mut looks = 0;
        pg.expect_payments().returning(move |_| {
            looks += 1;
            Ok(if looks == 1 { vec![] } else { vec![failed("imps_1", no_funds()), record("imps_2", "Paid", 9_900)] })
        });
        let billing = billing(pg, quick());
        assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::Declined(_))));
        let mut again = request(9_900);
        if changed {
            again.name = OrderName::new("another name").unwrap();
        }
        assert!(matches!(billing.charge(again).await, Ok(Charge::Paid(paid)) if paid.found));
    }
}

#[tokio::test]
async fn a_retry_that_is_open_is_no_plain_error_when_its_channel_is_gone() {
    let billing = builder(bare_gateway(), quick()).journal(with_open_retry().await).build().unwrap();
    let gone = BillingKey::new(ChannelName::new("gone").unwrap(), BillingKeyId::new("member-9").unwrap());
    assert!(matches!(billing.retry_schedule(&gone, &order()).await, Ok(Charge::InDoubt(_))));
}

#[tokio::test]
async fn a_windows_issuance_from_before_is_no_payment_of_a_card_that_is_kept() {
    let mut pg = bare_gateway();
    pg.expect_issue_path().returning(|| kr_billing::contract::IssuePath::Window(Box::leak(Box::new(MockCheckoutWindow::new()))));
    pg.expect_check_charge().returning(|_| Ok(()));
    // What a display-only window has left: the key is stored, no money moved.
    pg.expect_payments().returning(|_| {
        let issued = kr_billing::Payment {
            key: Some("kept".into()),
            key_use: Some(kr_billing::contract::payment::KeyUse::Issue),
            ..record("imp_1", "Paid", 9_900)
        };
        Ok(vec![issued])
    });
    pg.expect_billing_key().returning(|id| Ok(Some(serde_json::from_value(serde_json::json!({ "id": id })).unwrap())));
    let billing = billing(pg, quick());
    let card = kr_billing::Card::new("1234-1234-1234-1234", kr_billing::Expiry::new(2031, 7).unwrap()).unwrap();
    let (key, name) = (BillingKeyId::new("kept").unwrap(), OrderName::new("November").unwrap());
    let request = ChargeRequest::by_card_and_keep(card, key, order(), krw(9_900), name).on_channel(channel()).unwrap();
    let ended = billing.charge(request).await;
    assert!(!matches!(ended, Ok(Charge::Paid(_))), "nothing was captured: {ended:?}");
}

#[tokio::test]
async fn a_request_that_was_never_sent_is_not_declined_for_another_cards_reason() {
    let clock = Arc::new(StillClock::default());
    let mut pg = bare_gateway();
    pg.expect_check_charge().returning(|_| Ok(()));
    pg.expect_charge().times(1).returning(|_| Err(lost()));
    let failed_since = Arc::new(AtomicBool::new(false));
    let shown = failed_since.clone();
    pg.expect_payments().returning(move |_| {
        let record = Payment { key: Some("member-1".into()), ..failed("imps_1", no_funds()) };
        Ok(if shown.load(Ordering::SeqCst) { vec![record] } else { vec![] })
    });
    let billing = builder(pg, quick()).clock(clock.clone()).build().unwrap();
    let Ok(Charge::InDoubt(first)) = billing.charge(request(9_900)).await else { panic!("no doubt") };
    let key = BillingKey::new(channel(), BillingKeyId::new("member-2").unwrap());
    let other = ChargeRequest::by_key(key, order(), krw(9_900), OrderName::new("November").unwrap());
    let Ok(Charge::InDoubt(second)) = billing.charge(other).await else { panic!("no doubt") };
    failed_since.store(true, Ordering::SeqCst);
    clock.pass(std::time::Duration::from_secs(3_600));
    assert!(matches!(billing.resume(&first.ticket).await, Ok(Resolved::Declined(_))));
    assert!(matches!(billing.resume(&second.ticket).await, Ok(Resolved::NotCharged)));
}

#[tokio::test]
async fn a_payment_at_another_pg_is_never_taken_for_this_requests() {
    let paid_since = Arc::new(AtomicBool::new(false));
    let other = ChannelName::new("other").unwrap();
    let at = |pg: &'static str| {
        let mut gateway = MockBillingGateway::new();
        gateway.expect_profile().return_const(Profile {
            pg,
            window_module: Fact::new(None, "test"),
            key_in_module: Fact::new(pg, "test"),
            ..PROFILE.clone()
        });
        gateway.expect_is_test_channel().return_const(false);
        gateway.expect_mids().returning(Vec::new);
        gateway.expect_ready().returning(|| Ok(()));
        gateway.expect_check_charge().returning(|_| Ok(()));
        gateway.expect_issue_path().returning(|| IssuePath::Window(Box::leak(Box::new(MockCheckoutWindow::new()))));
        let shown = paid_since.clone();
        gateway.expect_payments().returning(move |_| {
            let at_kcp = Payment { pg_provider: Some("kcp".into()), ..record("imps_1", "Paid", 9_900) };
            Ok(if shown.load(Ordering::SeqCst) { vec![at_kcp] } else { vec![] })
        });
        gateway
    };
    let (mut kcp, nice) = (at("kcp"), at("nice"));
    kcp.expect_charge().times(1).returning(|_| Err(lost()));
    let builder = kr_billing::Billing::builder().gateway(channel(), Arc::new(kcp)).gateway(other.clone(), Arc::new(nice));
    let billing = builder.policy(quick()).clock(Arc::new(StillClock::default())).build().unwrap();
    let by_card = |on| {
        let card = Card::new("1234-1234-1234-1234", Expiry::new(2031, 7).unwrap()).unwrap();
        ChargeRequest::by_card(card, order(), krw(9_900), OrderName::new("November").unwrap()).on_channel(on).unwrap()
    };
    let Ok(Charge::InDoubt(at_kcp)) = billing.charge(by_card(channel())).await else { panic!("no doubt") };
    let Ok(Charge::InDoubt(at_nice)) = billing.charge(by_card(other)).await else { panic!("no doubt") };
    paid_since.store(true, Ordering::SeqCst);
    assert!(matches!(billing.resume(&at_nice.ticket).await, Ok(Resolved::StillInDoubt(_))), "the other one is open");
    assert!(matches!(billing.resume(&at_kcp.ticket).await, Ok(Resolved::Paid(_))));
    let ended = billing.resume(&at_nice.ticket).await.unwrap();
    assert!(matches!(ended, Resolved::Mismatch { .. }), "asked at nice, paid at kcp: {ended:?}");
}
