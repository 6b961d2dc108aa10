//! Reading billing keys.

use kr_billing_core::{BillingKeyId, Error, Operation, ScheduleStatus, TimeWindow};

use super::out_of_range;
use crate::client::Client;
use crate::request::keys;
use crate::types::key::{self, KeyRecord};
use crate::types::list::{Found, Page, page, whole_list};
use crate::types::payment::{self, PaymentRecord};
use crate::types::schedule::{self, ScheduleRecord};

impl Client {
    /// A stored key; `None` when the provider does not know it (HTTP 404, or HTTP 200 with code 1). `[oa]` `[obs]`
    ///
    /// # Errors
    /// The look-up failed.
    pub async fn key(&self, id: &BillingKeyId) -> Result<Option<KeyRecord>, Error> {
        self.send(keys::one(id)).await?.found_by_code(key::read)
    }

    /// Several stored keys; some may be missing (HTTP 207). `[oa customers GET]`
    ///
    /// # Errors
    /// The look-up failed, or no id is named.
    pub async fn keys(&self, ids: &[BillingKeyId]) -> Result<Found<KeyRecord>, Error> {
        if ids.is_empty() {
            return Err(out_of_range(Operation::LookUpKey, "customer_uid: names none"));
        }
        let answered = self.send(keys::many(ids)).await?;
        let found = answered.found_by_code(|context, answer| whole_list(context, answer, key::read))?.unwrap_or_default();
        let known = |id: &&BillingKeyId| !found.iter().any(|record: &KeyRecord| record.id() == *id);
        let missing = ids.iter().filter(known).map(|id| id.as_str().to_owned()).collect();
        Ok(Found { found, missing })
    }

    /// A page of the payments made with a key, from page 1; `None` when the provider does not know the key, or has no such
    /// page. `[oa]`
    ///
    /// # Errors
    /// The look-up failed.
    pub async fn key_payments(&self, id: &BillingKeyId, number: u32) -> Result<Option<Page<PaymentRecord>>, Error> {
        let answered = self.send(keys::payments(id, number)).await?;
        answered.found_by_code(|context, answer| page(context, answer, payment::read))
    }

    /// A page of a key's schedules, newest first; `None` when the provider does not know the key. `[oa]`
    ///
    /// # Errors
    /// The look-up failed.
    pub async fn key_schedules(
        &self,
        id: &BillingKeyId,
        window: TimeWindow,
        status: Option<&ScheduleStatus>,
        number: u32,
    ) -> Result<Option<Page<ScheduleRecord>>, Error> {
        let answered = self.send(keys::schedules(id, window, status, number)).await?;
        answered.found_by_code(|context, answer| page(context, answer, schedule::read))
    }
}
