//! The exact object that a page hands to `IMP.request_pay` for KCP.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use kr_billing_core::{
    BillingGateway, BillingKeyId, Buyer, ErrorKind, Language, OrderId, OrderName, Reach, ServicePeriod, WindowRequest,
};
use kr_billing_kcp::{Kcp, KcpConfig};
use kr_billing_portone_v1::{Client, ClientConfig, Credentials};
use serde_json::{Value, json};

fn kcp(config: Value) -> Kcp {
    let config: KcpConfig = serde_json::from_value(config).unwrap();
    config.channel(Client::new(ClientConfig::new(Credentials::new("key", "secret"))).unwrap()).unwrap()
}

fn request() -> WindowRequest {
    let (key, order) = (BillingKeyId::new("gildong_0001_1234").unwrap(), OrderId::new("order_monthly_0001").unwrap());
    let name = OrderName::new("최초인증결제").unwrap();
    WindowRequest::new(key, order, name, "https://shop.example/cards/done").with_display_amount(1_000)
}

fn params(config: Value, request: &WindowRequest) -> Value {
    let channel = kcp(config);
    let window = channel.issue_path().window().unwrap();
    serde_json::from_str(window.parameters(request).unwrap().as_json()).unwrap()
}

#[test]
fn the_shortest_window_names_its_module() {
    insta::assert_json_snapshot!(params(json!({ "window": {} }), &request()));
}

#[test]
fn a_window_with_all_there_is() {
    let buyer = Buyer::new().with_name("홍길동").unwrap().with_tel("010-1234-5678").unwrap();
    let request = request()
        .with_buyer(buyer.with_email("gildong@shop.example").unwrap())
        .with_language(Language::En)
        .with_notice_url("https://shop.example/hooks/portone");
    let window = json!({ "mid": "A52LD", "site_logo": "https://shop.example/logo.gif", "birth_box": true });
    insta::assert_json_snapshot!(params(json!({ "window": window }), &request));
}

#[test]
fn a_channel_key_takes_the_place_of_module_and_site_code() {
    let params = params(json!({ "window": { "mid": "A52LD", "channel_key": "channel-key-1" } }), &request());
    assert_eq!(params["channelKey"], "channel-key-1");
    assert_eq!(params.get("pg"), None);
}

#[test]
fn two_site_codes_are_two_windows() {
    let pg = |mid: &str| params(json!({ "window": { "mid": mid } }), &request())["pg"].clone();
    assert_eq!((pg("A52LD"), pg("A52LE")), (json!("kcp_billing.A52LD"), json!("kcp_billing.A52LE")));
}

#[test]
fn what_the_window_does_not_have_is_refused() {
    let channel = kcp(json!({ "window": {} }));
    let window = channel.issue_path().window().unwrap();
    let period = request().with_period(ServicePeriod::new("20261101", "20261130").unwrap());
    for request in [period, request().with_language(Language::Zh)] {
        let error = window.parameters(&request).err().unwrap();
        assert_eq!((error.reach(), error.kind()), (Reach::NotSent, ErrorKind::Unsupported), "{error}");
    }
}
