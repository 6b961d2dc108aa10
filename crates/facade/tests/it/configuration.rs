//! A configuration says what is wrong, where, and what would be right; never what was set.

use kr_billing::{Billing, Config};

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
