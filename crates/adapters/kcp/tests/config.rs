//! A KCP channel's configuration: what is taken, and how what is wrong is told.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use kr_billing_core::{BillingGateway, Error, ErrorKind, IssuePath, Reach};
use kr_billing_kcp::{Kcp, KcpConfig};
use kr_billing_portone_v1::{Client, ClientConfig, Credentials};
use serde_json::{Value, json};

fn kcp(config: Value) -> Result<Kcp, Error> {
    let config: KcpConfig = serde_json::from_value(config).unwrap();
    config.channel(Client::new(ClientConfig::new(Credentials::new("key", "secret"))).unwrap())
}

#[test]
fn the_issue_path_follows_the_configuration() {
    let window = kcp(json!({ "window": {} })).unwrap();
    assert!(matches!(window.issue_path(), IssuePath::Window(_)));
    let key_in = kcp(json!({ "key_in": {} })).unwrap();
    assert!(matches!(key_in.issue_path(), IssuePath::KeyIn(_)));
    let both = kcp(json!({ "window": { "mid": "A52LD" }, "key_in": { "mid": "A52LE" }, "test": true })).unwrap();
    assert!(matches!(both.issue_path(), IssuePath::Either { .. }));
    assert!(both.is_test_channel());
    let mut mids = both.mids();
    mids.sort();
    assert_eq!(mids, ["A52LD", "A52LE"]);
}

#[test]
fn what_cannot_be_right_is_refused_without_its_value() {
    let wrong = [
        json!({}),
        json!({ "window": { "mid": "kcp_billing.canary" } }),
        json!({ "key_in": { "mid": "canary mid" } }),
        json!({ "key_in": { "channel_key": "canary key" } }),
        json!({ "window": { "site_logo": "https://shop.example/canary.png" } }),
        json!({ "window": { "site_logo": "canary.gif" } }),
    ];
    for config in wrong {
        let shown = config.to_string();
        let error = kcp(config).err().unwrap_or_else(|| panic!("{shown} was taken"));
        assert_eq!((error.kind(), error.reach()), (ErrorKind::Configuration, Reach::NotSent), "{shown}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}

#[test]
fn a_misspelt_key_is_named() {
    for (config, key) in [
        (json!({ "windw": {} }), "windw"),
        (json!({ "window": { "sitelogo": "x" } }), "sitelogo"),
        (json!({ "key_in": { "required": [] } }), "required"),
    ] {
        let error = serde_json::from_value::<KcpConfig>(config).unwrap_err().to_string();
        assert!(error.contains(&format!("unknown field `{key}`")), "{error}");
    }
}

#[test]
fn a_logo_may_be_a_gif_or_jpg() {
    for logo in ["https://shop.example/logo.GIF", "http://shop.example/a/logo.jpg?v=2", "https://shop.example/logo.jpeg"] {
        assert!(kcp(json!({ "window": { "site_logo": logo } })).is_ok(), "{logo}");
    }
}
