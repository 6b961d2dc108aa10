//! Refunds as a compare-and-swap.

use kr_billing_core::{BillingGateway, ErrorKind, Reach, RefundRequest, TaxSplit, profile::RefundTax};
use kr_billing_sandbox::{Handle, Operation};

use crate::desk::{PRICE, by_key, channel, krw, pay, store_card};

/// A refund carries amount and checksum, one with a stale balance moves nothing, and an unknown tax split is not guessed.
pub async fn name_amount_and_balance(gateway: &dyn BillingGateway, sandbox: &Handle) {
    store_card(gateway, sandbox, "member1").await;
    let paid = pay(gateway, &by_key("member1", "order1", PRICE)).await;
    let part = || RefundRequest::partial(channel(), paid.id.clone(), krw(900), krw(PRICE)).expect("a part");

    if gateway.profile().refund_tax.value == RefundTax::MustBeKnown {
        let error = gateway.refund(&part(), None).await.expect_err("a refund whose tax split nobody knows");
        assert_eq!((error.reach(), sandbox.totals("order1").refunds), (Reach::NotSent, 0), "{error}");
    }

    gateway.refund(&part(), Some(TaxSplit::taxable())).await.expect("a partial refund");
    let sent = sandbox.requests().into_iter().rfind(|entry| entry.operation == Some(Operation::Cancel));
    let fields = sent.expect("the refund's request").fields;
    for field in ["imp_uid", "amount", "checksum"] {
        assert!(fields.iter().any(|sent| sent == field), "a refund without `{field}`: {fields:?}");
    }

    let error = gateway.refund(&part(), Some(TaxSplit::taxable())).await.expect_err("a refund from a balance that is gone");
    assert_eq!(error.kind(), ErrorKind::BalanceChanged, "{error}");
    let totals = sandbox.totals("order1");
    assert_eq!((totals.refunded, totals.refunds), (900, 1), "one refund was done twice");
}
