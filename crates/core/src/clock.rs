//! Time comes in from outside, so that tests wait milliseconds and the demo lives on the sandbox's clock.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;

/// A source of time. The wall clock dates journal entries and tickets; the monotonic one measures waits.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The wall clock. It may jump.
    fn wall(&self) -> SystemTime;
    /// Time since some fixed point. It never goes back.
    fn monotonic(&self) -> Duration;
    /// Waits.
    async fn sleep(&self, time: Duration);
}
