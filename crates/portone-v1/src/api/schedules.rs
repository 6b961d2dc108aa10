//! Reading schedules.

use std::collections::HashSet;

use kr_billing_core::{BillingKeyId, Error, ErrorKind, Operation, OrderId, Reach, ScheduleStatus, TimeWindow};

use super::{MOST_PAGES, bad, next_page, out_of_range};
use crate::client::Client;
use crate::request::schedules;
use crate::types::list::{Page, ScheduleQuery, page};
use crate::types::schedule::{self, ScheduleRecord};

/// How many schedules V1 puts on a page where it takes no limit. `[oa]`
const SHORT_PAGE: usize = 20;

impl Client {
    /// A schedule by its order; `None` when there is none. `[oa]`
    ///
    /// # Errors
    /// The look-up failed, or the answer speaks of another order.
    pub async fn schedule(&self, order: &OrderId) -> Result<Option<ScheduleRecord>, Error> {
        let found = self.send(schedules::one(order)).await?.found(schedule::read)?;
        match found {
            Some(record) if record.schedule.order != *order => {
                let message = "the answer speaks of another merchant_uid than was asked for";
                Err(Error::new(Operation::LookUpSchedule, Reach::Unclear, ErrorKind::Mismatch, message))
            }
            found => Ok(found),
        }
    }

    /// A page of all schedules within a span. `[oa]`
    ///
    /// The list comes as an object with totals or as a bare list; of a bare one, a page shorter than `limit` is the last.
    ///
    /// # Errors
    /// The look-up failed, or page or limit are out of range.
    pub async fn schedules(&self, query: &ScheduleQuery) -> Result<Page<ScheduleRecord>, Error> {
        if query.page == 0 || !(1..=1000).contains(&query.limit) {
            return Err(out_of_range(Operation::LookUpSchedule, "page counts from 1, and limit is 1 to 1,000"));
        }
        let answered = self.send(schedules::all(query)).await?;
        answered.done(|context, answer| page(context, answer, schedule::read))
    }

    /// All schedules of a key within a span, newest first. Empty when the provider does not know the key.
    ///
    /// # Errors
    /// The look-up failed, or one of them cannot be read.
    pub async fn all_key_schedules(
        &self,
        key: &BillingKeyId,
        window: TimeWindow,
        status: Option<&ScheduleStatus>,
    ) -> Result<Vec<ScheduleRecord>, Error> {
        let mut all: Vec<ScheduleRecord> = Vec::new();
        let mut orders = HashSet::new();
        for number in 1..=MOST_PAGES {
            let Some(page) = self.key_schedules(key, window, status, number).await? else { return Ok(all) };
            if !page.unreadable.is_empty() {
                return Err(bad(Operation::LookUpSchedule, "the answer holds a schedule that cannot be read"));
            }
            let counted = page.total.is_some();
            let next = next_page(Operation::LookUpSchedule, &page, number)?;
            let (length, before) = (page.list.len(), all.len());
            for record in page.list {
                if orders.insert(record.schedule.order.clone()) {
                    all.push(record);
                }
            }
            // A bare list does not say whether it goes on: a short page ends it, and so does one that brings nothing new.
            let over = if counted { next.is_none() } else { length < SHORT_PAGE || all.len() == before };
            if over {
                return Ok(all);
            }
        }
        Err(bad(Operation::LookUpSchedule, "the list has more than 50 pages; ask for a shorter span"))
    }
}
