//! Billing keys. A key is a reference: the PG's own key stays with PortOne, a server never sees it.

use serde::{Deserialize, Serialize};

use crate::ids::{BillingKeyId, ChannelName};
use crate::text::{Buyer, RawText};
use crate::time::UnixSeconds;

/// A stored card that can be charged: which channel it belongs to, and its name. Store both with the member.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BillingKey {
    /// The channel it was issued on. A charge follows it.
    pub channel: ChannelName,
    /// Its name (`customer_uid`).
    pub id: BillingKeyId,
}

impl BillingKey {
    /// A key of a channel.
    pub fn new(channel: ChannelName, id: BillingKeyId) -> Self {
        Self { channel, id }
    }
}

/// What the provider tells about a stored card. `[oa def CustomerAnnotation]`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredKey {
    /// Its name.
    pub id: BillingKeyId,
    /// The PG module it was issued with, as the provider writes it.
    pub pg_provider: Option<String>,
    /// The MID it was issued with.
    pub pg_id: Option<String>,
    /// Whether it belongs to a test channel. Absent before January 2026.
    pub sandbox: Option<bool>,
    /// The card company's name.
    pub card_name: Option<String>,
    /// The card company's code (financial clearing institute).
    pub card_code: Option<String>,
    /// The number as the provider masks it.
    pub card_number: Option<String>,
    /// 0 credit, 1 check (debit), absent when unknown: always so for Inicis. `[oa def Customer]`
    pub card_type: Option<u8>,
    /// When it was first stored.
    pub inserted: Option<UnixSeconds>,
    /// When it was last changed. A later time than `inserted` means that the card was replaced.
    pub updated: Option<UnixSeconds>,
    /// The holder as the merchant told it (`customer_name`, …).
    #[serde(skip)]
    pub holder: Buyer,
    /// The record as it came.
    #[serde(skip)]
    pub raw: RawText,
}
