//! A configuration for the old module.

use kr_billing_core::Error;
use kr_billing_portone_v1::{CardField, ChannelSettings, Client, KeyInSettings, ModuleRoute};
use serde::{Deserialize, Deserializer};

use super::{Nice, NiceProvider, facts};
use crate::no_window;

/// A channel of the module `nice`: key-in, and charges by key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct NiceConfig {
    /// The recurring MID. May be left out with one channel of this module in the account.
    #[serde(default)]
    pub mid: Option<String>,
    /// The channel key.
    #[serde(default)]
    pub channel_key: Option<String>,
    /// What the contract wants of a card beside number and expiry: `birth`, `pwd_2digit`. `[oa customers POST]`
    #[serde(default)]
    pub require: Vec<CardField>,
    /// Whether the MID is in the designated-amounts mode (지정금액): refunds must then state every tax part. `[oa cancel]`
    #[serde(default)]
    pub designated_amounts: bool,
    /// Whether this is a test channel. Its payments are marked, and look-ups must ask for them.
    #[serde(default)]
    pub test: bool,
}

impl<'de> Deserialize<'de> for NiceConfig {
    fn deserialize<D: Deserializer<'de>>(settings: D) -> Result<Self, D::Error> {
        Self::deserialize(settings).map_err(no_window::explained)
    }
}

impl NiceConfig {
    /// The channel that this configuration describes.
    ///
    /// # Errors
    /// Kind `Configuration`: a MID or channel key that cannot be one. No configured value is in the text.
    pub fn channel(self, client: Client) -> Result<Nice, Error> {
        let route = ModuleRoute::configured(facts::MODULE, self.mid, self.channel_key);
        let key_in = KeyInSettings::new(route).with_required(self.require);
        let settings = ChannelSettings { test: self.test, ..ChannelSettings::new().with_key_in(key_in) };
        Nice::new(client, NiceProvider { designated_amounts: self.designated_amounts }, settings)
    }
}
