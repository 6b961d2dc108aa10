//! Whether the account has this channel. V1 silently takes the account's default channel for a `pg` that it does not know, so a card
//! that goes to a MID of another PG would be stored, or charged, through another channel. `[oa customers POST]` `[oa onetime]`

use std::sync::OnceLock;

use kr_billing_core::{Error, ErrorKind, Reach};

use crate::client::Client;
use crate::config::wrong;
use crate::settings::ModuleRoute;
use crate::types::account::{PgSetting, Purpose};

/// One way to a key, as the account is asked for it.
pub(crate) struct InAccount {
    pub(crate) client: Client,
    /// Its table in the configuration, for errors.
    pub(crate) way: &'static str,
    pub(crate) route: ModuleRoute,
    /// Whether this is a test channel.
    pub(crate) test: bool,
    /// Set when the account was asked and has it.
    pub(crate) known: OnceLock<()>,
}

impl InAccount {
    /// Asks the account once; a yes is remembered. `[oa /users/pg]`
    pub(crate) async fn check(&self) -> Result<(), Error> {
        // Whose channels an agency's list shows, its own or the sub-merchant's, no source says.
        if self.known.get().is_some() || self.client.acts_for_a_tier() {
            return Ok(());
        }
        let settings = match self.client.pg_settings().await {
            Ok(settings) => settings,
            // A server that has no such list, refuses it, or tells it in an unknown shape has said nothing of this channel.
            Err(error) if tells_nothing(&error) => return Ok(()),
            Err(error) => return Err(error.with_reach(Reach::NotSent)),
        };
        if !settings.is_empty() {
            self.find_in(&settings)?;
            let _first = self.known.set(());
        }
        Ok(())
    }

    /// A MID that the account has under another PG, or another module of this one, is as unknown as one that it has not at all: V1
    /// keeps `kcp` and `kcp_billing`, `inicis` and `html5_inicis` apart `[oa again]`. What else the list says a channel is for is left to the
    /// PG: no source says under which word each PG's key-in stands there.
    fn find_in(&self, settings: &[PgSetting]) -> Result<(), Error> {
        let (way, route) = (self.way, &self.route);
        let same = |told: Option<&str>, own: &Option<String>| match (told, own) {
            (Some(told), Some(own)) => told == own,
            _ => true,
        };
        let fits = |setting: &&PgSetting| {
            setting.pg_provider == route.module
                && setting.purpose != Purpose::Certification
                && same(Some(&setting.pg_id), &route.mid)
                && same(setting.channel_key.as_deref(), &route.channel_key)
        };
        let fitting: Vec<&PgSetting> = settings.iter().filter(fits).collect();
        if fitting.is_empty() {
            let there: Vec<String> = settings.iter().map(|has| format!("{}.{}", has.pg_provider, has.pg_id)).collect();
            let text = format!("{way}: the account has no channel {}; it has: {}", route.pg(), there.join(", "));
            return Err(wrong(&text));
        }
        if fitting.iter().all(|setting| setting.sandbox.is_some_and(|test| test != self.test)) {
            let (is, say) = if self.test { ("a live one", "leave `test` out") } else { ("a test one", "set `test = true`") };
            return Err(wrong(&format!("test: the account says that {} is {is}; {say}", route.pg())));
        }
        Ok(())
    }
}

fn tells_nothing(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Rejected | ErrorKind::BadAnswer)
}
