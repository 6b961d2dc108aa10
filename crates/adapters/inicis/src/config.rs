//! An Inicis channel's configuration.

use kr_billing_core::{Error, ErrorKind, Operation};
use kr_billing_portone_v1::{CardField, ChannelSettings, Client, KeyInSettings, ModuleRoute};
use serde::Deserialize;

use crate::{Inicis, InicisProvider, facts};

/// An Inicis channel: its window, its key-in, or both. At least one is needed, and each has its own MID.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InicisConfig {
    /// The window, module `html5_inicis`.
    #[serde(default)]
    pub window: Option<WindowConfig>,
    /// Key-in: only with a separate agreement with Inicis. `[seed 001]`
    #[serde(default)]
    pub key_in: Option<KeyInConfig>,
    /// Whether this is a test channel. Its payments are marked, and look-ups must ask for them.
    #[serde(default)]
    pub test: bool,
}

/// Inicis's window.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowConfig {
    /// The MID. May be left out with one Inicis window in the account.
    #[serde(default)]
    pub mid: Option<String>,
    /// The channel key, in place of module and MID.
    #[serde(default)]
    pub channel_key: Option<String>,
    /// What a phone's window asks for. Left out: card number, expiry, birth date, resident number and password. `[docs inicis]`
    #[serde(default)]
    pub authtype: Option<AuthType>,
    /// Flags for a PC's window, sent joined by colons. `[docs inicis]`
    #[serde(default)]
    pub acceptmethod: Vec<String>,
    /// Flags for a phone's window, each `name=value`, sent joined by ampersands. `[docs inicis]`
    #[serde(default)]
    pub p_reserved: Vec<String>,
}

/// What a phone's window asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum AuthType {
    /// `"01"`: card number, expiry and birth date, and nothing else. `[docs inicis]`
    #[serde(rename = "01")]
    CardExpiryBirth,
}

/// Inicis's key-in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyInConfig {
    /// The module it goes through.
    #[serde(default)]
    pub module: Module,
    /// The MID. May be left out with one channel of the module in the account.
    #[serde(default)]
    pub mid: Option<String>,
    /// The channel key.
    #[serde(default)]
    pub channel_key: Option<String>,
    /// What the contract wants of a card beside number and expiry: `birth`, `pwd_2digit`. `[oa customers POST]`
    #[serde(default)]
    pub require: Vec<CardField>,
}

/// The module that key-in goes through. The sources contradict each other (CONFLICT `[oa]` vs `[rules]`): ask `GET /users/pg`, or
/// `kr-billing doctor`, which of them the account's API channel carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Module {
    /// `inicis`, as in the guides, the PG code page and the rule table. The default: three sources against one. Before the first
    /// card the account is asked, so a wrong guess is refused with the name of the other.
    #[default]
    #[serde(rename = "inicis")]
    Inicis,
    /// `html5_inicis`, as in the API description.
    #[serde(rename = "html5_inicis")]
    Html5Inicis,
}

impl Module {
    /// The module's name on the wire.
    pub fn wire_name(self) -> &'static str {
        match self {
            Self::Inicis => facts::KEY_IN_MODULE,
            Self::Html5Inicis => facts::WINDOW_MODULE,
        }
    }
}

impl InicisConfig {
    /// The channel that this configuration describes.
    ///
    /// # Errors
    /// Kind `Configuration`, without any configured value in its text: neither window nor key-in, a MID that cannot be one, or a
    /// flag that holds the mark flags are joined by.
    pub fn channel(self, client: Client) -> Result<Inicis, Error> {
        let Self { window, key_in, test } = self;
        let mut settings = ChannelSettings { test, ..ChannelSettings::new() };
        if let Some(window) = &window {
            check_flags(window)?;
            let (mid, channel_key) = (window.mid.clone(), window.channel_key.clone());
            settings = settings.with_window(ModuleRoute::configured(facts::WINDOW_MODULE, mid, channel_key));
        }
        let module = key_in.as_ref().map(|key_in| key_in.module);
        if let Some(KeyInConfig { module, mid, channel_key, require }) = key_in {
            let route = ModuleRoute::configured(module.wire_name(), mid, channel_key);
            settings = settings.with_key_in(KeyInSettings::new(route).with_required(require));
        }
        Inicis::with_window(client, InicisProvider { window, key_in: module }, settings)
    }
}

fn check_flags(window: &WindowConfig) -> Result<(), Error> {
    let bad = |flag: &String, mark: char| flag.is_empty() || flag.contains(mark) || flag.contains(char::is_whitespace);
    if window.acceptmethod.iter().any(|flag| bad(flag, ':')) {
        return Err(wrong("window.acceptmethod has an empty flag or one with a colon or space; write a list, one flag each"));
    }
    if window.p_reserved.iter().any(|flag| bad(flag, '&') || !flag.contains('=')) {
        return Err(wrong(
            "window.p_reserved has a flag that is not `name=value`, or holds & or a space; write a list, one flag each",
        ));
    }
    Ok(())
}

fn wrong(message: &str) -> Error {
    Error::not_sent(Operation::Configure, ErrorKind::Configuration, message)
}
