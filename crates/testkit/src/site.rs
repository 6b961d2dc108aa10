//! Where a suite runs: a sandbox of its own for each check.

use kr_billing_core::BillingGateway;
use kr_billing_sandbox::{Handle, SAMPLE_KEY, SAMPLE_SECRET, Sandbox, SandboxConfig};

use crate::account;

/// What an adapter needs to build its channel.
#[derive(Debug, Clone)]
pub struct Site {
    /// The sandbox's address, `http://127.0.0.1:…`.
    pub base_url: String,
    /// Its REST API key.
    pub imp_key: String,
    /// Its REST API secret: the documentation's public sample.
    pub imp_secret: String,
    /// Whether the channel must be a test one.
    pub test: bool,
}

impl Site {
    fn at(base_url: &str, test: bool) -> Self {
        Self { base_url: base_url.to_owned(), imp_key: SAMPLE_KEY.into(), imp_secret: SAMPLE_SECRET.into(), test }
    }

    /// A site that nobody serves: for a channel that is only asked for its facts.
    fn nowhere(test: bool) -> Self {
        Self::at("http://127.0.0.1:9", test)
    }
}

/// Makes a channel to learn its facts, starts a sandbox with channels after them, makes the channel again there and runs one check.
///
/// # Panics
/// When the check fails, the adapter would use a channel that its own facts do not name, or the sandbox cannot have such channels.
pub fn run(make: impl Fn(&Site) -> Box<dyn BillingGateway>, test: bool, check: impl AsyncFnOnce(&dyn BillingGateway, &Handle)) {
    let config = account::of(&*make(&Site::nowhere(test)), test);
    on_site(make, test, config, async |gateway, sandbox| {
        account::assert_known(gateway, sandbox).await;
        check(gateway, sandbox).await;
    });
}

/// As [`run`], on an account that has channels of another PG only.
///
/// # Panics
/// When the check fails.
pub fn run_elsewhere(make: impl Fn(&Site) -> Box<dyn BillingGateway>, check: impl AsyncFnOnce(&dyn BillingGateway, &Handle)) {
    let config = account::of_a_stranger(make(&Site::nowhere(false)).profile(), false);
    on_site(make, false, config, check);
}

fn on_site(
    make: impl Fn(&Site) -> Box<dyn BillingGateway>,
    test: bool,
    config: SandboxConfig,
    check: impl AsyncFnOnce(&dyn BillingGateway, &Handle),
) {
    block_on(async {
        let sandbox = start(config).await;
        let gateway = make(&Site::at(sandbox.base_url(), test));
        check(&*gateway, &sandbox.handle()).await;
        sandbox.shutdown().await.expect("no state file, no trouble");
    });
}

/// Runs a future on a runtime of its own, so that an adapter's tests need none.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a tokio runtime").block_on(future)
}

async fn start(config: SandboxConfig) -> Sandbox {
    Sandbox::builder().config(config).start().await.unwrap_or_else(|error| {
        panic!(
            "the sandbox cannot have this adapter's channels: {error}\nIf the PG does not do that on V1, take it out of the \
             adapter (`cargo xtask new-adapter NAME --window` writes one without key-in). If it does, say so, with its source, in \
             `crates/sandbox/src/rules.rs`."
        )
    })
}
