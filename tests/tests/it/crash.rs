//! Nothing is sent twice and nothing is lost, whenever a process dies.
//!
//! A real child process is killed with SIGKILL at random moments and started again until every order is paid; then the sandbox's
//! ledger and the journal must agree to the won. `KR_BILLING_CRASH_CHARGES` and `KR_BILLING_CRASH_KILLS` make it longer.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use kr_billing::IssueRequest;
use kr_billing::journal::{Journal, Outcome, SqliteJournal, Subject};
use kr_billing_sandbox::{LedgerKind, Operation, Sandbox};
use kr_billing_tests::monthly_run;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::support::{GOOD_CARD, card};

/// A number from the environment.
fn setting(name: &str, otherwise: u32) -> u32 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().expect("a whole number"))
}

/// Random numbers enough to choose moments (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % most.max(1)
    }
}

/// When a child is killed: some time after it was started, or after so many orders and a little more.
enum Moment {
    Since(Duration),
    After(u64, Duration),
}

impl Moment {
    fn any(dice: &mut Dice, orders_a_life: u64) -> Self {
        match dice.below(5) {
            0 => Self::Since(Duration::from_micros(dice.below(60_000))),
            _ => Self::After(dice.below(orders_a_life), Duration::from_micros(dice.below(20_000))),
        }
    }
}

fn start_child(base_url: &str, journal: &Path, first: u32, last: u32) -> Child {
    Command::new(env!("CARGO_BIN_EXE_crash_child"))
        .arg(base_url)
        .arg(journal)
        .args([first.to_string(), last.to_string()])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// Reads reports until the child ends (`true`), or has made so many (`false`).
async fn hear(reports: &mut Lines<BufReader<ChildStdout>>, most: u64, settled: &mut BTreeSet<u32>) -> bool {
    for _ in 0..most {
        let Some(line) = reports.next_line().await.unwrap() else { return true };
        settled.insert(line.strip_prefix("settled ").expect("a report").parse().expect("a number"));
    }
    false
}

/// Lets a child live until it ends by itself (`true`) or its moment has come.
async fn live(mut child: Child, moment: Option<Moment>, settled: &mut BTreeSet<u32>) -> bool {
    let mut reports = BufReader::new(child.stdout.take().unwrap()).lines();
    let ended = match moment {
        None => hear(&mut reports, u64::MAX, settled).await,
        Some(Moment::Since(time)) => tokio::time::timeout(time, hear(&mut reports, u64::MAX, settled)).await.is_ok(),
        Some(Moment::After(orders, little)) => {
            let ended = hear(&mut reports, orders, settled).await;
            if !ended {
                tokio::time::sleep(little).await;
            }
            ended
        }
    };
    if ended {
        let status = child.wait().await.unwrap();
        assert!(status.success(), "the child gave up: {status}");
        return true;
    }
    child.kill().await.unwrap();
    hear(&mut reports, u64::MAX, settled).await;
    false
}

async fn issue_the_key(sandbox: &Sandbox) {
    let billing = monthly_run::billing(sandbox.base_url()).build().unwrap();
    let key_in = billing.issuing(None).unwrap().key_in().unwrap();
    let request = IssueRequest::new(monthly_run::key().id, card(GOOD_CARD));
    let kr_billing::Issuance::Stored(_) = key_in.issue(&request).await.unwrap() else { panic!("not stored") };
}

/// One capture for each order, of its sum, and the journal names that very payment. Gives how many were found by look-up.
async fn books_agree(sandbox: &Sandbox, journal: &Path, charges: u32) -> usize {
    let mut ledger = BTreeMap::new();
    for entry in sandbox.handle().ledger() {
        assert_eq!(entry.kind, LedgerKind::Capture);
        let earlier = ledger.insert(entry.merchant_uid.clone(), (entry.imp_uid, entry.amount));
        assert_eq!(earlier, None, "{} was charged twice", entry.merchant_uid);
    }
    assert_eq!(ledger.len(), charges as usize, "one capture an order");
    let journal = SqliteJournal::open(journal).await.unwrap();
    assert!(journal.open().await.unwrap().is_empty(), "an intent was left open");
    let mut found = 0;
    for number in 0..charges {
        let order = monthly_run::order(number);
        let entry = journal.find(&Subject::charge(&order)).await.unwrap().expect("every order is in the journal");
        let Some(Outcome::Paid { paid }) = entry.outcome else { panic!("{order}: {:?}", entry.outcome) };
        let (id, amount) = &ledger[order.as_str()];
        assert_eq!(paid.payment.id.as_str(), id, "{order}");
        assert_eq!((paid.payment.amount.won(), *amount), (Some(monthly_run::won(number)), monthly_run::won(number) as i64));
        found += usize::from(paid.found);
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_random_moments_each_order_is_charged_once_and_the_books_agree() {
    let mut charges = setting("KR_BILLING_CRASH_CHARGES", 300);
    let planned = setting("KR_BILLING_CRASH_KILLS", 12);
    let seed = setting("KR_BILLING_CRASH_SEED", std::process::id());
    println!("KR_BILLING_CRASH_SEED={seed}");
    let mut dice = Dice(u64::from(seed));
    // So that the planned number of kills takes about half of the orders.
    let orders_a_life = u64::from(charges / planned.max(1));
    let began = Instant::now();

    let sandbox = Sandbox::start().await.unwrap();
    issue_the_key(&sandbox).await;
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.db");
    let (mut settled, mut kills) = (BTreeSet::new(), 0);
    loop {
        let first = (0..charges).find(|number| !settled.contains(number)).unwrap_or(charges);
        let child = start_child(sandbox.base_url(), &journal, first, charges);
        let moment = (kills < planned).then(|| Moment::any(&mut dice, orders_a_life));
        match live(child, moment, &mut settled).await {
            false => kills += 1,
            true if kills >= planned => break,
            // A fast machine was through with them before the last kill: there are more orders.
            true => charges += charges / planned.max(1),
        }
    }
    let found = books_agree(&sandbox, &journal, charges).await;
    println!("{charges} charges, {kills} kills, {found} settled by look-up, {:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_on_one_journal_send_each_order_once() {
    const CHARGES: u32 = 100;
    let sandbox = Sandbox::start().await.unwrap();
    issue_the_key(&sandbox).await;
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.db");
    let (mut one, mut other) = (BTreeSet::new(), BTreeSet::new());
    let start = || start_child(sandbox.base_url(), &journal, 0, CHARGES);
    let ended = tokio::join!(live(start(), None, &mut one), live(start(), None, &mut other));
    assert_eq!(ended, (true, true));
    assert_eq!((one.len(), other.len()), (CHARGES as usize, CHARGES as usize), "both know every outcome");
    let sent = sandbox.handle().requests().iter().filter(|request| request.operation == Some(Operation::Again)).count();
    assert_eq!(sent, CHARGES as usize, "an order was sent by both");
    books_agree(&sandbox, &journal, CHARGES).await;
}
