//! Reading payments, cancelling them, and prepared amounts.

use kr_billing_core::{Krw, Operation, OrderId, PaymentId, PaymentStatus};
use serde_json::{Map, json};

use super::{Call, Method, put, put_tax};
use crate::types::list::{Sorting, StatusFilter, StatusQuery};
use crate::types::payment::CancelOptions;

/// `GET /payments/{imp_uid}?include_sandbox=true`.
///
/// Always with `include_sandbox`: since January 2026 this one look-up hides test channels' payments otherwise, and a 404 would
/// read as "never made". `[help notice-v1-api-2025-11-25]`
pub(crate) fn one(id: &PaymentId, extension: bool) -> Call {
    let call = Call::get(Operation::LookUpPayment, "/payments/{}", &[id.as_str()]).query("include_sandbox", true);
    let call = if extension { call.query("extension", true) } else { call };
    call.for_payment(id)
}

/// `GET /payments?imp_uid[]=…&merchant_uid[]=…`, at most 100 together. `[oa]`
pub(crate) fn many(ids: &[PaymentId], orders: &[OrderId]) -> Call {
    let call = Call::get(Operation::LookUpPayment, "/payments", &[]).long();
    let call = ids.iter().fold(call, |call, id| call.query("imp_uid[]", id));
    orders.iter().fold(call, |call, order| call.query("merchant_uid[]", order))
}

/// `GET /payments/find/{merchant_uid}/{status?}`: the first after sorting.
pub(crate) fn find(order: &OrderId, status: Option<&PaymentStatus>, sorting: Option<Sorting>) -> Call {
    let call = match status {
        Some(status) => Call::get(Operation::LookUpPayment, "/payments/find/{}/{}", &[order.as_str(), status.as_word()]),
        None => Call::get(Operation::LookUpPayment, "/payments/find/{}", &[order.as_str()]),
    };
    sorted(call, sorting).for_order(order)
}

/// `GET /payments/findAll/{merchant_uid}/{status?}`: every record of the order, page by page.
pub(crate) fn find_all(order: &OrderId, status: Option<&PaymentStatus>, page: u32, limit: u32) -> Call {
    let call = match status {
        Some(status) => Call::get(Operation::LookUpPayment, "/payments/findAll/{}/{}", &[order.as_str(), status.as_word()]),
        None => Call::get(Operation::LookUpPayment, "/payments/findAll/{}", &[order.as_str()]),
    };
    call.long().query("page", page).query("limit", limit).for_order(order)
}

/// `GET /payments/status/{status}`, at most 90 days.
pub(crate) fn by_status(status: StatusFilter, query: &StatusQuery) -> Call {
    let mut call = Call::get(Operation::ListPayments, "/payments/status/{}", &[status.as_word()])
        .long()
        .query("page", query.page)
        .query("limit", query.limit);
    if let Some(from) = query.from {
        call = call.query("from", from);
    }
    if let Some(to) = query.to {
        call = call.query("to", to);
    }
    sorted(call, query.sorting)
}

/// `GET /payments/{imp_uid}/balance`, which serves PAYCO only.
pub(crate) fn balance(id: &PaymentId) -> Call {
    Call::get(Operation::LookUpPayment, "/payments/{}/balance", &[id.as_str()]).for_payment(id)
}

/// `POST /payments/cancel`, always with the amount and the balance it is believed to come from: an amount of zero or none would
/// cancel everything, and the balance is the only guard against a replay. `[oa cancel]`
pub(crate) fn cancel(id: &PaymentId, amount: Krw, balance: Krw, options: &CancelOptions) -> Call {
    let mut body = Map::new();
    body.insert("imp_uid".into(), json!(id.as_str()));
    body.insert("amount".into(), json!(amount.won()));
    body.insert("checksum".into(), json!(balance.won()));
    put_tax(&mut body, options.tax);
    put(&mut body, "reason", options.reason.as_deref());
    put(&mut body, "enable_webhook", options.webhook.then_some(true));
    Call::new(Operation::Refund, Method::Post, "/payments/cancel", &[]).body(body).for_payment(id)
}

/// `POST /payments/prepare`, or `PUT` to change one.
pub(crate) fn prepare(method: Method, order: &OrderId, amount: Krw) -> Call {
    let mut body = Map::new();
    body.insert("merchant_uid".into(), json!(order.as_str()));
    body.insert("amount".into(), json!(amount.won()));
    Call::new(Operation::Prepare, method, "/payments/prepare", &[]).body(body).for_order(order)
}

/// `GET /payments/prepare/{merchant_uid}`.
pub(crate) fn prepared(order: &OrderId) -> Call {
    Call::get(Operation::Prepare, "/payments/prepare/{}", &[order.as_str()]).for_order(order)
}

fn sorted(call: Call, sorting: Option<Sorting>) -> Call {
    match sorting {
        Some(sorting) => call.query("sorting", sorting.as_word()),
        None => call,
    }
}
