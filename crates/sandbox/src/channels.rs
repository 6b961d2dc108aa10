//! The account's channels: built from config, and chosen by `pg` or `channel_key`.

use serde::{Deserialize, Serialize};

use crate::card::CardField;
use crate::config::{ChannelConfig, SandboxConfig};
use crate::rules::{self, Family, PgRule};

/// A channel as the sandbox runs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Its name in config.
    pub name: String,
    /// The provider word.
    pub provider: String,
    /// The MID or site code.
    pub mid: String,
    /// The channel key.
    pub channel_key: String,
    /// True for a test channel.
    pub sandbox: bool,
    /// Whether card data over REST is allowed here.
    pub key_in: bool,
    /// Whether the account lists it among those for card data (`api_payment`), not among those for a window (`payment`).
    #[serde(default)]
    pub api: bool,
    /// Whether billing keys are issued here.
    pub recurring: bool,
    /// Card fields that the contract demands beside number and expiry.
    pub required: Vec<CardField>,
    /// The smallest amount in won.
    pub min_amount: i64,
}

/// A preset: a documented set-up of one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Preset {
    /// What config names it by.
    pub name: &'static str,
    /// The provider word.
    pub pg: &'static str,
    /// The MID or site code.
    pub mid: &'static str,
    /// True for the PG's documented test MIDs.
    pub sandbox: bool,
    /// Card fields that this MID demands beside number and expiry.
    pub required: &'static [CardField],
    /// False for a MID that takes no card data over REST, whatever its PG can do.
    pub key_in: bool,
    /// False for a MID that issues no billing keys.
    pub recurring: bool,
}

const fn preset(name: &'static str, pg: &'static str, mid: &'static str, sandbox: bool) -> Preset {
    Preset { name, pg, mid, sandbox, required: &[], key_in: true, recurring: true }
}

const fn test(name: &'static str, pg: &'static str, mid: &'static str) -> Preset {
    preset(name, pg, mid, true)
}

/// A test MID that a PG gives for single payments by window.
const fn general(name: &'static str, pg: &'static str, mid: &'static str) -> Preset {
    Preset { key_in: false, recurring: false, ..test(name, pg, mid) }
}

/// A test MID that a PG gives for single charges by card data.
const fn key_in_only(name: &'static str, pg: &'static str, mid: &'static str) -> Preset {
    Preset { recurring: false, ..test(name, pg, mid) }
}

/// Live channels with made-up MIDs first, then the PGs' documented test MIDs
/// [help kcp] [help inicis] [help nice] [help channel] [help daou].
const PRESETS: &[Preset] = &[
    preset("nice", "nice", "IMPsandbo1", false),
    preset("nice_v2", "nice_v2", "IMPsandbo2", false),
    preset("kcp", "kcp", "KCPR1", false),
    preset("kcp_billing", "kcp_billing", "KCPW1", false),
    preset("inicis", "inicis", "MOIsandbx1", false),
    preset("html5_inicis", "html5_inicis", "MOIsandbx2", false),
    test("kcp_test", "kcp", "A52LD"),
    general("kcp_general_test", "kcp", "AO09C"),
    test("kcp_billing_test", "kcp_billing", "A52LD"),
    test("inicis_test", "inicis", "INIBillTst"),
    test("html5_inicis_test", "html5_inicis", "INIBillTst"),
    general("html5_inicis_general_test", "html5_inicis", "INIpayTest"),
    test("nice_test", "nice", "iamport01m"),
    general("nice_window_test", "nice", "iamport00m"),
    test("nice_v2_test", "nice_v2", "iamport01m"),
    general("nice_v2_window_test", "nice_v2", "iamport00m"),
    test("daou_test", "daou", "CTS17266"),
    key_in_only("daou_key_in_test", "daou", "CTS16628"),
    Preset { required: &[CardField::Birth, CardField::Pwd2digit], ..key_in_only("daou_key_in_full_test", "daou", "CTS16629") },
    test("danal_tpay_test", "danal_tpay", "9810030929"),
    test("danal_test", "danal", "A010002002"),
    test("kakaopay_test", "kakaopay", "TCSUBSCRIP"),
    test("kicc_test", "kicc", "T5102001"),
    test("ksnet_test", "ksnet", "2999199990"),
    test("mobilians_test", "mobilians", "170622040674"),
    test("payco_test", "payco", "AUTOPAY"),
    test("settle_test", "settle", "nxca_ks_gu"),
    test("smartro_v2_test", "smartro_v2", "t_2302142m"),
    test("tosspayments_test", "tosspayments", "iamporttest_4"),
    test("welcome_test", "welcome", "wpaybill01"),
];

/// The presets that config may name.
pub fn presets() -> &'static [Preset] {
    PRESETS
}

/// How many presets stand in an account whose config names no channels.
const DEFAULTS: usize = 6;

/// Why channels cannot be built. No config value is in the text but names of channels.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("channel {channel}: {problem}")]
pub struct ChannelError {
    channel: String,
    problem: String,
}

/// All channels of the account.
#[derive(Clone, Debug)]
pub(crate) struct Channels {
    list: Vec<Channel>,
    default: Option<usize>,
}

impl Channels {
    pub(crate) fn from_config(config: &SandboxConfig) -> Result<Self, ChannelError> {
        let list = if config.channels.is_empty() {
            let by_preset = |p: &Preset| ChannelConfig { preset: Some(p.name.to_owned()), ..Default::default() };
            PRESETS.iter().take(DEFAULTS).map(|p| build(0, &by_preset(p))).collect::<Result<Vec<_>, _>>()?
        } else {
            config.channels.iter().enumerate().map(|(at, c)| build(at, c)).collect::<Result<Vec<_>, _>>()?
        };
        for (at, channel) in list.iter().enumerate() {
            if list.iter().take(at).any(|earlier| earlier.name == channel.name) {
                return Err(trouble(&channel.name, "two channels have this name; set `name` on one of them"));
            }
        }
        let default = match &config.default_channel {
            Some(name) => Some(
                list.iter()
                    .position(|c| c.name == *name)
                    .ok_or_else(|| trouble(name, "`default_channel` names no channel; use the `name` of one of `channels`"))?,
            ),
            None => list
                .iter()
                .position(|c| c.key_in)
                .or_else(|| list.iter().position(|c| rules::rule(&c.provider).is_some_and(|rule| rule.key_in))),
        };
        Ok(Self { list, default })
    }

    pub(crate) fn all(&self) -> &[Channel] {
        &self.list
    }

    /// The channel of a REST call. An unknown `pg` silently means the default one, as in the real
    /// service [oa onetime]; so does an unknown channel key (chosen).
    pub(crate) fn for_rest(&self, pg: Option<&str>, channel_key: Option<&str>) -> Option<&Channel> {
        let by_key = channel_key.and_then(|key| self.list.iter().find(|c| c.channel_key == key));
        by_key.or_else(|| self.by_pg(pg?)).or_else(|| self.default.and_then(|at| self.list.get(at)))
    }

    /// The channel of a window: by channel key, by `pg`, or the only one that has a window.
    pub(crate) fn for_window(&self, pg: Option<&str>, channel_key: Option<&str>) -> Option<&Channel> {
        let has_window = |c: &&Channel| rules::rule(&c.provider).is_some_and(|rule| rule.window.is_some());
        let by_key = channel_key.and_then(|key| self.list.iter().find(|c| c.channel_key == key));
        by_key.or_else(|| self.by_pg(pg?)).or_else(|| self.list.iter().find(has_window))
    }

    fn by_pg(&self, pg: &str) -> Option<&Channel> {
        let (provider, mid) = match pg.split_once('.') {
            Some((provider, mid)) => (provider, Some(mid)),
            None => (pg, None),
        };
        self.list.iter().find(|c| c.provider == provider && mid.is_none_or(|mid| c.mid == mid))
    }
}

fn trouble(channel: &str, problem: &str) -> ChannelError {
    ChannelError { channel: channel.to_owned(), problem: problem.to_owned() }
}

fn build(at: usize, config: &ChannelConfig) -> Result<Channel, ChannelError> {
    let label = config.name.clone().unwrap_or_else(|| format!("number {}", at + 1));
    let preset = match &config.preset {
        None => None,
        Some(name) => Some(PRESETS.iter().find(|preset| preset.name == name).ok_or_else(|| {
            let known: Vec<_> = PRESETS.iter().map(|preset| preset.name).collect();
            trouble(&label, &format!("`preset` is none of {}", known.join(", ")))
        })?),
    };
    let provider = config.pg.as_deref().or(preset.map(|p| p.pg));
    let provider = provider.ok_or_else(|| trouble(&label, "`pg` is missing: give it, or a `preset`"))?;
    let rule = rules::rule(provider).ok_or_else(|| {
        let known: Vec<_> = rules::RULES.iter().map(|rule| rule.provider).collect();
        trouble(&label, &format!("`pg` is none of {}", known.join(", ")))
    })?;
    let mid = config.mid.as_deref().or(preset.map(|p| p.mid));
    let mid = mid.ok_or_else(|| trouble(&label, "`mid` is missing: give it, or a `preset`"))?;
    // A test MID is what it is, whether it comes by preset or is written out.
    let known = PRESETS.iter().find(|p| p.pg == provider && p.mid == mid);
    let sandbox = config.sandbox.or(preset.map(|p| p.sandbox)).unwrap_or(false);
    let name = config.name.as_deref().or(preset.map(|p| p.name)).unwrap_or(provider).to_owned();
    if config.key_in == Some(true) && !rule.key_in {
        return Err(trouble(&name, "`key_in` is on, but this PG takes no card data over REST"));
    }
    let key_in = config.key_in.unwrap_or(rule.key_in && known.is_none_or(|p| p.key_in));
    Ok(Channel {
        channel_key: config.channel_key.clone().unwrap_or_else(|| format!("channel-key-{name}")),
        provider: provider.to_owned(),
        mid: mid.to_owned(),
        sandbox,
        key_in,
        api: config.key_in.unwrap_or(key_in && rule.window.is_none()),
        recurring: config.recurring.unwrap_or(known.is_none_or(|p| p.recurring)),
        required: config.required.clone().unwrap_or_else(|| preset.map_or(Vec::new(), |p| p.required.to_vec())),
        min_amount: config.min_amount.unwrap_or(rule.min_amount[usize::from(sandbox)]),
        name,
    })
}

impl Channel {
    /// Whether the decline table has this PG's own codes. Any other PG's channels decline with NICE's.
    pub fn has_own_codes(&self) -> bool {
        self.rule().family != Family::Other
    }

    pub(crate) fn rule(&self) -> &'static PgRule {
        rules::rule(&self.provider).unwrap_or(&rules::RULES[0])
    }

    /// `payment` for window channels, `api_payment` for those that take card data [oa /users/pg].
    pub(crate) fn kind(&self) -> &'static str {
        if self.api { "api_payment" } else { "payment" }
    }

    /// What the contract says against card data here, where a key is wanted (`keeps`) or a single charge.
    pub(crate) fn contract_lacks(&self, keeps: bool) -> Option<&'static str> {
        if !self.key_in {
            return Some(self.rule().no_key_in());
        }
        (keeps && !self.recurring).then(|| self.rule().no_recurring())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_pg_silently_means_the_default_channel() {
        let channels = Channels::from_config(&SandboxConfig::default()).expect("defaults");
        let provider = |pg: Option<&str>| channels.for_rest(pg, None).map(|c| c.provider.clone());
        assert_eq!(provider(None).as_deref(), Some("nice"));
        assert_eq!(provider(Some("kcq")).as_deref(), Some("nice"));
        assert_eq!(provider(Some("kcp.WRONG")).as_deref(), Some("nice"));
        assert_eq!(provider(Some("kcp")).as_deref(), Some("kcp"));
        assert_eq!(provider(Some("kcp.KCPR1")).as_deref(), Some("kcp"));
    }

    /// A module with both ways has a channel for each in the console: the one that config gives key-in is the one for cards.
    #[test]
    fn key_in_by_config_is_a_channel_for_cards() {
        let kind = |key_in: Option<bool>| {
            let channel = ChannelConfig { pg: Some("welcome".into()), mid: Some("X".into()), key_in, ..Default::default() };
            let config = SandboxConfig { channels: vec![channel], ..Default::default() };
            Channels::from_config(&config).expect("a channel").all()[0].kind()
        };
        assert_eq!([None, Some(true), Some(false)].map(kind), ["payment", "api_payment", "payment"]);
    }

    #[test]
    fn config_errors_say_what_to_do() {
        let with = |channel: ChannelConfig| {
            let config = SandboxConfig { channels: vec![channel], ..Default::default() };
            Channels::from_config(&config).expect_err("refused").to_string()
        };
        let wrong = with(ChannelConfig { pg: Some("kcq".into()), mid: Some("X".into()), ..Default::default() });
        assert!(wrong.contains("`pg` is none of kcp, kcp_billing"), "{wrong}");
        let missing = with(ChannelConfig { pg: Some("kcp".into()), ..Default::default() });
        assert!(missing.contains("`mid` is missing"), "{missing}");
        let preset = with(ChannelConfig { preset: Some("kcp_tset".into()), ..Default::default() });
        assert!(preset.contains("kcp_billing_test"), "{preset}");
    }
}
