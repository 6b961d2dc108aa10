//! How long things may take. The defaults are for production; tests and the demo shorten them.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use serde::Deserialize;

/// The times and limits that [`Billing`](crate::Billing) works with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// How long a send may take before it is given up and looked up: 60 s. PortOne asks V2 clients for at least that.
    /// `[docs v2 api intro]`
    pub send_timeout: Duration,
    /// How long connecting may take: 5 s. Well below the send timeout, so that a stalled connect is known to be `NotSent`.
    pub connect_timeout: Duration,
    /// How long after its intent was stored a call may still be sent: 15 s.
    pub send_within: Duration,
    /// How long a call in doubt is looked up before it is handed out as in doubt: 20 s. The last look-up may itself take
    /// longer: up to `send_timeout` a request, with `attempts` for each.
    pub resolve_for: Duration,
    /// How long the provider may take to act on a request whose answer was lost: 5 min. Only after it is "not found" proof.
    /// V1 states no such time `[infer]`; money that moves later is this design's documented limit.
    pub settle_after: Duration,
    /// The first wait between look-ups: 500 ms. Each next one is twice as long.
    pub first_wait: Duration,
    /// The longest wait between look-ups: 5 s.
    pub longest_wait: Duration,
    /// How often a call that certainly was not sent is tried in all: 3.
    pub attempts: u32,
    /// How many money calls may be under way at once: 64.
    pub concurrent_sends: usize,
    /// How long a call may wait for a free place among them, and then for its channel's turn: 30 s each.
    pub wait_for_place: Duration,
    /// How many extra requests (resends, look-ups after failures) may be spent before successes earn new ones: 500.
    pub retry_budget: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            send_timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(5),
            send_within: Duration::from_secs(15),
            resolve_for: Duration::from_secs(20),
            settle_after: Duration::from_secs(300),
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(5),
            attempts: 3,
            concurrent_sends: 64,
            wait_for_place: Duration::from_secs(30),
            retry_budget: 500,
        }
    }
}

impl Policy {
    /// The waits between look-ups, without an end.
    pub(crate) fn waits(&self) -> ExponentialBackoff {
        ExponentialBuilder::default()
            .with_min_delay(self.first_wait)
            .with_max_delay(self.longest_wait)
            .without_max_times()
            .build()
    }

    /// How long after an intent was stored silence is proof: the send may start late, wait for a token and take its time; refused for
    /// its token, it waits for a new one and is sent once more; then it settles.
    pub(crate) fn proof_after(&self) -> Duration {
        self.send_within + 4 * self.send_timeout + self.settle_after
    }
}

/// The `[policy]` table of a configuration: all times in milliseconds. What is left out keeps its default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "each is the field of Policy with this name")]
pub struct PolicyConfig {
    pub send_timeout_ms: Option<u64>,
    pub connect_timeout_ms: Option<u64>,
    pub send_within_ms: Option<u64>,
    pub resolve_for_ms: Option<u64>,
    pub settle_after_ms: Option<u64>,
    pub first_wait_ms: Option<u64>,
    pub longest_wait_ms: Option<u64>,
    pub attempts: Option<u32>,
    pub concurrent_sends: Option<usize>,
    pub wait_for_place_ms: Option<u64>,
    pub retry_budget: Option<u32>,
}

impl PolicyConfig {
    /// The policy, with defaults where nothing is said.
    pub fn policy(&self) -> Policy {
        let base = Policy::default();
        let time = |said: Option<u64>, otherwise| said.map_or(otherwise, Duration::from_millis);
        Policy {
            send_timeout: time(self.send_timeout_ms, base.send_timeout),
            connect_timeout: time(self.connect_timeout_ms, base.connect_timeout),
            send_within: time(self.send_within_ms, base.send_within),
            resolve_for: time(self.resolve_for_ms, base.resolve_for),
            settle_after: time(self.settle_after_ms, base.settle_after),
            first_wait: time(self.first_wait_ms, base.first_wait),
            longest_wait: time(self.longest_wait_ms, base.longest_wait),
            attempts: self.attempts.unwrap_or(base.attempts),
            concurrent_sends: self.concurrent_sends.unwrap_or(base.concurrent_sends),
            wait_for_place: time(self.wait_for_place_ms, base.wait_for_place),
            retry_budget: self.retry_budget.unwrap_or(base.retry_budget),
        }
    }
}
