use std::time::Duration;

use kr_billing_sandbox::{
    Buyer, DeliverySwitches, Handle, PartialRefundStatus, Sandbox, SandboxConfig, WebhookConfig, WebhookFormat, WebhookOutcome,
};
use serde_json::json;

use crate::client::{Client, GOOD_CARD};
use crate::receiver::Receiver;

async fn start(receiver: &Receiver, resend: u8) -> (Sandbox, Handle, Client) {
    let webhooks = WebhookConfig { url: Some(receiver.url.clone()), resend, ..Default::default() };
    let sandbox = Sandbox::builder().config(SandboxConfig { webhooks, ..Default::default() }).start().await.unwrap();
    let client = Client::of(&sandbox).await;
    client.issue("m", "nice", GOOD_CARD).await.ok();
    let handle = sandbox.handle();
    handle.run_in_real_time(false);
    (sandbox, handle, client)
}

#[tokio::test]
async fn the_documented_events_are_told_and_no_others() {
    let receiver = Receiver::start(&[]).await;
    let (_sandbox, handle, client) = start(&receiver, 0).await;
    client.again("m", "paid", 5_000).await.ok();
    client.again("m", "declined", 990_001).await.ok();
    client.post("/payments/cancel", json!({ "merchant_uid": "paid", "amount": 1_000 })).await.ok();
    client.post("/payments/cancel", json!({ "merchant_uid": "paid", "amount": 1_000, "enable_webhook": true })).await.ok();
    let id = client.get("/payments/find/paid").await.ok()["imp_uid"].as_str().unwrap().to_owned();
    handle.console_cancel(&id, None, "by hand").unwrap();
    let window = json!({ "pg": "kcp_billing", "merchant_uid": "window", "customer_uid": "w", "amount": 0 });
    assert!(handle.complete_window(&window, &Buyer::default()).success);
    let entry = |order: &str, amount: i64| json!({ "merchant_uid": order, "schedule_at": handle.now() + 60, "amount": amount, "name": "n" });
    let body = json!({ "customer_uid": "m", "schedules": [entry("due", 5_000), entry("due-declined", 990_001)] });
    client.post("/subscribe/payments/schedule", body).await.ok();
    handle.advance(Duration::from_secs(60)).await;
    client.post("/subscribe/payments/schedule", json!({ "customer_uid": "m", "schedules": [entry("no-key", 5_000)] })).await.ok();
    client.delete("/subscribe/customers/m").await.ok();
    handle.advance(Duration::from_secs(60)).await;
    assert_eq!(
        receiver.events(),
        ["paid paid", "paid cancelled", "paid cancelled", "window paid", "due paid", "due-declined failed", "no-key failed"]
    );
    let (kind, cancel) = receiver.got()[1].clone();
    assert_eq!(kind, "application/json");
    assert!(cancel.contains("cancellation_id"), "{cancel}");
}

#[tokio::test]
async fn a_notice_url_replaces_the_accounts_and_forms_are_sent_when_chosen() {
    let (account, own) = (Receiver::start(&[]).await, Receiver::start(&[]).await);
    let (_sandbox, handle, client) = start(&account, 0).await;
    handle.set_webhooks(WebhookConfig { format: WebhookFormat::Form, ..handle.webhook_settings() });
    let body = json!({ "customer_uid": "m", "merchant_uid": "주문 1", "amount": 5_000, "name": "n", "notice_url": own.url });
    client.post("/subscribe/payments/again", body).await.ok();
    handle.webhooks_carried().await;
    assert!(account.got().is_empty());
    let (kind, body) = own.got()[0].clone();
    assert_eq!(kind, "application/x-www-form-urlencoded");
    assert!(body.contains("merchant_uid=%EC%A3%BC%EB%AC%B8+1&status=paid"), "{body}");
}

#[tokio::test]
async fn a_5xx_is_sent_again_each_minute_and_a_4xx_is_not() {
    let receiver = Receiver::start(&[500, 502, 200, 404]).await;
    let (_sandbox, handle, client) = start(&receiver, 5).await;
    client.again("m", "a", 5_000).await.ok();
    handle.advance(Duration::from_secs(59)).await;
    assert_eq!(receiver.got().len(), 1);
    handle.advance(Duration::from_secs(600)).await;
    assert_eq!(receiver.got().len(), 3);
    client.again("m", "b", 5_000).await.ok();
    handle.advance(Duration::from_secs(600)).await;
    assert_eq!(receiver.got().len(), 4);
    let log = handle.webhooks();
    let outcomes: Vec<_> = log.iter().map(|entry| (entry.attempt, entry.outcome.clone())).collect();
    let answered = WebhookOutcome::Answered;
    assert_eq!(outcomes, [(1, answered(500)), (2, answered(502)), (3, answered(200)), (1, answered(404))]);
    assert_eq!((log[1].at - log[0].at, log[2].at - log[1].at), (60, 60));
}

#[tokio::test]
async fn nothing_is_sent_again_by_default_and_five_times_at_most() {
    let receiver = Receiver::start(&[500; 20]).await;
    let (_sandbox, handle, client) = start(&receiver, 0).await;
    client.again("m", "a", 5_000).await.ok();
    handle.advance(Duration::from_secs(3_600)).await;
    assert_eq!(receiver.got().len(), 1);
    handle.set_webhooks(WebhookConfig { resend: 200, ..handle.webhook_settings() });
    client.again("m", "b", 5_000).await.refused(401, -1);
    let mut client = client;
    client.log_in().await;
    client.again("m", "b", 5_000).await.ok();
    handle.advance(Duration::from_secs(3_600)).await;
    assert_eq!(receiver.got().len(), 7);
}

#[tokio::test]
async fn deliveries_can_be_missing_doubled_late_and_out_of_order() {
    let receiver = Receiver::start(&[]).await;
    let (_sandbox, handle, client) = start(&receiver, 0).await;
    handle.set_delivery(DeliverySwitches { missing: true, ..Default::default() });
    client.again("m", "missing", 5_000).await.ok();
    handle.set_delivery(DeliverySwitches { duplicated: true, ..Default::default() });
    client.again("m", "double", 5_000).await.ok();
    handle.set_delivery(DeliverySwitches { late_seconds: 30, ..Default::default() });
    client.again("m", "late", 5_000).await.ok();
    handle.set_delivery(DeliverySwitches { reordered: true, ..Default::default() });
    client.again("m", "first", 5_000).await.ok();
    client.again("m", "second", 5_000).await.ok();
    handle.webhooks_carried().await;
    assert_eq!(receiver.events(), ["double paid", "double paid", "second paid", "first paid"]);
    handle.advance(Duration::from_secs(30)).await;
    assert_eq!(receiver.events().last().unwrap(), "late paid");
    let withheld = handle.webhooks().into_iter().filter(|entry| entry.outcome == WebhookOutcome::Withheld).count();
    assert_eq!(withheld, 1);
}

#[tokio::test]
async fn https_and_dead_endpoints_are_logged_and_stop_nothing() {
    let receiver = Receiver::start(&[]).await;
    let (_sandbox, handle, client) = start(&receiver, 0).await;
    for url in [Some("https://shop.test/hook"), Some("http://127.0.0.1:9/"), Some("junk"), None] {
        handle.set_webhooks(WebhookConfig { url: url.map(str::to_owned), ..Default::default() });
        client.again("m", &format!("{url:?}"), 5_000).await.ok();
    }
    handle.webhooks_carried().await;
    let log = handle.webhooks();
    assert!(log[..3].iter().all(|entry| matches!(entry.outcome, WebhookOutcome::Unreachable(_))), "{log:?}");
    assert_eq!(log[3].outcome, WebhookOutcome::NoUrl);
}

#[tokio::test]
async fn a_cancel_is_told_as_one_though_the_payment_stays_paid() {
    let receiver = Receiver::start(&[]).await;
    let webhooks = WebhookConfig { url: Some(receiver.url.clone()), ..Default::default() };
    let config = SandboxConfig { webhooks, partial_refund_status: PartialRefundStatus::Paid, ..Default::default() };
    let sandbox = Sandbox::builder().config(config).start().await.unwrap();
    let client = Client::of(&sandbox).await;
    client.onetime("o", 5_000, GOOD_CARD).await.ok();
    let cancel = json!({ "merchant_uid": "o", "amount": 1_000, "enable_webhook": true });
    assert_eq!(client.post("/payments/cancel", cancel).await.ok()["status"], "paid");
    sandbox.handle().webhooks_carried().await;
    assert_eq!(receiver.events(), ["o paid", "o cancelled"]);
}
