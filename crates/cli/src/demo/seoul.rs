//! Months and times as a Korean subscriber counts them.

use jiff::tz::{TimeZone, offset};
use jiff::{Timestamp, ToSpan as _, Zoned};
use kr_billing::UnixSeconds;

use super::Failure;

/// The same day and time of the next month in Seoul; the month's last day where it has no such day.
pub(super) fn a_month_after(now: UnixSeconds) -> Result<UnixSeconds, Failure> {
    let then = in_seoul(now)?.checked_add(1.month())?;
    Ok(UnixSeconds(u64::try_from(then.timestamp().as_second())?))
}

/// A time for people: `2026-12-21 09:30:00 KST`.
pub(super) fn shown(at: UnixSeconds) -> String {
    match in_seoul(at) {
        Ok(local) => local.strftime("%Y-%m-%d %H:%M:%S KST").to_string(),
        Err(_) => at.to_string(),
    }
}

/// Korea has kept UTC+9 all year since 1988, so that no time zone database is needed for times to come.
fn in_seoul(at: UnixSeconds) -> Result<Zoned, Failure> {
    Ok(Timestamp::from_second(i64::try_from(at.0)?)?.to_zoned(TimeZone::fixed(offset(9))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_a_calendar_month_in_seoul() {
        let seconds = |text: &str| UnixSeconds(text.parse::<Timestamp>().unwrap().as_second().unsigned_abs());
        // Still 30 January in London, but 31 January in Seoul: the next payment is on the last day of February.
        let january = seconds("2027-01-30T15:30:00Z");
        assert_eq!(shown(january), "2027-01-31 00:30:00 KST");
        assert_eq!(shown(a_month_after(january).unwrap()), "2027-02-28 00:30:00 KST");
    }
}
