//! The account: channels, sub-merchants, code lists.

use kr_billing_core::Error;

use crate::client::Client;
use crate::config::check_tier;
use crate::request::account;
use crate::types::account::{PgSetting, StandardCode, TierInfo, read_code, read_pg, read_tier};
use crate::types::list::whole_list;

impl Client {
    /// The account's channels. `[oa /users/pg]`
    ///
    /// # Errors
    /// The look-up failed.
    pub async fn pg_settings(&self) -> Result<Vec<PgSetting>, Error> {
        self.send(account::pg_settings()).await?.done(|context, answer| whole_list(context, answer, read_pg))
    }

    /// A sub-merchant by its code; `None` when there is none. `[oa /tiers/{tier_code}]`
    ///
    /// # Errors
    /// The look-up failed, or the code is not three characters of A–Z and 0–9.
    pub async fn tier(&self, code: &str) -> Result<Option<TierInfo>, Error> {
        check_tier(code)?;
        self.send(account::tier(code)).await?.found(read_tier)
    }

    /// The card companies' codes. `[oa /cards]`
    ///
    /// # Errors
    /// The look-up failed.
    pub async fn card_codes(&self) -> Result<Vec<StandardCode>, Error> {
        self.send(account::cards()).await?.done(|context, answer| whole_list(context, answer, read_code))
    }

    /// A card company by its code; `None` when there is none.
    ///
    /// # Errors
    /// The look-up failed.
    pub async fn card_code(&self, code: &str) -> Result<Option<StandardCode>, Error> {
        self.send(account::card(code)).await?.found(read_code)
    }

    /// The banks' codes. `[oa /banks]`
    ///
    /// # Errors
    /// The look-up failed.
    pub async fn bank_codes(&self) -> Result<Vec<StandardCode>, Error> {
        self.send(account::banks()).await?.done(|context, answer| whole_list(context, answer, read_code))
    }

    /// A bank by its code; `None` when there is none.
    ///
    /// # Errors
    /// The look-up failed.
    pub async fn bank_code(&self, code: &str) -> Result<Option<StandardCode>, Error> {
        self.send(account::bank(code)).await?.found(read_code)
    }
}
