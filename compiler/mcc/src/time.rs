//! Reading times of RFC 3339 and spans of time, as they are written on the command line. Everything is in
//! milliseconds; times count from 1970-01-01 in UTC, without leap seconds.

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Reads `2026-03-01T12:00:00Z`, also with a fraction or an offset such as `+02:00`. `None` when it is not one,
/// or before 1970.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (time, rest) = (rest.get(..8)?, rest.get(8..)?);
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (millis, rest) = match rest.strip_prefix('.') {
        Some(fraction) => {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            let (fraction, rest) = fraction.split_at(digits);
            let three: String = fraction.chars().chain("00".chars()).take(3).collect();
            (three.parse::<i64>().ok().filter(|_| digits > 0)?, rest)
        }
        None => (0, rest),
    };
    let offset = match rest {
        "Z" | "z" => 0,
        _ => {
            let sign = match rest.get(..1)? {
                "+" => 1,
                "-" => -1,
                _ => return None,
            };
            let [hours, minutes] = numbers(rest.get(1..)?, ':', [2, 2])?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            sign * (hours * 60 + minutes) * 60_000
        }
    };
    let at = days_from_epoch(year, month, day) * DAY + ((hour * 60 + minute) * 60 + second) * 1000 + millis;
    u64::try_from(at - offset).ok()
}

/// Reads a span of time: `7d`, `12h`, `1d12h`, `90m`, `30s`, `500ms`, `2w`.
pub(crate) fn parse_span(text: &str) -> Option<u64> {
    let mut total: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(digits);
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, after) = after.split_at(letters);
        let scale: u64 = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return None,
        };
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(scale)?)?;
        rest = after;
    }
    (!text.is_empty()).then_some(total)
}

/// Numbers of exactly these lengths with a separator between.
fn numbers<const N: usize>(text: &str, separator: char, lengths: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut found = [0; N];
    for (number, length) in found.iter_mut().zip(lengths) {
        let part =
            parts.next().filter(|part| part.len() == length && part.bytes().all(|b| b.is_ascii_digit()))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(found)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01, in the proleptic Gregorian calendar: years are counted from March, so that the leap
/// day is the last of its year.
fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::{days_from_epoch, days_in, parse, parse_span};

    #[test]
    fn times_are_read() {
        assert_eq!(parse("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(parse("2026-03-01T12:00:00Z"), Some(1_772_366_400_000));
        assert_eq!(parse("2026-03-01T14:00:00+02:00"), parse("2026-03-01T12:00:00Z"));
        assert_eq!(parse("2026-03-01t12:00:00.5z"), Some(1_772_366_400_500));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2026-03-01",
            "2026-03-01T12:00:00",
            "2026-13-01T12:00:00Z",
            "2026-02-29T12:00:00Z",
            "2026-03-01T24:00:00Z",
            "2026-03-01T12:60:00Z",
            "26-03-01T12:00:00Z",
            "2026-03-01T12:00:00.Z",
            "2026-03-01T12:00:00Zx",
            "1969-12-31T23:59:59Z",
            "2026-03-01T12:00:00+2",
            "äöüäöüäöüäöü",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_of_400_years_comes_back() {
        let mut days = days_from_epoch(1970, 1, 1);
        assert_eq!(days, 0);
        for year in 1970..2370 {
            for month in 1..=12 {
                for day in 1..=days_in(year, month) {
                    assert_eq!(days_from_epoch(year, month, day), days);
                    let text = format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
                    let millis = days as u64 * 86_400_000;
                    assert_eq!(parse(&text), Some(millis));
                    assert_eq!(mc_plan::time::utc(millis), text);
                    days += 1;
                }
            }
        }
    }

    #[test]
    fn spans_are_read() {
        assert_eq!(parse_span("7d"), Some(604_800_000));
        assert_eq!(parse_span("1d12h"), Some(129_600_000));
        assert_eq!(parse_span("1500ms"), Some(1500));
        for text in ["", "7", "d", "7x", "-1d", "1.5h", "99999999999999999999d", "9999999999999999w"] {
            assert_eq!(parse_span(text), None, "{text}");
        }
    }
}
