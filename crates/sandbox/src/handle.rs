//! The typed handle: everything under `/_sandbox`, in-process.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::answer::Refusal;
use crate::card;
use crate::channels::Channel;
use crate::clock::ClockReading;
use crate::config::WebhookConfig;
use crate::engine::Engine;
use crate::faults::{Fault, FaultError, FaultStatus};
use crate::params::Params;
use crate::requests::RequestEntry;
use crate::state::cancel::Wish;
use crate::state::model::{LedgerEntry, LedgerKind, Status, StoredCard};
use crate::state::views;
use crate::state::windows::{Buyer, WindowReturn};
use crate::webhooks::{DeliverySwitches, WebhookEntry};

/// Controls a running sandbox. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    pub(crate) engine: Arc<Engine>,
}

/// Why a control call is not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ControlError(pub(crate) String);

impl From<Refusal> for ControlError {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.message)
    }
}

/// The money of one order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Won captured.
    pub captured: i64,
    /// Won refunded.
    pub refunded: i64,
    /// How many captures there were: more than one is a double charge.
    pub captures: usize,
    /// How many refunds there were.
    pub refunds: usize,
}

/// A record to plant in the books, as if it had been there before.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planted {
    /// The order.
    pub merchant_uid: String,
    /// Won.
    pub amount: i64,
    /// `ready` or `failed`, which move no money, or `paid`, which is captured.
    pub status: Status,
    /// The provider word, or `provider.MID`; without it the default channel.
    #[serde(default)]
    pub pg: Option<String>,
    /// The billing key it was charged by, if any.
    #[serde(default)]
    pub customer_uid: Option<String>,
}

impl Handle {
    /// The clock.
    pub fn clock(&self) -> ClockReading {
        self.engine.world().clock.reading()
    }

    /// The sandbox's time in UNIX seconds.
    pub fn now(&self) -> i64 {
        self.clock().now
    }

    /// Lets time pass: schedules fire in order, tokens expire, late commits and webhooks happen,
    /// each at its own time. Returns when the webhooks of all of it were answered or given up.
    pub async fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let target = self.clock().now_ms.saturating_add(by);
        self.engine.move_clock(target).await;
    }

    /// As [`Handle::advance`], up to a time in UNIX seconds. A time in the past is just set.
    pub async fn set_clock(&self, at: i64) {
        self.engine.move_clock(at.saturating_mul(1_000)).await;
    }

    /// Lets the clock run with the machine's, or stops it.
    pub fn run_in_real_time(&self, run: bool) {
        self.engine.change(|world| world.clock.run(run));
    }

    /// Waits until every webhook that is due was answered or given up.
    pub async fn webhooks_carried(&self) {
        self.engine.carried().await;
    }

    /// Adds a fault and returns its number.
    pub fn add_fault(&self, fault: Fault) -> Result<u64, FaultError> {
        self.engine.world().faults.add(fault)
    }

    /// The faults, with how often each was counted and met.
    pub fn faults(&self) -> Vec<FaultStatus> {
        self.engine.world().faults.list()
    }

    /// Removes one fault; false when there is none of this number.
    pub fn remove_fault(&self, id: u64) -> bool {
        self.engine.world().faults.remove(id)
    }

    /// Removes every fault and lets hanging calls go.
    pub fn clear_faults(&self) {
        self.engine.world().faults.clear();
        self.engine.let_go();
    }

    /// What really happened to the money, oldest first.
    pub fn ledger(&self) -> Vec<LedgerEntry> {
        self.engine.world().books.ledger.clone()
    }

    /// The money of one order.
    pub fn totals(&self, merchant_uid: &str) -> Totals {
        let mut totals = Totals::default();
        for entry in self.engine.world().books.ledger.iter().filter(|entry| entry.merchant_uid == merchant_uid) {
            match entry.kind {
                LedgerKind::Capture => {
                    totals.captured += entry.amount;
                    totals.captures += 1;
                }
                LedgerKind::Refund => {
                    totals.refunded += entry.amount;
                    totals.refunds += 1;
                }
            }
        }
        totals
    }

    /// The newest requests, oldest first.
    pub fn requests(&self) -> Vec<RequestEntry> {
        self.engine.world().requests.list()
    }

    /// The newest webhook deliveries, oldest first.
    pub fn webhooks(&self) -> Vec<WebhookEntry> {
        self.engine.world().desk.log()
    }

    /// How webhooks are addressed and sent.
    pub fn webhook_settings(&self) -> WebhookConfig {
        self.engine.world().desk.settings.clone()
    }

    /// Changes how webhooks are addressed and sent.
    pub fn set_webhooks(&self, settings: WebhookConfig) {
        self.engine.change(|world| {
            world.config.webhooks = settings.clone();
            world.desk.settings = settings;
        });
    }

    /// The switches that make deliveries misbehave.
    pub fn delivery(&self) -> DeliverySwitches {
        self.engine.world().desk.switches
    }

    /// Makes deliveries misbehave, or not.
    pub fn set_delivery(&self, switches: DeliverySwitches) {
        self.engine.change(|world| world.set_switches(switches));
    }

    /// Whether a paid order number is burnt: true, unless switched off.
    pub fn burning(&self) -> bool {
        self.engine.world().burning
    }

    /// Off, and unlike V1, a charge by API under an order number that was paid before captures again, as a payment of its own. So a
    /// test sees in the ledger that its client sent twice; with V1's rule the second charge is refused whatever the client does.
    pub fn set_burning(&self, on: bool) {
        self.engine.change(|world| world.burning = on);
    }

    /// The account's channels.
    pub fn channels(&self) -> Vec<Channel> {
        self.engine.world().channels.all().to_vec()
    }

    /// Makes the token in use worthless; the next `getToken` hands out a new one.
    pub fn revoke_token(&self) {
        self.engine.change(|world| world.revoke_token());
    }

    /// Forgets every record, fault and log line, switches burning on, and lets hanging calls go. Settings and clock stay.
    pub fn reset(&self) {
        self.engine.change(|world| world.reset());
        self.engine.let_go();
    }

    /// Plays the buyer: opens the window that these parameters of `IMP.request_pay` describe, and
    /// completes or closes it. Returns what the browser would get.
    pub fn complete_window(&self, params: &Value, buyer: &Buyer) -> WindowReturn {
        let fields = params.as_object().cloned().unwrap_or_else(Map::new);
        let params = Params::new(fields);
        self.engine.change(|world| world.complete_window(&params, buyer))
    }

    /// Refunds a payment in the provider's console: all that is left, or an amount. Always sends a
    /// webhook.
    pub fn console_cancel(&self, imp_uid: &str, amount: Option<i64>, reason: &str) -> Result<(), ControlError> {
        let wish = Wish { amount, reason: Some(reason.to_owned()), ..Wish::default() };
        self.engine.change(|world| {
            // The console knows the payment's tax split, an API caller must repeat it.
            let payment = world.books.payment(imp_uid);
            let wish = payment.map_or(wish.clone(), |payment| wish.clone().with_tax_of(payment));
            world.refund(imp_uid, &wish, true).map(|_| ())
        })?;
        Ok(())
    }

    /// Turns a `failed` or `ready` payment into a paid one, late and with a webhook, as some PGs do.
    pub fn settle(&self, imp_uid: &str) -> Result<(), ControlError> {
        let settled = self.engine.change(|world| world.settle(imp_uid));
        if settled {
            return Ok(());
        }
        Err(ControlError("no failed or ready payment with this imp_uid, or its order is paid already".to_owned()))
    }

    /// Puts a record into the books and returns its `imp_uid`.
    pub fn plant(&self, planted: &Planted) -> Result<String, ControlError> {
        Ok(self.engine.change(|world| world.plant(planted))?)
    }

    /// Gives a billing key another card, such as one that is declined from now on.
    pub fn change_card(&self, customer_uid: &str, card_number: &str) -> Result<Value, ControlError> {
        let card =
            card::from_number(card_number).ok_or_else(|| ControlError("card_number must have 15 or 16 digits".to_owned()))?;
        self.engine.change(|world| {
            let key = world.books.keys.get_mut(customer_uid);
            let key = key.ok_or_else(|| ControlError("no billing key with this customer_uid".to_owned()))?;
            key.card = StoredCard::from(&card);
            Ok(views::card(&key.card))
        })
    }
}
