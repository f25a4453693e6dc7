//! The file in the one style.

use mc_compiler::name;
use mc_compiler::{Db, File, Origin};
use mc_syntax::{Span, Token};

/// What formatting changes: the text that stands in the place of some of the file's lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatting {
    /// The lines that go.
    pub range: Span,
    /// What comes in their place.
    pub text: String,
}

/// What formatting changes in a file of the package. None if that is nothing, or if the file has mistakes in its
/// syntax: then it stays as it is. Lines at the beginning and the end that stay are left out, so that cursors and
/// marks there stay where they are.
pub fn format(db: &dyn Db, file: File) -> Option<Formatting> {
    if file.origin(db) != Origin::Package || name::is_template(db, file) {
        return None;
    }
    let old: &str = file.text(db);
    let (range, text) = difference(old, &mc_syntax::format(old).ok()?)?;
    Some(Formatting { range, text })
}

/// The lines in which two texts differ, and what comes in their place. None if they are equal.
pub(crate) fn difference(old: &str, new: &str) -> Option<(Span, String)> {
    if new == old {
        return None;
    }
    let length = |lines: &[(&str, &str)]| lines.iter().map(|(line, _)| line.len()).sum::<usize>();
    let both: Vec<(&str, &str)> = old.split_inclusive('\n').zip(new.split_inclusive('\n')).collect();
    let head = length(both.get(..both.iter().take_while(|(a, b)| a == b).count())?);
    let (old_rest, new_rest) = (old.get(head..)?, new.get(head..)?);
    let both: Vec<(&str, &str)> =
        old_rest.split_inclusive('\n').rev().zip(new_rest.split_inclusive('\n').rev()).collect();
    let tail = length(both.get(..both.iter().take_while(|(a, b)| a == b).count())?);
    let range = Span::new(head as u32, (old.len() - tail) as u32);
    Some((range, new_rest.get(..new_rest.len() - tail)?.to_owned()))
}

/// What formatting changes in a part of a file: in all lines that the part touches, and no others. The parts of the file
/// are formatted together, so that the lines come out as those of the whole file would.
pub fn format_range(db: &dyn Db, file: File, range: Span) -> Vec<Formatting> {
    let Some(all) = format(db, file) else { return Vec::new() };
    let old = file.text(db).get(all.range.start as usize..all.range.end as usize).unwrap_or_default();
    let mut found = Vec::new();
    for (lines, text) in hunks(old, &all.text) {
        let lines = Span::new(all.range.start + lines.start, all.range.start + lines.end);
        if lines.start <= range.end && range.start <= lines.end {
            found.push(Formatting { range: lines, text });
        }
    }
    found
}

/// What to format when a closing brace was typed before an offset: the block that it closes.
pub fn format_closed(db: &dyn Db, file: File, offset: u32) -> Vec<Formatting> {
    let mut open = Vec::new();
    for (token, span) in mc_syntax::tokens(file.text(db)) {
        match token {
            Token::LBrace | Token::HeadBrace => open.push(span),
            Token::RBrace => {
                let start = open.pop();
                if span.end == offset {
                    return start.map_or_else(Vec::new, |start| format_range(db, file, start.to(span)));
                }
            }
            _ => {}
        }
    }
    Vec::new()
}

/// The runs of lines in which two texts differ: the bytes of the old one, and what comes in their place. Lines that are
/// the same but for their white space belong together; formatting changes little else.
fn hunks(old: &str, new: &str) -> Vec<(Span, String)> {
    let squeezed = |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
    let (old_lines, new_lines) = (lines(old), lines(new));
    let mut found = Vec::new();
    // Where the lines begin that come next, in bytes.
    let mut start = 0;
    let (mut from, mut to) = (0, 0);
    while from < old_lines.len() || to < new_lines.len() {
        let (start_old, start_new) = (from, to);
        // As many lines on both sides as say the same.
        let (mut left, mut right) = (String::new(), String::new());
        loop {
            if left.len() <= right.len() && from < old_lines.len() {
                left += &squeezed(old_lines.get(from).copied().unwrap_or_default());
                from += 1;
            } else if to < new_lines.len() {
                right += &squeezed(new_lines.get(to).copied().unwrap_or_default());
                to += 1;
            } else {
                left += &old_lines.get(from..).unwrap_or_default().concat();
                from = old_lines.len();
                break;
            }
            if left == right {
                break;
            }
        }
        let was = old_lines.get(start_old..from).unwrap_or_default().concat();
        let is = new_lines.get(start_new..to).unwrap_or_default().concat();
        let end = start + was.len();
        if was != is {
            found.push((Span::new(start as u32, end as u32), is));
        }
        start = end;
    }
    found
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}
