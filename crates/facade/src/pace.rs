//! A channel's own limit on requests per second, where its PG states one.

use kr_billing_core::Clock;

/// Lets calls through at a channel's rate.
pub(crate) struct Pace {
    #[cfg(feature = "rate-limit")]
    limiter: Option<governor::DefaultDirectRateLimiter>,
}

impl Pace {
    /// No limit.
    pub(crate) fn free() -> Self {
        Self {
            #[cfg(feature = "rate-limit")]
            limiter: None,
        }
    }

    /// At most so many requests per second.
    #[cfg(feature = "rate-limit")]
    pub(crate) fn per_second(requests: std::num::NonZeroU32) -> Self {
        Self { limiter: Some(governor::RateLimiter::direct(governor::Quota::per_second(requests))) }
    }

    /// Waits for its turn.
    #[cfg(feature = "rate-limit")]
    pub(crate) async fn turn(&self, clock: &dyn Clock) {
        use governor::clock::Clock as _;
        let Some(limiter) = &self.limiter else { return };
        while let Err(not_until) = limiter.check() {
            clock.sleep(not_until.wait_time_from(governor::clock::DefaultClock::default().now())).await;
        }
    }

    /// There is no limiter in this build.
    #[cfg(not(feature = "rate-limit"))]
    pub(crate) async fn turn(&self, _clock: &dyn Clock) {}
}

#[cfg(all(test, feature = "rate-limit"))]
mod tests {
    use std::num::NonZeroU32;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::{Duration, SystemTime};

    use super::*;

    /// Counts who had to wait.
    #[derive(Default)]
    struct Counting(AtomicU32);

    #[async_trait::async_trait]
    impl Clock for Counting {
        fn wall(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH
        }
        fn monotonic(&self) -> Duration {
            Duration::ZERO
        }
        async fn sleep(&self, time: Duration) {
            self.0.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(time).await;
        }
    }

    #[tokio::test]
    async fn a_channel_lets_no_more_through_than_its_rate() {
        let clock = Counting::default();
        let pace = Pace::per_second(NonZeroU32::new(5).unwrap());
        for _ in 0..5 {
            pace.turn(&clock).await;
        }
        assert_eq!(clock.0.load(Ordering::SeqCst), 0, "the first second's five go at once");
        pace.turn(&clock).await;
        assert!(clock.0.load(Ordering::SeqCst) >= 1, "the sixth waits");
        let free = Pace::free();
        free.turn(&clock).await;
    }
}
