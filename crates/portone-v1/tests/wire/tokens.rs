//! The token manager under load, under doubt and under a wrong clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::{self, Act, ManualClock, Server, done, payment, refused, token};
use kr_billing_core::{ErrorKind, Reach};
use kr_billing_portone_v1::Client;

const GET_TOKEN: &str = "/users/getToken";

fn paid() -> Act {
    done(&payment("order_1", "paid", ""))
}

/// Runs this many charges at once and returns what became of them.
async fn charges(client: &Client, count: usize) -> Vec<Result<(), kr_billing_core::Error>> {
    let tasks: Vec<_> = (0..count)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.raw_money().charge(&support::by_key(), None).await.map(drop) })
        })
        .collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

#[tokio::test]
async fn a_thousand_callers_with_a_cold_token_ask_once() {
    let server = Server::start(|_| paid()).await;
    let results = charges(&server.client(), 1000).await;
    assert!(results.iter().all(Result::is_ok), "{:?}", results.iter().find(|result| result.is_err()));
    assert_eq!(server.count(GET_TOKEN), 1);
    assert_eq!(server.count("/subscribe/payments/again"), 1000);
}

#[tokio::test]
async fn a_token_is_renewed_below_a_minute_and_not_before() {
    let server = Server::start(|_| paid()).await;
    let clock = Arc::new(ManualClock::default());
    let client = Client::new(server.config().with_clock(clock.clone())).unwrap();
    client.ready().await.unwrap();
    clock.advance(Duration::from_secs(1800 - 61));
    client.ready().await.unwrap();
    assert_eq!(server.count(GET_TOKEN), 1, "the same token would come back");
    clock.advance(Duration::from_secs(60));
    assert!(charges(&client, 200).await.iter().all(Result::is_ok));
    assert_eq!(server.count(GET_TOKEN), 2);
}

#[tokio::test]
async fn a_clock_that_is_hours_off_does_no_harm_and_is_told() {
    let server = Server::start(|_| paid()).await;
    let client = Client::new(server.config().with_clock(Arc::new(ManualClock::default()))).unwrap();
    assert!(charges(&client, 3).await.iter().all(Result::is_ok));
    assert_eq!(server.count(GET_TOKEN), 1);
    assert_eq!(client.token_status().await.unwrap().ahead_seconds, -7 * 3600);
}

#[tokio::test]
async fn a_revoked_token_is_replaced_once_for_everybody_and_each_call_is_repeated_once() {
    let tokens = AtomicUsize::new(0);
    let server = Server::with_all(move |heard| match heard.target.as_str() {
        GET_TOKEN => token(&format!("token-number-{}", tokens.fetch_add(1, Ordering::SeqCst)), 1800),
        _ if heard.head.contains("Bearer token-number-0") => refused(401, -1, "Unauthorized"),
        _ => paid(),
    })
    .await;
    let client = server.client();
    client.ready().await.unwrap();
    let results = charges(&client, 1000).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(server.count(GET_TOKEN), 2);
    assert!(server.count("/subscribe/payments/again") <= 2000);
}

#[tokio::test]
async fn the_same_refused_token_again_is_an_error_and_not_a_loop() {
    let server = Server::start(|_| refused(401, -1, "Unauthorized")).await;
    let client = server.client();
    let error = client.raw_money().charge(&support::by_key(), None).await.unwrap_err();
    assert_eq!((error.kind(), error.reach()), (ErrorKind::Unauthorized, Reach::Refused));
    assert_eq!((server.count(GET_TOKEN), server.count("/subscribe/payments/again")), (2, 2));
}

#[tokio::test]
async fn a_failing_token_endpoint_fails_everybody_fast_and_nothing_is_sent() {
    let cases: [(fn() -> Act, ErrorKind); 6] = [
        (|| refused(401, -1, "wrong pair"), ErrorKind::Unauthorized),
        (|| Act::Json(502, "<html>".into()), ErrorKind::ServerFailure),
        (|| Act::Drop, ErrorKind::Interrupted),
        (|| Act::Json(429, "{}".into()), ErrorKind::RateLimited),
        (|| done("{\"access_token\":\"x\"}"), ErrorKind::BadAnswer),
        (|| token("x", 0), ErrorKind::BadAnswer),
    ];
    for (act, kind) in cases {
        let server = Server::with_all(move |_| act()).await;
        let results = charges(&server.client(), 300).await;
        for result in results {
            let error = result.unwrap_err();
            assert_eq!((error.reach(), error.kind()), (Reach::NotSent, kind), "{error}");
        }
        assert_eq!(server.count("/subscribe"), 0);
        assert!(server.count(GET_TOKEN) < 10, "{kind:?}: {} questions for 300 callers", server.count(GET_TOKEN));
    }
}

#[tokio::test]
async fn a_caller_who_gives_up_while_asking_leaves_the_others_their_token() {
    let asked = AtomicUsize::new(0);
    let server = Server::with_all(move |heard| match heard.target.as_str() {
        GET_TOKEN if asked.fetch_add(1, Ordering::SeqCst) == 0 => Act::Hang,
        GET_TOKEN => token("token-second", 1800),
        _ => paid(),
    })
    .await;
    let client = server.client();
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.ready().await }
    });
    while server.count(GET_TOKEN) == 0 {
        tokio::task::yield_now().await;
    }
    first.abort();
    assert!(charges(&client, 10).await.iter().all(Result::is_ok));
}
