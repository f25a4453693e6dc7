//! `mcc explain`

use crate::env::Env;
use crate::failure::Failure;

/// Explain the code of a message, with a wrong and a right example
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The code: `MC0203`
    code: String,
}

/// Code and page, sorted by code. Made by the build script from `docs/diagnostics/`.
const PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

pub(crate) fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    let code = normal(&args.code);
    if let Some(page) = page(&code) {
        return env.answer(page);
    }
    let failure = Failure::usage(format!("there is no page for the code `{}`", args.code));
    Err(match nearest(&code) {
        Some((near, page)) => failure.hint(format!("the nearest is {}", title(near, page))),
        None => failure.hint("codes look like `MC0203`"),
    })
}

/// The page of a code.
pub(crate) fn page(code: &str) -> Option<&'static str> {
    let at = PAGES.binary_search_by_key(&code, |(code, _)| code).ok()?;
    Some(PAGES[at].1)
}

/// `203`, `mc203` and `error[MC0203]` are all `MC0203`.
fn normal(written: &str) -> String {
    let inner = written.rsplit_once('[').map_or(written, |(_, inner)| inner.trim_end_matches(']')).trim();
    let upper = inner.to_ascii_uppercase();
    let digits = upper.strip_prefix("MC").unwrap_or(&upper);
    let is_number = !digits.is_empty() && digits.len() <= 4 && digits.chars().all(|c| c.is_ascii_digit());
    if is_number { format!("MC{digits:0>4}") } else { upper }
}

/// The page whose number is nearest, in the same hundred if there is one.
fn nearest(code: &str) -> Option<(&'static str, &'static str)> {
    let number = |code: &str| code.strip_prefix("MC")?.parse::<u32>().ok();
    let wanted = number(code)?;
    PAGES
        .iter()
        .filter_map(|(code, page)| Some((number(code)?, *code, *page)))
        .min_by_key(|(number, ..)| (number / 100 != wanted / 100, number.abs_diff(wanted), *number))
        .map(|(_, code, page)| (code, page))
}

/// A page's title without its mark; it begins with the code.
fn title<'a>(code: &'a str, page: &'a str) -> &'a str {
    page.lines().next().map_or(code, |line| line.trim_start_matches(['#', ' ']))
}

#[cfg(test)]
mod tests {
    use super::{PAGES, normal, title};

    #[test]
    fn codes_are_found_however_they_are_written() {
        for written in ["MC0203", "mc0203", "203", "mc203", "0203", "error[MC0203]", "[MC0203]"] {
            assert_eq!(normal(written), "MC0203", "{written}");
        }
        assert_eq!(normal("what"), "WHAT");
    }

    #[test]
    fn pages_are_sorted_and_begin_with_their_code() {
        assert!(PAGES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (code, page) in PAGES {
            assert!(title(code, page).starts_with(&format!("{code}: ")), "{code}");
        }
    }
}
