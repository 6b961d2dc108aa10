//! The demo's clock: the date is the sandbox's, waits are the machine's.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kr_billing::Clock;
use kr_billing_sandbox::Handle;

/// Shows the sandbox's time, so that a month passes for both sides when its clock is moved.
pub(super) struct SandboxClock {
    sandbox: Handle,
    began: Instant,
}

impl SandboxClock {
    pub(super) fn new(sandbox: Handle) -> Self {
        Self { sandbox, began: Instant::now() }
    }
}

#[async_trait::async_trait]
impl Clock for SandboxClock {
    fn wall(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.sandbox.clock().now_ms.max(0).unsigned_abs())
    }

    fn monotonic(&self) -> Duration {
        self.began.elapsed()
    }

    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}
