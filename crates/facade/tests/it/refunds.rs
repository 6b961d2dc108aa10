//! Refunds are compare-and-swap: never twice, never more, never by accident all of it.

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

fn answering(answer: fn() -> Result<Payment, Error>, then: u64) -> MockBillingGateway {
    let mut pg = gateway();
    pg.expect_refund().times(1).returning(move |_, _| answer());
    pg.expect_payment().returning(move |_| Ok(Some(after(then))));
    pg
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
    let mut pg = gateway();
    pg.expect_refund().times(1).returning(|_, _| Ok(after(300)));
    let billing = billing(pg, quick());
    for _ in 0..2 {
        assert!(matches!(billing.refund(&part(300)).await, Ok(Refund::Done(_))));
    }
    assert_eq!(billing.refund(&part(400)).await.unwrap_err().kind(), ErrorKind::BalanceChanged);
}

#[tokio::test]
async fn an_answer_with_another_balance_is_not_believed() {
    let mut pg = gateway();
    pg.expect_refund().times(1).returning(|_, _| Ok(after(1_000)));
    pg.expect_payment().returning(|_| Ok(Some(after(1_000))));
    assert!(matches!(billing(pg, quick()).refund(&part(300)).await, Ok(Refund::InDoubt(_))));
}

#[tokio::test]
async fn the_tax_parts_come_from_the_caller_or_from_the_charge() {
    let mixed = TaxSplit { tax_free: Some(900), vat: None };
    // All of it at once repeats the charge's parts; of a part, or of the rest after one, nobody knows them.
    let whole = vec![(RefundRequest::full(channel(), id("imps_1"), krw(9_900)), Some(mixed))];
    let part = RefundRequest::partial(channel(), id("imps_1"), krw(100), krw(9_900)).unwrap();
    let in_parts = vec![(part, None), (RefundRequest::full(channel(), id("imps_1"), krw(9_800)), None)];
    for refunds in [whole, in_parts] {
        let mut pg = gateway();
        pg.expect_charge().returning(|_| Ok(kr_billing::Answer::Recorded(Box::new(record("imps_1", "Paid", 9_900)))));
        let mut expected: Vec<_> = refunds.iter().map(|(_, tax)| *tax).rev().collect();
        pg.expect_refund().times(refunds.len()).returning(move |request, tax| {
            assert_eq!(Some(tax), expected.pop());
            let cancelled = 9_900 - request.expected_balance.won() + request.amount.won();
            let newest = Cancellation { amount: Amount::Won(request.amount.won()), ..after(1).cancellations.remove(0) };
            Ok(Payment { cancelled: Amount::Won(cancelled), cancellations: vec![newest], ..record("imps_1", "Paid", 9_900) })
        });
        let billing = billing(pg, quick());
        let charged = billing.charge(request(9_900).with_tax(mixed).unwrap()).await;
        assert!(matches!(charged, Ok(kr_billing::Charge::Paid(_))));
        for (request, _) in refunds {
            assert!(matches!(billing.refund(&request).await, Ok(Refund::Done(_))));
        }
    }
}

#[tokio::test]
async fn a_refund_that_was_not_made_stands_in_nobodys_way() {
    let mut pg = gateway();
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
    let mut pg = gateway();
    pg.expect_refund().times(1).returning(|_, _| Err(lost_refund()));
    pg.expect_payment().returning(|_| Err(lost_refund()));
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
    let mut pg = gateway();
    pg.expect_refund().times(1).returning(|_, _| Ok(after(300)));
    let journal = std::sync::Arc::new(kr_billing::journal::MemoryJournal::new());
    let first = builder(pg, quick()).journal(journal.clone()).build().unwrap();
    assert!(matches!(first.refund(&part(300)).await, Ok(Refund::Done(_))));
    // Not even a token can be had.
    let nobody = builder(MockBillingGateway::new(), quick()).journal(journal).build().unwrap();
    assert!(matches!(nobody.refund(&part(300)).await, Ok(Refund::Done(_))));
}
