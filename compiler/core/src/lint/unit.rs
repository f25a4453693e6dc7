//! Numbers with a unit.

use super::context::Cx;
use super::{Level, Rule};
use crate::diagnostic::code;
use mc_syntax::ast::{ClauseKind, ExprKind};

pub(super) const LONG_TIMEOUT: Rule = Rule {
    code: code::LONG_TIMEOUT,
    name: "long_timeout",
    level: Level::Warn,
    about: "a `timeout` of more than an hour",
    check: long_timeout,
};

pub(super) const SMALL_UNIT: Rule = Rule {
    code: code::SMALL_UNIT,
    name: "small_unit",
    level: Level::Warn,
    about: "a large number with a small unit",
    check: small_unit,
};

const HOUR: i64 = 3_600_000_000_000;

fn long_timeout(cx: &mut Cx<'_>) {
    for clause in cx.clauses().into_iter().filter(|clause| clause.kind == ClauseKind::Timeout) {
        if let ExprKind::Duration(time) = clause.value.kind
            && time > HOUR
        {
            let found = cx
                .finding(&LONG_TIMEOUT, clause.value.span, "a step may hang for more than an hour")
                .here("everything behind it waits as long")
                .help("say how long it really takes when all is well, and some more");
            cx.found.push(found);
        }
    }
}

/// Units with the next larger one and how many of them that is. Days are often given in hours.
const LARGER: [(&str, &str, u64); 13] = [
    ("ns", "us", 1_000),
    ("us", "ms", 1_000),
    ("ms", "s", 1_000),
    ("s", "m", 60),
    ("m", "h", 60),
    ("B", "KiB", 1_024),
    ("KiB", "MiB", 1_024),
    ("MiB", "GiB", 1_024),
    ("GiB", "TiB", 1_024),
    ("KB", "MB", 1_000),
    ("kB", "MB", 1_000),
    ("MB", "GB", 1_000),
    ("GB", "TB", 1_000),
];

/// Numbers up to here are easy to read with any unit.
const EASY: u64 = 100;

/// The same with the largest unit that divides it.
fn reduced(text: &str) -> Option<String> {
    let at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, mut unit) = text.split_at_checked(at)?;
    let number: u64 = number.replace('_', "").parse().ok()?;
    let mut value = number;
    while let Some((_, next, factor)) =
        LARGER.iter().find(|(small, _, factor)| *small == unit && value.is_multiple_of(*factor) && value > 0)
    {
        value /= factor;
        unit = next;
    }
    (number > EASY && value != number).then(|| format!("{value}{unit}"))
}

fn small_unit(cx: &mut Cx<'_>) {
    for expr in cx.exprs() {
        if !matches!(expr.kind, ExprKind::Duration(_) | ExprKind::Size(_)) {
            continue;
        }
        let Some(better) = reduced(cx.source(expr.span)) else { continue };
        let found = cx
            .finding(&SMALL_UNIT, expr.span, "a large number with a small unit")
            .here(format!("the same as `{better}`"))
            .fix_by(cx.replace(expr.span, better));
        cx.found.push(found);
    }
}

#[cfg(test)]
mod tests {
    use super::reduced;
    use crate::lint::testing::fixed;
    use expect_test::expect;

    #[test]
    fn the_largest_unit_that_divides() {
        assert_eq!(reduced("3600s").as_deref(), Some("1h"));
        assert_eq!(reduced("7_200s").as_deref(), Some("2h"));
        assert_eq!(reduced("1048576B").as_deref(), Some("1MiB"));
        assert_eq!(reduced("1000MB").as_deref(), Some("1GB"));
        for easy in ["60s", "90s", "100s", "101s", "24h", "1000MiB", "1h30m", "0s", "720h"] {
            assert_eq!(reduced(easy), None, "{easy}");
        }
    }

    #[test]
    fn it_is_the_same_time() {
        fixed(
            "import std.fs.File\n\npolicy p {\n  File \"/a\" { timeout 600s }\n}\n",
            expect![[r#"
                import std.fs.File

                policy p {
                  File "/a" { timeout 10m }
                }
            "#]],
        );
    }
}
