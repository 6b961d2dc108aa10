//! The model test: random calls, faults, restarts and callers, and a ledger that is never contradicted.
//!
//! `KR_BILLING_MODEL_CASES` says how many cases (200 without it), `KR_BILLING_MODEL_SEED` which, `KR_BILLING_MODEL_ONLY` plays
//! one again, `KR_BILLING_MODEL_AT_ONCE` says how many run at a time, `KR_BILLING_MODEL_FAILURES` after how many it stops (1), and
//! `KR_BILLING_MODEL_SHRINK_SECONDS` how long a failure is shrunk.

mod acts;
mod case;
mod chance;
mod driver;
mod http;
mod limit;
mod play;
mod proxy;
mod rules;
mod script;
mod site;
mod watch;

use std::time::Duration;

use driver::{Plan, run, shrink};

/// The seed of CI's cases; any other finds other cases.
const SEED: u64 = 20_261_121;

fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is not a number")))
}

/// The futures of a debug build need a large stack.
const STACK: usize = 64 << 20;

/// The runtime that cases run on: two threads, like the CI machine.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(STACK)
        .enable_all()
        .build()
        .expect("a runtime")
}

#[test]
fn never_twice_never_lost() {
    let plan = Plan {
        cases: setting("KR_BILLING_MODEL_CASES").unwrap_or(200),
        seed: setting("KR_BILLING_MODEL_SEED").unwrap_or(SEED),
        at_once: setting("KR_BILLING_MODEL_AT_ONCE").and_then(|count| usize::try_from(count).ok()).unwrap_or(32),
        only: setting("KR_BILLING_MODEL_ONLY"),
        failures: setting("KR_BILLING_MODEL_FAILURES").unwrap_or(1),
    };
    let patience = Duration::from_secs(setting("KR_BILLING_MODEL_SHRINK_SECONDS").unwrap_or(90));
    let tester = std::thread::Builder::new().stack_size(STACK).spawn(move || runtime().block_on(test(plan, patience)));
    let failure = tester.expect("a thread").join().expect("the test itself does not panic");
    assert!(failure.is_none(), "{}", failure.unwrap_or_default());
}

/// Runs a plan; returns the text of the smallest failure.
async fn test(plan: Plan, patience: Duration) -> Option<String> {
    let (summary, failure) = run(plan).await;
    println!("{summary}");
    let failure = failure?;
    let number = failure.number;
    let failure = shrink(plan, failure, patience).await;
    let again = format!("KR_BILLING_MODEL_SEED={} KR_BILLING_MODEL_ONLY={number}", plan.seed);
    Some(format!("{failure}\nto play it again, unshrunk: {again}"))
}
