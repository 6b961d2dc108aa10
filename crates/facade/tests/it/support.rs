//! A clock, records and a gateway to script.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use kr_billing::contract::profile::{AmountRole, KeyInTerms, RefundTax, VatTerms, WindowReturn};
use kr_billing::journal::{Before, Entry, Intent, Journal, JournalError, MemoryJournal, Outcome, Subject};
use kr_billing::{
    Answer, Billing, BillingKey, BillingKeyId, ChannelName, ChargeRequest, Clock, CodeClass, DeclineReason, Error, ErrorKind,
    Fact, Failure, Krw, MockBillingGateway, Operation, OrderId, OrderName, Payment, PaymentId, Policy, Profile, Reach, Ticket,
};

/// Time passes only when somebody sleeps.
#[derive(Default)]
pub struct StillClock(Mutex<Duration>);

impl StillClock {
    /// Lets time pass.
    pub fn pass(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }
}

#[async_trait]
impl Clock for StillClock {
    fn wall(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_790_000_000) + *self.0.lock().unwrap()
    }
    fn monotonic(&self) -> Duration {
        *self.0.lock().unwrap()
    }
    async fn sleep(&self, time: Duration) {
        self.pass(time);
        tokio::task::yield_now().await;
    }
}

pub static PROFILE: Profile = Profile {
    pg: "kcp",
    name: "a PG",
    window_module: Fact::new(Some("kcp_billing"), "test"),
    key_in_module: Fact::new("kcp", "test"),
    key_in_terms: Fact::new(KeyInTerms::SeparateAgreement, "test"),
    window_amount: Fact::new(AmountRole::DisplayOnly, "test"),
    pc_return: Fact::new(WindowReturn::Callback, "test"),
    mobile_return: Fact::new(WindowReturn::Redirect, "test"),
    minimum_won: Fact::new(100, "test"),
    vat_amount: Fact::new(VatTerms::NotTaken, "test"),
    interest_free: Fact::new(false, "test"),
    card_points: Fact::new(false, "test"),
    refund_tax: Fact::new(RefundTax::MustBeKnown, "test"),
    key_in_buyer: Fact::new(&[], "test"),
    window_buyer: Fact::new(&[], "test"),
    test_mids: Fact::new(&[], "test"),
    test_behaviour: Fact::new("", "test"),
    notes: &[],
};

pub fn channel() -> ChannelName {
    ChannelName::new("main").unwrap()
}

pub fn order() -> OrderId {
    OrderId::new("sub-1.202611.1").unwrap()
}

pub fn krw(won: u64) -> Krw {
    Krw::new(won).unwrap()
}

pub fn request(won: u64) -> ChargeRequest {
    let key = BillingKey::new(channel(), BillingKeyId::new("member-1").unwrap());
    ChargeRequest::by_key(key, order(), krw(won), OrderName::new("November").unwrap())
}

/// A record under [`order`].
pub fn record(id: &str, status: &str, won: u64) -> Payment {
    let json = serde_json::json!({
        "id": id, "order": order(), "amount": won, "cancelled": 0, "currency": "KRW", "status": status, "cancellations": [],
        "failure": null
    });
    serde_json::from_value(json).unwrap()
}

pub fn failed(id: &str, class: CodeClass) -> Payment {
    Payment { failure: Some(failure(class)), ..record(id, "Failed", 9_900) }
}

pub fn failure(class: CodeClass) -> Failure {
    Failure { class, pg_code: Some("XX".into()), message: "[XX] text".into(), from_words: false }
}

pub fn no_funds() -> CodeClass {
    CodeClass::Decline(DeclineReason::InsufficientFunds)
}

pub fn lost() -> Error {
    Error::new(Operation::Charge, Reach::Unclear, ErrorKind::Interrupted, "the connection broke")
}

pub fn unreachable() -> Error {
    Error::not_sent(Operation::Charge, ErrorKind::Unreachable, "no route")
}

/// A gateway that is ready; the test says what else it does.
pub fn bare_gateway() -> MockBillingGateway {
    let mut gateway = MockBillingGateway::new();
    gateway.expect_profile().return_const(PROFILE.clone());
    gateway.expect_is_test_channel().return_const(false);
    gateway.expect_mids().returning(Vec::new);
    gateway.expect_ready().returning(|| Ok(()));
    gateway
}

/// A gateway that has no rules, and no payments before the first send.
pub fn gateway() -> MockBillingGateway {
    let mut gateway = bare_gateway();
    gateway.expect_check_charge().returning(|_| Ok(()));
    gateway.expect_payments().times(0..=1).returning(|_| Ok(Vec::new()));
    gateway
}

pub fn id(text: &str) -> PaymentId {
    PaymentId::new(text).unwrap()
}

/// Settles after 2 s, gives up looking after 1 s.
pub fn quick() -> Policy {
    let mut policy = Policy::default();
    policy.settle_after = Duration::from_secs(2);
    policy.resolve_for = Duration::from_secs(1);
    policy
}

/// Looks until long after the settle time.
pub fn patient() -> Policy {
    let mut policy = quick();
    policy.resolve_for = Duration::from_secs(5);
    policy
}

pub fn billing(gateway: MockBillingGateway, policy: Policy) -> Billing {
    builder(gateway, policy).build().unwrap()
}

pub fn builder(gateway: MockBillingGateway, policy: Policy) -> kr_billing::BillingBuilder {
    Billing::builder().gateway(channel(), Arc::new(gateway)).policy(policy).clock(Arc::new(StillClock::default()))
}

pub fn answer(record: Payment) -> Result<Answer, Error> {
    Ok(Answer::Recorded(Box::new(record)))
}

/// A journal in which another program stores an intent as soon as one is settled: made from the settled one.
pub struct SentMeanwhile(pub MemoryJournal, pub fn(Intent) -> Intent);

#[async_trait]
impl Journal for SentMeanwhile {
    async fn before_send(&self, intent: &Intent) -> Result<Before, JournalError> {
        self.0.before_send(intent).await
    }
    async fn settle(&self, subject: &Subject, ticket: &Ticket, outcome: &Outcome) -> Result<(), JournalError> {
        let stood = self.0.find(subject).await?;
        self.0.settle(subject, ticket, outcome).await?;
        let Some(Entry { intent, .. }) = stood else { return Ok(()) };
        self.0.before_send(&(self.1)(intent)).await.map(drop)
    }
    async fn find(&self, subject: &Subject) -> Result<Option<Entry>, JournalError> {
        self.0.find(subject).await
    }
    async fn open(&self) -> Result<Vec<Intent>, JournalError> {
        self.0.open().await
    }
    async fn amend(&self, subject: &Subject, ticket: &Ticket, learnt: &Ticket) -> Result<(), JournalError> {
        self.0.amend(subject, ticket, learnt).await
    }
    async fn charge_of(&self, payment: &PaymentId) -> Result<Option<Intent>, JournalError> {
        self.0.charge_of(payment).await
    }
}
