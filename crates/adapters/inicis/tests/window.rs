//! The exact object that a page hands to `IMP.request_pay` for Inicis.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use kr_billing_core::{
    BillingGateway, BillingKeyId, Buyer, ErrorKind, Language, OrderId, OrderName, Reach, ServicePeriod, WindowRequest,
};
use kr_billing_inicis::{Inicis, InicisConfig};
use kr_billing_portone_v1::{Client, ClientConfig, Credentials};
use serde_json::{Value, json};

fn inicis(config: Value) -> Inicis {
    let config: InicisConfig = serde_json::from_value(config).unwrap();
    config.channel(Client::new(ClientConfig::new(Credentials::new("key", "secret"))).unwrap()).unwrap()
}

fn anonymous() -> WindowRequest {
    let (key, order) = (BillingKeyId::new("gildong_0001_1234").unwrap(), OrderId::new("issue_monthly_0001").unwrap());
    let name = OrderName::new("최초인증결제").unwrap();
    // Inicis comes back by callback on a PC, and on a phone by whichever way: the address always goes along.
    WindowRequest::new(key, order, name, "https://shop.example/cards/done")
}

fn request() -> WindowRequest {
    anonymous().with_buyer(Buyer::new().with_name("홍길동").unwrap().with_tel("010-1234-5678").unwrap())
}

fn params(config: Value, request: &WindowRequest) -> Value {
    let channel = inicis(config);
    let window = channel.issue_path().window().unwrap();
    serde_json::from_str(window.parameters(request).unwrap().as_json()).unwrap()
}

#[test]
fn the_shortest_window_names_its_module() {
    insta::assert_json_snapshot!(params(json!({ "window": {} }), &request()));
}

#[test]
fn a_window_with_all_there_is() {
    let request = request()
        .with_display_amount(12_900)
        .with_language(Language::En)
        .with_period(ServicePeriod::new("20261101", "20271031").unwrap())
        .with_notice_url("https://shop.example/hooks/portone");
    let window = json!({
        "mid": "INIBillTst",
        "authtype": "01",
        "acceptmethod": ["noeasypay", "cardpoint"],
        "p_reserved": ["noeasypay=Y", "cp_yn=Y"],
    });
    insta::assert_json_snapshot!(params(json!({ "window": window }), &request));
}

#[test]
fn a_channel_key_takes_the_place_of_module_and_mid() {
    let params = params(json!({ "window": { "channel_key": "channel-key-1" } }), &request());
    assert_eq!(params["channelKey"], "channel-key-1");
    assert_eq!(params.get("pg"), None);
}

#[test]
fn a_buyer_without_a_phone_number_and_a_foreign_language_are_refused() {
    let channel = inicis(json!({ "window": {} }));
    let window = channel.issue_path().window().unwrap();
    let error = window.parameters(&anonymous()).err().unwrap();
    assert_eq!((error.reach(), error.kind()), (Reach::NotSent, ErrorKind::InvalidInput));
    assert!(error.to_string().contains("buyer_tel"), "{error}");
    let error = window.parameters(&request().with_language(Language::Ja)).err().unwrap();
    assert_eq!((error.reach(), error.kind()), (Reach::NotSent, ErrorKind::Unsupported));
}
