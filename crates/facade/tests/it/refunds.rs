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
    let mut pg = gateway();
    pg.expect_charge().returning(|_| Ok(kr_billing::Answer::Recorded(Box::new(record("imps_1", "Paid", 9_900)))));
    let mut said = Vec::new();
    pg.expect_refund().times(2).returning(move |request, tax| {
        said.push(tax);
        let expected = [None, Some(TaxSplit { tax_free: Some(900), vat: None })];
        assert_eq!(said[..], expected[..said.len()]);
        let cancelled = 9_900 - request.expected_balance.won() + request.amount.won();
        let history = Cancellation {
            id: None,
            amount: Amount::Won(request.amount.won()),
            at: None,
            reason: None,
            pg_tid: None,
            receipt_url: None,
        };
        Ok(Payment { cancelled: Amount::Won(cancelled), cancellations: vec![history], ..record("imps_1", "Paid", 9_900) })
    });
    let billing = billing(pg, quick());
    let charge = request(9_900).with_tax(TaxSplit { tax_free: Some(900), vat: None }).unwrap();
    let Ok(kr_billing::Charge::Paid(_)) = billing.charge(charge).await else { panic!("not paid") };
    // A part of a mixed sum: nobody knows which part of it is tax-free, so nothing is made up.
    let partial = RefundRequest::partial(channel(), id("imps_1"), krw(100), krw(9_900)).unwrap();
    let Ok(Refund::Done(_)) = billing.refund(&partial).await else { panic!("not refunded") };
    let full = RefundRequest::full(channel(), id("imps_1"), krw(9_800));
    let Ok(Refund::Done(_)) = billing.refund(&full).await else { panic!("not refunded") };
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
