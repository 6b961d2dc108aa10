//! The operations of the V1 billing API and the paths that lead to them.

use std::fmt;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use crate::params::Params;

macro_rules! operations {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// An operation of the API. Faults and the request log name it in snake case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Operation {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)+
        }

        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Operation] = &[$(Operation::$variant,)+];

            /// The name that faults and the request log use.
            pub fn name(self) -> &'static str {
                match self { $(Operation::$variant => $name,)+ }
            }
        }
    };
}

operations! {
    /// `POST /users/getToken`.
    GetToken = "get_token",
    /// `GET /users/pg`.
    UsersPg = "users_pg",
    /// `POST /subscribe/customers/{customer_uid}`.
    CustomerIssue = "customer_issue",
    /// `GET /subscribe/customers/{customer_uid}`.
    CustomerGet = "customer_get",
    /// `GET /subscribe/customers?customer_uid[]=…`.
    CustomerList = "customer_list",
    /// `DELETE /subscribe/customers/{customer_uid}`.
    CustomerDelete = "customer_delete",
    /// `GET /subscribe/customers/{customer_uid}/payments`.
    CustomerPayments = "customer_payments",
    /// `GET /subscribe/customers/{customer_uid}/schedules` and its twin below `/subscribe/payments`.
    CustomerSchedules = "customer_schedules",
    /// `POST /subscribe/payments/onetime`.
    Onetime = "onetime",
    /// `POST /subscribe/payments/foreign`, an old call that is always refused here.
    Foreign = "foreign",
    /// `POST /subscribe/payments/again`.
    Again = "again",
    /// `POST /subscribe/payments/schedule`.
    ScheduleCreate = "schedule_create",
    /// `GET /subscribe/payments/schedule`.
    ScheduleList = "schedule_list",
    /// `GET /subscribe/payments/schedule/{merchant_uid}`.
    ScheduleGet = "schedule_get",
    /// `PUT /subscribe/payments/schedule/{merchant_uid}`.
    ScheduleMove = "schedule_move",
    /// `POST /subscribe/payments/schedule/{merchant_uid}/reschedule`.
    ScheduleAgain = "schedule_reschedule",
    /// `POST /subscribe/payments/schedule/{merchant_uid}/retry`.
    ScheduleRetry = "schedule_retry",
    /// `POST /subscribe/payments/unschedule`.
    Unschedule = "unschedule",
    /// `GET /payments/{imp_uid}`.
    PaymentGet = "payment_get",
    /// `GET /payments?imp_uid[]=…`.
    PaymentList = "payment_list",
    /// `GET /payments/find/{merchant_uid}/{payment_status}`.
    PaymentFind = "payment_find",
    /// `GET /payments/findAll/{merchant_uid}/{payment_status}`.
    PaymentFindAll = "payment_find_all",
    /// `GET /payments/status/{payment_status}`.
    PaymentStatus = "payment_status",
    /// `GET /payments/{imp_uid}/balance`.
    PaymentBalance = "payment_balance",
    /// `POST /payments/cancel`.
    Cancel = "cancel",
    /// `POST /payments/prepare`.
    PrepareCreate = "prepare_create",
    /// `PUT /payments/prepare`.
    PrepareUpdate = "prepare_update",
    /// `GET /payments/prepare/{merchant_uid}`.
    PrepareGet = "prepare_get",
    /// `GET /cards`.
    Cards = "cards",
    /// `GET /cards/{code}`.
    Card = "card",
    /// `GET /banks`.
    Banks = "banks",
    /// `GET /banks/{code}`.
    Bank = "bank",
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One request, parsed and masked: this is all that the books ever see of it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) operation: Operation,
    /// The variable parts of the path, decoded.
    pub(crate) args: Vec<String>,
    pub(crate) params: Params,
}

impl Call {
    /// A variable part of the path, empty when the path had none there.
    pub(crate) fn arg(&self, at: usize) -> &str {
        self.args.get(at).map_or("", String::as_str)
    }
}

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route {
    To(Operation, Vec<String>),
    WrongMethod,
    Nowhere,
}

/// Splits a path before decoding it, so that an encoded slash stays inside its segment; empty
/// segments at the end are dropped, since clients send trailing slashes.
pub(crate) fn route(method: &str, path: &str) -> Route {
    let Some(segments) = segments(path) else { return Route::Nowhere };
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    let mut known = false;
    for candidate in ["GET", "POST", "PUT", "DELETE"] {
        if let Some((operation, args)) = lookup(candidate, &parts) {
            known = true;
            if candidate == method {
                return Route::To(operation, args.iter().map(|part| (*part).to_owned()).collect());
            }
        }
    }
    if known { Route::WrongMethod } else { Route::Nowhere }
}

fn segments(path: &str) -> Option<Vec<String>> {
    let trimmed = path.trim_start_matches('/').trim_end_matches('/');
    trimmed.split('/').map(|part| percent_decode_str(part).decode_utf8().ok().map(|text| text.into_owned())).collect()
}

fn lookup<'a>(method: &str, parts: &[&'a str]) -> Option<(Operation, Vec<&'a str>)> {
    use Operation::*;
    let found = match (method, parts) {
        ("POST", ["users", "getToken"]) => (GetToken, vec![]),
        ("GET", ["users", "pg"]) => (UsersPg, vec![]),
        ("GET", ["cards"]) => (Cards, vec![]),
        ("GET", ["cards", code]) => (Card, vec![*code]),
        ("GET", ["banks"]) => (Banks, vec![]),
        ("GET", ["banks", code]) => (Bank, vec![*code]),
        (_, ["subscribe", "customers", rest @ ..]) => customers(method, rest)?,
        (_, ["subscribe", "payments", rest @ ..]) => charges(method, rest)?,
        (_, ["payments", rest @ ..]) => payments(method, rest)?,
        _ => return None,
    };
    Some(found)
}

fn customers<'a>(method: &str, rest: &[&'a str]) -> Option<(Operation, Vec<&'a str>)> {
    use Operation::*;
    Some(match (method, rest) {
        ("GET", []) => (CustomerList, vec![]),
        ("POST", [uid]) => (CustomerIssue, vec![*uid]),
        ("GET", [uid]) => (CustomerGet, vec![*uid]),
        ("DELETE", [uid]) => (CustomerDelete, vec![*uid]),
        ("GET", [uid, "payments"]) => (CustomerPayments, vec![*uid]),
        ("GET", [uid, "schedules"]) => (CustomerSchedules, vec![*uid]),
        _ => return None,
    })
}

fn charges<'a>(method: &str, rest: &[&'a str]) -> Option<(Operation, Vec<&'a str>)> {
    use Operation::*;
    Some(match (method, rest) {
        ("POST", ["onetime"]) => (Onetime, vec![]),
        ("POST", ["foreign"]) => (Foreign, vec![]),
        ("POST", ["again"]) => (Again, vec![]),
        ("POST", ["unschedule"]) => (Unschedule, vec![]),
        ("POST", ["schedule"]) => (ScheduleCreate, vec![]),
        ("GET", ["schedule"]) => (ScheduleList, vec![]),
        ("GET", ["schedule", "customers", uid]) => (CustomerSchedules, vec![*uid]),
        ("GET", ["schedule", order]) => (ScheduleGet, vec![*order]),
        ("PUT", ["schedule", order]) => (ScheduleMove, vec![*order]),
        ("POST", ["schedule", order, "reschedule"]) => (ScheduleAgain, vec![*order]),
        ("POST", ["schedule", order, "retry"]) => (ScheduleRetry, vec![*order]),
        _ => return None,
    })
}

fn payments<'a>(method: &str, rest: &[&'a str]) -> Option<(Operation, Vec<&'a str>)> {
    use Operation::*;
    Some(match (method, rest) {
        ("GET", []) => (PaymentList, vec![]),
        ("POST", ["cancel"]) => (Cancel, vec![]),
        ("POST", ["prepare"]) => (PrepareCreate, vec![]),
        ("PUT", ["prepare"]) => (PrepareUpdate, vec![]),
        ("GET", ["prepare", order]) => (PrepareGet, vec![*order]),
        ("GET", ["find", order]) => (PaymentFind, vec![*order]),
        ("GET", ["find", order, status]) => (PaymentFind, vec![*order, *status]),
        ("GET", ["findAll", order]) => (PaymentFindAll, vec![*order]),
        ("GET", ["findAll", order, status]) => (PaymentFindAll, vec![*order, *status]),
        ("GET", ["status", status]) => (PaymentStatus, vec![*status]),
        ("GET", [id, "balance"]) => (PaymentBalance, vec![*id]),
        ("GET", [id]) => (PaymentGet, vec![*id]),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_operations() {
        let to = |operation, args: &[&str]| Route::To(operation, args.iter().map(|arg| (*arg).to_owned()).collect());
        let cases = [
            ("GET", "/payments/findAll/order%2F1/", to(Operation::PaymentFindAll, &["order/1"])),
            ("GET", "/payments/find/a/paid", to(Operation::PaymentFind, &["a", "paid"])),
            ("GET", "/payments/find/%EC%A3%BC%EB%AC%B8%201", to(Operation::PaymentFind, &["주문 1"])),
            ("GET", "//payments/imp_1", to(Operation::PaymentGet, &["imp_1"])),
            ("POST", "/subscribe/payments/schedule/", to(Operation::ScheduleCreate, &[])),
            ("GET", "/subscribe/payments/schedule/customers/u", to(Operation::CustomerSchedules, &["u"])),
            ("PUT", "/users/pg", Route::WrongMethod),
            ("POST", "/payments/imp_1/balance", Route::WrongMethod),
            ("GET", "/nothing", Route::Nowhere),
            ("GET", "/payments/%ff", Route::Nowhere),
        ];
        for (method, path, expected) in cases {
            assert_eq!(route(method, path), expected, "{method} {path}");
        }
    }
}
