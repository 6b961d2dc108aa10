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
