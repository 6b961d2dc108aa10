use std::time::Duration;

use kr_billing_sandbox::{Effect, Fault, Handle, Moment, Operation, Sandbox};
use serde_json::{Value, json};

use crate::client::{Client, GOOD_CARD};

const AGAIN: Operation = Operation::Again;

async fn start() -> (Sandbox, Handle, Client) {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    client.issue("m", "kcp", GOOD_CARD).await.ok();
    let handle = sandbox.handle();
    (sandbox, handle, client)
}

async fn charge(client: &Client, order: &str) -> Option<(u16, Value)> {
    let body = json!({ "customer_uid": "m", "merchant_uid": order, "amount": 1_000, "name": "n" });
    let answer = client.send("POST", "/subscribe/payments/again", Some("application/json"), body.to_string()).await?;
    Some((answer.0, serde_json::from_slice(&answer.1).unwrap_or(Value::Null)))
}

#[tokio::test]
async fn before_the_commit_nothing_moves_after_it_the_money_has_moved() {
    let (_sandbox, handle, client) = start().await;
    for effect in [Effect::Drop, Effect::Reset] {
        for (moment, captures) in [(Moment::BeforeCommit, 0), (Moment::AfterCommit, 1), (Moment::MidBody, 1)] {
            let order = format!("{effect:?}-{moment:?}");
            handle.add_fault(Fault::new(AGAIN, moment, effect)).unwrap();
            assert_eq!(charge(&client, &order).await, None, "{order}");
            assert_eq!(handle.totals(&order).captures, captures, "{order}");
        }
    }
    let statuses = [(Effect::Html502, 502), (Effect::Envelope500, 500), (Effect::Status401, 401), (Effect::Status429, 429)];
    for (effect, status) in statuses {
        for (moment, captures) in [(Moment::BeforeCommit, 0), (Moment::AfterCommit, 1)] {
            let order = format!("{effect:?}-{moment:?}");
            handle.add_fault(Fault::new(AGAIN, moment, effect)).unwrap();
            assert_eq!(charge(&client, &order).await.unwrap().0, status, "{order}");
            assert_eq!(handle.totals(&order).captures, captures, "{order}");
        }
    }
    assert_eq!(charge(&client, "fine").await.unwrap().0, 200);
}

#[tokio::test]
async fn a_late_commit_moves_the_money_when_its_time_comes() {
    let (_sandbox, handle, client) = start().await;
    handle.run_in_real_time(false);
    handle.add_fault(Fault::commit_late(AGAIN, Effect::Html502, Duration::from_secs(30))).unwrap();
    assert_eq!(charge(&client, "late").await.unwrap().0, 502);
    client.get("/payments/find/late").await.refused(404, -1);
    handle.advance(Duration::from_secs(29)).await;
    assert_eq!(handle.totals("late").captures, 0);
    handle.advance(Duration::from_secs(1)).await;
    assert_eq!(handle.totals("late").captures, 1);
    assert_eq!(client.get("/payments/find/late").await.ok()["status"], "paid");
    // Sent again under its own number before the late commit: still one capture.
    handle.add_fault(Fault::commit_late(AGAIN, Effect::Drop, Duration::from_secs(30))).unwrap();
    assert_eq!(charge(&client, "twice").await, None);
    assert_eq!(charge(&client, "twice").await.unwrap().1["response"]["status"], "paid");
    handle.advance(Duration::from_secs(60)).await;
    assert_eq!(handle.totals("twice").captures, 1);
}

#[tokio::test]
async fn a_hang_ends_when_the_faults_are_cleared() {
    let (_sandbox, handle, client) = start().await;
    for moment in [Moment::AfterCommit, Moment::MidBody] {
        let order = format!("{moment:?}");
        handle.add_fault(Fault::new(AGAIN, moment, Effect::Hang)).unwrap();
        let call = tokio::spawn({
            let (client, order) = (client.clone(), order.clone());
            async move { charge(&client, &order).await }
        });
        while handle.totals(&order).captures == 0 {
            tokio::task::yield_now().await;
        }
        assert!(!call.is_finished());
        // Clearing again and again: the call may be on its way to hanging still.
        while !call.is_finished() {
            handle.clear_faults();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(call.await.unwrap(), None);
    }
}

#[tokio::test]
async fn answers_can_lie_and_break() {
    let (_sandbox, handle, client) = start().await;
    let add = |effect| handle.add_fault(Fault::new(AGAIN, Moment::AfterCommit, effect)).unwrap();
    add(Effect::WrongAmount);
    assert_eq!(charge(&client, "amount").await.unwrap().1["response"]["amount"], 2_000);
    assert_eq!(client.get("/payments/find/amount").await.ok()["amount"], 1_000);
    add(Effect::WrongPg);
    assert_eq!(charge(&client, "pg").await.unwrap().1["response"]["pg_provider"], "danal_tpay");
    add(Effect::TruncatedJson);
    assert_eq!(charge(&client, "cut").await, Some((200, Value::Null)));
    let drip = Fault { interval_ms: Some(1), ..Fault::new(Operation::PrepareCreate, Moment::AfterCommit, Effect::SlowDrip) };
    handle.add_fault(drip).unwrap();
    assert_eq!(client.post("/payments/prepare", json!({ "merchant_uid": "drip", "amount": 1 })).await.ok()["amount"], 1);
    for order in ["amount", "pg", "cut"] {
        assert_eq!(handle.totals(order).captured, 1_000, "{order}");
    }
}

#[tokio::test]
async fn the_nth_call_and_any_operation_and_the_token_call() {
    let (_sandbox, handle, client) = start().await;
    handle.add_fault(Fault::new(AGAIN, Moment::BeforeCommit, Effect::Html502).nth(2)).unwrap();
    let mut statuses = Vec::new();
    for at in 0..3 {
        statuses.push(charge(&client, &format!("n{at}")).await.unwrap().0);
    }
    assert_eq!(statuses, [200, 502, 200]);
    handle.add_fault(Fault::any(Moment::BeforeCommit, Effect::Envelope500)).unwrap();
    client.get("/users/pg").await.refused(500, -1);
    handle.add_fault(Fault::new(Operation::GetToken, Moment::BeforeCommit, Effect::Html502)).unwrap();
    let (status, _) = client.send("POST", "/users/getToken", None, String::new()).await.unwrap();
    assert_eq!(status, 502);
    assert_eq!(handle.faults().iter().map(|fault| fault.fired).sum::<u32>(), 3);
}

#[tokio::test]
async fn a_hang_ends_when_the_client_leaves() {
    let (_sandbox, handle, client) = start().await;
    handle.add_fault(Fault::new(AGAIN, Moment::AfterCommit, Effect::Hang)).unwrap();
    let call = tokio::spawn({
        let client = client.clone();
        async move { charge(&client, "left").await }
    });
    while handle.totals("left").captures == 0 {
        tokio::task::yield_now().await;
    }
    call.abort();
    let ended = || handle.requests().iter().any(|entry| entry.fault.as_deref() == Some("hang"));
    while !ended() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_late_commit_happens_by_itself_in_real_time() {
    let (_sandbox, handle, client) = start().await;
    handle.add_fault(Fault::commit_late(AGAIN, Effect::Drop, Duration::from_millis(20))).unwrap();
    assert_eq!(charge(&client, "late").await, None);
    while handle.totals("late").captures == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_bad_token_is_answered_at_once_and_uses_no_fault_up() {
    let (sandbox, handle, client) = start().await;
    handle.add_fault(Fault::new(AGAIN, Moment::BeforeCommit, Effect::Html502)).unwrap();
    let stranger = Client::anonymous(&sandbox);
    assert_eq!(charge(&stranger, "o").await.unwrap().0, 401);
    let broken = stranger.send("POST", "/subscribe/payments/again", Some("application/json"), "{".to_owned()).await.unwrap();
    assert_eq!(broken.0, 401);
    assert_eq!(charge(&client, "o").await.unwrap().0, 502);
}

#[tokio::test]
async fn a_fault_with_a_senseless_number_is_refused_and_told_why() {
    let (_sandbox, handle, client) = start().await;
    let add = async |moment: &str, effect: &str, field: &str, value: Value| {
        let mut body = json!({ "operation": "again", "moment": moment, "effect": effect });
        body[field] = value;
        client.control("POST", "/_sandbox/faults", body).await
    };
    let senseless = [json!(-1), json!(1.5), json!("2"), json!(u64::MAX)];
    let fields = [
        ("after_commit", "drop", "nth", json!(0)),
        ("after_commit", "drop", "times", json!(0)),
        ("commit_late", "drop", "delay_ms", json!(-60_000)),
        ("mid_body", "drop", "at_byte", json!(0)),
        ("mid_body", "drop", "at_byte", json!(16_777_217)),
        ("after_commit", "slow_drip", "interval_ms", json!(0)),
        ("after_commit", "slow_drip", "interval_ms", json!(60_001)),
    ];
    for (moment, effect, field, edge) in fields {
        for value in senseless.iter().chain([&edge]) {
            let (status, answer) = add(moment, effect, field, value.clone()).await;
            assert_eq!(status, 400, "{field} {value}");
            let text = answer["error"].as_str().unwrap();
            assert!(text.contains(&format!("`{field}` is a whole number from")), "{field} {value}: {text}");
        }
    }
    // Beside a moment or an effect that has no use for it.
    for (moment, effect, field) in
        [("after_commit", "drop", "at_byte"), ("after_commit", "drop", "interval_ms"), ("before_commit", "drop", "delay_ms")]
    {
        let (status, answer) = add(moment, effect, field, json!(5)).await;
        assert!(status == 400 && answer["error"].as_str().unwrap().contains("goes with"), "{field}: {answer}");
    }
    let by_handle = Fault { at_byte: Some(0), ..Fault::new(AGAIN, Moment::MidBody, Effect::Drop) };
    assert!(handle.add_fault(by_handle).unwrap_err().to_string().contains("`at_byte`"));
    assert!(handle.faults().is_empty());
    for (moment, effect, field) in [("mid_body", "drop", "at_byte"), ("after_commit", "slow_drip", "interval_ms")] {
        assert_eq!(add(moment, effect, field, json!(1)).await.0, 200, "{field}");
    }
}
