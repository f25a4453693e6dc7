//! Reading TOML files of ours strictly.
//!
//! Tables are walked by hand instead of derived, so that one run reports everything that is wrong with a file,
//! each with its place and the nearest spelling.

use crate::db::File;
use crate::diagnostic::{Code, Diagnostic, Fix, Place, nearest};
use mc_syntax::Span;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// Largest manifest or lock, in bytes.
pub(super) const TEXT_LIMIT: usize = 4 << 20;

/// A table whose keys are being looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keys<'a> {
    /// What the file is called in a sentence: `a manifest`.
    pub(super) file: &'a str,
    /// The table, as ` in \`[package]\``; empty for the whole file.
    pub(super) place: &'a str,
    /// What its entries are: `key` or `table`.
    pub(super) what: &'a str,
    /// The keys it may have.
    pub(super) known: &'a [&'a str],
}

/// What is wrong with a file, found on the way.
pub(super) struct Reader {
    file: File,
    code: Code,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Reader {
    pub(super) fn new(file: File, code: Code) -> Self {
        Reader { file, code, diagnostics: Vec::new() }
    }

    /// The document, as far as it is TOML. `what` names the file: `the manifest`.
    pub(super) fn document<'t>(&mut self, text: &'t str, what: &str) -> Spanned<DeTable<'t>> {
        if text.len() > TEXT_LIMIT {
            self.error(0..0, format!("{what} is larger than {} MiB", TEXT_LIMIT >> 20));
            return Spanned::new(0..0, DeTable::default());
        }
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let range = error.span().unwrap_or_default();
            self.error(range, format!("{what} is not valid TOML: {}", error.message().trim_end()));
        }
        table
    }

    pub(super) fn place(&self, range: Range<usize>) -> Place {
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Place::new(self.file, Span::new(clamp(range.start), clamp(range.end.max(range.start))))
    }

    pub(super) fn error(&mut self, range: Range<usize>, headline: impl Into<String>) -> &mut Diagnostic {
        self.error_of(self.code, range, headline)
    }

    pub(super) fn error_of(
        &mut self,
        code: Code,
        range: Range<usize>,
        headline: impl Into<String>,
    ) -> &mut Diagnostic {
        let place = self.place(range);
        let at = self.diagnostics.len();
        self.diagnostics.push(Diagnostic::error(code, place, headline));
        &mut self.diagnostics[at]
    }

    /// Reports a key that is not known; gives the one that was probably meant.
    pub(super) fn unknown<'k>(&mut self, key: &Spanned<DeString<'_>>, keys: Keys<'k>) -> Option<&'k str> {
        let Keys { file, place, what, known } = keys;
        let name = key.get_ref().escape_debug();
        let found = self.error(key.span(), format!("there is no {what} `{name}`{place}"));
        let near = nearest(key.get_ref(), known.iter().copied());
        match near {
            Some(near) => {
                let at = found.primary;
                found.fix = Some(Fix::new(format!("did you mean `{near}`?"), vec![(at, near.to_owned())]));
            }
            None => {
                let owner = if place.is_empty() { file } else { place.trim_start_matches(" in ") };
                found.help = Some(format!("{owner} knows {}", list(known)));
            }
        }
        near
    }

    /// The entries of a table whose keys are known, in the order of `keys.known`. The second part says for
    /// each known key whether it is there, or only misspelt: such a one is not missing as well.
    pub(super) fn entries<'t, 'a, const N: usize>(
        &mut self,
        table: &'t DeTable<'a>,
        keys: Keys<'_>,
    ) -> ([Option<Entry<'t, 'a>>; N], [bool; N]) {
        let mut found = [None; N];
        let mut seen = [false; N];
        for (key, value) in table {
            match keys.known.iter().position(|known| known == key.get_ref()) {
                Some(at) => {
                    found[at] = Some(Entry { key, value });
                    seen[at] = true;
                }
                None => {
                    let near = self.unknown(key, keys);
                    if let Some(at) = keys.known.iter().position(|known| Some(*known) == near) {
                        seen[at] = true;
                    }
                }
            }
        }
        (found, seen)
    }

    /// A string, or a complaint.
    pub(super) fn string<'t>(&mut self, entry: Entry<'t, '_>) -> Option<&'t str> {
        if let DeValue::String(text) = entry.value.get_ref() {
            return Some(text);
        }
        let found = self.wrong_type(entry, "a string");
        found.help = Some("put it in double quotes".to_owned());
        None
    }

    /// A list of strings with their places, or a complaint.
    pub(super) fn strings<'t, 'a>(&mut self, entry: Entry<'t, 'a>) -> Option<Vec<(&'t str, Range<usize>)>> {
        let DeValue::Array(array) = entry.value.get_ref() else {
            self.wrong_type(entry, "a list of strings").help =
                Some(format!("write `{} = [\"..\"]`", entry.key.get_ref().escape_debug()));
            return None;
        };
        let mut found = Vec::new();
        let mut all = true;
        for value in array.iter() {
            if let DeValue::String(text) = value.get_ref() {
                found.push((&**text, value.span()));
            } else {
                let kind = with_article(value.get_ref().type_str());
                let name = entry.key.get_ref().escape_debug();
                self.error(value.span(), format!("`{name}` is a list of strings, and this is {kind}"));
                all = false;
            }
        }
        all.then_some(found)
    }

    /// A table, or a complaint.
    pub(super) fn table<'t, 'a>(&mut self, entry: Entry<'t, 'a>) -> Option<&'t DeTable<'a>> {
        if let DeValue::Table(table) = entry.value.get_ref() {
            return Some(table);
        }
        self.wrong_type(entry, "a table");
        None
    }

    pub(super) fn wrong_type(&mut self, entry: Entry<'_, '_>, expected: &str) -> &mut Diagnostic {
        let kind = with_article(entry.value.get_ref().type_str());
        let name = entry.key.get_ref().escape_debug();
        self.error(entry.value.span(), format!("`{name}` is {expected}, not {kind}"))
    }
}

/// A key with its value.
#[derive(Clone, Copy)]
pub(super) struct Entry<'t, 'a> {
    pub(super) key: &'t Spanned<DeString<'a>>,
    pub(super) value: &'t Spanned<DeValue<'a>>,
}

pub(super) fn with_article(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {kind}")
}

/// `a`, `b`, `c`
pub(super) fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
