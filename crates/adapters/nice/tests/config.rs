//! NICE's two modules: what is taken, what is refused before sending, and how what is wrong is told.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use kr_billing_core::{
    BillingGateway, BillingKey, BillingKeyId, Card, ChannelName, ChargeRequest, ErrorKind, Expiry, IssuePath, Krw, OrderId,
    OrderName, PaymentId, Reach, RefundRequest, TaxSplit,
};
use kr_billing_nice::{Nice, NiceConfig, NiceV2, NiceV2Config};
use kr_billing_portone_v1::{Client, ClientConfig, Credentials};
use kr_billing_testkit::Recorder;
use serde_json::{Value, json};

fn client() -> Client {
    Client::new(ClientConfig::new(Credentials::new("key", "secret"))).unwrap()
}

fn nice(config: Value) -> Nice {
    serde_json::from_value::<NiceConfig>(config).unwrap().channel(client()).unwrap()
}

fn nice_v2() -> NiceV2 {
    NiceV2Config::default().channel(client()).unwrap()
}

fn by_key(name: &str) -> ChargeRequest {
    let key = BillingKey::new(ChannelName::new("nice").unwrap(), BillingKeyId::new("k").unwrap());
    ChargeRequest::by_key(key, OrderId::new("o").unwrap(), Krw::new(10_000).unwrap(), OrderName::new(name).unwrap())
}

fn by_card() -> ChargeRequest {
    let card = Card::new("1234-1234-1234-1234".to_owned(), Expiry::new(2035, 12).unwrap()).unwrap();
    ChargeRequest::by_card(card, OrderId::new("o").unwrap(), Krw::new(10_000).unwrap(), OrderName::new("pass").unwrap())
}

#[test]
fn key_in_is_the_only_path() {
    assert!(matches!(nice(json!({ "mid": "IMP1234567" })).issue_path(), IssuePath::KeyIn(_)));
    assert!(matches!(nice_v2().issue_path(), IssuePath::KeyIn(_)));
}

#[test]
fn what_cannot_be_right_is_refused_without_its_value() {
    for mid in ["", "nice.canary", "canary mid"] {
        let error = NiceConfig { mid: Some(mid.to_owned()), ..NiceConfig::default() }.channel(client()).err().unwrap();
        assert_eq!((error.kind(), error.reach()), (ErrorKind::Configuration, Reach::NotSent));
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}

#[test]
fn a_window_is_refused_with_the_reason_in_both_modules() {
    let settings = json!({ "window": {}, "mid": "IMP1234567" });
    let old = serde_json::from_value::<NiceConfig>(settings.clone()).unwrap_err().to_string();
    let new = serde_json::from_value::<NiceV2Config>(settings).unwrap_err().to_string();
    for error in [old, new] {
        assert!(error.contains("NICE issues no keys in a window") && error.contains("leave `window` out"), "{error}");
    }
    let misspelt = serde_json::from_value::<NiceConfig>(json!({ "windw": {} })).unwrap_err().to_string();
    assert!(misspelt.contains("unknown field `windw`, expected one of `mid`"), "{misspelt}");
}

#[test]
fn the_contracts_card_fields_are_asked_for() {
    let channel = nice(json!({ "require": ["birth", "pwd_2digit"] }));
    let error = channel.check_charge(&by_card()).unwrap_err();
    assert_eq!((error.kind(), error.reach()), (ErrorKind::InvalidInput, Reach::NotSent));
    assert!(error.to_string().contains("birth"), "{error}");
}

#[test]
fn points_are_for_charges_by_key_on_the_old_module() {
    assert!(nice(json!({})).check_charge(&by_key("pass").with_card_points()).is_ok());
    assert_eq!(nice(json!({})).check_charge(&by_card().with_card_points()).unwrap_err().kind(), ErrorKind::Unsupported);
    assert!(nice_v2().check_charge(&by_card().with_card_points()).is_ok());
}

#[test]
fn the_new_module_takes_only_some_names() {
    let long = "가".repeat(14);
    for name in ["pass & more", &long] {
        let error = nice_v2().check_charge(&by_key(name)).unwrap_err();
        assert_eq!((error.kind(), error.reach()), (ErrorKind::InvalidInput, Reach::NotSent), "{error}");
        assert!(nice(json!({})).check_charge(&by_key(name)).is_ok(), "the old module takes it");
    }
}

/// Refunds whose parts are not all stated must not leave; with all of them they do.
async fn wants_every_part(channel: &impl BillingGateway, recorder: &Recorder) {
    let (name, payment) = (ChannelName::new("nice").unwrap(), PaymentId::new("imps_1").unwrap());
    let refund = RefundRequest::full(name, payment, Krw::new(10_000).unwrap());
    for tax in [None, Some(TaxSplit::taxable()), Some(TaxSplit::unsaid())] {
        assert_eq!(channel.refund(&refund, tax).await.unwrap_err().reach(), Reach::NotSent, "{tax:?}");
    }
    assert_eq!(recorder.requests(), []);
    let whole = TaxSplit { tax_free: Some(0), vat: Some(909) };
    assert_ne!(channel.refund(&refund, Some(whole)).await.unwrap_err().reach(), Reach::NotSent);
}

fn recorded() -> (Recorder, Client) {
    let recorder = Recorder::start();
    let client = Client::new(ClientConfig::new(Credentials::new("key", "secret")).with_base_url(recorder.base_url())).unwrap();
    (recorder, client)
}

#[tokio::test]
async fn a_designated_amounts_mid_wants_every_part_of_a_refund_in_either_module() {
    let designated = json!({ "designated_amounts": true });
    let (recorder, client) = recorded();
    let config: NiceConfig = serde_json::from_value(designated.clone()).unwrap();
    wants_every_part(&config.channel(client).unwrap(), &recorder).await;
    let (recorder, client) = recorded();
    let config: NiceV2Config = serde_json::from_value(designated).unwrap();
    wants_every_part(&config.channel(client).unwrap(), &recorder).await;
}
