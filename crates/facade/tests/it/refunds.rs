//! Refunds are compare-and-swap: never twice, never more, never by accident all of it.

use std::sync::{Arc, Mutex};

use kr_billing::{
    Amount, Cancellation, Error, ErrorKind, MockBillingGateway, Operation, Payment, Reach, Refund, RefundRequest, ResolvedRefund,
    TaxSplit,
};

use crate::support::*;

fn after(cancelled: u64) -> Payment {
    let history =
        Cancellation { id: None, amount: Amount::Won(cancelled), at: None, reason: None, pg_tid: None, receipt_url: None };
    let cancellations = if cancelled == 0 { vec![] } else { vec![history] };
    Payment { cancelled: Amount::Won(cancelled), cancellations, ..record("imps_1", "Paid", 1_000) }
}

fn part(won: u64) -> RefundRequest {
    let request = RefundRequest::partial(channel(), id("imps_1"), krw(won), krw(1_000)).unwrap();
    request.with_tax(TaxSplit::taxable()).unwrap()
}

fn lost_refund() -> Error {
    Error::new(Operation::Refund, Reach::Unclear, ErrorKind::Interrupted, "the connection broke")
}

/// A gateway with a payment of 1,000 won that is all there.
fn refundable() -> MockBillingGateway {
    let mut pg = gateway();
    pg.expect_payment().returning(|_| Ok(Some(after(0))));
    pg
}

fn answering(answer: fn() -> Result<Payment, Error>, then: u64) -> MockBillingGateway {
    let mut pg = gateway();
    pg.expect_refund().times(1).returning(move |_, _| answer());
    all_there_and_then(&mut pg, after(then));
    pg
}

/// All of a payment is there when it is read before the refund; afterwards it is this.
fn all_there_and_then(pg: &mut MockBillingGateway, then: Payment) {
    let mut reads = 0;
    pg.expect_payment().returning(move |_| {
        reads += 1;
        Ok(Some(if reads == 1 { after(0) } else { then.clone() }))
    });
}

#[tokio::test]
async fn a_lost_refund_is_read_off_the_balance() {
    let pg = answering(|| Err(lost_refund()), 300);
    assert!(matches!(billing(pg, quick()).refund(&part(300)).await, Ok(Refund::Done(_))));
    let pg = answering(|| Err(lost_refund()), 0);
    assert!(matches!(billing(pg, quick()).refund(&part(300)).await, Ok(Refund::InDoubt(_))));
    let pg = answering(|| Err(lost_refund()), 0);
    assert_eq!(billing(pg, patient()).refund(&part(300)).await.unwrap_err().kind(), ErrorKind::Timeout);
    let pg = answering(|| Err(lost_refund()), 700);
    assert!(matches!(billing(pg, quick()).refund(&part(300)).await, Ok(Refund::InDoubt(_))));
}

#[tokio::test]
async fn one_balance_is_refunded_from_once() {
    let mut pg = refundable();
    pg.expect_refund().times(1).returning(|_, _| Ok(after(300)));
    let billing = billing(pg, quick());
    for _ in 0..2 {
        assert!(matches!(billing.refund(&part(300)).await, Ok(Refund::Done(_))));
    }
    assert_eq!(billing.refund(&part(400)).await.unwrap_err().kind(), ErrorKind::BalanceChanged);
}

/// A refusal that is lost would make somebody else's refund of the same sum look like this one.
#[tokio::test]
async fn a_refund_from_a_balance_that_is_gone_is_not_sent() {
    let mut pg = gateway();
    pg.expect_payment().returning(|_| Ok(Some(after(300))));
    pg.expect_refund().times(0);
    let billing = billing(pg, quick());
    let error = billing.refund(&part(300)).await.unwrap_err();
    assert_eq!((error.kind(), error.reach()), (ErrorKind::BalanceChanged, Reach::NotSent));
    assert!(billing.recover().await.unwrap().is_empty(), "nothing is open");
}

#[tokio::test]
async fn two_refunds_in_one_second_are_told_apart() {
    let at = Some(kr_billing::UnixSeconds(1_790_000_000));
    let cancel = |won| Cancellation { amount: Amount::Won(won), at, ..after(1).cancellations.remove(0) };
    let before = Payment { cancelled: Amount::Won(200), cancellations: vec![cancel(200)], ..record("imps_1", "Paid", 1_200) };
    for history in [vec![cancel(200), cancel(300)], vec![cancel(300), cancel(200)]] {
        let mut pg = gateway();
        let read = before.clone();
        pg.expect_payment().returning(move |_| Ok(Some(read.clone())));
        let made = Payment { cancelled: Amount::Won(500), cancellations: history, ..before.clone() };
        pg.expect_refund().times(1).returning(move |_, _| Ok(made.clone()));
        assert!(matches!(billing(pg, quick()).refund(&part(300)).await, Ok(Refund::Done(_))));
    }
}

#[tokio::test]
async fn an_answer_with_another_balance_is_not_believed() {
    let mut pg = gateway();
    pg.expect_refund().times(1).returning(|_, _| Ok(after(1_000)));
    all_there_and_then(&mut pg, after(1_000));
    assert!(matches!(billing(pg, quick()).refund(&part(300)).await, Ok(Refund::InDoubt(_))));
}

/// Charges 9,900 won with these parts, refunds, and says what tax went out with each refund; `None` for a refusal.
async fn taxes_sent(charged: TaxSplit, refunds: Vec<RefundRequest>) -> Vec<Option<Option<TaxSplit>>> {
    let mut pg = gateway();
    pg.expect_charge().returning(|_| Ok(kr_billing::Answer::Recorded(Box::new(record("imps_1", "Paid", 9_900)))));
    let left = Arc::new(Mutex::new(record("imps_1", "Paid", 9_900)));
    let read = Arc::clone(&left);
    pg.expect_payment().returning(move |_| Ok(Some(read.lock().unwrap().clone())));
    let sent = Arc::new(Mutex::new(None));
    let heard = Arc::clone(&sent);
    pg.expect_refund().returning(move |request, tax| {
        *heard.lock().unwrap() = Some(tax);
        let cancelled = 9_900 - request.expected_balance.won() + request.amount.won();
        let newest = Cancellation { amount: Amount::Won(request.amount.won()), ..after(1).cancellations.remove(0) };
        let after = Payment { cancelled: Amount::Won(cancelled), cancellations: vec![newest], ..record("imps_1", "Paid", 9_900) };
        *left.lock().unwrap() = after.clone();
        Ok(after)
    });
    let billing = billing(pg, quick());
    let paid = billing.charge(request(9_900).with_tax(charged).unwrap()).await;
    assert!(matches!(paid, Ok(kr_billing::Charge::Paid(_))));
    let mut taxes = Vec::new();
    for request in refunds {
        let done = matches!(billing.refund(&request).await, Ok(Refund::Done(_)));
        taxes.push(sent.lock().unwrap().take().filter(|_| done));
    }
    taxes
}

#[tokio::test]
async fn the_tax_parts_come_from_the_caller_or_from_the_charge() {
    let whole = || RefundRequest::full(channel(), id("imps_1"), krw(9_900));
    let part = || RefundRequest::partial(channel(), id("imps_1"), krw(100), krw(9_900)).unwrap();
    let rest = || RefundRequest::full(channel(), id("imps_1"), krw(9_800));
    let mixed = TaxSplit { tax_free: Some(900), vat: None };
    // All of it at once repeats the charge's parts; of a part, or of the rest after one, nobody knows them.
    assert_eq!(taxes_sent(mixed, vec![whole()]).await, [Some(Some(mixed))]);
    assert_eq!(taxes_sent(mixed, vec![part(), rest()]).await, [None, None], "refused");
    // What has no tax-free part has none in any share of it, and what was left to the MID's tax mode is left to it again.
    for simple in [TaxSplit::taxable(), TaxSplit::unsaid()] {
        assert_eq!(taxes_sent(simple, vec![part(), rest()]).await, [Some(Some(simple)), Some(Some(simple))]);
    }
    assert_eq!(TaxSplit::taxable().tax_free, Some(0), "on a mixed MID of Inicis silence means tax-free");
}

#[tokio::test]
async fn a_refund_may_not_say_less_than_its_charge() {
    let whole = |tax| RefundRequest::full(channel(), id("imps_1"), krw(9_900)).with_tax(tax).unwrap();
    let with_vat = TaxSplit { tax_free: Some(0), vat: Some(900) };
    let mixed = TaxSplit { tax_free: Some(900), vat: None };
    assert_eq!(taxes_sent(with_vat, vec![whole(TaxSplit::taxable()), whole(with_vat)]).await, [None, Some(Some(with_vat))]);
    assert_eq!(taxes_sent(mixed, vec![whole(TaxSplit::unsaid()), whole(mixed)]).await, [None, Some(Some(mixed))]);
}

#[tokio::test]
async fn a_payment_of_another_channel_is_not_refunded() {
    type Change = fn(Payment) -> Payment;
    let elsewhere: [(&str, Change); 2] = [
        ("pg_provider", |payment| Payment { pg_provider: Some("another".into()), ..payment }),
        ("sandbox", |payment| Payment { sandbox: Some(true), ..payment }),
    ];
    for (field, change) in elsewhere {
        let mut pg = MockBillingGateway::new();
        pg.expect_mids().returning(|| vec!["ours".into()]);
        pg.expect_profile().return_const(PROFILE.clone());
        pg.expect_is_test_channel().return_const(false);
        pg.expect_ready().returning(|| Ok(()));
        pg.expect_payment().returning(move |_| Ok(Some(change(after(0)))));
        let error = billing(pg, quick()).refund(&part(300)).await.unwrap_err();
        assert!(error.reach() == Reach::NotSent && error.message().contains(field), "{error}");
    }
    let mut pg = MockBillingGateway::new();
    pg.expect_mids().returning(|| vec!["ours".into()]);
    pg.expect_profile().return_const(PROFILE.clone());
    pg.expect_is_test_channel().return_const(false);
    pg.expect_ready().returning(|| Ok(()));
    pg.expect_payment().returning(|_| Ok(Some(Payment { pg_id: Some("the one before".into()), ..after(0) })));
    pg.expect_refund().times(1).returning(|_, _| Ok(after(300)));
    assert!(matches!(billing(pg, quick()).refund(&part(300)).await, Ok(Refund::Done(_))), "a MID that the channel had before");
}

#[tokio::test]
async fn a_refund_that_was_not_made_stands_in_nobodys_way() {
    let mut pg = refundable();
    let mut sent = 0;
    pg.expect_refund().times(2).returning(move |_, _| {
        sent += 1;
        if sent == 1 {
            Err(Error::not_sent(Operation::Refund, ErrorKind::InvalidInput, "say the tax parts"))
        } else {
            Ok(after(400))
        }
    });
    let billing = billing(pg, quick());
    let unsaid = RefundRequest::partial(channel(), id("imps_1"), krw(400), krw(1_000)).unwrap();
    assert_eq!(billing.refund(&unsaid).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert!(matches!(billing.refund(&part(400)).await, Ok(Refund::Done(_))));
}

#[tokio::test]
async fn a_refund_in_doubt_is_resumed_from_its_ticket() {
    let mut pg = gateway();
    pg.expect_refund().times(1).returning(|_, _| Err(lost_refund()));
    let mut reads = 0;
    pg.expect_payment().returning(move |_| {
        reads += 1;
        Ok(Some(after(if reads < 5 { 0 } else { 300 })))
    });
    let billing = billing(pg, quick());
    let Ok(Refund::InDoubt(doubt)) = billing.refund(&part(300)).await else { panic!("no doubt") };
    let mut done = false;
    for _ in 0..5 {
        done |= matches!(billing.resume_refund(&doubt.ticket).await, Ok(ResolvedRefund::Done(_)));
    }
    assert!(done);
    assert!(billing.resume(&doubt.ticket).await.is_err(), "a refund's ticket is no charge's");
}

#[tokio::test]
async fn a_refund_whose_outcome_is_open_stops_the_next_one_from_any_balance() {
    let mut pg = refundable();
    pg.expect_refund().times(1).returning(|_, _| Err(lost_refund()));
    let billing = billing(pg, quick());
    let Ok(Refund::InDoubt(first)) = billing.refund(&part(300)).await else { panic!("no doubt") };
    // Whoever reads the balance anew reads it with the first refund in it, and other sums are no better.
    let anew = RefundRequest::partial(channel(), id("imps_1"), krw(300), krw(9_600)).unwrap();
    for request in [part(400), anew.with_tax(TaxSplit::taxable()).unwrap()] {
        let Ok(Refund::InDoubt(next)) = billing.refund(&request).await else { panic!("sent while the first is open") };
        assert_eq!((next.cause, &next.ticket), (kr_billing::DoubtCause::EarlierAttempt, &first.ticket));
    }
    assert_eq!(billing.recover().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_known_refund_is_told_again_without_asking_anybody() {
    let mut pg = refundable();
    pg.expect_refund().times(1).returning(|_, _| Ok(after(300)));
    let journal = Arc::new(kr_billing::journal::MemoryJournal::new());
    let first = builder(pg, quick()).journal(journal.clone()).build().unwrap();
    assert!(matches!(first.refund(&part(300)).await, Ok(Refund::Done(_))));
    // Not even a token can be had.
    let nobody = builder(MockBillingGateway::new(), quick()).journal(journal).build().unwrap();
    assert!(matches!(nobody.refund(&part(300)).await, Ok(Refund::Done(_))));
}
