//! NICE's two modules against the suite that every adapter passes.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use kr_billing_core::BillingGateway;
use kr_billing_nice::{NiceConfig, NiceV2Config};
use kr_billing_portone_v1::{Client, ClientConfig, Credentials};
use kr_billing_testkit::Site;

fn client(site: &Site) -> Client {
    let credentials = Credentials::new(site.imp_key.clone(), site.imp_secret.clone());
    Client::new(ClientConfig::new(credentials).with_base_url(&site.base_url)).unwrap()
}

fn make_nice(site: &Site) -> Box<dyn BillingGateway> {
    Box::new(NiceConfig { test: site.test, ..NiceConfig::default() }.channel(client(site)).unwrap())
}

fn make_nice_v2(site: &Site) -> Box<dyn BillingGateway> {
    Box::new(NiceV2Config { test: site.test, ..NiceV2Config::default() }.channel(client(site)).unwrap())
}

mod nice {
    kr_billing_testkit::conformance!(super::make_nice);
}

mod nice_v2 {
    kr_billing_testkit::conformance!(super::make_nice_v2);
}

#[test]
fn what_leaves_for_the_wire() {
    insta::assert_snapshot!("nice", kr_billing_testkit::outgoing(make_nice));
    insta::assert_snapshot!("nice_v2", kr_billing_testkit::outgoing(make_nice_v2));
}
