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

#[tokio::test]
async fn a_body_in_another_format_is_refused_whatever_it_holds() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    client.issue("m", "nice", GOOD_CARD).await.ok();
    let parts = "--b\r\nContent-Disposition: form-data; name=\"merchant_uid\"\r\n\r\no\r\n--b--\r\n";
    let marked = "\u{feff}{\"customer_uid\":\"m\",\"merchant_uid\":\"o=1\",\"amount\":1000}";
    let pairs = "customer_uid=m&merchant_uid=o&amount=1000";
    let cases = [
        (Some("multipart/form-data; boundary=b"), parts),
        (Some("Multipart/Form-Data; boundary=b"), pairs),
        (None, parts),
        (Some("application/xml"), "<order merchant_uid=\"o\"/>"),
        (Some("text/xml"), pairs),
        (None, "<?xml version=\"1.0\"?><order/>"),
        (Some(JSON), r#"[{"a":"b=c"}]"#),
        (Some(JSON), r#""a=b""#),
        (Some(FORM), r#"[{"a":"b=c"}]"#),
        (Some(JSON), marked),
    ];
    for (kind, body) in cases {
        let (status, answer) = client.send("POST", AGAIN, kind, body).await.unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!((status, &answer["code"]), (400, &json!(-1)), "{kind:?} {body}");
    }
    // Pairs under a type of JSON, or under none, are a form.
    for (kind, order) in [(Some(JSON), "o1"), (None, "o2")] {
        let (status, answer) = client.send("POST", AGAIN, kind, pairs.replace("=o&", &format!("={order}&"))).await.unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!((status, &answer["response"]["merchant_uid"]), (200, &json!(order)), "{kind:?}");
    }
}

#[tokio::test]
async fn a_list_where_one_value_belongs_is_unreadable() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let handle = sandbox.handle();
    client.issue("m", "nice", GOOD_CARD).await.ok();
    let whole =
        || json!({ "customer_uid": "m", "merchant_uid": "o", "amount": 50_000, "name": "n", "schedule_at": handle.now() + 60 });
    let bad = [
        ("merchant_uid", json!(["x5", "x6"])),
        ("merchant_uid", json!({ "a": "x5" })),
        ("amount", json!([1_000])),
        ("name", json!(["n"])),
        ("currency", json!(["USD"])),
        ("card_quota", json!([3])),
        ("buyer_name", json!(["홍길동"])),
        ("notice_url", json!([["http://127.0.0.1:1/"]])),
    ];
    for (field, value) in bad {
        let mut order = whole();
        order[field] = value;
        let told = client.post(AGAIN, order.clone()).await.refused(200, 1);
        assert!(told.contains(field), "{field}: {told}");
        let booking = json!({ "customer_uid": "m", "schedules": [order] });
        assert!(client.post("/subscribe/payments/schedule", booking).await.refused(200, 1).contains(field), "{field}");
    }
    let mut order = whole();
    order["customer_uid"] = json!(["m"]);
    assert!(client.post(AGAIN, order).await.refused(200, 1).contains("customer_uid"));
    assert!(handle.ledger().is_empty());

    client.again("m", "o", 5_000).await.ok();
    for (field, value) in [("imp_uid", json!(["imps_1"])), ("amount", json!([1])), ("enable_webhook", json!([true]))] {
        let mut cancel = json!({ "merchant_uid": "o" });
        cancel[field] = value;
        assert!(client.post("/payments/cancel", cancel).await.refused(200, 1).contains(field), "{field}");
    }
    assert_eq!(handle.totals("o").refunds, 0);
}

#[tokio::test]
async fn a_list_that_cannot_be_read_takes_nothing_back() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    client.issue("m", "nice", GOOD_CARD).await.ok();
    let entry = json!({ "merchant_uid": "s", "amount": 1_000, "name": "n", "schedule_at": sandbox.handle().now() + 60 });
    client.post("/subscribe/payments/schedule", json!({ "customer_uid": "m", "schedules": [entry] })).await.ok();
    for orders in [json!([["s"]]), json!([{ "a": "s" }]), json!({ "a": "s" })] {
        let body = json!({ "customer_uid": "m", "merchant_uid": orders });
        assert!(client.post("/subscribe/payments/unschedule", body).await.refused(200, 1).contains("merchant_uid"));
    }
    assert_eq!(client.get("/subscribe/payments/schedule/s").await.ok()["schedule_status"], "scheduled");
    client.get("/payments?imp_uid[a]=b").await.refused(400, -1);
    client.get("/subscribe/customers?customer_uid[a]=m").await.refused(400, -1);
}

#[tokio::test]
async fn of_a_forms_key_that_comes_twice_the_last_counts() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    client.issue("m", "nice", GOOD_CARD).await.ok();
    let body = "customer_uid=m&merchant_uid=x5&merchant_uid=x6&amount=1000&amount=2000";
    let paid = client.form(AGAIN, body).await.ok();
    assert_eq!((&paid["merchant_uid"], &paid["amount"]), (&json!("x6"), &json!(2_000)));
    // A query beside a GET's body is read likewise.
    let (status, _) = client.send("GET", "/payments/find/x6?sorting=x&sorting=paid", Some(JSON), "{}").await.unwrap();
    assert_eq!(status, 200);
    let at = sandbox.handle().now() + 60;
    let body = format!(
        "customer_uid=m&schedules[0][merchant_uid]=s1&schedules[0][merchant_uid]=s2&schedules[0][schedule_at]={at}&schedules[0][amount]=1000"
    );
    assert_eq!(client.form("/subscribe/payments/schedule", &body).await.ok()[0]["merchant_uid"], "s2");
}
