//! From an operation to method, path, query and body. No I/O, so that each can be compared with a stored copy.

pub(crate) mod account;
pub(crate) mod charge;
pub(crate) mod keys;
pub(crate) mod payments;
pub(crate) mod schedules;

use kr_billing_core::{BillingKeyId, Buyer, Error, Invalid, Operation, OrderId, PaymentId, TaxSplit};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use crate::mask::Mask;
use crate::window::is_web_url;

/// The HTTP methods of this API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Delete,
}

/// One call, ready to be sent. It may hold a card, so it has no `Debug`.
pub(crate) struct Call {
    pub(crate) operation: Operation,
    pub(crate) method: Method,
    pub(crate) path: String,
    /// The path without identifiers, for error texts.
    pub(crate) route: &'static str,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Option<Map<String, Value>>,
    /// Whether the answer is a list, which may be long.
    pub(crate) list: bool,
    /// What must not be repeated in any kept text.
    pub(crate) mask: Mask,
    pub(crate) order: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) payment: Option<String>,
}

impl Call {
    /// `route` has a `{}` where `segment` goes.
    fn new(operation: Operation, method: Method, route: &'static str, segments: &[&str]) -> Self {
        Self {
            operation,
            method,
            path: fill(route, segments),
            route,
            query: Vec::new(),
            body: None,
            list: false,
            mask: Mask::default(),
            order: None,
            key: None,
            payment: None,
        }
    }

    fn get(operation: Operation, route: &'static str, segments: &[&str]) -> Self {
        Self::new(operation, Method::Get, route, segments)
    }

    fn long(mut self) -> Self {
        self.list = true;
        self
    }

    fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    fn body(mut self, body: Map<String, Value>) -> Self {
        self.body = Some(body);
        self
    }

    fn for_order(mut self, order: &OrderId) -> Self {
        self.order = Some(order.as_str().to_owned());
        self
    }

    fn for_key(mut self, key: &BillingKeyId) -> Self {
        self.key = Some(key.as_str().to_owned());
        self
    }

    fn for_payment(mut self, payment: &PaymentId) -> Self {
        self.payment = Some(payment.as_str().to_owned());
        self
    }
}

/// Everything but letters, digits and `-_.~`: what RFC 3986 never needs encoded.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

fn fill(route: &str, segments: &[&str]) -> String {
    let mut parts = route.split("{}");
    let mut path = parts.next().unwrap_or_default().to_owned();
    for (part, segment) in parts.zip(segments) {
        path.extend(utf8_percent_encode(segment, SEGMENT));
        path.push_str(part);
    }
    path
}

fn put(object: &mut Map<String, Value>, field: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object.insert(field.to_owned(), value.into());
    }
}

/// Sets `buyer_*`.
pub(crate) fn put_buyer(object: &mut Map<String, Value>, buyer: &Buyer) {
    put(object, "buyer_name", buyer.name());
    put(object, "buyer_tel", buyer.tel());
    put(object, "buyer_email", buyer.email());
    put(object, "buyer_addr", buyer.addr());
    put(object, "buyer_postcode", buyer.postcode());
}

/// Null and zero are not the same: what is unsaid is not sent. `[oa]`
fn put_tax(object: &mut Map<String, Value>, tax: TaxSplit) {
    put(object, "tax_free", tax.tax_free);
    put(object, "vat_amount", tax.vat);
}

fn ids(ids: &[impl AsRef<str>]) -> Value {
    json!(ids.iter().map(AsRef::as_ref).collect::<Vec<_>>())
}

/// Refuses what is no `http` or `https` URL.
pub(crate) fn checked_url(operation: Operation, field: &'static str, url: &str) -> Result<(), Error> {
    match is_web_url(url) {
        true => Ok(()),
        false => Err(Error::invalid(operation, Invalid::new(field, "is not an http:// or https:// URL"))),
    }
}

#[cfg(test)]
mod tests;
