//! A sandbox and a `Billing` on it.

use kr_billing::{Billing, BillingKey, BillingKeyId, Card, ChannelName, ChargeRequest, Config, Expiry, Krw, OrderId, OrderName};
use kr_billing_sandbox::{SAMPLE_KEY, SAMPLE_SECRET, Sandbox};

/// A card that every PG of the sandbox takes.
pub const GOOD_CARD: &str = "1234-1234-1234-1234";

/// The channels under test: name, PG, and whether its configuration gives it a window.
pub const CHANNELS: &[(&str, bool)] = &[("kcp", true), ("inicis", true), ("nice", false), ("nice_v2", false)];

pub const TOML: &str = r#"
default_channel = "kcp"
[policy]
send_timeout_ms = 2000
connect_timeout_ms = 2000
send_within_ms = 2000
resolve_for_ms = 20000
settle_after_ms = 1000
first_wait_ms = 20
longest_wait_ms = 100
[channels.kcp]
pg = "kcp"
key_in = { require = ["birth", "pwd_2digit"] }
window = {}
[channels.inicis]
pg = "inicis"
key_in = {}
window = {}
[channels.nice]
pg = "nice"
[channels.nice_v2]
pg = "nice_v2"
"#;

pub fn config(base_url: &str) -> Config {
    let account = format!("[account]\nimp_key = \"{SAMPLE_KEY}\"\nimp_secret = \"{SAMPLE_SECRET}\"\nbase_url = \"{base_url}\"\n");
    let (top, tables) = TOML.split_once("[policy]").unwrap();
    Config::from_toml(&format!("{top}\n{account}[policy]{tables}")).unwrap()
}

pub async fn start() -> (Sandbox, Billing) {
    let sandbox = Sandbox::start().await.unwrap();
    let billing = Billing::from_config(config(sandbox.base_url())).await.unwrap();
    (sandbox, billing)
}

pub fn channel(name: &str) -> ChannelName {
    ChannelName::new(name).unwrap()
}

pub fn key(channel_name: &str, id: &str) -> BillingKey {
    BillingKey::new(channel(channel_name), BillingKeyId::new(id).unwrap())
}

pub fn order(id: &str) -> OrderId {
    OrderId::new(id).unwrap()
}

pub fn krw(won: u64) -> Krw {
    Krw::new(won).unwrap()
}

pub fn name() -> OrderName {
    OrderName::new("Monthly plan").unwrap()
}

pub fn card(number: &str) -> Card {
    let card = Card::new(number, Expiry::new(2030, 12).unwrap()).unwrap();
    card.with_birth("880101").unwrap().with_password_digits("12").unwrap()
}

pub fn buyer() -> kr_billing::Buyer {
    let buyer = kr_billing::Buyer::new().with_name("홍길동").unwrap().with_tel("010-0000-0000").unwrap();
    buyer.with_email("buyer@example.com").unwrap()
}

pub fn by_key(key: &BillingKey, id: &str, won: u64) -> ChargeRequest {
    ChargeRequest::by_key(key.clone(), order(id), krw(won), name())
}
