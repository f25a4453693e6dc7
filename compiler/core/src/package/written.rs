//! Paths of assets as sources write them: all of it, or with a hole that chooses among files.

use mc_syntax::ast::{Expr, StringPart};

/// The path of an asset as it is written.
#[derive(Clone, Copy, Debug)]
pub enum Written<'a> {
    /// All of it.
    Whole(&'a str),
    /// With one hole: what stands in front of it, the hole, what stands behind it.
    Hole(&'a str, &'a Expr, &'a str),
}

impl<'a> Written<'a> {
    /// What a text literal writes; none with more than one hole.
    pub fn of(parts: &'a [StringPart]) -> Option<Self> {
        use StringPart::{Hole, Text};
        Some(match parts {
            [] => Written::Whole(""),
            [Text(text, _)] => Written::Whole(text),
            [Hole(hole)] => Written::Hole("", hole, ""),
            [Text(before, _), Hole(hole)] => Written::Hole(before, hole, ""),
            [Hole(hole), Text(after, _)] => Written::Hole("", hole, after),
            [Text(before, _), Hole(hole), Text(after, _)] => Written::Hole(before, hole, after),
            _ => return None,
        })
    }

    /// Whether it may name this path.
    pub fn names(&self, path: &str) -> bool {
        match self {
            Written::Whole(whole) => path == *whole,
            Written::Hole(before, _, after) => in_hole(path, before, after).is_some(),
        }
    }
}

/// What stands in the hole where a path is this one: one name, or the part of it in front of a dot.
pub fn in_hole<'p>(path: &'p str, before: &str, after: &str) -> Option<&'p str> {
    let stem = path.strip_prefix(before)?.strip_suffix(after)?;
    (!stem.is_empty() && !stem.contains('/')).then_some(stem)
}
