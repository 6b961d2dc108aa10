//! What became of a change to bookings whose answer was lost, or was a no that an earlier call may have caused.

use kr_billing_core::{
    BillingKeyId, Error, ErrorKind, Operation, OrderId, Reach, Schedule, ScheduleEntry, ScheduleRequest, ScheduleStatus,
    Scheduler, TimeWindow, UnixSeconds,
};

use crate::billing::{Billing, Channel};
use crate::judge::Place;
use crate::ladder::Ladder;

/// What a look-up shows of a change.
pub(crate) enum Seen<T> {
    /// It stands as it was asked for.
    Done(T),
    /// Nothing of it stands. It may still come, unless the call was refused.
    NotYet,
    /// Other bookings stand under its order ids, so it cannot be made.
    Taken(String),
    /// Parts of it stand, or it has run since: this call's, or those of an earlier one. No silence ever clears that.
    Partly,
}

impl Billing {
    /// Looks until it is known what became of a change, for a bounded time. What the provider has answered is looked up `once`: it tells
    /// what an earlier call has done.
    pub(crate) async fn seen<T, F>(&self, error: Error, once: bool, look: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<Seen<T>, Error>>,
    {
        let mut ladder = Ladder::start(self);
        loop {
            // Before the look: only one that began after the settle time proves anything.
            let settled = ladder.settled();
            match look().await {
                Ok(Seen::Done(done)) => return Ok(done),
                Ok(Seen::Taken(text)) if once => {
                    return Err(Error::new(error.operation(), Reach::Refused, ErrorKind::OrderConflict, text).with_source(error));
                }
                Ok(Seen::NotYet) if once => return Err(error),
                Ok(Seen::Partly) if once => break,
                Ok(Seen::NotYet | Seen::Taken(_)) if settled => {
                    let text = "no answer came, and after the settle time it is not done";
                    return Err(Error::new(error.operation(), Reach::Refused, ErrorKind::Timeout, text).with_source(error));
                }
                Ok(_) => self.inner.limits.earned(),
                Err(_) if !self.inner.limits.may_ask_again() => break,
                Err(_) => {}
            }
            if !ladder.next().await {
                break;
            }
        }
        Err(error.with_reach(Reach::Unclear))
    }

    /// The orders of a key that wait, from a span back, since one may be due and not have run yet, to more than a year ahead.
    pub(crate) async fn waiting(&self, scheduler: &dyn Scheduler, key: &BillingKeyId) -> Result<Vec<OrderId>, Error> {
        let mut orders = Vec::new();
        let mut from = UnixSeconds(self.now().0.saturating_sub(TimeWindow::MAX_SECONDS));
        for _ in 0..6 {
            let to = from.plus(TimeWindow::MAX_SECONDS);
            let window = TimeWindow::new(from, to).map_err(|invalid| Error::invalid(Operation::LookUpSchedule, invalid))?;
            let found = self.look(Operation::LookUpSchedule, || scheduler.entries(key, window)).await?;
            orders.extend(found.into_iter().filter(|entry| entry.status == ScheduleStatus::Scheduled).map(|entry| entry.order));
            from = to;
        }
        Ok(orders)
    }
}

/// What stands of the bookings that were asked for.
pub(crate) fn of_bookings(request: &ScheduleRequest, found: Vec<Schedule>, channel: &Channel) -> Seen<Vec<Schedule>> {
    if all_booked(request, &found, channel) {
        return Seen::Done(found);
    }
    let stands = |found: &Schedule| found.status != ScheduleStatus::Revoked;
    if found.iter().any(|found| stands(found) && request.entries().iter().any(|entry| is_for(request, entry, found))) {
        return Seen::Partly;
    }
    found.first().map_or(Seen::NotYet, |other| Seen::Taken(taken(other)))
}

/// Whether every entry stands as it was asked for: waiting, at its time, for its sum, on this channel.
pub(crate) fn all_booked(request: &ScheduleRequest, booked: &[Schedule], channel: &Channel) -> bool {
    let fits = |entry: &ScheduleEntry, found: &Schedule| {
        let here = place(found).elsewhere(channel.gateway.as_ref()).next().is_none();
        is_for(request, entry, found) && found.status == ScheduleStatus::Scheduled && here
    };
    request.entries().iter().all(|entry| booked.iter().any(|found| fits(entry, found)))
}

/// Whether a booking is one of this request's entries: its order, its time, its sum, its key.
fn is_for(request: &ScheduleRequest, entry: &ScheduleEntry, found: &Schedule) -> bool {
    let key = found.key.as_deref().is_none_or(|key| key == request.key.id.as_str());
    found.order == entry.order && found.at == Some(entry.at) && found.amount.is(entry.amount) && key
}

fn taken(other: &Schedule) -> String {
    let at = other.at.map_or_else(|| "an unknown time".to_owned(), |at| format!("{} (UNIX seconds)", at.0));
    let next = match other.status {
        ScheduleStatus::Scheduled => "change its time, or take another order id",
        ScheduleStatus::Revoked => "reschedule it, or take another order id",
        _ => "take another order id",
    };
    format!("the order {} has a booking already, for {at} and {}; {next}", other.order, other.amount)
}

/// Where the provider says that a booking is.
pub(crate) fn place(schedule: &Schedule) -> Place<'_> {
    Place { pg: schedule.pg_provider.as_deref(), mid: schedule.pg_id.as_deref(), test: None }
}

/// Whether a booking has got its new time.
pub(crate) fn of_move(found: Option<Schedule>, at: UnixSeconds) -> Seen<Schedule> {
    match found {
        Some(found) if found.at != Some(at) => Seen::NotYet,
        Some(found) if found.status == ScheduleStatus::Scheduled => Seen::Done(found),
        Some(_) => Seen::Partly,
        None => Seen::NotYet,
    }
}

/// Whether all of the named bookings are taken back.
pub(crate) fn of_cancel(orders: &[OrderId], mut found: Vec<Schedule>) -> Seen<Vec<Schedule>> {
    found.retain(|entry| entry.status == ScheduleStatus::Revoked);
    let gone = |order: &OrderId| found.iter().any(|entry| entry.order == *order);
    match found.is_empty() {
        _ if orders.iter().all(gone) => Seen::Done(found),
        true => Seen::NotYet,
        false => Seen::Partly,
    }
}
