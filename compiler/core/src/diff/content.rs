//! Texts of several lines, compared line by line.

use super::Side;
use crate::notation::{Notation, Place};
use mc_plan::expr::Operand;
use mc_plan::value::Value;
use serde::Serialize;
use similar::{Algorithm, ChangeTag, DiffOp};

/// Longer contents are compared as a whole only.
const LARGEST: usize = 1 << 20;
/// Lines around a difference.
const CONTEXT: usize = 3;
/// More lines than these are not written out.
const MOST_LINES: usize = 1_000;
/// More lines than these are not compared.
const MOST_COMPARED: usize = 20_000;

/// The lines in which two texts differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TextDiff {
    /// Lines that are new.
    pub added: usize,
    /// Lines that are gone.
    pub removed: usize,
    /// The differences with the lines around them.
    pub hunks: Vec<Hunk>,
    /// Whether there are more.
    pub cut: bool,
}

/// Differences that are near each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hunk {
    /// First line in the old text, from 1.
    pub old_line: usize,
    /// First line in the new text, from 1.
    pub new_line: usize,
    /// The lines.
    pub lines: Vec<TextLine>,
}

/// A line of a [`Hunk`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TextLine {
    /// `+`, `-` or a blank.
    pub sign: char,
    /// The line without its end.
    pub text: String,
}

/// The text that an operand is: a literal, a content, or a text with holes, each hole as it is written.
pub(super) fn text<'p>(
    side: &Side<'p>,
    notation: &Notation<'p>,
    operand: &Operand,
    place: Place<'p>,
) -> Option<String> {
    match operand {
        Operand::Value(Value::Str(text)) => Some(text.to_string()),
        Operand::Value(Value::Blob(blob)) => {
            let content = (side.contents)(&blob.digest).filter(|content| content.len() <= LARGEST)?;
            let text = std::str::from_utf8(content).ok()?;
            // A text without these is one for people.
            (!text.contains('\0')).then(|| text.to_owned())
        }
        Operand::Value(_) => None,
        Operand::Expr(_) => notation.template(operand, place),
    }
}

/// Compares two texts, if that says more than showing both.
pub(super) fn compare(old: &str, new: &str) -> Option<TextDiff> {
    let long = |text: &str| text.trim_end_matches('\n').contains('\n');
    if !(long(old) || long(new)) || old.len().max(new.len()) > LARGEST {
        return None;
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    if old.len() + new.len() > MOST_COMPARED {
        return None;
    }
    let ops = similar::capture_diff_slices(Algorithm::Myers, &old, &new);
    let mut found = TextDiff { added: 0, removed: 0, hunks: Vec::new(), cut: false };
    let mut shown = 0;
    for group in similar::group_diff_ops(ops, CONTEXT) {
        let Some(first) = group.first() else { continue };
        let mut hunk = Hunk {
            old_line: first.old_range().start + 1,
            new_line: first.new_range().start + 1,
            lines: Vec::new(),
        };
        for change in group.iter().flat_map(|op: &DiffOp| op.iter_changes(&old, &new)) {
            let sign = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Insert => {
                    found.added += 1;
                    '+'
                }
                ChangeTag::Delete => {
                    found.removed += 1;
                    '-'
                }
            };
            if shown < MOST_LINES {
                hunk.lines.push(TextLine { sign, text: change.value().to_owned() });
            }
            shown += 1;
        }
        if !hunk.lines.is_empty() {
            found.hunks.push(hunk);
        }
    }
    found.cut = shown > MOST_LINES;
    // Only the end of the last line differs.
    (found.added + found.removed > 0).then_some(found)
}
