//! From the command line to a [`Billing`].

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kr_billing::journal::{Journal, MemoryJournal, SqliteJournal};
use kr_billing::{
    Billing, BillingBuilder, BillingKey, ChannelName, Config, Error, ErrorKind, Operation, Payment, PaymentId, Reach,
};

use crate::args::{Globals, KeyArgs};
use crate::failure::Failure;
use crate::lang::Lang;
use crate::show::fill;
use crate::texts::Texts;
use crate::watch::{self, Armed, Watched};

/// The configuration file that is read when nothing else is said.
const DEFAULT_FILE: &str = "kr-billing.toml";

/// One run of the command.
pub(crate) struct Session {
    pub(crate) lang: Lang,
    pub(crate) globals: Globals,
    pub(crate) armed: Armed,
}

/// Where a configuration was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A file.
    File(PathBuf),
    /// `KR_BILLING_…` variables.
    Environment,
}

impl Session {
    /// The texts of this run's language.
    pub(crate) fn texts(&self) -> &'static Texts {
        self.lang.texts()
    }

    /// Where the configuration is: `--config`, `KR_BILLING_CONFIG`, other `KR_BILLING_…` variables, `./kr-billing.toml`.
    pub(crate) fn source(&self) -> Result<Source, Failure> {
        if let Some(path) = &self.globals.config {
            return Ok(Source::File(path.clone()));
        }
        if let Some(path) = std::env::var_os("KR_BILLING_CONFIG") {
            return Ok(Source::File(path.into()));
        }
        if !variables(self.texts())?.is_empty() {
            return Ok(Source::Environment);
        }
        let default = Path::new(DEFAULT_FILE);
        if default.exists() {
            return Ok(Source::File(default.to_owned()));
        }
        Err(Failure::configuration(self.texts().no_config))
    }

    /// The configuration, with what the command line changes.
    pub(crate) async fn config(&self) -> Result<Config, Failure> {
        let mut config = match self.source()? {
            Source::File(path) => self.file(&path).await?,
            Source::Environment => Config::from_vars(variables(self.texts())?)?,
        };
        if let Some(url) = &self.globals.base_url {
            config.account.base_url = Some(url.clone());
        }
        config.account.allow_plaintext |= self.globals.allow_plaintext;
        Ok(config)
    }

    async fn file(&self, path: &Path) -> Result<Config, Failure> {
        let owned = path.to_owned();
        let read = watch::apart(move || std::fs::read_to_string(owned)).await;
        let text = read.map_err(|error| {
            Failure::configuration(format!("{}: {}: {error}", self.texts().config_unreadable, path.display()))
        })?;
        Ok(Config::from_toml(&text).map_err(|error| error.with_place(path.display()))?)
    }

    /// The finished [`Billing`], whose journal is watched.
    pub(crate) async fn billing(&self) -> Result<Billing, Failure> {
        Ok(self.open().await?.0)
    }

    /// The finished [`Billing`], and its journal.
    pub(crate) async fn open(&self) -> Result<(Billing, Arc<dyn Journal>), Failure> {
        let mut config = self.config().await?;
        let journal: Arc<dyn Journal> = match config.journal.take() {
            None => Arc::new(MemoryJournal::new()),
            Some(journal) => Arc::new(SqliteJournal::open(&journal.sqlite).await.map_err(|error| {
                let text = "journal.sqlite: the journal cannot be opened";
                Error::not_sent(Operation::Configure, ErrorKind::Configuration, text).with_source(error)
            })?),
        };
        let watched: Arc<dyn Journal> = Arc::new(Watched::new(journal, self.armed.clone()));
        let billing = BillingBuilder::from_config(config).await?.journal(Arc::clone(&watched)).build()?;
        Ok((billing, watched))
    }

    /// A billing key with its channel: the named one, the only one, or the one that a look-up finds.
    pub(crate) async fn key(&self, billing: &Billing, args: KeyArgs) -> Result<BillingKey, Failure> {
        let KeyArgs { key, channel } = args;
        let mut channels = billing.channels();
        match (channel, channels.next(), channels.next()) {
            (Some(channel), ..) => {
                billing.profile(&channel)?;
                Ok(BillingKey::new(channel, key))
            }
            (None, Some(only), None) => Ok(BillingKey::new(only.clone(), key)),
            _ => Ok(billing.find_key(&key).await?),
        }
    }

    /// A payment and the channels it can be of: those of its PG, or the named one.
    pub(crate) async fn payment(
        &self,
        billing: &Billing,
        id: &PaymentId,
        channel: Option<&ChannelName>,
    ) -> Result<(Payment, Vec<ChannelName>), Failure> {
        if let Some(name) = channel {
            let found = billing.payment(name, id).await?.ok_or_else(|| unknown_payment(id))?;
            return Ok((found, vec![name.clone()]));
        }
        let (mut found, mut fitting) = (None, Vec::new());
        for name in billing.channels() {
            let Some(payment) = billing.payment(name, id).await? else { continue };
            let profile = billing.profile(name)?;
            if payment.pg_provider.as_deref().is_none_or(|pg| profile.owns_provider(pg)) {
                fitting.push(name.clone());
            }
            found.get_or_insert(payment);
        }
        found.map(|payment| (payment, fitting)).ok_or_else(|| unknown_payment(id).into())
    }
}

fn unknown_payment(id: &PaymentId) -> Error {
    let text = format!("there is no payment {id} in this account");
    Error::new(Operation::LookUpPayment, Reach::Refused, ErrorKind::NotFound, text)
}

/// The `KR_BILLING_…` variables. One that is no text is refused, as the library does: left out it would be a default in silence.
fn variables(texts: &Texts) -> Result<Vec<(String, String)>, Failure> {
    let own = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    let own = own.filter(|(name, _)| name.starts_with("KR_BILLING_"));
    own.map(|(name, value)| match value.into_string() {
        Ok(value) => Ok((name, value)),
        Err(_) => Err(Failure::configuration(fill(texts.variable_no_text, &[&name]))),
    })
    .collect()
}
