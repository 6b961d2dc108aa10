//! What a merchant account looks like: its channels, its webhooks, its clock.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::card::CardField;

/// The settings of a sandbox, as a TOML or JSON file holds them. Unknown keys are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SandboxConfig {
    /// The account's channels. Empty means one live channel for each of `kcp`, `kcp_billing`,
    /// `inicis`, `html5_inicis`, `nice` and `nice_v2`.
    pub channels: Vec<ChannelConfig>,
    /// The name of the channel that a REST call without a usable `pg` goes to. Without it: the
    /// first channel that takes card data.
    pub default_channel: Option<String>,
    /// The status of a partly refunded payment: `cancelled`, as an official plugin sees it, or
    /// `paid`. V1's schema does not say.
    pub partial_refund_status: PartialRefundStatus,
    /// Where webhooks go and how.
    pub webhooks: WebhookConfig,
    /// Where the clock starts and whether it runs.
    pub clock: ClockConfig,
}

/// The status of a partly refunded payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PartialRefundStatus {
    /// `cancelled` with a balance left.
    #[default]
    Cancelled,
    /// `paid` until all is refunded.
    Paid,
}

/// One channel of the account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChannelConfig {
    /// A preset to start from, such as `kcp_billing_test`; see [`crate::presets`].
    pub preset: Option<String>,
    /// A name to refer to it by; without it the provider's, or the preset's, name.
    pub name: Option<String>,
    /// The provider word, such as `kcp_billing` or `html5_inicis`. Needed without a preset.
    pub pg: Option<String>,
    /// The MID or site code. Needed without a preset.
    pub mid: Option<String>,
    /// The channel key; without it one is made from the name.
    pub channel_key: Option<String>,
    /// True for a test channel: its payments are hidden from `GET /payments/{imp_uid}`.
    pub sandbox: Option<bool>,
    /// False where the separate agreement for card data over REST is missing. True makes it a channel for cards where its module has
    /// a window as well; without it such a module's channel is its window's.
    pub key_in: Option<bool>,
    /// False where the MID issues no billing keys; without it the preset's, else true.
    pub recurring: Option<bool>,
    /// Card fields that the contract demands beside number and expiry.
    pub required: Option<Vec<CardField>>,
    /// The smallest amount in won; without it the PG's.
    #[serde(deserialize_with = "not_negative")]
    pub min_amount: Option<i64>,
}

/// Where webhooks go and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookConfig {
    /// The URL of payments on live channels. Plain `http` only.
    pub url: Option<String>,
    /// The URL of payments on test channels; without it they go to `url`.
    pub test_url: Option<String>,
    /// The body's format.
    pub format: WebhookFormat,
    /// How often a delivery is sent again after a network error or a 5xx: 0 to 5.
    #[serde(deserialize_with = "at_most_five")]
    pub resend: u8,
}

/// Reads how often a webhook is sent again: the provider stops after five [docs webhook-v1].
pub(crate) fn at_most_five<'de, D: Deserializer<'de>>(from: D) -> Result<u8, D::Error> {
    match u8::deserialize(from)? {
        times @ 0..=5 => Ok(times),
        _ => Err(D::Error::custom("resend must be 0 to 5")),
    }
}

fn not_negative<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    match Option::deserialize(from)? {
        Some(..=-1) => Err(D::Error::custom("min_amount must not be negative")),
        amount => Ok(amount),
    }
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self { url: None, test_url: None, format: WebhookFormat::Json, resend: 0 }
    }
}

/// The body's format of a webhook [docs webhook-v1].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WebhookFormat {
    /// `application/json`.
    #[default]
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
}

/// Where the clock starts and whether it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClockConfig {
    /// UNIX seconds to start at; without it the machine's time.
    pub start: Option<i64>,
    /// False stops the clock: it moves only when told.
    pub real_time: bool,
}

impl Default for ClockConfig {
    fn default() -> Self {
        Self { start: None, real_time: true }
    }
}
