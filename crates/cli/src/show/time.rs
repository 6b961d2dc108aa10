//! Times for people: Korean time, whatever the machine's zone is.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use kr_billing::{Invalid, UnixSeconds};

/// Korea has had one offset and no summer time since 1988.
fn korea() -> TimeZone {
    TimeZone::fixed(Offset::constant(9))
}

/// `2026-12-01 09:00:00`, in Korea.
pub(crate) fn shown(at: UnixSeconds) -> String {
    let stamp = i64::try_from(at.0).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    match stamp {
        Some(stamp) => stamp.to_zoned(korea()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        None => at.to_string(),
    }
}

/// Reads UNIX seconds, a time with its offset (`2026-12-01T00:00:00Z`), or a day or time in Korea.
pub(crate) fn parse(text: &str) -> Result<UnixSeconds, Invalid> {
    let wrong = || Invalid::new("time", "is neither UNIX seconds nor a time such as 2026-12-01T09:00 (Korea) or with an offset");
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().map(UnixSeconds).map_err(|_| wrong());
    }
    let in_korea = |time: DateTime| time.to_zoned(korea()).ok().map(|zoned: Zoned| zoned.timestamp());
    let stamp = text.parse::<Timestamp>().ok();
    let stamp =
        stamp.or_else(|| text.parse::<Date>().ok().filter(|_| text.len() == 10).and_then(|day| in_korea(day.at(0, 0, 0, 0))));
    let stamp = stamp.or_else(|| text.parse::<DateTime>().ok().and_then(in_korea)).ok_or_else(wrong)?;
    u64::try_from(stamp.as_second()).map(UnixSeconds).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_an_offset_is_korean() {
        let nine = UnixSeconds(1_796_083_200);
        for text in ["1796083200", "2026-12-01T09:00", "2026-12-01T09:00:00", "2026-12-01T00:00:00Z", "2026-12-01T09:00:00+09:00"]
        {
            assert_eq!(parse(text), Ok(nine), "{text}");
        }
        assert_eq!(parse("2026-12-01"), Ok(UnixSeconds(nine.0 - 9 * 3600)));
        assert_eq!(shown(nine), "2026-12-01 09:00:00");
    }

    #[test]
    fn anything_else_is_refused_without_repeating_it() {
        for bad in ["", "tomorrow", "2026-13-01", "-5", "1.5", "99999999999999999999999"] {
            let error = parse(bad).unwrap_err().to_string();
            assert!(bad.len() < 4 || !error.contains(bad), "{error}");
        }
    }
}
