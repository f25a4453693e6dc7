//! `masterchef.toml`.
//!
//! The table is walked by hand instead of derived, so that one run reports everything that is wrong with it,
//! each with its place and the nearest spelling.

use crate::db::{Db, File};
use crate::diagnostic::{Diagnostic, Fix, Place, code, nearest};
use mc_syntax::Span;
use smol_str::SmolStr;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// The edition of the language that this compiler knows.
pub const EDITION: &str = "2026";

/// Longest package name, in bytes. A name ends up in bundles as the default stream.
const NAME_LIMIT: usize = 64;

/// A package's manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The package's name: small letters, digits, `-` and `_`, beginning with a letter.
    pub name: SmolStr,
    /// Its version, by the rules of Semantic Versioning.
    pub version: SmolStr,
    /// The edition of the language it is written in.
    pub edition: SmolStr,
}

/// A manifest as far as it could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedManifest {
    /// The manifest; `None` when something is wrong with it.
    pub manifest: Option<Manifest>,
    /// The name alone, when that much is right.
    pub name: Option<SmolStr>,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a manifest.
#[salsa::tracked]
pub fn parse_manifest(db: &dyn Db, file: File) -> ParsedManifest {
    let text = file.text(db);
    let mut reader = Reader { file, diagnostics: Vec::new() };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let range = error.span().unwrap_or_default();
        reader.error(range, format!("the manifest is not valid TOML: {}", error.message().trim_end()));
    }
    let syntax_is_fine = reader.diagnostics.is_empty();
    let fields = reader.root(table.get_ref(), syntax_is_fine);
    let name = fields.name.clone();
    let manifest = match (fields.name, fields.version, fields.edition) {
        (Some(name), Some(version), Some(edition)) if reader.diagnostics.is_empty() => {
            Some(Manifest { name, version, edition })
        }
        _ => None,
    };
    ParsedManifest { manifest, name, diagnostics: reader.diagnostics }
}

#[derive(Default)]
struct Fields {
    name: Option<SmolStr>,
    version: Option<SmolStr>,
    edition: Option<SmolStr>,
}

struct Reader {
    file: File,
    diagnostics: Vec<Diagnostic>,
}

impl Reader {
    fn error(&mut self, range: Range<usize>, headline: impl Into<String>) -> &mut Diagnostic {
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let place = Place::new(self.file, Span::new(clamp(range.start), clamp(range.end.max(range.start))));
        let at = self.diagnostics.len();
        self.diagnostics.push(Diagnostic::error(code::BAD_MANIFEST, place, headline));
        &mut self.diagnostics[at]
    }

    fn root(&mut self, root: &DeTable<'_>, whole: bool) -> Fields {
        let mut fields = Fields::default();
        let mut found = false;
        for (key, value) in root {
            if key.get_ref() != "package" {
                self.unknown(key, "table", &["package"], "");
                continue;
            }
            found = true;
            match value.get_ref() {
                DeValue::Table(table) => fields = self.package(key.span(), table, whole),
                other => {
                    let kind = other.type_str();
                    self.error(value.span(), format!("`package` is a table, not {}", with_article(kind)));
                }
            }
        }
        if !found && whole {
            let sample = "[package]\nname = \"web\"\nversion = \"0.1.0\"\nedition = \"2026\"";
            self.error(0..0, "the manifest has no `[package]` table").help =
                Some(format!("begin it with\n{sample}"));
        }
        fields
    }

    fn package(&mut self, header: Range<usize>, table: &DeTable<'_>, whole: bool) -> Fields {
        let mut fields = Fields::default();
        let keys = ["name", "version", "edition"];
        let mut seen = [false; 3];
        for (key, value) in table {
            let Some(position) = keys.iter().position(|k| k == key.get_ref()) else {
                // A key that is only misspelled is not missing as well.
                let near = self.unknown(key, "key", &keys, " in `[package]`");
                if let Some(position) = keys.iter().position(|k| Some(*k) == near) {
                    seen[position] = true;
                }
                continue;
            };
            seen[position] = true;
            let DeValue::String(text) = value.get_ref() else {
                let kind = with_article(value.get_ref().type_str());
                let found = self.error(value.span(), format!("`{}` is a string, not {kind}", key.get_ref()));
                found.help = Some("put it in double quotes".to_owned());
                continue;
            };
            match position {
                0 => fields.name = self.name(value, text),
                1 => fields.version = self.version(value, text),
                _ => fields.edition = self.edition(value, text),
            }
        }
        for (key, seen) in keys.iter().zip(seen) {
            if !seen && whole {
                let sample = match *key {
                    "name" => "name = \"web\"".to_owned(),
                    "version" => "version = \"0.1.0\"".to_owned(),
                    _ => format!("edition = \"{EDITION}\""),
                };
                self.error(header.clone(), format!("the manifest does not say the package's {key}")).help =
                    Some(format!("add `{sample}` below `[package]`"));
            }
        }
        fields
    }

    fn unknown<'k>(
        &mut self,
        key: &Spanned<DeString<'_>>,
        what: &str,
        known: &[&'k str],
        place: &str,
    ) -> Option<&'k str> {
        let found = self.error(key.span(), format!("there is no {what} `{}`{place}", key.get_ref()));
        let near = nearest(key.get_ref(), known.iter().copied());
        match near {
            Some(near) => {
                let at = found.primary;
                found.fix = Some(Fix {
                    title: format!("did you mean `{near}`?"),
                    edits: vec![(at, near.to_owned())],
                });
            }
            None => found.help = Some(format!("a manifest knows {}", list(known))),
        }
        near
    }

    fn name(&mut self, value: &Spanned<DeValue<'_>>, name: &str) -> Option<SmolStr> {
        let fits = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
        if !fits {
            let found =
                self.error(value.span(), format!("`{}` cannot be a package's name", name.escape_debug()));
            found
                .notes
                .push("a name has small letters, digits, `-` and `_`, and begins with a letter".to_owned());
            return None;
        }
        if name.len() > NAME_LIMIT {
            self.error(value.span(), format!("a package's name has at most {NAME_LIMIT} characters"));
            return None;
        }
        if name == "std" {
            self.error(value.span(), "the name `std` belongs to the standard library");
            return None;
        }
        Some(SmolStr::new(name))
    }

    fn version(&mut self, value: &Spanned<DeValue<'_>>, version: &str) -> Option<SmolStr> {
        if is_semantic_version(version) {
            return Some(SmolStr::new(version));
        }
        let found = self.error(value.span(), format!("`{}` is not a version", version.escape_debug()));
        found.help = Some("a version has three numbers, such as `0.1.0` or `1.4.0-rc.1`".to_owned());
        None
    }

    fn edition(&mut self, value: &Spanned<DeValue<'_>>, edition: &str) -> Option<SmolStr> {
        if edition == EDITION {
            return Some(SmolStr::new(edition));
        }
        let headline = format!("this compiler does not know the edition `{}`", edition.escape_debug());
        self.error(value.span(), headline).help = Some(format!("the edition it knows is `{EDITION}`"));
        None
    }
}

fn with_article(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {kind}")
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Semantic Versioning 2.0.0: `MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD]`.
fn is_semantic_version(version: &str) -> bool {
    let identifiers = |text: &str, numbers_are_plain: bool| {
        text.split('.').all(|part| {
            !part.is_empty()
                && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                && !(numbers_are_plain && part.chars().all(|c| c.is_ascii_digit()) && !is_number(part))
        })
    };
    let (rest, build) = match version.split_once('+') {
        Some((rest, build)) => (rest, Some(build)),
        None => (version, None),
    };
    let (core, pre) = match rest.split_once('-') {
        Some((core, pre)) => (core, Some(pre)),
        None => (rest, None),
    };
    core.split('.').count() == 3
        && core.split('.').all(is_number)
        && pre.is_none_or(|pre| identifiers(pre, true))
        && build.is_none_or(|build| identifiers(build, false))
}

/// Digits without leading zeros.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit()) && (text == "0" || !text.starts_with('0'))
}
