//! Checkout windows. A channel without one passes by having none.

use kr_billing_core::{BillingGateway, PaymentId, PaymentStatus};
use kr_billing_sandbox::{Buyer, Handle};
use serde_json::Value;

use crate::desk::{NO_WINDOW, PRICE, buyer, by_key, key_id, open_window, pay, skipped, test_card, window_request};

/// The window is completed, its record is an issuance and no capture, and the key can be charged under another order.
pub async fn issue_a_key(gateway: &dyn BillingGateway, sandbox: &Handle) {
    if gateway.issue_path().window().is_none() {
        return skipped("a window that issues a key", NO_WINDOW);
    }
    let returned = open_window(gateway, sandbox, "member1", "issue1");
    assert!(returned.success, "the window failed: {:?} {:?}", returned.error_code, returned.error_msg);
    assert!(returned.redirect_url.is_some(), "a phone would not find its way back: m_redirect_url is missing");
    let id = PaymentId::new(returned.imp_uid.expect("an issuance record")).expect("a payment id");
    let record = gateway.payment(&id).await.expect("a look-up by id").expect("the issuance record");
    assert!(record.is_issuance(), "the issuance record reads as a charge");
    assert_eq!((record.status.clone(), record.key.as_deref()), (PaymentStatus::Paid, Some("member1")));
    assert_eq!(sandbox.totals("issue1").captured, 0, "a display-only window moved money");
    assert!(gateway.billing_key(&key_id("member1")).await.expect("a look-up").is_some());
    pay(gateway, &by_key("member1", "order1", PRICE)).await;
}

/// A buyer who closes the window, or gives an expired card, leaves no key. `[docs payrt]`
pub async fn failure_leaves_no_key(gateway: &dyn BillingGateway, sandbox: &Handle) {
    let Some(window) = gateway.issue_path().window() else { return skipped("a window that fails", NO_WINDOW) };
    for (id, buyer) in [("member1", Buyer::who_cancels()), ("member2", Buyer::with_card(test_card(0, 10)))] {
        let params = window.parameters(&window_request(id, &format!("issue{id}"))).expect("window parameters");
        let params = serde_json::from_str(params.as_json()).expect("window parameters as JSON");
        assert!(!sandbox.complete_window(&params, &buyer).success, "{id}: the window succeeded");
        assert!(gateway.billing_key(&key_id(id)).await.expect("a look-up").is_none(), "{id}: a key is there");
    }
}

/// What decides about money and key stands in the parameters exactly as it was asked for, whatever the adapter's hooks add.
pub async fn keep_what_decides(gateway: &dyn BillingGateway, _sandbox: &Handle) {
    let Some(window) = gateway.issue_path().window() else { return skipped("a window's parameters", NO_WINDOW) };
    let params = window.parameters(&window_request("member1", "issue1")).expect("window parameters");
    let params: Value = serde_json::from_str(params.as_json()).expect("window parameters as JSON");
    let module = gateway.profile().window_module.value.expect("a window's module");
    for (field, expected) in [
        ("merchant_uid", Value::from("issue1")),
        ("customer_uid", Value::from("member1")),
        ("amount", Value::from(PRICE)),
        ("name", Value::from("monthly pass")),
        ("pay_method", Value::from("card")),
        ("m_redirect_url", Value::from("https://shop.example/cards/done")),
        ("buyer_tel", Value::from(buyer().tel())),
    ] {
        assert_eq!(params.get(field), Some(&expected), "`{field}`");
    }
    let pg = params.get("pg").and_then(Value::as_str);
    let named = pg.is_some_and(|pg| pg == module || pg.starts_with(&format!("{module}.")));
    assert!(named || params.get("channelKey").is_some(), "the window names neither its module nor a channel key");
}
