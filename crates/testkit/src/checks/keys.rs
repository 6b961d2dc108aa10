//! Billing keys.

use kr_billing_core::{
    Answer, BillingGateway, CodeClass, IssueAnswer, IssueRequest, PaymentStatus, Recovery, RefundRequest, TaxSplit,
};
use kr_billing_sandbox::Handle;

use crate::account::has_own_codes;
use crate::desk::{
    NO_CODES, NO_KEY_IN, PRICE, buyer, by_key, card, channel, key_id, krw, order, pay, skipped, store_card, test_card,
};

/// A key is issued, found, charged, its payment found and refunded in two parts, and it is deleted.
pub async fn life(gateway: &dyn BillingGateway, sandbox: &Handle) {
    store_card(gateway, sandbox, "member1").await;
    let key = gateway.billing_key(&key_id("member1")).await.expect("a look-up").expect("the key that was just issued");
    assert_eq!(key.id.as_str(), "member1");
    let provider = key.pg_provider.expect("a key names its PG");
    assert!(gateway.profile().owns_provider(&provider), "the key belongs to `{provider}`");

    let paid = pay(gateway, &by_key("member1", "order1", PRICE)).await;
    assert_eq!(paid.status, PaymentStatus::Paid);
    assert_eq!((paid.order.as_str(), paid.amount.won()), ("order1", Some(PRICE)), "another order or amount was paid");
    assert_eq!(paid.key.as_deref(), Some("member1"), "another key was charged");
    let found = gateway.payments(&order("order1")).await.expect("a look-up by order");
    assert_eq!(found.iter().map(|payment| &payment.id).collect::<Vec<_>>(), [&paid.id]);
    let found = gateway.payment(&paid.id).await.expect("a look-up by id").expect("the payment that was just made");
    assert_eq!(found.balance(), Some(PRICE));

    let part = RefundRequest::partial(channel(), paid.id.clone(), krw(2_900), krw(PRICE)).expect("a part");
    let left = gateway.refund(&part, Some(TaxSplit::taxable())).await.expect("a partial refund");
    assert_eq!(left.balance(), Some(10_000));
    let rest = RefundRequest::full(channel(), paid.id.clone(), krw(10_000));
    let left = gateway.refund(&rest, Some(TaxSplit::taxable())).await.expect("a full refund");
    assert_eq!((left.balance(), left.status), (Some(0), PaymentStatus::Cancelled));
    let totals = sandbox.totals("order1");
    assert_eq!((totals.captured, totals.refunded, totals.refunds), (12_900, 12_900, 2));

    gateway.delete_billing_key(&key_id("member1"), None).await.expect("a deletion");
    assert!(gateway.billing_key(&key_id("member1")).await.expect("a look-up").is_none(), "the key is still there");
    gateway.delete_billing_key(&key_id("member1"), None).await.expect("a key that is not there counts as deleted");
}

/// A key that nobody issued is not found, cannot be charged, and nothing is left of the attempt.
pub async fn unknown(gateway: &dyn BillingGateway, sandbox: &Handle) {
    assert!(gateway.billing_key(&key_id("nobody")).await.expect("a look-up").is_none());
    gateway.ready().await.expect("a token");
    match gateway.charge(&by_key("nobody", "order1", PRICE)).await {
        Ok(Answer::Recorded(payment)) => assert!(!payment.status.was_captured(), "a key that is not there was charged"),
        Ok(Answer::Refused(failure)) => {
            assert!(!matches!(failure.class, CodeClass::Duplicate | CodeClass::Unrelated), "read as {:?}", failure.class);
        }
        Err(error) => panic!("the provider answered, so this is no error of the wire: {error}"),
    }
    assert_eq!(sandbox.totals("order1").captured, 0);
}

/// Rows of the sandbox's decline table in which the card's own data is wrong: expiry, number, birth date.
const BAD_DATA: [u8; 3] = [10, 11, 12];

/// A card with wrong data is not stored, and what helps is another card. Skipped without key-in.
pub async fn bad_card(gateway: &dyn BillingGateway, sandbox: &Handle) {
    let Some(key_in) = gateway.issue_path().key_in() else { return skipped("a card with wrong data", NO_KEY_IN) };
    let codes = has_own_codes(gateway, sandbox);
    if !codes {
        skipped("the reason why a card with wrong data is not stored", NO_CODES);
    }
    for row in BAD_DATA {
        let id = key_id(&format!("member{row}"));
        let request = IssueRequest::new(id.clone(), card(&test_card(1, row))).with_holder(buyer());
        match key_in.issue(&request).await.expect("an answer to issuing by card") {
            IssueAnswer::Stored(_) => panic!("row {row}: a card with wrong data was stored"),
            IssueAnswer::Refused(failure) if codes => {
                let CodeClass::Decline(reason) = &failure.class else { panic!("row {row}: read as {:?}", failure.class) };
                assert_eq!(reason.recovery(), Recovery::OtherCard, "row {row}: {reason:?}");
            }
            IssueAnswer::Refused(_) => {}
        }
        assert!(gateway.billing_key(&id).await.expect("a look-up").is_none(), "row {row}: a key is there");
    }
}
