//! Single moments of a crash, held still: before the commit of an intent, and in the middle of a send.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use kr_billing::journal::{Before, Entry, Intent, Journal, JournalError, Outcome, SqliteJournal, Subject};
use kr_billing::{Billing, BillingKey, Charge, Issuance, IssueRequest, PaymentId, Recovered, Resolved, Ticket};
use kr_billing_sandbox::{Effect, Fault, Moment, Operation, Sandbox};
use kr_billing_tests::monthly_run;
use sqlx::{Connection, Executor};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::support::{GOOD_CARD, card};

/// A journal that tells when it is asked to store an intent.
struct Watched {
    inner: SqliteJournal,
    asked: Arc<Notify>,
}

#[async_trait]
impl Journal for Watched {
    async fn before_send(&self, intent: &Intent) -> Result<Before, JournalError> {
        self.asked.notify_one();
        self.inner.before_send(intent).await
    }
    async fn settle(&self, subject: &Subject, ticket: &Ticket, outcome: &Outcome) -> Result<(), JournalError> {
        self.inner.settle(subject, ticket, outcome).await
    }
    async fn find(&self, subject: &Subject) -> Result<Option<Entry>, JournalError> {
        self.inner.find(subject).await
    }
    async fn open(&self) -> Result<Vec<Intent>, JournalError> {
        self.inner.open().await
    }
    async fn amend(&self, subject: &Subject, ticket: &Ticket, learnt: &Ticket) -> Result<(), JournalError> {
        self.inner.amend(subject, ticket, learnt).await
    }
    async fn charge_of(&self, payment: &PaymentId) -> Result<Option<Intent>, JournalError> {
        self.inner.charge_of(payment).await
    }
}

/// Passes bytes on to a server and counts those that a client has sent.
async fn counting_line(to: std::net::SocketAddr) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = sent.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(to).await.unwrap();
            tokio::spawn(pass_on(client, server, counter.clone()));
        }
    });
    (address, sent)
}

async fn pass_on(client: TcpStream, server: TcpStream, sent: Arc<AtomicUsize>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let back = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let mut piece = [0; 4096];
    while let Ok(length @ 1..) = from_client.read(&mut piece).await {
        sent.fetch_add(length, Ordering::SeqCst);
        if to_server.write_all(&piece[..length]).await.is_err() {
            break;
        }
    }
    back.abort();
}

async fn issue(billing: &Billing) -> BillingKey {
    let request = IssueRequest::new(monthly_run::key().id, card(GOOD_CARD));
    match billing.issuing(None).unwrap().key_in().unwrap().issue(&request).await.unwrap() {
        Issuance::Stored(issued) => issued.key,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_byte_of_a_charge_leaves_before_its_intent_is_committed() {
    let sandbox = Sandbox::start().await.unwrap();
    let (line, sent) = counting_line(sandbox.addr()).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let asked = Arc::new(Notify::new());
    let journal = Watched { inner: SqliteJournal::open(&path).await.unwrap(), asked: asked.clone() };
    let mut policy = kr_billing::Policy::default();
    policy.send_within = Duration::from_secs(60);
    let billing = monthly_run::billing(&line).policy(policy).journal(Arc::new(journal)).build().unwrap();
    issue(&billing).await;

    // Another program holds the journal's write lock, so the intent cannot be committed.
    let mut holder = sqlx::sqlite::SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    holder.execute("BEGIN IMMEDIATE").await.unwrap();
    let charge = tokio::spawn({
        let billing = billing.clone();
        async move { billing.charge(monthly_run::request(1)).await }
    });
    asked.notified().await;
    let before = sent.load(Ordering::SeqCst);
    // Long enough for a send that does not wait for the commit to show itself; one that waits passes however long this is.
    for _ in 0..30 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert_eq!(sent.load(Ordering::SeqCst), before, "bytes left while the intent was not on the disk");
        assert!(!charge.is_finished());
    }
    assert_eq!(sandbox.handle().ledger().len(), 0);
    holder.execute("ROLLBACK").await.unwrap();
    match charge.await.unwrap() {
        Ok(Charge::Paid(_)) => assert!(sent.load(Ordering::SeqCst) > before),
        other => panic!("{other:?}"),
    }
    assert_eq!(sandbox.handle().ledger().len(), 1);
}

/// Drops a charge while its send hangs, at `moment`, and gives what `recover` says once the settle time has passed.
async fn dropped_in_flight(moment: Moment) -> (Resolved, usize) {
    let sandbox = Sandbox::start().await.unwrap();
    let handle = sandbox.handle();
    let folder = tempfile::tempdir().unwrap();
    let journal = Arc::new(SqliteJournal::open(folder.path().join("journal.db")).await.unwrap());
    let billing = monthly_run::billing(sandbox.base_url()).journal(journal.clone()).build().unwrap();
    issue(&billing).await;
    handle.add_fault(Fault::new(Operation::Again, moment, Effect::Hang)).unwrap();
    let charge = tokio::spawn({
        let billing = billing.clone();
        async move { billing.charge(monthly_run::request(1)).await }
    });
    while handle.faults()[0].fired == 0 {
        tokio::task::yield_now().await;
    }
    charge.abort();
    assert!(charge.await.unwrap_err().is_cancelled());
    assert_eq!(journal.open().await.unwrap().len(), 1, "the intent is all that is left of it");
    handle.clear_faults();

    // While its time runs, its order is not sent again, and recover leaves it alone.
    let Ok(Charge::InDoubt(_)) = billing.charge(monthly_run::request(1)).await else { panic!("sent under doubt") };
    let recovered = loop {
        match billing.recover().await.unwrap().pop().expect("the intent is listed until it is settled") {
            // A look-up that took too long on a busy machine.
            Recovered::TooEarly(_) | Recovered::Charge(_, Resolved::StillInDoubt(_)) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Recovered::Charge(_, resolved) => break resolved,
            other => panic!("{other:?}"),
        }
    };
    assert!(journal.open().await.unwrap().is_empty(), "settled");
    assert!(billing.recover().await.unwrap().is_empty());
    (recovered, handle.ledger().len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_charge_that_moved_money_is_found() {
    let (resolved, captures) = dropped_in_flight(Moment::AfterCommit).await;
    assert!(matches!(resolved, Resolved::Paid(paid) if paid.found), "not found");
    assert_eq!(captures, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_charge_that_moved_nothing_is_not_charged() {
    let (resolved, captures) = dropped_in_flight(Moment::BeforeCommit).await;
    assert!(matches!(resolved, Resolved::NotCharged), "{resolved:?}");
    assert_eq!(captures, 0);
}
