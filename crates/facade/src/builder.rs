//! From a configuration, or step by step, to a [`Billing`].

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use kr_billing_core::{BillingGateway, ChannelName, Clock, Error};
use kr_billing_portone_v1::{Client, ClientConfig, Credentials, SystemClock};
use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::billing::{Billing, Channel, Inner};
#[cfg(any(feature = "kcp", feature = "inicis", feature = "nice"))]
use crate::config::read;
use crate::config::{AccountConfig, ChannelConfig, Config, wrong};
use crate::journal::{Journal, MemoryJournal};
use crate::limits::Limits;
use crate::pace::Pace;
use crate::policy::Policy;

/// Makes a gateway from an adapter's own settings (the text of a JSON object) and the account's client.
pub type AdapterFactory = Arc<dyn Fn(&str, &Client) -> Result<Arc<dyn BillingGateway>, Error> + Send + Sync>;

/// The adapters this project knows, and whether this build has them.
const KNOWN: &[(&str, &str, bool)] = &[
    ("kcp", "kcp", cfg!(feature = "kcp")),
    ("inicis", "inicis", cfg!(feature = "inicis")),
    ("nice", "nice", cfg!(feature = "nice")),
    ("nice_v2", "nice", cfg!(feature = "nice")),
];

/// Builds a [`Billing`] step by step.
#[must_use = "call build()"]
pub struct BillingBuilder {
    credentials: Option<Credentials>,
    base_url: Option<String>,
    tier: Option<String>,
    allow_plaintext: bool,
    channels: BTreeMap<ChannelName, ChannelConfig>,
    requests_per_second: BTreeMap<ChannelName, NonZeroU32>,
    gateways: BTreeMap<ChannelName, Arc<dyn BillingGateway>>,
    adapters: BTreeMap<String, AdapterFactory>,
    default_channel: Option<ChannelName>,
    policy: Policy,
    journal: Option<Arc<dyn Journal>>,
    clock: Arc<dyn Clock>,
}

impl Default for BillingBuilder {
    fn default() -> Self {
        Self {
            credentials: None,
            base_url: None,
            tier: None,
            allow_plaintext: false,
            channels: BTreeMap::new(),
            requests_per_second: BTreeMap::new(),
            gateways: BTreeMap::new(),
            adapters: BTreeMap::new(),
            default_channel: None,
            policy: Policy::default(),
            journal: None,
            clock: Arc::new(SystemClock::new()),
        }
    }
}

impl Billing {
    /// Starts from nothing.
    pub fn builder() -> BillingBuilder {
        BillingBuilder::default()
    }

    /// From a TOML file.
    ///
    /// # Errors
    /// The file cannot be read, or says something wrong; no text holds a value of the file.
    #[cfg(feature = "toml")]
    pub async fn from_path(path: impl AsRef<std::path::Path>) -> Result<Self, Error> {
        let read = std::fs::read_to_string(path.as_ref());
        let text = read.map_err(|error| wrong(format!("{} cannot be read", path.as_ref().display())).with_source(error))?;
        Self::from_config(Config::from_toml(&text)?).await
    }

    /// From the environment: from the file that `KR_BILLING_CONFIG` names, else from the `KR_BILLING_…` variables themselves
    /// (see [`Config::from_vars`]).
    ///
    /// # Errors
    /// What is missing or wrong, by setting; `KR_BILLING_CONFIG` in a build without the feature `toml`.
    pub async fn from_env() -> Result<Self, Error> {
        #[cfg(feature = "toml")]
        if let Some(path) = std::env::var_os("KR_BILLING_CONFIG") {
            return Self::from_path(path).await;
        }
        Self::from_config(Config::from_vars(own_vars()?)?).await
    }

    /// From a configuration, with the journal it names.
    ///
    /// # Errors
    /// What is wrong, by setting.
    pub async fn from_config(config: Config) -> Result<Self, Error> {
        BillingBuilder::from_config(config).await?.build()
    }
}

impl BillingBuilder {
    /// Starts from a configuration, with the journal it names, so that a clock or an adapter can be added.
    ///
    /// # Errors
    /// The journal cannot be opened, or this build has none on disk.
    pub async fn from_config(config: Config) -> Result<Self, Error> {
        let AccountConfig { imp_key, imp_secret, base_url, tier, allow_plaintext } = config.account;
        let mut builder = Self { base_url, tier, allow_plaintext, ..Self::default() }.account(imp_key, imp_secret);
        if let Some(journal) = config.journal {
            builder.journal = Some(open_journal(&journal.sqlite).await?);
        }
        builder.channels = config.channels;
        builder.default_channel = config.default_channel;
        builder.policy = config.policy.policy();
        Ok(builder)
    }

    /// The account's REST API key and secret.
    pub fn account(mut self, imp_key: impl Into<SecretString>, imp_secret: impl Into<SecretString>) -> Self {
        self.credentials = Some(Credentials::new(imp_key, imp_secret));
        self
    }

    /// Another server than `https://api.iamport.kr`, such as the sandbox.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// The sub-merchant's three characters, for an agency's account. `[docs v1auth]`
    pub fn tier(mut self, code: impl Into<String>) -> Self {
        self.tier = Some(code.into());
        self
    }

    /// Allows `http://` to a server that is not on this machine. The pair and card data would travel in the clear.
    pub fn allow_plaintext(mut self) -> Self {
        self.allow_plaintext = true;
        self
    }

    /// A channel. `settings` is what the adapter's table in the configuration holds, as a JSON object:
    /// `json!({"key_in": {"mid": "A52LD"}})`. It takes the place of an earlier one of this name.
    ///
    /// # Errors
    /// `settings` is not a JSON object.
    pub fn channel(mut self, name: ChannelName, pg: &str, settings: &str) -> Result<Self, Error> {
        let settings: Map<String, Value> =
            serde_json::from_str(settings).map_err(|_| wrong(format!("the settings of channel {name} are not a JSON object")))?;
        self.channels.insert(name, ChannelConfig { pg: pg.to_owned(), requests_per_second: None, settings });
        Ok(self)
    }

    /// At most so many requests per second on a channel. Needs the feature `rate-limit`.
    pub fn requests_per_second(mut self, channel: ChannelName, most: NonZeroU32) -> Self {
        self.requests_per_second.insert(channel, most);
        self
    }

    /// A channel served by the merchant's own gateway.
    pub fn gateway(mut self, name: ChannelName, gateway: Arc<dyn BillingGateway>) -> Self {
        self.gateways.insert(name, gateway);
        self
    }

    /// A merchant's own adapter, so that a configuration can name it as `pg`.
    pub fn adapter(mut self, pg: impl Into<String>, factory: AdapterFactory) -> Self {
        self.adapters.insert(pg.into(), factory);
        self
    }

    /// The channel for new keys and for cards when nothing else is said.
    pub fn default_channel(mut self, name: ChannelName) -> Self {
        self.default_channel = Some(name);
        self
    }

    /// Other times and limits.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Another journal than the one in memory.
    pub fn journal(mut self, journal: Arc<dyn Journal>) -> Self {
        self.journal = Some(journal);
        self
    }

    /// Another clock than the machine's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The finished [`Billing`]. Nothing is sent.
    ///
    /// # Errors
    /// What is missing or wrong, by setting: no account, no channel, an unknown PG (with a list of those this build has), a
    /// settle time that proves nothing, an adapter's own refusal. No text holds a value.
    pub fn build(mut self) -> Result<Billing, Error> {
        let client = self.client()?;
        let channels = self.take_channels(client.as_ref())?;
        let default_channel = default_channel(self.default_channel, &channels)?;
        let journal = self.journal.unwrap_or_else(|| Arc::new(MemoryJournal::new()));
        let limits = Limits::new(&self.policy);
        let (policy, clock) = (self.policy, self.clock);
        let account = self.credentials.as_ref().map(|credentials| credentials.print(self.tier.as_deref()));
        Ok(Billing { inner: Arc::new(Inner { channels, default_channel, policy, journal, clock, limits, client, account }) })
    }

    /// The account's client. Without an account there is none, and then nothing may be set that only a client obeys.
    fn client(&self) -> Result<Option<Client>, Error> {
        let Some(credentials) = self.credentials.clone() else {
            let set = [
                ("channels", !self.channels.is_empty()),
                ("account.base_url", self.base_url.is_some()),
                ("account.tier", self.tier.is_some()),
                ("account.allow_plaintext", self.allow_plaintext),
            ];
            return match set.into_iter().find(|(_, set)| *set) {
                None => Ok(None),
                Some((name, _)) => {
                    Err(wrong(format!("there is no account for {name}: set account.imp_key and account.imp_secret")))
                }
            };
        };
        let mut config = ClientConfig::new(credentials)
            .with_connect_timeout(self.policy.connect_timeout)
            .with_send_timeout(self.policy.send_timeout)
            .with_clock(self.clock.clone());
        if let Some(url) = &self.base_url {
            config = config.with_base_url(url);
        }
        config.tier.clone_from(&self.tier);
        config.allow_plaintext = self.allow_plaintext;
        check_settle_time(&self.policy, &config)?;
        Client::new(config).map(Some)
    }

    fn take_channels(&mut self, client: Option<&Client>) -> Result<BTreeMap<ChannelName, Channel>, Error> {
        let mut channels = BTreeMap::new();
        for (name, config) in std::mem::take(&mut self.channels) {
            let pace = pace(&name, self.requests_per_second.remove(&name).or(config.requests_per_second))?;
            let client = client.ok_or_else(|| wrong("there is no account"))?;
            let gateway = gateway(&config.pg, config.settings, client, &self.adapters)
                .map_err(|error| error.with_place(format_args!("channel {name}")))?;
            channels.insert(name.clone(), Channel { name, gateway, pace });
        }
        for (name, gateway) in std::mem::take(&mut self.gateways) {
            let pace = pace(&name, self.requests_per_second.remove(&name))?;
            let channel = Channel { name: name.clone(), gateway, pace };
            if channels.insert(name.clone(), channel).is_some() {
                return Err(wrong(format!("the channel {name} is there twice")));
            }
        }
        match self.requests_per_second.keys().next() {
            Some(name) => Err(wrong(format!("requests_per_second names {name}, which is not configured"))),
            None => Ok(channels),
        }
    }
}

/// A settle time of seconds proves nothing about a real provider: it is for a server on this machine.
fn check_settle_time(policy: &Policy, config: &ClientConfig) -> Result<(), Error> {
    const LEAST: Duration = Duration::from_secs(60);
    if policy.settle_after < LEAST && !config.is_on_this_machine() {
        return Err(wrong(
            "policy.settle_after_ms is below a minute; it is in milliseconds, and shorter times are for a sandbox here",
        ));
    }
    Ok(())
}

/// The `KR_BILLING_…` variables. Others may hold anything.
fn own_vars() -> Result<Vec<(String, String)>, Error> {
    let own = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    let own = own.filter(|(name, _)| name.starts_with("KR_BILLING_"));
    own.map(|(name, value)| match value.into_string() {
        Ok(value) => Ok((name, value)),
        Err(_) => Err(wrong(format!("{name} is not UTF-8"))),
    })
    .collect()
}

fn default_channel(said: Option<ChannelName>, channels: &BTreeMap<ChannelName, Channel>) -> Result<Option<ChannelName>, Error> {
    match said {
        Some(name) if !channels.contains_key(&name) => {
            Err(wrong(format!("default_channel names {name}, which is not configured")))
        }
        Some(name) => Ok(Some(name)),
        None if channels.is_empty() => Err(wrong("there is no channel: add a table [channels.NAME] with a pg")),
        None if channels.len() == 1 => Ok(channels.keys().next().cloned()),
        None => Ok(None),
    }
}

#[cfg(feature = "rate-limit")]
fn pace(_name: &ChannelName, per_second: Option<NonZeroU32>) -> Result<Pace, Error> {
    Ok(per_second.map_or_else(Pace::free, Pace::per_second))
}

#[cfg(not(feature = "rate-limit"))]
fn pace(name: &ChannelName, per_second: Option<NonZeroU32>) -> Result<Pace, Error> {
    match per_second {
        None => Ok(Pace::free()),
        Some(_) => Err(wrong(format!(
            "channel {name}: requests_per_second needs the feature `rate-limit`, which this build does not have"
        ))),
    }
}

#[cfg(feature = "sqlite")]
async fn open_journal(path: &std::path::Path) -> Result<Arc<dyn Journal>, Error> {
    match crate::journal::SqliteJournal::open(path).await {
        Ok(journal) => Ok(Arc::new(journal)),
        Err(error) => Err(wrong("journal.sqlite: the journal cannot be opened").with_source(error)),
    }
}

#[cfg(not(feature = "sqlite"))]
async fn open_journal(_path: &std::path::Path) -> Result<Arc<dyn Journal>, Error> {
    Err(wrong("journal.sqlite needs the feature `sqlite`, which this build does not have"))
}

fn gateway(
    pg: &str,
    settings: Map<String, Value>,
    client: &Client,
    adapters: &BTreeMap<String, AdapterFactory>,
) -> Result<Arc<dyn BillingGateway>, Error> {
    if let Some(factory) = adapters.get(pg) {
        return factory(&Value::Object(settings).to_string(), client);
    }
    match pg {
        #[cfg(feature = "kcp")]
        "kcp" => Ok(Arc::new(read::<kr_billing_kcp::KcpConfig>(settings)?.channel(client.clone())?)),
        #[cfg(feature = "inicis")]
        "inicis" => Ok(Arc::new(read::<kr_billing_inicis::InicisConfig>(settings)?.channel(client.clone())?)),
        #[cfg(feature = "nice")]
        "nice" => Ok(Arc::new(read::<kr_billing_nice::NiceConfig>(settings)?.channel(client.clone())?)),
        #[cfg(feature = "nice")]
        "nice_v2" => Ok(Arc::new(read::<kr_billing_nice::NiceV2Config>(settings)?.channel(client.clone())?)),
        _ => Err(unknown_pg(pg, adapters)),
    }
}

/// Lists what this build has, and says so when only a feature is off.
fn unknown_pg(pg: &str, adapters: &BTreeMap<String, AdapterFactory>) -> Error {
    if let Some((_, feature, false)) = KNOWN.iter().find(|(known, ..)| *known == pg) {
        return wrong(format!("this build was made without the feature `{feature}`, which has this pg"));
    }
    let built_in = KNOWN.iter().filter(|(.., built)| *built).map(|(known, ..)| *known);
    let have = built_in.chain(adapters.keys().map(String::as_str)).collect::<Vec<_>>().join(", ");
    let hint = match pg {
        "kcp_billing" => "; for KCP's window write pg = \"kcp\" with a `window` table",
        "html5_inicis" => "; for Inicis write pg = \"inicis\"",
        _ => "",
    };
    wrong(format!("the pg is not known; this build has: {have}{hint}"))
}

#[cfg(all(test, feature = "rate-limit", feature = "nice"))]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    #[tokio::test]
    async fn a_channel_keeps_the_pace_that_the_builder_was_told_first() {
        let name = ChannelName::new("nice").unwrap();
        let builder = Billing::builder().requests_per_second(name.clone(), NonZeroU32::MIN).account("a", "b");
        let billing = builder.channel(name.clone(), "nice", "{}").unwrap().build().unwrap();
        let (channel, clock) = (&billing.inner.channels[&name], SystemClock::new());
        let mut context = Context::from_waker(Waker::noop());
        assert!(pin!(channel.pace.turn(&clock)).poll(&mut context).is_ready());
        assert!(pin!(channel.pace.turn(&clock)).poll(&mut context).is_pending(), "the second of this second waits");
    }
}
