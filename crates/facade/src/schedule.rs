//! Charges that PortOne makes later. Booking is safe to repeat: an order id is booked once, and a doubt is looked up.

use kr_billing_core::outcome::Attempt;
use kr_billing_core::schedule::check_time;
use kr_billing_core::{
    BillingKey, BillingKeyId, Charge, Error, ErrorKind, Krw, Operation, OrderId, PaymentId, Reach, Schedule, ScheduleRequest,
    ScheduleStatus, Scheduler, Ticket, TimeWindow, UnixSeconds,
};
use tokio::sync::SemaphorePermit;
use tracing::instrument;

use crate::billing::{Billing, Channel};
use crate::booked::{self, Seen, all_booked, place};
use crate::charge::Refused;
use crate::earlier::earlier_answer;
use crate::journal::{Before, Subject};
use crate::outcome::NotCharged;

impl Billing {
    fn scheduler<'a>(&'a self, key: &BillingKey, operation: Operation) -> Result<(&'a Channel, &'a dyn Scheduler), Error> {
        let channel = self.channel(&key.channel, operation)?;
        let none = || Error::unsupported(operation, "this channel's provider books no charges");
        Ok((channel, channel.gateway.scheduler().ok_or_else(none)?))
    }

    /// Books charges of one key.
    ///
    /// After an unclear answer, or a refusal, the bookings are looked up, for a bounded time: if all of them stand as asked for, they
    /// are booked.
    ///
    /// # Errors
    /// Reach `Unclear`: some may be booked; call again with the same entries. Else nothing was booked by this call: an order is paid or
    /// may be, or has another booking (`OrderConflict`), or a time has passed meanwhile (`InvalidInput`).
    #[instrument(name = "schedule", skip_all, fields(key = %request.key.id))]
    pub async fn schedule(&self, request: &ScheduleRequest) -> Result<Vec<Schedule>, Error> {
        let (channel, scheduler) = self.scheduler(&request.key, Operation::Schedule)?;
        self.all_free_to_book(request).await?;
        let _place = self.admitted(channel, Operation::Schedule).await?;
        // One of them may have been charged while this waited.
        self.all_free_to_book(request).await?;
        let orders: Vec<OrderId> = request.entries().iter().map(|entry| entry.order.clone()).collect();
        let look = async || Ok(booked::of_bookings(request, self.entries_of(scheduler, &orders).await?, channel));
        // A time that has passed meanwhile is not booked; an earlier call of the same may have booked it when there was time.
        if let Some(late) = request.entries().iter().find_map(|entry| check_time(entry.at, self.now()).err()) {
            return self.seen(Error::invalid(Operation::Schedule, late), true, look).await;
        }
        let error = match self.send(Operation::Schedule, || true, || scheduler.schedule(request)).await {
            Ok(booked) if all_booked(request, &booked, channel) => return Ok(booked),
            Ok(_) => Self::unclear(Operation::Schedule, "the answer does not show the bookings that were asked for"),
            Err(error) if error.reach() == Reach::NotSent => return Err(error),
            Err(error) => error,
        };
        let once = error.reach() == Reach::Refused;
        self.seen(error, once, look).await
    }

    /// The bookings that stand under these order ids.
    async fn entries_of(&self, scheduler: &dyn Scheduler, orders: &[OrderId]) -> Result<Vec<Schedule>, Error> {
        let mut found = Vec::new();
        for order in orders {
            found.extend(self.look(Operation::LookUpSchedule, || scheduler.entry(order)).await?);
        }
        Ok(found)
    }

    async fn all_free_to_book(&self, request: &ScheduleRequest) -> Result<(), Error> {
        for entry in request.entries() {
            self.free_to_book(Operation::Schedule, &entry.order).await?;
        }
        Ok(())
    }

    /// An order that is paid, or may be, is not booked: it would be charged when its time comes.
    async fn free_to_book(&self, operation: Operation, order: &OrderId) -> Result<(), Error> {
        for subject in [Subject::charge(order), Subject::retry(order)] {
            if self.taken(&subject).await?.is_some() {
                let text =
                    format!("the order {order} was charged, or may have been; settle that first, or take another order id");
                return Err(Error::not_sent(operation, ErrorKind::OrderConflict, text));
            }
        }
        Ok(())
    }

    /// Looks one booking up by its order. `None` when there is none.
    ///
    /// # Errors
    /// The look-up failed.
    pub async fn scheduled(&self, key: &BillingKey, order: &OrderId) -> Result<Option<Schedule>, Error> {
        let (_, scheduler) = self.scheduler(key, Operation::LookUpSchedule)?;
        self.look(Operation::LookUpSchedule, || scheduler.entry(order)).await
    }

    /// All bookings of a key within a span, newest first.
    ///
    /// # Errors
    /// The look-up failed.
    pub async fn schedules(&self, key: &BillingKey, window: TimeWindow) -> Result<Vec<Schedule>, Error> {
        let (_, scheduler) = self.scheduler(key, Operation::LookUpSchedule)?;
        self.look(Operation::LookUpSchedule, || scheduler.entries(&key.id, window)).await
    }

    /// Changes the time of a waiting booking.
    ///
    /// # Errors
    /// Reach `Unclear`: it may have been moved; calling again is safe. `Mismatch`: the booking is another key's. `OrderConflict`: it does
    /// not wait any more. `[oa schedule]`
    #[instrument(name = "change_time", skip_all, fields(order = %order))]
    pub async fn change_schedule_time(&self, key: &BillingKey, order: &OrderId, at: UnixSeconds) -> Result<Schedule, Error> {
        check_time(at, self.now()).map_err(|invalid| Error::invalid(Operation::MoveSchedule, invalid))?;
        let (_, scheduler) = self.scheduler(key, Operation::MoveSchedule)?;
        let waits_no_more = match self.own_entry(scheduler, key, order).await?.map(|entry| entry.status) {
            Some(ScheduleStatus::Revoked) => Some(format!("the schedule {order} was taken back; reschedule it")),
            Some(ScheduleStatus::Executed) => Some(format!("the schedule {order} has run; look its payment up")),
            _ => None,
        };
        if let Some(text) = waits_no_more {
            return Err(Error::not_sent(Operation::MoveSchedule, ErrorKind::OrderConflict, text));
        }
        let sent = self.send(Operation::MoveSchedule, || true, || scheduler.change_time(order, at)).await;
        self.moved(scheduler, order, at, sent).await
    }

    /// Books a failed or revoked booking again, under its order id: the only sanctioned way. `[oa]`
    ///
    /// # Errors
    /// Reach `Unclear`: it may be booked; look it up or call again. `Mismatch`: the booking is another key's. `OrderConflict`: the
    /// order is paid, or may be.
    #[instrument(name = "reschedule", skip_all, fields(order = %order))]
    pub async fn reschedule(&self, key: &BillingKey, order: &OrderId, at: UnixSeconds) -> Result<Schedule, Error> {
        check_time(at, self.now()).map_err(|invalid| Error::invalid(Operation::MoveSchedule, invalid))?;
        let (_, scheduler) = self.scheduler(key, Operation::MoveSchedule)?;
        self.free_to_book(Operation::MoveSchedule, order).await?;
        self.own_entry(scheduler, key, order).await?;
        let sent = self.send(Operation::MoveSchedule, || true, || scheduler.reschedule(order, at)).await;
        self.moved(scheduler, order, at, sent).await
    }

    /// V1 moves a booking by its order alone: another key's is not moved for this one. `[oa schedule]` `[oa reschedule]`
    async fn own_entry(&self, scheduler: &dyn Scheduler, key: &BillingKey, order: &OrderId) -> Result<Option<Schedule>, Error> {
        let entry = self.look(Operation::LookUpSchedule, || scheduler.entry(order)).await;
        let entry = entry.map_err(|error| error.with_reach(Reach::NotSent))?;
        entry.map(|entry| is_own(&entry, Operation::MoveSchedule, &key.id).map(|()| entry)).transpose()
    }

    /// After an unclear move, or a refused one: it is done if the booking waits at the new time.
    async fn moved(
        &self,
        scheduler: &dyn Scheduler,
        order: &OrderId,
        at: UnixSeconds,
        sent: Result<Schedule, Error>,
    ) -> Result<Schedule, Error> {
        let error = match sent {
            Ok(moved) if moved.order == *order && moved.at == Some(at) && moved.status == ScheduleStatus::Scheduled => {
                return Ok(moved);
            }
            Ok(_) => Self::unclear(Operation::MoveSchedule, "the answer does not show the new time"),
            Err(error) if error.reach() == Reach::NotSent => return Err(error),
            Err(error) => error,
        };
        // A refusal, too: an earlier call, whose answer was lost, may have moved it, and it may have run since.
        let once = error.reach() == Reach::Refused;
        let look = async || {
            let found = self.look(Operation::LookUpSchedule, || scheduler.entry(order)).await?;
            Ok(booked::of_move(found, at))
        };
        self.seen(error, once, look).await
    }

    /// Takes the named bookings of a key back.
    ///
    /// # Errors
    /// Reach `Unclear`: they may be gone; calling again is safe. An empty list is refused, since V1 would take all of them.
    #[instrument(name = "cancel_schedules", skip_all, fields(key = %key.id))]
    pub async fn cancel_schedules(&self, key: &BillingKey, orders: &[OrderId]) -> Result<Vec<Schedule>, Error> {
        if orders.is_empty() {
            let text = "no order is named; to take all bookings of a key back, ask for that by its own name";
            return Err(Error::not_sent(Operation::CancelSchedule, ErrorKind::InvalidInput, text));
        }
        let (_, scheduler) = self.scheduler(key, Operation::CancelSchedule)?;
        let sent = self.send(Operation::CancelSchedule, || true, || scheduler.cancel(&key.id, orders)).await;
        self.taken_back(scheduler, orders, sent).await
    }

    /// V1 answers with those it took back; one that was running already is simply not among them. `[oa unschedule]`
    async fn taken_back(
        &self,
        scheduler: &dyn Scheduler,
        orders: &[OrderId],
        sent: Result<Vec<Schedule>, Error>,
    ) -> Result<Vec<Schedule>, Error> {
        let (error, once) = match sent.map(|revoked| booked::of_cancel(orders, revoked)) {
            Ok(Seen::Done(revoked)) => return Ok(revoked),
            Ok(_) => {
                let text = "not all of the bookings were taken back; look them up";
                (Self::unclear(Operation::CancelSchedule, text), true)
            }
            Err(error) if error.reach() == Reach::NotSent => return Err(error),
            Err(error) => {
                let refused = error.reach() == Reach::Refused;
                (error, refused)
            }
        };
        let look = async || Ok(booked::of_cancel(orders, self.entries_of(scheduler, orders).await?));
        self.seen(error, once, look).await
    }

    /// Takes all bookings of a key back.
    ///
    /// Those that wait, as far as a year ahead, are read first: the answer must show each of them, or it is looked up.
    ///
    /// # Errors
    /// Reach `Unclear`: some may be gone, and some may wait or have run; calling again is safe.
    #[instrument(name = "cancel_all_schedules", skip_all, fields(key = %key.id))]
    pub async fn cancel_all_schedules(&self, key: &BillingKey) -> Result<Vec<Schedule>, Error> {
        let (_, scheduler) = self.scheduler(key, Operation::CancelSchedule)?;
        let orders = self.waiting(scheduler, &key.id).await.map_err(|error| error.with_reach(Reach::NotSent))?;
        let sent = self.send(Operation::CancelSchedule, || true, || scheduler.cancel_all(&key.id)).await;
        if orders.is_empty() { sent } else { self.taken_back(scheduler, &orders, sent).await }
    }

    /// Charges a failed or revoked booking now, under its order id. It moves money: its outcomes are those of a charge.
    ///
    /// # Errors
    /// [`NotCharged`]: nothing was charged, and no paid or open payment is known under the order id.
    #[instrument(name = "retry_schedule", skip_all, fields(order = %order))]
    pub async fn retry_schedule(&self, key: &BillingKey, order: &OrderId) -> Result<Charge, NotCharged> {
        let (error, earlier) = match self.try_retry(key, order).await {
            Ok(charge) => return Ok(charge),
            Err(refused) => refused,
        };
        // The same retry, or a charge of the order, open or paid, is no plain error.
        if let Ok(Some(known)) = self.known_retry(key, order).await {
            return Ok(known);
        }
        match self.taken(&Subject::charge(order)).await {
            Ok(Some(entry)) => {
                // What it is about, its own ticket says.
                let attempt = entry.intent.ticket.attempt.clone();
                let doubt = earlier_answer(Before::Conflict(Box::new(entry)), None, attempt);
                doubt.map_err(|_| NotCharged::new(error, None).with_earlier(earlier))
            }
            _ => Err(NotCharged::new(error, None).with_earlier(earlier)),
        }
    }

    /// The answer the journal has for a retry, before anything is asked of the provider.
    async fn known_retry(&self, key: &BillingKey, order: &OrderId) -> Result<Option<Charge>, Refused> {
        let Some(entry) = self.taken(&Subject::retry(order)).await.map_err(|error| (error, None))? else { return Ok(None) };
        let Ticket { attempt, channel, account, .. } = entry.intent.ticket.clone();
        let ours = matches!(&attempt, Attempt::Retry { key: theirs, .. } if *theirs == key.id);
        let same = ours && channel == key.channel && account == self.inner.account;
        let before = if same { Before::Replay(Box::new(entry)) } else { Before::Conflict(Box::new(entry)) };
        earlier_answer(before, Some(&key.channel), attempt).map(Some)
    }

    async fn try_retry(&self, key: &BillingKey, order: &OrderId) -> Result<Charge, Refused> {
        let plain = |error| (error, None);
        if let Some(known) = self.known_retry(key, order).await? {
            return Ok(known);
        }
        let (channel, scheduler) = self.scheduler(key, Operation::RetrySchedule).map_err(plain)?;
        let subject = Subject::retry(order);
        let (_place, amount, standing) = self.prepared_retry(channel, scheduler, key, order).await.map_err(plain)?;
        let attempt = attempt_of(key, order, amount);
        let body = serde_json::json!(["retry", self.inner.account, channel.name, order, amount, key.id]).to_string();
        let known = match standing {
            Ok(known) => known,
            Err(answer) => return Ok(self.listed(channel, subject, body, None, answer).await),
        };
        // The booking's tax parts are not known here.
        let armed = match self.arm(channel, subject, body, attempt.clone(), known, None).await.map_err(plain)? {
            Ok(armed) => armed,
            Err(earlier) => return earlier_answer(earlier, Some(&channel.name), attempt),
        };
        if let Some(doubt) = self.gives_way(&armed.intent, &Subject::charge(order)).await.map_err(plain)? {
            return Ok(doubt);
        }
        let send = || scheduler.retry(order);
        let answer = self.send(Operation::RetrySchedule, || self.in_time(&armed), send).await;
        let ended = self.conclude(channel, &armed.intent, answer).await.map_err(plain)?;
        if matches!(ended, Charge::Declined(_))
            && let Ok(Some(doubt)) =
                self.in_the_way(&Subject::charge(order), Some(&channel.name), &armed.intent.ticket.attempt).await
        {
            return Ok(doubt);
        }
        Ok(ended)
    }

    async fn prepared_retry(
        &self,
        channel: &Channel,
        scheduler: &dyn Scheduler,
        key: &BillingKey,
        order: &OrderId,
    ) -> Result<PreparedRetry<'_>, Error> {
        let place = self.admitted(channel, Operation::RetrySchedule).await?;
        let entry = self.look(Operation::LookUpSchedule, || scheduler.entry(order)).await;
        let entry = entry.map_err(|error| error.with_reach(Reach::NotSent))?;
        let amount = retriable(entry, order, &key.id, channel)?;
        let standing = self.standing(channel, &attempt_of(key, order, amount), order).await?;
        Ok((place, amount, standing))
    }
}

/// What stands before a retry is sent: its place, what it would charge, and what is under its order.
type PreparedRetry<'a> = (SemaphorePermit<'a>, Krw, Result<Vec<PaymentId>, Charge>);

fn attempt_of(key: &BillingKey, order: &OrderId, amount: Krw) -> Attempt {
    Attempt::Retry { order: order.clone(), amount, key: key.id.clone() }
}

fn is_own(entry: &Schedule, operation: Operation, key: &BillingKeyId) -> Result<(), Error> {
    if entry.key.as_deref().is_none_or(|stored| stored == key.as_str()) {
        return Ok(());
    }
    let text = format!("the schedule {} is another key's", entry.order);
    Err(Error::not_sent(operation, ErrorKind::Mismatch, text))
}

/// What a retry would charge: only an attempted or revoked booking of this key, with a whole sum.
fn retriable(entry: Option<Schedule>, order: &OrderId, key: &BillingKeyId, channel: &Channel) -> Result<Krw, Error> {
    let refuse = |kind, text: String| Error::not_sent(Operation::RetrySchedule, kind, text);
    let entry = entry.ok_or_else(|| refuse(ErrorKind::NotFound, format!("there is no schedule {order}")))?;
    is_own(&entry, Operation::RetrySchedule, key)?;
    if place(&entry).elsewhere(channel.gateway.as_ref()).next().is_some() {
        return Err(refuse(ErrorKind::Mismatch, format!("the schedule {order} is on another channel than {}", channel.name)));
    }
    if entry.status == ScheduleStatus::Scheduled {
        return Err(refuse(ErrorKind::InvalidInput, format!("the schedule {order} has not been attempted yet")));
    }
    let amount = entry.amount.won().and_then(|won| Krw::new(won).ok());
    amount.ok_or_else(|| refuse(ErrorKind::BadAnswer, format!("the schedule {order} has no whole sum in won")))
}
