//! Whether the account has this channel. V1 silently takes the account's default channel for a `pg` that it does not know, so a card
//! that goes to a MID of another PG would be stored, or charged, through another channel. `[oa customers POST]` `[oa onetime]`

use kr_billing_core::{Error, ErrorKind, Operation, Reach};

use super::Channel;
use crate::config::wrong;
use crate::provider::Provider;
use crate::settings::ModuleRoute;
use crate::types::account::{PgSetting, Purpose};

impl<P: Provider> Channel<P> {
    /// Asks the account once; a yes is remembered. `[oa /users/pg]`
    pub(super) async fn is_in_account(&self) -> Result<(), Error> {
        let route = &self.key_in_here(Operation::ReadAccount)?.route;
        // Whose channels an agency's list shows, its own or the sub-merchant's, no source says.
        if self.in_account.get().is_some() || self.client.acts_for_a_tier() {
            return Ok(());
        }
        let settings = match self.client.pg_settings().await {
            Ok(settings) => settings,
            // A server that has no such list, refuses it, or tells it in an unknown shape has said nothing of this channel.
            Err(error) if tells_nothing(&error) => return Ok(()),
            Err(error) => return Err(error.with_reach(Reach::NotSent)),
        };
        if !settings.is_empty() {
            self.find_in(&settings, route)?;
            let _first = self.in_account.set(());
        }
        Ok(())
    }

    /// A MID that the account has under another PG, or another module of this one, is as unknown as one that it has not at all: V1
    /// keeps `kcp` and `kcp_billing`, `inicis` and `html5_inicis` apart `[oa again]`. What else the list says a channel is for is left to the
    /// PG: no source says under which word each PG's key-in stands there.
    fn find_in(&self, settings: &[PgSetting], route: &ModuleRoute) -> Result<(), Error> {
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
            let text = format!("key_in: the account has no channel {}; it has: {}", route.pg(), there.join(", "));
            return Err(wrong(&text));
        }
        if fitting.iter().all(|setting| setting.sandbox.is_some_and(|test| test != self.test)) {
            let (is, say) = if self.test { ("live", "leave `test` out") } else { ("a test one", "set `test = true`") };
            return Err(wrong(&format!("test: the account says that {} is {is}; {say}", route.pg())));
        }
        Ok(())
    }
}

fn tells_nothing(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Rejected | ErrorKind::BadAnswer)
}
