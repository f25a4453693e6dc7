//! Diagnostics: what is wrong in a source, as values.
//!
//! A diagnostic has a stable code, a headline that can stand alone, a primary place, labels at every other
//! place involved, notes, one help and perhaps a fix. [`render`] draws it for people.

pub mod code;
pub mod fix;
pub mod render;
pub mod syntax;

pub use code::Code;
pub use fix::{Fix, Trust};

use crate::db::File;
use mc_syntax::Span;

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file.
    pub file: File,
    /// The bytes.
    pub span: Span,
}

impl Place {
    /// `span` in `file`.
    pub fn new(file: File, span: Span) -> Self {
        Place { file, span }
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The package builds.
    Warning,
    /// Nothing is built.
    Error,
}

/// One problem in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its stable code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// One clause that can stand alone, without a full stop.
    pub headline: String,
    /// Where it is.
    pub primary: Place,
    /// What stands at the primary place; empty for none.
    pub primary_label: String,
    /// Other places involved and what is there.
    pub labels: Vec<(Place, String)>,
    /// More that is good to know.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// A change that repairs it.
    pub fix: Option<Fix>,
    /// What was written where a secret belongs. It is drawn by no message of the same run.
    pub hidden: Vec<Place>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: Code, primary: Place, headline: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: Severity::Error,
            headline: with_articles(headline.into()),
            primary,
            primary_label: String::new(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
            fix: None,
            hidden: Vec::new(),
        }
    }

    /// A warning at a place.
    pub fn warning(code: Code, primary: Place, headline: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Self::error(code, primary, headline) }
    }

    /// Says what stands at the primary place.
    #[must_use]
    pub fn here(mut self, text: impl Into<String>) -> Self {
        self.primary_label = with_articles(text.into());
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn label(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push((place, with_articles(text.into())));
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(with_articles(text.into()));
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(with_articles(text.into()));
        self
    }

    /// Offers a replacement of one place that may be what was meant.
    #[must_use]
    pub fn fix(self, title: impl Into<String>, place: Place, text: impl Into<String>) -> Self {
        self.fix_by(Fix::new(title, vec![(place, text.into())]))
    }

    /// Offers a fix.
    #[must_use]
    pub fn fix_by(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// Keeps what stands at a place out of what is drawn.
    #[must_use]
    pub fn hide(mut self, place: Place) -> Self {
        self.hidden.push(place);
        self
    }

    /// Asks whether `near` was meant where `written` stands, and offers it.
    #[must_use]
    pub fn did_you_mean(self, written: &str, near: &str, place: Place) -> Self {
        let fix = Fix::new(format!("change to `{near}`"), vec![(place, near.to_owned())]);
        // Nobody has two names that differ in case or separators only.
        let fix = if fold(written) == fold(near) { fix.safe() } else { fix };
        self.help(format!("did you mean `{near}`?")).fix_by(fix)
    }
}

/// "An" in front of names that begin with a vowel: what is quoted is put in where a message says "a". Names that begin
/// with a U are read as "you".
fn with_articles(text: String) -> String {
    const ARTICLE: &str = "a `";
    let mut out = String::new();
    let mut done = 0;
    for (at, _) in text.match_indices(ARTICLE) {
        let whole_word = !text[..at].ends_with(char::is_alphanumeric);
        if whole_word && text[at + ARTICLE.len()..].starts_with(['A', 'E', 'I', 'O', 'a', 'e', 'i', 'o']) {
            out.push_str(&text[done..at]);
            out.push_str("an `");
            done = at + ARTICLE.len();
        }
    }
    if done == 0 {
        return text;
    }
    out.push_str(&text[done..]);
    out
}

/// A name without what people mix up: case and separators.
fn fold(name: &str) -> String {
    name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

/// The candidate nearest to `name` in spelling, if one is near enough to be meant.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match name.chars().count() {
        0..=3 => 1,
        4..=5 => 2,
        _ => 3,
    };
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == name {
            continue;
        }
        // A difference of case or of separators only is always meant.
        let distance = if fold(candidate) == fold(name) { 0 } else { distance(name, candidate, limit) };
        // Of a short name nothing would be left.
        let shared = candidate.chars().any(|c| name.contains(c)) || distance == 0;
        if shared && distance <= limit && best.is_none_or(|(d, b)| (distance, candidate) < (d, b)) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Edit distance with transpositions (optimal string alignment); more than `limit` is reported as such.
fn distance(a: &str, b: &str, limit: usize) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, cb) in b.iter().enumerate() {
            let substitute = previous[j] + usize::from(ca != cb);
            let mut cost = substitute.min(previous[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *ca == b[j - 1] && a[i - 1] == *cb {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut previous, row);
    }
    previous[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{nearest, with_articles};

    #[test]
    fn the_article_follows_the_name() {
        let text = |text: &str| with_articles(text.to_owned());
        assert_eq!(text("a `Int`, not a `String` or a `Unit`"), "an `Int`, not a `String` or a `Unit`");
        assert_eq!(text("beta `Int` is a\u{e9} `x`"), "beta `Int` is a\u{e9} `x`");
        assert_eq!(text("takes a `AbsPath`"), "takes an `AbsPath`");
    }

    #[test]
    fn the_nearest_spelling_is_found() {
        assert_eq!(nearest("contnet", ["content", "owner", "mode"]), Some("content"));
        assert_eq!(nearest("Hostname", ["hostname", "os"]), Some("hostname"));
        assert_eq!(nearest("create_home", ["createHome"]), Some("createHome"));
        assert_eq!(nearest("xyz", ["content", "owner"]), None);
    }
}
