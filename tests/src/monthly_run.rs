//! The run of charges that the crash test's parent and children agree on.

use std::time::Duration;

use kr_billing::order_ids::order_id;
use kr_billing::{
    Billing, BillingBuilder, BillingKey, BillingKeyId, ChannelName, ChargeRequest, Krw, OrderId, OrderName, Policy,
};
use kr_billing_sandbox::{SAMPLE_KEY, SAMPLE_SECRET};

/// A `Billing` on a sandbox, with times that fit a test: what was in flight at a crash may be settled after 2 s.
///
/// # Panics
/// When a constant of this module is no longer valid.
pub fn billing(base_url: &str) -> BillingBuilder {
    let mut policy = Policy::default();
    policy.send_within = Duration::from_millis(400);
    policy.send_timeout = Duration::from_millis(600);
    policy.settle_after = Duration::from_millis(1_000);
    policy.resolve_for = Duration::from_millis(200);
    policy.first_wait = Duration::from_millis(20);
    let builder = Billing::builder().account(SAMPLE_KEY, SAMPLE_SECRET).base_url(base_url).policy(policy);
    builder.channel(channel(), "nice", "{}").expect("an empty object")
}

/// The channel that the run charges through.
///
/// # Panics
/// Never.
pub fn channel() -> ChannelName {
    ChannelName::new("nice").expect("a name")
}

/// The key that the run charges.
///
/// # Panics
/// Never.
pub fn key() -> BillingKey {
    BillingKey::new(channel(), BillingKeyId::new("crash.member").expect("an id"))
}

/// The order with a number: the same each time it is made.
///
/// # Panics
/// Never.
pub fn order(number: u32) -> OrderId {
    order_id(&format!("sub-{number}"), "202611", 1).expect("an order id")
}

/// What the order with a number costs: each another sum, so that a swap of two would show.
pub fn won(number: u32) -> u64 {
    1_000 + u64::from(number)
}

/// The charge of the order with a number.
///
/// # Panics
/// Never.
pub fn request(number: u32) -> ChargeRequest {
    let amount = Krw::new(won(number)).expect("a sum");
    ChargeRequest::by_key(key(), order(number), amount, OrderName::new("November").expect("a name"))
}
