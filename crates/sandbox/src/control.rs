//! `/_sandbox/*`: the control calls as JSON over HTTP. Each is the handle's method of the same name.

use std::sync::Arc;
use std::time::Duration;

use hyper::{Response, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::answer::to_value;
use crate::api::build;
use crate::body::PlannedBody;
use crate::config::{WebhookFormat, at_most_five};
use crate::engine::Engine;
use crate::faults::{self, Fault};
use crate::handle::{ControlError, Handle, Planted};
use crate::state::windows::Buyer;
use crate::webhooks::DeliverySwitches;

/// The control calls, as `GET /_sandbox` lists them.
const CALLS: &[&str] = &[
    "GET, POST /_sandbox/clock",
    "GET, POST, DELETE /_sandbox/faults",
    "DELETE /_sandbox/faults/{id}",
    "GET /_sandbox/ledger",
    "GET /_sandbox/requests",
    "GET, PUT /_sandbox/webhooks",
    "GET, POST /_sandbox/burning",
    "POST /_sandbox/windows",
    "POST /_sandbox/console-cancel",
    "POST /_sandbox/payments",
    "POST /_sandbox/payments/{imp_uid}/settle",
    "PUT /_sandbox/customers/{customer_uid}/card",
    "GET /_sandbox/channels",
    "DELETE /_sandbox/token",
    "POST /_sandbox/reset",
];

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum ClockOrder {
    Set(i64),
    Advance(u64),
    RealTime(bool),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WindowOrder {
    params: Value,
    #[serde(default)]
    buyer: Buyer,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsoleCancel {
    imp_uid: String,
    amount: Option<i64>,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CardOrder {
    card_number: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BurningOrder {
    on: bool,
}

/// What to change of the webhooks; what is left out stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookOrder {
    #[serde(default, deserialize_with = "given")]
    url: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    test_url: Option<Option<String>>,
    format: Option<WebhookFormat>,
    #[serde(default, deserialize_with = "resends")]
    resend: Option<u8>,
    delivery: Option<DeliverySwitches>,
}

/// A field that is there, be it null.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

fn resends<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u8>, D::Error> {
    at_most_five(from).map(Some)
}

enum Trouble {
    NoSuchCall,
    Refused(String),
}

impl From<ControlError> for Trouble {
    fn from(error: ControlError) -> Self {
        Self::Refused(error.to_string())
    }
}

/// Answers a control call: 200 with JSON, 400 with `{"error": …}`, or 404.
pub(crate) async fn answer(engine: &Arc<Engine>, method: &str, path: &str, body: &[u8]) -> Response<PlannedBody> {
    let handle = Handle { engine: Arc::clone(engine) };
    let parts = segments(path);
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (status, value) = match perform(&handle, method, &parts, body).await {
        Ok(value) => (StatusCode::OK, value),
        Err(Trouble::Refused(error)) => (StatusCode::BAD_REQUEST, json!({ "error": error })),
        Err(Trouble::NoSuchCall) => (StatusCode::NOT_FOUND, json!({ "error": "no such control call", "calls": CALLS })),
    };
    build(status, "application/json; charset=UTF-8", PlannedBody::whole(value.to_string()))
}

fn segments(path: &str) -> Vec<String> {
    let rest = path.trim_start_matches("/_sandbox").trim_matches('/');
    let decode = |part: &str| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned();
    rest.split('/').filter(|part| !part.is_empty()).map(decode).collect()
}

async fn perform(handle: &Handle, method: &str, parts: &[&str], body: &[u8]) -> Result<Value, Trouble> {
    match (method, parts) {
        ("GET", []) => Ok(json!({ "version": env!("CARGO_PKG_VERSION"), "calls": CALLS })),
        ("GET", ["clock"]) => Ok(to_value(handle.clock())),
        ("POST", ["clock"]) => clock(handle, clock_order(body)?).await,
        ("GET", ["ledger"]) => Ok(json!({ "entries": handle.ledger() })),
        ("GET", ["requests"]) => Ok(json!({ "entries": handle.requests() })),
        ("GET", ["channels"]) => Ok(to_value(handle.channels())),
        ("GET", ["webhooks"]) => Ok(webhooks(handle)),
        ("PUT", ["webhooks"]) => set_webhooks(handle, read(body)?),
        ("GET", ["burning"]) => Ok(json!({ "on": handle.burning() })),
        ("POST", ["burning"]) => {
            let BurningOrder { on } = read(body)?;
            handle.set_burning(on);
            Ok(json!({ "on": handle.burning() }))
        }
        ("DELETE", ["token"]) => {
            handle.revoke_token();
            Ok(done())
        }
        ("POST", ["reset"]) => {
            handle.reset();
            Ok(done())
        }
        (_, ["faults", ..]) => fault_calls(handle, method, parts, body),
        ("POST", ["windows"]) => {
            let WindowOrder { params, buyer } = read(body)?;
            Ok(to_value(handle.complete_window(&params, &buyer)))
        }
        _ => records(handle, method, parts, body),
    }
}

fn records(handle: &Handle, method: &str, parts: &[&str], body: &[u8]) -> Result<Value, Trouble> {
    match (method, parts) {
        ("POST", ["console-cancel"]) => {
            let ConsoleCancel { imp_uid, amount, reason } = read(body)?;
            handle.console_cancel(&imp_uid, amount, &reason)?;
            Ok(done())
        }
        ("POST", ["payments"]) => {
            let planted: Planted = read(body)?;
            Ok(json!({ "imp_uid": handle.plant(&planted)? }))
        }
        ("POST", ["payments", imp_uid, "settle"]) => {
            handle.settle(imp_uid)?;
            Ok(done())
        }
        ("PUT", ["customers", uid, "card"]) => {
            let CardOrder { card_number } = read(body)?;
            Ok(handle.change_card(uid, &card_number)?)
        }
        _ => Err(Trouble::NoSuchCall),
    }
}

/// Reads what the clock is to do. A body that says nothing of it is told what it could say.
fn clock_order(body: &[u8]) -> Result<ClockOrder, Trouble> {
    const TAKES: &str = "takes one of: {\"set\": UNIX seconds}, {\"advance\": seconds}, {\"real_time\": true or false}";
    read(body).map_err(|trouble| match trouble {
        Trouble::Refused(text) => Trouble::Refused(format!("{text}; {TAKES}")),
        other => other,
    })
}

async fn clock(handle: &Handle, order: ClockOrder) -> Result<Value, Trouble> {
    match order {
        ClockOrder::Set(at) => handle.set_clock(at).await,
        ClockOrder::Advance(seconds) => handle.advance(Duration::from_secs(seconds)).await,
        ClockOrder::RealTime(run) => handle.run_in_real_time(run),
    }
    Ok(to_value(handle.clock()))
}

/// Reads a fault. A number that it cannot have is named with what it can be.
fn fault_order(body: &[u8]) -> Result<Fault, Trouble> {
    let order: Value = read(body)?;
    for (name, range) in &faults::NUMBERS {
        let given = order.get(name).filter(|value| !value.is_null());
        if given.is_some_and(|value| !value.as_u64().is_some_and(|number| range.contains(&number))) {
            return Err(Trouble::Refused(format!("fault refused: {}", faults::out_of_range(name, range))));
        }
    }
    read(body)
}

fn fault_calls(handle: &Handle, method: &str, parts: &[&str], body: &[u8]) -> Result<Value, Trouble> {
    match (method, parts) {
        ("GET", [_]) => Ok(json!({ "faults": handle.faults() })),
        ("POST", [_]) => {
            let fault = fault_order(body)?;
            let id = handle.add_fault(fault).map_err(|error| Trouble::Refused(error.to_string()))?;
            Ok(json!({ "id": id }))
        }
        ("DELETE", [_]) => {
            handle.clear_faults();
            Ok(done())
        }
        ("DELETE", [_, id]) => match id.parse().is_ok_and(|id| handle.remove_fault(id)) {
            true => Ok(done()),
            false => Err(Trouble::Refused("no fault of this number".to_owned())),
        },
        _ => Err(Trouble::NoSuchCall),
    }
}

fn webhooks(handle: &Handle) -> Value {
    json!({
        "settings": handle.webhook_settings(),
        "delivery": handle.delivery(),
        "entries": handle.webhooks(),
    })
}

fn set_webhooks(handle: &Handle, order: WebhookOrder) -> Result<Value, Trouble> {
    let mut settings = handle.webhook_settings();
    if let Some(url) = order.url {
        settings.url = url;
    }
    if let Some(url) = order.test_url {
        settings.test_url = url;
    }
    settings.format = order.format.unwrap_or(settings.format);
    settings.resend = order.resend.unwrap_or(settings.resend);
    handle.set_webhooks(settings);
    if let Some(delivery) = order.delivery {
        handle.set_delivery(delivery);
    }
    Ok(webhooks(handle))
}

/// Reads a control call's body. The error names the field, never its value.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Trouble> {
    serde_json::from_slice(body).map_err(|error| Trouble::Refused(describe(&error)))
}

fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let shape = ["unknown field", "missing field", "unknown variant", "`operation`", "resend"];
    match shape.iter().any(|start| text.starts_with(start)) {
        true => text,
        false => format!("body cannot be read at line {} column {}", error.line(), error.column()),
    }
}

fn done() -> Value {
    json!({ "done": true })
}
