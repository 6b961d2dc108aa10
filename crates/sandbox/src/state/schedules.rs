//! Booking charges and reading them back (fact sheet, sections 7.3 and 7.4).

use std::collections::BTreeSet;

use serde_json::Value;

use super::World;
use super::cancel::Wish;
use super::charge::{Attempt, check_by_pg, rule_of};
use super::lookups::{Limit, page_of, query_number, query_text};
use super::model::{Buyer, ChannelRef, Order, Schedule, ScheduleStatus, StoredCard, Usage};
use super::orders::{KEY_ID_LIMIT, check_length};
use super::views;
use crate::answer::{Outcome, Refusal, Reply};
use crate::messages;
use crate::params::Params;

/// The longest window of the schedule lists: three months, at their longest 92 days.
const WINDOW: i64 = 92 * 86_400;

impl World {
    /// Books all entries or none (chosen: V1 does not say what becomes of the good ones).
    pub(crate) fn schedule(&mut self, params: &Params) -> Outcome {
        let uid = params.text("customer_uid")?.ok_or_else(|| Refusal::missing("customer_uid"))?;
        check_length("customer_uid", &uid, KEY_ID_LIMIT)?;
        let mut customer_id = params.text("customer_id")?;
        let (fresh, channel, card, holder) = match self.books.keys.get(&uid) {
            Some(key) => {
                customer_id = customer_id.or_else(|| key.customer_id.clone());
                (false, key.channel.clone(), key.card.clone(), key.holder.clone())
            }
            None if !params.card.has_number() => return Err(Refusal::business(1, messages::NO_CUSTOMER)),
            // An existing key is used; otherwise the card in the request makes one [oa schedule].
            None => {
                let (channel, card) = self.card_to_keep(params)?;
                (true, channel, card, Buyer::default())
            }
        };
        let mut booked = self.read_entries(&uid, params, &channel, &holder)?;
        booked.iter_mut().for_each(|schedule| schedule.customer_id.clone_from(&customer_id));
        self.checking_charge(&uid, params, &channel, &card)?;
        if fresh {
            self.keep_key(&uid, channel, card, customer_id, holder);
        }
        let views = booked.iter().map(|schedule| views::schedule(schedule, None)).collect::<Vec<_>>();
        for schedule in booked {
            self.books.put_schedule(schedule);
        }
        Ok(Reply::new(views))
    }

    fn read_entries(&self, uid: &str, params: &Params, channel: &ChannelRef, holder: &Buyer) -> Result<Vec<Schedule>, Refusal> {
        let entries = params.entries("schedules")?;
        if entries.is_empty() {
            return Err(Refusal::missing("schedules"));
        }
        let mut seen = BTreeSet::new();
        entries
            .iter()
            .map(|entry| {
                let schedule = self.read_entry(uid, entry, channel, holder)?;
                if !seen.insert(schedule.order.merchant_uid.clone()) {
                    return Err(Refusal::business(1, messages::ALREADY_SCHEDULED));
                }
                Ok(schedule)
            })
            .collect()
    }

    /// Milliseconds are taken for far-away seconds, as the real service does [PR 169]. A time in
    /// the past is refused (chosen), and so is what the PG would refuse when it is due (chosen: V1 names no such check).
    fn read_entry(&self, uid: &str, entry: &Params, channel: &ChannelRef, holder: &Buyer) -> Result<Schedule, Refusal> {
        let mut order = Order::read(entry)?;
        order.buyer = with_fallback(order.buyer, holder);
        if let Some(field) = order.lacks(rule_of(channel).again_needs) {
            return Err(Refusal::missing(field));
        }
        check_by_pg(&order, channel)?;
        let schedule_at = entry.integer("schedule_at")?.ok_or_else(|| Refusal::missing("schedule_at"))?;
        if schedule_at <= self.now() {
            return Err(Refusal::business(1, messages::SCHEDULE_IN_THE_PAST));
        }
        if self.books.schedules.contains_key(&order.merchant_uid) {
            return Err(Refusal::business(1, messages::ALREADY_SCHEDULED));
        }
        if self.used_up(&order.merchant_uid, &channel.provider) {
            return Err(Refusal::business(1, messages::ORDER_TAKEN));
        }
        Ok(Schedule {
            customer_uid: uid.to_owned(),
            order,
            schedule_at,
            executed_at: 0,
            revoked_at: 0,
            status: ScheduleStatus::Scheduled,
            imp_uid: None,
            fail_reason: None,
            customer_id: None,
            channel: None,
        })
    }

    /// A verification charge, cancelled at once; 0 skips it [oa schedule]. A card that fails it is not kept.
    fn checking_charge(&mut self, uid: &str, params: &Params, channel: &ChannelRef, card: &StoredCard) -> Result<(), Refusal> {
        let amount = params.integer("checking_amount")?.unwrap_or(0);
        if amount == 0 {
            return Ok(());
        }
        let attempt = Attempt {
            channel: channel.clone(),
            card: card.clone(),
            customer_uid: Some(uid.to_owned()),
            usage: Some(Usage::Payment),
            // Letters and digits only: smartro_v2 takes nothing else [oa again].
            order: Order::plain(format!("checking{}", self.books.payments().len() + 1), amount)?,
        };
        let imp_uid = self.charge(attempt)?;
        if let Some(reason) = self.books.payment(&imp_uid).and_then(|payment| payment.fail_reason.clone()) {
            return Err(Refusal::business(1, reason));
        }
        self.refund(&imp_uid, &Wish::default(), false).map(|_| ())
    }

    pub(crate) fn schedule_one(&self, order: &str) -> Outcome {
        let schedule = self.books.schedules.get(order);
        schedule.map(|s| Reply::new(self.schedule_view(s))).ok_or_else(|| Refusal::not_found(messages::NO_SCHEDULE))
    }

    pub(crate) fn schedule_list(&self, params: &Params) -> Outcome {
        let oldest_first = query_text(params, "sorting")?.as_deref() == Some("scheduled");
        let names = ["schedule_from", "schedule_to", "schedule_status"];
        self.list_schedules(params, names, oldest_first, Limit::Asked, |_| true)
    }

    pub(crate) fn key_schedules(&self, uid: &str, params: &Params) -> Outcome {
        self.list_schedules(params, ["from", "to", "schedule-status"], false, Limit::Fixed, |s| s.customer_uid == uid)
    }

    fn list_schedules(
        &self,
        params: &Params,
        [from, to, status]: [&'static str; 3],
        oldest_first: bool,
        limit: Limit,
        fits: impl Fn(&Schedule) -> bool,
    ) -> Outcome {
        let start = query_number(params, from)?.ok_or_else(|| Refusal::bad_request(messages::BAD_RANGE))?;
        let end = query_number(params, to)?.ok_or_else(|| Refusal::bad_request(messages::BAD_RANGE))?;
        if start > end || end.saturating_sub(start) > WINDOW {
            return Err(Refusal::bad_request(messages::BAD_RANGE));
        }
        let wanted = query_text(params, status)?;
        if wanted.as_deref().is_some_and(|word| !matches!(word, "scheduled" | "executed" | "revoked")) {
            return Err(Refusal::bad_request(messages::BAD_STATUS));
        }
        let inside = |s: &&Schedule| {
            (start..end).contains(&s.schedule_at) && wanted.as_deref().is_none_or(|word| s.status.word() == word) && fits(s)
        };
        let mut found: Vec<_> = self.books.schedules.values().filter(inside).collect();
        found.sort_by_key(|schedule| schedule.schedule_at);
        if !oldest_first {
            found.reverse();
        }
        page_of(&found, params, limit, |schedule| self.schedule_view(schedule))
    }

    pub(crate) fn schedule_view(&self, schedule: &Schedule) -> Value {
        let payment = schedule.imp_uid.as_deref().and_then(|id| self.books.payment(id));
        views::schedule(schedule, payment)
    }
}

/// Missing `buyer_…` fall back to the stored `customer_…` [oa schedule].
fn with_fallback(buyer: Buyer, holder: &Buyer) -> Buyer {
    let or = |own: Option<String>, stored: &Option<String>| own.or_else(|| stored.clone());
    Buyer {
        name: or(buyer.name, &holder.name),
        email: or(buyer.email, &holder.email),
        tel: or(buyer.tel, &holder.tel),
        addr: or(buyer.addr, &holder.addr),
        postcode: or(buyer.postcode, &holder.postcode),
    }
}
