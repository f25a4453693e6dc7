//! Times in messages. Everywhere else a time is a number of milliseconds since 1970-01-01 in UTC.

/// The last millisecond of the year 9999: no time of ours is later.
pub const LATEST: u64 = 253_402_300_799_999;

/// `2026-03-01T12:00:00Z`, as RFC 3339 writes it; parts of a second are left out.
#[must_use]
pub fn utc(milliseconds: u64) -> String {
    let seconds = milliseconds.min(LATEST) / 1000;
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

/// The date that many days after 1970-01-01. Years are counted from March, so that a leap day comes last,
/// in eras of 400 years of 146,097 days each.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_772_366_400, "2026-03-01T12:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (LATEST / 1000, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(utc(seconds * 1000 + 999), expected);
        }
        assert_eq!(utc(u64::MAX), "9999-12-31T23:59:59Z");
    }
}
