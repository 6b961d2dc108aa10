use kr_billing_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Client, GOOD_CARD, with_card};

#[tokio::test]
async fn every_control_call_works_over_http() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    client.issue("m", "kcp", GOOD_CARD).await.ok();
    let control = |method, path: &str, body| {
        let (client, path) = (client.clone(), format!("/_sandbox{path}"));
        async move { client.control(method, &path, body).await }
    };
    let index = control("GET", "", Value::Null).await.1;
    assert!(index["calls"].as_array().unwrap().len() > 10);

    control("POST", "/clock", json!({ "real_time": false })).await;
    control("POST", "/clock", json!({ "set": 1_900_000_000 })).await;
    let clock = control("POST", "/clock", json!({ "advance": 60 })).await.1;
    assert_eq!((&clock["now"], &clock["real_time"]), (&json!(1_900_000_060), &json!(false)));
    assert_eq!(control("GET", "/clock", Value::Null).await.1, clock);

    let fault = json!({ "operation": "any", "moment": "before_commit", "effect": "html_502", "nth": 9 });
    let id = control("POST", "/faults", fault).await.1["id"].clone();
    assert_eq!(control("GET", "/faults", Value::Null).await.1["faults"][0]["fault"]["operation"], "any");
    assert_eq!(control("DELETE", &format!("/faults/{id}"), Value::Null).await.0, 200);
    assert_eq!(control("DELETE", &format!("/faults/{id}"), Value::Null).await.0, 400);
    assert_eq!(control("DELETE", "/faults", Value::Null).await.0, 200);
    let wrong = control("POST", "/faults", json!({ "operation": "agian", "moment": "before_commit", "effect": "drop" })).await;
    assert_eq!(wrong.0, 400);
    assert!(wrong.1["error"].as_str().unwrap().contains("schedule_create"), "{}", wrong.1);

    let mut client = client.clone();
    client.log_in().await;
    client.again("m", "o", 5_000).await.ok();
    let ledger = control("GET", "/ledger", Value::Null).await.1;
    assert_eq!((&ledger["entries"][0]["kind"], &ledger["entries"][0]["amount"]), (&json!("capture"), &json!(5_000)));
    let id = client.get("/payments/find/o").await.ok()["imp_uid"].as_str().unwrap().to_owned();
    let cancel = json!({ "imp_uid": id, "amount": 1_000, "reason": "console" });
    assert_eq!(control("POST", "/console-cancel", cancel.clone()).await.0, 200);
    assert_eq!(control("POST", "/console-cancel", json!({ "imp_uid": "x" })).await.0, 400);

    let planted = json!({ "merchant_uid": "old", "amount": 7_000, "status": "ready", "customer_uid": "m" });
    let old = control("POST", "/payments", planted).await.1["imp_uid"].as_str().unwrap().to_owned();
    assert_eq!(client.get("/payments/find/old").await.ok()["status"], "ready");
    assert_eq!(control("POST", &format!("/payments/{old}/settle"), Value::Null).await.0, 200);
    assert_eq!(client.get("/payments/find/old").await.ok()["status"], "paid");
    assert_eq!(control("POST", &format!("/payments/{old}/settle"), Value::Null).await.0, 400);

    let card = json!({ "card_number": "4000-0000-0000-0020" });
    assert_eq!(control("PUT", "/customers/m/card", card).await.1["card_number"], "400000******0020");
    assert_eq!(client.again("m", "lost", 5_000).await.ok()["fail_reason"], "[CC04] 분실 신고된 카드");

    let window = json!({
        "params": { "pg": "kcp_billing", "merchant_uid": "w", "customer_uid": "w", "amount": 0, "name": "n" },
        "buyer": { "card_number": GOOD_CARD, "mobile": true },
    });
    assert_eq!(control("POST", "/windows", window).await.1["success"], true);
    assert_eq!(control("GET", "/channels", Value::Null).await.1.as_array().unwrap().len(), 6);
    let webhooks = control("PUT", "/webhooks", json!({ "url": null, "resend": 2, "delivery": { "missing": true } })).await.1;
    assert_eq!((&webhooks["settings"]["resend"], &webhooks["delivery"]["missing"]), (&json!(2), &json!(true)));
    assert_eq!(control("DELETE", "/token", Value::Null).await.0, 200);
    client.get("/users/pg").await.refused(401, -1);
    assert_eq!(control("POST", "/reset", Value::Null).await.0, 200);
    assert_eq!(control("GET", "/ledger", Value::Null).await.1, json!({ "entries": [] }));
    assert_eq!(control("GET", "/nothing", Value::Null).await.0, 404);
}

#[tokio::test]
async fn the_request_log_names_fields_and_holds_no_values() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let body = with_card(json!({ "merchant_uid": "o", "amount": 1_000, "name": "비밀" }), "9876-5432-1098-7654");
    client.post("/subscribe/payments/onetime?x=1", body).await.ok();
    let log = client.control("GET", "/_sandbox/requests", Value::Null).await.1;
    let last = log["entries"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["path"], &last["operation"]), (&json!("/subscribe/payments/onetime"), &json!("onetime")));
    assert_eq!((&last["status"], &last["fields"]), (&json!(200), &json!(["amount", "merchant_uid", "name", "x"])));
    for secret in ["9876", "5432", "비밀", "2099-12", "123456"] {
        assert!(!log.to_string().contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn the_request_log_hides_what_looks_like_a_card_in_a_path() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let paths = [
        ("/subscribe/customers/9876-5432-1098-7654", "/subscribe/customers/987654******7654"),
        ("/subscribe/customers/card%209876%2D5432%201098%207654/payments", "/subscribe/customers/card 987654******7654/payments"),
        ("/payments/9876543210987654", "/payments/987654******7654"),
        ("/nothing/987654321098765", "/nothing/987654******765"),
        ("/subscribe/customers/member-1042.202611%2F1", "/subscribe/customers/member-1042.202611%2F1"),
    ];
    for (path, shown) in paths {
        client.get(path).await;
        let log = client.control("GET", "/_sandbox/requests", Value::Null).await.1;
        assert_eq!(log["entries"].as_array().unwrap().last().unwrap()["path"], shown);
    }
}

#[tokio::test]
async fn a_webhook_url_is_changed_removed_or_left_alone() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::anonymous(&sandbox);
    let put = async |body| client.control("PUT", "/_sandbox/webhooks", body).await;
    let url = json!("http://127.0.0.1:1/x");
    assert_eq!(put(json!({ "url": url })).await.1["settings"]["url"], url);
    for wrong in [json!({ "url": 5 }), json!({ "resend": 6 })] {
        assert_eq!(put(wrong).await.0, 400);
    }
    assert_eq!(put(json!({ "resend": 1 })).await.1["settings"]["url"], url);
    assert_eq!(put(json!({ "url": null })).await.1["settings"]["url"], Value::Null);
}
