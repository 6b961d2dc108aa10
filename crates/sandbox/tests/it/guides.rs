//! The five guides' own calls: their field sets, their sample card, no `name`, `pg` or `channel_key`
//! where they have none (fact sheet, sections 6.1, 7.1 and 7.2).

use kr_billing_sandbox::{Buyer, Sandbox};
use serde_json::{Value, json};

use crate::client::Client;

const ONETIME: &str = "/subscribe/payments/onetime";

fn card() -> Value {
    json!({ "card_number": "1234-1234-1234-1234", "expiry": "2099-01", "birth": "123456" })
}

fn with(mut body: Value, more: Value) -> Value {
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn the_rest_guides_do_what_they_say() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    for guide in ["kcp", "inicis", "nice"] {
        let id = |what: &str| format!("{guide}_{what}_8237352");
        // One charge: nothing is stored.
        let once = with(card(), json!({ "merchant_uid": id("once"), "amount": 3000 }));
        assert_eq!(client.post(ONETIME, once).await.ok()["status"], "paid");
        let by_nothing = json!({ "customer_uid": id("key"), "merchant_uid": id("early"), "amount": 3000 });
        assert_ne!(client.post("/subscribe/payments/again", by_nothing).await.code, 0);
        // A key alone.
        let key = with(card(), json!({ "pwd_2digit": "12" }));
        client.post(&format!("/subscribe/customers/{}", id("key")), key).await.ok();
        let by_key = json!({ "customer_uid": id("key"), "merchant_uid": id("again"), "amount": 3000 });
        assert_eq!(client.post("/subscribe/payments/again", by_key).await.ok()["status"], "paid");
        // A key and its first charge, with and without the password digits, and a business number.
        for (at, more) in [json!({ "pwd_2digit": "12" }), json!({}), json!({ "birth": "1234567890" })].into_iter().enumerate() {
            let both =
                json!({ "merchant_uid": id(&format!("both{at}")), "amount": 3000, "customer_uid": id(&format!("kept{at}")) });
            assert_eq!(client.post(ONETIME, with(with(card(), both), more)).await.ok()["status"], "paid");
            let next =
                json!({ "customer_uid": id(&format!("kept{at}")), "merchant_uid": id(&format!("next{at}")), "amount": 3000 });
            assert_eq!(client.post("/subscribe/payments/again", next).await.ok()["status"], "paid");
        }
    }
}

#[tokio::test]
async fn the_window_guide_does_what_it_says() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::of(&sandbox).await;
    let params = json!({
        "pg": "kcp_billing", "pay_method": "card", "merchant_uid": "issue_1", "customer_uid": "gildong_0001_1234",
        "name": "최초인증결제", "amount": 0, "buyer_email": "iamport@siot.do", "buyer_name": "아임포트", "buyer_tel": "02-1234-1234",
    });
    assert!(sandbox.handle().complete_window(&params, &Buyer::default()).success);
    let charge = json!({ "customer_uid": "gildong_0001_1234", "merchant_uid": "order_1", "amount": 8900 });
    assert_eq!(client.post("/subscribe/payments/again", charge).await.ok()["status"], "paid");
}
