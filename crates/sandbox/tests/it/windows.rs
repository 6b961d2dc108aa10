use kr_billing_sandbox::{Buyer, ChannelConfig, Sandbox, SandboxConfig};
use serde_json::{Value, json};

use crate::client::{Client, GOOD_CARD};

fn params(pg: &str, order: &str) -> Value {
    json!({
        "pg": pg, "pay_method": "card", "merchant_uid": order, "customer_uid": "m", "name": "정기구독",
        "amount": 9_900, "buyer_name": "홍길동", "m_redirect_url": "https://shop.test/done?x=1",
        "bypass": { "site_logo": "https://shop.test/logo.gif" },
    })
}

#[tokio::test]
async fn a_window_issues_a_key_moves_no_money_and_burns_its_order() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let handle = sandbox.handle();
    for pg in ["kcp_billing", "html5_inicis"] {
        let order = format!("{pg}-issue");
        let back = handle.complete_window(&params(pg, &order), &Buyer::with_card(GOOD_CARD));
        assert!(back.success, "{back:?}");
        let id = back.imp_uid.clone().unwrap();
        assert_eq!((&back.callback["success"], &back.callback["imp_uid"]), (&json!(true), &json!(id)));
        assert_eq!(
            back.redirect_url.unwrap(),
            format!("https://shop.test/done?x=1&imp_uid={id}&merchant_uid={order}&imp_success=true")
        );
        let record = client.get(&format!("/payments/{id}")).await.ok();
        assert_eq!(
            (&record["customer_uid_usage"], &record["status"], &record["channel"]),
            (&json!("issue"), &json!("paid"), &json!("pc"))
        );
        assert!(handle.ledger().is_empty());
        assert_eq!(client.get("/subscribe/customers/m").await.ok()["pg_provider"], pg);
        client.again("m", &order, 9_900).await.refused(200, 1);
        client.post("/payments/cancel", json!({ "imp_uid": id })).await.refused(200, 1);
        let again = handle.complete_window(&params(pg, &order), &Buyer::default());
        assert_eq!(again.error_code.as_deref(), Some("F1002"));
        let charged = client.again("m", &format!("{pg}-first"), 9_900).await.ok();
        assert_eq!((&charged["status"], &charged["pg_provider"]), (&json!("paid"), &json!(pg)));
        client.post("/payments/cancel", json!({ "merchant_uid": format!("{pg}-first") })).await.ok();
        handle.reset();
    }
}

#[tokio::test]
async fn windows_that_cannot_open_or_are_closed_issue_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let handle = sandbox.handle();
    for pg in ["nice", "nice_v2", "kcp"] {
        let back = handle.complete_window(&params(pg, "o"), &Buyer::default());
        assert!(!back.success && back.imp_uid.is_none(), "{pg}: {back:?}");
    }
    let mut by_phone = params("kcp_billing", "o");
    by_phone["pay_method"] = json!("phone");
    assert!(!handle.complete_window(&by_phone, &Buyer::default()).success);
    client.post("/payments/prepare", json!({ "merchant_uid": "o", "amount": 100 })).await.ok();
    assert!(!handle.complete_window(&params("kcp_billing", "o"), &Buyer::default()).success);
    let closed = handle.complete_window(&params("kcp_billing", "o2"), &Buyer::who_cancels());
    assert!(!closed.success && closed.redirect_url.unwrap().contains("imp_success=false"));
    let refused = handle.complete_window(&params("kcp_billing", "o3"), &Buyer::with_card("4000-0000-0000-0010"));
    assert_eq!(refused.error_code.as_deref(), Some("CC54"));
    assert_eq!(client.get("/payments/find/o3").await.ok()["status"], "failed");
    client.get("/subscribe/customers/m").await.refused(200, 1);
    assert!(handle.ledger().is_empty());
}

#[tokio::test]
async fn one_registered_pg_needs_no_name() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut unnamed = params("", "o");
    unnamed.as_object_mut().unwrap().remove("pg");
    assert!(sandbox.handle().complete_window(&unnamed, &Buyer::default()).success);
}

#[test]
fn a_buyers_card_is_not_shown() {
    let shown = format!("{:?}", Buyer::with_card("9876-5432-1098-7654"));
    assert!(!shown.contains("9876") && shown.contains("hidden"), "{shown}");
}

#[tokio::test]
async fn a_window_takes_no_key_id_that_is_too_long() {
    let sandbox = Sandbox::start().await.unwrap();
    let params = json!({ "pg": "kcp_billing", "merchant_uid": "w", "customer_uid": "x".repeat(81), "amount": 0 });
    let done = sandbox.handle().complete_window(&params, &Buyer::default());
    assert_eq!((done.success, done.error_code.as_deref()), (false, Some("BAD_REQUEST")));
}

#[tokio::test]
async fn a_window_charges_what_its_pg_says_and_nothing_below_the_minimum() {
    let channel = |preset: &str| ChannelConfig { preset: Some(preset.into()), ..Default::default() };
    let channels = ["danal_tpay_test", "danal_test", "kakaopay_test", "mobilians_test", "kicc_test"].map(channel).to_vec();
    let sandbox = Sandbox::builder().config(SandboxConfig { channels, ..Default::default() }).start().await.unwrap();
    let handle = sandbox.handle();
    // What a window captures at an amount; none where it does not open.
    let cases = [
        ("danal_tpay", 0, Some(0)),
        ("danal_tpay", 99, None),
        ("danal_tpay", 100, Some(100)),
        ("danal", 0, None),
        ("danal", 300, None),
        ("danal", 301, Some(301)),
        ("mobilians", 0, None),
        ("mobilians", 301, Some(301)),
        ("kakaopay", 0, Some(0)),
        ("kakaopay", 1, Some(1)),
        ("kicc", 0, Some(0)),
        ("kicc", 50, Some(0)),
    ];
    for (pg, amount, captured) in cases {
        let params = json!({ "pg": pg, "merchant_uid": "w", "customer_uid": "m", "name": "n", "amount": amount });
        let back = handle.complete_window(&params, &Buyer::default());
        assert_eq!(back.success.then(|| handle.totals("w").captured), captured, "{pg} {amount}: {back:?}");
        if captured.is_none() {
            assert_eq!((back.error_code.as_deref(), back.imp_uid), (Some("BAD_REQUEST"), None), "{pg} {amount}");
        }
        handle.reset();
    }
}

/// The PGs of the new SDK give back ids and errors only [docs payrt].
#[tokio::test]
async fn some_windows_tell_no_more_than_ids_and_errors() {
    let channel = |preset: &str| ChannelConfig { preset: Some(preset.into()), ..Default::default() };
    let config = SandboxConfig { channels: vec![channel("smartro_v2_test")], ..Default::default() };
    let sandbox = Sandbox::builder().config(config).start().await.unwrap();
    let handle = sandbox.handle();
    let mut asked = params("smartro_v2", "w1");
    for (missing, value) in [("customer_id", "m1"), ("merchant_uid", "w1")] {
        asked["merchant_uid"] = json!("w-1");
        let back = handle.complete_window(&asked, &Buyer::default());
        assert_eq!((back.error_code.as_deref(), back.imp_uid), (Some("BAD_REQUEST"), None), "{missing}");
        asked[missing] = json!(value);
    }
    let done = handle.complete_window(&asked, &Buyer::default());
    let id = done.imp_uid.unwrap();
    assert_eq!(done.callback, json!({ "imp_uid": id, "merchant_uid": "w1" }));
    assert_eq!(done.redirect_url.unwrap(), format!("https://shop.test/done?x=1&imp_uid={id}&merchant_uid=w1"));
    asked["merchant_uid"] = json!("w2");
    let closed = handle.complete_window(&asked, &Buyer::who_cancels());
    let told: Vec<_> = closed.callback.as_object().unwrap().keys().cloned().collect();
    assert_eq!(told, ["error_code", "error_msg", "imp_uid", "merchant_uid"]);
    assert!(!closed.redirect_url.unwrap().contains("imp_success"));
}

#[tokio::test]
async fn a_window_that_charges_hears_the_issuers_no() {
    let channel = |preset: &str| ChannelConfig { preset: Some(preset.into()), ..Default::default() };
    let channels = ["danal_tpay_test", "kicc_test"].map(channel).to_vec();
    let sandbox = Sandbox::builder().config(SandboxConfig { channels, ..Default::default() }).start().await.unwrap();
    let handle = sandbox.handle();
    // A lost card: an issuer is asked where money moves, and not where the card is only stored.
    for (pg, amount, issued) in [("danal_tpay", 1_000, false), ("danal_tpay", 0, true), ("kicc", 1_000, true)] {
        let params = json!({ "pg": pg, "merchant_uid": "w", "customer_uid": "m", "name": "n", "amount": amount });
        let back = handle.complete_window(&params, &Buyer::with_card("4000-0000-0000-0020"));
        assert_eq!(back.success, issued, "{pg} {amount}: {back:?}");
        assert_eq!(handle.totals("w").captures, 0);
        handle.reset();
    }
}

#[tokio::test]
async fn a_windows_order_number_is_a_text() {
    let sandbox = Sandbox::start().await.unwrap();
    let handle = sandbox.handle();
    for number in [json!(1_234), json!(["w"]), Value::Null] {
        let params = json!({ "pg": "kcp_billing", "merchant_uid": number, "customer_uid": "m", "name": "n", "amount": 0 });
        let back = handle.complete_window(&params, &Buyer::default());
        assert_eq!((back.error_code.as_deref(), back.imp_uid), (Some("BAD_REQUEST"), None), "{number}");
        assert!(back.error_msg.unwrap().contains("merchant_uid"), "{number}");
    }
}

#[tokio::test]
async fn new_smartro_takes_a_customer_id_of_20_characters() {
    let channels = vec![ChannelConfig { preset: Some("smartro_v2_test".into()), ..Default::default() }];
    let sandbox = Sandbox::builder().config(SandboxConfig { channels, ..Default::default() }).start().await.unwrap();
    let mut asked = params("smartro_v2", "w1");
    for (length, opens) in [(21, false), (20, true)] {
        asked["customer_id"] = json!("가".repeat(length));
        let back = sandbox.handle().complete_window(&asked, &Buyer::default());
        assert_eq!(back.success, opens, "{length}: {back:?}");
    }
}
