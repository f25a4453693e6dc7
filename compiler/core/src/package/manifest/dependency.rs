//! `[dependencies]`: one entry for each package that this one needs.

use super::super::allow::Allow;
use super::super::folder::{PathError, inner_path, relative_path};
use super::super::read::{Entry, Keys, Reader, with_article};
use super::super::schema;
use super::super::source::{Source, UrlUse, check_url, holds_password};
use super::Declared;
use crate::diagnostic::{Fix, code};
use camino::{Utf8Path, Utf8PathBuf};
use smol_str::SmolStr;
use toml::de::{DeTable, DeValue};

/// The most dependencies that one package may name.
const MOST: usize = 256;

const KEYS: Keys<'_> = Keys {
    file: "a manifest",
    place: " in a dependency",
    what: "key",
    known: &schema::names(&schema::DEPENDENCY),
};

impl Reader {
    pub(super) fn dependencies(&mut self, table: &DeTable<'_>) -> Vec<Declared> {
        let mut found = Vec::new();
        for (key, value) in table {
            if found.len() == MOST {
                self.error(key.span(), format!("a package has at most {MOST} dependencies"));
                break;
            }
            if !self.package_name(key.get_ref(), key.span()) {
                continue;
            }
            if let Some((source, allow)) = self.dependency(Entry { key, value }) {
                let name = SmolStr::new(key.get_ref());
                found.push(Declared { name, source, allow, place: self.place(key.span()) });
            }
        }
        found
    }

    fn dependency(&mut self, entry: Entry<'_, '_>) -> Option<(Source, Option<Allow>)> {
        let name = entry.key.get_ref();
        let table = match entry.value.get_ref() {
            DeValue::Table(table) => table,
            other => {
                let kind = with_article(other.type_str());
                let found = self.error_of(
                    code::BAD_DEPENDENCY,
                    entry.value.span(),
                    format!("`{name}` says where the package comes from, and this is {kind}"),
                );
                found.notes.push("there is no registry of packages: each has its own place".to_owned());
                found.help = Some(format!(
                    "write one of\n{name} = {{ path = \"../{name}\" }}\n{name} = {{ git = \"https://..\", rev = \"<commit>\" }}\n{name} = {{ url = \"https://..\", sha256 = \"<digest>\" }}"
                ));
                return None;
            }
        };
        let before = self.diagnostics.len();
        let ([path, git, rev, url, sha256, folder, allow], seen) = self.entries(table, KEYS);
        let said = [("path", seen[0]), ("git", seen[1]), ("url", seen[3])];
        let said: Vec<&str> = said.iter().filter(|(_, seen)| *seen).map(|(key, _)| *key).collect();
        match said.as_slice() {
            [] => {
                let headline = format!("`{name}` does not say where the package comes from");
                self.error_of(code::BAD_DEPENDENCY, entry.key.span(), headline).help =
                    Some("add `path`, or `git` with `rev`, or `url` with `sha256`".to_owned());
                return None;
            }
            [_] => {}
            [first, second, ..] => {
                let headline = format!("`{name}` has two sources, `{first}` and `{second}`");
                self.error_of(code::BAD_DEPENDENCY, entry.key.span(), headline).help =
                    Some("a package comes from one place: take one of them out".to_owned());
                return None;
            }
        }
        // A key that belongs to another kind of source says that something else was meant.
        for (entry, key, kind) in [(rev, "rev", "git"), (sha256, "sha256", "url")] {
            if let Some(entry) = entry
                && said != [kind]
            {
                let headline = format!("`{key}` belongs to a dependency with `{kind}`");
                self.error_of(code::BAD_DEPENDENCY, entry.key.span(), headline);
            }
        }
        if let (Some(folder), Some(_)) = (folder, path) {
            let headline = "`folder` belongs to a dependency that is fetched";
            self.error_of(code::BAD_DEPENDENCY, folder.key.span(), headline).help =
                Some("write the folder as part of `path`".to_owned());
        }
        let folder = folder.map(|folder| self.folder(folder));
        let source = if let Some(path) = path {
            self.path(path).map(Source::Path)
        } else if let Some(git) = git {
            let url = self.url(git, UrlUse::Git);
            let rev = match rev {
                Some(rev) => self.rev(rev),
                None if seen[2] => None,
                None => {
                    let found = self.error_of(
                        code::BAD_DEPENDENCY,
                        entry.key.span(),
                        format!("`{name}` does not say which commit"),
                    );
                    found.help = Some("add `rev` with the whole id of a commit".to_owned());
                    None
                }
            };
            url.zip(rev).map(|(url, rev)| Source::Git {
                url,
                rev,
                folder: folder.clone().flatten().unwrap_or_default(),
            })
        } else if let Some(url) = url {
            let url = self.url(url, UrlUse::Archive);
            let sha256 = match sha256 {
                Some(sha256) => self.sha256(sha256),
                None if seen[4] => None,
                None => {
                    let found = self.error_of(
                        code::BAD_DEPENDENCY,
                        entry.key.span(),
                        format!("`{name}` does not say what is in the archive"),
                    );
                    found.help =
                        Some("add `sha256` with the digest of the file: `sha256sum FILE`".to_owned());
                    None
                }
            };
            url.zip(sha256).map(|(url, sha256)| Source::Archive {
                url,
                sha256,
                folder: folder.clone().flatten().unwrap_or_default(),
            })
        } else {
            None
        };
        let allow = allow.and_then(|entry| self.allow(entry));
        Some((source?, allow)).filter(|_| self.diagnostics.len() == before)
    }

    fn path(&mut self, entry: Entry<'_, '_>) -> Option<Utf8PathBuf> {
        let text = self.path_text(entry)?;
        match relative_path(Utf8Path::new(text)) {
            Ok(path) => Some(path),
            Err(error) => {
                self.error_of(code::UNSAFE_SOURCE, entry.value.span(), error.to_string()).help =
                    Some("every machine that builds this must find it: such as `../nginx`".to_owned());
                None
            }
        }
    }

    fn folder(&mut self, entry: Entry<'_, '_>) -> Option<Utf8PathBuf> {
        let text = self.path_text(entry)?;
        match inner_path(Utf8Path::new(text)) {
            Ok(path) => Some(path),
            Err(error) => {
                let headline = match error {
                    PathError::Absolute => "a folder in what is fetched begins at its root, without a `/`",
                    PathError::Escape => "the folder leads out of what is fetched",
                };
                self.error_of(code::UNSAFE_SOURCE, entry.value.span(), headline);
                None
            }
        }
    }

    fn path_text<'t>(&mut self, entry: Entry<'t, '_>) -> Option<&'t str> {
        let text = self.string(entry)?;
        let bad = text.chars().find(|c| c.is_control() || *c == '\\');
        if let Some(bad) = bad {
            let headline = format!("`{}` cannot be part of a path", bad.escape_debug());
            self.error_of(code::BAD_DEPENDENCY, entry.value.span(), headline).help =
                Some("the parts of a path are separated by `/`".to_owned());
            return None;
        }
        if text.is_empty() || text.len() > 1_024 {
            self.error_of(code::BAD_DEPENDENCY, entry.value.span(), "a path has 1 to 1024 characters");
            return None;
        }
        Some(text)
    }

    fn url(&mut self, entry: Entry<'_, '_>, wanted: UrlUse) -> Option<SmolStr> {
        let text = self.string(entry)?;
        let Err(error) = check_url(text, wanted) else { return Some(SmolStr::new(text)) };
        let found = self.error_of(code::UNSAFE_SOURCE, entry.value.span(), error.headline);
        found.help = error.help;
        if holds_password(text) {
            found.hidden.push(found.primary);
        }
        if let Some(better) = error.better {
            let at = found.primary;
            let fix = Fix::new(format!("write it as `{better}`"), vec![(at, format!("\"{better}\""))]);
            found.fix = Some(fix.safe());
        }
        None
    }

    fn rev(&mut self, entry: Entry<'_, '_>) -> Option<SmolStr> {
        let text = self.string(entry)?;
        if is_hex(text) && matches!(text.len(), 40 | 64) {
            return Some(SmolStr::new(text));
        }
        let headline = format!("`{}` is not the whole id of a commit", text.escape_debug());
        let found = self.error_of(code::BAD_DEPENDENCY, entry.value.span(), headline);
        let lower = text.to_ascii_lowercase();
        if is_hex(&lower) && matches!(lower.len(), 40 | 64) {
            let at = found.primary;
            found.fix = Some(Fix::new("write it small", vec![(at, format!("\"{lower}\""))]).safe());
        } else {
            found.notes.push("branches, tags and short ids can change what they mean".to_owned());
            found.help = Some("`git ls-remote URL` lists commits: 40 hexadecimal digits, or 64".to_owned());
        }
        None
    }

    fn sha256(&mut self, entry: Entry<'_, '_>) -> Option<SmolStr> {
        let text = self.string(entry)?;
        if is_hex(text) && text.len() == 64 {
            return Some(SmolStr::new(text));
        }
        let headline = format!("`{}` is no SHA-256 digest", text.escape_debug());
        self.error_of(code::BAD_DEPENDENCY, entry.value.span(), headline).help =
            Some("it has 64 hexadecimal digits, small ones: `sha256sum FILE`".to_owned());
        None
    }
}

pub(in super::super) fn is_hex(text: &str) -> bool {
    text.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
}
