//! What V1 tells about an account.

use kr_billing_core::{Error, RawText, UnixSeconds};
use serde_json::value::RawValue;

use crate::answer::{Context, flag, wire};

/// One channel of the account. `[oa /users/pg]`
#[derive(Debug, Clone)]
pub struct PgSetting {
    /// The PG module.
    pub pg_provider: String,
    /// The MID.
    pub pg_id: String,
    /// Whether it is a test channel.
    pub sandbox: Option<bool>,
    /// What it is for.
    pub purpose: Purpose,
    /// Its name in the console.
    pub channel_name: Option<String>,
    /// Its channel key.
    pub channel_key: Option<String>,
    /// The record as it came.
    pub raw: RawText,
}

/// What a channel is for. `[oa /users/pg]` `type`
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// Windows: one-time and recurring.
    Window,
    /// Key-in.
    KeyIn,
    /// Identity checks.
    Certification,
    /// A word this version does not know.
    Other(String),
}

/// A sub-merchant. `[oa /tiers/{tier_code}]`
#[derive(Debug, Clone)]
pub struct TierInfo {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: Option<String>,
    /// The record as it came.
    pub raw: RawText,
}

/// A card company's or a bank's code and name. `[oa /cards]` `[oa /banks]`
#[derive(Debug, Clone)]
pub struct StandardCode {
    /// The clearing institute's code.
    pub code: String,
    /// The name.
    pub name: String,
    /// The record as it came.
    pub raw: RawText,
}

/// What the server said of a token, for a check of clocks and credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenStatus {
    /// The server's time.
    pub server_now: UnixSeconds,
    /// When the token ends, on the server's clock.
    pub expires_at: UnixSeconds,
    /// How far this machine's clock is ahead of the server's, in seconds. It does no harm here: tokens age by the server's.
    pub ahead_seconds: i64,
}

wire!(PgWire { pg_provider, pg_id, sandbox, purpose = "type", channel_name, channel_key });
wire!(TierWire { tier_code, tier_name });
wire!(CodeWire { code, name });

pub(crate) fn read_pg(context: &Context<'_>, record: &RawValue) -> Result<PgSetting, Error> {
    let wire: PgWire<'_> = context.fields(record)?;
    let purpose = match context.need("type", context.word(wire.purpose))?.as_str() {
        "payment" => Purpose::Window,
        "api_payment" => Purpose::KeyIn,
        "certification" => Purpose::Certification,
        other => Purpose::Other(other.to_owned()),
    };
    Ok(PgSetting {
        pg_provider: context.need("pg_provider", context.word(wire.pg_provider))?,
        pg_id: context.need("pg_id", context.word(wire.pg_id))?,
        sandbox: flag(wire.sandbox),
        purpose,
        channel_name: context.kept(wire.channel_name),
        channel_key: context.kept(wire.channel_key),
        raw: context.raw(record),
    })
}

pub(crate) fn read_tier(context: &Context<'_>, record: &RawValue) -> Result<TierInfo, Error> {
    let wire: TierWire<'_> = context.fields(record)?;
    Ok(TierInfo {
        code: context.need("tier_code", context.word(wire.tier_code))?,
        name: context.kept(wire.tier_name),
        raw: context.raw(record),
    })
}

pub(crate) fn read_code(context: &Context<'_>, record: &RawValue) -> Result<StandardCode, Error> {
    let wire: CodeWire<'_> = context.fields(record)?;
    Ok(StandardCode {
        code: context.need("code", context.word(wire.code))?,
        name: context.need("name", context.word(wire.name))?,
        raw: context.raw(record),
    })
}
