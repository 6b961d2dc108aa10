//! Back-pressure: how much may be under way, and how often a failing provider is asked again.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use kr_billing_core::{Clock, Error, ErrorKind, Operation};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::policy::Policy;

/// What a failed extra request costs, in units of what a success earns.
const COST: u32 = 5;

/// The places for money calls, and the budget for asking again.
pub(crate) struct Limits {
    places: Semaphore,
    wait: Duration,
    budget: AtomicU32,
    full: u32,
}

impl Limits {
    pub(crate) fn new(policy: &Policy) -> Self {
        let full = policy.retry_budget.saturating_mul(COST);
        let places = Semaphore::new(policy.concurrent_sends.clamp(1, Semaphore::MAX_PERMITS));
        Self { places, wait: policy.wait_for_place, budget: AtomicU32::new(full), full }
    }

    /// Waits for a place, for a bounded time.
    pub(crate) async fn place(&self, clock: &dyn Clock, operation: Operation) -> Result<SemaphorePermit<'_>, Error> {
        let busy = || Error::not_sent(operation, ErrorKind::Exhausted, "too many calls are under way; try again later");
        tokio::select! {
            biased;
            permit = self.places.acquire() => permit.map_err(|_| busy()),
            () = clock.sleep(self.wait) => Err(busy()),
        }
    }

    /// Takes the cost of one more request from the budget. `false` when an outage has used it up.
    pub(crate) fn may_ask_again(&self) -> bool {
        let take = |left: u32| left.checked_sub(COST);
        self.budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    /// A request got a usable answer.
    pub(crate) fn earned(&self) {
        let add = |left: u32| (left < self.full).then(|| left + 1);
        let _full = self.budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A clock on which every wait is over at once.
    struct NoWait;

    #[async_trait::async_trait]
    impl Clock for NoWait {
        fn wall(&self) -> std::time::SystemTime {
            std::time::UNIX_EPOCH
        }
        fn monotonic(&self) -> Duration {
            Duration::ZERO
        }
        async fn sleep(&self, _time: Duration) {}
    }

    #[tokio::test]
    async fn a_call_beyond_the_last_place_waits_for_a_bounded_time_and_is_not_sent() {
        let limits = Limits::new(&Policy { concurrent_sends: 1, ..Policy::default() });
        let first = limits.place(&NoWait, Operation::Charge).await.unwrap();
        let error = limits.place(&NoWait, Operation::Charge).await.map(drop).unwrap_err();
        assert_eq!((error.kind(), error.reach()), (ErrorKind::Exhausted, kr_billing_core::Reach::NotSent));
        drop(first);
        assert!(limits.place(&NoWait, Operation::Charge).await.is_ok());
    }

    #[test]
    fn an_outage_uses_the_budget_up_and_successes_earn_it_back() {
        let limits = Limits::new(&Policy { retry_budget: 2, ..Policy::default() });
        assert!(limits.may_ask_again() && limits.may_ask_again() && !limits.may_ask_again());
        (0..COST).for_each(|_| limits.earned());
        assert!(limits.may_ask_again() && !limits.may_ask_again());
    }
}
