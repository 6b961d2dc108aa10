//! Schedules: book, read, change, take back.

use kr_billing_core::{BillingKeyId, Operation, OrderId, ScheduleEntry, ScheduleRequest, UnixSeconds};
use serde_json::{Map, Value, json};

use super::{Call, Method, ids, put, put_buyer, put_tax};
use crate::mask::Mask;
use crate::types::list::ScheduleQuery;

/// `POST /subscribe/payments/schedule`. The key decides the channel. `[oa schedule]`
pub(crate) fn create(request: &ScheduleRequest) -> Call {
    let mut body = Map::new();
    let key = &request.key.id;
    body.insert("customer_uid".into(), json!(key.as_str()));
    body.insert("schedules".into(), request.entries().iter().map(entry).collect());
    let mut call = Call::new(Operation::Schedule, Method::Post, "/subscribe/payments/schedule", &[]).long();
    call.mask = request.entries().iter().fold(Mask::default(), |mask, entry| mask.with_buyer(&entry.buyer));
    if let [only] = request.entries() {
        call = call.for_order(&only.order);
    }
    call.body(body).for_key(key)
}

fn entry(entry: &ScheduleEntry) -> Value {
    let mut object = Map::new();
    object.insert("merchant_uid".into(), json!(entry.order.as_str()));
    object.insert("schedule_at".into(), json!(entry.at.0));
    object.insert("currency".into(), json!("KRW"));
    object.insert("amount".into(), json!(entry.amount.won()));
    object.insert("name".into(), json!(entry.name.as_str()));
    put_tax(&mut object, entry.tax);
    put_buyer(&mut object, &entry.buyer);
    put(&mut object, "card_quota", entry.installment.get());
    put(&mut object, "interest_free_by_merchant", entry.interest_free.then_some(true));
    put(&mut object, "use_card_point", entry.use_card_point.then_some(true));
    put(&mut object, "custom_data", entry.custom_data.as_deref());
    put(&mut object, "notice_url", entry.notice_url.as_deref());
    Value::Object(object)
}

/// `GET /subscribe/payments/schedule`. Its status has an underscore. `[oa]`
pub(crate) fn all(query: &ScheduleQuery) -> Call {
    let mut call = Call::get(Operation::LookUpSchedule, "/subscribe/payments/schedule", &[])
        .long()
        .query("schedule_from", query.window.from())
        .query("schedule_to", query.window.to())
        .query("page", query.page)
        .query("limit", query.limit);
    if let Some(status) = &query.status {
        call = call.query("schedule_status", status.as_word());
    }
    if let Some(word) = query.sorting.as_word() {
        call = call.query("sorting", word);
    }
    call
}

/// `GET /subscribe/payments/schedule/{merchant_uid}`.
pub(crate) fn one(order: &OrderId) -> Call {
    Call::get(Operation::LookUpSchedule, "/subscribe/payments/schedule/{}", &[order.as_str()]).for_order(order)
}

/// `PUT /subscribe/payments/schedule/{merchant_uid}`: a waiting one moves.
pub(crate) fn change_time(order: &OrderId, at: UnixSeconds) -> Call {
    timed(Method::Put, "/subscribe/payments/schedule/{}", order, at)
}

/// `POST …/reschedule`: a failed or revoked one is booked again.
pub(crate) fn reschedule(order: &OrderId, at: UnixSeconds) -> Call {
    timed(Method::Post, "/subscribe/payments/schedule/{}/reschedule", order, at)
}

fn timed(method: Method, route: &'static str, order: &OrderId, at: UnixSeconds) -> Call {
    let mut body = Map::new();
    body.insert("schedule_at".into(), json!(at.0));
    Call::new(Operation::MoveSchedule, method, route, &[order.as_str()]).body(body).for_order(order)
}

/// `POST …/retry`: a failed or revoked one is charged now.
pub(crate) fn retry(order: &OrderId) -> Call {
    let route = "/subscribe/payments/schedule/{}/retry";
    Call::new(Operation::RetrySchedule, Method::Post, route, &[order.as_str()]).body(Map::new()).for_order(order)
}

/// `POST /subscribe/payments/unschedule` for the named orders.
pub(crate) fn cancel(key: &BillingKeyId, orders: &[OrderId]) -> Call {
    let mut call = cancel_all(key);
    let names: Vec<&str> = orders.iter().map(OrderId::as_str).collect();
    if let Some(body) = &mut call.body {
        body.insert("merchant_uid".into(), ids(&names));
    }
    call
}

/// `POST /subscribe/payments/unschedule` for all of a key: without `merchant_uid` it takes every one. `[oa]`
pub(crate) fn cancel_all(key: &BillingKeyId) -> Call {
    let mut body = Map::new();
    body.insert("customer_uid".into(), json!(key.as_str()));
    Call::new(Operation::CancelSchedule, Method::Post, "/subscribe/payments/unschedule", &[]).long().body(body).for_key(key)
}
