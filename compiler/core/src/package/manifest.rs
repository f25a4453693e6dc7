//! `masterchef.toml`.

mod dependency;
mod lint;
mod version;

pub(super) use dependency::is_hex;
pub(super) use version::is_semantic_version;

use super::allow::Allow;
use super::read::{Entry, Keys, Reader};
use super::source::Source;
use super::{KEYWORDS, STANDARD, schema};
use crate::db::{Db, File};
use crate::diagnostic::{Diagnostic, Fix, Place, code, nearest};
use crate::lint::Settings;
use smol_str::SmolStr;
use std::ops::Range;
use toml::de::DeTable;

/// The newest edition of the language that this compiler knows: the one of new packages.
pub const EDITION: &str = "2026";

/// The editions that this compiler knows, oldest first.
pub const EDITIONS: &[&str] = &[EDITION];

/// Longest package name, in bytes. A name ends up in bundles as the default stream.
const NAME_LIMIT: usize = 64;
/// Longest description or licence, in bytes.
const LINE_LIMIT: usize = 1_000;

/// A package's manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The package's name: small letters, digits, `-` and `_`, beginning with a letter.
    pub name: SmolStr,
    /// Its version, by the rules of Semantic Versioning.
    pub version: SmolStr,
    /// The edition of the language it is written in.
    pub edition: SmolStr,
    /// What it is for, in one line.
    pub description: Option<SmolStr>,
    /// Its licence, as an SPDX expression.
    pub license: Option<SmolStr>,
    /// The stream that its bundles belong to, if that is not its name.
    pub stream: Option<SmolStr>,
}

/// A dependency as the manifest names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The package's name.
    pub name: SmolStr,
    /// Where it comes from. A path is relative to the package of this manifest.
    pub source: Source,
    /// What its code may do at most; not given, anything.
    pub allow: Option<Allow>,
    /// Where the name stands.
    pub place: Place,
}

/// A guard of a dependency that holds in this package too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardUse {
    /// The guard's module and name as an import would write them: `nginx.site.no_default_server`.
    pub name: SmolStr,
    /// Where it stands.
    pub place: Place,
}

/// A manifest as far as it could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedManifest {
    /// The manifest; `None` when something is wrong with it.
    pub manifest: Option<Manifest>,
    /// The name alone, when that much is right.
    pub name: Option<SmolStr>,
    /// The dependencies that are written right, sorted by name.
    pub dependencies: Vec<Declared>,
    /// The guards of dependencies that hold here, in the order of the file.
    pub guards: Vec<GuardUse>,
    /// What is done about which finding.
    pub lint: Settings,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a manifest.
#[salsa::tracked(returns(ref))]
pub fn parse_manifest(db: &dyn Db, file: File) -> ParsedManifest {
    let mut reader = Reader::new(file, code::BAD_MANIFEST);
    let table = reader.document(file.text(db), "the manifest");
    let whole = reader.diagnostics.is_empty();
    let Parts { fields, dependencies, guards, lint } = reader.manifest(table.get_ref(), whole);
    let name = fields.name.clone();
    let manifest = match (fields.name, fields.version, fields.edition) {
        (Some(name), Some(version), Some(edition)) if reader.diagnostics.is_empty() => Some(Manifest {
            name,
            version,
            edition,
            description: fields.description,
            license: fields.license,
            stream: fields.stream,
        }),
        _ => None,
    };
    ParsedManifest { manifest, name, dependencies, guards, lint, diagnostics: reader.diagnostics }
}

/// What the tables of a manifest say.
struct Parts {
    fields: Fields,
    dependencies: Vec<Declared>,
    guards: Vec<GuardUse>,
    lint: Settings,
}

#[derive(Default)]
struct Fields {
    name: Option<SmolStr>,
    version: Option<SmolStr>,
    edition: Option<SmolStr>,
    description: Option<SmolStr>,
    license: Option<SmolStr>,
    stream: Option<SmolStr>,
}

const TABLES: Keys<'_> =
    Keys { file: "a manifest", place: "", what: "table", known: &schema::names(&schema::TABLES) };
const PACKAGE: Keys<'_> = Keys {
    file: "a manifest",
    place: " in `[package]`",
    what: "key",
    known: &schema::names(&schema::PACKAGE),
};
const BUILD: Keys<'_> =
    Keys { file: "a manifest", place: " in `[build]`", what: "key", known: &schema::names(&schema::BUILD) };
const GUARDS: Keys<'_> =
    Keys { file: "a manifest", place: " in `[guards]`", what: "key", known: &schema::names(&schema::GUARDS) };

impl Reader {
    fn manifest(&mut self, root: &DeTable<'_>, whole: bool) -> Parts {
        let ([package, dependencies, build, guards, lint], seen) = self.entries(root, TABLES);
        let mut fields = Fields::default();
        match package {
            Some(entry) => {
                if let Some(table) = self.table(entry) {
                    fields = self.package(entry.key.span(), table, whole);
                }
            }
            None if whole && !seen[0] => {
                let sample = "[package]\nname = \"web\"\nversion = \"0.1.0\"\nedition = \"2026\"";
                self.error(0..0, "the manifest has no `[package]` table").help =
                    Some(format!("begin it with\n{sample}"));
            }
            None => {}
        }
        let table = dependencies.and_then(|entry| self.table(entry));
        let dependencies = table.map(|table| self.dependencies(table)).unwrap_or_default();
        // Also those that are written wrong: what names them is no further mistake.
        let names: Vec<SmolStr> =
            table.into_iter().flat_map(|table| table.keys()).map(|key| module_name(key.get_ref())).collect();
        if let Some(table) = build.and_then(|entry| self.table(entry)) {
            let ([stream], _) = self.entries(table, BUILD);
            fields.stream = stream.and_then(|entry| self.stream(entry));
        }
        let table = guards.and_then(|entry| self.table(entry));
        let guards = table.map(|table| self.guards(table, &names)).unwrap_or_default();
        let table = lint.and_then(|entry| self.table(entry));
        let lint = table.map(|table| self.lint(table)).unwrap_or_default();
        Parts { fields, dependencies, guards, lint }
    }

    fn package(&mut self, header: Range<usize>, table: &DeTable<'_>, whole: bool) -> Fields {
        let (found, seen) = self.entries::<5>(table, PACKAGE);
        let [name, version, edition, description, license] =
            found.map(|entry| entry.and_then(|entry| Some((entry, self.string(entry)?))));
        let fields = Fields {
            name: name
                .filter(|(entry, text)| self.package_name(text, entry.value.span()))
                .map(|(_, text)| SmolStr::new(text)),
            version: version.and_then(|(entry, text)| self.version(entry, text)),
            edition: edition.and_then(|(entry, text)| self.edition(entry, text)),
            description: description.and_then(|(entry, text)| self.line(entry, text)),
            license: license.and_then(|(entry, text)| self.license(entry, text)),
            stream: None,
        };
        for (key, seen) in schema::PACKAGE.iter().zip(seen) {
            if key.is_required && !seen && whole {
                let (name, example) = (key.name, key.example);
                self.error(header.clone(), format!("the manifest does not say the package's {name}")).help =
                    Some(format!("add `{name} = {example}` below `[package]`"));
            }
        }
        fields
    }

    /// Whether a text is a package's name; if not, it was reported.
    pub(super) fn package_name(&mut self, name: &str, at: Range<usize>) -> bool {
        let fits = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
        if !fits {
            let found = self.error(at, format!("`{}` cannot be a package's name", name.escape_debug()));
            found
                .notes
                .push("a name has small letters, digits, `-` and `_`, and begins with a letter".to_owned());
        } else if name.len() > NAME_LIMIT {
            self.error(at, format!("a package's name has at most {NAME_LIMIT} characters"));
        } else if name == STANDARD {
            self.error(at, "the name `std` belongs to the standard library");
        } else {
            return true;
        }
        false
    }

    fn version(&mut self, entry: Entry<'_, '_>, version: &str) -> Option<SmolStr> {
        if is_semantic_version(version) {
            return Some(SmolStr::new(version));
        }
        let found = self.error(entry.value.span(), format!("`{}` is not a version", version.escape_debug()));
        found.help = Some("a version has three numbers, such as `0.1.0` or `1.4.0-rc.1`".to_owned());
        None
    }

    fn edition(&mut self, entry: Entry<'_, '_>, edition: &str) -> Option<SmolStr> {
        if EDITIONS.contains(&edition) {
            return Some(SmolStr::new(edition));
        }
        let headline = format!("this compiler does not know the edition `{}`", edition.escape_debug());
        let found = self.error(entry.value.span(), headline);
        let known: Vec<String> = EDITIONS.iter().map(|edition| format!("`{edition}`")).collect();
        found.help = Some(match known.as_slice() {
            [one] => format!("the edition it knows is {one}"),
            all => format!("the editions it knows are {}", all.join(", ")),
        });
        None
    }

    fn line(&mut self, entry: Entry<'_, '_>, text: &str) -> Option<SmolStr> {
        let name = entry.key.get_ref();
        let headline = if text.trim().is_empty() {
            format!("`{name}` is empty")
        } else if text.chars().any(char::is_control) {
            format!("`{name}` is one line")
        } else if text.len() > LINE_LIMIT {
            format!("`{name}` has at most {LINE_LIMIT} characters")
        } else {
            return Some(SmolStr::new(text));
        };
        self.error(entry.value.span(), headline);
        None
    }

    fn license(&mut self, entry: Entry<'_, '_>, text: &str) -> Option<SmolStr> {
        let text = self.line(entry, text)?;
        if text.chars().all(|c| c.is_ascii_alphanumeric() || " .+-()/:".contains(c)) {
            return Some(text);
        }
        self.error(entry.value.span(), format!("`{}` is no licence", text.escape_debug())).help =
            Some("write its SPDX name, such as `Apache-2.0` or `MIT OR Apache-2.0`".to_owned());
        None
    }

    fn stream(&mut self, entry: Entry<'_, '_>) -> Option<SmolStr> {
        let text = self.string(entry)?;
        if mc_plan::bundle::is_stream_name(text) {
            return Some(SmolStr::new(text));
        }
        let headline = format!("`{}` cannot name a stream", text.escape_debug());
        self.error(entry.value.span(), headline).help = Some(
            "a stream's name is segments of letters, digits, `_`, `.` and `-`, separated by `/`".to_owned(),
        );
        None
    }

    fn guards(&mut self, table: &DeTable<'_>, packages: &[SmolStr]) -> Vec<GuardUse> {
        let ([names], _) = self.entries(table, GUARDS);
        let mut found: Vec<GuardUse> = Vec::new();
        for (text, at) in names.and_then(|entry| self.strings(entry)).unwrap_or_default() {
            let place = self.place(at.clone());
            let Some((package, _)) = text.split_once('.').filter(|_| is_dotted(text)) else {
                self.error(at, format!("`{}` names no guard of a dependency", text.escape_debug())).help =
                    Some(
                        "write its module and its name, as an import would: `nginx.no_default_server`"
                            .to_owned(),
                    );
                continue;
            };
            if !packages.iter().any(|name| name == package) {
                let near = nearest(package, packages.iter().map(SmolStr::as_str));
                let found = self.error(at, format!("there is no dependency `{package}`"));
                match near {
                    Some(near) => {
                        let better = text.replacen(package, near, 1);
                        let edits = vec![(place, format!("\"{better}\""))];
                        found.fix = Some(Fix::new(format!("did you mean `{better}`?"), edits));
                    }
                    None => {
                        found.help = Some("guards of this package hold without being named here".to_owned());
                    }
                }
                continue;
            }
            if found.iter().any(|other| other.name == text) {
                self.error(at, format!("`{text}` is named twice"));
                continue;
            }
            found.push(GuardUse { name: SmolStr::new(text), place });
        }
        found
    }
}

/// Names of the language with dots between them.
fn is_dotted(text: &str) -> bool {
    text.split('.').all(|part| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    })
}

/// What a package is called in sources, where `-` is an operator: the first part of its modules' names.
pub fn module_name(package: &str) -> SmolStr {
    if package.contains('-') { SmolStr::new(package.replace('-', "_")) } else { SmolStr::new(package) }
}

/// Whether a package of this name could be imported.
pub(super) fn is_importable(package: &str) -> bool {
    !KEYWORDS.contains(&module_name(package).as_str())
}
