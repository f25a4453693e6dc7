//! `masterchef.lock`: every package of a build, where it came from, and the digest of its files.
//!
//! It is written as a whole, sorted by name, so that the same packages give the same bytes.

use super::folder::{inner_path, relative_path};
use super::manifest::{is_hex, is_semantic_version};
use super::read::{Entry, Keys, Reader};
use super::source::{Source, UrlUse, check_url};
use super::tree::TreeHash;
use crate::capability::Listing;
use crate::db::{Db, File};
use crate::diagnostic::{Diagnostic, Place, code};
use camino::{Utf8Path, Utf8PathBuf};
use smol_str::SmolStr;
use std::fmt::Write;
use toml::de::{DeTable, DeValue};

/// The version of the format that this compiler writes and reads.
pub const LOCK_FORMAT: u32 = 1;

/// The most packages in one build.
pub const MOST_PACKAGES: usize = 256;

/// A locked package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Its name.
    pub name: SmolStr,
    /// The version that its manifest had.
    pub version: SmolStr,
    /// Where it came from. A path is relative to the root package.
    pub source: Source,
    /// The digest of its files.
    pub hash: TreeHash,
    /// What its code can do on hosts.
    pub capabilities: Listing,
}

impl Locked {
    /// Whether both are the same package, whatever its code can do.
    pub fn is_same_package(&self, other: &Locked) -> bool {
        let Locked { name, version, source, hash, capabilities: _ } = self;
        (name, version, source, hash) == (&other.name, &other.version, &other.source, &other.hash)
    }
}

/// A lock: packages sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The packages.
    pub packages: Vec<Locked>,
}

/// A lock as far as it could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedLock {
    /// The packages that are written right, each with the place of its name.
    pub packages: Vec<(Locked, Place)>,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

impl ParsedLock {
    /// What it says of a package.
    pub fn get(&self, name: &str) -> Option<&(Locked, Place)> {
        self.packages.iter().find(|(locked, _)| locked.name == name)
    }
}

impl Lock {
    /// The file's text.
    pub fn text(&self) -> String {
        let mut packages: Vec<&Locked> = self.packages.iter().collect();
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        let mut out = String::from(
            "# Written by mcc: every package of the build, with the digest of its files. Keep it with your sources.\n",
        );
        // invariant: writing to a string does not fail
        let _ = writeln!(out, "format = {LOCK_FORMAT}");
        for package in packages {
            out.push_str("\n[[package]]\n");
            let mut line = |key: &str, value: &str| {
                let _ = writeln!(out, "{key} = {}", quoted(value));
            };
            line("name", &package.name);
            line("version", &package.version);
            let folder = match &package.source {
                Source::Path(path) => {
                    line("path", path.as_str());
                    Utf8Path::new("")
                }
                Source::Git { url, rev, folder } => {
                    line("git", url);
                    line("rev", rev);
                    folder
                }
                Source::Archive { url, sha256, folder } => {
                    line("url", url);
                    line("sha256", sha256);
                    folder
                }
            };
            if !folder.as_str().is_empty() {
                line("folder", folder.as_str());
            }
            line("hash", &package.hash.to_string());
            if !package.capabilities.is_empty() {
                out.push_str("\n[package.capabilities]\n");
            }
            for (key, patterns) in &package.capabilities {
                let patterns: Vec<String> = patterns.iter().map(|p| quoted(&p.to_string())).collect();
                // invariant: writing to a string does not fail
                let _ = match patterns.as_slice() {
                    [one] => writeln!(out, "{key} = [{one}]"),
                    all => writeln!(out, "{key} = [\n  {},\n]", all.join(",\n  ")),
                };
            }
        }
        out
    }
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            // invariant: writing to a string does not fail
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

const ROOT: Keys<'_> = Keys { file: "a lock", place: "", what: "key", known: &["format", "package"] };
const PACKAGE: Keys<'_> = Keys {
    file: "a lock",
    place: " in `[[package]]`",
    what: "key",
    known: &["name", "version", "path", "git", "rev", "url", "sha256", "folder", "hash", "capabilities"],
};

/// Reads a lock. Its text is empty when there is none.
#[salsa::tracked(returns(ref))]
pub fn parse_lock(db: &dyn Db, file: File) -> ParsedLock {
    let text = file.text(db);
    let mut reader = Reader::new(file, code::BAD_LOCK);
    if text.is_empty() {
        return ParsedLock { packages: Vec::new(), diagnostics: Vec::new() };
    }
    let table = reader.document(text, "the lock");
    let packages = if reader.diagnostics.is_empty() { reader.lock(table.get_ref()) } else { Vec::new() };
    if let Some(first) = reader.diagnostics.first_mut()
        && first.help.is_none()
    {
        first.help = Some("`mcc vendor` writes it anew".to_owned());
    }
    ParsedLock { packages, diagnostics: reader.diagnostics }
}

impl Reader {
    fn lock(&mut self, root: &DeTable<'_>) -> Vec<(Locked, Place)> {
        // The format comes first: a later one may have other keys.
        let format = root.iter().find(|(key, _)| key.get_ref() == "format");
        match format.map(|(key, value)| (key, value, value.get_ref())) {
            Some((_, _, DeValue::Integer(number))) if number.as_str() == LOCK_FORMAT.to_string() => {}
            Some((_, value, DeValue::Integer(number))) => {
                let headline = format!("this compiler does not know format {number} of the lock");
                self.error(value.span(), headline).help =
                    Some(format!("it knows format {LOCK_FORMAT}: another version of `mcc` wrote this file"));
                return Vec::new();
            }
            Some((key, value, _)) => {
                self.wrong_type(Entry { key, value }, "a number");
                return Vec::new();
            }
            None => {
                self.error(0..0, "the lock does not say its format");
                return Vec::new();
            }
        }
        let ([_, packages], _) = self.entries(root, ROOT);
        let Some(entry) = packages else { return Vec::new() };
        let DeValue::Array(array) = entry.value.get_ref() else {
            self.wrong_type(entry, "a list of tables");
            return Vec::new();
        };
        let mut found: Vec<(Locked, Place)> = Vec::new();
        for value in array.iter() {
            if found.len() == MOST_PACKAGES {
                self.error(value.span(), format!("a build has at most {MOST_PACKAGES} packages"));
                break;
            }
            let DeValue::Table(table) = value.get_ref() else {
                self.error(value.span(), "`package` is a list of tables");
                continue;
            };
            let Some((locked, place)) = self.locked(value.span(), table) else { continue };
            if let Some((_, first)) = found.iter().find(|(other, _)| other.name == locked.name) {
                let first = *first;
                let at = self.diagnostics.len();
                self.error(value.span(), format!("`{}` is locked twice", locked.name));
                self.diagnostics[at].labels.push((first, "locked here first".to_owned()));
                continue;
            }
            found.push((locked, place));
        }
        found.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
        found
    }

    fn locked(&mut self, at: std::ops::Range<usize>, table: &DeTable<'_>) -> Option<(Locked, Place)> {
        let before = self.diagnostics.len();
        let (found, _) = self.entries::<10>(table, PACKAGE);
        let [texts @ .., capabilities] = found;
        let [name, version, path, git, rev, url, sha256, folder, hash] =
            texts.map(|entry| entry.and_then(|entry| Some((entry, self.string(entry)?))));
        let capabilities = capabilities.and_then(|entry| self.table(entry));
        let capabilities = capabilities.map(|table| self.listing(table, false).0).unwrap_or_default();
        if self.diagnostics.len() > before {
            return None;
        }
        let (entry, text) = name.or_else(|| {
            self.error(at.clone(), "a locked package has no name");
            None
        })?;
        let place = self.place(entry.value.span());
        if !self.package_name(text, entry.value.span()) {
            return None;
        }
        let name = SmolStr::new(text);
        let mut fits = |value: Option<(Entry<'_, '_>, &str)>, key: &str, right: bool| {
            if !right {
                let span = value.map_or(at.clone(), |(entry, _)| entry.value.span());
                let what = if value.is_some() { "is wrong" } else { "is missing" };
                self.error(span, format!("`{key}` of the locked package `{name}` {what}"));
            }
            right
        };
        let text = |value: Option<(Entry<'_, '_>, &str)>| value.map(|(_, text)| SmolStr::new(text));
        let is = |value: Option<(Entry<'_, '_>, &str)>, rule: &dyn Fn(&str) -> bool| {
            value.is_some_and(|(_, text)| rule(text))
        };
        let inner = folder.map(|(_, text)| inner_path(Utf8Path::new(text)));
        let relative = path.map(|(_, text)| relative_path(Utf8Path::new(text)));
        let hash_of = hash.and_then(|(_, text)| TreeHash::parse(text));
        let right = fits(version, "version", is(version, &is_semantic_version))
            & fits(hash, "hash", hash_of.is_some())
            & fits(folder, "folder", !matches!(inner, Some(Err(_))))
            & match (path, git, url) {
                (Some(_), None, None) => fits(path, "path", matches!(relative, Some(Ok(_)))),
                (None, Some(_), None) => {
                    fits(git, "git", is(git, &|url| check_url(url, UrlUse::Git).is_ok()))
                        & fits(rev, "rev", is(rev, &|rev| is_hex(rev) && matches!(rev.len(), 40 | 64)))
                }
                (None, None, Some(_)) => {
                    fits(url, "url", is(url, &|url| check_url(url, UrlUse::Archive).is_ok()))
                        & fits(sha256, "sha256", is(sha256, &|text| is_hex(text) && text.len() == 64))
                }
                _ => fits(None, "path`, `git` or `url", false),
            };
        if !right {
            return None;
        }
        let folder = inner.and_then(Result::ok).unwrap_or_default();
        let source =
            match (relative.and_then(Result::ok), text(git).zip(text(rev)), text(url).zip(text(sha256))) {
                (Some(path), ..) => Source::Path(path),
                (_, Some((url, rev)), _) => Source::Git { url, rev, folder },
                (_, _, Some((url, sha256))) => Source::Archive { url, sha256, folder },
                _ => return None,
            };
        Some((Locked { name, version: text(version)?, source, hash: hash_of?, capabilities }, place))
    }
}

/// Where a fetched package is kept, seen from the root package.
pub fn vendor_folder(name: &str) -> Utf8PathBuf {
    Utf8Path::new(VENDOR).join(name)
}

/// The folder of the fetched packages.
pub const VENDOR: &str = "vendor";
