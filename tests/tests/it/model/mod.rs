//! The model test: random calls, faults, restarts and callers, and a ledger that is never contradicted.
//!
//! `KR_BILLING_MODEL_CASES` says how many cases (200 without it), `KR_BILLING_MODEL_SEED` which, `KR_BILLING_MODEL_ONLY` plays
//! one again, `KR_BILLING_MODEL_AT_ONCE` says how many run at a time, and `KR_BILLING_MODEL_SHRINK_SECONDS` how long a failure
//! is shrunk.

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

/// The runtime that cases run on: two threads, like the CI machine.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_stack_size(64 << 20).enable_all().build().expect("a runtime")
}

#[test]
fn never_twice_never_lost() {
    let plan = Plan {
        cases: setting("KR_BILLING_MODEL_CASES").unwrap_or(200),
        seed: setting("KR_BILLING_MODEL_SEED").unwrap_or(SEED),
        at_once: setting("KR_BILLING_MODEL_AT_ONCE").and_then(|count| usize::try_from(count).ok()).unwrap_or(32),
        only: setting("KR_BILLING_MODEL_ONLY"),
    };
    runtime().block_on(async {
        let (summary, failure) = run(plan).await;
        println!("{summary}");
        if let Some(failure) = failure {
            let number = failure.number;
            println!("before shrinking: {failure}");
            let time = Duration::from_secs(setting("KR_BILLING_MODEL_SHRINK_SECONDS").unwrap_or(90));
            let failure = shrink(plan, failure, time).await;
            let again = format!("KR_BILLING_MODEL_SEED={} KR_BILLING_MODEL_ONLY={number}", plan.seed);
            panic!("{failure}\nto play it again, unshrunk: {again}");
        }
    });
}
