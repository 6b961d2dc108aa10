//! Billing keys: issue, look up, delete (fact sheet, section 6).

use super::World;
use super::lookups::query_list;
use super::model::{Buyer, ChannelRef, Key, StoredCard};
use super::orders::{KEY_ID_LIMIT, buyer, check_length};
use super::views;
use crate::answer::{Outcome, Refusal, Reply};
use crate::card::{CardField, CardProblem};
use crate::channels::Channel;
use crate::declines::{self, Way};
use crate::messages;
use crate::params::Params;

/// Longest texts, in characters [oa customers POST].
const LIMITS: [(&str, usize); 5] =
    [("customer_name", 20), ("customer_tel", 20), ("customer_email", 200), ("customer_addr", 200), ("customer_postcode", 8)];

impl World {
    pub(crate) fn issue(&mut self, uid: &str, params: &Params) -> Outcome {
        check_length("customer_uid", uid, KEY_ID_LIMIT)?;
        for (field, limit) in LIMITS {
            if let Some(text) = params.text(field)? {
                check_length(field, &text, limit)?;
            }
        }
        let (channel, card) = self.card_to_keep(params)?;
        let rule = crate::rules::rule(&channel.provider);
        let needs = rule.map_or(&[][..], |rule| rule.issue_needs);
        if let Some(field) = needs.iter().find(|field| field.starts_with("customer_") && !params.has(field)) {
            return Err(Refusal::missing(field));
        }
        self.keep_key(uid, channel, card, params.text("customer_id")?, buyer(params, "customer")?);
        self.key(uid)
    }

    /// A card that is to become a key: it may name its channel, and its PG may ask for more [oa customers POST].
    pub(crate) fn card_to_keep(&self, params: &Params) -> Result<(ChannelRef, StoredCard), Refusal> {
        let channel = self.channels.for_rest(params.text("pg")?.as_deref(), params.text("channel_key")?.as_deref());
        let channel = channel.ok_or_else(no_channel)?;
        let needs = channel.rule().issue_needs;
        let asked = [CardField::Birth, CardField::Pwd2digit].into_iter().filter(|field| needs.contains(&field.name()));
        let contract = channel.contract_lacks(true);
        present(channel, params, asked, contract, messages::KEY_REFUSED, self.now())
    }

    /// A card that is charged, and kept where the caller says so. `onetime` takes no `channel_key` [oa onetime].
    pub(crate) fn card_to_charge(&self, params: &Params, keeps: bool) -> Result<(ChannelRef, StoredCard), Refusal> {
        let channel = self.channels.for_rest(params.text("pg")?.as_deref(), None).ok_or_else(no_channel)?;
        present(channel, params, [], channel.contract_lacks(keeps), messages::CARD_REFUSED, self.now())
    }

    /// Stores a key. A used `customer_uid` gets the new card [docs non-auth].
    pub(crate) fn keep_key(
        &mut self,
        uid: &str,
        channel: ChannelRef,
        card: StoredCard,
        customer_id: Option<String>,
        holder: Buyer,
    ) {
        let now = self.now();
        let inserted = self.books.keys.get(uid).map_or(now, |old| old.inserted);
        let key = Key { customer_uid: uid.to_owned(), channel, card, customer_id, holder, inserted, updated: now };
        self.books.keys.insert(uid.to_owned(), key);
    }

    /// Unknown is HTTP 200 with code 1, as three client suites saw it; the OpenAPI says 404 (CONFLICT 21).
    pub(crate) fn key(&self, uid: &str) -> Outcome {
        let key = self.books.keys.get(uid);
        key.map(|key| Reply::new(views::key(key))).ok_or_else(|| unknown(uid))
    }

    pub(crate) fn keys(&self, params: &Params) -> Outcome {
        let uids = query_list(params, "customer_uid")?;
        if uids.is_empty() {
            return Err(Refusal::bad_request("customer_uid[]를 지정해야 합니다."));
        }
        let found: Vec<_> = uids.iter().filter_map(|uid| self.books.keys.get(uid)).map(views::key).collect();
        match found.len() {
            0 => Err(Refusal::not_found(messages::NO_CUSTOMER)),
            some if some < uids.len() => Ok(Reply::partly(found)),
            _ => Ok(Reply::new(found)),
        }
    }

    /// Deletes a key. Its pending schedules stay and fail when they are due: chosen, V1 is silent.
    /// Naver Pay wants a reason and a requester [oa].
    pub(crate) fn delete_key(&mut self, uid: &str, params: &Params) -> Outcome {
        let naver = self.books.keys.get(uid).is_some_and(|key| key.channel.provider == "naverpay");
        if naver && params.text("reason")?.is_none() {
            return Err(Refusal::missing("reason"));
        }
        if naver && params.object_text("extra", "requester").is_none() {
            return Err(Refusal::missing("extra[requester]"));
        }
        let key = self.books.keys.remove(uid);
        if let Some(key) = &key {
            self.books.remember_channel(uid, &key.channel);
        }
        key.map(|key| Reply::new(views::key(&key))).ok_or_else(|| unknown(uid))
    }
}

pub(crate) fn unknown(uid: &str) -> Refusal {
    Refusal::business(1, messages::customer_not_found(uid))
}

fn card_refusal(problem: CardProblem) -> Refusal {
    match problem {
        CardProblem::Missing(field) => Refusal::missing(field),
        CardProblem::Number | CardProblem::Expiry => bad_card(),
        CardProblem::Field(field) => Refusal::business(-1, format!("카드정보 형식이 올바르지 않습니다({}).", field.name())),
    }
}

fn no_channel() -> Refusal {
    Refusal::business(-1, messages::NO_CHANNEL)
}

/// Lets a channel's PG look at the card of a request, unless the contract lacks what is asked for.
fn present(
    channel: &Channel,
    params: &Params,
    asked: impl IntoIterator<Item = CardField>,
    contract: Option<&str>,
    refused: &str,
    now: i64,
) -> Result<(ChannelRef, StoredCard), Refusal> {
    let rule = channel.rule();
    let with = |text: &str| Refusal::business(-1, format!("{refused} {text}"));
    let required: Vec<_> = channel.required.iter().copied().chain(asked).collect();
    let card = params.card.card(&required).map_err(card_refusal)?;
    if let Some(text) = contract {
        return Err(with(text));
    }
    let card = StoredCard::from(&card);
    if card.good_until.is_some_and(|end| end <= now) {
        // A number that no issuer has is good here for the guides' sake, with their expiry: else it is what it is [obs].
        return Err(if card.masked.starts_with(['1', '2']) { bad_card() } else { with(&rule.expired()) });
    }
    let row = card.behaviour.and_then(|behaviour| declines::row_of(behaviour.row));
    if let Some(row) = row.filter(|row| row.card_data) {
        return Err(with(&row.text(rule.family, Way::RefusedMinusOne)));
    }
    Ok((ChannelRef::from(channel), card))
}

fn bad_card() -> Refusal {
    Refusal::business(-1, messages::BAD_CARD)
}
