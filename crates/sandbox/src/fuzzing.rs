//! The parser of requests behind one entry, for the fuzz target and the test over its corpus.

use crate::form;
use crate::ops::{self, Route};
use crate::params::Params;

/// Reads a request target (a path, with a query or without) and a body as every operation would. It must not panic, and no field
/// of the card stays behind.
///
/// # Panics
/// When card data is left among the fields: what the fuzzer looks for.
pub fn request(target: &str, body: &[u8], content_type: Option<&str>) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    for method in ["GET", "POST", "PUT", "DELETE"] {
        let _known = matches!(ops::route(method, path), Route::To(..));
    }
    let bodies = [form::pairs(query).map(form::Body::Form), form::body(body, content_type)];
    for params in bodies.into_iter().flatten().map(Params::of) {
        every_reader(&params);
        for entry in params.entries("schedules").into_iter().flatten() {
            every_reader(&entry);
        }
    }
}

fn every_reader(params: &Params) {
    for name in params.names() {
        assert!(!matches!(name.as_str(), "card_number" | "expiry" | "birth" | "pwd_2digit" | "cvc"), "{name} was left");
        drop((params.text(&name), params.list(&name), params.flag(&name)));
        drop((params.json_text(&name), params.has(&name)));
    }
    drop((params.integer("amount"), params.integer("schedule_at"), params.object_text("extra", "requester")));
    drop(params.card.card(&[]));
}
