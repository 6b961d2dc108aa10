//! The virtual clock: milliseconds inside, UNIX seconds on the wire.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// What the clock shows and whether it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockReading {
    /// The sandbox's time in UNIX seconds.
    pub now: i64,
    /// The sandbox's time in UNIX milliseconds.
    pub now_ms: i64,
    /// True when the clock runs with the machine's clock, false when it stands still.
    pub real_time: bool,
}

/// A clock that runs with the machine's, at an offset, or stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Clock {
    offset_ms: i64,
    stopped_at_ms: Option<i64>,
}

impl Clock {
    pub(crate) fn running() -> Self {
        Self { offset_ms: 0, stopped_at_ms: None }
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.stopped_at_ms.unwrap_or_else(|| machine_ms().saturating_add(self.offset_ms))
    }

    pub(crate) fn set_ms(&mut self, at_ms: i64) {
        match &mut self.stopped_at_ms {
            Some(stopped) => *stopped = at_ms,
            None => self.offset_ms = at_ms.saturating_sub(machine_ms()),
        }
    }

    pub(crate) fn run(&mut self, real_time: bool) {
        let now = self.now_ms();
        self.stopped_at_ms = if real_time { None } else { Some(now) };
        self.set_ms(now);
    }

    pub(crate) fn reading(&self) -> ClockReading {
        let now_ms = self.now_ms();
        ClockReading { now: now_ms.div_euclid(1000), now_ms, real_time: self.stopped_at_ms.is_none() }
    }

    pub(crate) fn runs(&self) -> bool {
        self.stopped_at_ms.is_none()
    }
}

fn machine_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_clock_moves_only_when_told() {
        let mut clock = Clock::running();
        clock.run(false);
        clock.set_ms(1_700_000_000_123);
        assert_eq!(clock.now_ms(), 1_700_000_000_123);
        assert_eq!(clock.reading().now, 1_700_000_000);
        clock.run(true);
        assert!(clock.now_ms() >= 1_700_000_000_123);
        assert!(clock.runs());
    }
}
