//! Billing keys as V1 tells them. `[oa def CustomerAnnotation]` `[oa def SuperBillingKeyAnnotation]`

use kr_billing_core::{BillingKeyId, Buyer, Error, StoredKey, UnixSeconds};
use serde_json::value::RawValue;

use crate::answer::{Context, flag, small, time, wire};

/// A stored card, or one stored with several channels at once.
#[derive(Debug, Clone)]
pub enum KeyRecord {
    /// At one PG.
    One(Box<OneKey>),
    /// At the channels of a smart-routing group.
    Super(Box<SuperKey>),
}

impl KeyRecord {
    /// Its id.
    pub fn id(&self) -> &BillingKeyId {
        match self {
            Self::One(one) => &one.key.id,
            Self::Super(key) => &key.key.id,
        }
    }

    /// The part that billing decides by. Of a key at several channels, PG and MID are told only where there is just one.
    pub fn into_stored(self) -> StoredKey {
        match self {
            Self::One(one) => one.key,
            Self::Super(key) => key.key,
        }
    }
}

/// A card stored at one PG.
#[derive(Debug, Clone)]
pub struct OneKey {
    /// The key.
    pub key: StoredKey,
    /// The buyer's id at the merchant, where the PG asks for one.
    pub customer_id: Option<String>,
    /// What only some PGs tell of the card.
    pub card: CardDetails,
}

/// What only some PGs tell of a card. `[oa def CustomerAnnotation]`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CardDetails {
    /// Who issued it.
    pub issuer_code: Option<String>,
    /// Its name.
    pub issuer_name: Option<String>,
    /// Whose card it is.
    pub publisher_code: Option<String>,
    /// Its name.
    pub publisher_name: Option<String>,
}

/// A card stored with the channels of a smart-routing group.
#[derive(Debug, Clone)]
pub struct SuperKey {
    /// The key: the first channel's card.
    pub key: StoredKey,
    /// The group.
    pub group_id: String,
    /// The buyer's id at the merchant.
    pub customer_id: Option<String>,
    /// Where it was stored.
    pub succeeded: Vec<SucceededChannel>,
    /// Where it was not.
    pub failed: Vec<FailedChannel>,
}

/// A channel that stored the card.
#[derive(Debug, Clone)]
pub struct SucceededChannel {
    /// The PG module.
    pub pg_provider: Option<String>,
    /// The MID.
    pub pg_id: Option<String>,
    /// The card company.
    pub card_name: Option<String>,
    /// Its code.
    pub card_code: Option<String>,
    /// The masked number.
    pub card_number: Option<String>,
    /// 0 credit, 1 check (debit).
    pub card_type: Option<u8>,
    /// What only some PGs tell.
    pub card: CardDetails,
    /// When it was stored.
    pub inserted: Option<UnixSeconds>,
    /// When it was changed.
    pub updated: Option<UnixSeconds>,
}

/// A channel that did not store the card.
#[derive(Debug, Clone)]
pub struct FailedChannel {
    /// `INVALID_REQUEST`, `PG_PROVIDER` or `DB_FAILED`.
    pub kind: Option<String>,
    /// Why.
    pub message: Option<String>,
    /// The PG module.
    pub pg_provider: Option<String>,
    /// The MID.
    pub pg_id: Option<String>,
}

/// Who asks for a key to be deleted; Naver Pay wants to know. `[oa customers DELETE]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requester {
    /// The buyer.
    Customer,
    /// The merchant: the default.
    Admin,
}

impl Requester {
    /// The wire's word.
    pub fn as_word(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Admin => "admin",
        }
    }
}

wire!(KeyWire {
    customer_uid, pg_provider, pg_id, sandbox, customer_id, card_name, card_code, card_issuer_code, card_issuer_name,
    card_publisher_code, card_publisher_name, card_number, card_type, customer_name, customer_tel, customer_email,
    customer_addr, customer_postcode, inserted, updated, type_ = "type", message, group_id = "channelGroupId",
    succeeded = "succeededChannels", failed = "failedChannels",
});

/// Reads a stored card. The two shapes differ in `channelGroupId`. `[oa]`
pub(crate) fn read(context: &Context<'_>, record: &RawValue) -> Result<KeyRecord, Error> {
    let wire: KeyWire<'_> = context.fields(record)?;
    let customer_id = context.kept(wire.customer_id);
    let mut key = stored(context, record, &wire)?;
    let Some(group_id) = context.word(wire.group_id) else {
        return Ok(KeyRecord::One(Box::new(OneKey { key, customer_id, card: details(context, &wire) })));
    };
    let succeeded = channels(context, wire.succeeded, succeeded)?;
    let failed = channels(context, wire.failed, failed)?;
    if let [only] = succeeded.as_slice() {
        key.pg_provider = only.pg_provider.clone();
        key.pg_id = only.pg_id.clone();
    }
    if let Some(first) = succeeded.first() {
        key.card_name = first.card_name.clone();
        key.card_code = first.card_code.clone();
        key.card_number = first.card_number.clone();
        key.card_type = first.card_type;
        key.inserted = first.inserted;
        key.updated = first.updated;
    }
    Ok(KeyRecord::Super(Box::new(SuperKey { key, group_id, customer_id, succeeded, failed })))
}

fn stored(context: &Context<'_>, record: &RawValue, wire: &KeyWire<'_>) -> Result<StoredKey, Error> {
    Ok(StoredKey {
        id: context.id("customer_uid", wire.customer_uid)?,
        pg_provider: context.word(wire.pg_provider),
        pg_id: context.word(wire.pg_id),
        sandbox: flag(wire.sandbox),
        card_name: context.name(wire.card_name),
        card_code: context.kept(wire.card_code),
        card_number: context.name(wire.card_number),
        card_type: small(wire.card_type),
        inserted: time(wire.inserted),
        updated: time(wire.updated),
        holder: Buyer::from_answer(
            context.name(wire.customer_name),
            context.kept(wire.customer_tel),
            context.kept(wire.customer_email),
            context.kept(wire.customer_addr),
            context.kept(wire.customer_postcode),
        ),
        raw: context.raw(record),
    })
}

fn details(context: &Context<'_>, wire: &KeyWire<'_>) -> CardDetails {
    CardDetails {
        issuer_code: context.kept(wire.card_issuer_code),
        issuer_name: context.name(wire.card_issuer_name),
        publisher_code: context.kept(wire.card_publisher_code),
        publisher_name: context.name(wire.card_publisher_name),
    }
}

fn channels<T>(
    context: &Context<'_>,
    list: Option<&RawValue>,
    read: impl Fn(&Context<'_>, KeyWire<'_>) -> T,
) -> Result<Vec<T>, Error> {
    let Some(list) = list else { return Ok(Vec::new()) };
    context.list(list)?.into_iter().map(|record| Ok(read(context, context.fields(record)?))).collect()
}

fn succeeded(context: &Context<'_>, wire: KeyWire<'_>) -> SucceededChannel {
    SucceededChannel {
        pg_provider: context.word(wire.pg_provider),
        pg_id: context.word(wire.pg_id),
        card_name: context.name(wire.card_name),
        card_code: context.kept(wire.card_code),
        card_number: context.name(wire.card_number),
        card_type: small(wire.card_type),
        card: details(context, &wire),
        inserted: time(wire.inserted),
        updated: time(wire.updated),
    }
}

fn failed(context: &Context<'_>, wire: KeyWire<'_>) -> FailedChannel {
    FailedChannel {
        kind: context.kept(wire.type_),
        message: context.shown(wire.message),
        pg_provider: context.word(wire.pg_provider),
        pg_id: context.word(wire.pg_id),
    }
}
