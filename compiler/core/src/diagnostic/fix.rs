//! Fixes: changes of the source that repair a problem, and how they are applied.

use super::{Diagnostic, Place, Severity};
use crate::db::{Database, Db, File, Origin};
use crate::package;
use camino::Utf8PathBuf;
use std::collections::BTreeMap;
use std::ops::Range;

/// A change of the source that repairs a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does: `change to \`content\``.
    pub title: String,
    /// The replacements, in one or more files. They do not overlap.
    pub edits: Vec<(Place, String)>,
    /// How far it can be trusted.
    pub trust: Trust,
}

/// How far a fix can be trusted, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trust {
    /// It means the same as before, or is the only thing that can have been meant.
    Safe,
    /// It may be what was meant.
    Guess,
    /// It compiles, and holds something that its author has to fill in.
    Placeholder,
}

impl Trust {
    /// As it is written for programs.
    pub fn name(self) -> &'static str {
        match self {
            Trust::Safe => "safe",
            Trust::Guess => "guess",
            Trust::Placeholder => "placeholder",
        }
    }
}

impl Fix {
    /// A fix that may be what was meant.
    pub fn new(title: impl Into<String>, edits: Vec<(Place, String)>) -> Self {
        Fix { title: title.into(), edits, trust: Trust::Guess }
    }

    /// The same, to be trusted.
    #[must_use]
    pub fn safe(self) -> Self {
        Fix { trust: Trust::Safe, ..self }
    }

    /// The same, with something to fill in.
    #[must_use]
    pub fn placeholder(self) -> Self {
        Fix { trust: Trust::Placeholder, ..self }
    }
}

/// As many rounds are always enough: one fix makes room for few others.
const MOST_ROUNDS: usize = 64;

/// What [`apply`] did.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    /// How many fixes were applied.
    pub count: usize,
    /// The new text of each file that is another one now, by path.
    pub texts: BTreeMap<Utf8PathBuf, String>,
    /// What is found after that.
    pub left: Vec<Diagnostic>,
    /// Whether fixes were taken back because a package that was right would have become wrong. A mistake of ours.
    pub taken_back: bool,
}

/// Applies the fixes of the diagnostics that `find` gives, as far as they are trusted, and does so again until
/// there is nothing more to do. Only files of the package itself are changed, and only in the database.
pub fn apply(db: &mut Database, trust: Trust, find: &dyn Fn(&Database) -> Vec<Diagnostic>) -> Applied {
    let mut applied = Applied { left: find(db), ..Applied::default() };
    for _ in 0..MOST_ROUNDS {
        let (count, texts) = round(db, &applied.left, trust);
        if count == 0 {
            break;
        }
        let before: BTreeMap<Utf8PathBuf, String> = texts
            .keys()
            .filter_map(|path| Some((path.clone(), package::file(db, path)?.text(db).to_string())))
            .collect();
        let was_right = !has_errors(&applied.left);
        set_texts(db, &texts);
        let found = find(db);
        if was_right && has_errors(&found) {
            set_texts(db, &before);
            applied.taken_back = true;
            break;
        }
        applied.count += count;
        applied.texts.extend(texts);
        applied.left = found;
    }
    applied
}

fn set_texts(db: &mut Database, texts: &BTreeMap<Utf8PathBuf, String>) {
    for (path, text) in texts {
        package::set_text(db, path, text);
    }
}

fn has_errors(found: &[Diagnostic]) -> bool {
    found.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// Which bytes become what.
type Edit<'a> = (Range<usize>, &'a str);

/// The texts after the fixes that do not touch each other, and how many those are.
fn round(db: &dyn Db, found: &[Diagnostic], trust: Trust) -> (usize, BTreeMap<Utf8PathBuf, String>) {
    let mut taken: BTreeMap<Utf8PathBuf, (File, Vec<Edit<'_>>)> = BTreeMap::new();
    let mut count = 0;
    for fix in found.iter().filter_map(|diagnostic| diagnostic.fix.as_ref()) {
        let fits = fix.trust <= trust
            && !fix.edits.is_empty()
            && fix.edits.iter().all(|(place, text)| {
                let range = range(place);
                let old = place.file.text(db).get(range.clone());
                let others = taken.get(place.file.path(db)).map_or(&[][..], |(_, edits)| edits.as_slice());
                place.file.origin(db) == Origin::Package
                    && old.is_some_and(|old| old != text || fix.edits.len() > 1)
                    && others.iter().all(|(other, _)| range.end < other.start || other.end < range.start)
            });
        if !fits {
            continue;
        }
        count += 1;
        for (place, text) in &fix.edits {
            let (_, edits) = taken.entry(place.file.path(db).clone()).or_insert((place.file, Vec::new()));
            edits.push((range(place), text));
        }
    }
    let texts = taken.into_iter().map(|(path, (file, mut edits))| {
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        (path, edited(file.text(db), &edits))
    });
    (count, texts.collect())
}

fn range(place: &Place) -> Range<usize> {
    place.span.start as usize..place.span.end as usize
}

/// A text after edits that are sorted and do not overlap.
fn edited(text: &str, edits: &[Edit<'_>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (range, with) in edits {
        // Two edits of one place: a fix like that is a mistake of ours, and the first one counts.
        let Some(kept) = text.get(at..range.start) else { continue };
        out.push_str(kept);
        out.push_str(with);
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::{Trust, apply, edited};
    use crate::db::Database;
    use crate::package;
    use camino::Utf8Path;

    const MANIFEST: &str = "[package]\nname = \"t\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";

    /// The source after its fixes, and how many there were.
    fn fixed(source: &str, trust: Trust) -> (String, usize) {
        let mut db = Database::new();
        package::set_text(&mut db, Utf8Path::new(package::MANIFEST), MANIFEST);
        package::set_text(&mut db, Utf8Path::new("src/main.mc"), source);
        let applied = apply(&mut db, trust, &|db| crate::diagnostics(db));
        assert!(!applied.taken_back);
        let text = applied.texts.into_values().next().unwrap_or_else(|| source.to_owned());
        (text, applied.count)
    }

    #[test]
    fn edits_keep_what_is_around_them() {
        assert_eq!(edited("abcdef", &[(1..2, "X"), (3..3, "-"), (5..6, "")]), "aXc-de");
    }

    #[test]
    fn a_guess_is_not_applied_unasked() {
        let source = "import std.fs.File\npolicy p {\n  File \"/a\" { contnet = \"a\" }\n}\n";
        assert_eq!(fixed(source, Trust::Safe), (source.to_owned(), 0));
        assert_eq!(fixed(source, Trust::Guess), (source.replace("contnet", "content"), 1));
    }

    #[test]
    fn fixes_are_applied_until_nothing_is_left() {
        let source = "policy p {\n  File \"/a\" { Mode = 644 }\n}\n";
        let (text, count) = fixed(source, Trust::Guess);
        assert_eq!(text, "import std.fs.File\n\npolicy p {\n  File \"/a\" { mode = 0o644 }\n}\n");
        assert_eq!(count, 3);
    }
}
