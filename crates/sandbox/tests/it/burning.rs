//! With burning off, a client that sends one order twice is charged twice, and the ledger tells.

use std::time::Duration;

use kr_billing_sandbox::{Effect, Fault, Handle, Moment, Operation, Sandbox};
use serde_json::{Value, json};

use crate::client::{Client, GOOD_CARD, with_card};

const TAKEN: &str = "이미 주문이 이루어진 건입니다";

async fn start() -> (Sandbox, Handle, Client) {
    let sandbox = Sandbox::start().await.unwrap();
    let handle = sandbox.handle();
    handle.run_in_real_time(false);
    let client = Client::of(&sandbox).await;
    client.issue("m", "kcp", GOOD_CARD).await.ok();
    (sandbox, handle, client)
}

#[tokio::test]
async fn an_order_is_captured_again_as_a_payment_of_its_own() {
    let (_sandbox, handle, client) = start().await;
    assert!(handle.burning());
    client.again("m", "o", 5_000).await.ok();
    assert!(client.again("m", "o", 5_000).await.refused(200, 1).contains(TAKEN));
    handle.set_burning(false);
    let kept = with_card(json!({ "merchant_uid": "o", "amount": 6_000, "customer_uid": "kept", "pg": "kcp" }), GOOD_CARD);
    client.again("m", "o", 5_000).await.ok();
    client.onetime("o", 5_000, GOOD_CARD).await.ok();
    let newest = client.post("/subscribe/payments/onetime", kept).await.ok();
    assert_eq!((handle.totals("o").captures, handle.totals("o").captured), (4, 21_000));
    assert_eq!(client.get("/payments/find/o").await.ok()["imp_uid"], newest["imp_uid"]);
    let all = client.get("/payments/findAll/o/paid").await.ok();
    let ids: std::collections::BTreeSet<_> = all["list"].as_array().unwrap().iter().map(|one| one["imp_uid"].as_str()).collect();
    assert_eq!((&all["total"], ids.len()), (&json!(4), 4));
    handle.set_burning(true);
    assert!(client.again("m", "o", 5_000).await.refused(200, 1).contains(TAKEN));
}

#[tokio::test]
async fn a_schedule_that_fires_or_is_retried_captures_a_paid_order_again() {
    let (_sandbox, handle, client) = start().await;
    handle.set_burning(false);
    client.again("m", "fires", 5_000).await.ok();
    let at = handle.now() + 60;
    let entry = |order: &str, amount: i64| json!({ "merchant_uid": order, "schedule_at": at, "amount": amount, "name": "n" });
    let body = json!({ "customer_uid": "m", "schedules": [entry("fires", 5_000), entry("retried", 5_000)] });
    client.post("/subscribe/payments/schedule", body).await.ok();
    client.control("PUT", "/_sandbox/customers/m/card", json!({ "card_number": "4000-0000-0000-0001" })).await;
    handle.advance(Duration::from_secs(60)).await;
    client.control("PUT", "/_sandbox/customers/m/card", json!({ "card_number": GOOD_CARD })).await;
    client.again("m", "retried", 5_000).await.ok();
    for order in ["fires", "retried"] {
        let again = client.post(&format!("/subscribe/payments/schedule/{order}/retry"), json!({})).await.ok();
        assert_eq!((&again["status"], handle.totals(order).captures), (&json!("paid"), 2), "{order}");
    }
    let next =
        json!({ "customer_uid": "m", "schedules": [{ "merchant_uid": "later", "schedule_at": at + 60, "amount": 5_000 }] });
    client.post("/subscribe/payments/schedule", next).await.ok();
    client.again("m", "later", 5_000).await.ok();
    handle.advance(Duration::from_secs(60)).await;
    assert_eq!(handle.totals("later").captures, 2);
}

#[tokio::test]
async fn money_that_moves_late_moves_beside_a_second_charge() {
    let (_sandbox, handle, client) = start().await;
    handle.set_burning(false);
    let late = Duration::from_secs(30);
    handle.add_fault(Fault::commit_late(Operation::Again, Effect::Html502, late)).unwrap();
    client.again("m", "lost", 5_000).await;
    client.again("m", "lost", 5_000).await.ok();
    // Row 62: a timeout that was charged 5 s later.
    assert_eq!(client.onetime("timeout", 5_000, "4000-0000-0000-0062").await.ok()["status"], "failed");
    client.again("m", "timeout", 5_000).await.ok();
    handle.advance(late).await;
    assert_eq!((handle.totals("lost").captures, handle.totals("timeout").captures), (2, 2));
}

#[tokio::test]
async fn the_switch_works_over_http_and_a_reset_turns_it_on() {
    let (_sandbox, handle, client) = start().await;
    let set = async |body: Value| client.control("POST", "/_sandbox/burning", body).await;
    let get = async || client.control("GET", "/_sandbox/burning", Value::Null).await.1;
    assert_eq!(get().await, json!({ "on": true }));
    assert_eq!(set(json!({ "on": false })).await, (200, json!({ "on": false })));
    assert_eq!(get().await, json!({ "on": false }));
    for wrong in [json!({}), json!({ "on": "no" }), json!({ "off": true })] {
        assert_eq!(set(wrong).await.0, 400);
    }
    assert!(!handle.burning());
    handle.reset();
    assert!(handle.burning());
}

#[tokio::test]
async fn a_window_is_refused_for_a_paid_order_all_the_same() {
    let (_sandbox, handle, client) = start().await;
    handle.set_burning(false);
    handle.add_fault(Fault::new(Operation::Again, Moment::AfterCommit, Effect::Drop)).unwrap();
    let body = json!({ "customer_uid": "m", "merchant_uid": "o", "amount": 5_000 }).to_string();
    assert!(client.send("POST", "/subscribe/payments/again", Some("application/json"), body).await.is_none());
    let params = json!({ "pg": "kcp_billing", "merchant_uid": "o", "customer_uid": "w", "amount": 0, "name": "n" });
    let window = handle.complete_window(&params, &kr_billing_sandbox::Buyer::default());
    assert_eq!(window.error_code.as_deref(), Some("F1002"));
}
