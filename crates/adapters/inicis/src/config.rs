//! An Inicis channel's configuration.

use serde::Deserialize;

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

/// The module that key-in goes through. The sources contradict each other (CONFLICT `[oa]` vs `[rules]`): ask `GET /users/pg`, or
/// `kr-billing doctor`, which of them the account's API channel carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Module {
    /// `inicis`, as in the guides, the PG code page and the rule table. The default: three sources against one, and an answer from
    /// `html5_inicis` is taken for Inicis's as well, so a wrong guess is no doubt about money.
    #[default]
    Inicis,
    /// `html5_inicis`, as in the API description.
    #[serde(rename = "html5_inicis")]
    Html5Inicis,
}
