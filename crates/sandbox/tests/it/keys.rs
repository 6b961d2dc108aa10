use kr_billing_sandbox::{Buyer, ChannelConfig, Sandbox, SandboxConfig, presets};
use serde_json::json;

use crate::client::{Client, GOOD_CARD, with_card};

#[tokio::test]
async fn a_key_is_issued_read_replaced_and_deleted() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let key = client.issue("member-1", "kcp", GOOD_CARD).await.ok();
    assert_eq!(key["customer_uid"], "member-1");
    assert_eq!(key["pg_provider"], "kcp");
    assert_eq!(key["sandbox"], false);
    assert_eq!(key["card_number"], "123412******1234");
    assert!(key["inserted"].is_i64() && key["updated"].is_i64());
    let replaced = client.issue("member-1", "nice", "5555-6666-7777-8888").await.ok();
    assert_eq!(replaced["pg_provider"], "nice");
    assert_eq!(client.get("/subscribe/customers/member-1").await.ok(), replaced);
    assert_eq!(client.delete("/subscribe/customers/member-1").await.ok(), replaced);
    let gone = client.get("/subscribe/customers/member-1").await.refused(200, 1);
    assert_eq!(gone, "요청하신 customer_uid(member-1)로 등록된 정보를 찾을 수 없습니다.");
    client.delete("/subscribe/customers/member-1").await.refused(200, 1);
}

#[tokio::test]
async fn several_keys_come_with_207_when_some_are_missing() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    client.issue("a", "kcp", GOOD_CARD).await.ok();
    client.issue("b", "nice", GOOD_CARD).await.ok();
    let both = client.get("/subscribe/customers?customer_uid[]=a&customer_uid[]=b").await.ok();
    assert_eq!(both.as_array().unwrap().len(), 2);
    let some = client.get("/subscribe/customers?customer_uid%5B%5D=a&customer_uid%5B%5D=x").await;
    assert_eq!((some.status, some.code, some.response.as_array().unwrap().len()), (207, 0, 1));
    client.get("/subscribe/customers?customer_uid[0]=x").await.refused(404, -1);
    client.get("/subscribe/customers").await.refused(400, -1);
}

#[tokio::test]
async fn cards_that_are_malformed_expired_or_refused_issue_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let path = "/subscribe/customers/m";
    let malformed = client.post(path, with_card(json!({}), "4092")).await.refused(200, -1);
    assert_eq!(malformed, "유효하지않은 카드번호를 입력하셨습니다.");
    // No issuer has the guides' number, which is good here with their expiry only.
    let mut guides = with_card(json!({}), GOOD_CARD);
    guides["expiry"] = json!("2020-02");
    assert_eq!(client.post(path, guides).await.refused(200, -1), malformed);
    let mut expired = with_card(json!({ "pg": "inicis" }), "4092-0230-1234-1234");
    expired["expiry"] = json!("2019-03");
    let expired = client.post(path, expired).await.refused(200, -1);
    assert!(expired.starts_with("카드정보 인증 및 빌키 발급에 실패하였습니다. [120004]"), "{expired}");
    let wrong_birth = client.issue("m", "nice", "4000-0000-0000-0012").await.refused(200, -1);
    assert!(wrong_birth.contains("[F113]"), "{wrong_birth}");
    client.get(path).await.refused(200, 1);
    // A lost card is still there as card data, so it registers [help schedule-validity].
    client.issue("m", "nice", "4000-0000-0000-0020").await.ok();
}

#[tokio::test]
async fn contracts_switch_key_in_off_demand_fields_and_mark_tests() {
    let config: SandboxConfig = toml::from_str(
        r#"
        default_channel = "strict"
        [[channels]]
        preset = "kcp"
        key_in = false
        [[channels]]
        name = "strict"
        pg = "nice"
        mid = "IMPstrict1"
        required = ["birth", "pwd_2digit"]
        [[channels]]
        preset = "inicis_test"
        "#,
    )
    .unwrap();
    let sandbox = Sandbox::builder().config(config).start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let refused = client.issue("m", "kcp", GOOD_CARD).await.refused(200, -1);
    assert!(refused.contains("[CC35]"), "{refused}");
    let bare = json!({ "card_number": GOOD_CARD, "expiry": "2099-12", "birth": "123456" });
    assert!(client.post("/subscribe/customers/m", bare).await.refused(200, 1).contains("pwd_2digit"));
    let test = client.issue("t", "inicis.INIBillTst", GOOD_CARD).await.ok();
    assert_eq!((&test["sandbox"], &test["pg_id"], &test["card_type"]), (&json!(true), &json!("INIBillTst"), &json!(null)));
    let typo = client.issue("u", "inicis.INIBillTest", GOOD_CARD).await.ok();
    assert_eq!(typo["pg_id"], "IMPstrict1", "an unknown MID silently means the default channel");
}

#[test]
fn misspelt_config_keys_are_refused() {
    let error = toml::from_str::<SandboxConfig>("[[channels]]\npreset = \"kcp\"\nmidd = \"x\"").unwrap_err();
    assert!(error.to_string().contains("midd"), "{error}");
}

#[tokio::test]
async fn every_preset_starts_and_asks_for_what_its_pg_asks() {
    let channels = presets().iter().map(|p| ChannelConfig { preset: Some(p.name.to_owned()), ..Default::default() });
    let config = SandboxConfig { channels: channels.collect(), ..Default::default() };
    let sandbox = Sandbox::builder().config(config).start().await.unwrap();
    let client = Client::of(&sandbox).await;
    assert_eq!(client.get("/users/pg").await.ok().as_array().unwrap().len(), presets().len());
    let bare = |pg: &str| json!({ "pg": pg, "card_number": GOOD_CARD, "expiry": "2099-12" });
    client.post("/subscribe/customers/a", bare("daou.CTS17266")).await.ok();
    let charge = |mid: &str| with_card(json!({ "pg": mid, "merchant_uid": mid, "amount": 1_000 }), GOOD_CARD);
    client.post("/subscribe/payments/onetime", charge("daou.CTS16628")).await.ok();
    let mut bare_charge = charge("daou.CTS16629");
    bare_charge["birth"] = json!(null);
    assert!(client.post("/subscribe/payments/onetime", bare_charge).await.refused(200, 1).contains("birth"));
    assert!(client.post("/subscribe/customers/a", bare("ksnet")).await.refused(200, 1).contains("birth"));
    assert!(client.issue("w", "welcome", GOOD_CARD).await.refused(200, 1).contains("customer_name"));
    client.issue("s", "ksnet", GOOD_CARD).await.ok();
    assert!(client.again("s", "o", 5_000).await.refused(200, 1).contains("buyer_name"));
    client.issue("n", "nice_v2", GOOD_CARD).await.ok();
    let named = |name: &str| json!({ "customer_uid": "n", "merchant_uid": "o", "amount": 1_000, "name": name });
    client.post("/subscribe/payments/again", named("a&b")).await.refused(200, 1);
    client.post("/subscribe/payments/again", named(&"가".repeat(14))).await.refused(200, 1);
    client.post("/subscribe/payments/again", named(&"가".repeat(13))).await.ok();
}

#[tokio::test]
async fn a_mid_for_single_payments_issues_no_key_in_any_way() {
    let general = [
        ("kcp", "AO09C", "[CC35]"),
        ("html5_inicis", "INIpayTest", "[120009]"),
        ("nice", "iamport00m", "[A128]"),
        ("nice_v2", "iamport00m", "[A128]"),
    ];
    let key_in = [("daou", "CTS16628", "정기결제를 사용하지 않는"), ("daou", "CTS16629", "정기결제를 사용하지 않는")];
    for (pg, mid, text) in general.into_iter().chain(key_in) {
        // By preset and written out.
        let preset = presets().iter().find(|p| p.pg == pg && p.mid == mid).map(|p| p.name.to_owned());
        let by_preset = ChannelConfig { preset, ..Default::default() };
        let by_hand = ChannelConfig { pg: Some(pg.into()), mid: Some(mid.into()), ..Default::default() };
        for channel in [by_preset, by_hand] {
            let config = SandboxConfig { channels: vec![channel], ..Default::default() };
            let sandbox = Sandbox::builder().config(config).start().await.unwrap();
            let client = Client::of(&sandbox).await;
            let refused = client.issue("m", pg, GOOD_CARD).await.refused(200, -1);
            assert!(refused.contains(text), "{mid}: {refused}");
            let kept = with_card(json!({ "merchant_uid": "kept", "amount": 1_000, "customer_uid": "m" }), GOOD_CARD);
            assert!(client.post("/subscribe/payments/onetime", kept).await.refused(200, -1).contains(text), "{mid}");
            let entry = json!({ "merchant_uid": "booked", "schedule_at": sandbox.handle().now() + 60, "amount": 1_000 });
            let booked = with_card(json!({ "customer_uid": "m", "schedules": [entry] }), GOOD_CARD);
            assert!(client.post("/subscribe/payments/schedule", booked).await.refused(200, -1).contains(text), "{mid}");
            let window = json!({ "pg": pg, "merchant_uid": "w", "customer_uid": "m", "amount": 0, "name": "n" });
            assert!(!sandbox.handle().complete_window(&window, &Buyer::default()).success, "{mid}");
            client.get("/subscribe/customers/m").await.refused(200, 1);
            assert!(sandbox.handle().ledger().is_empty(), "{mid}");
        }
    }
}

#[tokio::test]
async fn a_contract_may_lack_recurring_payments() {
    let lacking = |pg: &str| ChannelConfig { preset: Some(pg.into()), recurring: Some(false), ..Default::default() };
    let channels = ["kcp", "inicis", "nice"].map(lacking).to_vec();
    let sandbox = Sandbox::builder().config(SandboxConfig { channels, ..Default::default() }).start().await.unwrap();
    let client = Client::of(&sandbox).await;
    for (pg, text) in [("kcp", "정기결제를 사용하지 않는"), ("inicis", "[550433]"), ("nice", "[F117]")] {
        assert!(client.issue("m", pg, GOOD_CARD).await.refused(200, -1).contains(text), "{pg}");
        let once = with_card(json!({ "pg": pg, "merchant_uid": pg, "amount": 1_000 }), GOOD_CARD);
        assert_eq!(client.post("/subscribe/payments/onetime", once).await.ok()["status"], "paid");
    }
}
