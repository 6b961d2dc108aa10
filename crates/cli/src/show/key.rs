//! Billing keys in tables and JSON.

use kr_billing::{ChannelName, StoredKey};
use serde_json::{Value, json};

use super::{facts, mask, table, time};
use crate::texts::Texts;

/// A billing key for programs, by the wire's names. A channel that cannot be told is left out.
pub(crate) fn json(key: &StoredKey, channel: Option<&ChannelName>, with_holder: bool) -> Value {
    let mut value = json!({
        "customer_uid": key.id,
        "pg_provider": key.pg_provider,
        "pg_id": key.pg_id,
        "sandbox": key.sandbox,
        "card_name": key.card_name,
        "card_code": key.card_code,
        "card_number": key.card_number,
        "card_type": key.card_type,
        "inserted": key.inserted,
        "updated": key.updated,
    });
    if let Some(channel) = channel {
        value["channel"] = json!(channel);
    }
    if with_holder {
        value["holder"] = mask::json(&key.holder);
    }
    value
}

/// One billing key for people.
pub(crate) fn one(key: &StoredKey, channel: Option<&ChannelName>, texts: &Texts) -> String {
    let mut rows = vec![
        (texts.billing_key, Some(key.id.to_string())),
        (texts.channel, channel.map(ToString::to_string)),
        (texts.pg, pg(key)),
        (texts.card, card(key)),
        (texts.card_kind, kind(key, texts)),
        (texts.inserted, key.inserted.map(time::shown)),
        (texts.updated, key.updated.map(time::shown)),
        (texts.test_payment, key.sandbox.filter(|test| *test).map(|_| texts.yes.to_owned())),
    ];
    rows.extend(mask::rows(&key.holder, texts));
    facts(rows)
}

/// Several billing keys for people.
pub(crate) fn many(keys: &[StoredKey], texts: &Texts) -> String {
    if keys.is_empty() {
        return texts.nothing_found.to_owned();
    }
    let row = |key: &StoredKey| {
        let inserted = key.inserted.map(time::shown).unwrap_or_default();
        vec![key.id.to_string(), pg(key).unwrap_or_default(), card(key).unwrap_or_default(), inserted]
    };
    table(&[texts.billing_key, texts.pg, texts.card, texts.inserted], keys.iter().map(row).collect())
}

fn pg(key: &StoredKey) -> Option<String> {
    match (&key.pg_provider, &key.pg_id) {
        (Some(pg), Some(mid)) => Some(format!("{pg} ({mid})")),
        (pg, _) => pg.clone(),
    }
}

/// The card as the provider masks it.
pub(crate) fn card(key: &StoredKey) -> Option<String> {
    match (&key.card_name, &key.card_number) {
        (Some(name), Some(number)) => Some(format!("{name} {number}")),
        (name, number) => name.clone().or_else(|| number.clone()),
    }
}

fn kind(key: &StoredKey, texts: &Texts) -> Option<String> {
    match key.card_type? {
        0 => Some(texts.card_credit.to_owned()),
        1 => Some(texts.card_check.to_owned()),
        other => Some(other.to_string()),
    }
}
