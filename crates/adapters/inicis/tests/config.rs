//! An Inicis channel's configuration: what is taken, what follows from it, and how what is wrong is told.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use kr_billing_core::{
    BillingGateway, BillingKey, BillingKeyId, Buyer, Card, ChannelName, ChargeRequest, Error, ErrorKind, Expiry, IssuePath, Krw,
    OrderId, OrderName, Reach, TaxSplit,
};
use kr_billing_inicis::{Inicis, InicisConfig};
use kr_billing_portone_v1::{Client, ClientConfig, Credentials};
use serde_json::{Value, json};

fn inicis(config: Value) -> Result<Inicis, Error> {
    let config: InicisConfig = serde_json::from_value(config).unwrap();
    config.channel(Client::new(ClientConfig::new(Credentials::new("key", "secret"))).unwrap())
}

fn by_card() -> ChargeRequest {
    let card = Card::new("1234-1234-1234-1234".to_owned(), Expiry::new(2035, 12).unwrap()).unwrap();
    ChargeRequest::by_card(card, OrderId::new("o").unwrap(), Krw::new(10_000).unwrap(), OrderName::new("pass").unwrap())
}

fn by_key() -> ChargeRequest {
    let key = BillingKey::new(ChannelName::new("inicis").unwrap(), BillingKeyId::new("k").unwrap());
    ChargeRequest::by_key(key, OrderId::new("o").unwrap(), Krw::new(10_000).unwrap(), OrderName::new("pass").unwrap())
}

fn buyer() -> Buyer {
    let buyer = Buyer::new().with_name("Hong").unwrap().with_tel("010-1234-5678").unwrap();
    buyer.with_email("gildong@shop.example").unwrap()
}

fn with_vat(request: ChargeRequest) -> ChargeRequest {
    request.with_buyer(buyer()).with_tax(TaxSplit { tax_free: Some(0), vat: Some(909) }).unwrap()
}

#[test]
fn the_issue_path_follows_the_configuration() {
    assert!(matches!(inicis(json!({ "window": {} })).unwrap().issue_path(), IssuePath::Window(_)));
    assert!(matches!(inicis(json!({ "key_in": {} })).unwrap().issue_path(), IssuePath::KeyIn(_)));
    assert!(matches!(inicis(json!({ "window": {}, "key_in": {} })).unwrap().issue_path(), IssuePath::Either { .. }));
}

#[test]
fn what_cannot_be_right_is_refused_without_its_value() {
    let wrong = [
        json!({}),
        json!({ "window": { "mid": "html5_inicis.canary" } }),
        json!({ "window": { "acceptmethod": ["canary:canary"] } }),
        json!({ "window": { "p_reserved": ["canary=Y&canary=N"] } }),
        json!({ "window": { "p_reserved": ["canary"] } }),
    ];
    for config in wrong {
        let shown = config.to_string();
        let error = inicis(config).err().unwrap_or_else(|| panic!("{shown} was taken"));
        assert_eq!((error.kind(), error.reach()), (ErrorKind::Configuration, Reach::NotSent), "{shown}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
    assert!(serde_json::from_value::<InicisConfig>(json!({ "window": { "authtype": "02" } })).is_err());
    assert!(serde_json::from_value::<InicisConfig>(json!({ "key_in": { "modul": "inicis" } })).is_err());
}

#[test]
fn a_card_charge_needs_the_buyer_a_charge_by_key_does_not() {
    let channel = inicis(json!({ "key_in": {} })).unwrap();
    let error = channel.check_charge(&by_card()).unwrap_err();
    assert_eq!(error.reach(), Reach::NotSent);
    assert!(error.to_string().contains("buyer_"), "{error}");
    assert!(channel.check_charge(&by_card().with_buyer(buyer())).is_ok());
    assert!(channel.check_charge(&by_key()).is_ok());
}

#[test]
fn vat_goes_where_the_module_takes_it() {
    let html5 = inicis(json!({ "window": {}, "key_in": { "module": "html5_inicis" } })).unwrap();
    assert!(html5.check_charge(&with_vat(by_card())).is_ok() && html5.check_charge(&with_vat(by_key())).is_ok());
    let both = inicis(json!({ "window": {}, "key_in": {} })).unwrap();
    assert!(both.check_charge(&with_vat(by_key())).is_ok());
    assert_eq!(both.check_charge(&with_vat(by_card())).unwrap_err().kind(), ErrorKind::Unsupported);
    let key_in = inicis(json!({ "key_in": { "module": "inicis" } })).unwrap();
    assert_eq!(key_in.check_charge(&with_vat(by_key())).unwrap_err().kind(), ErrorKind::Unsupported);
    for refused in [both.check_charge(&with_vat(by_card())), key_in.check_charge(&with_vat(by_key()))] {
        let error = refused.unwrap_err().to_string();
        assert!(error.contains("key_in.module = \"html5_inicis\""), "the way is named: {error}");
    }
}

#[test]
fn what_inicis_does_not_take_is_refused_before_sending() {
    let channel = inicis(json!({ "window": {}, "key_in": {} })).unwrap();
    for request in [by_key().with_interest_free(), by_key().with_card_points()] {
        let error = channel.check_charge(&request).unwrap_err();
        assert_eq!((error.kind(), error.reach()), (ErrorKind::Unsupported, Reach::NotSent), "{error}");
    }
}
