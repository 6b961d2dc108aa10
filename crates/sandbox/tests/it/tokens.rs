use std::time::Duration;

use kr_billing_sandbox::{SAMPLE_KEY, SAMPLE_SECRET, Sandbox};
use serde_json::json;

use crate::client::Client;

async fn token(client: &Client) -> (String, i64, i64) {
    let pair = json!({ "imp_key": SAMPLE_KEY, "imp_secret": SAMPLE_SECRET });
    let token = client.post("/users/getToken", pair).await.ok();
    let number = |name: &str| token[name].as_i64().expect("integer seconds");
    (token["access_token"].as_str().expect("a token").to_owned(), number("now"), number("expired_at"))
}

#[tokio::test]
async fn a_token_is_shared_extended_in_its_last_minute_and_expires() {
    let sandbox = Sandbox::start().await.unwrap();
    let handle = sandbox.handle();
    handle.run_in_real_time(false);
    let client = Client::anonymous(&sandbox);
    let (first, now, expires) = token(&client).await;
    assert_eq!(expires - now, 1_800);
    handle.advance(Duration::from_secs(1_739)).await;
    assert_eq!(token(&client).await.2, expires, "more than a minute left: the same expiry");
    handle.advance(Duration::from_secs(2)).await;
    let (again, _, extended) = token(&client).await;
    assert_eq!((again, extended), (first.clone(), expires + 300));
    handle.advance(Duration::from_secs(359)).await;
    let (fresh, now, expires) = token(&client).await;
    assert_ne!(fresh, first);
    assert_eq!(expires - now, 1_800);
}

#[tokio::test]
async fn a_token_has_no_more_than_its_thirty_minutes_when_the_clock_goes_back() {
    let sandbox = Sandbox::start().await.unwrap();
    let handle = sandbox.handle();
    handle.run_in_real_time(false);
    let mut client = Client::anonymous(&sandbox);
    let start = handle.now();
    handle.advance(Duration::from_secs(31 * 86_400)).await;
    let (later, ..) = token(&client).await;
    handle.set_clock(start).await;
    let (same, now, expires) = token(&client).await;
    assert_eq!((same, now, expires - now), (later.clone(), start, 1_800));
    client.token = Some(later);
    client.get("/users/pg").await.ok();
    handle.advance(Duration::from_secs(1_800)).await;
    client.get("/users/pg").await.refused(401, -1);
}

#[tokio::test]
async fn an_expired_missing_or_wrong_token_is_401_with_the_envelope() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut client = Client::anonymous(&sandbox);
    client.get("/users/pg").await.refused(401, -1);
    client.token = Some("wrong".to_owned());
    client.post("/subscribe/payments/again", json!({})).await.refused(401, -1);
    client.log_in().await;
    client.get("/users/pg").await.ok();
    sandbox.handle().advance(Duration::from_secs(1_801)).await;
    client.get("/users/pg").await.refused(401, -1);
}

#[tokio::test]
async fn a_bad_pair_is_401() {
    let sandbox = Sandbox::builder().credentials("mine", "secret").start().await.unwrap();
    let client = Client::anonymous(&sandbox);
    for pair in [json!({ "imp_key": "mine", "imp_secret": "x" }), json!({}), json!({ "imp_key": SAMPLE_KEY })] {
        client.post("/users/getToken", pair).await.refused(401, -1);
    }
    client.form("/users/getToken", "imp_key=mine&imp_secret=secret").await.ok();
}

#[tokio::test]
async fn the_token_goes_bare_with_bearer_or_in_the_old_header() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut client = Client::anonymous(&sandbox);
    let (value, ..) = token(&client).await;
    for header in [value.clone(), format!("Bearer {value}")] {
        client.token = Some(header);
        client.get("/users/pg").await.ok();
    }
}

#[tokio::test]
async fn users_pg_lists_the_default_channels() {
    let sandbox = Sandbox::start().await.unwrap();
    let list = Client::of(&sandbox).await.get("/users/pg").await.ok();
    let mut found: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|c| (c["pg_provider"].as_str().unwrap(), c["type"].as_str().unwrap(), c["sandbox"].as_bool().unwrap()))
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("html5_inicis", "payment", false),
            ("inicis", "api_payment", false),
            ("kcp", "api_payment", false),
            ("kcp_billing", "payment", false),
            ("nice", "api_payment", false),
            ("nice_v2", "api_payment", false),
        ]
    );
}
