//! Bodies that cannot be read: refused with a clear text, stored nowhere, and in the request log.

use kr_billing_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Client, GOOD_CARD};

const AGAIN: &str = "/subscribe/payments/again";
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_body_that_is_not_utf_8_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    client.issue("m", "nice", GOOD_CARD).await.ok();
    // "이름" in EUC-KR, as it is and escaped.
    let json = b"{\"customer_uid\":\"m\",\"merchant_uid\":\"o\",\"amount\":1000,\"name\":\"\xc0\xcc\xb8\xa7\"}".to_vec();
    let raw = b"customer_uid=m&merchant_uid=o&amount=1000&name=\xc0\xcc\xb8\xa7".to_vec();
    let escaped = b"customer_uid=m&merchant_uid=o&amount=1000&name=%C0%CC%B8%A7".to_vec();
    for (kind, body) in [(JSON, json), (FORM, raw), (FORM, escaped)] {
        let (status, answer) = client.send("POST", AGAIN, Some(kind), body).await.unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!((status, &answer["code"]), (400, &json!(-1)), "{kind}");
        assert!(answer["message"].as_str().unwrap().contains("UTF-8"), "{answer}");
    }
    client.get("/payments/find/o").await.refused(404, -1);
    client.get("/payments/find/o?sorting=%C0%CC").await.refused(400, -1);
    let good = "customer_uid=m&merchant_uid=o&amount=1000&name=%EC%9D%B4%EB%A6%84";
    assert_eq!(client.form(AGAIN, good).await.ok()["name"], "이름");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_logged() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let over = "x".repeat(1024 * 1024 + 1);
    let (status, answer) = client.send("POST", AGAIN, None, over.clone()).await.unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!((status, &answer["code"], &answer["response"]), (413, &json!(-1), &Value::Null));
    let log = sandbox.handle().requests();
    let last = log.last().unwrap();
    assert_eq!((last.method.as_str(), last.path.as_str(), last.status, last.code), ("POST", AGAIN, 413, Some(-1)));
    // Control calls are not in the log, large ones neither.
    let (status, _) = client.send("POST", "/_sandbox/clock", None, over).await.unwrap();
    assert_eq!((status, sandbox.handle().requests().len()), (413, log.len()));
    // One byte less is read.
    let (status, _) = client.send("POST", AGAIN, None, "x".repeat(1024 * 1024)).await.unwrap();
    assert_eq!(status, 400);
}
