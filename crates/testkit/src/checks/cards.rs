//! Charges by card: once, and kept.

use kr_billing_core::{BillingGateway, ChargeMethod, ChargeRequest, PaymentStatus};
use kr_billing_sandbox::Handle;

use crate::desk::{GOOD_CARD, NO_KEY_IN, PRICE, buyer, by_key, card, keeps_no_card, key_id, krw, name, order, pay, skipped};

/// A card that is charged once is charged, and not stored. A channel without key-in refuses it before anything is sent.
pub async fn once(gateway: &dyn BillingGateway, sandbox: &Handle) {
    let request = ChargeRequest::by_card(card(GOOD_CARD), order("order1"), krw(PRICE), name()).with_buyer(buyer());
    if gateway.issue_path().key_in().is_none() {
        let error = gateway.check_charge(&request).expect_err("a channel without key-in takes no card");
        assert_eq!(error.reach(), kr_billing_core::Reach::NotSent);
        return;
    }
    let paid = pay(gateway, &request).await;
    assert_eq!((paid.status, paid.key), (PaymentStatus::Paid, None));
    assert_eq!(sandbox.totals("order1").captured, 12_900);
}

/// A card that is charged and kept is charged once, and its key can be charged again. Skipped without key-in, and where the PG keeps no
/// card on a charge: its adapter must say so before anything is sent. `[docs ksnet]`
pub async fn kept(gateway: &dyn BillingGateway, sandbox: &Handle) {
    if gateway.issue_path().key_in().is_none() {
        return skipped("a card that is charged and kept", NO_KEY_IN);
    }
    let request = ChargeRequest::by_card_and_keep(card(GOOD_CARD), key_id("member1"), order("order1"), krw(PRICE), name());
    assert!(matches!(request.method, ChargeMethod::CardAndKeep { .. }));
    let request = request.with_buyer(buyer());
    if keeps_no_card(gateway, &request) {
        return skipped("a card that is charged and kept", "the adapter refuses it as unsupported");
    }
    let paid = pay(gateway, &request).await;
    assert_eq!(paid.status, PaymentStatus::Paid);
    assert!(gateway.billing_key(&key_id("member1")).await.expect("a look-up").is_some(), "the card was not kept");
    pay(gateway, &by_key("member1", "order2", PRICE)).await;
    assert_eq!((sandbox.totals("order1").captures, sandbox.totals("order2").captures), (1, 1));
}
