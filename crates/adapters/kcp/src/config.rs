//! A KCP channel's configuration.

use kr_billing_core::{Error, ErrorKind, Operation};
use kr_billing_portone_v1::{CardField, ChannelSettings, Client, KeyInSettings, ModuleRoute};
use serde::Deserialize;

use crate::{Kcp, KcpProvider, facts};

/// A KCP channel: its window, its key-in, or both. At least one is needed, and each has its own site code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KcpConfig {
    /// The window, module `kcp_billing`.
    #[serde(default)]
    pub window: Option<WindowConfig>,
    /// Key-in, module `kcp`: only with a separate agreement with KCP. `[seed 000, 002]`
    #[serde(default)]
    pub key_in: Option<KeyInConfig>,
    /// Whether this is a test channel. Its payments are marked, and look-ups must ask for them.
    #[serde(default)]
    pub test: bool,
}

/// KCP's window.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowConfig {
    /// The site code. May be left out with one KCP window in the account.
    #[serde(default)]
    pub mid: Option<String>,
    /// The channel key, in place of module and site code.
    #[serde(default)]
    pub channel_key: Option<String>,
    /// Address of the merchant's logo: GIF or JPG, below 150 x 50 pixels, shown on a PC only. `[seed 003]` `[docs kcp]`
    #[serde(default)]
    pub site_logo: Option<String>,
    /// Show the birth-date box at once, on a PC. `[docs kcp]`
    #[serde(default)]
    pub birth_box: bool,
}

/// KCP's key-in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyInConfig {
    /// The site code. May be left out with one KCP key-in channel in the account.
    #[serde(default)]
    pub mid: Option<String>,
    /// The channel key.
    #[serde(default)]
    pub channel_key: Option<String>,
    /// What the contract wants of a card beside number and expiry: `birth`, `pwd_2digit`. `[oa customers POST]`
    #[serde(default)]
    pub require: Vec<CardField>,
}

impl KcpConfig {
    /// The channel that this configuration describes.
    ///
    /// # Errors
    /// Kind `Configuration`, without any configured value in its text: neither window nor key-in, a site code that cannot be one,
    /// or a logo that is no address of a GIF or JPG.
    pub fn channel(self, client: Client) -> Result<Kcp, Error> {
        let Self { window, key_in, test } = self;
        let mut settings = ChannelSettings { test, ..ChannelSettings::new() };
        let mut provider = KcpProvider { site_logo: None, birth_box: false };
        if let Some(window) = window {
            provider = KcpProvider { site_logo: window.site_logo.map(logo).transpose()?, birth_box: window.birth_box };
            settings = settings.with_window(ModuleRoute::configured(facts::WINDOW_MODULE, window.mid, window.channel_key));
        }
        if let Some(key_in) = key_in {
            let route = ModuleRoute::configured(facts::KEY_IN_MODULE, key_in.mid, key_in.channel_key);
            settings = settings.with_key_in(KeyInSettings::new(route).with_required(key_in.require));
        }
        Kcp::with_window(client, provider, settings)
    }
}

/// A logo's address. Its size cannot be seen from here. `[docs kcp]`
fn logo(address: String) -> Result<String, Error> {
    let path = address.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let picture = [".gif", ".jpg", ".jpeg"].iter().any(|ending| path.ends_with(ending));
    let web = path.starts_with("https://") || path.starts_with("http://");
    if picture && web && !address.contains(char::is_whitespace) {
        return Ok(address);
    }
    Err(wrong(
        "window.site_logo is not the address of a GIF or JPG, such as https://shop.example/logo.gif (below 150 x 50 pixels)",
    ))
}

fn wrong(message: &str) -> Error {
    Error::not_sent(Operation::Configure, ErrorKind::Configuration, message)
}
