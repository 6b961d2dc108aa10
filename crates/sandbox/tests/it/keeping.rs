use std::time::Duration;

use kr_billing_sandbox::{Effect, Fault, Moment, Operation, Sandbox, StartError};
use serde_json::{Value, json};

use crate::client::{Client, GOOD_CARD, with_card};

#[tokio::test]
async fn the_state_file_keeps_the_books_across_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("state.json");
    let sandbox = Sandbox::builder().state_file(&file).start().await.unwrap();
    let client = Client::of(&sandbox).await;
    client.issue("m", "kcp", GOOD_CARD).await.ok();
    client.again("m", "paid", 5_000).await.ok();
    client.post("/payments/prepare", json!({ "merchant_uid": "p", "amount": 100 })).await.ok();
    let entry = json!({ "merchant_uid": "due", "schedule_at": sandbox.handle().now() + 600, "amount": 5_000, "name": "n" });
    client.post("/subscribe/payments/schedule", json!({ "customer_uid": "m", "schedules": [entry] })).await.ok();
    sandbox.shutdown().await.expect("a state file");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains("1234-1234") && !text.contains("1234123412341234") && !text.contains("2099"), "card data");

    let sandbox = Sandbox::builder().state_file(&file).start().await.unwrap();
    let mut reborn = Client::anonymous(&sandbox);
    reborn.token.clone_from(&client.token);
    let client = reborn;
    assert_eq!(client.get("/payments/find/paid/paid").await.ok()["amount"], 5_000);
    client.again("m", "paid", 5_000).await.refused(200, 1);
    assert_eq!(client.get("/payments/prepare/p").await.ok()["amount"], 100);
    let new = client.again("m", "new", 5_000).await.ok();
    assert_ne!(new["imp_uid"], client.get("/payments/find/paid").await.ok()["imp_uid"]);
    sandbox.handle().advance(Duration::from_secs(600)).await;
    assert_eq!(sandbox.handle().totals("due").captures, 1);
    sandbox.shutdown().await.expect("a state file");
}

#[tokio::test]
async fn a_damaged_state_file_stops_the_start_and_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("state.json");
    for damaged in ["{\"version\":1,\"clock\":", "not json", "{\"version\":9}", ""] {
        std::fs::write(&file, damaged).unwrap();
        let error = Sandbox::builder().state_file(&file).start().await.err().unwrap();
        assert!(matches!(error, StartError::State(_)), "{error}");
        assert!(error.to_string().contains("move it away"), "{error}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), damaged);
    }
}

#[tokio::test]
async fn a_state_file_that_cannot_be_written_stops_the_start_or_is_told_at_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let nowhere = dir.path().join("no-such-folder/state.json");
    let error = Sandbox::builder().state_file(&nowhere).start().await.err().unwrap();
    assert!(error.to_string().contains("cannot be written"), "{error}");
    let folder = dir.path().join("folder");
    std::fs::create_dir(&folder).unwrap();
    let sandbox = Sandbox::builder().state_file(folder.join("state.json")).start().await.unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(sandbox.shutdown().await.is_err());
}

#[tokio::test]
async fn changes_are_on_disk_without_a_shutdown() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("state.json");
    let sandbox = Sandbox::builder().state_file(&file).start().await.unwrap();
    Client::of(&sandbox).await.onetime("kept", 5_000, GOOD_CARD).await.ok();
    let saved = || std::fs::read_to_string(&file).is_ok_and(|text| text.contains("\"kept\""));
    while !saved() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thousands_of_parallel_requests_keep_the_books_right() {
    const ORDERS: usize = 500;
    const SENDERS: usize = 6;
    let sandbox = Sandbox::start().await.unwrap();
    let handle = sandbox.handle();
    let client = Client::of(&sandbox).await;
    client.issue("m", "kcp", GOOD_CARD).await.ok();
    // Every tenth answer is lost after the money has moved, and its sender asks again.
    for nth in (10..ORDERS as u32).step_by(10) {
        handle.add_fault(Fault::new(Operation::Again, Moment::AfterCommit, Effect::Drop).nth(nth)).unwrap();
    }
    let lines = std::sync::Arc::new(tokio::sync::Semaphore::new(200));
    let mut calls = tokio::task::JoinSet::new();
    for at in 0..ORDERS * SENDERS {
        let (client, lines) = (client.clone(), lines.clone());
        calls.spawn(async move {
            let _line = lines.acquire().await.unwrap();
            let order = format!("order-{}", at % ORDERS);
            let body = json!({ "customer_uid": "m", "merchant_uid": order, "amount": 1_000 + at % 7, "name": "n" });
            let answer = client.send("POST", "/subscribe/payments/again", Some("application/json"), body.to_string()).await;
            let answer: Value = answer.map_or(Value::Null, |(_, body)| serde_json::from_slice(&body).unwrap());
            usize::from(answer["response"]["status"] == "paid")
        });
    }
    let told: usize = calls.join_all().await.into_iter().sum();
    let ledger = handle.ledger();
    assert_eq!(ledger.len(), ORDERS, "one capture an order");
    assert!((ORDERS - 49..=ORDERS).contains(&told), "{told}");
    assert!((0..ORDERS).all(|at| handle.totals(&format!("order-{at}")).captures == 1));
    let paid = client.get("/payments/status/paid?limit=1000").await.ok();
    assert_eq!(paid["total"], ORDERS);
}

#[tokio::test]
async fn the_state_file_keeps_what_was_ordered_and_no_settings() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("state.json");
    let sandbox = Sandbox::builder().state_file(&file).start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let fields = json!({
        "merchant_uid": "o", "amount": 5_000, "customer_uid": "m", "customer_id": "buyer-1", "name": "월 구독",
        "custom_data": { "plan": "basic" }, "buyer_name": "홍길동", "buyer_tel": "010-1234-5678",
    });
    client.post("/subscribe/payments/onetime", with_card(fields, GOOD_CARD)).await.ok();
    client.control("PUT", "/_sandbox/webhooks", json!({ "url": "http://127.0.0.1:9/x", "resend": 3 })).await;
    sandbox.handle().set_burning(false);
    sandbox.shutdown().await.expect("a state file");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains("홍길동") && !text.contains("010-1234"), "{text}");

    let sandbox = Sandbox::builder().state_file(&file).start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let paid = client.get("/payments/find/o").await.ok();
    assert_eq!((&paid["name"], &paid["custom_data"]), (&json!("월 구독"), &json!("{\"plan\":\"basic\"}")));
    assert_eq!((&paid["buyer_name"], &paid["buyer_tel"]), (&Value::Null, &Value::Null));
    assert_eq!(client.get("/subscribe/customers/m").await.ok()["customer_id"], "buyer-1");
    let settings = sandbox.handle().webhook_settings();
    assert_eq!((settings.url, settings.resend, sandbox.handle().burning()), (None, 0, true));
}
