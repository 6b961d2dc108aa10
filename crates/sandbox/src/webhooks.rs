//! Webhooks: what is sent, to whom, in which shape, and what became of it (fact sheet, section 10).

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::config::{WebhookConfig, WebhookFormat};
use crate::state::World;
use crate::state::events::Event;
use crate::state::model::Status;

/// Ten seconds to connect and thirty to answer [docs webhook-v1].
const CONNECT: Duration = Duration::from_secs(10);
const ANSWER: Duration = Duration::from_secs(30);
/// A minute between two tries [docs webhook-v1].
const RESEND_MS: i64 = 60_000;
/// At most five more tries [docs webhook-v1].
const RESENDS_MAX: u8 = 5;
/// The newest deliveries that the log keeps.
const KEPT: usize = 10_000;

/// How deliveries misbehave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeliverySwitches {
    /// Nothing is sent; the log says `withheld`.
    pub missing: bool,
    /// Each webhook is sent twice.
    pub duplicated: bool,
    /// Each webhook is sent this many seconds later, on the sandbox's clock.
    pub late_seconds: u32,
    /// Each second webhook overtakes the one before it.
    pub reordered: bool,
}

/// One delivery in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookEntry {
    /// Its number; a try again has its own.
    pub id: u64,
    /// 1 for the first try.
    pub attempt: u8,
    /// UNIX seconds on the sandbox's clock at which it was made.
    pub at: i64,
    /// Where it goes; none when no URL is configured.
    pub url: Option<String>,
    /// The fields of the body.
    pub body: Value,
    /// What became of it.
    pub outcome: WebhookOutcome,
}

/// What became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookOutcome {
    /// Waiting to be sent, or being sent.
    Pending,
    /// Answered with this HTTP status.
    Answered(u16),
    /// Not answered: why.
    Unreachable(String),
    /// Not sent, because the switch `missing` is on.
    Withheld,
    /// Not sent, because neither the payment nor the account names a URL.
    NoUrl,
}

/// A webhook on its way.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    id: u64,
    attempt: u8,
    url: String,
    body: Map<String, Value>,
}

/// Where webhooks are made, addressed and logged.
pub(crate) struct Desk {
    pub(crate) settings: WebhookConfig,
    pub(crate) switches: DeliverySwitches,
    /// True while a delivery is on the line.
    pub(crate) sending: bool,
    log: VecDeque<WebhookEntry>,
    made: u64,
    held: Option<Delivery>,
}

impl Desk {
    pub(crate) fn new(settings: &WebhookConfig) -> Self {
        Self {
            settings: settings.clone(),
            switches: DeliverySwitches::default(),
            sending: false,
            log: VecDeque::new(),
            made: 0,
            held: None,
        }
    }

    pub(crate) fn log(&self) -> Vec<WebhookEntry> {
        self.log.iter().cloned().collect()
    }

    fn enter(&mut self, attempt: u8, at: i64, url: Option<&str>, body: &Map<String, Value>, outcome: WebhookOutcome) -> u64 {
        self.made += 1;
        if self.log.len() == KEPT {
            self.log.pop_front();
        }
        self.log.push_back(WebhookEntry {
            id: self.made,
            attempt,
            at,
            url: url.map(str::to_owned),
            body: Value::Object(body.clone()),
            outcome,
        });
        self.made
    }

    fn note(&mut self, id: u64, outcome: WebhookOutcome) {
        if let Some(entry) = self.log.iter_mut().rev().find(|entry| entry.id == id) {
            entry.outcome = outcome;
        }
    }
}

impl World {
    /// Tells the merchant of a payment: at its own `notice_url`, or else at the account's URL.
    pub(crate) fn notify_payment(&mut self, imp_uid: &str, cancellation_id: Option<&str>) {
        let Some(payment) = self.books.payment(imp_uid) else { return };
        let settings = &self.desk.settings;
        let account = match &settings.test_url {
            Some(url) if payment.channel.sandbox => Some(url),
            _ => settings.url.as_ref(),
        };
        let urls: Vec<String> = match payment.order.notice_url.as_slice() {
            [] => account.into_iter().cloned().collect(),
            own => own.to_vec(),
        };
        let mut body = Map::new();
        body.insert("imp_uid".to_owned(), Value::from(imp_uid));
        body.insert("merchant_uid".to_owned(), Value::from(payment.order.merchant_uid.clone()));
        // A cancel is told as one, whatever status a refund in part leaves [docs webhook-v1].
        let status = if cancellation_id.is_some() { Status::Cancelled } else { payment.status };
        body.insert("status".to_owned(), Value::from(status.word()));
        if let Some(id) = cancellation_id {
            body.insert("cancellation_id".to_owned(), Value::from(id));
        }
        if urls.is_empty() {
            let now = self.now();
            self.desk.enter(1, now, None, &body, WebhookOutcome::NoUrl);
        }
        for url in urls {
            self.post(&url, &body);
        }
    }

    /// Puts a new webhook on its way, or off it, as the switches say.
    fn post(&mut self, url: &str, body: &Map<String, Value>) {
        let now = self.now();
        let switches = self.desk.switches;
        if switches.missing {
            self.desk.enter(1, now, Some(url), body, WebhookOutcome::Withheld);
            return;
        }
        for _ in 0..=usize::from(switches.duplicated) {
            let id = self.desk.enter(1, now, Some(url), body, WebhookOutcome::Pending);
            let delivery = Delivery { id, attempt: 1, url: url.to_owned(), body: body.clone() };
            match (switches.reordered, self.desk.held.take()) {
                (true, None) => self.desk.held = Some(delivery),
                (_, held) => {
                    self.dispatch_later(delivery, switches.late_seconds);
                    if let Some(held) = held {
                        self.dispatch_later(held, switches.late_seconds);
                    }
                }
            }
        }
    }

    fn dispatch_later(&mut self, delivery: Delivery, seconds: u32) {
        if seconds == 0 {
            self.outbox.push_back(delivery);
            return;
        }
        let due = self.clock.now_ms().saturating_add(i64::from(seconds) * 1_000);
        self.events.push(due, Event::Deliver(delivery));
    }

    /// Changes how deliveries misbehave; one that was held back to be overtaken goes out.
    pub(crate) fn set_switches(&mut self, switches: DeliverySwitches) {
        self.desk.switches = switches;
        if !switches.reordered
            && let Some(held) = self.desk.held.take()
        {
            self.outbox.push_back(held);
        }
    }

    /// Notes what became of a delivery and, after a network error or a 5xx, plans another try.
    pub(crate) fn delivered(&mut self, delivery: Delivery, outcome: WebhookOutcome) {
        let again = match &outcome {
            WebhookOutcome::Answered(status) => *status >= 500,
            WebhookOutcome::Unreachable(_) => true,
            _ => false,
        };
        self.desk.note(delivery.id, outcome);
        if !again || delivery.attempt > self.desk.settings.resend.min(RESENDS_MAX) {
            return;
        }
        let due = self.clock.now_ms().saturating_add(RESEND_MS);
        let attempt = delivery.attempt + 1;
        let at = due.div_euclid(1_000);
        let id = self.desk.enter(attempt, at, Some(&delivery.url), &delivery.body, WebhookOutcome::Pending);
        self.events.push(due, Event::Deliver(Delivery { id, attempt, ..delivery }));
    }
}

/// The client that carries webhooks. Plain HTTP only, no redirects.
pub(crate) struct Courier {
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Courier {
    pub(crate) fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT));
        Self { client: Client::builder(TokioExecutor::new()).build(connector) }
    }

    pub(crate) async fn carry(&self, delivery: &Delivery, format: WebhookFormat) -> WebhookOutcome {
        let unreachable = |text: &str| WebhookOutcome::Unreachable(text.to_owned());
        if !delivery.url.starts_with("http://") {
            return unreachable("only http:// URLs are served; https is not imitated");
        }
        let (kind, body) = match format {
            WebhookFormat::Json => ("application/json", Value::Object(delivery.body.clone()).to_string()),
            WebhookFormat::Form => ("application/x-www-form-urlencoded", form(&delivery.body)),
        };
        let request = Request::post(&delivery.url).header("content-type", kind).body(Full::new(Bytes::from(body)));
        let Ok(request) = request else { return unreachable("the URL cannot be read") };
        match tokio::time::timeout(ANSWER, self.client.request(request)).await {
            Err(_) => unreachable("no answer within 30 s"),
            Ok(Err(_)) => unreachable("connection failed"),
            Ok(Ok(answer)) => WebhookOutcome::Answered(answer.status().as_u16()),
        }
    }
}

fn form(body: &Map<String, Value>) -> String {
    let mut out = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in body {
        out.append_pair(name, value.as_str().unwrap_or_default());
    }
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_keeps_the_newest_ten_thousand() {
        let mut desk = Desk::new(&WebhookConfig::default());
        for at in 1..=10_003 {
            desk.enter(1, at, None, &Map::new(), WebhookOutcome::NoUrl);
        }
        let times: Vec<_> = desk.log().iter().map(|entry| entry.at).collect();
        assert_eq!(times, (4..=10_003).collect::<Vec<_>>());
    }
}
