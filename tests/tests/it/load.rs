//! A thousand calls at once: one token, and an outage that is no storm.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use kr_billing::journal::{Before, Entry, Intent, Journal, JournalError, MemoryJournal, Outcome, Subject};
use kr_billing::portone_v1::SystemClock;
use kr_billing::{Billing, BillingKey, Charge, Clock, Issuance, IssueRequest, NotCharged, PaymentId, Reach, Ticket};
use kr_billing_sandbox::{Effect, Fault, Handle, Moment, Operation, Sandbox};
use kr_billing_tests::monthly_run;

use crate::support::{GOOD_CARD, by_key, card};

const CALLS: usize = 1_000;

/// The machine's clock, moved ahead by hand.
struct Ahead {
    clock: SystemClock,
    seconds: AtomicU64,
}

#[async_trait]
impl Clock for Ahead {
    fn wall(&self) -> SystemTime {
        self.clock.wall() + Duration::from_secs(self.seconds.load(Ordering::SeqCst))
    }
    fn monotonic(&self) -> Duration {
        self.clock.monotonic() + Duration::from_secs(self.seconds.load(Ordering::SeqCst))
    }
    async fn sleep(&self, time: Duration) {
        self.clock.sleep(time).await;
    }
}

struct Scene {
    sandbox: Sandbox,
    handle: Handle,
    clock: Arc<Ahead>,
    billing: Billing,
    key: BillingKey,
}

impl Scene {
    /// A key, and a `Billing` that has no token yet.
    async fn cold() -> Self {
        let sandbox = Sandbox::start().await.unwrap();
        let clock = Arc::new(Ahead { clock: SystemClock::new(), seconds: AtomicU64::new(0) });
        let mut policy = kr_billing::Policy::default();
        policy.concurrent_sends = 256;
        policy.first_wait = Duration::from_millis(10);
        let make = || monthly_run::billing(sandbox.base_url()).policy(policy.clone()).clock(clock.clone()).build().unwrap();
        let request = IssueRequest::new(monthly_run::key().id, card(GOOD_CARD));
        let issued = make().issuing(None).unwrap().key_in().unwrap().issue(&request).await.unwrap();
        let Issuance::Stored(issued) = issued else { panic!("not stored") };
        let (handle, billing) = (sandbox.handle(), make());
        Self { handle, clock, billing, key: issued.key, sandbox }
    }

    fn calls_of(&self, operation: Operation) -> usize {
        self.handle.requests().iter().filter(|request| request.operation == Some(operation)).count()
    }

    /// Charges `CALLS` orders at once, and gives what came of them and how many tokens were asked for meanwhile.
    async fn charge_all(&self, round: &str) -> (Vec<Result<Charge, NotCharged>>, usize) {
        let before = self.calls_of(Operation::GetToken);
        let mut calls = tokio::task::JoinSet::new();
        for at in 0..CALLS {
            let request = by_key(&self.key, &format!("{round}-{at}"), 1_000);
            let billing = self.billing.clone();
            calls.spawn(async move { billing.charge(request).await });
        }
        let ended = calls.join_all().await;
        (ended, self.calls_of(Operation::GetToken) - before)
    }

    async fn all_are_paid_with_one_token(&self, round: &str) {
        let (ended, tokens) = self.charge_all(round).await;
        let paid = ended.iter().filter(|end| matches!(end, Ok(Charge::Paid(_)))).count();
        let other = ended.iter().find(|end| !matches!(end, Ok(Charge::Paid(_))));
        assert_eq!(paid, CALLS, "{round}: {other:?}");
        assert_eq!(tokens, 1, "{round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cold_an_expiring_and_a_revoked_token_are_each_renewed_once() {
    let scene = Scene::cold().await;
    scene.all_are_paid_with_one_token("cold").await;
    // On both clocks the token's half hour is nearly over.
    scene.clock.seconds.fetch_add(1_790, Ordering::SeqCst);
    scene.handle.advance(Duration::from_secs(1_790)).await;
    scene.all_are_paid_with_one_token("expiring").await;
    // Over at the server, while this machine still believes in it: a 401 for whoever sent with it.
    scene.handle.advance(Duration::from_secs(3_600)).await;
    scene.all_are_paid_with_one_token("expired").await;
    scene.handle.revoke_token();
    scene.all_are_paid_with_one_token("revoked").await;
    assert_eq!(scene.handle.ledger().len(), 4 * CALLS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_hours_off_costs_no_token() {
    for skew in [-5 * 3_600, 5 * 3_600] {
        let scene = Scene::cold().await;
        scene.handle.set_clock(scene.handle.now() + skew).await;
        let before = scene.calls_of(Operation::GetToken);
        for at in 0..20 {
            let charge = scene.billing.charge(by_key(&scene.key, &format!("skewed-{at}"), 1_000)).await;
            assert!(matches!(charge, Ok(Charge::Paid(_))), "{charge:?}");
        }
        assert_eq!(scene.calls_of(Operation::GetToken) - before, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_token_endpoint_fails_fast_and_nothing_is_sent() {
    let scene = Scene::cold().await;
    for (effect, round) in [(Effect::Html502, "html"), (Effect::Drop, "drop"), (Effect::Status401, "pair")] {
        scene.handle.add_fault(Fault::new(Operation::GetToken, Moment::BeforeCommit, effect).times(u32::MAX)).unwrap();
        let (ended, tokens) = scene.charge_all(round).await;
        for end in ended {
            let error = end.expect_err("charged without a token");
            assert_eq!(error.error().reach(), Reach::NotSent, "{round}: {error}");
        }
        // Those who wait share a failure, and a budget bounds the rest.
        assert!(tokens < CALLS / 2, "{round}: {tokens} questions for a token");
        scene.handle.clear_faults();
    }
    assert_eq!(scene.calls_of(Operation::Again), 0);
    assert!(scene.billing.recover().await.unwrap().is_empty(), "nothing is left in doubt");
    // And when it is back, so is everything else.
    let charge = scene.billing.charge(by_key(&scene.key, "afterwards", 1_000)).await;
    assert!(matches!(charge, Ok(Charge::Paid(_))), "{charge:?}");
    scene.sandbox.shutdown().await.expect("no state file, no trouble");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_refused_even_when_new_ends_in_an_error() {
    let scene = Scene::cold().await;
    scene.handle.add_fault(Fault::new(Operation::Again, Moment::BeforeCommit, Effect::Status401).times(u32::MAX)).unwrap();
    let error = scene.billing.charge(by_key(&scene.key, "refused", 1_000)).await.unwrap_err();
    assert_eq!(error.error().reach(), Reach::Refused, "{error}");
    assert_eq!(scene.calls_of(Operation::Again), 2, "once, and once more with a new token");
    assert_eq!(scene.handle.ledger().len(), 0);
}

/// A journal that is so slow that the token runs out meanwhile.
struct SlowJournal {
    journal: MemoryJournal,
    clock: Arc<Ahead>,
    stored: Mutex<Option<Ticket>>,
}

#[async_trait]
impl Journal for SlowJournal {
    async fn before_send(&self, intent: &Intent) -> Result<Before, JournalError> {
        self.clock.seconds.fetch_add(1_795, Ordering::SeqCst);
        *self.stored.lock().unwrap() = Some(intent.ticket.clone());
        self.journal.before_send(intent).await
    }
    async fn settle(&self, subject: &Subject, ticket: &Ticket, outcome: &Outcome) -> Result<(), JournalError> {
        self.journal.settle(subject, ticket, outcome).await
    }
    async fn find(&self, subject: &Subject) -> Result<Option<Entry>, JournalError> {
        self.journal.find(subject).await
    }
    async fn open(&self) -> Result<Vec<Intent>, JournalError> {
        self.journal.open().await
    }
    async fn amend(&self, subject: &Subject, ticket: &Ticket, learnt: &Ticket) -> Result<(), JournalError> {
        self.journal.amend(subject, ticket, learnt).await
    }
    async fn charge_of(&self, payment: &PaymentId) -> Result<Option<Intent>, JournalError> {
        self.journal.charge_of(payment).await
    }
}

/// A send may have to get a token first, be refused for it, get another, and go out again: four calls, each of which may take its time.
#[tokio::test]
async fn silence_is_proof_only_after_all_that_a_send_may_take() {
    let scene = Scene::cold().await;
    let (journal, clock) = (MemoryJournal::new(), Arc::clone(&scene.clock));
    let journal = Arc::new(SlowJournal { journal, clock, stored: Mutex::default() });
    let mut policy = kr_billing::Policy::default();
    policy.send_within = Duration::from_secs(3_600);
    let builder = monthly_run::billing(scene.sandbox.base_url()).policy(policy.clone()).clock(scene.clock.clone());
    let billing = builder.journal(journal.clone()).build().unwrap();
    scene.handle.add_fault(Fault::new(Operation::Again, Moment::BeforeCommit, Effect::Status401)).unwrap();
    let charge = billing.charge(by_key(&scene.key, "slow", 1_000)).await;
    assert!(matches!(charge, Ok(Charge::Paid(_))), "{charge:?}");
    let heard = scene.handle.requests();
    let looked = heard.iter().rposition(|request| request.operation == Some(Operation::PaymentFindAll)).unwrap();
    let calls = u32::try_from(heard.len() - looked - 1).unwrap();
    let ticket = journal.stored.lock().unwrap().take().unwrap();
    let needed = policy.send_within + calls * policy.send_timeout + policy.settle_after;
    let counted = Duration::from_millis(ticket.settled_at_ms - ticket.sent_at_ms);
    assert!(calls == 4 && counted >= needed, "{calls} calls need {needed:?}, and silence is proof after {counted:?}");
}
