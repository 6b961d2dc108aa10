//! Both journals keep the same promises.

use std::sync::Arc;
use std::time::Duration;

use kr_billing::journal::{Before, Intent, Journal, MemoryJournal, Outcome, Subject};
use kr_billing::{Attempt, Charge, Recovered, Resolved, TaxSplit, Ticket};

use crate::support::*;

fn intent(body: &str, sent_at_ms: u64) -> Intent {
    let attempt = Attempt::Charge { order: order(), amount: krw(9_900), key: None, keep: None };
    let ticket = Ticket {
        version: Ticket::VERSION,
        channel: channel(),
        attempt,
        sent_at_ms,
        settled_at_ms: sent_at_ms + 1,
        known: vec![],
        claim: None,
        account: None,
    };
    let tax = TaxSplit { tax_free: Some(100), vat: None };
    Intent { subject: Subject::charge(&order()), body: body.into(), ticket, send_by_ms: sent_at_ms, tax: Some(tax) }
}

async fn keeps_its_promises(journal: Arc<dyn Journal>) {
    let first = intent("a", 1);
    assert!(matches!(journal.before_send(&first).await.unwrap(), Before::New));
    assert!(matches!(journal.before_send(&intent("a", 2)).await.unwrap(), Before::Replay(entry) if entry.outcome.is_none()));
    assert!(matches!(journal.before_send(&intent("b", 2)).await.unwrap(), Before::Conflict(_)));
    assert_eq!(journal.open().await.unwrap(), vec![first.clone()]);

    // An outcome of another attempt does not apply, and a stored one is not replaced.
    journal.settle(&first.subject, &intent("a", 9).ticket, &Outcome::NotCharged).await.unwrap();
    assert_eq!(journal.open().await.unwrap().len(), 1);
    journal.settle(&first.subject, &first.ticket, &Outcome::NotCharged).await.unwrap();
    let second = intent("a", 2);
    assert!(matches!(journal.before_send(&second).await.unwrap(), Before::New), "a freed subject takes the same request again");
    assert!(matches!(journal.before_send(&intent("b", 3)).await.unwrap(), Before::Conflict(_)));

    // What was learnt about an open attempt replaces its ticket, and only an open one's.
    let learnt = Ticket { claim: Some(kr_billing::Claim::Duplicate), ..second.ticket.clone() };
    journal.amend(&first.subject, &first.ticket, &learnt).await.unwrap();
    assert_eq!(journal.open().await.unwrap(), vec![second.clone()], "the first attempt is over");
    journal.amend(&first.subject, &second.ticket, &learnt).await.unwrap();
    let second = Intent { ticket: learnt, ..second };
    assert_eq!(journal.open().await.unwrap(), vec![second.clone()]);

    let payment = record("imps_1", "Paid", 9_900);
    let paid = kr_billing::Paid { payment, found: false, key: kr_billing::KeyStored::NotAsked };
    journal.settle(&first.subject, &second.ticket, &Outcome::Paid { paid: Box::new(paid) }).await.unwrap();
    journal.settle(&first.subject, &second.ticket, &Outcome::NotCharged).await.unwrap();
    let entry = journal.find(&first.subject).await.unwrap().unwrap();
    assert!(matches!(entry.outcome, Some(Outcome::Paid { .. })));
    assert_eq!(journal.charge_of(&id("imps_1")).await.unwrap(), Some(second));
    assert!(journal.open().await.unwrap().is_empty());
}

async fn one_of_many_wins(journals: Vec<Arc<dyn Journal>>) {
    let mut tries = tokio::task::JoinSet::new();
    for at in 0..64 {
        let journal = journals[at % journals.len()].clone();
        tries.spawn(async move { journal.before_send(&intent("a", at as u64)).await });
    }
    let mut new = 0;
    while let Some(tried) = tries.join_next().await {
        new += usize::from(matches!(tried.unwrap().unwrap(), Before::New));
    }
    assert_eq!(new, 1);
}

#[tokio::test]
async fn in_memory() {
    keeps_its_promises(Arc::new(MemoryJournal::new())).await;
    one_of_many_wins(vec![Arc::new(MemoryJournal::new())]).await;
}

#[cfg(feature = "sqlite")]
mod on_disk {
    use kr_billing::journal::{Durability, SqliteJournal};
    use sqlx::Connection;

    use super::*;

    #[tokio::test]
    async fn keeps_them_and_writes_through() {
        let folder = tempfile::tempdir().unwrap();
        let journal = SqliteJournal::open(folder.path().join("journal.db")).await.unwrap();
        assert_eq!(journal.durability(), &Durability { journal_mode: "wal".into(), synchronous: 2 });
        keeps_its_promises(Arc::new(journal)).await;
    }

    #[tokio::test]
    async fn two_openings_of_one_file_are_one_journal_and_it_outlives_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let open = async || Arc::new(SqliteJournal::open(&path).await.unwrap()) as Arc<dyn Journal>;
        one_of_many_wins(vec![open().await, open().await]).await;
        assert_eq!(open().await.open().await.unwrap().len(), 1);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn many_may_open_a_new_file_at_once() {
        for _ in 0..10 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("journal.db");
            let opening: Vec<_> = (0..8).map(|_| tokio::spawn(SqliteJournal::open(path.clone()))).collect();
            for one in opening {
                one.await.unwrap().unwrap();
            }
        }
    }

    #[tokio::test]
    async fn an_entry_that_cannot_be_read_harms_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let journal = Arc::new(SqliteJournal::open(&path).await.unwrap());
        journal.before_send(&intent("a", 1)).await.unwrap();
        let mut other = sqlx::SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
        sqlx::query("UPDATE intents SET intent = 'from a newer version'").execute(&mut other).await.unwrap();
        let mut tries = tokio::task::JoinSet::new();
        for at in 0..64 {
            let journal = journal.clone();
            tries.spawn(async move {
                let order = kr_billing::OrderId::new(format!("sub-{at}")).unwrap();
                let subject = if at % 8 == 0 { Subject::charge(&super::order()) } else { Subject::charge(&order) };
                journal.before_send(&Intent { subject, ..intent("a", 1) }).await.is_ok()
            });
        }
        let results = tries.join_all().await;
        assert_eq!(results.into_iter().filter(|stored| *stored).count(), 56);
    }

    /// A disk that was full for a moment: SQLite undoes the whole transaction by itself.
    #[tokio::test]
    async fn it_writes_again_once_it_can_and_says_why_it_could_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let journal = SqliteJournal::open(&path).await.unwrap();
        let mut other = sqlx::SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
        let full = "CREATE TRIGGER full BEFORE INSERT ON intents BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END";
        sqlx::query(full).execute(&mut other).await.unwrap();
        for _ in 0..2 {
            let error = journal.before_send(&intent("a", 1)).await.unwrap_err();
            let source = std::error::Error::source(&error).expect("what SQLite said").to_string();
            assert!(source.contains("the disk is full"), "{error}: {source}");
        }
        sqlx::query("DROP TRIGGER full").execute(&mut other).await.unwrap();
        assert!(matches!(journal.before_send(&intent("a", 1)).await, Ok(Before::New)));
        journal.settle(&intent("a", 1).subject, &intent("a", 1).ticket, &Outcome::NotCharged).await.unwrap();
        assert!(Journal::open(&journal).await.unwrap().is_empty());
    }

    /// What waits for the same commit is not written outside of it.
    #[tokio::test]
    async fn a_commit_that_fails_in_the_middle_leaves_nothing_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let journal = Arc::new(SqliteJournal::open(&path).await.unwrap());
        let mut other = sqlx::SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
        let full = "CREATE TRIGGER full BEFORE INSERT ON intents WHEN NEW.subject LIKE '%sub-3' \
                    BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END";
        sqlx::query(full).execute(&mut other).await.unwrap();
        let mut tries = tokio::task::JoinSet::new();
        for at in 0..8 {
            let journal = journal.clone();
            let subject = Subject::charge(&kr_billing::OrderId::new(format!("sub-{at}")).unwrap());
            tries.spawn(async move { journal.before_send(&Intent { subject, ..intent("a", 1) }).await.is_ok() });
        }
        let stored = tries.join_all().await.into_iter().filter(|stored| *stored).count();
        assert!(stored < 8);
        assert_eq!(Journal::open(journal.as_ref()).await.unwrap().len(), stored);
    }

    #[tokio::test]
    async fn what_is_no_journal_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        std::fs::write(&path, "this is a merchant's notes file, not a database").unwrap();
        assert!(SqliteJournal::open(&path).await.is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "this is a merchant's notes file, not a database");
    }
}

#[tokio::test]
async fn one_account_never_settles_what_another_has_sent() {
    let journal = Arc::new(MemoryJournal::new());
    let clock = Arc::new(StillClock::default());
    let of_account = |key: &str, sends: usize| {
        let mut pg = bare_gateway();
        pg.expect_check_charge().returning(|_| Ok(()));
        pg.expect_payments().returning(|_| Ok(vec![]));
        pg.expect_charge().times(sends).returning(|_| Err(lost()));
        let builder = builder(pg, quick()).journal(journal.clone()).clock(clock.clone());
        builder.account(key, "a-secret-of-theirs").base_url("http://127.0.0.1:1").build().unwrap()
    };
    let (first, second) = (of_account("account-one", 1), of_account("account-two", 0));
    let Ok(Charge::InDoubt(doubt)) = first.charge(request(9_900)).await else { panic!("no doubt") };
    // The same request at the other account is another one: not sent, and no replay either.
    assert!(matches!(second.charge(request(9_900)).await, Ok(Charge::InDoubt(_))));
    kr_billing::Clock::sleep(clock.as_ref(), Duration::from_secs(3_600)).await;
    assert!(matches!(second.recover().await.unwrap().as_slice(), [Recovered::Foreign(_)]), "its silence is no proof");
    assert!(second.resume(&doubt.ticket).await.is_err() && second.dismiss(&doubt.ticket).await.is_err());
    assert!(matches!(first.recover().await.unwrap().as_slice(), [Recovered::Charge(_, Resolved::NotCharged)]));
    assert!(!serde_json::to_string(&doubt.ticket).unwrap().contains("account-one"));
}

#[tokio::test]
async fn the_journal_in_memory_forgets_the_oldest_outcomes_and_never_an_open_intent() {
    let journal = MemoryJournal::new();
    let of = |number: usize| {
        let order = kr_billing::OrderId::new(format!("o-{number}")).unwrap();
        Intent { subject: Subject::charge(&order), ..intent("a", 1) }
    };
    journal.before_send(&of(0)).await.unwrap();
    for number in 1..=100_001 {
        let intent = of(number);
        journal.before_send(&intent).await.unwrap();
        journal.settle(&intent.subject, &intent.ticket, &Outcome::Dismissed).await.unwrap();
    }
    assert_eq!(journal.open().await.unwrap(), [of(0)]);
    assert!(journal.find(&of(1).subject).await.unwrap().is_none());
    assert!(journal.find(&of(2).subject).await.unwrap().is_some());
}
