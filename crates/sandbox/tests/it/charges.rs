use kr_billing_sandbox::{ChannelConfig, Sandbox, SandboxConfig};
use serde_json::{Value, json};

use crate::client::{Client, GOOD_CARD, with_card};

#[tokio::test]
async fn a_plain_onetime_charge_keeps_no_card() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let paid = client.onetime("order-1", 3_000, GOOD_CARD).await.ok();
    assert_eq!((&paid["status"], &paid["amount"], &paid["merchant_uid"]), (&json!("paid"), &json!(3_000), &json!("order-1")));
    assert_eq!((&paid["channel"], &paid["customer_uid"], &paid["sandbox"]), (&json!("api"), &Value::Null, &json!(false)));
    assert!(paid["imp_uid"].as_str().unwrap().starts_with("imps_") && paid["paid_at"].is_i64());
    assert_eq!(paid["failed_at"], 0);
    assert_eq!(client.again("order-1", "order-2", 3_000).await.refused(200, 1), "등록되지 않은 구매자입니다.");
    let nameless = json!({ "customer_uid": "x", "merchant_uid": "order-2", "amount": 3_000 });
    client.post("/subscribe/payments/again", nameless).await.refused(200, -1);
}

#[tokio::test]
async fn a_onetime_charge_may_keep_its_card() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let body = with_card(json!({ "merchant_uid": "o1", "amount": "3000", "customer_uid": "m", "pg": "kcp" }), GOOD_CARD);
    let paid = client.post("/subscribe/payments/onetime", body).await.ok();
    assert_eq!((&paid["customer_uid"], &paid["pg_provider"]), (&json!("m"), &json!("kcp")));
    let again = client.again("m", "o2", 5_000).await.ok();
    assert_eq!(
        (&again["status"], &again["customer_uid_usage"], &again["pg_provider"]),
        (&json!("paid"), &json!("payment"), &json!("kcp"))
    );
    let declined = with_card(json!({ "merchant_uid": "o3", "amount": 990_001, "customer_uid": "new" }), GOOD_CARD);
    assert_eq!(client.post("/subscribe/payments/onetime", declined).await.ok()["status"], "failed");
    client.get("/subscribe/customers/new").await.refused(200, 1);
    let of_key = client.get("/subscribe/customers/m/payments?page=1").await.ok();
    assert_eq!((&of_key["total"], &of_key["previous"], &of_key["next"]), (&json!(2), &json!(0), &json!(0)));
    client.get("/subscribe/customers/x/payments").await.refused(200, 1);
    assert_eq!(client.get("/subscribe/customers/m/payments?limit=1").await.ok()["list"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_card_that_is_charged_once_goes_by_pg_and_not_by_channel_key() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let fields = json!({ "pg": "kcp", "channel_key": "channel-key-nice_v2", "merchant_uid": "o", "amount": 5_000 });
    let paid = client.post("/subscribe/payments/onetime", with_card(fields.clone(), GOOD_CARD)).await.ok();
    assert_eq!((&paid["pg_provider"], &paid["card_issuer_code"]), (&json!("kcp"), &Value::Null));
    let kept = client.post("/subscribe/customers/m", with_card(fields, GOOD_CARD)).await.ok();
    assert_eq!((&kept["pg_provider"], &kept["card_issuer_code"]), (&json!("nice_v2"), &kept["card_code"]));
}

#[tokio::test]
async fn other_currencies_and_foreign_cards_are_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let dollars = with_card(json!({ "merchant_uid": "o", "amount": 5_000, "currency": "USD" }), GOOD_CARD);
    client.post("/subscribe/payments/onetime", dollars.clone()).await.refused(200, 1);
    client.post("/subscribe/payments/foreign", dollars.clone()).await.refused(200, -1);
    Client::anonymous(&sandbox).post("/subscribe/payments/foreign", dollars).await.refused(401, -1);
    assert!(sandbox.handle().ledger().is_empty());
}

#[tokio::test]
async fn a_paid_or_cancelled_order_number_is_burnt_a_failed_one_is_not() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    client.issue("m", "kcp", GOOD_CARD).await.ok();
    client.again("m", "paid", 1_000).await.ok();
    let taken = client.again("m", "paid", 1_000).await.refused(200, 1);
    assert!(taken.starts_with("이미 주문이 이루어진 건입니다"), "{taken}");
    client.post("/payments/cancel", json!({ "merchant_uid": "paid" })).await.ok();
    client.onetime("paid", 1_000, GOOD_CARD).await.refused(200, 1);
    assert_eq!(client.again("m", "retried", 990_001).await.ok()["status"], "failed");
    assert_eq!(client.again("m", "retried", 1_000).await.ok()["status"], "paid");
    let all = client.get("/payments/findAll/retried/").await.ok();
    let states: Vec<_> = all["list"].as_array().unwrap().iter().map(|p| p["status"].clone()).collect();
    assert_eq!((&all["total"], states), (&json!(2), vec![json!("paid"), json!("failed")]));
    assert_eq!(client.get("/payments/find/retried/failed").await.ok()["amount"], 990_001);
}

#[tokio::test]
async fn declines_arrive_in_each_way_with_each_pgs_code() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    for (pg, code) in [("kcp", "CC10"), ("inicis", "120054"), ("html5_inicis", "120054"), ("nice", "3095"), ("nice_v2", "3095")] {
        client.issue(pg, pg, GOOD_CARD).await.ok();
        let order = |way: &str| format!("{pg}-{way}");
        let failed = client.again(pg, &order("0"), 990_001).await.ok();
        assert_eq!((&failed["status"], &failed["fail_reason"]), (&json!("failed"), &json!(format!("[{code}] 잔액부족"))));
        assert!(failed["failed_at"].as_i64().unwrap() > 0);
        assert!(client.again(pg, &order("1"), 991_001).await.refused(200, 1).contains(&format!("[{code}]")));
        let minus = client.again(pg, &order("2"), 992_001).await.refused(200, -1);
        assert!(minus.starts_with("카드정보 인증에 실패하였습니다. ["), "{minus}");
        assert_eq!(client.again(pg, &order("3"), 993_001).await.ok()["fail_reason"], "잔액부족");
        client.again(pg, &order("4"), 994_001).await.refused(200, 1);
        client.get(&format!("/payments/find/{}", order("1"))).await.refused(404, -1);
        assert_eq!(client.get(&format!("/payments/find/{}", order("4"))).await.ok()["status"], "failed");
    }
    assert!(sandbox.handle().ledger().is_empty());
}

#[tokio::test]
async fn an_unknown_outcome_may_turn_out_to_be_paid() {
    let sandbox = Sandbox::start().await.unwrap();
    let handle = sandbox.handle();
    handle.run_in_real_time(false);
    let client = Client::of(&sandbox).await;
    client.issue("m", "kcp", GOOD_CARD).await.ok();
    assert_eq!(client.again("m", "not", 990_060).await.ok()["status"], "failed");
    assert_eq!(client.again("m", "moved", 990_061).await.ok()["status"], "failed");
    assert_eq!(client.get("/payments/find/moved").await.ok()["status"], "paid");
    assert!(client.again("m", "late", 991_062).await.refused(200, 1).contains("[CC72]"));
    assert_eq!(client.get("/payments/find/late").await.ok()["status"], "failed");
    handle.advance(std::time::Duration::from_secs(5)).await;
    assert_eq!(client.get("/payments/find/late").await.ok()["status"], "paid");
    assert_eq!((handle.totals("not").captures, handle.totals("moved").captures, handle.totals("late").captures), (0, 1, 1));
}

#[tokio::test]
async fn what_the_pg_wants_is_asked_for() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    client.issue("i", "html5_inicis", GOOD_CARD).await.ok();
    client.issue("k", "kcp", GOOD_CARD).await.ok();
    let nameless = |uid: &str| json!({ "customer_uid": uid, "merchant_uid": format!("{uid}-1"), "amount": 1_000 });
    assert!(client.post("/subscribe/payments/again", nameless("i")).await.refused(200, 1).contains("name"));
    client.post("/subscribe/payments/again", nameless("k")).await.ok();
    assert!(client.again("k", "small", 999).await.refused(200, 1).contains("[9010]"));
    let mut instalments = json!({ "customer_uid": "k", "merchant_uid": "q", "amount": 49_999, "name": "n", "card_quota": 3 });
    assert!(client.post("/subscribe/payments/again", instalments.clone()).await.refused(200, 1).contains("[CC34]"));
    instalments["amount"] = json!(50_000);
    assert_eq!(client.post("/subscribe/payments/again", instalments).await.ok()["card_quota"], 3);
}

#[tokio::test]
async fn bad_input_is_refused_and_stores_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    client.issue("m", "nice", GOOD_CARD).await.ok();
    for amount in [json!(0), json!(-1), json!(1_000_000_000), json!("abc"), json!(10.5), Value::Null] {
        let body = json!({ "customer_uid": "m", "merchant_uid": "o", "amount": amount, "name": "n" });
        client.post("/subscribe/payments/again", body).await.refused(200, 1);
    }
    let long = "가".repeat(300);
    client.again("m", &long, 1_000).await.refused(200, 1);
    client.get(&format!("/payments/find/{}", "a".repeat(300))).await.refused(404, -1);
    for order in ["a/b c", "주문 1", "100%"] {
        assert_eq!(client.again("m", order, 1_000).await.ok()["merchant_uid"], order);
        let path: String = url::form_urlencoded::byte_serialize(order.as_bytes()).collect::<String>().replace('+', "%20");
        assert_eq!(client.get(&format!("/payments/find/{path}/paid")).await.ok()["merchant_uid"], order);
    }
    for (body, kind) in [("{\"amount\":", "application/json"), ("hello", "text/plain"), ("[1]", "application/json")] {
        let (status, _) = client.send("POST", "/subscribe/payments/again", Some(kind), body.to_owned()).await.unwrap();
        assert_eq!(status, 400, "{body}");
    }
    client.get("/no/such/path").await.refused(404, -1);
    client.get("/users/getToken").await.refused(405, -1);
    assert_eq!(sandbox.handle().ledger().len(), 3);
}

#[tokio::test]
async fn fewer_instalments_than_none_are_unreadable() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    client.issue("m", "nice", GOOD_CARD).await.ok();
    let mut body = json!({ "customer_uid": "m", "merchant_uid": "o", "amount": 50_000, "name": "n", "card_quota": -1 });
    let told = client.post("/subscribe/payments/again", body.clone()).await.refused(200, 1);
    assert!(told.contains("card_quota") && !told.contains("3024"), "{told}");
    body["card_quota"] = json!(1);
    assert_eq!(client.post("/subscribe/payments/again", body).await.ok()["card_quota"], 1);
}

#[tokio::test]
async fn ksnet_is_told_whether_goods_are_real_or_digital() {
    let channels = vec![ChannelConfig { preset: Some("ksnet_test".into()), ..Default::default() }];
    let sandbox = Sandbox::builder().config(SandboxConfig { channels, ..Default::default() }).start().await.unwrap();
    let client = Client::of(&sandbox).await;
    for (order, kind, taken) in [("o1", "other", false), ("o1", "real", true), ("o2", "digital", true)] {
        let body = json!({ "merchant_uid": order, "amount": 1_000, "buyer_name": "홍길동", "product_type": kind });
        let answer = client.post("/subscribe/payments/onetime", with_card(body, GOOD_CARD)).await;
        assert_eq!((answer.status, answer.code), (200, i64::from(!taken)), "{kind}: {}", answer.message);
    }
}
