//! The ladder of waits between look-ups: for a bounded time, each wait longer than the last.

use std::time::Duration;

use backon::ExponentialBackoff;
use kr_billing_core::Clock;

use crate::billing::Billing;
use crate::policy::Policy;

/// One climb: it starts when an answer was not usable.
pub(crate) struct Ladder<'a> {
    clock: &'a dyn Clock,
    policy: &'a Policy,
    began: Duration,
    waits: ExponentialBackoff,
}

impl<'a> Ladder<'a> {
    pub(crate) fn start(billing: &'a Billing) -> Self {
        let (clock, policy) = (billing.inner.clock.as_ref(), &billing.inner.policy);
        Self { clock, policy, began: clock.monotonic(), waits: policy.waits() }
    }

    fn passed(&self) -> Duration {
        self.clock.monotonic().saturating_sub(self.began)
    }

    /// Whether the settle time has passed, so that a look-up from now on can prove that nothing happened.
    pub(crate) fn settled(&self) -> bool {
        self.passed() >= self.policy.settle_after
    }

    /// Waits for the next look-up. `false`: the time for resolving is over.
    pub(crate) async fn next(&mut self) -> bool {
        let left = self.policy.resolve_for.saturating_sub(self.passed());
        if left.is_zero() {
            return false;
        }
        let wait = self.waits.next().unwrap_or(self.policy.longest_wait);
        self.clock.sleep(wait.min(left)).await;
        true
    }
}
