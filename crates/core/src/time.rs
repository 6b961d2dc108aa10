//! Times as the wire has them: UNIX seconds.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// UNIX seconds. Zero and null in an answer mean "never" and become `None` before they get here. `[oa defs]`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UnixSeconds(pub u64);

impl UnixSeconds {
    /// This many seconds later.
    #[must_use]
    pub fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

impl From<SystemTime> for UnixSeconds {
    /// Times before 1970 become 1970.
    fn from(time: SystemTime) -> Self {
        Self(time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
    }
}

impl From<UnixSeconds> for SystemTime {
    /// Times after the year 9999 become its last second: a server may write any number, and a system's clock ends somewhere.
    fn from(time: UnixSeconds) -> SystemTime {
        const LAST: u64 = 253_402_300_799;
        UNIX_EPOCH + Duration::from_secs(time.0.min(LAST))
    }
}

impl fmt::Display for UnixSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_is_too_late_for_the_systems_clock() {
        let last = SystemTime::from(UnixSeconds(253_402_300_799));
        for late in [253_402_300_800, i64::MAX as u64, u64::MAX] {
            assert_eq!(SystemTime::from(UnixSeconds(late)), last, "{late}");
        }
        let usual = UnixSeconds(1_790_000_000);
        assert_eq!(UnixSeconds::from(SystemTime::from(usual)), usual);
    }
}
