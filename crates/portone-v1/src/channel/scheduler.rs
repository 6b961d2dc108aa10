//! [`Scheduler`] over this wire.

use async_trait::async_trait;
use kr_billing_core::{
    Answer, BillingKeyId, Error, ErrorKind, Operation, OrderId, Schedule, ScheduleRequest, Scheduler, TimeWindow, UnixSeconds,
};

use super::Channel;
use crate::client::Reply;
use crate::money::unschedule_kind;
use crate::provider::Provider;
use crate::types::schedule::ScheduleRecord;

#[async_trait]
impl<P: Provider> Scheduler for Channel<P> {
    async fn schedule(&self, request: &ScheduleRequest) -> Result<Vec<Schedule>, Error> {
        for entry in request.entries() {
            self.check_entry_here(entry)?;
        }
        self.booked(Operation::Schedule, self.client.raw_money().schedule(request).await?)
    }

    async fn entry(&self, order: &OrderId) -> Result<Option<Schedule>, Error> {
        Ok(self.client.schedule(order).await?.map(|record| self.judged_schedule(record)))
    }

    async fn entries(&self, key: &BillingKeyId, window: TimeWindow) -> Result<Vec<Schedule>, Error> {
        let records = self.client.all_key_schedules(key, window, None).await?;
        Ok(records.into_iter().map(|record| self.judged_schedule(record)).collect())
    }

    async fn change_time(&self, order: &OrderId, at: UnixSeconds) -> Result<Schedule, Error> {
        self.moved(self.client.raw_money().change_time(order, at).await?)
    }

    async fn reschedule(&self, order: &OrderId, at: UnixSeconds) -> Result<Schedule, Error> {
        self.moved(self.client.raw_money().reschedule(order, at).await?)
    }

    async fn retry(&self, order: &OrderId) -> Result<Answer, Error> {
        Ok(self.answer(self.client.raw_money().retry(order).await?))
    }

    async fn cancel(&self, key: &BillingKeyId, orders: &[OrderId]) -> Result<Vec<Schedule>, Error> {
        self.booked(Operation::CancelSchedule, self.client.raw_money().unschedule(key, orders).await?)
    }

    async fn cancel_all(&self, key: &BillingKeyId) -> Result<Vec<Schedule>, Error> {
        self.booked(Operation::CancelSchedule, self.client.raw_money().unschedule_all(key).await?)
    }
}

impl<P: Provider> Channel<P> {
    fn booked(&self, operation: Operation, reply: Reply<Vec<ScheduleRecord>>) -> Result<Vec<Schedule>, Error> {
        match reply {
            Reply::Done(records) => Ok(records.into_iter().map(|record| self.judged_schedule(record)).collect()),
            Reply::Refused(refusal) => {
                let kind = unschedule_kind(&refusal.message);
                Err(refusal.into_error(operation, kind))
            }
        }
    }

    fn moved(&self, reply: Reply<ScheduleRecord>) -> Result<Schedule, Error> {
        match reply {
            Reply::Done(record) => Ok(self.judged_schedule(record)),
            Reply::Refused(refusal) => Err(refusal.into_error(Operation::MoveSchedule, ErrorKind::Rejected)),
        }
    }
}
