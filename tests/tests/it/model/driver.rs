//! Runs cases, many at a time on one runtime, each on a site of its own; shrinks what fails.
//!
//! Scripts come from `proptest`'s strategies and shrink by its value trees. Only its runner is not used: it plays one case after
//! the other, and a case mostly waits.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::chance::scripts;
use super::play::{Played, play};
use super::script::Script;
use super::site::Site;

/// A delay of the machine above which a case proves nothing and is played again. Between the latest commit and the settle time lie
/// 290 ms.
const STALL: Duration = Duration::from_millis(200);

/// How often each smaller case is tried: faults race, so one pass proves little.
const TRIES: usize = 4;

/// What is to be run.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub cases: u64,
    pub seed: u64,
    /// How many at a time.
    pub at_once: usize,
    /// Just this one, to play a failure again.
    pub only: Option<u64>,
    /// Stop after so many failures.
    pub failures: u64,
}

/// What has come of it.
#[derive(Debug, Default)]
pub struct Summary {
    pub seed: u64,
    pub cases: u64,
    pub again: u64,
    pub calls: u64,
    pub requests: u64,
    pub faults: BTreeMap<String, u64>,
    pub outcomes: BTreeMap<&'static str, u64>,
    pub doubts: u64,
    pub settled: u64,
    pub listed: u64,
    pub violations: u64,
    pub seconds: f64,
}

/// A case that broke a promise.
pub struct Failure {
    pub number: u64,
    pub script: Script,
    pub problems: Vec<String>,
    pub story: Vec<String>,
}

/// The script of a case: the same for the same seed and number.
pub fn script(seed: u64, number: u64) -> Script {
    tree(seed, number).current()
}

fn tree(seed: u64, number: u64) -> Box<dyn ValueTree<Value = Script>> {
    let mut bytes = [0_u8; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&number.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    thread_local!(static SCRIPTS: proptest::strategy::BoxedStrategy<Script> = scripts().boxed());
    SCRIPTS.with(|scripts| scripts.new_tree(&mut runner)).expect("no strategy here rejects")
}

/// What the players share.
struct Shared {
    plan: Plan,
    next: AtomicU64,
    stop: AtomicBool,
    stalls: Stalls,
    summary: Mutex<Summary>,
    failure: Mutex<Option<Failure>>,
    unique: AtomicU64,
}

/// Runs a plan; stops early after too many failures, and returns the first.
pub async fn run(plan: Plan) -> (Summary, Option<Failure>) {
    let began = Instant::now();
    let shared = Arc::new(Shared {
        plan,
        next: AtomicU64::new(plan.only.unwrap_or(0)),
        stop: AtomicBool::new(false),
        stalls: Stalls::default(),
        summary: Mutex::default(),
        failure: Mutex::default(),
        unique: AtomicU64::new(0),
    });
    let watcher = tokio::spawn(watch_stalls(Arc::clone(&shared)));
    let players: Vec<_> = (0..plan.at_once).map(|_| tokio::spawn(player(Arc::clone(&shared)))).collect();
    for player in players {
        player.await.expect("a player does not panic");
    }
    watcher.abort();
    let failure = shared.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
    let mut summary = std::mem::take(&mut *shared.lock());
    summary.seed = plan.seed;
    summary.seconds = began.elapsed().as_secs_f64();
    (summary, failure)
}

async fn player(shared: Arc<Shared>) {
    let mut site = Site::start().await;
    let end = shared.plan.only.map_or(shared.plan.cases, |only| only + 1);
    while !shared.stop.load(Ordering::Relaxed) {
        let number = shared.next.fetch_add(1, Ordering::Relaxed);
        if number >= end {
            return;
        }
        let script = script(shared.plan.seed, number);
        let played = loop {
            let unique = shared.unique.fetch_add(1, Ordering::Relaxed);
            let began = Instant::now();
            let played = play(&mut site, &script, format!("c{unique}")).await;
            // If the machine stood still meanwhile, a commit that was to be late was perhaps later than the settle time, and the
            // case would show the documented limit.
            if !shared.stalls.since(began) {
                break played;
            }
            shared.lock().again += 1;
        };
        let failed = !played.problems.is_empty();
        shared.add(&played);
        if failed {
            if shared.lock().violations >= shared.plan.failures {
                shared.stop.store(true, Ordering::Relaxed);
            }
            let mut failure = shared.failure.lock().unwrap_or_else(PoisonError::into_inner);
            let this = Failure { number, script, problems: played.problems, story: played.story };
            println!("model: {this}");
            failure.get_or_insert(this);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Summary> {
        self.summary.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, played: &Played) {
        let mut summary = self.lock();
        summary.cases += 1;
        summary.calls += played.calls;
        summary.requests += played.requests;
        summary.doubts += played.doubts;
        summary.settled += played.settled;
        summary.listed += played.listed;
        summary.violations += u64::from(!played.problems.is_empty());
        for (name, count) in &played.faults {
            *summary.faults.entry(name.clone()).or_default() += count;
        }
        for (name, count) in &played.outcomes {
            *summary.outcomes.entry(name).or_default() += count;
        }
        if summary.cases.is_multiple_of(5_000) {
            println!("model: {} cases, {} doubts, {} violations", summary.cases, summary.doubts, summary.violations);
        }
    }
}

/// When the machine last kept this program waiting.
#[derive(Default)]
struct Stalls(Mutex<Option<Instant>>);

impl Stalls {
    fn since(&self, time: Instant) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|last| last >= time)
    }
}

async fn watch_stalls(shared: Arc<Shared>) {
    const NAP: Duration = Duration::from_millis(10);
    loop {
        let before = Instant::now();
        tokio::time::sleep(NAP).await;
        if before.elapsed() > NAP + STALL {
            *shared.stalls.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
    }
}

/// Makes a failing case smaller, for as long as it goes on failing.
pub async fn shrink(plan: Plan, failure: Failure, time: Duration) -> Failure {
    let began = Instant::now();
    let mut site = Site::start().await;
    let mut smallest = failure;
    let mut tries = 0;
    let mut tree = tree(plan.seed, smallest.number);
    let mut going = tree.simplify();
    while going && began.elapsed() < time {
        let script = tree.current();
        let mut played = Played::default();
        for _ in 0..TRIES {
            tries += 1;
            played = play(&mut site, &script, format!("t{tries}")).await;
            if !played.problems.is_empty() {
                break;
            }
        }
        going = if played.problems.is_empty() {
            tree.complicate()
        } else {
            smallest = Failure { script, problems: played.problems, story: played.story, ..smallest };
            tree.simplify()
        };
    }
    smallest
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "case {} breaks a promise:", self.number)?;
        for problem in &self.problems {
            writeln!(f, "  - {problem}")?;
        }
        write!(f, "the script:\n{}\nwhat was told:", self.script)?;
        self.story.iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts =
            |f: &mut fmt::Formatter<'_>, what: &str, name: &str, count: u64| writeln!(f, "| {what} | {name} | {count} |");
        writeln!(f, "| | | count |\n|---|---|---:|")?;
        counts(f, "cases", &format!("seed {}, {:.0} s", self.seed, self.seconds), self.cases)?;
        counts(f, "", "played again, since the machine stood still", self.again)?;
        counts(f, "calls", "of the facade", self.calls)?;
        counts(f, "", "HTTP requests", self.requests)?;
        for (name, count) in &self.outcomes {
            counts(f, "told", name, *count)?;
        }
        for (name, count) in &self.faults {
            counts(f, "faults met", name, *count)?;
        }
        counts(f, "doubts", "handed out", self.doubts)?;
        counts(f, "", "settled at the end", self.settled)?;
        counts(f, "", "not: the order is another request's, or a person must look", self.doubts - self.settled)?;
        counts(f, "", "intents listed by `recover`, with those of callers that left", self.listed)?;
        counts(f, "**violations**", "", self.violations)
    }
}
