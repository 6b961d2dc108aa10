//! A configuration says what is wrong, where, and what would be right; never what was set.

use std::num::NonZeroU32;
use std::time::Duration;

use kr_billing::{Billing, BillingBuilder, ChannelName, Config, MockBillingGateway, Policy};

use crate::support;

const ACCOUNT: &str = "[account]\nimp_key = \"canary-key\"\nimp_secret = \"canary-secret\"\n";

async fn refusal(channels: &str) -> String {
    let config = match Config::from_toml(&format!("{ACCOUNT}{channels}")) {
        Ok(config) => config,
        Err(error) => return error.to_string(),
    };
    let error = Billing::from_config(config).await.expect_err("it was taken");
    format!("{error}")
}

#[tokio::test]
async fn each_mistake_has_its_own_words() {
    let cases = [
        ("no channel", "[channels]\n"),
        ("unknown pg", "[channels.main]\npg = \"kpc\"\n"),
        ("window module as pg", "[channels.main]\npg = \"kcp_billing\"\n"),
        ("misspelt key", "[channels.main]\npg = \"kcp\"\nkey_in = { mdi = \"A52LD\" }\n"),
        ("misspelt pg key", "[channels.main]\ngp = \"kcp\"\n"),
        ("nothing to issue with", "[channels.main]\npg = \"kcp\"\n"),
        ("no such default", "default_channel = \"other\"\n[channels.main]\npg = \"nice\"\n"),
        ("a window for NICE", "[channels.main]\npg = \"nice\"\nwindow = { mid = \"iamport00m\" }\n"),
        ("a word that is none", "[channels.main]\npg = \"kcp\"\nkey_in = { mid = \"A52LD\", require = [\"canary\"] }\n"),
        ("wrong type", "[channels.main]\npg = \"nice\"\ntest = \"canary-value\"\n"),
        ("bad channel name", "[channels.\"a b\"]\npg = \"nice\"\n"),
    ];
    let mut all = String::new();
    for (what, channels) in cases {
        let text = if let Some(rest) = channels.strip_prefix("default_channel") {
            let first = format!("default_channel{rest}");
            let (line, tables) = first.split_once('\n').unwrap();
            let error = match Config::from_toml(&format!("{line}\n{ACCOUNT}{tables}")) {
                Ok(config) => Billing::from_config(config).await.expect_err("it was taken"),
                Err(error) => error,
            };
            error.to_string()
        } else {
            refusal(channels).await
        };
        assert!(!text.contains("canary"), "{text}");
        all.push_str(&format!("{what}: {text}\n"));
    }
    insta::assert_snapshot!(all);
}

#[tokio::test]
async fn several_channels_need_a_default_only_for_issuing() {
    let text = format!("{ACCOUNT}[channels.a]\npg = \"nice\"\n[channels.b]\npg = \"nice\"\nmid = \"iamport01m\"\n");
    let billing = Billing::from_config(Config::from_toml(&text).unwrap()).await.unwrap();
    assert_eq!(billing.channels().count(), 2);
    assert!(billing.issuing(None).unwrap_err().to_string().contains("default_channel"));
    assert!(billing.issuing(billing.channels().next()).is_ok());
}

/// A server that no client takes without being told to: so what `build` says shows whether the builder still knew the address.
const FAR: &str = "http://far.example";

fn nice(builder: BillingBuilder) -> BillingBuilder {
    builder.channel(ChannelName::new("nice").unwrap(), "nice", "{}").unwrap()
}

fn said(builder: BillingBuilder) -> String {
    builder.build().expect_err("it was taken").to_string()
}

#[tokio::test]
async fn no_order_of_calls_loses_the_server_that_money_should_go_to() {
    let before = Billing::builder().base_url(FAR).account("canary-key", "canary-secret");
    let after = Billing::builder().account("canary-key", "canary-secret").base_url(FAR);
    let again = Billing::builder().account("a", "b").base_url(FAR).account("canary-key", "canary-secret");
    let text = format!("{ACCOUNT}base_url = \"{FAR}\"\n[channels]\n");
    let loaded = BillingBuilder::from_config(Config::from_toml(&text).unwrap()).await.unwrap().account("a", "b");
    for builder in [before, after, again, loaded] {
        let text = said(nice(builder));
        assert!(text.contains("base_url is http:// to another machine") && !text.contains("canary"), "{text}");
    }
    assert!(nice(Billing::builder().base_url(FAR).allow_plaintext().account("a", "b")).build().is_ok());
}

#[test]
fn what_only_an_account_obeys_is_not_taken_without_one() {
    let own = || support::builder(MockBillingGateway::new(), Policy::default());
    assert!(own().build().is_ok(), "one's own gateways need no account");
    for (builder, name) in [
        (own().base_url("http://127.0.0.1:8410"), "account.base_url"),
        (own().tier("AB1"), "account.tier"),
        (own().allow_plaintext(), "account.allow_plaintext"),
        (nice(own()), "channels"),
    ] {
        let text = said(builder);
        assert!(text.contains(&format!("no account for {name}")) && text.contains("account.imp_key"), "{text}");
    }
    assert!(said(nice(Billing::builder().account("a", "b").tier("canary"))).contains("tier is not three characters"));
}

#[test]
fn a_pace_for_a_channel_that_is_not_there_is_refused() {
    let two = NonZeroU32::new(2).unwrap();
    let builder = || nice(Billing::builder().requests_per_second(ChannelName::new("nice").unwrap(), two).account("a", "b"));
    assert!(builder().build().is_ok());
    let text = said(builder().requests_per_second(ChannelName::new("other").unwrap(), two));
    assert!(text.contains("requests_per_second names other"), "{text}");
}

#[test]
fn a_settle_time_of_seconds_is_for_a_server_on_this_machine() {
    let mut hasty = Policy::default();
    hasty.settle_after = Duration::from_secs(1);
    let builder = |url: &str| nice(Billing::builder().account("a", "b").policy(hasty.clone()).allow_plaintext().base_url(url));
    for far in ["https://api.iamport.kr", "http://127.0.0.1.far.example", "http://localhost.far.example"] {
        assert!(said(builder(far)).contains("policy.settle_after_ms is below a minute"), "{far}");
    }
    for here in ["http://127.0.0.1:8410", "http://localhost:8410", "http://[::1]:8410"] {
        assert!(builder(here).build().is_ok(), "{here}");
    }
    assert!(said(nice(Billing::builder().account("a", "b").policy(hasty.clone()))).contains("below a minute"));
}
