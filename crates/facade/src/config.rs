//! The configuration: an account, its channels, and where new keys are issued.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;

use kr_billing_core::{ChannelName, Error, ErrorKind, Operation};
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::policy::PolicyConfig;

/// A whole configuration. Plain serde: TOML is one reader of it, the environment another.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The account at PortOne.
    pub account: AccountConfig,
    /// Where new keys are issued and cards are charged when nothing else is said. Not needed with one channel.
    pub default_channel: Option<ChannelName>,
    /// Times and limits.
    #[serde(default)]
    pub policy: PolicyConfig,
    /// The journal on disk. Without it intents are kept in memory and are gone with the process.
    pub journal: Option<JournalConfig>,
    /// The channels by name.
    pub channels: BTreeMap<ChannelName, ChannelConfig>,
}

/// The account at PortOne: one pair of REST API key and secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountConfig {
    /// The REST API key.
    pub imp_key: SecretString,
    /// The REST API secret.
    pub imp_secret: SecretString,
    /// Another server than `https://api.iamport.kr`, such as the sandbox.
    pub base_url: Option<String>,
    /// The sub-merchant's three characters, for an agency's account. `[docs v1auth]`
    pub tier: Option<String>,
    /// Allow `http://` to a server that is not on this machine. The pair and card data would travel in the clear.
    #[serde(default)]
    pub allow_plaintext: bool,
}

/// The journal on disk.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalConfig {
    /// The SQLite file. It is made when it is not there.
    pub sqlite: PathBuf,
}

/// One channel: its PG module, and what that PG's adapter wants to know.
#[derive(Debug, Clone, Deserialize)]
pub struct ChannelConfig {
    /// The PG: `kcp`, `inicis`, `nice`, `nice_v2`, or a registered adapter's name.
    pub pg: String,
    /// At most so many requests per second on this channel. Needs the feature `rate-limit`.
    pub requests_per_second: Option<NonZeroU32>,
    /// The adapter's own settings.
    #[serde(flatten)]
    pub settings: Map<String, Value>,
}

impl Config {
    /// Reads a TOML text.
    ///
    /// # Errors
    /// What is wrong and where; never a value of the file.
    #[cfg(feature = "toml")]
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            let at = if line == 0 { String::new() } else { format!(" (line {line})") };
            wrong(format!("{}{at}", without_values(error.message())))
        })
    }

    /// Reads the environment: each variable `KR_BILLING_A__B` is the setting `a.b`, and so `KR_BILLING_ACCOUNT__IMP_KEY` is
    /// `account.imp_key` and `KR_BILLING_CHANNELS__KCP__KEY_IN__MID` is `channels.kcp.key_in.mid`. A value is text, except
    /// `true`, `false`, a JSON list or table, and the numbers of `policy` and `requests_per_second`. `KR_BILLING_CONFIG` is no
    /// setting: it names a file for [`Billing::from_env`](crate::Billing::from_env).
    ///
    /// # Errors
    /// What is missing or wrong, by setting; never a value. Without the feature `toml`, `KR_BILLING_CONFIG` is wrong.
    pub fn from_vars(vars: impl IntoIterator<Item = (String, String)>) -> Result<Self, Error> {
        Self::from_vars_in(vars, cfg!(feature = "toml"))
    }

    /// As [`Config::from_vars`], in a build that reads files or one that cannot.
    fn from_vars_in(vars: impl IntoIterator<Item = (String, String)>, reads_files: bool) -> Result<Self, Error> {
        let mut root = Map::new();
        for (name, value) in vars {
            let Some(path) = name.strip_prefix("KR_BILLING_") else { continue };
            let path: Vec<String> = path.split("__").map(str::to_ascii_lowercase).collect();
            if path == ["config"] {
                if reads_files {
                    continue;
                }
                return Err(wrong(format!("{name} needs the feature `toml`, which this build does not have")));
            }
            put(&mut root, &path, typed(&path, value)).map_err(|()| {
                wrong(format!("{name} is a setting and a group of settings at once; names are split at two underscores"))
            })?;
        }
        read(root).map_err(|error| error.with_place("environment"))
    }
}

fn put(table: &mut Map<String, Value>, path: &[String], value: Value) -> Result<(), ()> {
    match path {
        [] => Err(()),
        [last] => match table.insert(last.clone(), value) {
            None => Ok(()),
            Some(_) => Err(()),
        },
        [first, rest @ ..] => match table.entry(first.clone()).or_insert_with(|| Value::Object(Map::new())) {
            Value::Object(inner) => put(inner, rest, value),
            _ => Err(()),
        },
    }
}

/// Text stays text, since an API key may be all digits.
fn typed(path: &[String], value: String) -> Value {
    let number =
        path.first().is_some_and(|group| group == "policy") || path.last().is_some_and(|key| key == "requests_per_second");
    let json = number || value == "true" || value == "false" || value.starts_with(['[', '{']);
    let parsed = if json { serde_json::from_str(&value).ok() } else { None };
    parsed.unwrap_or(Value::String(value))
}

/// A configuration's error. `text` holds no value.
pub(crate) fn wrong(text: impl Into<String>) -> Error {
    Error::not_sent(Operation::Configure, ErrorKind::Configuration, text)
}

/// Settings as `T`, else where and what is wrong, without a value.
pub(crate) fn read<T: DeserializeOwned>(settings: Map<String, Value>) -> Result<T, Error> {
    serde_path_to_error::deserialize(Value::Object(settings)).map_err(|error| {
        let at = match error.path().to_string() {
            root if root == "." => String::new(),
            path => format!("{path}: "),
        };
        wrong(format!("{at}{}", without_values(&error.inner().to_string())))
    })
}

/// A deserialiser's message without the values it quotes: names of settings stay, what was set does not.
pub(crate) fn without_values(message: &str) -> String {
    let message = message.lines().next().unwrap_or_default();
    for kind in ["invalid type: ", "invalid value: ", "unknown variant "] {
        let Some(start) = message.find(kind) else { continue };
        let (before, rest) = message.split_at(start + kind.len());
        let expected = rest.rfind(", expected").map_or("", |at| &rest[at..]);
        let word = rest.split([' ', '`', '"', ',']).next().unwrap_or_default();
        let word = if kind == "unknown variant " { "" } else { word };
        return format!("{before}{word}{expected}").replace("variant ,", "value,");
    }
    message.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_environment_is_a_tree_and_a_numeric_key_stays_text() {
        let config = Config::from_vars(vars(&[
            ("KR_BILLING_ACCOUNT__IMP_KEY", "1234567890123456"),
            ("KR_BILLING_ACCOUNT__IMP_SECRET", "s"),
            ("KR_BILLING_CHANNELS__KCP__PG", "kcp"),
            ("KR_BILLING_CHANNELS__KCP__KEY_IN__MID", "A52LD"),
            ("KR_BILLING_CHANNELS__KCP__TEST", "true"),
            ("KR_BILLING_POLICY__SETTLE_AFTER_MS", "1000"),
            ("KR_BILLING_CONFIG", "ignored.toml"),
            ("PATH", "/bin"),
        ]))
        .unwrap();
        let channel = &config.channels[&ChannelName::new("kcp").unwrap()];
        assert_eq!(channel.settings["key_in"]["mid"], "A52LD");
        assert_eq!(channel.settings["test"], true);
        assert_eq!(config.policy.settle_after_ms, Some(1000));
    }

    #[test]
    fn a_file_that_this_build_cannot_read_is_not_passed_over() {
        let all = [
            ("KR_BILLING_ACCOUNT__IMP_KEY", "k"),
            ("KR_BILLING_ACCOUNT__IMP_SECRET", "s"),
            ("KR_BILLING_CHANNELS__KCP__PG", "kcp"),
            ("KR_BILLING_CONFIG", "canary.toml"),
        ];
        let text = Config::from_vars_in(vars(&all), false).unwrap_err().to_string();
        assert!(text.contains("KR_BILLING_CONFIG needs the feature `toml`") && !text.contains("canary"), "{text}");
        assert!(
            Config::from_vars_in(vars(&all), true).is_ok(),
            "a build with `toml` reads it, and asks for these only without it"
        );
        assert!(Config::from_vars_in(vars(&all[..3]), false).is_ok());
    }

    #[test]
    fn no_error_prints_a_value() {
        let cases = [
            ("[account]\nimp_key = 90210\nimp_secret = \"canary-secret\"\n[channels]\n", "90210"),
            (
                "[account]\nimp_key = \"k\"\nimp_secret = \"canary-secret\"\nimp_sceret = \"canary-secret\"\n[channels]\n",
                "canary",
            ),
            ("[account]\nimp_key = \"canary\nimp_secret = \"canary-secret\"\n", "canary"),
            ("[account]\nimp_key = \"k\"\nimp_secret = \"s\"\nallow_plaintext = \"canary\"\n[channels]\n", "canary"),
        ];
        for (text, canary) in cases {
            let error = Config::from_toml(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains(canary), "{error}");
            assert!(error.to_string().contains("line"), "{error}");
        }
    }
}
