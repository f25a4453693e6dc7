//! Versions: a superset of Semantic Versioning 2.0.0 that also takes and orders `1.10`, `24.04` and `6.1.0-18-amd64`.
//!
//! `NUMBERS[-PRE][+BUILD]`: numbers separated by dots; identifiers of letters, digits and hyphens separated by dots
//! before and after the plus sign. The order:
//!
//! 1. the numbers one after the other as numbers (`1.9` before `1.10`), where missing ones count as 0;
//! 2. a pre-release before its release, two pre-releases by their identifiers as Semantic Versioning has it:
//!    numbers as numbers and before other identifiers, those as texts, and fewer before more;
//! 3. what is still the same, by the whole text, so that only equal texts are equal: `1.0` before `1.0.0`. Build
//!    data has no other part in the order.
//!
//! Versions of packages (`1:2.36-9+deb12u4~bpo`) are a distribution's own matter and no versions here.

use std::cmp::Ordering;

use super::{Flaw, character};
use crate::value::TextKind;

/// The longest version.
const MOST: usize = 255;
/// The most digits of a number: it fits an `Int`.
const DIGITS: usize = 18;

/// A part of a pre-release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Identifier<'a> {
    Number(i64),
    Text(&'a str),
}

/// A version in parts.
#[derive(Clone, Debug)]
pub(crate) struct Version<'a> {
    text: &'a str,
    /// The numbers, at least one, without zeros at the end.
    pub(crate) numbers: Vec<i64>,
    /// The identifiers before the plus sign.
    pub(crate) pre: Vec<Identifier<'a>>,
}

impl<'a> Version<'a> {
    /// Reads a version; none for a text that is no version.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (rest, _) = text.split_once('+').unwrap_or((text, ""));
        let (numbers, pre) = rest.split_once('-').unwrap_or((rest, ""));
        let mut numbers = numbers.split('.').map(number).collect::<Option<Vec<i64>>>()?;
        while numbers.len() > 1 && numbers.last() == Some(&0) {
            numbers.pop();
        }
        let identifier = |part: &'a str| number(part).map_or(Identifier::Text(part), Identifier::Number);
        let pre = if pre.is_empty() { Vec::new() } else { pre.split('.').map(identifier).collect() };
        Some(Self { text, numbers, pre })
    }

    /// The number at a position; 0 where there is none.
    pub(crate) fn number(&self, at: usize) -> i64 {
        self.numbers.get(at).copied().unwrap_or(0)
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let release = |version: &Self| version.pre.is_empty();
        self.numbers
            .cmp(&other.numbers)
            .then_with(|| release(self).cmp(&release(other)))
            .then_with(|| self.pre.cmp(&other.pre))
            .then_with(|| self.text.cmp(other.text))
    }
}

/// A run of digits.
fn number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

pub(super) fn scan(text: &str) -> Result<(), Flaw> {
    const KIND: TextKind = TextKind::Version;
    if text.len() > MOST {
        return Err(Flaw::new(format!("it has {} bytes, and a version has at most {MOST}", text.len())));
    }
    if let Some(rest) = text.strip_prefix(['v', 'V']) {
        return Err(Flaw::new("it starts with a letter").at(0..1).suggest(KIND, rest.to_owned()));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    if let Some((at, c)) = text.char_indices().find(|(_, c)| !allowed(*c)) {
        let flaw = Flaw::new(match c {
            ':' => "an epoch (`1:`) belongs to the versions of packages, which are plain strings".to_owned(),
            '~' => "`~` belongs to the versions of packages, which are plain strings".to_owned(),
            _ => format!("{} is neither a letter of a-z, a digit, `.`, `-` nor `+`", character(c)),
        });
        return Err(flaw.at(at..at + c.len_utf8()));
    }
    let (rest, build) = text.split_once('+').map_or((text, None), |(rest, build)| (rest, Some(build)));
    let (numbers, pre) = rest.split_once('-').map_or((rest, None), |(numbers, pre)| (numbers, Some(pre)));
    let mut at = 0;
    for part in numbers.split('.') {
        let range = at..at + part.len();
        at = range.end + 1;
        if part.is_empty() {
            let dot = range.start.saturating_sub(1)..range.end.max(1).min(text.len());
            return Err(Flaw::new("a number is missing").at(dot));
        }
        if let Some(letter) = part.find(|c: char| !c.is_ascii_digit()) {
            let from = range.start + letter;
            let reason = format!("`{}` follows a number directly", &part[letter..]);
            let fixed = format!("{}-{}", &text[..from], &text[from..]);
            let flaw = if letter == 0 {
                Flaw::new(format!("`{part}` is no number")).at(range)
            } else {
                Flaw::new(reason).at(from..range.end).suggest(KIND, fixed)
            };
            return Err(flaw);
        }
        too_long(part, &range)?;
    }
    for (name, part, start) in [("pre-release", pre, numbers.len() + 1), ("build", build, rest.len() + 1)] {
        let Some(part) = part else { continue };
        let mut at = start;
        for identifier in part.split('.') {
            let from = at;
            at = from + identifier.len() + 1;
            if identifier.is_empty() {
                return Err(Flaw::new(format!("a part of its {name} is empty")));
            }
            if let Some(plus) = identifier.find('+') {
                return Err(Flaw::new("it has two plus signs").at(from + plus..from + plus + 1));
            }
            if identifier.bytes().all(|byte| byte.is_ascii_digit()) {
                too_long(identifier, &(from..from + identifier.len()))?;
            }
        }
    }
    Ok(())
}

fn too_long(number: &str, range: &std::ops::Range<usize>) -> Result<(), Flaw> {
    if number.len() <= DIGITS {
        return Ok(());
    }
    let reason = format!("a number has {} digits, at most {DIGITS} will do", number.len());
    Err(Flaw::new(reason).at(range.clone()))
}
