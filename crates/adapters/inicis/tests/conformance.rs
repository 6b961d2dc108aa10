//! Inicis against the suite that every adapter passes, and what it sends.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use kr_billing_core::BillingGateway;
use kr_billing_inicis::{InicisConfig, KeyInConfig, WindowConfig};
use kr_billing_portone_v1::{Client, ClientConfig, Credentials};
use kr_billing_testkit::Site;

fn channel(site: &Site, key_in: Option<KeyInConfig>) -> Box<dyn BillingGateway> {
    let credentials = Credentials::new(site.imp_key.clone(), site.imp_secret.clone());
    let client = Client::new(ClientConfig::new(credentials).with_base_url(&site.base_url)).unwrap();
    let config = InicisConfig { window: Some(WindowConfig::default()), key_in, test: site.test };
    Box::new(config.channel(client).unwrap())
}

fn make(site: &Site) -> Box<dyn BillingGateway> {
    channel(site, Some(KeyInConfig::default()))
}

fn make_window_only(site: &Site) -> Box<dyn BillingGateway> {
    channel(site, None)
}

kr_billing_testkit::conformance!(make);

mod window_only {
    kr_billing_testkit::conformance!(super::make_window_only);
}

#[test]
fn what_leaves_for_the_wire() {
    insta::assert_snapshot!(kr_billing_testkit::outgoing(make));
}
