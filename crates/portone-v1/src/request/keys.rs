//! Reading and deleting billing keys.

use kr_billing_core::{BillingKeyId, Operation, ScheduleStatus, TimeWindow};

use super::{Call, Method};
use crate::types::key::Requester;

/// `GET /subscribe/customers/{customer_uid}`.
pub(crate) fn one(key: &BillingKeyId) -> Call {
    Call::get(Operation::LookUpKey, "/subscribe/customers/{}", &[key.as_str()]).for_key(key)
}

/// `GET /subscribe/customers?customer_uid[]=…`.
pub(crate) fn many(keys: &[BillingKeyId]) -> Call {
    let call = Call::get(Operation::LookUpKey, "/subscribe/customers", &[]).long();
    keys.iter().fold(call, |call, key| call.query("customer_uid[]", key))
}

/// `DELETE /subscribe/customers/{customer_uid}`: both parameters go in the query. `[oa customers DELETE]`
pub(crate) fn delete(key: &BillingKeyId, reason: Option<&str>, requester: Option<Requester>) -> Call {
    let mut call = Call::new(Operation::DeleteKey, Method::Delete, "/subscribe/customers/{}", &[key.as_str()]).for_key(key);
    if let Some(reason) = reason {
        call = call.query("reason", reason);
    }
    if let Some(requester) = requester {
        call = call.query("extra[requester]", requester.as_word());
    }
    call
}

/// `GET /subscribe/customers/{customer_uid}/payments?page=N`.
pub(crate) fn payments(key: &BillingKeyId, page: u32) -> Call {
    let route = "/subscribe/customers/{}/payments";
    Call::get(Operation::ListPayments, route, &[key.as_str()]).long().query("page", page).for_key(key)
}

/// `GET /subscribe/customers/{customer_uid}/schedules`. Its status has a hyphen. `[oa]`
pub(crate) fn schedules(key: &BillingKeyId, window: TimeWindow, status: Option<&ScheduleStatus>, page: u32) -> Call {
    let call = Call::get(Operation::LookUpSchedule, "/subscribe/customers/{}/schedules", &[key.as_str()])
        .long()
        .query("from", window.from())
        .query("to", window.to())
        .query("page", page)
        .for_key(key);
    match status {
        Some(status) => call.query("schedule-status", status.as_word()),
        None => call,
    }
}
