//! Texts of reports: unified diffs and moments.

use similar::TextDiff;

/// Texts with more lines than this, both together, are not compared line by line.
const MAX_LINES: usize = 20_000;
/// A diff is cut after so many bytes.
const MAX_DIFF: usize = 256 * 1024;

/// The unified diff of two texts with three lines of context; none if they are too long for one.
pub fn unified(name: &str, old: &str, new: &str) -> Option<String> {
    if old.lines().count() + new.lines().count() > MAX_LINES {
        return None;
    }
    let diff = TextDiff::from_lines(old, new);
    let mut text = diff
        .unified_diff()
        .context_radius(3)
        .header(&format!("{name} (is)"), &format!("{name} (shall be)"))
        .to_string();
    if text.len() > MAX_DIFF {
        let cut = text.floor_char_boundary(MAX_DIFF);
        let cut = text.get(..cut).and_then(|head| head.rfind('\n')).map_or(cut, |end| end + 1);
        text.truncate(cut);
        text.push_str("... (cut)\n");
    }
    Some(text)
}

/// A moment as RFC 3339 in UTC, to the second. `wall` is in nanoseconds since the Unix epoch.
///
/// The date is computed as in Howard Hinnant's `civil_from_days`, over eras of 400 years.
pub fn time(wall: i64) -> String {
    let seconds = wall.div_euclid(1_000_000_000);
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use super::{time, unified};

    #[test]
    fn moments() {
        assert_eq!(time(0), "1970-01-01T00:00:00Z");
        assert_eq!(time(951_827_696_000_000_000), "2000-02-29T12:34:56Z");
        assert_eq!(time(-1), "1969-12-31T23:59:59Z");
        assert_eq!(time(4_107_542_399_000_000_000), "2100-02-28T23:59:59Z");
    }

    #[test]
    fn diffs() {
        let diff = unified("/etc/motd", "a\nb\n", "a\nc").expect("short enough");
        expect_test::expect![[r#"
            --- /etc/motd (is)
            +++ /etc/motd (shall be)
            @@ -1,2 +1,2 @@
             a
            -b
            +c
            \ No newline at end of file
        "#]]
        .assert_eq(&diff);
        assert_eq!(unified("x", &"a\n".repeat(30_000), ""), None);
    }
}
