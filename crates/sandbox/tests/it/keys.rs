use kr_billing_sandbox::{ChannelConfig, Sandbox, SandboxConfig, presets};
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
    client.post("/subscribe/customers/a", bare("daou.CTS16628")).await.ok();
    assert!(client.post("/subscribe/customers/a", bare("daou.CTS16629")).await.refused(200, 1).contains("birth"));
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
