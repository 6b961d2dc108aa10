//! What a merchant is told about a charge, for each thing a provider can do.

use std::sync::Arc;

use kr_billing::journal::{Before, Entry, Intent, Journal, JournalError, MemoryJournal, Outcome, Subject};
use kr_billing::{
    Answer, BillingKeyId, Charge, ChargeRequest, CodeClass, DeclineReason, DoubtCause, Error, ErrorKind, KeyStored,
    MockCheckoutWindow, Operation, OrderName, Reach, Recovery, Resolved, Ticket,
};

use crate::support::*;

#[tokio::test]
async fn a_lost_answer_is_looked_up_and_never_sent_again() {
    let mut pg = gateway();
    pg.expect_charge().times(1).returning(|_| Err(lost()));
    let mut looks = 0;
    pg.expect_payments().returning(move |_| {
        looks += 1;
        Ok(if looks < 2 { vec![] } else { vec![record("imps_1", "Paid", 9_900)] })
    });
    let Ok(Charge::Paid(paid)) = billing(pg, quick()).charge(request(9_900)).await else { panic!("not paid") };
    assert!(paid.found);
    assert_eq!(paid.payment.id, id("imps_1"));
}

#[tokio::test]
async fn silence_is_doubt_before_the_settle_time_and_proof_after_it() {
    let silent = || {
        let mut pg = gateway();
        pg.expect_charge().times(1).returning(|_| Err(lost()));
        pg.expect_payments().returning(|_| Ok(vec![]));
        pg
    };
    let Ok(Charge::InDoubt(doubt)) = billing(silent(), quick()).charge(request(9_900)).await else { panic!("no doubt") };
    assert_eq!(doubt.cause, DoubtCause::AnswerLost);
    let not_charged = billing(silent(), patient()).charge(request(9_900)).await.unwrap_err();
    assert_eq!(not_charged.error().reach(), Reach::Refused);
    assert_eq!(not_charged.into_request().unwrap().order, order());
}

#[tokio::test]
async fn a_code_that_says_unknown_or_duplicate_is_no_decline() {
    for class in [CodeClass::UnknownOutcome, CodeClass::Duplicate, CodeClass::Unlisted] {
        let unclear = class.clone();
        let mut pg = gateway();
        pg.expect_charge().times(1).returning(move |_| answer(failed("imps_1", unclear.clone())));
        pg.expect_payments().returning(move |_| Ok(vec![failed("imps_1", class.clone())]));
        let billing = billing(pg, quick());
        assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::InDoubt(_))));
    }
}

#[tokio::test]
async fn what_is_still_failed_after_the_settle_time_is_declined() {
    let mut pg = gateway();
    pg.expect_charge().times(1).returning(|_| answer(failed("imps_1", CodeClass::UnknownOutcome)));
    pg.expect_payments().returning(|_| Ok(vec![failed("imps_1", CodeClass::UnknownOutcome)]));
    let Ok(Charge::Declined(decline)) = billing(pg, patient()).charge(request(9_900)).await else { panic!("not declined") };
    assert_eq!(decline.reason, DeclineReason::NoAnswer);
}

#[tokio::test]
async fn a_decline_comes_as_a_failed_record_or_as_a_refusal() {
    let mut pg = gateway();
    pg.expect_charge().returning(|_| answer(failed("imps_1", no_funds())));
    let Ok(Charge::Declined(decline)) = billing(pg, quick()).charge(request(9_900)).await else { panic!("not declined") };
    assert_eq!((decline.recovery(), decline.payment), (Recovery::TryLater, Some(id("imps_1"))));

    let mut pg = gateway();
    pg.expect_charge().returning(|_| Ok(Answer::Refused(failure(no_funds()))));
    pg.expect_payments().times(1).returning(|_| Ok(vec![]));
    let Ok(Charge::Declined(decline)) = billing(pg, quick()).charge(request(9_900)).await else { panic!("not declined") };
    assert_eq!(decline.payment, None);
}

#[tokio::test]
async fn a_refusal_is_not_believed_when_the_money_moved() {
    let mut pg = gateway();
    pg.expect_charge().returning(|_| Ok(Answer::Refused(failure(no_funds()))));
    pg.expect_payments().returning(|_| Ok(vec![record("imps_1", "Paid", 9_900)]));
    assert!(matches!(billing(pg, quick()).charge(request(9_900)).await, Ok(Charge::Paid(paid)) if paid.found));
}

#[tokio::test]
async fn a_duplicate_is_the_same_charge_or_another_ones_order() {
    let duplicate = |won| {
        let mut pg = gateway();
        pg.expect_charge().times(1).returning(|_| Ok(Answer::Refused(failure(CodeClass::Duplicate))));
        pg.expect_payments().returning(move |_| Ok(vec![record("imps_0", "Cancelled", won)]));
        billing(pg, quick())
    };
    let Ok(Charge::Paid(paid)) = duplicate(9_900).charge(request(9_900)).await else { panic!("not found") };
    assert!(paid.found && paid.payment.status.was_captured());
    let Ok(Charge::InDoubt(doubt)) = duplicate(5_000).charge(request(9_900)).await else { panic!("no doubt") };
    assert_eq!(doubt.cause, DoubtCause::OrderTaken { payment: Some(id("imps_0")) });
}

#[tokio::test]
async fn paid_means_what_was_asked_for_was_paid() {
    let wrong: [fn(&mut kr_billing::Payment); 4] = [
        |p| p.amount = kr_billing::Amount::Won(9_901),
        |p| p.amount = kr_billing::Amount::Odd("9900.5".into()),
        |p| p.currency = kr_billing::Currency::new("USD"),
        |p| p.pg_provider = Some("nice".into()),
    ];
    for spoil in wrong {
        let spoiled = move || {
            let mut payment = record("imps_1", "Paid", 9_900);
            spoil(&mut payment);
            payment
        };
        let mut pg = gateway();
        pg.expect_charge().times(1).returning(move |_| answer(spoiled()));
        pg.expect_payments().returning(move |_| Ok(vec![spoiled()]));
        let Ok(Charge::InDoubt(doubt)) = billing(pg, quick()).charge(request(9_900)).await else { panic!("believed") };
        assert!(matches!(doubt.cause, DoubtCause::Mismatch { .. }), "{:?}", doubt.cause);
    }
}

#[tokio::test]
async fn a_wrong_answer_about_a_right_payment_is_mended_by_look_up() {
    let mut pg = gateway();
    pg.expect_charge().times(1).returning(|_| answer(record("imps_1", "Paid", 1)));
    pg.expect_payments().returning(|_| Ok(vec![record("imps_1", "Paid", 9_900)]));
    assert!(matches!(billing(pg, quick()).charge(request(9_900)).await, Ok(Charge::Paid(_))));
}

#[tokio::test]
async fn only_what_was_not_sent_is_sent_again_and_not_for_ever() {
    let mut pg = gateway();
    pg.expect_charge().times(3).returning(|_| Err(unreachable()));
    let error = billing(pg, quick()).charge(request(9_900)).await.unwrap_err();
    assert_eq!(error.error().reach(), Reach::NotSent);
}

#[tokio::test]
async fn a_refusal_of_the_call_says_nothing_of_the_order() {
    let refused = || Error::new(Operation::Charge, Reach::Refused, ErrorKind::Rejected, "400");
    for (records, paid) in [(vec![record("imps_1", "Paid", 9_900)], true), (vec![], false)] {
        let mut pg = gateway();
        pg.expect_charge().times(1).returning(move |_| Err(refused()));
        pg.expect_payments().times(1).returning(move |_| Ok(records.clone()));
        assert_eq!(matches!(billing(pg, quick()).charge(request(9_900)).await, Ok(Charge::Paid(_))), paid);
    }
    let mut pg = gateway();
    pg.expect_charge().times(1).returning(move |_| Err(refused()));
    pg.expect_payments().returning(|_| Err(unreachable()));
    assert!(matches!(billing(pg, quick()).charge(request(9_900)).await, Ok(Charge::InDoubt(_))), "nobody knows");
}

#[tokio::test]
async fn silence_never_clears_what_the_provider_has_claimed() {
    let claims: [fn() -> Answer; 2] = [
        || Answer::Refused(failure(CodeClass::Duplicate)),
        || {
            Answer::Recorded(Box::new(kr_billing::Payment {
                order: "another".parse().unwrap(),
                ..record("imps_1", "Paid", 9_900)
            }))
        },
    ];
    for claim in claims {
        let mut pg = gateway();
        pg.expect_charge().times(1).returning(move |_| Ok(claim()));
        pg.expect_payments().returning(|_| Ok(vec![]));
        let clock = Arc::new(StillClock::default());
        let billing = builder(pg, patient()).clock(clock.clone()).build().unwrap();
        let Ok(Charge::InDoubt(doubt)) = billing.charge(request(9_900)).await else { panic!("no doubt") };
        kr_billing::Clock::sleep(clock.as_ref(), std::time::Duration::from_secs(86_400)).await;
        assert!(matches!(billing.resume(&doubt.ticket).await.unwrap(), Resolved::StillInDoubt(_)));
        let listed = billing.recover().await.unwrap();
        assert!(matches!(&listed[..], [kr_billing::Recovered::Charge(_, Resolved::StillInDoubt(_))]), "{listed:?}");
    }
}

#[tokio::test]
async fn resume_settles_a_doubt_later_and_the_journal_remembers() {
    let mut pg = gateway();
    pg.expect_charge().times(1).returning(|_| Err(lost()));
    let mut looks = 0;
    pg.expect_payments().returning(move |_| {
        looks += 1;
        Ok(if looks < 6 { vec![] } else { vec![record("imps_1", "Paid", 9_900)] })
    });
    let billing = billing(pg, quick());
    let Ok(Charge::InDoubt(doubt)) = billing.charge(request(9_900)).await else { panic!("no doubt") };
    let stored = serde_json::to_string(&doubt.ticket).unwrap();
    let ticket: Ticket = serde_json::from_str(&stored).unwrap();
    let mut settled = None;
    for _ in 0..10 {
        if let Resolved::Paid(paid) = billing.resume(&ticket).await.unwrap() {
            settled = Some(paid);
            break;
        }
    }
    assert_eq!(settled.unwrap().payment.id, id("imps_1"));
    assert!(matches!(billing.charge(request(9_900)).await, Ok(Charge::Paid(_))));
}

#[tokio::test]
async fn resume_fails_only_for_a_ticket_that_is_not_ours() {
    let mut pg = gateway();
    pg.expect_charge().returning(|_| Err(lost()));
    pg.expect_payments().returning(|_| Err(unreachable()));
    let billing = billing(pg, quick());
    let Ok(Charge::InDoubt(doubt)) = billing.charge(request(9_900)).await else { panic!("no doubt") };
    assert!(matches!(billing.resume(&doubt.ticket).await, Ok(Resolved::StillInDoubt(_))));
    let newer = Ticket { version: 9, ..doubt.ticket.clone() };
    let foreign = Ticket { channel: kr_billing::ChannelName::new("elsewhere").unwrap(), ..doubt.ticket };
    assert!(billing.resume(&newer).await.is_err() && billing.resume(&foreign).await.is_err());
}

#[tokio::test]
async fn nobody_sends_after_send_by() {
    let mut pg = gateway();
    pg.expect_charge().times(1).returning(|_| Err(unreachable()));
    let mut policy = quick();
    policy.send_within = std::time::Duration::from_millis(100);
    policy.first_wait = std::time::Duration::from_millis(500);
    let error = billing(pg, policy).charge(request(9_900)).await.unwrap_err();
    assert_eq!(error.error().kind(), ErrorKind::Exhausted);
}

/// A merchant spawns these: their futures must be able to move between threads.
#[tokio::test]
async fn every_call_can_be_spawned() {
    fn spawnable<F: Future + Send>(_never_run: F) {}
    let billing = billing(gateway(), quick());
    let ticket: Ticket = serde_json::from_value(serde_json::json!({
        "version": 1, "channel": "main", "sent_at_ms": 0, "settled_at_ms": 0, "known": [],
        "attempt": {"of": "issue", "key": "k"}
    }))
    .unwrap();
    let key = request(1).key().cloned().unwrap();
    let refund = kr_billing::RefundRequest::full(channel(), id("imps_1"), krw(1));
    spawnable(billing.charge(request(1)));
    spawnable(billing.resume(&ticket));
    spawnable(billing.recover());
    spawnable(billing.refund(&refund));
    spawnable(billing.resume_refund(&ticket));
    spawnable(billing.resume_issue(&ticket));
    spawnable(billing.retry_schedule(&key, &order()));
    spawnable(billing.cancel_all_schedules(&key));
    spawnable(billing.confirm_window(&key, &order(), None));
    spawnable(billing.find_key(&key.id));
    spawnable(billing.delete_billing_key(&key, None));
    spawnable(kr_billing::Billing::from_env());
}

/// A journal that tells whether a claim was written.
#[derive(Default)]
struct Heard {
    inner: MemoryJournal,
    claim: Arc<std::sync::atomic::AtomicBool>,
}

#[async_trait::async_trait]
impl Journal for Heard {
    async fn before_send(&self, intent: &Intent) -> Result<Before, JournalError> {
        self.inner.before_send(intent).await
    }
    async fn settle(&self, subject: &Subject, ticket: &Ticket, outcome: &Outcome) -> Result<(), JournalError> {
        self.inner.settle(subject, ticket, outcome).await
    }
    async fn find(&self, subject: &Subject) -> Result<Option<Entry>, JournalError> {
        self.inner.find(subject).await
    }
    async fn open(&self) -> Result<Vec<Intent>, JournalError> {
        self.inner.open().await
    }
    async fn amend(&self, subject: &Subject, ticket: &Ticket, learnt: &Ticket) -> Result<(), JournalError> {
        self.claim.fetch_or(learnt.claim.is_some(), std::sync::atomic::Ordering::SeqCst);
        self.inner.amend(subject, ticket, learnt).await
    }
    async fn charge_of(&self, payment: &kr_billing::PaymentId) -> Result<Option<Intent>, JournalError> {
        self.inner.charge_of(payment).await
    }
}

#[tokio::test]
async fn a_claim_is_in_the_journal_before_the_first_look_up_and_an_older_ticket_knows_it() {
    let journal = Heard::default();
    let claim = journal.claim.clone();
    let mut pg = gateway();
    pg.expect_charge().times(1).returning(|_| Ok(Answer::Refused(failure(CodeClass::Duplicate))));
    pg.expect_payments().returning(move |_| {
        assert!(claim.load(std::sync::atomic::Ordering::SeqCst), "looked up before the claim was kept");
        Ok(vec![])
    });
    let clock = Arc::new(StillClock::default());
    let billing = builder(pg, quick()).journal(Arc::new(journal)).clock(clock.clone()).build().unwrap();
    let Ok(Charge::InDoubt(doubt)) = billing.charge(request(9_900)).await else { panic!("no doubt") };
    // As somebody got it before the claim was heard.
    let older = Ticket { claim: None, ..doubt.ticket };
    kr_billing::Clock::sleep(clock.as_ref(), std::time::Duration::from_secs(3_600)).await;
    assert!(matches!(billing.resume(&older).await, Ok(Resolved::StillInDoubt(_))), "silence cleared a claim");
}

/// Charges a card and keeps it, twice, where the look-ups of its key give these answers.
async fn kept(mut key: impl FnMut(u32) -> Result<Option<serde_json::Value>, Error> + Send + 'static) -> [KeyStored; 2] {
    let mut pg = gateway();
    let window: &'static MockCheckoutWindow = Box::leak(Box::new(MockCheckoutWindow::new()));
    pg.expect_issue_path().returning(move || kr_billing::contract::IssuePath::Window(window));
    pg.expect_charge().times(1).returning(|_| answer(record("imps_1", "Paid", 9_900)));
    let mut looks = 0;
    pg.expect_billing_key().returning(move |_| {
        looks += 1;
        Ok(key(looks)?.map(|stored| serde_json::from_value(stored).unwrap()))
    });
    let billing = billing(pg, quick());
    let once = async || {
        let card = kr_billing::Card::new("1234-1234-1234-1234", kr_billing::Expiry::new(2031, 7).unwrap()).unwrap();
        let (key, name) = (BillingKeyId::new("kept").unwrap(), OrderName::new("November").unwrap());
        let request = ChargeRequest::by_card_and_keep(card, key, order(), krw(9_900), name).on_channel(channel()).unwrap();
        let Ok(Charge::Paid(paid)) = billing.charge(request).await else { panic!("not paid") };
        paid.key
    };
    [once().await, once().await]
}

#[tokio::test]
async fn whether_a_kept_card_was_stored_is_asked_again_until_it_is_known() {
    let answers = kept(|look| match look {
        1 => Ok(None),
        2..=4 => Err(unreachable()),
        _ => Ok(Some(serde_json::json!({ "id": "kept" }))),
    });
    assert_eq!(answers.await, [KeyStored::Unknown, KeyStored::Stored]);
}

/// Charged by its key it would go through that other channel.
#[tokio::test]
async fn a_card_that_was_kept_on_another_channel_is_not_called_stored() {
    let elsewhere = |look| Ok((look > 1).then(|| serde_json::json!({ "id": "kept", "pg_provider": "nice" })));
    assert_eq!(kept(elsewhere).await, [KeyStored::Unknown, KeyStored::Unknown]);
}

/// A deletion is repeated after a lost answer; what the last attempt says does not undo what the first may have done.
#[tokio::test]
async fn a_deletion_whose_first_answer_was_lost_stays_unclear() {
    for last in [Reach::NotSent, Reach::Refused] {
        let mut pg = gateway();
        let mut asked = 0;
        pg.expect_delete_billing_key().returning(move |_, _| {
            asked += 1;
            let reach = if asked == 1 { Reach::Unclear } else { last };
            Err(Error::new(Operation::DeleteKey, reach, ErrorKind::Unreachable, "gone"))
        });
        let key = request(1).key().cloned().unwrap();
        let error = billing(pg, quick()).delete_billing_key(&key, None).await.unwrap_err();
        assert_eq!(error.reach(), Reach::Unclear, "{last:?}");
    }
}
