//! What a merchant's contract says about one channel.

use serde::{Deserialize, Serialize};

/// One PG module as PortOne names it, and which of the account's channels of that module is meant.
///
/// It goes on every call that takes one, since V1 silently takes the account's default channel otherwise. `[oa onetime]`
/// Without MID and channel key, V1 takes the account's default channel *of that module*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleRoute {
    /// The module: `kcp`, `kcp_billing`, `html5_inicis`, …
    pub module: String,
    /// The MID.
    pub mid: Option<String>,
    /// The channel key of PortOne's console. Where a call has no field for it, module and MID speak alone.
    pub channel_key: Option<String>,
}

impl ModuleRoute {
    /// A module, any MID.
    pub fn new(module: impl Into<String>) -> Self {
        Self { module: module.into(), mid: None, channel_key: None }
    }

    /// A route from a configuration's optional `mid` and `channel_key`. Making the channel checks them.
    pub fn configured(module: &str, mid: Option<String>, channel_key: Option<String>) -> Self {
        Self { module: module.to_owned(), mid, channel_key }
    }

    /// With a MID.
    #[must_use]
    pub fn with_mid(mut self, mid: impl Into<String>) -> Self {
        self.mid = Some(mid.into());
        self
    }

    /// With a channel key.
    #[must_use]
    pub fn with_channel_key(mut self, key: impl Into<String>) -> Self {
        self.channel_key = Some(key.into());
        self
    }

    /// The value of `pg`: `module`, or `module.MID`. `[oa onetime]`
    pub fn pg(&self) -> String {
        match &self.mid {
            Some(mid) => format!("{}.{mid}", self.module),
            None => self.module.clone(),
        }
    }
}

/// A part of a card that a contract may require beyond number and expiry. `[oa customers POST]`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CardField {
    /// Birth date, or business number.
    #[serde(rename = "birth")]
    Birth,
    /// The first two digits of the card's password.
    #[serde(rename = "pwd_2digit")]
    PasswordDigits,
}

impl CardField {
    /// The wire's name of it.
    pub fn wire_name(self) -> &'static str {
        match self {
            Self::Birth => "birth",
            Self::PasswordDigits => "pwd_2digit",
        }
    }
}

/// Key-in under the merchant's contract: cards are sent by the merchant's server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInSettings {
    /// Module and MID for cards.
    pub route: ModuleRoute,
    /// What the contract requires of a card whenever one is sent to be stored or charged.
    pub require: Vec<CardField>,
}

impl KeyInSettings {
    /// Key-in through `route`, with number and expiry only.
    pub fn new(route: ModuleRoute) -> Self {
        Self { route, require: Vec::new() }
    }

    /// With what the contract requires of a card.
    #[must_use]
    pub fn with_required(mut self, fields: impl IntoIterator<Item = CardField>) -> Self {
        self.require.extend(fields);
        self
    }
}

/// One channel under the merchant's contract: key-in, a window, or both; they may have different MIDs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelSettings {
    /// Key-in, where the contract has it.
    pub key_in: Option<KeyInSettings>,
    /// The window that issues keys, where there is one.
    pub window: Option<ModuleRoute>,
    /// Whether this is a test channel.
    pub test: bool,
}

impl ChannelSettings {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With key-in.
    #[must_use]
    pub fn with_key_in(mut self, key_in: KeyInSettings) -> Self {
        self.key_in = Some(key_in);
        self
    }

    /// With a window.
    #[must_use]
    pub fn with_window(mut self, route: ModuleRoute) -> Self {
        self.window = Some(route);
        self
    }

    /// As a test channel.
    #[must_use]
    pub fn as_test(mut self) -> Self {
        self.test = true;
        self
    }
}
