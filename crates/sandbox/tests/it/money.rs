use std::time::Duration;

use kr_billing_sandbox::{Buyer, ChannelConfig, LedgerKind, Sandbox, SandboxConfig};
use serde_json::{Value, json};

use crate::client::{Client, GOOD_CARD};

#[tokio::test]
async fn refunds_in_parts_and_whole_keep_the_balance() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let paid = client.onetime("o", 10_000, GOOD_CARD).await.ok();
    let cancel = |body: Value| client.post("/payments/cancel", body);
    let id = paid["imp_uid"].as_str().unwrap();
    cancel(json!({ "imp_uid": id, "amount": 1_000, "checksum": 9_000 })).await.refused(200, 1);
    let part = cancel(json!({ "imp_uid": id, "amount": 1_000, "checksum": 10_000, "reason": "part" })).await.ok();
    assert_eq!((&part["cancel_amount"], &part["amount"]), (&json!(1_000), &json!(10_000)));
    assert_eq!(part["cancel_history"][0]["reason"], "part");
    assert!(part["cancel_history"][0]["cancellation_id"].is_string());
    cancel(json!({ "imp_uid": id, "amount": 9_001 })).await.refused(200, 1);
    let whole = cancel(json!({ "imp_uid": id, "amount": 0, "checksum": 9_000 })).await.ok();
    assert_eq!((&whole["cancel_amount"], &whole["status"]), (&json!(10_000), &json!("cancelled")));
    cancel(json!({ "imp_uid": id })).await.refused(200, 1);
    let unknown = cancel(json!({ "imp_uid": "imp_000", "merchant_uid": "o" })).await.refused(200, 1);
    assert_eq!(unknown, "취소할 결제건이 존재하지 않습니다.");
    let totals = sandbox.handle().totals("o");
    assert_eq!((totals.captured, totals.refunded, totals.captures, totals.refunds), (10_000, 10_000, 1, 2));
    let kinds: Vec<_> = sandbox.handle().ledger().iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [LedgerKind::Capture, LedgerKind::Refund, LedgerKind::Refund]);
}

#[tokio::test]
async fn tax_parts_must_be_repeated_where_the_pg_wants_them() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    client.issue("k", "kcp", GOOD_CARD).await.ok();
    client.issue("n", "nice", GOOD_CARD).await.ok();
    let charge = |uid: &str, order: &str, tax: Value| {
        let mut body = json!({ "customer_uid": uid, "merchant_uid": order, "amount": 10_000, "name": "n" });
        body.as_object_mut().unwrap().extend(tax.as_object().unwrap().clone());
        let client = client.clone();
        async move { client.post("/subscribe/payments/again", body).await.ok() }
    };
    charge("k", "k1", json!({ "tax_free": 4_000 })).await;
    charge("n", "n1", json!({ "vat_amount": 500 })).await;
    client.post("/payments/cancel", json!({ "merchant_uid": "k1" })).await.refused(200, 1);
    client.post("/payments/cancel", json!({ "merchant_uid": "k1", "tax_free": 4_000 })).await.ok();
    client.post("/payments/cancel", json!({ "merchant_uid": "n1" })).await.refused(200, 1);
    client.post("/payments/cancel", json!({ "merchant_uid": "n1", "vat_amount": 500 })).await.ok();
    client.onetime("short", 980_001, GOOD_CARD).await.ok();
    assert!(client.post("/payments/cancel", json!({ "merchant_uid": "short" })).await.refused(200, 1).contains("[2023]"));
}

#[tokio::test]
async fn some_pgs_want_tax_parts_of_a_refund_in_part_only() {
    let (sandbox, client) = with_keys(["smartro_v2", "tosspay_v2", "payco"]).await;
    for (pg, tax) in [("smartro_v2", ("tax_free", 400)), ("tosspay_v2", ("vat_amount", 50)), ("payco", ("tax_free", 1_000))] {
        let mut body = json!({
            "customer_uid": pg, "merchant_uid": pg.replace('_', ""), "amount": 11_000, "name": "n",
            "buyer_name": "홍길동", "buyer_email": "a@shop.test", "buyer_tel": "02-1234-5678",
        });
        body[tax.0] = json!(tax.1);
        client.post("/subscribe/payments/again", body).await.ok();
    }
    for (order, part) in [("smartrov2", json!({ "tax_free": 0 })), ("tosspayv2", json!({ "vat_amount": 0 }))] {
        let mut cancel = json!({ "merchant_uid": order, "amount": 500 });
        client.post("/payments/cancel", cancel.clone()).await.refused(200, 1);
        cancel.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        client.post("/payments/cancel", cancel).await.ok();
    }
    client.post("/payments/cancel", json!({ "merchant_uid": "smartrov2" })).await.ok();
    let payco = client.get("/payments/find/payco").await.ok();
    let balance = client.get(&format!("/payments/{}/balance", payco["imp_uid"].as_str().unwrap())).await.ok();
    assert_eq!(balance["primary"], json!({ "tax_free": 1_000, "supply": 9_091, "vat": 909, "service": 0 }));
    assert_eq!(sandbox.handle().totals("smartrov2").refunded, 11_000);
}

#[tokio::test]
async fn naver_pay_takes_no_number_twice_whatever_became_of_it() {
    let (_sandbox, client) = with_keys(["naverpay"]).await;
    assert_eq!(client.again("naverpay", "n", 990_001).await.ok()["status"], "failed");
    client.again("naverpay", "n", 1_000).await.refused(200, 1);
    assert_eq!(client.again("naverpay", "n2", 1_000).await.ok()["status"], "paid");
}

#[tokio::test]
async fn payments_of_all_states_are_listed_by_the_time_of_their_own() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    client.onetime("old", 1_000, GOOD_CARD).await.ok();
    sandbox.handle().advance(Duration::from_secs(100 * 86_400)).await;
    let client = Client::of(&sandbox).await;
    assert_eq!(client.get("/payments/status/all").await.ok()["total"], 0);
    client.post("/payments/cancel", json!({ "merchant_uid": "old" })).await.ok();
    for status in ["all", "cancelled"] {
        assert_eq!(client.get(&format!("/payments/status/{status}")).await.ok()["list"][0]["merchant_uid"], "old");
    }
}

/// A sandbox with test channels of these PGs, and a key of the same name at each.
async fn with_keys<const N: usize>(pgs: [&str; N]) -> (Sandbox, Client) {
    let channel = |pg: &str| ChannelConfig { pg: Some(pg.into()), mid: Some(pg.to_uppercase()), ..Default::default() };
    let config = SandboxConfig { channels: pgs.map(channel).to_vec(), ..Default::default() };
    let sandbox = Sandbox::builder().config(config).start().await.unwrap();
    for pg in pgs {
        let params = json!({
            "pg": pg, "merchant_uid": format!("issue{}", pg.replace('_', "")), "customer_uid": pg, "name": "n", "amount": 1_000,
            "customer_id": "m1", "m_redirect_url": "https://shop.test/done",
        });
        let back = sandbox.handle().complete_window(&params, &Buyer::default());
        assert!(back.success, "{back:?}");
    }
    let client = Client::of(&sandbox).await;
    (sandbox, client)
}

#[tokio::test]
async fn payments_are_found_by_id_by_order_and_by_status() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let ids: Vec<String> = {
        let mut ids = Vec::new();
        for at in 0..45 {
            let paid = client.onetime(&format!("o{at}"), 1_000, GOOD_CARD).await.ok();
            ids.push(paid["imp_uid"].as_str().unwrap().to_owned());
        }
        ids
    };
    assert_eq!(client.get("/payments/nothing").await.refused(404, -1), "존재하지 않는 결제정보입니다.");
    assert_eq!(client.get(&format!("/payments/{}/", ids[0])).await.ok()["merchant_uid"], "o0");
    let both = format!("/payments?imp_uid[]={}&merchant_uid[]=o1", ids[0]);
    assert_eq!(client.get(&both).await.ok().as_array().unwrap().len(), 2);
    let some = client.get(&format!("/payments?imp_uid[]={}&imp_uid[]=x", ids[0])).await;
    assert_eq!((some.status, some.response.as_array().unwrap().len()), (207, 1));
    client.get("/payments?imp_uid[]=x").await.refused(404, -1);
    client.get("/payments/find/none").await.refused(404, -1);
    client.get("/payments/findAll/none/paid").await.refused(404, -1);
    client.get("/payments/find/o1/waiting").await.refused(400, -1);

    let first = client.get("/payments/status/paid").await.ok();
    assert_eq!((&first["total"], &first["previous"], &first["next"]), (&json!(45), &json!(0), &json!(2)));
    assert_eq!(first["list"][0]["merchant_uid"], "o44", "newest first");
    let last = client.get("/payments/status/paid?page=3").await.ok();
    assert_eq!((&last["previous"], &last["next"]), (&json!(2), &json!(0)));
    assert_eq!(last["list"].as_array().unwrap().len(), 5);
    assert_eq!(client.get("/payments/status/all?limit=1000").await.ok()["list"].as_array().unwrap().len(), 45);
    assert_eq!(client.get("/payments/status/failed").await.ok()["total"], 0);
    for bad in
        ["paid?page=4", "paid?page=0", "paid?limit=1001", "paid?limit=0", "none", "paid?from=1&to=9999999999", "paid?sorting=x"]
    {
        client.get(&format!("/payments/status/{bad}")).await.refused(400, -1);
    }
    client.get(&format!("/payments/{}/balance", ids[0])).await.refused(405, -1);
}

#[tokio::test]
async fn test_channel_payments_hide_from_the_single_get_only() {
    let channels = vec![ChannelConfig { preset: Some("nice_test".into()), ..Default::default() }];
    let config = SandboxConfig { channels, ..Default::default() };
    let sandbox = Sandbox::builder().config(config).start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let paid = client.onetime("o", 1_000, GOOD_CARD).await.ok();
    assert_eq!(paid["sandbox"], true);
    let id = paid["imp_uid"].as_str().unwrap();
    client.get(&format!("/payments/{id}")).await.refused(404, -1);
    client.get(&format!("/payments/{id}?include_sandbox=true")).await.ok();
    client.get("/payments/find/o").await.ok();
    client.get(&format!("/payments?imp_uid[]={id}")).await.ok();
}

#[tokio::test]
async fn amounts_are_prepared_once_changed_and_read() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    client.put("/payments/prepare", json!({ "merchant_uid": "o", "amount": 1 })).await.refused(404, -1);
    let made = client.post("/payments/prepare", json!({ "merchant_uid": "o", "amount": 12_000 })).await.ok();
    assert_eq!(made, json!({ "merchant_uid": "o", "amount": 12_000, "currency": null }));
    let twice = client.post("/payments/prepare", json!({ "merchant_uid": "o", "amount": 1 })).await.refused(200, 1);
    assert_eq!(twice, "결제정보 사전등록에 실패하였습니다(이미 등록된 merchant_uid입니다).");
    client.put("/payments/prepare", json!({ "merchant_uid": "o", "amount": 9_000, "currency": "KRW" })).await.ok();
    assert_eq!(client.get("/payments/prepare/o").await.ok()["amount"], 9_000);
    client.get("/payments/prepare/x").await.refused(404, -1);
    client.issue("m", "nice", GOOD_CARD).await.ok();
    client.again("m", "o", 5_000).await.ok();
}

#[tokio::test]
async fn codes_are_listed() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    assert!(client.get("/cards").await.ok().as_array().unwrap().len() > 15);
    assert_eq!(client.get("/cards/366").await.ok(), json!({ "code": "366", "name": "신한카드" }));
    assert_eq!(client.get("/banks/004").await.ok()["name"], "KB국민은행");
    assert!(client.get("/banks").await.ok().as_array().unwrap().len() > 15);
    client.get("/banks/999").await.refused(404, -1);
}

#[tokio::test]
async fn bodies_may_be_forms_with_nested_keys() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let body = "merchant_uid=f1&amount=1004&card_number=1234-1234-1234-1234&expiry=2099-12&birth=123456&pwd_2digit=12&customer_uid=m&name=%EA%B5%AC%EB%8F%85";
    assert_eq!(client.form("/subscribe/payments/onetime", body).await.ok()["name"], "구독");
    assert_eq!(
        client.form("/subscribe/payments/again/", "customer_uid=m&merchant_uid=f2&amount=1004").await.ok()["status"],
        "paid"
    );
    assert_eq!(
        client.form("/payments/cancel", "merchant_uid=f2&amount=4&checksum=1004&extra[requester]=admin").await.ok()["cancel_amount"],
        4
    );
    // curl -d sends JSON under the form's content type.
    let json = r#"{"merchant_uid":"f3","amount":1004,"customer_uid":"m"}"#;
    assert_eq!(client.form("/subscribe/payments/again", json).await.ok()["merchant_uid"], "f3");
    let (status, _) = client.send("GET", "/payments/find/f3", Some("application/json"), "{}".to_owned()).await.unwrap();
    assert_eq!(status, 200);
    let (status, _) = client.send("GET", "/payments/find/f3", Some("text/plain"), "junk".to_owned()).await.unwrap();
    assert_eq!(status, 200);
}

#[tokio::test]
async fn of_many_refunds_with_one_checksum_one_is_made() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    client.onetime("o", 10_000, GOOD_CARD).await.ok();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let client = client.clone();
        let body = json!({ "merchant_uid": "o", "amount": 1_000, "checksum": 10_000 });
        calls.spawn(async move { client.post("/payments/cancel", body).await.code });
    }
    let done = calls.join_all().await.into_iter().filter(|code| *code == 0).count();
    assert_eq!((done, sandbox.handle().totals("o").refunded), (1, 1_000));
}

#[tokio::test]
async fn lookups_that_make_no_sense_are_bad_requests() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    client.issue("m", "nice", GOOD_CARD).await.ok();
    client.again("m", "o", 1_000).await.ok();
    let many = |name: &str| vec![format!("{name}[]=x"); 101].join("&");
    for path in [
        "/payments".to_owned(),
        format!("/payments?{}", many("imp_uid")),
        format!("/payments?{}", many("merchant_uid")),
        "/subscribe/customers".to_owned(),
        "/subscribe/customers/m/payments?page=2".to_owned(),
        "/payments/findAll/o?page=2".to_owned(),
        "/subscribe/payments/schedule?schedule_from=1&schedule_to=2&page=2".to_owned(),
        "/subscribe/payments/schedule?schedule_from=1&schedule_to=2&schedule_status=x".to_owned(),
        "/payments/find/o?sorting=x".to_owned(),
        "/subscribe/customers/m/payments?sorting=x".to_owned(),
    ] {
        client.get(&path).await.refused(400, -1);
    }
    client.get("/subscribe/customers/m/payments?page=1").await.ok();
    client.get("/subscribe/payments/schedule?schedule_from=1&schedule_to=2&sorting=x").await.ok();
    client.put("/payments/prepare", json!({ "amount": 1_000 })).await.refused(200, 1);
    // A window of 0 won, or of dollars, may be prepared.
    for (order, amount, currency) in [("free", 0, "KRW"), ("dollars", 10, "USD")] {
        let body = json!({ "merchant_uid": order, "amount": amount, "currency": currency });
        assert_eq!(client.post("/payments/prepare", body.clone()).await.ok(), body);
    }
}
