//! Where a suite runs: a sandbox of its own for each check.

use kr_billing_core::BillingGateway;
use kr_billing_sandbox::{ChannelConfig, Handle, SAMPLE_KEY, SAMPLE_SECRET, Sandbox, SandboxConfig};

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

/// The sandbox's presets for test channels, one for each module.
const TEST_PRESETS: [&str; 6] = ["kcp_test", "kcp_billing_test", "inicis_test", "html5_inicis_test", "nice_test", "nice_v2_test"];

/// Starts a sandbox, makes a channel and runs one check.
///
/// # Panics
/// When the check fails, or no sandbox can be started.
pub fn run(
    make: impl FnOnce(&Site) -> Box<dyn BillingGateway>,
    test: bool,
    check: impl AsyncFnOnce(&dyn BillingGateway, &Handle),
) {
    block_on(async {
        let sandbox = start(test).await;
        let site =
            Site { base_url: sandbox.base_url().to_owned(), imp_key: SAMPLE_KEY.into(), imp_secret: SAMPLE_SECRET.into(), test };
        let gateway = make(&site);
        check(&*gateway, &sandbox.handle()).await;
        sandbox.shutdown().await.expect("no state file, no trouble");
    });
}

/// Runs a future on a runtime of its own, so that an adapter's tests need none.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a tokio runtime").block_on(future)
}

async fn start(test: bool) -> Sandbox {
    let preset = |name: &str| ChannelConfig { preset: Some(name.to_owned()), ..ChannelConfig::default() };
    let channels = if test { TEST_PRESETS.iter().map(|name| preset(name)).collect() } else { Vec::new() };
    let config = SandboxConfig { channels, ..SandboxConfig::default() };
    Sandbox::builder().config(config).start().await.expect("a sandbox on a free port")
}
