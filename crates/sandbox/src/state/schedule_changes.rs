//! Running, moving and cancelling booked charges (fact sheet, section 7.4).

use super::World;
use super::charge::{Attempt, rule_of};
use super::model::{ChannelRef, Schedule, ScheduleStatus, Status, Usage};
use super::views;
use crate::answer::{Outcome, Refusal, Reply};
use crate::messages;
use crate::params::Params;

impl World {
    /// Runs a schedule whose time has come.
    pub(crate) fn run_schedule(&mut self, order: &str) {
        let Some(mut schedule) = self.books.schedules.get(order).cloned() else { return };
        self.execute_schedule(&mut schedule);
        self.books.put_schedule(schedule);
    }

    /// Charges by the key that the customer has now; a decline and a key that is gone leave a failed record.
    fn execute_schedule(&mut self, schedule: &mut Schedule) {
        schedule.status = ScheduleStatus::Executed;
        schedule.executed_at = self.now();
        schedule.fail_reason = None;
        let Some(key) = self.books.keys.get(&schedule.customer_uid) else {
            schedule.imp_uid = self.record_without_key(schedule);
            schedule.fail_reason = Some(messages::UNKNOWN_BUYER.to_owned());
            return;
        };
        schedule.channel = Some(key.channel.clone());
        let attempt = || Attempt {
            order: schedule.order.clone(),
            channel: key.channel.clone(),
            card: key.card.clone(),
            customer_uid: Some(schedule.customer_uid.clone()),
            usage: Some(Usage::Scheduled),
        };
        let (now, spare) = (attempt(), attempt());
        match self.charge(now) {
            Ok(imp_uid) => schedule.imp_uid = Some(imp_uid),
            Err(refusal) if refusal.message == messages::ORDER_TAKEN => schedule.fail_reason = Some(refusal.message),
            Err(refusal) => {
                let left = self.failed_record_of(&schedule.order.merchant_uid, schedule.executed_at);
                schedule.imp_uid = Some(left.unwrap_or_else(|| self.record(spare, Err(refusal.message))));
            }
        }
    }

    /// The failed record of a schedule whose key is gone, on the channel where it was.
    fn record_without_key(&mut self, schedule: &Schedule) -> Option<String> {
        let channel = schedule.channel.clone().or_else(|| self.channels.for_rest(None, None).map(ChannelRef::from))?;
        let mut payment = self.blank("imps", "api", schedule.order.clone(), channel);
        payment.customer_uid = Some(schedule.customer_uid.clone());
        payment.usage = Some(Usage::Scheduled);
        Some(self.add_failed(payment, messages::UNKNOWN_BUYER.to_owned()))
    }

    /// The failed record that a refusal has left behind just now.
    fn failed_record_of(&self, order: &str, since: i64) -> Option<String> {
        let last = self.books.of_order(order).last().copied()?;
        let fresh = last.started_at >= since && last.usage == Some(Usage::Scheduled);
        (fresh && last.status == Status::Failed).then(|| last.imp_uid.clone())
    }

    pub(crate) fn move_schedule(&mut self, order: &str, params: &Params) -> Outcome {
        let mut schedule = self.known_schedule(order)?;
        let schedule_at = self.new_time(params)?;
        if schedule.status != ScheduleStatus::Scheduled {
            return Err(Refusal::bad_request(messages::SCHEDULE_NOT_OPEN));
        }
        schedule.schedule_at = schedule_at;
        self.store(schedule)
    }

    /// Rebooks a failed or revoked schedule under its own number [oa reschedule].
    pub(crate) fn reschedule(&mut self, order: &str, params: &Params) -> Outcome {
        let mut schedule = self.known_schedule(order)?;
        let schedule_at = self.new_time(params)?;
        self.must_be_failed_or_revoked(&schedule)?;
        schedule.schedule_at = schedule_at;
        schedule.status = ScheduleStatus::Scheduled;
        schedule.executed_at = 0;
        schedule.revoked_at = 0;
        schedule.imp_uid = None;
        schedule.fail_reason = None;
        self.store(schedule)
    }

    /// Charges a failed or revoked schedule now [oa retry].
    pub(crate) fn retry_schedule(&mut self, order: &str) -> Outcome {
        let mut schedule = self.known_schedule(order)?;
        self.must_be_failed_or_revoked(&schedule)?;
        let Some(key) = self.books.keys.get(&schedule.customer_uid) else {
            return Err(Refusal::not_found(messages::UNKNOWN_BUYER));
        };
        // retry does not list tosspay_v2 [oa]; 500 is its documented answer for an unsupported PG.
        if rule_of(&key.channel).provider == "tosspay_v2" {
            return Err(Refusal { status: 500, code: -1, message: "지원하지 않는 PG사입니다.".to_owned() });
        }
        if self.taken(order) {
            return Err(Refusal::business(1, messages::ORDER_TAKEN));
        }
        self.execute_schedule(&mut schedule);
        let reply = schedule.imp_uid.as_deref().and_then(|id| self.books.payment(id)).map(views::payment);
        let reason = schedule.fail_reason.clone();
        self.books.put_schedule(schedule);
        match reply {
            Some(payment) => Ok(Reply::new(payment)),
            None => Err(Refusal::business(1, reason.unwrap_or_default())),
        }
    }

    /// No merchant_uid means all of the customer; no customer_uid means those numbers [oa].
    pub(crate) fn unschedule(&mut self, params: &Params) -> Outcome {
        let customer = params.text("customer_uid")?;
        let orders = params.list("merchant_uid")?;
        if customer.is_none() && orders.is_empty() {
            return Err(Refusal::missing("customer_uid"));
        }
        let meant = |schedule: &&Schedule| {
            schedule.status == ScheduleStatus::Scheduled
                && customer.as_ref().is_none_or(|uid| schedule.customer_uid == *uid)
                && (orders.is_empty() || orders.contains(&schedule.order.merchant_uid))
        };
        let mut revoked: Vec<Schedule> = self.books.schedules.values().filter(meant).cloned().collect();
        // As asked for.
        revoked.sort_by_key(|schedule| orders.iter().position(|order| *order == schedule.order.merchant_uid));
        if revoked.is_empty() {
            return Err(Refusal::business(1, messages::NOTHING_SCHEDULED));
        }
        let now = self.now();
        let mut views = Vec::new();
        for mut schedule in revoked {
            schedule.status = ScheduleStatus::Revoked;
            schedule.revoked_at = now;
            views.push(self.schedule_view(&schedule));
            self.books.put_schedule(schedule);
        }
        Ok(Reply::new(views))
    }

    fn known_schedule(&self, order: &str) -> Result<Schedule, Refusal> {
        self.books.schedules.get(order).cloned().ok_or_else(|| Refusal::not_found(messages::NO_SCHEDULE))
    }

    fn new_time(&self, params: &Params) -> Result<i64, Refusal> {
        let bad = |_| Refusal::bad_request("파라미터 형식이 올바르지 않습니다(schedule_at).");
        let at = params.integer("schedule_at").map_err(bad)?;
        let at = at.ok_or_else(|| Refusal::bad_request("필수 파라미터가 누락되었습니다(schedule_at)."))?;
        if at <= self.now() {
            return Err(Refusal::bad_request(messages::SCHEDULE_IN_THE_PAST));
        }
        Ok(at)
    }

    fn must_be_failed_or_revoked(&self, schedule: &Schedule) -> Result<(), Refusal> {
        let payment = schedule.imp_uid.as_deref().and_then(|id| self.books.payment(id));
        let failed = schedule.status == ScheduleStatus::Executed
            && payment.map_or(schedule.fail_reason.is_some(), |payment| payment.status == Status::Failed);
        if failed || schedule.status == ScheduleStatus::Revoked {
            return Ok(());
        }
        Err(Refusal::bad_request(messages::SCHEDULE_NOT_FAILED))
    }

    fn store(&mut self, schedule: Schedule) -> Outcome {
        let reply = Reply::new(self.schedule_view(&schedule));
        self.books.put_schedule(schedule);
        Ok(reply)
    }
}
